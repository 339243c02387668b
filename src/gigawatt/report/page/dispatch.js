// Dispatch: the sources of every hour, stacked; what was stored or spilt below zero; what was shed on top.

const DISPATCH_UP = [["grid_mw", "grid"], ["turbine_mw", "turbine"], ["genset_mw", "genset"], ["solar_mw", "solar"], ["battery_discharge_mw", "battery"], ["shed_mw", "shed"]];
const DISPATCH_DOWN = [["battery_charge_mw", "charge"], ["curtailed_mw", "curtailed"]];
const HOURLY_BELOW_DAYS = 120;
const dispatch = { window: null, panels: [] };

function dailyMeans(hourly) {
  const means = new Float64Array(clock.days);
  for (let d = 0; d < clock.days; d++) {
    let total = 0;
    for (let h = 0; h < 24; h++) total += hourly[d * 24 + h];
    means[d] = total / 24;
  }
  return means;
}

function siteLoad(site) {
  const h = site.hourly;
  if (!site.load) site.load = h.grid_mw.map((_, i) => h.grid_mw[i] + h.turbine_mw[i] + h.genset_mw[i] + h.solar_mw[i] + h.battery_discharge_mw[i] - h.battery_charge_mw[i] - h.curtailed_mw[i]);
  return site.load;
}

/** Series of the window: hourly when it is short, daily means when it is long; NaN counts as nothing. */
function dispatchPairs(site, name, window_, sign) {
  const hourly = site.hourly[name];
  const fine = (window_[1] - window_[0]) / DAY_MS <= HOURLY_BELOW_DAYS;
  const step = fine ? HOUR_MS : DAY_MS;
  if (!fine && !site.means) site.means = {};
  const values = fine ? hourly : (site.means[name] ??= dailyMeans(hourly));
  const first = Math.max(0, Math.floor((window_[0] - firstDay) / step) - 1);
  const last = Math.min(values.length, Math.ceil((window_[1] - firstDay) / step));
  const pairs = [];
  for (let i = first; i < last; i++) pairs.push([firstDay + i * step, Number.isFinite(values[i]) ? sign * values[i] : 0]);
  return pairs;
}

function dispatchShown(site) {
  const up = DISPATCH_UP.filter(([name]) => anyKnown(site.hourly[name]));
  return [up, DISPATCH_DOWN.filter(([name]) => anyKnown(site.hourly[name]))];
}

function dispatchOption(site, { narrow }) {
  const [up, down] = dispatchShown(site);
  const fine = (dispatch.window[1] - dispatch.window[0]) / DAY_MS <= HOURLY_BELOW_DAYS;
  const make = (stack, sign) => ([name, fill]) => {
    const extra = name === "shed_mw" ? { areaStyle: { color: colour(fill), opacity: 0.8 } } : {};
    return area(words["column." + name], dispatchPairs(site, name, dispatch.window, sign), colour(fill), stack, { step: fine ? "end" : false, ...extra });
  };
  const most = largest(siteLoad(site), site.hourly.grid_mw);
  const below = largest(...down.map(([name]) => site.hourly[name]));
  return common({
    grid: { outerBoundsMode: "none", left: axisRoom(most, "MW") + 8, right: 12, top: 30, bottom: 62 },
    xAxis: timeAxis({ min: firstDay, max: lastInstant }),
    yAxis: valueAxis(most, "MW", { min: below > 0 ? -below * 1.2 : 0, axisLabel: { ...valueAxis(most, "MW").axisLabel, showMinLabel: below === 0 } }),
    dataZoom: [
      { type: "inside", startValue: dispatch.window[0], endValue: dispatch.window[1], zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: !narrow, preventDefaultMouseMove: false, filterMode: "none", disabled: narrow },
      { type: "slider", startValue: dispatch.window[0], endValue: dispatch.window[1], height: 22, bottom: 6, showDataShadow: false, brushSelect: false, filterMode: "none", borderColor: colour("rule"), backgroundColor: colour("wash"), fillerColor: colour("rule"), handleStyle: { color: colour("paper"), borderColor: colour("ink-3") }, moveHandleSize: 0, textStyle: text(11), labelFormatter: (ms) => isoDay(ms) },
    ],
    series: [...up.map(make("up", 1)), ...down.map(make("down", -1))],
    tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "MW", fine ? isoHour : isoDay) },
  });
}

