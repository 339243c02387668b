// Fragmentation, and fairness between tenants.

function strandedPanel() {
  const stranded = payload.curves.columns.stranded_gpus;
  if (!payload.placed) return { empty: "empty.stranded.pool" };
  if (!anyKnown(stranded)) return { empty: "empty.stranded.none" };
  return {
    table: () => curveTable(["stranded_gpus"]),
    draw: (box) => curveChart(box, say("chart.stranded"), "GPUs", [{ name: say("stranded.name"), values: stranded, fill: "binding-crew", filled: true }], 200),
  };
}

function fairnessPanel() {
  const known = payload.tenants.filter((t) => t.slowdown !== null);
  if (known.length === 0) return { empty: "empty.fairness.none" };
  if (payload.all_tenants < 2) return { empty: "empty.fairness.one" };
  const sorted = [...known].sort((a, b) => b.slowdown - a.slowdown);
  return {
    table: () => ({ columns: [{ name: "tenant" }, { name: "jobs" }, { name: "finished" }, { name: "slowdown" }], rows: sorted.map((t) => [t.name, t.jobs, t.finished, t.slowdown]) }),
    draw(box) {
      const { jain, worst_over_mean: worst } = payload.fairness;
      box.append(barTable(sorted.slice(0, SHOWN_TENANTS).map((t) => ({ name: t.name, value: t.slowdown, fill: "tone-1" })), ""));
      box.append(el("p", { class: "total" }, say("fairness.jain", { jain: significant(jain), least: significant(1 / payload.all_tenants), worst: significant(worst) })));
    },
  };
}

function fairnessSection() {
  section("fairness");
  figure("stranded", { whole: {}, class: "wide stacked", panels: strandedPanel });
  figure("fairness", { whole: {}, class: "wide stacked", panels: fairnessPanel });
}
