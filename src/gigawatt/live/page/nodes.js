// Nodes and their GPUs: squares with the letter of the gang that holds them.

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MOST_SQUARES = 4096;
const TONES = 6;
const letters = new Map();
let found = null;

/** Give every running gang a letter that stays with it; the lowest free one. */
function giveLetters(running) {
  const there = new Set(running.map((job) => job.id));
  for (const job of letters.keys()) if (!there.has(job)) letters.delete(job);
  const taken = new Set(letters.values());
  for (const job of running) {
    if (letters.has(job.id)) continue;
    const free = [...LETTERS].find((letter) => !taken.has(letter));
    if (free === undefined) continue;
    letters.set(job.id, free);
    taken.add(free);
  }
}

function letterOf(job) {
  return letters.get(job) || "+";
}

function toneOf(job) {
  return "tone-" + Math.max(LETTERS.indexOf(letterOf(job)), 0) % TONES;
}

const nodeList = el("ul", { class: "nodes" });
const nodesAbout = el("p", { class: "section-about" });
const nodeParts = new Map();

function nodesSection() {
  return sectionOf("nodes", nodesAbout, nodeList);
}

function showNodes(nodes) {
  const squares = nodes.reduce((all, node) => all + node.slots.length, 0);
  const many = squares > MOST_SQUARES;
  nodesAbout.textContent = many ? say("nodes.many", { n: count(squares) }) : say("nodes.about");
  const there = new Set(nodes.map((node) => node.id));
  for (const [id, part] of nodeParts) {
    if (!there.has(id)) {
      part.item.remove();
      nodeParts.delete(id);
    }
  }
  for (const node of nodes) showNode(node, many);
  nodeList.classList.toggle("finding", found !== null);
}

function makeNode(node) {
  const part = {
    read: el("span", { class: "hidden-text" }),
    name: el("span", { class: "node-name", "aria-hidden": "true" }, say("node.name", { id: node.id })),
    state: el("span", { class: "node-state", "aria-hidden": "true" }),
    free: el("span", { class: "node-free", "aria-hidden": "true" }),
    losses: el("span", { class: "node-losses" }),
    slots: el("div", { class: "slots", "aria-hidden": "true" }),
  };
  const head = el("div", { class: "node-head" }, part.read, part.name, part.state, part.free, part.losses);
  part.item = el("li", { class: "node" }, head, part.slots);
  nodeParts.set(node.id, part);
  nodeList.append(part.item);
  return part;
}

function showNode(node, many) {
  const part = nodeParts.get(node.id) || makeNode(node);
  const free = node.state === "up" ? node.slots.filter((job) => job === null).length : 0;
  const state = named("state.", node.state);
  put(part.state, state);
  put(part.free, say("node.free", { free: count(free), gpus: count(node.slots.length) }));
  put(part.losses, node.losses ? say("node.losses", { n: node.losses }) : "");
  part.losses.hidden = !node.losses;
  put(part.read, say("node.read", { id: node.id, state, free, gpus: node.slots.length, held: heldInWords(node.slots) }));
  part.item.dataset.state = node.state;
  part.slots.hidden = many;
  if (!many) showSlots(part.slots, node.slots);
}

function heldInWords(slots) {
  const held = new Map();
  for (const job of slots) if (job !== null) held.set(job, (held.get(job) || 0) + 1);
  return [...held].map(([job, n]) => (job < 0 ? say("node.others", { n }) : say("node.held", { job, n }))).join(" ");
}

function showSlots(place, slots) {
  while (place.children.length < slots.length) place.append(el("span"));
  slots.forEach((job, slot) => {
    const square = place.children[slot];
    const kind = job === null ? "" : job < 0 ? " others" : " held " + toneOf(job);
    const wanted = "slot" + kind + (job !== null && job === found ? " found" : "");
    if (square.className !== wanted) square.className = wanted;
    put(square, job === null ? "·" : job < 0 ? "#" : letterOf(job));
    square.title = say(job === null ? "slot.free" : job < 0 ? "slot.others" : "slot.job", { slot, job });
  });
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
