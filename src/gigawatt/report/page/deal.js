// The deal: who pays for what, what is drawn and owed, where the cash goes, what lenders test, what would hurt.

const deal = payload.deal;
const wholeDeal = { name: "", short: "" };
const SOURCE_FILLS = { loan: "tone-1", owner: "tone-3", vendor: "tone-4", earned: "tone-6" };

function dealMonth(m) {
  return Date.parse(deal.months[m] + "-01T00:00:00Z");
}

function dealAxis(first, last) {
  const axis = timeAxis({ min: dealMonth(first) - 16 * DAY_MS, max: dealMonth(last) + 16 * DAY_MS });
  axis.axisLabel.formatter = (ms) => (new Date(ms).getUTCDate() === 1 ? timeLabel(ms, ms === dealMonth(first) ? 0 : 1) : "");
  return axis;
}

function dealPairs(values) {
  return values.map((value, m) => [dealMonth(m), Number.isFinite(value) ? value : null]);
}

const dealMonthOf = (ms) => isoDay(ms + DAY_MS).slice(0, 7);

/** A flag where the campus is complete and service begins. */
function completionLine(label) {
  return {
    silent: true, symbol: "none", animation: false,
    data: [{ xAxis: dealMonth(deal.completion) + 16 * DAY_MS, lineStyle: { color: colour("ink-3"), type: [2, 3], width: 1 }, label: { show: label, formatter: say("chart.draws.completion", { month: deal.months[deal.completion] }), position: "end", distance: 4, ...text(11, "ink-2") } }],
  };
}

function dealSide(title, rows, most) {
  const total = sum(rows.map((r) => r.value));
  return el("div", {}, el("h4", {}, title), barTable(rows, "USD", most), el("p", { class: "total" }, say("deal.total", { usd: quantity(total, "USD", 4), basis: deal.basis, year: deal.price_year })));
}

function dealFacts() {
  const f = deal.figures;
  const rate = (value) => (value === null ? say("deal.none_or_several") : quantity(value, "frac"));
  const times = (value) => (value === null ? null : say("deal.times", { n: significant(value, 3, true) }));
  const years = (value) => (value === null ? null : say("deal.years", { n: significant(value) }));
  const facts = [
    ["deal.fact.irr", rate(f.irr_frac)], ["deal.fact.unlevered", rate(f.unlevered_irr_frac)],
    ["deal.fact.npv", quantity(f.npv_usd, "USD")], ["deal.fact.moic", times(f.moic)], ["deal.fact.payback", years(f.payback_years)],
    ["deal.fact.debt", f.debt_usd > 0 ? quantity(f.debt_usd, "USD") : null],
    ["deal.fact.limit", f.debt_usd > 0 ? named("deal.limit.", f.binding_limit) : null],
    ["deal.fact.min_dscr", times(f.min_dscr)], ["deal.fact.avg_dscr", times(f.avg_dscr)],
    ["deal.fact.llcr", times(f.llcr)], ["deal.fact.plcr", times(f.plcr)], ["deal.fact.life", years(f.average_life_years)],
  ].filter(([, value]) => value !== null);
  return el("dl", { class: "deal-facts" }, facts.map(([key, value]) => el("div", {}, el("dt", {}, say(key, { rate: quantity(f.discount_rate_frac, "frac") })), el("dd", {}, value))));
}

function doubtText(doubt) {
  const v = doubt.values;
  const usd = (value) => quantity(value, "USD");
  return say("doubt." + doubt.key, {
    ...v, usd: usd(v.usd), paid: usd(v.paid_usd), committed: usd(v.committed_usd), headline: usd(v.headline_usd), share: quantity(v.share_frac, "frac"),
    covenant: v.covenant ? words["covenant." + v.covenant] : "", follows: v.follows ? words["covenant." + v.follows] : "", month: v.month ? monthInWords(v.month) : "",
  });
}

