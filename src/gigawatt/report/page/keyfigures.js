// Six figures, each with its unit, its date, its share by site, and whether it is a point or a range.

function keyFigure(item) {
  const shares = item.sites.length > 1 || !item.text ? el("dl", {}, item.sites.flatMap((s) => [el("dt", {}, sites.find((site) => site.name === s.site)?.short ?? s.site), el("dd", {}, s.text)])) : null;
  const [number, ...unit] = item.text ? item.text.split(" ") : [];
  return el(
    "article",
    { class: "key-figure", id: item.id },
    el("h3", {}, item.name),
    number ? el("p", { class: "big" }, number, " ", el("span", { class: "big-unit" }, unit.join(" "))) : item.sites.length ? null : el("p", { class: "big" }, words["number.missing"]),
    shares && !item.text ? el("dl", { class: "big-list" }, [...shares.childNodes]) : null,
    el("p", { class: "when" }, item.when),
    item.text ? shares : null,
    el("p", { class: "about" }, item.about),
    el("p", { class: "foot" }, el("span", { class: "kind" }, item.kind), el("button", { type: "button", class: "source", onclick: () => openMethod(item.method, item.name, item.about) }, say("button.source"))),
  );
}

function keyFigureSection() {
  section("figures").append(el("div", { class: "key-figures" }, payload.figures.map(keyFigure)));
}
