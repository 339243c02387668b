// The curves above the lanes: broken GPUs, the queue, power against its budget.

/** Steps of a curve inside the span shown, as [index, left, right]. */
function* shownSteps(values) {
  const step = payload.curves.step_s;
  for (let i = Math.max(0, Math.floor(tl.from / step)); i < values.length && i * step < tl.to; i++) {
    const x0 = Math.max(xOf(i * step), tl.pad);
    const x1 = Math.min(xOf(Math.min((i + 1) * step, tl.data.end_s)), tl.pad + tl.inner);
    if (x1 > x0) yield [i, x0, x1];
  }
}

/** An area of steps that stands on the bottom of its row, or hangs from its top. */
function stepArea(c, row, values, most, fill, hanging) {
  if (!(most > 0)) return;
  c.fillStyle = fill;
  c.beginPath();
  for (const [i, x0, x1] of shownSteps(values)) {
    const h = Math.min(values[i] / most, 1) * row.height;
    c.rect(x0, hanging ? row.top : row.top + row.height - h, x1 - x0 + 0.3, h);
  }
  c.fill();
}

function drawBroken(c, row) {
  stepArea(c, row, payload.curves.columns.down_gpus, payload.gpus, tl.ink.struck, true);
}

function drawQueue(c, row) {
  stepArea(c, row, payload.curves.columns.waiting_gpus, row.most, tl.ink.accent, false);
}

function drawPower(c, row) {
  const { power_kw: drawn, budget_kw: budget } = payload.curves.columns;
  stepArea(c, row, drawn, row.most, tl.ink.power, false);
  if (budget) {
    stepArea(c, row, drawn.map((kw, i) => (kw >= 0.995 * budget[i] ? kw : 0)), row.most, tl.ink.capped, false);
    c.strokeStyle = tl.ink.ink;
    c.lineWidth = 1.25;
    c.beginPath();
    for (const [i, x0, x1] of shownSteps(budget)) {
      const y = row.top + row.height * (1 - budget[i] / row.most);
      c.lineTo(x0, y);
      c.lineTo(x1, y);
    }
    c.stroke();
  }
}