function sourcesPanel() {
  if (!deal) return { empty: "empty.deal" };
  if (deal.refused) return { empty: "empty.deal_refused", values: { why: deal.refused } };
  const sources = deal.sources.map((s) => ({ name: s.name, value: s.usd, fill: SOURCE_FILLS[s.kind] }));
  const uses = deal.uses.map((u) => ({ name: u.name, value: u.usd, fill: "tone-2" }));
  return {
    table: () => ({ columns: [{ name: "side" }, { name: "item" }, { name: "amount", unit: "USD" }], rows: [...deal.sources.map((s) => ["source", s.name, s.usd]), ...deal.uses.map((u) => ["use", u.name, u.usd])] }),
    draw(box) {
      const most = Math.max(...[...sources, ...uses].map((r) => r.value));
      const kinds = [...new Set(deal.sources.map((s) => s.kind))];
      box.append(
        el("div", { class: "deal-sides" }, dealSide(say("deal.sources"), sources, most), dealSide(say("deal.uses"), uses, most)),
        key(kinds.map((kind) => ({ name: words["deal." + kind], fill: SOURCE_FILLS[kind] }))),
        dealFacts(),
        el("p", { class: "deal-kind" }, el("span", { class: "kind" }, say("kind.point")), " ", deal.title),
        ...(deal.doubts.length ? [el("ul", { class: "doubts" }, deal.doubts.map((doubt) => el("li", {}, doubtText(doubt))))] : []),
      );
    },
  };
}

function drawsPanel() {
  const rows = [["drawn", "tone-1"], ["added", "tone-5"], ["owners", "tone-3"]].map(([name, fill]) => ({ name: words["deal." + name], id: name, fill, values: deal.construction[name] })).filter((r) => anyKnown(r.values));
  const last = deal.completion;
  const each = rows[0] ? rows[0].values.map((_, m) => sum(rows.map((r) => r.values[m]))) : [0];
  const owed = deal.loans.filter((l) => anyKnown(l.usd)).map((l, i) => ({ ...l, fill: TONES[i % TONES.length] }));
  const columns = [...rows.map((r) => [r.id, r.values]), ...owed.map((l) => [l.name, l.usd])];
  return {
    table: () => ({ columns: [{ name: "month" }, ...columns.map(([name]) => ({ name, unit: "USD" }))], rows: deal.months.map((m, i) => [m, ...columns.map(([, values]) => values[i] ?? null)]) }),
    draw(box) {
      chart(box, say("chart.draws.aria"), 220, ({ width }) =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(largest(each), "USD"), right: 12, top: 30, bottom: 26 },
          xAxis: dealAxis(0, last),
          yAxis: valueAxis(largest(each), "USD"),
          series: rows.map((r) => ({ type: "bar", name: r.name, stack: "all", barWidth: Math.max(1, ((width - 64) / (last + 2)) * 0.72), data: dealPairs(r.values), itemStyle: { color: colour(r.fill) }, emphasis: { disabled: true } })),
          tooltip: { ...common().tooltip, axisPointer: { type: "shadow", shadowStyle: { color: colour("wash"), opacity: 0.6 } }, formatter: (points) => seriesTip(points, "USD", dealMonthOf) },
        }),
      );
      box.append(key(rows.map((r) => ({ name: r.name, fill: r.fill, text: quantity(sum(r.values), "USD") })), say("key.deal_construction")));
      if (owed.length === 0) {
        box.append(emptyState("empty.deal_debt"));
        return;
      }
      const most = largest(deal.months.map((_, m) => sum(owed.map((l) => l.usd[m]))));
      chart(box, say("chart.draws.owed.aria"), 220, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "USD"), right: 12, top: 30, bottom: 26 },
          xAxis: dealAxis(0, deal.months.length - 1),
          yAxis: valueAxis(most, "USD", { min: 0 }),
          series: owed.map((l, i) => area(l.name, dealPairs(l.usd), colour(l.fill), "owed", { areaStyle: { color: colour(l.fill), opacity: 0.8 }, markLine: i === 0 ? completionLine(true) : undefined })),
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "USD", dealMonthOf) },
        }),
      );
      box.append(key(owed.map((l) => ({ name: l.name, fill: l.fill, text: quantity(largest(l.usd), "USD") })), say("key.deal_peak")));
    },
  };
}

