// Assumptions: every number that the result rests on, to search and to filter.

const NOT_SAID = "-";
const assumptionState = { text: "", origin: "", confidence: "", patterns: null };
let refillAssumptions = () => {};

/** Show only the assumptions of one figure, and go there. */
function filterAssumptions(patterns, title) {
  assumptionState.patterns = { list: patterns, title };
  refillAssumptions();
  document.getElementById("assumptions").scrollIntoView();
}

function matchesAssumption(a) {
  const s = assumptionState;
  if (s.origin && (a.origin || NOT_SAID) !== s.origin) return false;
  if (s.confidence && (a.confidence || NOT_SAID) !== s.confidence) return false;
  if (s.patterns && !s.patterns.list.some((p) => p.test(a.path))) return false;
  return s.text === "" || [a.path, a.value, a.source, a.note].some((part) => part.toLowerCase().includes(s.text));
}

function assumptionSection() {
  const holder = section("assumptions");
  if (payload.assumptions.length === 0) {
    holder.append(emptyState("empty.assumptions"));
    return;
  }
  const counts = (field) => {
    const by = {};
    for (const a of payload.assumptions) by[a[field]] = (by[a[field]] || 0) + 1;
    return [["", say("choice.any")], ...Object.entries(by).sort((x, y) => y[1] - x[1]).map(([name, n]) => [name || NOT_SAID, `${name ? named(field + ".", name) : say("assumptions.not_said")} (${n})`])];
  };
  const body = el("tbody");
  const told = el("p", { class: "unit", "aria-live": "polite", id: "assumption-count" });
  const clear = el("button", { type: "button", onclick: () => { assumptionState.patterns = null; refillAssumptions(); } }, say("assumptions.clear"));
  const rows = payload.assumptions.map((a) => {
    const cell = (name, ...content) => el("td", { "data-label": words["assumption." + name], class: "a-" + name }, ...content);
    const range = a.low || a.high ? say("range", { low: a.low || words["number.missing"], high: a.high || words["number.missing"] }) : "";
    return el("tr", { "data-origin": a.origin, "data-confidence": a.confidence }, cell("path", el("code", {}, a.path)), cell("value", a.value), cell("range", range), cell("origin", named("origin.", a.origin)), cell("source", a.source, a.note ? el("details", {}, el("summary", {}, words["assumption.note"]), a.note) : null), cell("as_of", a.as_of), cell("confidence", a.confidence));
  });
  body.append(...rows);
  refillAssumptions = () => {
    let n = 0;
    payload.assumptions.forEach((a, i) => {
      const shown = matchesAssumption(a);
      rows[i].hidden = !shown;
      n += shown;
    });
    const title = assumptionState.patterns?.title;
    told.replaceChildren(say("assumptions.count", { n, all: payload.assumptions.length }), title ? " " + say("assumptions.of", { title }) + " " : "", title ? clear : "");
  };
  const search = el("input", { type: "search", id: "assumption-search", placeholder: say("assumptions.search"), "aria-label": say("assumptions.search"), oninput: (event) => { assumptionState.text = event.target.value.trim().toLowerCase(); refillAssumptions(); } });
  const pick = (field) => choice(words["assumption." + field], counts(field), "", (value) => { assumptionState[field] = value; refillAssumptions(); });
  const table = () => ({ columns: ["path", "value", "low", "high", "origin", "source", "as_of", "confidence", "note"].map((name) => ({ name })), rows: payload.assumptions.filter(matchesAssumption).map((a) => [a.path, a.value, a.low, a.high, a.origin, a.source, a.as_of, a.confidence, a.note]) });
  holder.append(
    el("div", { class: "assumption-tools" }, search, pick("origin"), pick("confidence"), el("button", { type: "button", class: "data", onclick: () => openData("assumptions", say("section.assumptions"), table()) }, say("button.data"))),
    told,
    el("div", { class: "scroll assumptions-scroll", tabindex: "0", role: "region", "aria-label": say("section.assumptions") }, el("table", { class: "assumptions" }, el("thead", {}, el("tr", {}, ["path", "value", "range", "origin", "source", "as_of", "confidence"].map((name) => el("th", { scope: "col" }, words["assumption." + name])))), body)),
  );
  refillAssumptions();
}
