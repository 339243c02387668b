// The timeline: its rows, its frame on the page, its data.

/** Read what travelled packed, and lay the gangs out; once. */
async function loadTimeline() {
  const data = payload.timeline;
  tl.data = data;
  if (!data.runs) return;
  tl.each = await unpack(data.each);
  tl.names = await unpackLines(data.names);
  tl.tenants = await unpackLines(data.tenants);
  tl.totals = { tenant: (await unpack(data.by_tenant)).share, end: (await unpack(data.by_end)).share };
  const place = new Map(data.coloured.map((name, i) => [name, i]));
  const colourOf = tl.tenants.map((name) => place.get(name) ?? TENANT_FILLS.length - 1);
  tl.each.colour = Int32Array.from(tl.each.tenant, (t) => colourOf[t]);
  tl.lanes = [...data.lanes, ...(data.across ? [{ kind: "across", name: "", first: 0, last: 0, gpus: payload.gpus }] : [])];
  const laneGpus = tl.lanes.map((lane) => lane.gpus);
  tl.pieces = layOut(tl.each, laneGpus, data.across ? tl.lanes.length - 1 : -1);
  tl.visible = new Int32Array(tl.pieces.run.length);
  const all = new Float64Array(tl.lanes.length * data.bins);
  for (let lane = 0; lane < tl.lanes.length; lane++)
    for (let c = 0; c < TENANT_FILLS.length; c++) for (let k = 0; k < data.bins; k++) all[lane * data.bins + k] += shareOf("tenant", lane, c, k);
  tl.rest = data.drawn < data.runs ? restShares(data, all, drawnShares(data, tl.each, tl.pieces.lane, laneGpus)) : new Float64Array(all.length);
  tl.elsewhere = data.across ? elsewhereShares(data, all, laneGpus) : new Float64Array(all.length);
  tl.colouring = othersShare(all, laneGpus) > 0.5 ? "end" : "tenant";
  const by = new Map();
  tl.pieces.run.forEach((run, p) => by.set(run, [...(by.get(run) ?? []), p]));
  tl.piecesOf = (run) => by.get(run) ?? [];
  [tl.from, tl.to] = [0, data.end_s];
}

/** Share of the GPU time of those tenants that have no colour of their own. */
function othersShare(all, laneGpus) {
  const bins = tl.data.bins;
  const last = TENANT_FILLS.length - 1;
  let others = 0;
  let held = 0;
  laneGpus.forEach((gpus, lane) => {
    for (let k = 0; k < bins; k++) {
      others += gpus * shareOf("tenant", lane, last, k);
      held += gpus * all[lane * bins + k];
    }
  });
  return held > 0 ? others / held : 0;
}

async function unpackLines(packed) {
  const coded = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([coded]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).text()).split("\n");
}

function shareOf(colouring, lane, c, k) {
  const classes = fillsOf(colouring).length;
  return tl.totals[colouring][(lane * classes + c) * tl.data.bins + k];
}