/** Rows that fall from one to the next; what stands alone begins at zero. */
function fallTable(rows, unit) {
  let at = 0;
  const placed = rows.map((r) => {
    const from = r.alone ? 0 : at;
    const to = r.alone ? r.value : at + r.value;
    at = to;
    return { ...r, low: Math.min(from, to), high: Math.max(from, to) };
  });
  const least = Math.min(0, ...placed.map((r) => r.low));
  const span = Math.max(...placed.map((r) => r.high)) - least || 1;
  const share = (value) => (100 * value) / span + "%";
  return el(
    "table",
    { class: "bars falls" },
    el(
      "tbody",
      {},
      placed.map((r) =>
        el("tr", { class: r.alone ? "alone" : null }, el("th", { scope: "row" }, r.name), el("td", { class: "number" }, quantity(r.value, unit, 3, r.keep)),
          el("td", { class: "bar-cell", "aria-hidden": "true" }, el("span", { class: "bar-fill " + (r.mark || ""), style: { "margin-inline-start": share(r.low - least), "inline-size": share(r.high - r.low), "--swatch": `var(--${r.fill})` } }))),
      ),
    ),
  );
}

const fallState = { period: "all" };
const FALL_FILLS = { revenue: "useful", kept: "tone-6", owners: "tone-3", senior_interest: "tone-1", senior_principal: "tone-1", swept: "tone-1", other_interest: "tone-5", other_principal: "tone-5", preferred_paid: "tone-4" };

function fallYears() {
  return [...new Set(deal.months.slice(deal.completion + 1).map((m) => m.slice(0, 4)))];
}

function fallPanel() {
  const names = Object.keys(deal.cash);
  const within = (m) => fallState.period === "all" || deal.months[m].startsWith(fallState.period);
  const rows = names.map((name) => ({ id: name, name: words["fall." + name], value: sum(deal.cash[name].filter((_, m) => within(m))), fill: FALL_FILLS[name] || "tone-2", alone: name === "revenue" || name === "owners" })).filter((r) => r.alone || Math.abs(r.value) > 0.5);
  return {
    table: () => ({ columns: [{ name: "month" }, ...names.map((name) => ({ name, unit: "USD" }))], rows: deal.months.map((m, i) => [m, ...names.map((name) => deal.cash[name][i])]) }),
    draw: (box) => box.append(fallTable(rows, "USD")),
  };
}

/** Stretches of months as a faint ground behind the lines. */
function shade(name, spans, fill, top) {
  const corners = spans.flatMap(([first, last]) => [[dealMonth(first) - 15 * DAY_MS, top], [dealMonth(last) + 15 * DAY_MS, top], [dealMonth(last) + 15 * DAY_MS, null]]);
  return area(words["cover." + name], corners, colour(fill), undefined, { silent: true, areaStyle: { color: colour(fill), opacity: 0.22 }, tooltip: { show: false }, z: 0 });
}

/** A cover to two decimals. */
function coverText(value) {
  return value === null ? words["number.missing"] : (value < 0 ? words["number.minus"] : "") + grouped(Math.abs(value).toFixed(2), true);
}

