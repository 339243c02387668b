// The load over time: the queue, what the GPUs did, power.

function curveLine(values) {
  const step = payload.curves.step_s;
  const pairs = Array.from(values, (value, i) => [i * step, value]);
  if (pairs.length) pairs.push([Math.min(pairs.length * step, Math.max(payload.curves.end_s, (pairs.length - 1) * step)), pairs[pairs.length - 1][1]]);
  return pairs;
}

function curveTip(points, unit) {
  const seen = new Set();
  const rows = points.filter((p) => !seen.has(p.seriesName) && seen.add(p.seriesName)).map((p) => ({ name: p.seriesName, fill: p.color, text: quantity(p.data[1], unit) }));
  return tip(instant(points[0].axisValue), rows);
}

/** One chart of steps over time; series are {name, values, fill, stacked, dashed}. */
function curveChart(box, label, unit, series, height) {
  const stacked = series.filter((s) => s.stacked);
  const tops = stacked.length ? [stacked[0].values.map((_, i) => sum(stacked.map((s) => s.values[i])))] : [];
  const most = largest(...tops, ...series.map((s) => s.values));
  chart(box, label, height, ({ width }) =>
    common({
      grid: { outerBoundsMode: "none", left: axisRoom(most, unit), right: 14, top: 30, bottom: 26 },
      xAxis: elapsedAxis(payload.curves.end_s, width),
      yAxis: valueAxis(most, unit, { min: 0 }),
      series: series.map((s) =>
        s.stacked
          ? area(s.name, curveLine(s.values), colour(s.fill), "all", { step: "end" })
          : line(s.name, curveLine(s.values), colour(s.fill), { step: "end", sampling: undefined, lineStyle: { color: colour(s.fill), width: 1.5, type: s.dashed ? "dashed" : "solid" }, areaStyle: s.filled ? { color: colour(s.fill), opacity: 0.14 } : undefined }),
      ),
      tooltip: { ...common().tooltip, formatter: (points) => curveTip(points, unit) },
    }),
  );
}

function curveTable(names) {
  const units = Object.fromEntries(payload.curves.heads.map((head) => [head.name, head.unit]));
  const columns = payload.curves.columns;
  return {
    columns: [{ name: "time_s", unit: "s" }, ...names.map((name) => ({ name, unit: units[name] }))],
    rows: Array.from(columns.busy_gpus, (_, i) => [i * payload.curves.step_s, ...names.map((name) => columns[name][i])]),
  };
}

function queuePanel() {
  const { waiting_jobs: jobs, waiting_gpus: gpus } = payload.curves.columns;
  if (!anyKnown(jobs)) return { empty: "empty.queue" };
  return {
    table: () => curveTable(["waiting_jobs", "waiting_gpus"]),
    draw(box) {
      const half = () => box.appendChild(el("div", {}));
      box.classList.add("two");
      const machine = { name: say("queue.machine"), values: payload.curves.columns.in_service_gpus, fill: "ink-2", dashed: true };
      curveChart(half(), say("queue.jobs"), "jobs", [{ name: say("queue.jobs"), values: jobs, fill: "accent", filled: true }], 220);
      curveChart(half(), say("queue.gpus"), "GPUs", [{ name: say("queue.gpus"), values: gpus, fill: "accent", filled: true }, machine], 220);
    },
  };
}

function gpuPanel() {
  const { busy_gpus: busy, down_gpus: down, in_service_gpus: there } = payload.curves.columns;
  if (!anyKnown(busy) && !anyKnown(down)) return { empty: "empty.gpus" };
  const idle = busy.map((held, i) => Math.max(there[i] - held - down[i], 0));
  return {
    table: () => curveTable(["busy_gpus", "down_gpus", "in_service_gpus"]),
    draw(box) {
      const parts = [
        { name: say("gpus.busy"), values: busy, fill: "tone-1", stacked: true },
        { name: say("gpus.down"), values: down, fill: "shed", stacked: true },
        { name: say("gpus.idle"), values: idle, fill: "binding-none", stacked: true },
      ];
      curveChart(box, say("chart.gpus"), "GPUs", parts, 240);
      box.append(key(parts));
    },
  };
}

function powerPanel() {
  const { power_kw: drawn, budget_kw: budget } = payload.curves.columns;
  if (!drawn) return { empty: "empty.power" };
  return {
    table: () => curveTable(budget ? ["power_kw", "budget_kw"] : ["power_kw"]),
    draw(box) {
      const parts = [{ name: say("power.drawn"), values: drawn, fill: "turbine", filled: true }];
      if (budget) parts.push({ name: say("power.budget"), values: budget, fill: "ink", dashed: true, mark: "dash" });
      curveChart(box, say("chart.power"), "kW", parts, 220);
      box.append(key(parts));
    },
  };
}

function loadSection() {
  section("load");
  currentSection.querySelector(".section-about").textContent = say("section.load.about", captionPlaces);
  figure("queue", { whole: {}, class: "wide stacked", panels: queuePanel });
  figure("gpus", { whole: {}, class: "wide stacked", panels: gpuPanel });
  figure("power", { whole: {}, class: "wide stacked", panels: powerPanel });
}
