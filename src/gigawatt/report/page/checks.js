// Checks: do the accounts close, and what must the reader doubt.

function residualTable() {
  const columns = [{ name: "account" }, { name: "residual", unit: say("chart.residuals.share") }, { name: "closes" }];
  return {
    table: () => ({ columns, rows: payload.residuals.map((r) => [r.account, r.residual, r.booked ? String(r.closes) : "not_booked"]) }),
    draw(box) {
      box.append(
        el(
          "div",
          { class: "residuals" },
          payload.residuals.map((r) =>
            el(
              "div",
              { class: "residual", "data-closes": String(r.closes && r.booked) },
              el("h4", {}, named("account.", r.account)),
              el("p", { class: "residual-value" }, r.booked ? significant(r.residual) : words["number.missing"]),
              el("p", { class: "unit" }, say(r.booked ? (r.closes ? "check.closes" : "check.open") : "check.not_booked")),
            ),
          ),
        ),
      );
    },
  };
}

function nodeTable() {
  if (payload.nodes.length === 0) return { empty: "empty.ledger" };
  const columns = ["site", "account", "node", "in", "out", "kept", "worst", "unit"];
  const rows = payload.nodes.map((n) => columns.map((c) => n[c]));
  return {
    table: () => ({ columns: columns.map((name) => ({ name })), rows }),
    draw(box) {
      const shown = payload.nodes.map((n) => [sites.find((s) => s.name === n.site)?.short ?? n.site, named("account.", n.account), nodeName(n.node), quantity(n.in, n.unit), quantity(n.out, n.unit), quantity(n.kept, n.unit), quantity(n.worst, n.unit)]);
      const table = plainTable(["table.site", "table.account", "table.node", "table.in", "table.out", "table.kept", "table.worst"].map((k) => say(k)), shown, { class: "nodes" });
      for (const row of table.querySelectorAll("tr")) for (const [i, cell] of [...row.children].entries()) if (i > 2) cell.classList.add("number");
      box.append(table);
    },
  };
}

function noteList() {
  const notes = payload.notes;
  if (notes.length === 0) return emptyState("empty.notes");
  return el(
    "div",
    { class: "notes" },
    notes.map((n) =>
      el(
        "article",
        { class: "note note-" + n.kind.replace(/[^a-z]/g, "") },
        el("p", { class: "note-kind" }, named("note.", n.kind)),
        el("div", {}, el("h4", {}, n.title), el("p", {}, n.text), n.effect ? el("p", { class: "note-effect" }, el("strong", {}, say("note.effect")), " ", n.effect) : null, n.source ? el("p", { class: "unit" }, say("note.source", { source: n.source })) : null),
      ),
    ),
  );
}

function checkSection() {
  const holder = section("checks");
  figure("residuals", { whole: {}, class: "wide stacked", panels: residualTable });
  figure("nodes", { whole: {}, class: "wide stacked", panels: nodeTable });
  holder.append(el("h3", { class: "sub" }, say("notes.title")), noteList());
}
