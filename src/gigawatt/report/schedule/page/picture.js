// The far view, painted once for a colouring and a theme: a column a bin, and then only stretched.

const END_FILLS = ["useful", "tone-6", "tone-2", "binding-crew", "tone-4", "accent"];
const TENANT_FILLS = ["tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-6"];

function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** Names of the colours of a colouring, one a class. */
function fillsOf(colouring) {
  return colouring === "end" ? END_FILLS : TENANT_FILLS;
}

/** Stack shares of one row from the bottom (or hang them from the top), with soft edges. */
function paintRow(image, top, height, bins, shareAt, shades, hanging) {
  const sums = new Float64Array(height * 4);
  for (let k = 0; k < bins; k++) {
    sums.fill(0);
    let low = 0;
    for (let c = 0; c < shades.length; c++) {
      const high = Math.min(low + shareAt(c, k) * height, height);
      for (let y = Math.floor(low); y < high; y++) {
        const part = Math.min(high, y + 1) - Math.max(low, y);
        for (let i = 0; i < 3; i++) sums[y * 4 + i] += shades[c][i] * part;
        sums[y * 4 + 3] += part;
      }
      low = Math.max(low, high);
    }
    for (let y = 0; y < height; y++) {
      const cover = sums[y * 4 + 3];
      if (cover === 0) continue;
      const at = ((top + (hanging ? y : height - 1 - y)) * bins + k) * 4;
      for (let i = 0; i < 3; i++) image.data[at + i] = sums[y * 4 + i] / cover;
      image.data[at + 3] = 255 * Math.min(cover, 1);
    }
  }
}

/** Paint all lanes, and all of them together, onto one canvas; rows lie under each other. */
function paintPicture(data, rows, colouring, elsewhere, scale) {
  const bins = data.bins;
  const shades = [...fillsOf(colouring), "binding-delivery"].map((name) => rgb(colour(name)));
  const own = shades.length - 1;
  const canvas = document.createElement("canvas");
  const heights = rows.map((row) => Math.max(1, Math.round(row.height * scale)));
  canvas.width = bins;
  canvas.height = heights.reduce((a, b) => a + b, 0);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const tops = [];
  let top = 0;
  rows.forEach((row, i) => {
    tops.push([top, heights[i]]);
    if (row.shares) paintRow(image, top, heights[i], bins, (c, k) => (c < own ? row.shares(colouring, c, k) : row.lane < 0 ? 0 : elsewhere[row.lane * bins + k]), shades, false);
    top += heights[i];
  });
  context.putImageData(image, 0, 0);
  return { canvas, tops };
}

/** What is not drawn one by one, and what gangs of other lanes hold, hanging from the top of each lane. */
function paintRest(data, rows, rest, elsewhere, scale) {
  const shades = [rgb(colour("rule-strong")), rgb(colour("binding-delivery"))];
  const parts = [rest, elsewhere];
  const canvas = document.createElement("canvas");
  const heights = rows.map((row) => Math.max(1, Math.round(row.height * scale)));
  canvas.width = data.bins;
  canvas.height = heights.reduce((a, b) => a + b, 0);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  let top = 0;
  rows.forEach((row, i) => {
    if (row.lane >= 0) paintRow(image, top, heights[i], data.bins, (c, k) => parts[c][row.lane * data.bins + k], shades, true);
    top += heights[i];
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Share of each lane and bin that the drawn runs hold. */
function drawnShares(data, each, lane, laneGpus) {
  const width = data.end_s / data.bins;
  const held = new Float64Array(laneGpus.length * data.bins);
  for (let i = 0; i < lane.length; i++) {
    const end = each.start_s[i] + each.length_s[i];
    for (let k = Math.floor(each.start_s[i] / width); k < data.bins && k * width < end; k++) {
      const inside = Math.min(end, (k + 1) * width) - Math.max(each.start_s[i], k * width);
      held[lane[i] * data.bins + k] += (each.gpus[i] * inside) / width / laneGpus[lane[i]];
    }
  }
  return held;
}

/** What gangs that reach across hold of each lane: their sum spread evenly over what is free in the others. */
function elsewhereShares(data, totals, laneGpus) {
  const spread = new Float64Array(totals.length);
  const across = laneGpus.length - 1;
  for (let k = 0; k < data.bins; k++) {
    let free = 0;
    for (let lane = 0; lane < across; lane++) free += (1 - totals[lane * data.bins + k]) * laneGpus[lane];
    const part = free > 0 ? Math.min((totals[across * data.bins + k] * laneGpus[across]) / free, 1) : 0;
    for (let lane = 0; lane < across; lane++) spread[lane * data.bins + k] = Math.max(1 - totals[lane * data.bins + k], 0) * part;
  }
  return spread;
}

/** What the bands hold beyond the drawn runs; less than what rounding can make counts as nothing. */
function restShares(data, totals, held) {
  return totals.map((total, i) => (total - held[i] > 0.004 ? total - held[i] : 0));
}
