// Charts: one place that makes, resizes, recolours and forgets them, and what their axes share.

const charts = new Set();
const waiting = [];

/** Put a drawing off until the browser is idle, in order; the page says when all are drawn. */
function drawLater(draw, frame) {
  waiting.push(draw);
}

async function drawAll() {
  for (const draw of waiting.splice(0)) {
    draw();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();

// The library takes the height of a line from the width of one wide character. Where no font has that
// character its stand-in is narrow, and labels would overlap: give it the width it should have.
const ruler = document.createElement("canvas").getContext("2d");
echarts.setPlatformAPI({
  measureText(string, font) {
    ruler.font = font || "12px sans-serif";
    return string === "国" ? { width: parseFloat(/([\d.]+)px/.exec(ruler.font)[1]) } : ruler.measureText(string);
  },
});

function chart(box, label, height, option, after) {
  const target = el("div", { class: "chart", role: "img", "aria-label": label, style: { "block-size": height + "px" } });
  box.append(target);
  const entry = { target, option, instance: null, after };
  charts.add(entry);
  boxes.observe(target);
  paint(entry);
  return entry;
}

function paint(entry) {
  if (!entry.target.isConnected) return;
  const width = printing.matches ? 660 : entry.target.clientWidth;
  if (width === 0) return;
  if (!entry.instance) entry.instance = echarts.init(entry.target, null, { renderer: "svg", width });
  else entry.instance.resize({ width });
  entry.width = width;
  entry.instance.setOption(entry.option({ width, narrow: width < 560 }), true);
  if (entry.after) entry.after(entry);
}

function forgetCharts(within) {
  for (const entry of [...charts])
    if (within.contains(entry.target)) {
      boxes.unobserve(entry.target);
      if (entry.instance) entry.instance.dispose();
      charts.delete(entry);
    }
}

// A chart follows its box: the window may change, and a panel beside it may appear after it was drawn.
let resizing = 0;
const boxes = new ResizeObserver(() => {
  if (printing.matches) return;
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    for (const entry of charts) if (entry.target.clientWidth !== entry.width) paint(entry);
  }, 60);
});
themeListeners.push(() => charts.forEach(paint));

function text(size, name) {
  return { fontFamily, fontSize: size || 12, color: colour(name || "ink-2") };
}

/** What every chart has: no animation, our type, our tooltip. */
function common(extra) {
  return {
    animation: false,
    useUTC: true,
    textStyle: text(),
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      backgroundColor: colour("paper"),
      borderColor: colour("rule-strong"),
      borderWidth: 1,
      padding: [8, 10],
      textStyle: text(12, "ink"),
      extraCssText: "box-shadow:none;border-radius:2px",
      axisPointer: { type: "line", lineStyle: { color: colour("ink-3"), width: 1, type: "solid" } },
      formatter: () => "",
    },
    ...extra,
  };
}

function tip(title, rows) {
  return el(
    "div",
    { class: "tip" },
    el("div", { class: "tip-title" }, title),
    el("table", {}, rows.map((row) => el("tr", {}, el("td", {}, row.fill ? el("span", { class: "swatch", style: { "--swatch": row.fill } }) : null, row.name), el("td", { class: "number" }, row.text)))),
  );
}

function timeLabel(value, index) {
  const date = new Date(value);
  if (index === 0 && date.getUTCDate() === 1 && date.getUTCMonth() !== 0) return words["date.short." + (date.getUTCMonth() + 1)] + " " + date.getUTCFullYear();
  if (date.getUTCHours() !== 0) return String(date.getUTCHours()).padStart(2, "0") + ":00";
  if (date.getUTCDate() !== 1) return `${date.getUTCDate()} ${words["date.short." + (date.getUTCMonth() + 1)]}`;
  return date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : words["date.short." + (date.getUTCMonth() + 1)];
}

function timeAxis(extra) {
  return {
    type: "time",
    axisLine: { lineStyle: { color: colour("ink-3") } },
    axisTick: { length: 4, lineStyle: { color: colour("ink-3") } },
    axisLabel: { ...text(12, "ink-2"), formatter: timeLabel, hideOverlap: true, showMinLabel: true, showMaxLabel: false },
    splitLine: { show: false },
    ...extra,
  };
}

/** A value axis in the unit in which its largest value reads best; the unit stands above it. */
function valueAxis(most, unit, extra) {
  const [factor, name] = scaleFor(most, unit);
  return {
    type: "value",
    name: name,
    nameLocation: "end",
    nameGap: 10,
    nameTextStyle: { ...text(12, "ink-2"), align: "left", padding: [0, 0, 0, -40] },
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
    splitLine: { lineStyle: { color: colour("rule"), width: 1 } },
    axisLabel: { ...text(12, "ink-2"), formatter: (value) => significant(value / factor) },
    ...extra,
  };
}

/** A round number just above, so that limits far beyond the load do not flatten it. */
function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((m) => m * power >= value) * power;
}

/** Room for the labels of a value axis; what is drawn beside it keeps its own. */
function axisRoom(most, unit) {
  const [factor] = scaleFor(most, unit);
  return Math.max(40, significant(niceTop(most) / factor).length * 6.8 + 16);
}

function line(name, data, fill, extra) {
  return { type: "line", name, data, showSymbol: false, sampling: "lttb", lineStyle: { color: fill, width: 1.5 }, itemStyle: { color: fill }, emphasis: { disabled: true }, ...extra };
}

function area(name, data, fill, stack, extra) {
  return line(name, data, fill, { stack, sampling: undefined, lineStyle: { width: 0, color: fill }, areaStyle: { color: fill, opacity: 1 }, ...extra });
}
