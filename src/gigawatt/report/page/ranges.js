// What a sweep adds: the band of GPUs that can run by date, and percentiles of the key figures.

/** Instants of the months' ends, where percentiles stand. */
function monthEndPairs(values) {
  return values.map((value, m) => [dayAt(clock.last_day_of_month[m]), Number.isFinite(value) ? value : null]);
}

/** The band as two lines on top of each other: its lower edge, unseen, and its width, filled. */
function bandSeries(band, fill) {
  const width = band.p90.map((high, m) => (Number.isFinite(high) && Number.isFinite(band.p10[m]) ? high - band.p10[m] : null));
  const edge = { symbol: "none", sampling: undefined, lineStyle: { width: 0 }, silent: true, tooltip: { show: false } };
  return [
    line("p10", monthEndPairs(band.p10), fill, { ...edge, stack: "band" }),
    line(say("ranges.band"), monthEndPairs(width), fill, { ...edge, stack: "band", areaStyle: { color: fill, opacity: 0.22 } }),
  ];
}

function rangePanel(site) {
  const band = payload.ranges.months[site.name];
  if (!anyKnown(band.p90)) return { empty: "empty.ranges", values: { site: site.short } };
  const most = Math.max(largest(band.p90), largest(band.mid));
  return {
    table: () => ({ columns: [{ name: "month" }, ...["p10", "p50", "p90", "mid"].map((name) => ({ name, unit: "GPUs" }))], rows: clock.months.map((m, k) => [m, band.p10[k], band.p50[k], band.p90[k], band.mid[k]]) }),
    draw(box) {
      chart(box, say("chart.ranges-gpus.aria", { site: site.short }), 280, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "GPUs"), right: 12, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(most, "GPUs", { min: 0 }),
          series: [
            ...bandSeries(band, colour("accent")),
            line(say("ranges.p50"), monthEndPairs(band.p50), colour("accent"), { sampling: undefined, lineStyle: { color: colour("accent"), width: 2.2 }, markLine: markLines([documentedLine()]) }),
            line(say("ranges.mid"), monthEndPairs(band.mid), colour("ink"), { sampling: undefined, lineStyle: { color: colour("ink"), width: 1.2, type: "dashed" } }),
          ],
          tooltip: { ...common().tooltip, formatter: (points) => rangeTip(band, points) },
        }),
      );
      box.append(
        key([
          { name: say("ranges.band"), fill: "band" },
          { name: say("ranges.p50"), fill: "accent", mark: "stroke" },
          { name: say("ranges.mid"), fill: "ink", mark: "dash" },
        ]),
      );
    },
  };
}

function rangeTip(band, points) {
  const at = clock.last_day_of_month.findIndex((day) => dayAt(day) === points[0].axisValue);
  if (at < 0) return "";
  return tip(clock.months[at], ["p90", "p50", "p10", "mid"].map((name) => ({ name: words["ranges." + name], text: quantity(band[name][at], "GPUs") })));
}

function rangeTable() {
  const percentiles = ["p10", "p50", "p90", "mid"];
  const head = ["figure", "site", "when", ...percentiles];
  const manySites = sites.length > 1;
  const columns = head.filter((name) => manySites || name !== "site");
  const cell = (row, name) => {
    if (name === "figure") return el("th", { scope: "row" }, row.name);
    return percentiles.includes(name) ? el("td", { class: "number", "data-label": words["ranges." + name] }, quantity(row[name], row.unit)) : el("td", { "data-label": words["ranges." + name] }, row[name]);
  };
  return el(
    "table",
    { class: "percentiles" },
    el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col", class: percentiles.includes(name) ? "number" : null }, words["ranges." + name])))),
    el("tbody", {}, payload.ranges.figures.map((row) => el("tr", {}, columns.map((name) => cell(row, name))))),
  );
}

function rangeSection() {
  const { draws, seed, inputs, refused, unclosed, figures, tornado } = payload.ranges;
  section("ranges", { places: { draws, seed, inputs } });
  for (const { problem, n } of refused) currentSection.append(el("p", { class: "range-refused" }, say("ranges.refused", { n, problem })));
  if (unclosed > 0) currentSection.append(el("p", { class: "range-refused" }, say("ranges.unclosed", { n: unclosed, draws })));
  figure("ranges-gpus", { class: "wide", panels: rangePanel });
  const columns = ["name", "site", "when", "unit", "p10", "p50", "p90", "mid"];
  figure("ranges-table", {
    class: "wide",
    whole: {},
    panels: () => ({
      table: () => ({ columns: columns.map((name) => ({ name })), rows: figures.map((row) => columns.map((name) => row[name])) }),
      draw: (box) => box.append(el("div", { class: "scroll" }, rangeTable())),
    }),
  });
  if (tornado.length) tornadoFigure();
}
