// The choice of sites, the title, and the verdict.

function siteTabs() {
  if (sites.length < 2) return null;
  const options = [["all", say("site.all")], ...sites.map((site) => [site.name, site.short])];
  const group = el("div", { class: "tabs", role: "group", "aria-label": say("site.choose") });
  for (const [name, title] of options)
    group.append(el("button", { type: "button", "aria-pressed": String(name === state.site), "data-site": name, onclick: () => showSite(name) }, title));
  siteListeners.unshift(() => {
    for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.site === state.site));
  });
  return group;
}

function titleBlock() {
  const meta = payload.meta;
  const span = say("header.span", { from: clock.months[0], to: clock.months[clock.months.length - 1] });
  return el(
    "header",
    { class: "title" },
    el("h1", {}, meta.title),
    meta.description ? el("p", { class: "description" }, meta.description) : null,
    el(
      "div",
      { class: "verdict", id: "verdict" },
      el("p", { class: "verdict-sentence" }, payload.verdict.sentence),
      el(
        "p",
        { class: "verdict-kind" },
        el("span", { class: "kind" }, payload.verdict.kind),
        " ",
        say("verdict.reach." + clock.reach, { month: monthInWords(documentedMonth) }),
        " ",
        span,
        " ",
        el("button", { type: "button", class: "source", onclick: () => openMethod("figure-gpus", words["figure.gpus"]) }, say("button.source")),
      ),
    ),
  );
}
