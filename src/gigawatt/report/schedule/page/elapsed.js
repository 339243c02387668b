// Time since the beginning of the simulation: a trace has no calendar.

const DAY_S = 86400;
const STEPS_S = [1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 43200, DAY_S, 2 * DAY_S, 5 * DAY_S, 10 * DAY_S, 30 * DAY_S, 90 * DAY_S, 365 * DAY_S, 1000 * DAY_S, 10000 * DAY_S];

function clockOf(seconds, fine) {
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const rest = ((seconds % DAY_S) + DAY_S) % DAY_S;
  return `${two(rest / 3600)}:${two((rest % 3600) / 60)}` + (fine ? `:${two(rest % 60)}` : "");
}

/** An instant in full: the day, from 0, and the time of day. */
function instant(seconds) {
  const whole = Math.round(seconds);
  return say("time.at", { day: grouped(String(Math.floor(whole / DAY_S))), clock: clockOf(whole, true) });
}

/** The step between the ticks of a span, so that there are at most so many. */
function tickStep(span, most) {
  return STEPS_S.find((step) => span / step <= most) ?? STEPS_S[STEPS_S.length - 1];
}

/** What stands at a tick: the day where one begins, else the time of day. */
function tickLabel(seconds, step) {
  if (Math.round(seconds) % DAY_S === 0) return say("time.day", { n: grouped(String(Math.round(seconds / DAY_S))) });
  return clockOf(seconds, step < 60);
}

function elapsedAxis(end, width) {
  const step = tickStep(end, Math.max(3, width / 110));
  return {
    ...timeAxis({ type: "value", min: 0, max: end, interval: step }),
    axisLabel: { ...text(12, "ink-2"), formatter: (value) => (Math.abs(value / step - Math.round(value / step)) < 1e-6 ? tickLabel(value, step) : ""), hideOverlap: true, showMaxLabel: false },
  };
}

const captionPlaces = {
  n: significant(payload.timeline.drawn ?? 0, 9),
  runs: significant(payload.timeline.runs, 9),
  share: quantity(payload.timeline.drawn_frac ?? null, "frac"),
  step: quantity(payload.curves.step_s, "s"),
  span: quantity(payload.last_event_s, "s"),
  total: quantity(sum(Object.values(payload.fates)), "GPU-h"),
};
captionPlaces.drawn = say(payload.timeline.drawn < payload.timeline.runs ? "timeline.drawn.some" : "timeline.drawn.all", captionPlaces);
captionPlaces.shown = say(payload.all_tenants > SHOWN_TENANTS ? "tenant.some" : "tenant.all", { n: SHOWN_TENANTS, all: payload.all_tenants });