/** Rows from top to bottom, and how high they are: all of them fit on a screen. */
function timelineRows() {
  const columns = payload.curves.columns;
  const together = tl.lanes.map((lane) => lane.gpus / payload.gpus);
  const all = (colouring, c, k) => together.reduce((held, part, lane) => held + part * shareOf(colouring, lane, c, k), 0);
  const rows = [{ label: say("timeline.row.all"), lane: -1, height: 44, gpus: payload.gpus, shares: all, draw: drawBroken }];
  const queue = largest(columns.waiting_gpus);
  if (queue > 0) rows.push({ label: say("timeline.row.queue"), lane: -1, height: 30, most: queue, told: say("timeline.row.most", { most: quantity(queue, "GPUs") }), draw: drawQueue });
  if (columns.power_kw) {
    const most = largest(columns.power_kw, columns.budget_kw ?? []);
    rows.push({ label: say("timeline.row.power"), lane: -1, height: 30, most: most * 1.04, told: say("timeline.row.most", { most: quantity(most, "kW") }), draw: drawPower });
  }
  const even = Math.max(9, Math.min(110, Math.floor(300 / tl.lanes.length) - 3));
  const tenants = tl.lanes.every((lane) => lane.kind.startsWith("tenant"));
  const sizes = sum(tl.lanes.map((lane) => lane.gpus));
  tl.lanes.forEach((lane, i) => {
    // Lanes of machines are alike; a tenant's is as high as the most that it held.
    const height = tenants ? Math.max(11, Math.min(110, Math.round((300 * lane.gpus) / sizes))) : even;
    const told = tenants && height >= 28 ? say("timeline.row.most", { most: quantity(lane.gpus, "GPUs", 9) }) : "";
    rows.push({ label: laneName(lane), lane: i, height, gpus: lane.gpus, told, shares: (colouring, c, k) => shareOf(colouring, i, c, k) });
  });
  let top = 0;
  for (const row of rows) {
    row.top = top;
    top += row.height + (row.lane < 0 ? 5 : 3);
  }
  tl.axisTop = top;
  tl.overview = { top: top + 26, height: 26 };
  tl.height = top + 54;
  tl.rowOfLane = rows.filter((row) => row.lane >= 0);
  return rows;
}

/** Sizes and colours anew, then everything that is painted once. */
function dressTimeline() {
  if (!tl.canvas || !tl.canvas.isConnected) return;
  tl.width = printing.matches ? 660 : tl.box.clientWidth;
  if (tl.width === 0) return;
  tl.scale = Math.min(window.devicePixelRatio || 1, 2);
  tl.pad = timelinePad();
  tl.inner = tl.width - tl.pad - 2;
  tl.canvas.width = Math.round(tl.width * tl.scale);
  tl.canvas.height = Math.round(tl.height * tl.scale);
  tl.canvas.style.setProperty("block-size", tl.height + "px");
  tl.ink = {
    ink: colour("ink"), ink2: colour("ink-2"), wash: colour("wash"), rule: colour("rule"), accent: colour("accent"), onStrong: colour("on-strong"),
    struck: colour("shed"), taken: colour("binding-crew"), power: colour("solar"), capped: colour("turbine"), plate: colour("paper") + "cc", veil: colour("paper") + "b0",
  };
  tl.fills = fillsOf(tl.colouring).map(colour);
  tl.picture = paintPicture(tl.data, tl.rows, tl.colouring, tl.elsewhere, tl.scale);
  tl.restPicture = paintRest(tl.data, tl.rows, tl.rest, tl.elsewhere, tl.scale);
  frame();
}

function timelineTable() {
  const names = ["job", "tenant", "lane", "start_s", "length_s", "gpus", "end", "restarts", "preemptions"];
  const units = { start_s: "s", length_s: "s", gpus: "GPUs" };
  const of = {
    job: (i) => tl.names[i],
    tenant: (i) => tl.tenants[tl.each.tenant[i]],
    lane: (i) => laneName(tl.lanes[tl.pieces.lane[i]]),
    end: (i) => tl.data.ends[tl.each.end[i]],
  };
  return {
    note: captionPlaces.drawn,
    columns: names.map((name) => ({ name, unit: units[name] })),
    rows: tl.names.map((_, i) => names.map((name) => (of[name] ? of[name](i) : tl.each[name][i]))),
  };
}

function timelineTools() {
  const button = (label, act, name) => el("button", { type: "button", "aria-label": name, "data-zoom": name ? null : label, onclick: act }, label);
  const around = (values) => () => {
    const at = (values.indexOf(largest(values)) + 0.5) * payload.curves.step_s;
    const half = Math.max(tl.data.end_s / 60, 2 * payload.curves.step_s);
    showSpan(at - half, at + half);
  };
  const columns = payload.curves.columns;
  const search = el("input", { type: "search", id: "find-job", "aria-label": say("timeline.find"), placeholder: say("timeline.find") });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") findJob(search.value);
  });
  return [
    el(
      "div",
      { class: "zoom", role: "group", "aria-label": say("zoom.label") },
      button(say("timeline.whole"), KEYS.Home),
      anyKnown(columns.waiting_gpus) ? button(say("timeline.queue"), around(columns.waiting_gpus)) : null,
      anyKnown(columns.down_gpus) ? button(say("timeline.down"), around(columns.down_gpus)) : null,
      button("‹", () => moveBy(-0.4), say("zoom.earlier")),
      button("›", () => moveBy(0.4), say("zoom.later")),
      button("+", KEYS["+"], say("zoom.in")),
      button("−", KEYS["-"], say("zoom.out")),
    ),
    search,
  ];
}

