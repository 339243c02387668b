// What every part of the page uses: the payload, words, elements, days.

const payload = JSON.parse(document.getElementById("payload").textContent);
const words = payload.words;
const clock = payload.clock;
const DAY_MS = 86400000;
const HOUR_MS = 3600000;
const firstDay = Date.parse(clock.start + "T00:00:00Z");

/** The one way to a word: a key of the message table, with its {places} filled. */
function say(key, values) {
  const text = words[key];
  if (text === undefined) throw new Error("no message " + key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** A word where the table has one, else the name as the scenario wrote it. */
function named(prefix, name) {
  const known = words[prefix + name];
  return known === undefined ? String(name).replace(/_/g, " ") : known;
}

/** Make an element. Attributes go through setAttribute, handlers ("onclick") as listeners, text as text. */
function el(tag, attributes, ...children) {
  const svg = ["svg", "g", "path", "rect", "line", "text", "defs", "pattern", "title", "circle"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

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

/** Largest known value of some arrays, 0 where nothing is known. */
function largest(...arrays) {
  let most = 0;
  for (const array of arrays) for (const value of array) if (value > most) most = value;
  return most;
}

function anyKnown(array) {
  return array !== undefined && array.some((value) => Number.isFinite(value) && value !== 0);
}

function sum(values) {
  let total = 0;
  for (const value of values) if (Number.isFinite(value)) total += value;
  return total;
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
