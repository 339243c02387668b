// The title, the verdict in one sentence, and the answers on one strip.

function stripCell(item) {
  return el(
    "div",
    { class: "strip-cell", id: "strip-" + item.id },
    el("dt", {}, item.name),
    el("dd", { class: "strip-value" }, item.text),
    item.interval ? el("dd", { class: "strip-interval" }, item.interval) : null,
    el("dd", { class: "strip-note" }, item.note),
  );
}

function titleBlock() {
  const { sentence, kind, reach } = payload.verdict;
  return el(
    "header",
    { class: "title" },
    el("h1", {}, payload.meta.title),
    el(
      "div",
      { class: "verdict", id: "verdict" },
      el("p", { class: "verdict-sentence" }, sentence),
      el(
        "p",
        { class: "verdict-kind" },
        el("span", { class: "kind" }, kind),
        " ",
        reach,
        " ",
        el("button", { type: "button", class: "source", onclick: () => openMethod("strip", say("method.strip")) }, say("method.strip")),
      ),
    ),
    el("dl", { class: "strip", "aria-label": say("strip.label") }, payload.strip.map(stripCell)),
  );
}
