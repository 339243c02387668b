// Every hour of the run as one cell: a column a day, a row an hour; drawn straight onto a canvas.

const heatState = { what: "load" };
const HEAT = {
  load: { unit: "MW", values: siteLoad, from: () => 0 },
  pue: { unit: "", values: (site) => site.hourly.pue, from: () => 1 },
};

function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** One hue from the paper to deep: light means little, in either theme the strong end stands out. */
function heatColour(share) {
  const stops = [rgb(colour("heat-0")), rgb(colour("heat-1")), rgb(colour("heat-2"))];
  const at = Math.min(Math.max(share, 0), 1) * 2;
  const [a, b] = at < 1 ? [stops[0], stops[1]] : [stops[1], stops[2]];
  return a.map((v, i) => v + (b[i] - v) * (at < 1 ? at : at - 1));
}

function heatRange(values, what) {
  let low = Infinity;
  let high = -Infinity;
  const sorted = Array.from(values).filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  low = what === "load" ? 0 : sorted[Math.floor(sorted.length * 0.005)];
  high = sorted[Math.floor((sorted.length - 1) * 0.995)];
  return high > low ? [low, high] : [low, low + 1];
}

function paintHeat(canvas, values, range) {
  canvas.width = clock.days;
  canvas.height = 24;
  const context = canvas.getContext("2d");
  const image = context.createImageData(clock.days, 24);
  const shades = Array.from({ length: 256 }, (_, i) => heatColour(i / 255));
  const blank = rgb(colour("heat-none"));
  for (let h = 0; h < values.length; h++) {
    const at = ((23 - (h % 24)) * clock.days + Math.floor(h / 24)) * 4;
    const value = values[h];
    const shade = Number.isFinite(value) ? shades[Math.round(Math.min(Math.max((value - range[0]) / (range[1] - range[0]), 0), 1) * 255)] : blank;
    image.data.set([shade[0], shade[1], shade[2], 255], at);
  }
  context.putImageData(image, 0, 0);
}

function heatPanel(site) {
  const kind = HEAT[heatState.what];
  const values = kind.values(site);
  const range = heatRange(values, heatState.what);
  if (!range || !anyKnown(values)) return { empty: "empty.load", values: { site: site.short } };
  return {
    table() {
      const rows = Array.from({ length: clock.days }, (_, d) => [isoDay(dayAt(d)), ...Array.from(values.slice(d * 24, d * 24 + 24))]);
      return { note: say("data.rounded", { step: quantity(heatState.what === "load" ? site.steps.grid_mw : site.steps.pue, kind.unit) }), columns: [{ name: "day" }, ...Array.from({ length: 24 }, (_, h) => ({ name: String(h).padStart(2, "0"), unit: kind.unit }))], rows };
    },
    draw(box) {
      const canvas = el("canvas", { class: "heat", role: "img", "aria-label": say("chart.heat.aria", { site: site.short, what: words["heat." + heatState.what] }) });
      const read = el("p", { class: "unit heat-read" }, say("chart.heat.hint"));
      canvas.addEventListener("mousemove", (event) => {
        const bounds = canvas.getBoundingClientRect();
        const day = Math.min(clock.days - 1, Math.floor(((event.clientX - bounds.left) / bounds.width) * clock.days));
        const hour = 23 - Math.min(23, Math.floor(((event.clientY - bounds.top) / bounds.height) * 24));
        read.textContent = `${isoHour(dayAt(day) + hour * HOUR_MS)} · ${quantity(values[day * 24 + hour], kind.unit)}`;
      });
      const years = clock.months.map((m, i) => [m, i]).filter(([m, i]) => m.endsWith("-01") || (i === 0 && !clock.months.slice(1, 9).some((later) => later.endsWith("-01"))) || (i === 0 && clock.months.length < 24));
      const axis = el("div", { class: "heat-axis", "aria-hidden": "true" }, years.map(([m, i]) => el("span", { style: { "inset-inline-start": (100 * (monthStart(i) - firstDay)) / (lastInstant - firstDay) + "%" } }, i === 0 && !m.endsWith("-01") ? m : m.slice(0, 4))));
      const hours = el("div", { class: "heat-hours", "aria-hidden": "true" }, ["24", "12", "0"].map((h) => el("span", {}, h)));
      const scale = el("div", { class: "heat-scale" }, el("span", {}, quantity(range[0], kind.unit)), el("canvas", { width: 120, height: 10, "aria-hidden": "true" }), el("span", {}, quantity(range[1], kind.unit)));
      const ramp = scale.querySelector("canvas");
      box.append(el("div", { class: "heat-frame" }, hours, el("div", { class: "heat-plot" }, canvas, axis)), el("div", { class: "heat-foot" }, scale, read));
      const repaint = () => {
        if (!canvas.isConnected) return;
        paintHeat(canvas, values, range);
        const context = ramp.getContext("2d");
        for (let x = 0; x < 120; x++) {
          context.fillStyle = `rgb(${heatColour(x / 119).map(Math.round).join(" ")})`;
          context.fillRect(x, 0, 1, 10);
        }
      };
      themeListeners.push(repaint);
      repaint();
    },
  };
}

function heatControls(fill) {
  return choice(say("choice.show"), [["load", words["heat.load"]], ["pue", words["heat.pue"]]], heatState.what, (what) => {
    heatState.what = what;
    fill();
  });
}
