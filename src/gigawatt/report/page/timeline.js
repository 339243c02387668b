// The build-out: what was announced, ordered, delivered, installed, energised and useful, and what held it back.

const BUILD_OUT = ["announced", "ordered", "delivered", "installed", "energised", "useful"];
const timeline = { window: null, panels: [], presets: null };

function timelinePads(narrow) {
  return narrow ? [56, 10] : [64, 148];
}

function defaultWindow() {
  const half = Math.min(lastInstant, documentedUntil + 184 * DAY_MS);
  return [firstDay, half];
}

function setWindow(window_, from) {
  const span = Math.max(window_[1] - window_[0], 14 * DAY_MS);
  const start = Math.max(firstDay, Math.min(window_[0], lastInstant - span));
  timeline.window = [start, Math.min(lastInstant, start + span)];
  for (const item of timeline.panels) item.follow(from);
  if (timeline.presets) timeline.presets();
}

function stateStyle(name) {
  return {
    announced: { fill: colour("ink-3"), extra: { lineStyle: { color: colour("ink-3"), width: 1.5, type: "dotted" }, step: "end" } },
    ordered: { fill: colour("ink-3"), extra: { lineStyle: { color: colour("ink-3"), width: 1 }, step: "end" } },
    delivered: { fill: colour("ink-2"), extra: { lineStyle: { color: colour("ink-2"), width: 1.5 } } },
    installed: { fill: colour("ink"), extra: { lineStyle: { color: colour("ink"), width: 1.5, type: "dashed" } } },
    energised: { fill: colour("accent"), extra: { lineStyle: { color: colour("accent"), width: 2.5 }, areaStyle: { color: colour("accent"), opacity: 0.12 }, z: 5 } },
    useful: { fill: colour("useful"), extra: { lineStyle: { color: colour("useful"), width: 1.5 }, z: 6 } },
  }[name];
}

/** Where the record ends, and the flag where power first binds; it turns inwards near the end of the window. */
function timelineMarks(site, narrow) {
  const marks = [documentedLine(say("timeline.documented", { month: documentedMonth }))];
  if (!site.power_binds) return marks;
  const at = Date.parse(site.power_binds.day);
  const [from, to] = timeline.window;
  const along = (at - from) / (to - from);
  const exact = !narrow && !site.power_binds.day.startsWith(site.power_binds.month);
  marks.push({
    xAxis: at,
    lineStyle: { color: colour("binding-power"), type: "solid", width: 2 },
    label: {
      show: at >= from && at <= to,
      formatter: say(exact ? "timeline.power_binds_first" : "timeline.power_binds", site.power_binds),
      position: "end",
      align: along > 0.75 ? "right" : narrow && along > 0.4 ? "center" : "left",
      padding: [3, 6],
      backgroundColor: colour("binding-power"),
      ...text(13, "on-strong"),
      fontWeight: 700,
    },
  });
  return marks;
}

function timelineOption(site, { narrow }) {
  const pads = timelinePads(narrow);
  const arrays = BUILD_OUT.map((name) => site.daily[name + "_gpus"]);
  const most = largest(...arrays, site.reported.map((r) => r.gpus));
  const series = BUILD_OUT.map((name, i) => {
    const look = stateStyle(name);
    return line(words["gpus." + name], dailyPairs(arrays[i]), look.fill, {
      ...look.extra,
      sampling: undefined,
      endLabel: { show: !narrow, formatter: words["gpus." + name], ...text(12), color: look.fill, distance: 6 },
      labelLayout: { moveOverlap: "shiftY" },
      markLine: i === 0 ? markLines(timelineMarks(site, narrow)) : undefined,
    });
  });
  series.push({
    type: "scatter",
    name: words["gpus.reported"],
    symbol: "diamond",
    symbolSize: 11,
    z: 10,
    itemStyle: { color: colour("paper"), borderColor: colour("ink"), borderWidth: 1.5 },
    data: site.reported.map((r) => [Date.parse(r.day), r.gpus]),
  });
  return common({
    grid: { outerBoundsMode: "none", left: pads[0], right: pads[1], top: 34, bottom: 24 },
    xAxis: timeAxis({ min: firstDay, max: lastInstant }),
    yAxis: valueAxis(most, "GPUs", { min: 0 }),
    dataZoom: [
      { type: "inside", startValue: timeline.window[0], endValue: timeline.window[1], zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: !narrow, preventDefaultMouseMove: false, filterMode: "filter", disabled: narrow },
    ],
    series,
    tooltip: { ...common().tooltip, formatter: (points) => timelineTip(site, points) },
  });
}

