// Where the GPU time went.

const FATES = [["useful", "useful"], ["user_failed", "tone-6"], ["lost", "binding-hall"], ["checkpoint", "tone-1"], ["restart", "tone-2"], ["slowed", "tone-5"], ["unfinished", "accent"], ["down", "shed"], ["idle", "curtailed"]];

function fatesPanel() {
  const total = sum(Object.values(payload.fates));
  if (!(total > 0)) return { empty: "empty.fates" };
  const rows = FATES.map(([name, fill]) => ({ name: say("fate." + name), value: payload.fates[name], fill, mark: name === "down" ? "hatched" : "" }));
  return {
    table: () => ({ columns: [{ name: "fate" }, { name: "gpu_hours", unit: "GPU-h" }, { name: "share" }], rows: FATES.map(([name]) => [name, payload.fates[name], payload.fates[name] / total]) }),
    draw(box) {
      const bar = el("div", { class: "fate-bar", "aria-hidden": "true" }, rows.filter((r) => r.value > 0).map((r) => el("span", { class: "bar-fill " + r.mark, title: `${r.name} ${quantity(r.value / total, "frac")}`, style: { "flex-grow": r.value / total, "--swatch": `var(--${r.fill})` } })));
      const cells = (r) => [el("th", { scope: "row" }, el("span", { class: "swatch " + r.mark, style: { "--swatch": `var(--${r.fill})` }, "aria-hidden": "true" }), r.name), el("td", { class: "number" }, quantity(r.value, "GPU-h")), el("td", { class: "number" }, quantity(r.value / total, "frac"))];
      box.append(bar, el("table", { class: "fate-table" }, el("tbody", {}, rows.filter((r) => r.value > 0).map((r) => el("tr", {}, cells(r))))));
    },
  };
}

function fateSection() {
  section("fate");
  figure("fates", { whole: {}, class: "wide stacked", panels: fatesPanel });
}
