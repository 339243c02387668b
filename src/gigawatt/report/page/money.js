// Money: what was spent on things that last, what running costs, and what a unit of product costs.

function capitalPanel(site) {
  const items = site.money.capital;
  if (items.length === 0) return { empty: "empty.money", values: { site: site.short } };
  const until = (usd) => sum(usd.slice(0, clock.documented + 1));
  return {
    table: () => ({ columns: [{ name: "month" }, ...items.map((i) => ({ name: i.item, unit: "USD" }))], rows: clock.months.map((m, k) => [m, ...items.map((i) => i.usd[k])]) }),
    draw(box) {
      const rows = items.map((i) => ({ name: i.item, value: until(i.usd) }));
      const total = { name: say("table.total"), value: sum(rows.map((r) => r.value)) };
      const spent = rows.filter((r) => r.value > 0).sort((a, b) => b.value - a.value);
      const rest = spent.slice(9);
      const others = rest.length > 1 ? [{ name: say("table.rest", { n: rest.length }), value: sum(rest.map((r) => r.value)), fill: "tone-6" }] : rest;
      box.append(barTable([...spent.slice(0, 9), ...others], "USD"));
      box.append(el("p", { class: "total" }, say("chart.capital.total", { month: documentedMonth, usd: quantity(total.value, "USD"), whole: quantity(sum(items.map((i) => i.total_usd)), "USD") })));
    },
  };
}

/** Monthly bars of items on top of each other; beyond six, the smallest are taken together. */
function monthlyStack(box, items, unit, label) {
  const kept = items.length > TONES.length ? items.slice(0, TONES.length - 1) : items;
  const rest = items.slice(kept.length);
  const shown = rest.length ? [...kept, { name: say("table.rest", { n: rest.length }), values: clock.months.map((_, m) => sum(rest.map((i) => i.values[m]))) }] : kept;
  const most = Math.max(...clock.months.map((_, m) => sum(shown.map((i) => i.values[m]))));
  const filled = shown.map((item, i) => ({ ...item, fill: item.fill || TONES[i] }));
  monthlyBars(box, filled, most, unit, label);
  box.append(key(filled.map((item) => ({ name: item.name, fill: item.fill, text: quantity(sum(item.values), unit) })), say("key.whole_run")));
}

function monthlyBars(box, shown, most, unit, label) {
  chart(box, label, 260, ({ width }) =>
    common({
      grid: { outerBoundsMode: "none", left: axisRoom(most, unit) + (shown.some((r) => r.values.some((v) => v < 0)) ? 8 : 0), right: 12, top: 30, bottom: 26 },
      xAxis: monthlyAxis(),
      yAxis: valueAxis(most, unit),
      series: shown.map((item, i) => ({
        type: "bar", name: item.name, stack: "all", barWidth: Math.max(1, ((width - 64) / clock.months.length) * 0.72), data: monthlyPairs(item.values),
        itemStyle: { color: colour(item.fill) }, emphasis: { disabled: true }, markLine: i === 0 ? markLines([documentedLine()]) : undefined,
      })),
      tooltip: { ...common().tooltip, axisPointer: { type: "shadow", shadowStyle: { color: colour("wash"), opacity: 0.6 } }, formatter: (points) => seriesTip(points, unit, (ms) => isoDay(ms + DAY_MS).slice(0, 7)) },
    }),
  );
}

function operationPanel(site) {
  const items = site.money.operation.filter((i) => i.total_usd > 0);
  if (items.length === 0) return { empty: "empty.money", values: { site: site.short } };
  return {
    table: () => ({ columns: [{ name: "month" }, ...items.map((i) => ({ name: i.item, unit: "USD" }))], rows: clock.months.map((m, k) => [m, ...items.map((i) => i.usd[k])]) }),
    draw: (box) => monthlyStack(box, items.map((i) => ({ name: i.item, values: i.usd })), "USD", say("chart.operation.aria", { site: site.short })),
  };
}

const unitCostState = { product: null };