function timelineTip(site, points) {
  const day = Math.round((points[0].axisValue - firstDay) / DAY_MS);
  let at = 0;
  const code = site.binding.find(([, n]) => (at += n) > day);
  const limit = code ? payload.bindings[code[0]] : "none";
  const rows = BUILD_OUT.map((name) => ({ name: words["gpus." + name], fill: stateStyle(name).fill, text: significant(site.daily[name + "_gpus"][day]) }));
  rows.push({ name: say("timeline.held_by"), fill: colour("binding-" + limit), text: words["binding." + limit] });
  for (const [name, columnName] of [["hall", "hall_facility_mw"], ["power", "firm_power_mw"], ["cooling", "cooling_facility_mw"], ["installed", "installed_facility_mw"]])
    rows.push({ name: words["limit." + name], text: quantity(site.daily[columnName][day], "MW") });
  for (const r of site.reported.filter((r) => Math.abs(Date.parse(r.day) - dayAt(day)) < 3 * DAY_MS)) rows.push({ name: say("timeline.reported_by", { source: r.source }), text: significant(r.gpus) });
  return tip(isoDay(dayAt(day)), rows);
}

function timelineTable(site) {
  const names = Object.keys(site.daily).filter((name) => name.endsWith("_gpus") || ["installed_facility_mw", "hall_facility_mw", "firm_power_mw", "cooling_facility_mw", "energised_facility_mw", "receipt_delay_days", "energisation_delay_days"].includes(name));
  const binding = bindingSpans(site).flatMap(([name, , n]) => Array(n).fill(name));
  return {
    columns: [{ name: "day" }, ...names.map((name) => ({ name })), { name: "binding" }],
    rows: Array.from({ length: clock.days }, (_, d) => [isoDay(dayAt(d)), ...names.map((name) => site.daily[name][d]), binding[d]]),
  };
}

function timelinePanel(site) {
  return {
    table: () => timelineTable(site),
    draw(box) {
      const band = el("div", { class: "band" });
      const events = el("div", { class: "events" });
      const holder = el("div", { class: "timeline-panel" });
      box.append(holder);
      let quiet = false;
      const item = { follow: () => {}, site };
      const redraw = (entry) => {
        const pads = timelinePads(entry.width < 560);
        drawBand(band, site, timeline.window, pads, entry.width);
        drawEvents(events, site, timeline.window, pads, entry.width);
      };
      const entry = chart(holder, say("timeline.aria", { site: site.title }), shownSites().length > 1 ? 272 : 330, (size) => timelineOption(site, size), (painted) => {
        redraw(painted);
        painted.instance.off("datazoom");
        painted.instance.on("datazoom", () => {
          if (quiet) return;
          const zoom = painted.instance.getOption().dataZoom[0];
          setWindow([zoom.startValue, zoom.endValue], item);
        });
      });
      item.follow = (from) => {
        if (!entry.instance) return;
        if (from !== item) {
          quiet = true;
          entry.instance.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, startValue: timeline.window[0], endValue: timeline.window[1] });
          quiet = false;
        }
        entry.instance.setOption({ series: [{ name: words["gpus.announced"], markLine: markLines(timelineMarks(site, entry.width < 560)) }] });
        redraw(entry);
      };
      timeline.panels.push(item);
      holder.append(el("div", { class: "band-title" }, say("band.title")), band, events);
    },
  };
}

