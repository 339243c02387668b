// Compute: useful GPUs and goodput by workload, tokens, milestones, chips by type, and the three levels of power.

const TONES = ["tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-6"];

function usefulPanel(site) {
  const d = site.daily;
  if (!anyKnown(d.useful_gpus) && !anyKnown(d.energised_gpus)) return { empty: "empty.useful", values: { site: site.short } };
  const loads = site.workloads.map((w, i) => {
    const gpus = site.work[`${i}:gpus`];
    const goodput = site.work[`${i}:goodput_frac`];
    return { name: w.name, fill: TONES[i % TONES.length], values: gpus.map((g, k) => (Number.isFinite(g * goodput[k]) ? g * goodput[k] : 0)) };
  }).filter((w) => anyKnown(w.values));
  const most = largest(d.energised_gpus, d.useful_gpus);
  return {
    table: () => ({ columns: [{ name: "day" }, { name: "energised_gpus" }, { name: "useful_gpus" }, ...loads.map((w) => ({ name: w.name, unit: "useful GPUs" }))], rows: Array.from({ length: clock.days }, (_, i) => [isoDay(dayAt(i)), d.energised_gpus[i], d.useful_gpus[i], ...loads.map((w) => Math.round(w.values[i]))]) }),
    draw(box) {
      chart(box, say("chart.useful.aria", { site: site.short }), 280, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "GPUs"), right: 12, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(most, "GPUs", { min: 0 }),
          series: [
            ...loads.map((w) => area(w.name, dailyPairs(w.values), colour(w.fill), "useful", { areaStyle: { color: colour(w.fill), opacity: 0.75 } })),
            line(words["gpus.energised"], dailyPairs(d.energised_gpus), colour("accent"), { lineStyle: { color: colour("accent"), width: 2 }, markLine: markLines([documentedLine()]) }),
            ...(loads.length ? [] : [line(words["gpus.useful"], dailyPairs(d.useful_gpus), colour("useful"))]),
          ],
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "GPUs", isoDay) },
        }),
      );
      box.append(key([...loads.map((w) => ({ name: w.name, fill: w.fill })), { name: words["gpus.energised"], fill: "accent", mark: "stroke" }]));
      if (loads.length === 0) box.append(emptyState("empty.workloads", { site: site.short }));
    },
  };
}

function workPanel(id, column, unit, options) {
  return (site) => {
    const asked = site.workloads.map((w, i) => ({ ...w, i, fill: TONES[i % TONES.length] })).filter((w) => !options.only || options.only(w));
    const loads = asked.map((w) => ({ ...w, values: options.values(site.work[`${w.i}:${column}`], site.work[`${w.i}:gpus`]) })).filter((w) => anyKnown(w.values));
    if (loads.length === 0) return { empty: options.empty, values: { site: site.short } };
    const most = options.max ?? Math.max(...loads.map((w) => largest(w.values)));
    return {
      table: () => ({ columns: [{ name: "day" }, ...loads.map((w) => ({ name: w.name, unit: unit === "frac" ? "fraction" : unit }))], rows: Array.from({ length: clock.days }, (_, i) => [isoDay(dayAt(i)), ...loads.map((w) => w.values[i])]) }),
      draw(box) {
        chart(box, say(`chart.${id}.aria`, { site: site.short }), 230, () =>
          common({
            grid: { left: axisRoom(most, unit), right: 12, top: 30, bottom: 26 },
            xAxis: timeAxis({ min: firstDay, max: lastInstant }),
            yAxis: valueAxis(most, unit, { min: options.min ?? 0, max: options.max, interval: options.max ? options.max / 4 : undefined }),
            series: loads.map((w, i) => line(w.name, dailyPairs(w.values), colour(w.fill), { lineStyle: { color: colour(w.fill), width: 1.6, type: ["solid", "dashed", "dotted"][i % 3] }, sampling: "lttb", markLine: i === 0 ? markLines([documentedLine()]) : undefined })),
            tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, unit, isoDay) },
          }),
        );
        box.append(key(loads.map((w, i) => ({ name: w.name, fill: w.fill, mark: i % 3 ? "dash" : "stroke", text: options.text(w.values) }))));
      },
    };
  };
}

