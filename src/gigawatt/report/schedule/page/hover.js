// What lies under the pointer, and what is said of it.

const timelineTipBox = el("div", { class: "tip timeline-tip", hidden: true });

function laneName(lane) {
  if (lane.kind === "tenant") return lane.name;
  if (lane.kind === "tenants") return say("lane.tenants", { n: lane.last - lane.first + 1 });
  if (lane.kind === "across") return say("lane.across");
  const many = lane.last > lane.first;
  const named = lane.kind === "pool" ? say("lane.pool") : say(`lane.${lane.kind}${many ? ".many" : ""}`, { n: lane.first + 1, m: lane.last + 1 });
  if (!lane.name) return named;
  // Beside the name of a part its numbers say enough.
  const numbers = lane.kind === "node" || lane.kind === "rack" ? (many ? `${lane.first + 1}–${lane.last + 1}` : `${lane.first + 1}`) : named;
  return lane.kind === "pool" ? lane.name : `${lane.name} ${numbers}`;
}

function rowAt(y) {
  return tl.rows.find((row) => y >= row.top && y < row.top + row.height);
}

/** The drawn run under a point, or -1; half a pixel is not too little to be met. */
function runAt(x, y) {
  if (!tl.near) return -1;
  for (let v = tl.shown - 1; v >= 0; v--) {
    const [left, top, w, h] = boxOf(tl.visible[v]);
    if (x >= left - 1 && x <= left + w + 1 && y >= top && y < top + Math.max(h, 1)) return tl.pieces.run[tl.visible[v]];
  }
  return -1;
}

function runFacts(run) {
  const start = tl.each.start_s[run];
  const length = tl.each.length_s[run];
  return {
    job: tl.names[run],
    tenant: tl.tenants[tl.each.tenant[run]],
    gpus: quantity(tl.each.gpus[run], "GPUs", 9),
    lane: tl.rowOfLane[tl.pieces.lane[run]].label,
    from: instant(start),
    to: instant(start + length),
    length: quantity(length, "s"),
    end: say("end." + tl.data.ends[tl.each.end[run]]),
  };
}

function runTip(run) {
  const facts = runFacts(run);
  const rows = ["tenant", "gpus", "from", "to", "length", "end"].map((name) => ({ name: say("timeline." + name), text: facts[name] }));
  rows[5].fill = colour(END_FILLS[tl.each.end[run]]);
  if (tl.each.restarts[run]) rows.push({ name: say("timeline.restarts"), text: significant(tl.each.restarts[run], 9) });
  if (tl.each.preemptions[run]) rows.push({ name: say("timeline.preemptions"), text: significant(tl.each.preemptions[run], 9) });
  return tip(say("timeline.gang", facts), rows);
}

function curveRows(seconds) {
  const columns = payload.curves.columns;
  const i = Math.min(Math.floor(seconds / payload.curves.step_s), columns.busy_gpus.length - 1);
  const rows = [
    { name: say("timeline.waiting"), text: significant(columns.waiting_gpus[i]), fill: tl.ink.accent },
    { name: say("timeline.broken"), text: significant(columns.down_gpus[i]), fill: tl.ink.struck },
  ];
  if (columns.power_kw) rows.push({ name: say("power.drawn"), text: quantity(columns.power_kw[i], "kW"), fill: tl.ink.power });
  if (columns.budget_kw) rows.push({ name: say("timeline.budget"), text: quantity(columns.budget_kw[i], "kW") });
  return rows;
}

function binTip(row, seconds) {
  const width = tl.data.end_s / tl.data.bins;
  const k = Math.min(Math.floor(seconds / width), tl.data.bins - 1);
  const rows = [];
  if (row.shares) {
    const fills = fillsOf(tl.colouring);
    const shares = fills.map((_, c) => row.shares(tl.colouring, c, k));
    rows.push({ name: say("timeline.held"), text: `${quantity(sum(shares), "frac")} · ${quantity(sum(shares) * row.gpus, "GPUs")}` });
    fills.forEach((fill, c) => {
      if (shares[c] > 0.0005) rows.push({ name: className(c), text: quantity(shares[c], "frac"), fill: colour(fill) });
    });
  }
  if (row.lane < 0) rows.push(...curveRows(seconds));
  return tip(`${row.label}, ${instant(k * width)}`, rows);
}

function className(c) {
  if (tl.colouring === "end") return say("end." + tl.data.ends[c]);
  return c < tl.data.coloured.length ? tl.data.coloured[c] : say("timeline.other_tenants", { n: significant(tl.data.other_tenants, 9) });
}

function showTip(x, y) {
  const row = rowAt(y);
  const run = row && x >= tl.pad ? runAt(x, y) : -1;
  if (run !== tl.hover) {
    tl.hover = run;
    askFrame();
  }
  tl.canvas.style.setProperty("cursor", run >= 0 ? "pointer" : y >= tl.overview.top ? "ew-resize" : "grab");
  timelineTipBox.hidden = !row || x < tl.pad || x > tl.pad + tl.inner;
  if (timelineTipBox.hidden) return;
  timelineTipBox.replaceChildren(run >= 0 ? runTip(run) : binTip(row, secondsAt(x)));
  const { offsetWidth: w, offsetHeight: h } = timelineTipBox;
  const left = x + 16 + w > tl.width ? Math.max(0, x - w - 16) : x + 16;
  const top = Math.max(0, Math.min(y + 12, tl.height - h));
  timelineTipBox.style.setProperty("transform", `translate(${left}px, ${top}px)`);
}

function hideTip() {
  timelineTipBox.hidden = true;
  if (tl.hover >= 0) {
    tl.hover = -1;
    askFrame();
  }
}

/** Choose a run: it is outlined and told below the picture, and brought into view where it is not. */
function choose(run, words_) {
  tl.chosen = run;
  const start = tl.each.start_s[run];
  const length = tl.each.length_s[run];
  if (start + length < tl.from || start > tl.to || !tl.near) {
    let span = Math.min(tl.data.end_s, Math.max(length * 3, Math.min(tl.to - tl.from, tl.data.end_s / 40), SHORTEST_S));
    // Where so much time holds too many gangs, its beginning is shown, one third into the picture.
    while (span > SHORTEST_S && lookUp(start - span / 3, start + (2 * span) / 3) > mostGangs()) span *= 0.7;
    showSpan(start - span / 3, start + (2 * span) / 3);
  }
  const facts = runFacts(run);
  const told = [words_, say("timeline.gang.spoken", facts)];
  if (tl.each.restarts[run] + tl.each.preemptions[run] > 0) told.push(say("timeline.gang.restarts", { n: tl.each.restarts[run], m: tl.each.preemptions[run] }));
  tl.readout.textContent = told.filter(Boolean).join(" ");
  askFrame();
}
