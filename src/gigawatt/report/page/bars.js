// A table of amounts with a bar to each.

/** A table whose last column is a bar: item, amount, share of the largest, of this table or of several. */
function barTable(rows, unit, largestOfAll) {
  const most = largestOfAll ?? Math.max(...rows.map((r) => r.value), 0);
  return el(
    "table",
    { class: "bars" },
    el(
      "tbody",
      {},
      rows.map((r) =>
        el("tr", { class: r.class || null }, el("th", { scope: "row" }, r.name), el("td", { class: "number" }, quantity(r.value, unit)), el("td", { class: "bar-cell", "aria-hidden": "true" }, el("span", { class: "bar-fill " + (r.mark || ""), style: { "inline-size": (most > 0 ? Math.max(0, (100 * r.value) / most) : 0) + "%", "--swatch": `var(--${r.fill || "tone-1"})` } }))),
      ),
    ),
  );
}
