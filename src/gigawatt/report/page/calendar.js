// The calendar of a run and its sites: days, months, where the record ends, which sites are shown.

const clock = payload.clock;
const DAY_MS = 86400000;
const HOUR_MS = 3600000;
const firstDay = Date.parse(clock.start + "T00:00:00Z");

function dayAt(index) {
  return firstDay + index * DAY_MS;
}

function isoDay(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}

function isoHour(ms) {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ") + "Z";
}

const lastInstant = dayAt(clock.days);
const documentedUntil = dayAt(clock.last_day_of_month[clock.documented] + 1);
const isDocumented = clock.reach !== "end";
const documentedMonth = clock.months[clock.documented];
/** What the captions of figures may name. */
const captionPlaces = { month: documentedMonth };

const sites = payload.sites;
const state = { site: "all" };
const siteListeners = [];

function shownSites() {
  return state.site === "all" ? sites : sites.filter((site) => site.name === state.site);
}

function showSite(name) {
  state.site = name;
  for (const listener of siteListeners) listener();
}

/** Sum a daily array by month. */
function byMonth(daily) {
  return clock.months.map((_, m) => {
    const start = m === 0 ? 0 : clock.last_day_of_month[m - 1] + 1;
    return sum(daily.slice(start, clock.last_day_of_month[m] + 1));
  });
}

function monthStart(m) {
  return Date.parse(clock.months[m] + "-01T00:00:00Z");
}

async function unpackSites() {
  for (const site of sites) {
    site.steps = {};
    for (const part of ["daily", "hourly", "work"]) {
      for (const head of site[part].columns) site.steps[head.name] = head.step;
      site[part] = await unpack(site[part]);
    }
  }
}