let dispatchTimer = 0;

function setDispatchWindow(window_, from) {
  const span = Math.max(window_[1] - window_[0], 2 * DAY_MS);
  const start = Math.max(firstDay, Math.min(window_[0], lastInstant - span));
  dispatch.window = [start, Math.min(lastInstant, start + span)];
  clearTimeout(dispatchTimer);
  dispatchTimer = setTimeout(() => dispatch.panels.forEach((panel_) => panel_()), from ? 150 : 0);
}

function dispatchPanel(site) {
  const [up, down] = dispatchShown(site);
  if (up.length === 0) return { empty: "empty.dispatch", values: { site: site.short } };
  const columns = [...up, ...down].map(([name]) => name);
  return {
    table() {
      const [from, to] = dispatch.window;
      const first = Math.round((from - firstDay) / HOUR_MS);
      const last = Math.min(clock.days * 24, Math.round((to - firstDay) / HOUR_MS));
      const rows = [];
      for (let h = first; h < last; h++) rows.push([isoHour(firstDay + h * HOUR_MS), ...columns.map((name) => site.hourly[name][h])]);
      return { note: say("data.rounded", { step: quantity(site.steps[columns[0]], "MW") }), columns: [{ name: "hour" }, ...columns.map((name) => ({ name }))], rows };
    },
    draw(box) {
      const resolution = el("p", { class: "unit" });
      let quiet = false;
      const entry = chart(box, say("chart.dispatch.aria", { site: site.short }), 320, (size) => dispatchOption(site, size), (painted) => {
        resolution.textContent = say((dispatch.window[1] - dispatch.window[0]) / DAY_MS <= HOURLY_BELOW_DAYS ? "chart.dispatch.hours" : "chart.dispatch.days", { from: isoDay(dispatch.window[0]), to: isoDay(dispatch.window[1] - 1) });
        painted.instance.off("datazoom");
        painted.instance.on("datazoom", () => {
          if (quiet) return;
          const zoom = painted.instance.getOption().dataZoom[0];
          setDispatchWindow([zoom.startValue, zoom.endValue], entry);
        });
      });
      dispatch.panels.push(() => {
        quiet = true;
        paint(entry);
        quiet = false;
      });
      box.append(key([...up, ...down].map(([name, fill]) => ({ name: words["column." + name], fill }))), resolution);
    },
  };
}

/** The week in which a quantity of the shown sites is largest. */
function weekOf(pick) {
  let best = 0;
  let most = -1;
  for (const site of shownSites()) {
    const daily = dailyMeans(pick(site));
    for (let d = 0; d + 7 <= daily.length; d++) {
      const week = sum(daily.slice(d, d + 7));
      if (week > most) [most, best] = [week, d];
    }
  }
  return most > 0 ? [dayAt(best), dayAt(best + 7)] : null;
}

function dispatchControls() {
  const yearBack = [Math.max(firstDay, documentedUntil - 365 * DAY_MS), documentedUntil];
  const windows = { whole: () => [firstDay, lastInstant], year: () => yearBack, peak: () => weekOf(siteLoad), shed: () => weekOf((site) => site.hourly.shed_mw) };
  dispatch.window = yearBack;
  siteListeners.push(() => {
    dispatch.panels = [];
  });
  return el(
    "div",
    { class: "zoom", role: "group", "aria-label": say("zoom.label") },
    Object.entries(windows).map(([id, find]) =>
      el(
        "button",
        {
          type: "button",
          "data-zoom": id,
          onclick: () => {
            const window_ = find();
            if (window_) setDispatchWindow(window_);
          },
        },
        say("zoom." + id, { month: documentedMonth }),
      ),
    ),
  );
}