function coverPanel() {
  const c = deal.cover;
  const lines = [["trailing", "accent", 2.2, "solid"], ["dscr", "ink-3", 1, "dotted"], ["llcr", "tone-3", 1.6, "dashed"]].filter(([name]) => anyKnown(c[name]));
  if (lines.length === 0) return { empty: "empty.deal_debt" };
  const limits = [["lock_up", "tone-2"], ["default", "shed"]].filter(([name]) => c[name]);
  const lastServed = Math.min(deal.months.length - 1, 2 + Math.max(...["dscr", "llcr"].map((name) => c[name].findLastIndex(Number.isFinite)), deal.completion + 1));
  const usual = c.trailing.filter(Number.isFinite).sort((a, b) => a - b);
  const top = niceTop(Math.max(1.5, 1.6 * (usual[Math.floor(usual.length / 2)] ?? 1), ...limits.map(([name]) => 1.2 * c[name])));
  return {
    table: () => ({ columns: [{ name: "month" }, { name: "trailing_dscr" }, { name: "dscr" }, { name: "llcr" }, { name: "ltv" }], rows: deal.months.map((m, i) => [m, c.trailing[i], c.dscr[i], c.llcr[i], c.ltv[i]]) }),
    draw(box) {
      const shaded = [["locked", "tone-2"], ["in_default", "shed"]].filter(([name]) => c[name].length);
      chart(box, say("chart.cover.aria"), 260, () =>
        common({
          grid: { outerBoundsMode: "none", left: 44, right: 12, top: 18, bottom: 26 },
          xAxis: dealAxis(deal.completion, lastServed),
          yAxis: valueAxis(top, "", { min: 0, max: top, name: "" }),
          series: [...shaded.map(([name, fill]) => shade(name, c[name], fill, top)), ...lines.map(([name, fill, stroke, type], i) =>
            line(words["cover." + name], dealPairs(c[name].map((v) => (Number.isFinite(v) && v <= top ? v : null))), colour(fill), {
              sampling: undefined, lineStyle: { color: colour(fill), width: stroke, type },
              markLine: i === 0 ? { silent: true, symbol: "none", animation: false, data: limits.map(([limit, tone]) => ({ yAxis: c[limit], lineStyle: { color: colour(tone), width: 1.2, type: "solid" }, label: { position: "insideEndTop", formatter: say("cover." + limit, { n: significant(c[limit]) }), ...text(11, "ink-2") } })) } : undefined,
            }),
          )],
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points.filter((p) => lines.some(([name]) => words["cover." + name] === p.seriesName)), "", dealMonthOf) },
        }),
      );
      box.append(key([...lines.map(([name, fill, , type]) => ({ name: words["cover." + name], fill, mark: type === "solid" ? "stroke" : "dash" })), ...shaded.map(([name, fill]) => ({ name: words["cover." + name], fill, mark: "faded" }))]));
      box.append(covenantTable());
    },
  };
}

function covenantTable() {
  const ratio = (test, value) => (value === null ? words["number.missing"] : test.covenant === "payment" ? quantity(value, "USD") : test.covenant === "ltv" || test.covenant === "concentration" ? quantity(value, "frac") : coverText(value));
  const told = (test) => (test.broken_months ? say("covenant.since", { follows: words["covenant." + test.follows], n: test.broken_months, month: monthInWords(deal.months[test.first_broken_month]) }) : say("covenant.held"));
  const rows = deal.tests.map((test) => [words["covenant." + test.covenant], ratio(test, test.limit), ratio(test, test.worst), told(test)]);
  return plainTable([say("table.covenant"), say("table.limit"), say("table.worst"), say("table.follows")], rows, { class: "covenants" });
}

function bridgePanel() {
  if (deal.bridge.length === 0) return { empty: "empty.deal_bridge" };
  const fills = { chips: "tone-1", hall: "tone-2", power: "tone-4", operation: "tone-3", finance: "tone-5", idleness: "ink-3" };
  const rows = deal.bridge.map((part) => ({ name: words["bridge." + part.name], value: part.usd, fill: fills[part.name], mark: part.name === "idleness" ? "hatched" : "", keep: true }));
  const total = { name: words["bridge.total"], value: sum(deal.bridge.map((part) => part.usd)), fill: "ink-2", alone: true, keep: true };
  const market = deal.market_usd_per_gpu_h ? [{ name: words["bridge.market"], value: deal.market_usd_per_gpu_h, fill: "useful", alone: true, keep: true }] : [];
  const all = [...rows, total, ...market];
  return {
    table: () => ({ columns: [{ name: "part" }, { name: "cost", unit: "USD/GPU-h" }], rows: all.map((r) => [r.name, r.value]) }),
    draw(box) {
      const crossing = deal.figures.own_or_rent_utilisation_frac;
      box.append(fallTable(all, "USD"), ...(market.length && crossing !== null ? [el("p", { class: "total" }, say("bridge.crossing", { share: quantity(crossing, "frac") }))] : []));
    },
  };
}

function driverName(row) {
  const signed = (value) => (value > 0 ? "+" : "") + significant(value);
  const [bad, good] = row.ends.map((end) => (row.name === "delay, months" ? significant(end) : row.name === "floating rate" ? signed(100 * end) : signed(100 * (end - 1)) + " %"));
  return say("driver." + row.name, { bad, good });
}

