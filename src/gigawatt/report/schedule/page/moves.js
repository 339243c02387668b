// Dragging, zooming, touching and the keyboard.

function zoomAt(seconds, factor) {
  showSpan(seconds - (seconds - tl.from) * factor, seconds + (tl.to - seconds) * factor);
}

function moveBy(share) {
  const by = (tl.to - tl.from) * share;
  showSpan(tl.from + by, tl.to + by);
}

function place(event) {
  const box = tl.canvas.getBoundingClientRect();
  return [event.clientX - box.x, event.clientY - box.y];
}

function takePointers(canvas) {
  const held = new Map();
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event);
    held.set(event.pointerId, x);
    canvas.setPointerCapture(event.pointerId);
    drag = { x, from: tl.from, to: tl.to, overview: y >= tl.overview.top, moved: 0, gap: gapOf(held) };
    if (drag.overview) centreOn(x);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (!drag || !held.has(event.pointerId)) return showTip(x, y);
    held.set(event.pointerId, x);
    drag.moved = Math.max(drag.moved, Math.abs(x - drag.x));
    if (drag.moved < 4) return undefined;
    hideTip();
    if (held.size > 1) return pinch(held, drag);
    if (drag.overview) return centreOn(x);
    const by = ((drag.x - x) / tl.inner) * (drag.to - drag.from);
    return showSpan(drag.from + by, drag.to + by);
  });
  const release = (event) => {
    const [x, y] = place(event);
    held.delete(event.pointerId);
    if (drag && drag.moved < 4 && event.type === "pointerup" && !drag.overview) {
      const run = runAt(x, y);
      if (run >= 0) choose(run);
    }
    drag = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("dblclick", (event) => zoomAt(secondsAt(place(event)[0]), 0.4));
  canvas.addEventListener("wheel", turn, { passive: false });
}

function gapOf(held) {
  const xs = [...held.values()];
  return xs.length > 1 ? Math.max(Math.abs(xs[0] - xs[1]), 10) : 0;
}

function pinch(held, drag) {
  if (!drag.gap) return undefined;
  const xs = [...held.values()];
  const middle = drag.from + (((xs[0] + xs[1]) / 2 - tl.pad) / tl.inner) * (drag.to - drag.from);
  const factor = drag.gap / gapOf(held);
  return showSpan(middle - (middle - drag.from) * factor, middle + (drag.to - middle) * factor);
}

function centreOn(x) {
  const at = ((x - tl.pad) / tl.inner) * tl.data.end_s;
  const half = (tl.to - tl.from) / 2;
  showSpan(at - half, at + half);
}

/** The wheel scrolls the page, unless Ctrl is held (zoom) or it turns sideways (move). */
function turn(event) {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoomAt(secondsAt(place(event)[0]), Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008));
  } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    moveBy(event.deltaX / tl.inner);
  }
}

/** The next or the previous gang by start, from the chosen one, else from the beginning of the span shown. */
function walk(direction) {
  const count = tl.each.start_s.length;
  if (tl.chosen >= 0) return choose(Math.min(Math.max(tl.chosen + direction, 0), count - 1));
  let first = 0;
  while (first < count - 1 && tl.each.start_s[first] < tl.from) first += 1;
  return choose(first);
}

const KEYS = {
  ArrowLeft: () => moveBy(-0.2),
  ArrowRight: () => moveBy(0.2),
  PageUp: () => moveBy(-1),
  PageDown: () => moveBy(1),
  "+": () => zoomAt((tl.from + tl.to) / 2, 0.5),
  "=": () => zoomAt((tl.from + tl.to) / 2, 0.5),
  "-": () => zoomAt((tl.from + tl.to) / 2, 2),
  Home: () => showSpan(0, tl.data.end_s),
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  Escape: () => {
    tl.chosen = -1;
    tl.readout.textContent = tl.hint;
    askFrame();
  },
};

function takeKeys(canvas) {
  canvas.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Go from run to run of the job that was typed in. */
function findJob(text_) {
  const wanted = text_.trim();
  if (!wanted) return;
  const runs = [];
  tl.names.forEach((name, run) => {
    if (name === wanted) runs.push(run);
  });
  if (runs.length === 0) {
    tl.readout.textContent = say("timeline.not_found", { job: wanted });
    return;
  }
  const next = runs[(runs.indexOf(tl.chosen) + 1) % runs.length];
  choose(next, runs.length > 1 ? say("timeline.found", { n: runs.length, job: wanted, i: runs.indexOf(next) + 1 }) : "");
}
