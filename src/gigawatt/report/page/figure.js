// The frame of a figure: number, title, unit, one panel a site, and the two buttons under it.

const main = el("main", { id: "main" });
let sectionNumber = 0;
let figureNumber = 0;
let currentSection = null;
const contents = [];

function section(id, options) {
  sectionNumber += 1;
  figureNumber = 0;
  const heading = el(
    "div",
    { class: "section-head" },
    el("h2", { id: id + "-title" }, el("span", { class: "section-number" }, String(sectionNumber)), " ", say(`section.${id}`)),
    el("p", { class: "section-about" }, say(`section.${id}.about`, options && options.places)),
  );
  currentSection = el("section", { id, class: "section " + ((options && options.class) || ""), "aria-labelledby": id + "-title" }, heading);
  contents.push({ id, title: say(`section.${id}`) });
  main.append(currentSection);
  return currentSection;
}

function emptyState(key, values) {
  return el("p", { class: "empty" }, say(key, values));
}

/**
 * A figure of one panel a site.
 * panels(site) gives {draw(box, panel), table()} or {empty: key of a message}.
 */
function figure(id, options) {
  figureNumber += 1;
  const title = say(`chart.${id}`);
  const number = say("figure.number", { section: sectionNumber, n: figureNumber });
  const grid = el("div", { class: "panels" });
  const frame = el("figure", { id: "fig-" + id, class: "figure " + (options.class || ""), "data-figure": id, "aria-labelledby": `fig-${id}-title` });
  const current = () => (options.whole ? [options.whole] : shownSites());
  const dataButton = el("button", { type: "button", class: "data", onclick: () => openData(id, title, joined()) }, say("button.data"));
  const methodButton = el("button", { type: "button", class: "method", onclick: () => openMethod(id, title) }, say("button.method"));

  function joined() {
    const tables = current()
      .map((site) => [site, options.panels(site)])
      .filter(([, made]) => made.table)
      .map(([site, made]) => [site, made.table()]);
    if (tables.length === 0) return { columns: [{ name: say("data.none") }], rows: [] };
    if (options.whole) return tables[0][1];
    const note = tables[0][1].note;
    if (tables.every(([, t]) => t.columns.map((c) => c.name).join() === tables[0][1].columns.map((c) => c.name).join()))
      return { note, columns: [{ name: "site" }, ...tables[0][1].columns], rows: tables.flatMap(([site, t]) => t.rows.map((row) => [site.name, ...row])) };
    const names = [...new Set(tables.flatMap(([, t]) => t.columns.map((c) => c.name)))];
    const units = Object.fromEntries(tables.flatMap(([, t]) => t.columns.map((c) => [c.name, c.unit])));
    const rows = tables.flatMap(([site, t]) => {
      const place = names.map((name) => t.columns.findIndex((c) => c.name === name));
      return t.rows.map((row) => [site.name, ...place.map((i) => (i < 0 ? null : row[i]))]);
    });
    return { note, columns: [{ name: "site" }, ...names.map((name) => ({ name, unit: units[name] }))], rows };
  }

  function fill() {
    forgetCharts(grid);
    const list = current();
    grid.replaceChildren();
    grid.dataset.count = String(list.length);
    let any = false;
    for (const site of list) {
      const made = options.panels(site);
      const head = options.whole || sites.length === 1 ? null : el("h4", {}, options.fullTitle ? site.title : site.short);
      const box = el("div", { class: "panel-content" });
      grid.append(el("div", { class: "panel", "data-site": site.name || "" }, head, box));
      if (made.empty) box.append(emptyState(made.empty, made.values));
      else {
        any = true;
        made.draw(box);
      }
    }
    frame.dataset.empty = String(!any);
    dataButton.disabled = !any;
  }

  frame.append(
    el(
      "figcaption",
      {},
      el("div", { class: "caption" }, el("h3", { id: `fig-${id}-title` }, el("span", { class: "figure-number" }, number), " ", title), el("p", { class: "unit" }, say(`chart.${id}.unit`, captionPlaces))),
      el("div", { class: "actions" }, options.controls ? options.controls(fill) : null, dataButton, methodButton),
    ),
    grid,
  );
  currentSection.append(frame);
  if (!options.whole) siteListeners.push(fill);
  drawLater(fill, frame);
  return frame;
}

/** An ordered key: swatch, name and, where given, a value; a note says what the values are. */
function key(items, note) {
  return el(
    "ul",
    { class: "key" },
    note ? el("li", { class: "key-note" }, note) : null,
    items.map((item) =>
      el(
        "li",
        {},
        el("span", { class: "swatch " + (item.mark || ""), style: item.fill ? { "--swatch": `var(--${item.fill})` } : {}, "aria-hidden": "true" }),
        el("span", { class: "key-name" }, item.name),
        item.text ? el("span", { class: "key-value" }, item.text) : null,
      ),
    ),
  );
}

function choice(label, options, chosen, onchange) {
  const select = el(
    "select",
    { "aria-label": label, onchange: (event) => onchange(event.target.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
  );
  return el("label", { class: "choice" }, el("span", {}, label), select);
}