function driversPanel() {
  const base = deal.figures.npv_usd;
  const ends = deal.tornado.flatMap((r) => [r.bad_usd, r.good_usd]);
  if (ends.length === 0) return { empty: "empty.deal_debt" };
  const low = Math.min(base, ...ends);
  const span = Math.max(base, ...ends) - low || 1;
  const share = (value) => (100 * value) / span + "%";
  const bar = (from, to, fill) => el("span", { class: "drivers-bar", style: { "inset-inline-start": share(Math.min(from, to) - low), "inline-size": share(Math.abs(to - from)), "--swatch": `var(--${fill})` } });
  return {
    table: () => ({ columns: [{ name: "driver" }, { name: "bad_npv", unit: "USD" }, { name: "good_npv", unit: "USD" }], rows: deal.tornado.map((r) => [driverName(r), r.bad_usd, r.good_usd]) }),
    draw(box) {
      box.append(
        el(
          "table",
          { class: "bars drivers" },
          el("tbody", {}, deal.tornado.map((r) => el("tr", {}, el("th", { scope: "row" }, driverName(r)), el("td", { class: "number" }, quantity(r.bad_usd, "USD")), el("td", { class: "bar-cell", "aria-hidden": "true" }, el("div", { class: "drivers-track" }, bar(base, r.bad_usd, "tone-2"), bar(base, r.good_usd, "tone-3"), el("span", { class: "drivers-base", style: { "inset-inline-start": share(base - low) } }))), el("td", { class: "number" }, quantity(r.good_usd, "USD"))))),
        ),
        key([{ name: words["key.bad"], fill: "tone-2" }, { name: words["key.good"], fill: "tone-3" }]),
        el("p", { class: "total" }, say("drivers.base", { usd: quantity(base, "USD") })),
      );
    },
  };
}

function downsidePanel() {
  const sold = deal.downside.some((c) => c.sold_loss_usd > 1);
  const loser = (c) => Object.entries(c.losses_usd).map(([who, usd]) => say("loser." + who, { usd: quantity(usd, "USD") })).join("; ") || say("loser.none");
  const rows = deal.downside.map((c) => [words["case." + c.name] || c.name, c.irr_frac === null ? words["number.missing"] : quantity(c.irr_frac, "frac"), quantity(c.npv_usd, "USD"), coverText(c.min_dscr), loser(c), ...(sold ? [c.sold_loss_usd > 1 ? quantity(c.sold_loss_usd, "USD") : words["number.missing"]] : [])]);
  const columns = [say("table.case"), say("table.return"), say("table.worth"), say("table.least_cover"), say("table.who_loses"), ...(sold ? [say("table.sold")] : [])];
  return {
    table: () => ({ columns: [{ name: "case" }, { name: "irr_frac" }, { name: "npv", unit: "USD" }, { name: "min_dscr" }, { name: "lender_loss", unit: "USD" }, { name: "sold_loss", unit: "USD" }], rows: deal.downside.map((c) => [c.name, c.irr_frac, c.npv_usd, c.min_dscr, c.lender_loss_usd, c.sold_loss_usd]) }),
    draw: (box) => box.append(plainTable(columns, rows, { class: "downside" })),
  };
}

function dealFigures() {
  figure("sources-uses", { class: "wide", whole: wholeDeal, panels: sourcesPanel });
  if (!deal || deal.refused) return;
  figure("draws", { class: "wide", whole: wholeDeal, panels: drawsPanel });
  figure("waterfall", {
    class: "wide",
    whole: wholeDeal,
    panels: fallPanel,
    controls: (fill) =>
      choice(say("choice.deal_period"), [["all", say("deal.whole_life")], ...fallYears().map((y) => [y, y])], fallState.period, (y) => {
        fallState.period = y;
        fill();
      }),
  });
  figure("cover", { class: "wide", whole: wholeDeal, panels: coverPanel });
  figure("bridge", { class: "wide", whole: wholeDeal, panels: bridgePanel });
  figure("drivers", { class: "wide", whole: wholeDeal, panels: driversPanel });
  figure("downside", { class: "wide", whole: wholeDeal, panels: downsidePanel });
}
