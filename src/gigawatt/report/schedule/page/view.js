// The timeline's state and its one frame: bands or gangs, the curves above them, the axis and the overview below.

const MOST_GANGS = 6000;
const SHORTEST_S = 30;
const tl = { from: 0, to: 1, colouring: "tenant", rows: [], hover: -1, chosen: -1, near: false, visible: new Int32Array(0), shown: 0, asked: 0 };

function timelinePad() {
  return tl.width < 560 ? 66 : 104;
}

function xOf(seconds) {
  return tl.pad + ((seconds - tl.from) / (tl.to - tl.from)) * tl.inner;
}

function secondsAt(x) {
  return tl.from + ((x - tl.pad) / tl.inner) * (tl.to - tl.from);
}

/** Show a stretch of time, inside the whole. */
function showSpan(from, to) {
  const end = tl.data.end_s;
  const span = Math.min(Math.max(to - from, Math.min(SHORTEST_S, end)), end);
  tl.from = Math.min(Math.max(0, from), end - span);
  tl.to = tl.from + span;
  askFrame();
}

function askFrame() {
  if (tl.asked) return;
  tl.asked = requestAnimationFrame(() => {
    tl.asked = 0;
    performance.mark("timeline:begin");
    frame();
    performance.measure("timeline:frame", "timeline:begin");
  });
}

/** Find the pieces inside a span; return how many. */
function lookUp(from, to) {
  const { run } = tl.pieces;
  let n = 0;
  for (let p = 0; p < run.length; p++) {
    const start = tl.each.start_s[run[p]];
    if (start < to && start + tl.each.length_s[run[p]] > from) tl.visible[n++] = p;
  }
  return n;
}

/** How many pieces can be drawn one by one and still be told apart. */
function mostGangs() {
  const heights = tl.rowOfLane.map((row) => row.height);
  return Math.min(MOST_GANGS, tl.inner * Math.max(sum(heights) / 100, Math.max(...heights) / 25));
}

function frame() {
  const c = tl.context;
  c.setTransform(tl.scale, 0, 0, tl.scale, 0, 0);
  c.clearRect(0, 0, tl.width, tl.height);
  c.imageSmoothingEnabled = false;
  tl.shown = lookUp(tl.from, tl.to);
  tl.near = tl.shown <= mostGangs();
  for (const row of tl.rows) {
    c.fillStyle = tl.ink.wash;
    c.fillRect(tl.pad, row.top, tl.inner, row.height);
  }
  drawTicks(c);
  if (tl.near) {
    stretch(c, tl.restPicture, (row) => row.lane >= 0);
    stretch(c, tl.picture.canvas, (row) => row.lane < 0);
    drawGangs(c);
  } else stretch(c, tl.picture.canvas, () => true);
  for (const row of tl.rows) if (row.draw) row.draw(c, row);
  drawLabels(c);
  drawOverview(c);
  outline(c, tl.chosen, 2.5);
  outline(c, tl.hover, 1.5);
  if (tl.told) tl.told();
}

/** Put the painted bins of some rows where the span shown wants them. */
function stretch(c, canvas, wanted) {
  const width = tl.data.end_s / tl.data.bins;
  tl.rows.forEach((row, i) => {
    const [top, height] = tl.picture.tops[i];
    if (wanted(row)) c.drawImage(canvas, tl.from / width, top, (tl.to - tl.from) / width, height, tl.pad, row.top, tl.inner, row.height);
  });
}

function drawGangs(c) {
  const fills = tl.fills;
  const classes = tl.colouring === "end" ? tl.each.end : tl.each.colour;
  const named = [];
  for (let k = 0; k < fills.length; k++) {
    c.fillStyle = fills[k];
    for (let v = 0; v < tl.shown; v++) {
      const p = tl.visible[v];
      const run = tl.pieces.run[p];
      if (classes[run] !== k) continue;
      const [x, y, w, h] = boxOf(p);
      c.fillRect(x, y, w > 4 ? w - 0.75 : w, h > 4 ? h - 0.75 : h);
      if (w > 54 && h > 13) named.push(p);
    }
  }
  drawBreaks(c);
  c.font = `11px ${fontFamily}`;
  c.textBaseline = "middle";
  c.textAlign = "left";
  c.fillStyle = tl.ink.onStrong;
  for (const p of named) {
    const [x, y, w, h] = boxOf(p);
    const name = fitted(c, tl.names[tl.pieces.run[p]], w - 10);
    if (name) c.fillText(name, x + 4, y + h / 2);
  }
}

