// The side panel in which a figure's method and data open.

const panel = el("dialog", { id: "panel", "aria-labelledby": "panel-title" });
let releaseDownload = null;

function openPanel(title, content) {
  const close = el("button", { type: "button", class: "quiet", onclick: () => panel.close() }, say("panel.close"));
  panel.replaceChildren(
    el("header", {}, el("h2", { id: "panel-title", tabindex: "-1" }, title), close),
    el("div", { class: "panel-body" }, ...content),
  );
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  document.getElementById("panel-title").focus();
}

panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
panel.addEventListener("close", () => {
  if (releaseDownload) releaseDownload();
  releaseDownload = null;
});

function plainTable(columns, rows, attributes) {
  const numeric = columns.map((_, i) => rows.length > 0 && rows.every((row) => row[i] === null || typeof row[i] === "number"));
  const cell = (value) => (typeof value === "number" ? significant(value, 6) : value === null ? words["number.missing"] : value);
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table.region") },
    el(
      "table",
      attributes || {},
      el("thead", {}, el("tr", {}, columns.map((name, i) => el("th", { scope: "col", class: numeric[i] ? "number" : null }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, i) => el("td", { class: numeric[i] ? "number" : /^\d{4}-\d{2}(-\d{2})?$/.test(value) ? "date" : null }, String(cell(value))))))),
    ),
  );
}

/** The method of a figure: what it is, formula, inputs, and the assumptions that it rests on. */
function openMethod(id, title, note) {
  const method = payload.methods[id];
  const patterns = method.rests_on.map((text) => new RegExp(text, "i"));
  const rests = payload.assumptions.filter((a) => patterns.some((p) => p.test(a.path)));
  const part = (key, ...children) => [el("h3", {}, say(key)), ...children];
  const shown = rests.slice(0, 40);
  const all = () => el(
    "button",
    {
      type: "button",
      onclick: () => {
        panel.close();
        filterAssumptions(patterns, title);
      },
    },
    say("method.show_all", { n: rests.length }),
  );
  const basis = rests.length
    ? [
        plainTable(
          [say("assumption.path"), say("assumption.value"), say("assumption.source"), say("assumption.confidence")],
          shown.map((a) => [a.path, a.low || a.high ? say("assumption.value_range", a) : a.value, a.source || words["number.missing"], a.confidence]),
          { class: "assumptions-short" },
        ),
        rests.length > shown.length ? el("p", {}, say("method.more", { n: rests.length - shown.length })) : null,
        el("p", {}, all()),
      ]
    : [el("p", {}, say(patterns.length ? "method.no_assumption" : "method.no_assumption_needed"))];
  openPanel(title, [
    note ? el("p", { class: "lead" }, note) : null,
    ...part("method.what", el("p", {}, method.what)),
    ...part("method.formula", el("pre", { class: "formula" }, method.formula)),
    ...part(
      "method.inputs",
      el(
        "ul",
        { class: "inputs" },
        method.inputs.map((input) =>
          el(
            "li",
            {},
            input.name ? el("code", {}, input.name) : null,
            input.name ? (input.unit ? ` (${payload.number.printed[input.unit] ?? input.unit}): ` : ": ") : null,
            input.meaning,
            input.table ? el("span", { class: "faint" }, " · " + input.table) : null,
          ),
        ),
      ),
    ),
    ...part("method.source", ...basis),
    ...part("method.limits", el("p", {}, method.limits)),
  ]);
}

function csvCell(value) {
  if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t]/.test(value) ? "'" + value : String(value);
  return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function csv(table) {
  const head = table.columns.map((c) => csvCell(c.unit ? `${c.name} [${c.unit}]` : c.name)).join(",");
  return [head, ...table.rows.map((row) => row.map(csvCell).join(","))].join("\n") + "\n";
}

/** The data of a figure: its first rows to look at, all of it to take away. */
function openData(id, title, table) {
  const url = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
  if (releaseDownload) releaseDownload();
  releaseDownload = () => URL.revokeObjectURL(url);
  const file = `${payload.meta.scenario}-${id}.csv`.replace(/[^\w.-]+/g, "-");
  const shown = table.rows.slice(0, 100).map((row) => row.map((v) => (typeof v === "number" && !Number.isFinite(v) ? null : v)));
  openPanel(title, [
    el("p", {}, el("a", { class: "button", href: url, download: file, id: "download" }, say("data.download", { n: significant(table.rows.length, 9) }))),
    table.note ? el("p", {}, table.note) : null,
    table.rows.length > shown.length ? el("p", { class: "faint" }, say("data.first", { n: shown.length })) : null,
    plainTable(table.columns.map((c) => (c.unit ? `${c.name} (${c.unit})` : c.name)), shown),
  ]);
}
