// The bar that stays: the sections, and the choice of light or dark.

function topBar() {
  return el(
    "nav",
    { class: "bar", "aria-label": say("nav.label") },
    el("span", { class: "brand" }, say("brand")),
    el("div", { class: "bar-links" }, contents.map(({ id, title }) => el("a", { href: "#" + id }, title))),
    themeButton(),
  );
}