function timelineKey(holder) {
  const fills = fillsOf(tl.colouring);
  const used = fills.map((_, c) => tl.lanes.some((__, lane) => tl.totals[tl.colouring].subarray((lane * fills.length + c) * tl.data.bins, (lane * fills.length + c + 1) * tl.data.bins).some((v) => v > 0)));
  const items = fills.map((fill, c) => ({ fill, name: tl.colouring === "end" ? say("timeline.key", { name: className(c), meaning: say(`end.${tl.data.ends[c]}.meaning`) }) : className(c) })).filter((_, c) => used[c]);
  if (anyKnown(payload.curves.columns.down_gpus)) items.push({ fill: "shed", name: say("timeline.broken"), mark: "" });
  if (tl.data.across) items.push({ fill: "binding-delivery", name: say("timeline.elsewhere") });
  if (tl.data.drawn < tl.data.runs) items.push({ fill: "rule-strong", name: say("timeline.smaller") });
  if (payload.curves.columns.budget_kw) items.push({ fill: "turbine", name: say("timeline.at_budget") }, { fill: "ink", name: say("timeline.budget"), mark: "stroke" });
  holder.replaceChildren(key(items));
}

function drawTimeline(box) {
  const mode = el("span", { class: "kind timeline-mode" });
  const legend = el("div", {});
  tl.hint = say(window.matchMedia("(pointer: coarse)").matches ? "timeline.hint.touch" : "timeline.hint");
  tl.readout = el("p", { class: "timeline-readout", "aria-live": "polite" }, tl.hint);
  tl.box = el("div", { class: "timeline-box" });
  tl.canvas = el("canvas", { class: "timeline-canvas", tabindex: "0", role: "application", "aria-label": say("timeline.aria", { n: tl.lanes.length, span: quantity(tl.data.end_s, "s") }) });
  tl.context = tl.canvas.getContext("2d");
  tl.recolour = (chosen) => {
    tl.colouring = chosen;
    timelineKey(legend);
    dressTimeline();
  };
  tl.told = () => {
    mode.textContent = say(tl.near ? "timeline.mode.near" : "timeline.mode.far");
    tl.canvas.dataset.mode = tl.near ? "near" : "far";
  };
  tl.box.append(tl.canvas, timelineTipBox);
  document.querySelector("#fig-timeline .caption").append(mode);
  box.append(tl.box, tl.readout, legend);
  tl.rows = timelineRows();
  timelineKey(legend);
  dressTimeline();
  takePointers(tl.canvas);
  takeKeys(tl.canvas);
  themeListeners.push(dressTimeline);
  new ResizeObserver(() => {
    if (!printing.matches && tl.box.clientWidth !== tl.width) dressTimeline();
  }).observe(tl.box);
}

function timelineSection() {
  const holder = section("timeline", { class: "first" });
  const some = payload.timeline.runs > 0;
  const about = holder.querySelector(".section-about");
  if (some) about.after(el("div", { class: "timeline-tools" }, timelineTools()));
  const colouring = () => choice(say("timeline.colour"), [["tenant", say("timeline.colour.tenant")], ["end", say("timeline.colour.end")]], tl.colouring, (chosen) => tl.recolour(chosen));
  figure("timeline", { whole: {}, class: "wide stacked", controls: some ? colouring : undefined, panels: () => (some ? { table: timelineTable, draw: drawTimeline } : { empty: "empty.timeline" }) });
}
