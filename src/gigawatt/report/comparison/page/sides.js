// The title, the two sides, and the tables of what differs.

const captionPlaces = {};

function sideCell(name) {
  const side = payload.meta[name];
  return el("div", { class: "side side-" + name }, el("dt", {}, el("span", { class: "side-mark", "aria-hidden": "true" }), say("side." + name)), el("dd", {}, el("strong", {}, side.label), side.title && side.title !== side.label ? " " + side.title : null, side.version ? el("span", { class: "faint" }, " · " + side.version) : null));
}

function titleBlock() {
  return el(
    "header",
    { class: "title" },
    el("h1", {}, payload.meta.title),
    el("dl", { class: "two-sides" }, sideCell("a"), sideCell("b")),
    el(
      "div",
      { class: "verdict", id: "verdict" },
      el("p", { class: "verdict-sentence" }, payload.verdict.sentence),
      el("p", { class: "verdict-kind" }, [...payload.verdict.notes, say("verdict.kind")].join(" ")),
    ),
  );
}

/** A table of texts; columns that the set names hold numbers, the first is a path. */
function differenceTable(id, columns, rows, numbers) {
  const cell = (text, i) => {
    if (i === 0) return el("th", { scope: "row", class: "path" }, text);
    return el("td", { class: numbers.includes(i) ? "number" : null }, text);
  };
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table.region") },
    el(
      "table",
      { class: "differences", id },
      el("thead", {}, el("tr", {}, columns.map((name, i) => el("th", { scope: "col", class: numbers.includes(i) ? "number" : null }, say("column." + name))))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell)))),
    ),
  );
}

function hiddenNote(count) {
  return count > 0 ? el("p", { class: "faint" }, say("more", { n: significant(count, 9) })) : null;
}

function inputSection() {
  const holder = section("inputs", { class: "first" });
  if (payload.inputs.length === 0) holder.append(emptyState("inputs.none"));
  else holder.append(differenceTable("inputs-table", ["path", "a", "b", "difference", "source"], payload.inputs, [1, 2, 3]), ...[hiddenNote(payload.hidden.inputs)].filter(Boolean));
}

function figureSection() {
  const holder = section("figures");
  if (payload.figures.length === 0) holder.append(emptyState("figures.none"));
  else holder.append(differenceTable("figures-table", ["path", "a", "b", "difference", "relative"], payload.figures, [1, 2, 3, 4]), ...[hiddenNote(payload.hidden.figures)].filter(Boolean));
}

function eventTable(id, columns, rows) {
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table.region") },
    el(
      "table",
      { class: "events", id },
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, say("column." + name))))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((text) => el("td", { class: /^\d{4}-/.test(text) ? "date" : null }, text))))),
    ),
  );
}

/** Site and kind in one cell: what kind of event it is stands before its words. */
function eventRow(cells) {
  const text = cells[cells.length - 1];
  const kind = cells[cells.length - 2];
  return [...cells.slice(0, -2), `${kind}: ${text}`];
}

function eventSection() {
  const holder = section("events");
  const { moved, only } = payload;
  if (moved.length + only.a.length + only.b.length === 0) {
    holder.append(emptyState("events.none"));
    return;
  }
  if (moved.length) holder.append(eventTable("moved-table", ["day_a", "day_b", "moved", "site", "what"], moved.map(eventRow)));
  for (const side of ["a", "b"]) if (only[side].length) holder.append(el("h3", { class: "only" }, say("only." + side)), eventTable(`only-${side}-table`, ["day_" + side, "site", "what"], only[side].map(eventRow)));
}

function reproduceSection() {
  const rows = ["a", "b"].flatMap((name) => [el("dt", {}, say("reproduce." + name)), el("dd", {}, el("pre", { class: "formula command" }, payload.meta[name].command))]);
  section("reproduce").append(el("dl", { class: "facts" }, rows));
}
