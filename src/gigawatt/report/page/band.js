// The band beneath the build-out: what held a site back, day by day, in colour, pattern and word; events below it.

const BAND_HEIGHT = 30;

/** Patterns, so that the bindings are told apart without colour. */
function bandPatterns(prefix) {
  const make = (name, ...marks) => el("pattern", { id: prefix + name, width: 8, height: 8, patternUnits: "userSpaceOnUse" }, el("rect", { width: 8, height: 8, class: "band-" + name }), ...marks);
  const stroke = (d) => el("path", { d, class: "band-mark" });
  return el(
    "defs",
    {},
    make("none"),
    make("delivery", stroke("M0 8L8 0M-2 2L2 -2M6 10L10 6")),
    make("crew", stroke("M0 0L8 8M-2 6L2 10M6 -2L10 2")),
    make("hall", stroke("M0 2H8M0 6H8")),
    make("power"),
    make("cooling", el("circle", { cx: 2, cy: 2, r: 1.1, class: "band-dot" }), el("circle", { cx: 6, cy: 6, r: 1.1, class: "band-dot" })),
  );
}

/** Spans of the daily binding as [name, first day, days]. */
function bindingSpans(site) {
  let at = 0;
  return site.binding.map(([code, days]) => {
    const span = [payload.bindings[code], at, days];
    at += days;
    return span;
  });
}

function bindingDays(site, from, to) {
  const days = {};
  for (const [name, start, n] of bindingSpans(site)) {
    const inside = Math.min(to, dayAt(start + n)) - Math.max(from, dayAt(start));
    if (inside > 0) days[name] = (days[name] || 0) + Math.round(inside / DAY_MS);
  }
  return days;
}

function drawBand(holder, site, window_, pads, width) {
  const [from, to] = window_;
  const inner = width - pads[0] - pads[1];
  const x = (ms) => pads[0] + ((ms - from) / (to - from)) * inner;
  const prefix = `band-${sites.indexOf(site)}-`;
  const rows = bindingSpans(site).map(([name, start, days]) => {
    const begin = Math.max(dayAt(start), from);
    const end = Math.min(dayAt(start + days), to);
    if (end <= begin) return null;
    const w = x(end) - x(begin);
    const label = words["binding." + name];
    const told = say("band.span", { limit: label, from: isoDay(dayAt(start)), to: isoDay(dayAt(start + days - 1)), n: days });
    const fits = w > label.length * 7.2 + 10;
    return el(
      "g",
      { "data-binding": name },
      el("rect", { x: x(begin), y: 0, width: Math.max(w, 0.75), height: BAND_HEIGHT, fill: `url(#${prefix}${name})` }, el("title", {}, told)),
      fits && name !== "none" ? el("rect", { x: x(begin) + w / 2 - label.length * 3.6 - 5, y: 6, width: label.length * 7.2 + 10, height: 18, class: "band-plate band-" + name }) : null,
      fits ? el("text", { x: x(begin) + w / 2, y: 19.5, class: "band-text band-text-" + name }, label) : null,
    );
  });
  const spoken = Object.entries(bindingDays(site, from, to)).map(([name, n]) => say("band.days", { limit: words["binding." + name], n }));
  holder.replaceChildren(
    el(
      "svg",
      { width, height: BAND_HEIGHT, viewBox: `0 0 ${width} ${BAND_HEIGHT}`, role: "img", "aria-label": say("band.aria", { site: site.title, days: spoken.join(", ") }) },
      bandPatterns(prefix),
      rows,
      el("rect", { x: pads[0], y: 0.5, width: inner, height: BAND_HEIGHT - 1, class: "band-frame" }),
    ),
  );
}

/** Markers of events on a lane; arrow keys walk along it, and the text of the chosen one stands below. */
function drawEvents(holder, site, window_, pads, width) {
  const [from, to] = window_;
  const inner = width - pads[0] - pads[1];
  const events = payload.events.filter((e) => e.site === site.name && Date.parse(e.day) >= from && Date.parse(e.day) <= to);
  const told = el("p", { class: "event-text", "aria-live": "polite" }, events.length ? say("events.hint", { n: events.length }) : say("events.none"));
  const lane = el("div", { class: "event-lane", role: "group", "aria-label": say("events.aria", { site: site.title }), style: { "inline-size": width + "px" } });
  events.forEach((event, i) => {
    const tell = () => {
      told.replaceChildren(el("strong", {}, event.day), " ", el("span", { class: "event-kind" }, named("event.", event.kind)), " ", event.text, event.source ? el("span", { class: "faint" }, ` (${event.source})`) : "");
      for (const other of lane.children) other.classList.toggle("chosen", other === marker);
    };
    const marker = el("button", {
      type: "button",
      class: "event event-" + event.kind.replace(/[^a-z]/g, ""),
      tabindex: i === 0 ? "0" : "-1",
      "aria-label": `${event.day} ${named("event.", event.kind)}: ${event.text}`,
      style: { "inset-inline-start": pads[0] + ((Date.parse(event.day) - from) / (to - from)) * inner + "px" },
      onclick: tell,
      onfocus: tell,
      onmouseenter: tell,
      onkeydown: (press) => {
        const step = press.key === "ArrowRight" ? 1 : press.key === "ArrowLeft" ? -1 : 0;
        const next = lane.children[i + step];
        if (step && next) {
          next.focus();
          press.preventDefault();
        }
      },
    });
    lane.append(marker);
  });
  holder.replaceChildren(lane, told);
}
