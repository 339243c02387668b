// Curves of both sides on one axis: the first six, and any one with its difference.

const A_MONTH = /^\d{4}-\d{2}$/;

function isMonthly(curve) {
  return curve.axis.every((step) => A_MONTH.test(step));
}

function isTimed(curve) {
  return curve.axis.every((step) => step !== "" && Number.isFinite(Number(step)) && !/^\d{4}$/.test(step));
}

function stepInWords(step) {
  return A_MONTH.test(step) ? monthInWords(step) : step;
}

/** Pairs of place and value; a place is an instant, a number of seconds, or a name. */
function placed(curve, values) {
  const place = isMonthly(curve) ? (step) => Date.parse(step + "-01") : isTimed(curve) ? Number : (step) => step;
  return curve.axis.map((step, i) => [place(step), values[i]]);
}

function curveAxis(curve) {
  if (isMonthly(curve)) return timeAxis({ min: Date.parse(curve.axis[0] + "-01"), max: Date.parse(curve.axis[curve.axis.length - 1] + "-01") });
  const look = { axisLine: { lineStyle: { color: colour("ink-3") } }, axisLabel: { ...text(12, "ink-2"), hideOverlap: true }, splitLine: { show: false } };
  return isTimed(curve) ? { type: "value", ...look } : { type: "category", data: curve.axis, ...look };
}

function curveTip(curve, points) {
  const step = curve.axis[points[0].dataIndex];
  const i = points[0].dataIndex;
  return tip(stepInWords(step), [
    { name: say("side.a"), fill: colour("ink-2"), text: quantity(curve.a[i], curve.unit, 4) },
    { name: say("side.b"), fill: colour("accent"), text: quantity(curve.b[i], curve.unit, 4) },
    { name: say("curve.difference"), text: quantity(curve.difference[i], curve.unit) },
  ]);
}

function extent(curve) {
  return largest(curve.a.map(Math.abs), curve.b.map(Math.abs));
}

/** Room for the labels of both charts of a curve, so that their months stand under each other. */
function roomOf(curve) {
  return Math.max(axisRoom(extent(curve), curve.unit), axisRoom(largest(curve.difference.map(Math.abs)), curve.unit) + 8);
}

function anyBelow(...arrays) {
  return arrays.some((values) => values.some((value) => value < 0));
}

function pairOption(curve) {
  const most = extent(curve);
  const marks = curve.axis.length < 2;
  return common({
    grid: { outerBoundsMode: "none", left: roomOf(curve), right: 14, top: 30, bottom: 26 },
    xAxis: curveAxis(curve),
    yAxis: valueAxis(most, curve.unit, anyBelow(curve.a, curve.b) ? {} : { min: 0 }),
    series: [
      line(say("side.b"), placed(curve, curve.b), colour("accent"), { lineStyle: { color: colour("accent"), width: 2 }, sampling: undefined, showSymbol: marks }),
      line(say("side.a"), placed(curve, curve.a), colour("ink-2"), { lineStyle: { color: colour("ink-2"), width: 1.5, type: "dashed" }, sampling: undefined, showSymbol: marks }),
    ],
    tooltip: { ...common().tooltip, formatter: (points) => curveTip(curve, points) },
  });
}

function differenceOption(curve) {
  const most = largest(curve.difference.map(Math.abs));
  return common({
    grid: { outerBoundsMode: "none", left: roomOf(curve), right: 14, top: 26, bottom: 22 },
    xAxis: curveAxis(curve),
    yAxis: valueAxis(most, curve.unit, { splitNumber: 2, ...(anyBelow(curve.difference) ? {} : { min: 0 }) }),
    series: [line(say("curve.difference"), placed(curve, curve.difference), colour("accent"), { step: "middle", sampling: undefined, showSymbol: curve.axis.length < 2, lineStyle: { color: colour("accent"), width: 1 }, areaStyle: { color: colour("accent"), opacity: 0.35 } })],
    tooltip: { ...common().tooltip, formatter: (points) => curveTip(curve, points) },
  });
}

function curveTable(curve) {
  return {
    columns: [{ name: isMonthly(curve) ? "month" : "step" }, { name: "a", unit: curve.unit }, { name: "b", unit: curve.unit }, { name: "b_less_a", unit: curve.unit }],
    rows: curve.axis.map((step, i) => [step, curve.a[i], curve.b[i], curve.difference[i]]),
  };
}

function mainPanel() {
  if (payload.main.length === 0) return { empty: "curves.none" };
  const chosen = payload.main.map((i) => payload.curves[i]);
  return {
    table: () => ({
      columns: [{ name: "curve" }, ...curveTable(chosen[0]).columns.map(({ name }) => ({ name })), { name: "unit" }],
      rows: chosen.flatMap((curve) => curveTable(curve).rows.map((row) => [curve.id, ...row, curve.unit])),
    }),
    draw(box) {
      box.classList.add("curves");
      for (const curve of chosen) {
        const held = el("div", { class: "curve", "data-curve": curve.id }, el("h4", {}, curve.name, el("span", { class: "faint" }, " · " + curve.of)));
        box.append(held);
        chart(held, `${curve.name}, ${curve.of}`, 180, () => pairOption(curve));
        chart(held, `${say("curve.difference")}: ${curve.name}`, 96, () => differenceOption(curve));
        held.append(el("p", { class: "curve-note" }, curve.note));
      }
    },
  };
}

let chosenCurve = 0;

function onePanel() {
  const curve = payload.curves[chosenCurve];
  if (curve === undefined) return { empty: "curves.none" };
  return {
    table: () => curveTable(curve),
    draw(box) {
      box.append(el("h4", {}, curve.name, el("span", { class: "faint" }, " · " + curve.of)));
      chart(box, `${curve.name}, ${curve.of}`, 260, () => pairOption(curve));
      chart(box, say("curve.difference"), 150, () => differenceOption(curve));
      box.append(el("p", { class: "curve-note" }, curve.note));
    },
  };
}

function curveChoice(fill) {
  const options = payload.curves.map((curve, i) => [String(i), `${curve.name} · ${curve.of}`]);
  return choice(say("curve.choose"), options, String(chosenCurve), (value) => {
    chosenCurve = Number(value);
    fill();
  });
}

function curveSection() {
  const holder = section("curves");
  if (payload.curves.length === 0) {
    holder.append(emptyState("curves.none"));
    return;
  }
  chosenCurve = payload.main[0];
  figure("main", { whole: {}, class: "wide stacked", panels: mainPanel });
  if (payload.curves.length > 1) figure("one", { whole: {}, class: "wide stacked", panels: onePanel, controls: curveChoice });
  const note = hiddenNote(payload.hidden.curves);
  if (note) holder.append(note);
}