function timelineControls() {
  const years = [...new Set(clock.months.map((m) => m.slice(0, 4)))];
  const year = (y) => [Date.UTC(y, 0, 1), Date.UTC(y + 1, 0, 1)].map((t) => Math.min(Math.max(t, firstDay), lastInstant));
  const record = [["record", say("zoom.record"), defaultWindow()]];
  const presets = [...(isDocumented ? record : []), ["whole", say("zoom.whole"), [firstDay, lastInstant]], ...years.map((y) => [y, y, year(Number(y))])];
  const group = el("div", { class: "zoom", role: "group", "aria-label": say("zoom.label") });
  for (const [id, label, window_] of presets) group.append(el("button", { type: "button", "data-zoom": id, onclick: () => setWindow(window_) }, label));
  const step = (symbol, label, move) =>
    el("button", { type: "button", "aria-label": say(label), onclick: () => setWindow(move(timeline.window[0], timeline.window[1] - timeline.window[0])) }, symbol);
  group.append(
    step("‹", "zoom.earlier", (a, n) => [a - n / 3, a + (2 * n) / 3]),
    step("›", "zoom.later", (a, n) => [a + n / 3, a + (4 * n) / 3]),
    step("+", "zoom.in", (a, n) => [a + n / 4, a + (3 * n) / 4]),
    step("−", "zoom.out", (a, n) => [a - n / 2, a + (3 * n) / 2]),
  );
  timeline.presets = () => {
    for (const [i, [, , window_]] of presets.entries())
      group.children[i].setAttribute("aria-pressed", String(window_.every((t, k) => Math.abs(t - timeline.window[k]) < DAY_MS)));
  };
  return group;
}

function timelineKey() {
  const used = payload.bindings.filter((name) => sites.some((site) => bindingSpans(site).some(([n]) => n === name)));
  const marks = { announced: "dotted", installed: "dashed" };
  const lines = BUILD_OUT.map((name) =>
    el("li", {}, el("span", { class: `state-line state-${name}`, "aria-hidden": "true" }), el("strong", {}, words["gpus." + name]), " ", el("span", { class: "faint" }, words[`gpus.${name}.meaning`])),
  );
  if (sites.some((site) => site.reported.length)) lines.push(el("li", {}, el("span", { class: "diamond", "aria-hidden": "true" }), el("strong", {}, words["gpus.reported"]), " ", el("span", { class: "faint" }, words["gpus.reported.meaning"])));
  const limits = used.map((name) => {
    const swatch = el("svg", { width: 28, height: 14, class: "band-swatch", "aria-hidden": "true" }, bandPatterns(`key-${name}-`), el("rect", { width: 28, height: 14, fill: `url(#key-${name}-${name})` }));
    return el("li", {}, swatch, el("strong", {}, words["binding." + name]), " ", el("span", { class: "faint" }, words[`binding.${name}.meaning`]));
  });
  return el("div", { class: "timeline-key" }, el("div", {}, el("h4", {}, say("timeline.lines")), el("ul", {}, lines)), el("div", {}, el("h4", {}, say("band.title")), el("ul", {}, limits)));
}

function timelineSection() {
  timeline.window = defaultWindow();
  const holder = section("timeline", { class: "first" });
  siteListeners.push(() => {
    timeline.panels = [];
  });
  const tabs = siteTabs();
  holder.querySelector(".section-about").replaceWith(el("div", { class: "timeline-tools" }, tabs, timelineControls()));
  figure("timeline", {
    class: "wide stacked",
    fullTitle: true,
    panels: (site) => (anyKnown(site.daily.ordered_gpus) || anyKnown(site.daily.delivered_gpus) || anyKnown(site.daily.announced_gpus) ? timelinePanel(site) : { empty: "empty.timeline", values: { site: site.title } }),
  });
  holder.append(timelineKey());
  timeline.presets();
}