function unitCostPanel(site) {
  const costs = payload.unit_costs.filter((c) => c.site === site.name && c.product === unitCostState.product);
  if (costs.length === 0) return { empty: "empty.unit_costs" };
  const parts = [...new Set(costs.flatMap((c) => c.parts.map((p) => p.name)))];
  const of = (cost, part) => cost.parts.find((p) => p.name === part)?.usd ?? 0;
  const most = Math.max(...costs.map((c) => c.total_usd));
  return {
    table: () => ({ columns: [{ name: "period" }, { name: "product" }, ...parts.map((p) => ({ name: p, unit: "USD" })), { name: "total", unit: "USD" }], rows: costs.map((c) => [c.period, c.product, ...parts.map((p) => of(c, p)), c.total_usd]) }),
    draw(box) {
      const fills = Object.fromEntries(parts.map((p, i) => [p, p === "idleness" ? "ink-3" : TONES[i % TONES.length]]));
      box.append(
        el(
          "table",
          { class: "bars unit-bars" },
          el(
            "tbody",
            {},
            costs.map((c) =>
              el(
                "tr",
                {},
                el("th", { scope: "row" }, c.period),
                el("td", { class: "number" }, quantity(c.total_usd, "USD", 3, true)),
                el("td", { class: "bar-cell" }, el("div", { class: "bar-row", style: { "inline-size": (100 * c.total_usd) / most + "%" } }, parts.map((p) => el("span", { class: "bar-fill" + (p === "idleness" ? " hatched" : ""), title: `${named("part.", p)} ${quantity(of(c, p), "USD")}`, style: { "flex-grow": Math.max(of(c, p), 0), "--swatch": `var(--${fills[p]})` } })))),
              ),
            ),
          ),
        ),
        key(parts.map((p) => ({ name: named("part.", p), fill: fills[p], mark: p === "idleness" ? "hatched" : "", text: quantity(of(costs[costs.length - 1], p), "USD") })), say("key.of", { period: costs[costs.length - 1].period })),
        el("p", { class: "unit" }, costs[costs.length - 1].basis),
      );
    },
  };
}

/** Cash by month: what customers paid above zero, what was spent below. What owners put in only closes the gap. */
function cashPanel(site) {
  const total = (items) => clock.months.map((_, m) => sum(items.map((i) => i.usd[m])));
  const rows = [["income", site.money.income, "useful", 1], ["operation", site.money.operation, "tone-2", -1], ["capital", site.money.capital, "tone-1", -1]].map(([name, items, fill, sign]) => ({ name: words["cash." + name], fill, values: total(items).map((v) => sign * v) }));
  if (!rows.some((r) => anyKnown(r.values))) return { empty: "empty.money", values: { site: site.short } };
  const shown = rows.filter((r) => anyKnown(r.values));
  return {
    table: () => ({ columns: [{ name: "month" }, ...shown.map((r) => ({ name: r.name, unit: "USD" }))], rows: clock.months.map((m, k) => [m, ...shown.map((r) => r.values[k])]) }),
    draw(box) {
      const spent = clock.months.map((_, m) => -sum(shown.map((r) => Math.min(r.values[m], 0))));
      const most = Math.max(largest(spent), ...shown.map((r) => largest(r.values)));
      monthlyBars(box, shown, most, "USD", say("chart.cash.aria", { site: site.short }));
      box.append(key(shown.map((r) => ({ name: r.name, fill: r.fill, text: quantity(sum(r.values), "USD") })), say("key.whole_run")));
      if (!anyKnown(rows[0].values)) box.append(emptyState("empty.income", { site: site.short }));
    },
  };
}

function moneySection() {
  section("money");
  dealFigures();
  figure("capital", { panels: capitalPanel });
  figure("operation", { class: "wide", panels: operationPanel });
  const products = [...new Set(payload.unit_costs.map((c) => c.product))];
  unitCostState.product = products[0] ?? null;
  figure("cash", { class: "wide", panels: cashPanel });
  figure("unit-cost", {
    panels: unitCostPanel,
    controls: (fill) =>
      products.length > 1
        ? choice(say("choice.product"), products.map((p) => [p, named("product.", p)]), unitCostState.product, (p) => {
            unitCostState.product = p;
            fill();
          })
        : null,
  });
}
