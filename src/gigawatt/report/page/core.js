// What every part of the page uses: the payload, words, elements, sums.

const payload = JSON.parse(document.getElementById("payload").textContent);
const words = payload.words;

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