/** A month's value from its first day to its last, as the corners of steps. */
function monthlySteps(values) {
  const from = clock.months.map((m) => Date.parse(m + "-01T00:00:00Z"));
  return values.flatMap((v, i) => [[Math.max(from[i], firstDay), v], [Math.min(from[i + 1] ?? lastInstant, lastInstant), v]]);
}

function queuePanel(site) {
  const queues = site.workloads.map((w, i) => ({ ...w, fill: TONES[i % TONES.length] })).filter((w) => w.queue);
  if (queues.length === 0) return { empty: "empty.queue", values: { site: site.short } };
  const shares = [["utilisation_frac", "chart.queue.utilisation", "solid"], ["goodput_frac", "chart.queue.goodput", "dashed"]];
  const lines = queues.flatMap((q) => shares.map(([column, label, type]) => ({ name: say(label, { name: q.name }), fill: q.fill, type, values: q.queue[column] })));
  const columns = Object.keys(queues[0].queue);
  return {
    table: () => ({ columns: [{ name: "month" }, { name: "workload" }, ...columns.map((name) => ({ name }))], rows: clock.months.flatMap((m, i) => queues.map((q) => [m, q.name, ...columns.map((name) => q.queue[name][i])])) }),
    draw(box) {
      chart(box, say("chart.queue.aria", { site: site.short }), 230, () =>
        common({
          grid: { left: axisRoom(1, "frac"), right: 12, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(1, "frac", { min: 0, max: 1, interval: 0.25 }),
          series: lines.map((l, i) => line(l.name, monthlySteps(l.values), colour(l.fill), { lineStyle: { color: colour(l.fill), width: 1.6, type: l.type }, markLine: i === 0 ? markLines([documentedLine()]) : undefined })),
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "frac", isoDay) },
        }),
      );
      box.append(key(lines.map((l) => ({ name: l.name, fill: l.fill, mark: l.type === "dashed" ? "dash" : "stroke", text: say("key.mean", { value: quantity(meanKnown(l.values.map((v) => v ?? NaN)), "frac") }) }))));
    },
  };
}

function queueFigures() {
  figure("queue", { panels: queuePanel });
  figure("waiting", { panels: workPanel("waiting", "waiting_gpus", "GPUs", { only: (w) => w.queue, empty: "empty.queue", values: (waiting) => waiting, text: (v) => say("key.highest", { value: quantity(largest(v), "GPUs") }) }) });
}

function meanKnown(values) {
  const known = Array.from(values).filter(Number.isFinite);
  return known.length ? sum(known) / known.length : NaN;
}

function cumulative(values) {
  let total = 0;
  return values.map((v) => (total += Number.isFinite(v) ? v : 0));
}

function levelsPanel(site) {
  const d = site.daily;
  if (!anyKnown(d.installed_facility_mw) && !anyKnown(d.facility_served_mw_mean)) return { empty: "empty.levels", values: { site: site.short } };
  const lines = [["installed_facility_mw", "ink", "dashed", 1.3], ["energised_facility_mw", "accent", "solid", 2.2], ["facility_served_mw_mean", "useful", "solid", 1.4], ["it_served_mw_mean", "tone-2", "solid", 1.2]];
  const columns = [...lines.map(([name]) => name), "facility_served_mw_low", "facility_served_mw_high"];
  const most = largest(d.installed_facility_mw, d.energised_facility_mw, d.facility_served_mw_high);
  return {
    table: () => ({ columns: [{ name: "day" }, ...columns.map((name) => ({ name }))], rows: Array.from({ length: clock.days }, (_, i) => [isoDay(dayAt(i)), ...columns.map((name) => d[name][i])]) }),
    draw(box) {
      const low = d.facility_served_mw_low;
      const high = d.facility_served_mw_high;
      chart(box, say("chart.levels.aria", { site: site.short }), 280, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "MW"), right: 12, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(most, "MW", { min: 0 }),
          series: [
            area("low", dailyPairs(low), "transparent", "spread", { areaStyle: { opacity: 0 }, silent: true, tooltip: { show: false } }),
            area(say("chart.levels.spread"), dailyPairs(high.map((v, i) => v - low[i])), colour("useful"), "spread", { areaStyle: { color: colour("useful"), opacity: 0.25 }, silent: true }),
            ...lines.map(([name, fill, type, width], i) => line(words["column." + name], dailyPairs(d[name]), colour(fill), { lineStyle: { color: colour(fill), type, width }, markLine: i === 0 ? markLines([documentedLine()]) : undefined })),
          ],
          tooltip: {
            ...common().tooltip,
            formatter: (points) => {
              const day = Math.round((points[0].axisValue - firstDay) / DAY_MS);
              return tip(isoDay(dayAt(day)), [...lines.map(([name, fill]) => ({ name: words["column." + name], fill: colour(fill), text: quantity(d[name][day], "MW") })), { name: say("chart.levels.spread"), text: say("range", { low: significant(low[day]), high: quantity(high[day], "MW") }) }]);
            },
          },
        }),
      );
      box.append(key([...lines.map(([name, fill, type]) => ({ name: words["column." + name], fill, mark: type === "dashed" ? "dash" : "stroke" })), { name: say("chart.levels.spread"), fill: "useful-wash" }]));
    },
  };
}

