// Tables that live: a row stays the same element while its thing is there, so that focus and selection stay too.

function count(n) {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");
}

function clock(text) {
  return text ? text.slice(11, 19) : say("missing");
}

/** Time between two dates in short. */
function elapsed(since, now) {
  if (!since || !now) return say("missing");
  const seconds = Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000);
  if (seconds < 100) return say("elapsed.s", { s: Math.round(seconds) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return say("elapsed.min", { min: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return say("elapsed.h", { h: hours, min: minutes % 60 });
  return say("elapsed.d", { d: Math.floor(hours / 24), h: hours % 24 });
}

/**
 * A table of columns {id, number, grows, command}; fill(rows) takes {key, cells}. A cell is text, or a function that
 * makes an element once and is given it again to renew it.
 */
function liveTable(name, columns) {
  const body = el("tbody");
  const table = el(
    "table",
    { class: "live", "aria-label": name },
    el(
      "thead",
      {},
      el("tr", {}, columns.map((c) => el("th", { scope: "col", class: [c.number ? "number" : "", "column-" + c.id].join(" ") }, say("column." + c.id)))),
    ),
    body,
  );
  const region = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, table);
  const rows = new Map();

  function fill(wanted) {
    const keys = new Set(wanted.map((row) => row.key));
    for (const [one, row] of rows) {
      if (!keys.has(one)) {
        row.remove();
        rows.delete(one);
      }
    }
    wanted.forEach((row, at) => {
      let line = rows.get(row.key);
      if (!line) {
        line = el("tr", {}, columns.map((c) => el("td", { class: cellClass(c) })));
        rows.set(row.key, line);
      }
      row.cells.forEach((cell, i) => {
        const place = line.children[i];
        if (typeof cell === "function") cell(place);
        else if (place.textContent !== String(cell)) place.textContent = String(cell);
      });
      if (body.children[at] !== line) body.insertBefore(line, body.children[at] || null);
    });
  }
  return { region, fill };
}

function cellClass(c) {
  const classes = [c.number && "number", c.grows && "grows", c.command && "command", "column-" + c.id];
  return classes.filter(Boolean).join(" ");
}

/** A section with a title, a line for how many are shown, an empty state, and a table. */
function listSection(id, columns) {
  const table = liveTable(say(id), columns);
  const none = el("p", { class: "empty" }, say(id + ".none"));
  const more = el("p", { class: "more" });
  const section = sectionOf(id, none, table.region, more);
  return {
    section,
    show(rows, all) {
      none.hidden = rows.length > 0;
      table.region.hidden = rows.length === 0;
      more.hidden = all <= rows.length;
      more.textContent = say("first", { n: count(rows.length), all: count(all) });
      table.fill(rows);
    },
  };
}

function sectionOf(id, ...children) {
  return el(
    "section",
    { class: "section", id, "aria-labelledby": id + "-title" },
    el("div", { class: "section-head" }, el("h2", { id: id + "-title" }, say(id))),
    ...children,
  );
}
