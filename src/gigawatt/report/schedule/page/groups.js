// Waits and completion times by size and by tenant: percentiles as numbers, and on one scale of tenfold steps.

const SHOWN_TENANTS = 20;

function sizeName(group) {
  const [a, b] = [group.least_gpus, group.most_gpus].map((n) => significant(n, 9));
  return a === b ? a : say("size.range", { a, b });
}

/** The scale that all strips of a table share: whole powers of ten around what there is. */
function stripScale(groups) {
  const known = groups.flatMap((g) => [g.wait_s, g.jct_s]).flatMap((s) => [s.p50, s.p99]).filter((v) => v !== null && v >= 1);
  const high = Math.max(1, Math.ceil(Math.log10(Math.max(1, ...known))));
  const at = (seconds) => (100 * Math.log10(Math.max(seconds, 1))) / high;
  at.most = 10 ** high;
  return at;
}

function strip(spread, at, fill) {
  if (spread.p50 === null) return el("div", { class: "range" });
  const told = say("strip.of", { p50: quantity(spread.p50, "s"), p90: quantity(spread.p90, "s"), p99: quantity(spread.p99, "s") });
  const from = (value) => at(value) + "%";
  return el(
    "div",
    { class: "range", title: told, style: { "--swatch": `var(--${fill})` } },
    el("span", { class: "range-thin", style: { "inset-inline-start": from(spread.p50), "inline-size": at(spread.p99) - at(spread.p50) + "%" } }),
    el("span", { class: "range-thick", style: { "inset-inline-start": from(spread.p50), "inline-size": at(spread.p90) - at(spread.p50) + "%" } }),
    el("span", { class: "range-dot", style: { "inset-inline-start": from(spread.p50) } }),
  );
}

function groupTable(groups, first, name) {
  const at = stripScale(groups);
  const number = (value) => el("td", { class: "number" }, value);
  const times = (spread) => ["p50", "p90", "p99"].map((p) => number(quantity(spread[p], "s")));
  const head = (label, span, more) => el("th", { scope: "col", colspan: span, class: more }, label);
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table.region") },
    el(
      "table",
      { class: "groups" },
      el(
        "thead",
        {},
        el("tr", { class: "over" }, el("td", { colspan: 3 }), head(say("column.wait"), 3, "number"), head(say("column.jct"), 3, "number"), el("td", {})),
        el("tr", {}, head(say(first)), head(say("column.jobs"), 1, "number"), head(say("column.gpu_hours"), 1, "number"), [1, 2].flatMap(() => ["p50", "p90", "p99"].map((p) => head(say("column." + p), 1, "number"))), head(say("column.strip", { low: quantity(1, "s"), high: quantity(at.most, "s") }), 1, "range-head")),
      ),
      el(
        "tbody",
        {},
        groups.map((g) => el("tr", {}, el("th", { scope: "row" }, name(g)), number(significant(g.jobs, 9)), number(quantity(g.gpu_hours, "GPU-h")), times(g.wait_s), times(g.jct_s), el("td", { class: "range-cell" }, strip(g.wait_s, at, "accent"), strip(g.jct_s, at, "useful")))),
      ),
    ),
  );
}

function groupData(groups, name) {
  const spreads = ["wait_s", "jct_s"].flatMap((s) => ["mean", "p50", "p90", "p99"].map((p) => [s, p]));
  return {
    columns: [{ name }, { name: "least_gpus", unit: "GPUs" }, { name: "most_gpus", unit: "GPUs" }, { name: "jobs" }, { name: "finished" }, { name: "gpu_hours", unit: "GPU-h" }, ...spreads.map(([s, p]) => ({ name: `${s}_${p}`, unit: "s" })), { name: "slowdown" }],
    rows: groups.map((g) => [g.name || sizeName(g), g.least_gpus, g.most_gpus, g.jobs, g.finished, g.gpu_hours, ...spreads.map(([s, p]) => g[s][p]), g.slowdown]),
  };
}

function groupKey() {
  return key([{ name: say("group.wait"), fill: "accent" }, { name: say("group.jct"), fill: "useful" }]);
}

function groupPanel(groups, first, name, id) {
  if (groups.length === 0) return { empty: "empty." + id };
  return {
    table: () => groupData(groups, id),
    draw: (box) => box.append(groupTable(groups.slice(0, SHOWN_TENANTS), first, name), groupKey()),
  };
}

function jobSection() {
  section("jobs");
  figure("size", { whole: {}, class: "wide stacked", panels: () => groupPanel(payload.sizes, "column.size", sizeName, "size") });
  figure("tenant", { whole: {}, class: "wide stacked", panels: () => groupPanel(payload.tenants, "column.tenant", (g) => g.name, "tenant") });
}
