// What moves a figure most: a bar from the figure at a range's low end to that at its high end.

const tornadoState = { chosen: 0 };

function tornadoBar(bar, mid, from, to) {
  const place = (value) => (100 * (value - from)) / (to - from);
  const piece = (value, end) => {
    if (!Number.isFinite(value) || value === mid) return null;
    return el("span", { class: "tornado-piece " + end, style: { "inset-inline-start": Math.min(place(value), place(mid)) + "%", "inline-size": Math.abs(place(value) - place(mid)) + "%" } });
  };
  return el("div", { class: "tornado-track", "aria-hidden": "true" }, piece(bar.at_low, "low"), piece(bar.at_high, "high"), el("span", { class: "tornado-mid", style: { "inset-inline-start": place(mid) + "%" } }));
}

function tornadoTable(item) {
  const ends = item.bars.flatMap((bar) => [bar.at_low, bar.at_high]).filter(Number.isFinite);
  const from = Math.min(item.mid, ...ends);
  const to = Math.max(item.mid, ...ends);
  const told = (bar, end) => [el("span", { class: "tornado-figure" }, quantity(bar["at_" + end], item.unit)), " ", el("span", { class: "faint" }, bar[end])];
  return el(
    "table",
    { class: "tornado" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("ranges.input")), el("th", { scope: "col", class: "tornado-low" }, say("ranges.low_end")), el("th", { "aria-hidden": "true" }), el("th", { scope: "col" }, say("ranges.high_end")))),
    el("tbody", {}, item.bars.map((bar) => el("tr", {}, el("th", { scope: "row" }, bar.input), el("td", { class: "tornado-low" }, told(bar, "low")), el("td", { class: "tornado-cell" }, tornadoBar(bar, item.mid, from, to)), el("td", { class: "tornado-high" }, told(bar, "high"))))),
  );
}

function tornadoFigure() {
  const items = payload.ranges.tornado;
  const most = Math.max(...items.map((item) => item.bars.length));
  tornadoState.chosen = items.findIndex((item) => item.bars.length === most);
  const label = (item) => [item.name, sites.length > 1 ? item.site : null, item.when].filter(Boolean).join(", ");
  figure("tornado", {
    class: "wide",
    whole: {},
    panels: () => {
      const item = items[tornadoState.chosen];
      if (item.bars.length === 0) return { empty: "empty.tornado" };
      return {
        table: () => ({
          columns: [{ name: "range" }, { name: "low" }, { name: "high" }, { name: "at_low", unit: item.unit }, { name: "mid", unit: item.unit }, { name: "at_high", unit: item.unit }],
          rows: item.bars.map((bar) => [bar.input, bar.low, bar.high, bar.at_low, item.mid, bar.at_high]),
        }),
        draw(box) {
          box.append(tornadoTable(item), key([{ name: say("ranges.low_end"), fill: "tone-1" }, { name: say("ranges.high_end"), fill: "tone-2" }], say("ranges.mid") + ": " + quantity(item.mid, item.unit)));
          if (item.others > 0) box.append(el("p", { class: "unit" }, say("ranges.others", { n: item.others })));
        },
      };
    },
    controls: (fill) =>
      choice(say("ranges.choose"), items.map((item, i) => [String(i), label(item)]), String(tornadoState.chosen), (i) => {
        tornadoState.chosen = Number(i);
        fill();
      }),
  });
}