/** A mark at the end of what was broken off, in either colouring. */
function drawBreaks(c) {
  for (const [k, fill] of [[2, tl.ink.struck], [3, tl.ink.taken], [4, tl.ink.struck]]) {
    c.fillStyle = fill;
    for (let v = 0; v < tl.shown; v++) {
      const p = tl.visible[v];
      const run = tl.pieces.run[p];
      if (tl.each.end[run] !== k) continue;
      const [x, y, w, h] = boxOf(p);
      if (w > 5 && tl.each.start_s[run] + tl.each.length_s[run] <= tl.to) c.fillRect(x + w - 3.5, y, 3.5, h > 4 ? h - 0.75 : h);
    }
  }
}

/** Left, top, width and height of a piece on the canvas, cut to the plot. */
function boxOf(p) {
  const run = tl.pieces.run[p];
  const row = tl.rowOfLane[tl.pieces.row[p]];
  const x0 = Math.max(xOf(tl.each.start_s[run]), tl.pad);
  const x1 = Math.min(xOf(tl.each.start_s[run] + tl.each.length_s[run]), tl.pad + tl.inner);
  const y1 = row.top + row.height * (1 - tl.pieces.low[p]);
  const y0 = row.top + row.height * (1 - tl.pieces.high[p]);
  return [x0, y0, Math.max(x1 - x0, 0.7), Math.max(y1 - y0, 0.5)];
}

/** A text cut to a width, or nothing where not even three letters fit. */
function fitted(c, whole, width) {
  if (c.measureText(whole).width <= width) return whole;
  for (let n = Math.min(whole.length - 1, Math.floor(width / 5)); n >= 3; n--) if (c.measureText(whole.slice(0, n) + "…").width <= width) return whole.slice(0, n) + "…";
  return "";
}

function drawTicks(c) {
  const step = tickStep(tl.to - tl.from, Math.max(3, tl.inner / 100));
  c.font = `12px ${fontFamily}`;
  c.textBaseline = "top";
  for (let at = Math.ceil(tl.from / step) * step; at <= tl.to; at += step) {
    const x = Math.round(xOf(at)) + 0.5;
    c.fillStyle = tl.ink.rule;
    c.fillRect(x, 0, 1, tl.axisTop);
    c.fillStyle = tl.ink.ink2;
    c.fillRect(x, tl.axisTop, 1, 4);
    const label = tickLabel(at, step);
    c.textAlign = x - tl.pad < 20 ? "left" : tl.width - x < 40 ? "right" : "center";
    c.fillText(label, x, tl.axisTop + 6);
  }
}

function drawLabels(c) {
  c.font = `12px ${fontFamily}`;
  c.textBaseline = "middle";
  c.textAlign = "right";
  for (const row of tl.rows) {
    c.fillStyle = row.lane >= 0 ? tl.ink.ink : tl.ink.ink2;
    const middle = row.top + row.height / 2;
    if (row.height >= 11 || row.lane % 2 === 0) c.fillText(fitted(c, row.label, tl.pad - 10), tl.pad - 8, row.told ? middle - 7 : middle);
    if (row.told) {
      c.font = `10.5px ${fontFamily}`;
      c.fillText(fitted(c, row.told, tl.pad - 10), tl.pad - 8, middle + 7);
      c.font = `12px ${fontFamily}`;
    }
  }
}

/** The whole time below the axis, and the part of it that is shown. */
function drawOverview(c) {
  const { top, height } = tl.overview;
  const [from, rows] = tl.picture.tops[0];
  c.fillStyle = tl.ink.wash;
  c.fillRect(tl.pad, top, tl.inner, height);
  c.globalAlpha = 0.55;
  c.drawImage(tl.picture.canvas, 0, from, tl.data.bins, rows, tl.pad, top, tl.inner, height);
  c.globalAlpha = 1;
  const x0 = tl.pad + (tl.from / tl.data.end_s) * tl.inner;
  const w = Math.max(((tl.to - tl.from) / tl.data.end_s) * tl.inner, 3);
  c.fillStyle = tl.ink.veil;
  c.fillRect(tl.pad, top, x0 - tl.pad, height);
  c.fillRect(x0 + w, top, tl.pad + tl.inner - x0 - w, height);
  c.strokeStyle = tl.ink.ink;
  c.lineWidth = 1.5;
  c.strokeRect(x0 + 0.75, top + 0.75, Math.max(w - 1.5, 1.5), height - 1.5);
}

function outline(c, run, width) {
  if (run < 0) return;
  c.strokeStyle = tl.ink.ink;
  c.lineWidth = width;
  c.save();
  c.beginPath();
  c.rect(tl.pad, 0, tl.inner, tl.axisTop);
  c.clip();
  for (const p of tl.piecesOf(run)) {
    const start = tl.each.start_s[run];
    if (start > tl.to || start + tl.each.length_s[run] < tl.from) continue;
    const [x, y, w, h] = boxOf(p);
    c.strokeRect(x - width / 2, y - width / 2, w + width, h + width);
  }
  c.restore();
}