function chipsPanel(site) {
  const stages = ["ordered", "delivered", "installed", "energised"].filter((stage) => site.chips[stage]);
  const chips = [...new Set(stages.flatMap((stage) => Object.keys(site.chips[stage])))];
  if (chips.length === 0) return { empty: "empty.chips", values: { site: site.short } };
  const at = (stage, chip) => site.chips[stage][chip]?.[clock.documented] ?? 0;
  return {
    table: () => ({ columns: [{ name: "month" }, { name: "chip" }, ...stages.map((name) => ({ name, unit: "GPUs" }))], rows: clock.months.flatMap((m, i) => chips.map((chip) => [m, chip, ...stages.map((stage) => site.chips[stage][chip]?.[i] ?? 0)])) }),
    draw(box) {
      box.append(
        el(
          "table",
          {},
          el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("table.chip")), stages.map((stage) => el("th", { scope: "col", class: "number" }, words["gpus." + stage])))),
          el("tbody", {}, chips.map((chip) => el("tr", {}, el("th", { scope: "row" }, chip), stages.map((stage) => el("td", { class: "number" }, significant(at(stage, chip))))))),
          el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, say("table.total")), stages.map((stage) => el("td", { class: "number" }, significant(sum(chips.map((chip) => at(stage, chip)))))))),
        ),
      );
    },
  };
}

function milestonePanel(site) {
  const found = payload.events.filter((e) => e.site === site.name && e.kind === "milestone");
  if (found.length === 0) return { empty: "empty.milestones", values: { site: site.short } };
  const sourced = found.some((e) => e.source);
  const columns = [say("table.day"), say("table.milestone"), ...(sourced ? [say("assumption.source")] : [])];
  const rows = found.map((e) => [e.day, e.text, ...(sourced ? [e.source || words["number.missing"]] : [])]);
  return { table: () => ({ columns: [{ name: "day" }, { name: "milestone" }, { name: "source" }], rows: found.map((e) => [e.day, e.text, e.source]) }), draw: (box) => box.append(plainTable(columns, rows)) };
}

function computeSection() {
  section("compute");
  figure("useful", { class: "wide", panels: usefulPanel });
  figure("goodput", {
    panels: workPanel("goodput", "goodput_frac", "frac", { min: 0, max: 1, empty: "empty.workloads", values: (goodput, gpus) => goodput.map((v, i) => (gpus[i] > 0 ? v : NaN)), text: (v) => say("key.mean", { value: quantity(meanKnown(v), "frac") }) }),
  });
  figure("tokens", { panels: workPanel("tokens", "tokens", "tokens", { only: (w) => w.tokens, empty: "empty.tokens", values: (tokens) => cumulative(tokens), text: (v) => quantity(v[v.length - 1], "tokens") }) });
  if (sites.some((site) => site.workloads.some((w) => w.queue))) queueFigures();
  figure("milestones", { panels: milestonePanel });
  figure("chips", { panels: chipsPanel });
  figure("levels", { class: "wide", panels: levelsPanel });
}
