// Water and carbon: by source and month, per kWh, and the rolling year against the permit.

function waterPanel(site) {
  const items = site.water_sources.map((name) => ({ name, values: byMonth(site.daily["water_from:" + name]) })).filter((i) => sum(i.values) > 0);
  if (items.length === 0) return { empty: anyKnown(site.daily.water_makeup_m3) ? "empty.water_sources" : "empty.water", values: { site: site.short } };
  return {
    table: () => ({ columns: [{ name: "month" }, ...items.map((i) => ({ name: i.name, unit: "m3" }))], rows: clock.months.map((m, k) => [m, ...items.map((i) => i.values[k])]) }),
    draw: (box) => monthlyStack(box, items, "m3", say("chart.water-source.aria", { site: site.short })),
  };
}

function ratioPanel(id, unit, above, below, factor) {
  return (site) => {
    const top = byMonth(above(site));
    const bottoms = below.map(([name, column, fill]) => ({ name: words[name], fill, values: byMonth(site.daily[column]).map((mwh, m) => (mwh > 0 ? (top[m] * factor) / (mwh * 24) : NaN)) }));
    if (sum(top) === 0 || !bottoms.some((b) => anyKnown(b.values))) return { empty: "empty.ratio", values: { site: site.short } };
    const most = Math.max(...bottoms.map((b) => largest(b.values)));
    return {
      table: () => ({ columns: [{ name: "month" }, ...bottoms.map((b) => ({ name: b.name, unit }))], rows: clock.months.map((m, k) => [m, ...bottoms.map((b) => b.values[k])]) }),
      draw(box) {
        chart(box, say(`chart.${id}.aria`, { site: site.short }), 220, () =>
          common({
            grid: { outerBoundsMode: "none", left: axisRoom(most, unit), right: 12, top: 30, bottom: 26 },
            xAxis: timeAxis({ min: firstDay, max: lastInstant }),
            yAxis: valueAxis(most, unit, { min: 0 }),
            series: bottoms.map((b, i) => line(b.name, monthlyPairs(b.values), colour(b.fill), { lineStyle: { color: colour(b.fill), width: 1.8, type: i ? "dashed" : "solid" }, sampling: undefined, markLine: i === 0 ? markLines([documentedLine()]) : undefined })),
            tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, unit, (ms) => isoDay(ms).slice(0, 7)) },
          }),
        );
        box.append(key(bottoms.map((b, i) => ({ name: b.name, fill: b.fill, mark: i ? "dash" : "stroke", text: say("key.mean", { value: quantity(meanKnown(b.values), unit) }) }))));
      },
    };
  };
}

function carbonPanel(site) {
  const items = [["co2_fuel_t", "turbine"], ["co2_grid_t", "grid"]].map(([name, fill]) => ({ name: words["column." + name], fill, values: byMonth(site.daily[name]) })).filter((i) => sum(i.values) > 0);
  if (items.length === 0) return { empty: "empty.carbon", values: { site: site.short } };
  return {
    table: () => ({ columns: [{ name: "month" }, ...items.map((i) => ({ name: i.name, unit: "t" }))], rows: clock.months.map((m, k) => [m, ...items.map((i) => i.values[k])]) }),
    draw: (box) => monthlyStack(box, items, "t", say("chart.carbon.aria", { site: site.short })),
  };
}

/** Sum over the year that ends on each day; in the first year, over the days so far. */
function rollingYear(daily) {
  let total = 0;
  return daily.map((value, i) => {
    total += Number.isFinite(value) ? value : 0;
    if (i >= 365 && Number.isFinite(daily[i - 365])) total -= daily[i - 365];
    return Math.max(total, 0);
  });
}

function noxPanel(site) {
  if (!anyKnown(site.daily.nox_kg)) return { empty: "empty.nox", values: { site: site.short } };
  const tons = rollingYear(site.daily.nox_kg).map((kg) => kg / SHORT_TON_KG);
  const limits = site.nox_limits.map((limit) => ({ ...limit, tons: limit.kg / SHORT_TON_KG, start: limit.from ? Math.max(Date.parse(limit.from), firstDay) : firstDay, end: limit.until ? Math.min(Date.parse(limit.until), lastInstant) : lastInstant })).filter((l) => l.end > l.start);
  const most = Math.max(largest(tons), ...limits.map((l) => l.tons)) * 1.05;
  const metered = limits.filter((l) => l.used.length);
  return {
    table: () => ({
      columns: [{ name: "day" }, { name: "nox", unit: "kg" }, { name: "nox_rolling_year", unit: "short tons" }, ...metered.map((l) => ({ name: "nox_rolling_year " + l.name, unit: "short tons" }))],
      rows: Array.from(tons, (v, i) => [isoDay(dayAt(i)), site.daily.nox_kg[i], v, ...metered.map((l) => l.used[i])]),
    }),
    draw(box) {
      chart(box, say("chart.nox.aria", { site: site.short }), 260, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, ""), right: 12, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(most, words["unit.short_tons"], { min: 0 }),
          series: [
            line(say("chart.nox.rolling"), dailyPairs(tons), colour("turbine"), { lineStyle: { color: colour("turbine"), width: 2 }, areaStyle: { color: colour("turbine"), opacity: 0.12 }, markLine: markLines([documentedLine()]) }),
            ...metered.map((l) => line(say("chart.nox.used", { name: l.name }), dailyPairs(l.used), colour("accent"), { lineStyle: { color: colour("accent"), width: 2 } })),
            ...limits.map((l) => line(say("chart.nox.limit", { name: l.name, tons: significant(l.tons) }), [[l.start, l.tons], [l.end, l.tons]], colour("shed"), { lineStyle: { color: colour("shed"), width: 1.5, type: "dashed" }, sampling: undefined })),
          ],
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points.slice(0, 1 + metered.length), words["unit.short_tons"], isoDay) },
        }),
      );
      box.append(key([{ name: say("chart.nox.rolling"), fill: "turbine", mark: "stroke", text: say("key.highest", { value: quantity(largest(tons), words["unit.short_tons"]) }) }, ...metered.map((l) => ({ name: say("chart.nox.used", { name: l.name }), fill: "accent", mark: "stroke", text: say("key.highest", { value: quantity(largest(l.used), words["unit.short_tons"]) }) })), ...limits.map((l) => ({ name: say("chart.nox.limit", { name: l.name, tons: significant(l.tons) }), fill: "shed", mark: "dash" }))]));
      if (limits.length) box.append(el("p", { class: "unit" }, say("chart.nox.covers")));
      else box.append(el("p", { class: "unit" }, say("chart.nox.no_limit")));
    },
  };
}

const SHORT_TON_KG = 907.18474;

function environmentSection() {
  section("environment");
  const co2 = (site) => site.daily.co2_fuel_t.map((v, i) => (Number.isFinite(v) ? v : 0) + (Number.isFinite(site.daily.co2_grid_t[i]) ? site.daily.co2_grid_t[i] : 0));
  figure("water-source", { panels: waterPanel });
  figure("water-rate", { panels: ratioPanel("water-rate", "L/kWh", (site) => site.daily.water_makeup_m3, [["ratio.it", "it_served_mw_mean", "accent"], ["ratio.facility", "facility_served_mw_mean", "tone-3"]], 1) });
  figure("carbon", { panels: carbonPanel });
  figure("carbon-rate", { panels: ratioPanel("carbon-rate", "kg/MWh", co2, [["ratio.facility_mwh", "facility_served_mw_mean", "turbine"]], 1000) });
  figure("nox", { panels: noxPanel });
}
