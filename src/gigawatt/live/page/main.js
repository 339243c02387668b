// The page: asked and drawn again every second, and what it says when nobody answers.

const STATES = ["running", "paused", "queued", "finished", "failed", "cancelled"];
const link = el("span", { class: "link", "data-state": "asking" }, say("link.asking"));
const heard = el("p", { class: "hidden-text", role: "status" });
const notice = el("div", { class: "notice", role: "alert" });
const about = el("p", { class: "description" });
const verdict = el("p", { class: "verdict-sentence" });
const counts = el("p", { class: "counts" });
const power = el("p", { class: "counts" });
const pauseButton = el("button", { type: "button", onclick: pause }, say("button.pause"));
const content = el("main", { id: "cluster", tabindex: "-1" });
let last = null;
let events = [];
let seen = null;
let paused = false;
let timer = 0;
let asking = false;

function layOut() {
  const ids = ["nodes", "gangs", "queue", "tenants", "ended", "events"];
  const bar = el(
    "nav",
    { class: "bar", "aria-label": say("nav.label") },
    el("span", { class: "brand" }, say("brand")),
    el("div", { class: "bar-links" }, ids.map((id) => el("a", { href: "#" + id }, say(id)))),
    link,
    pauseButton,
    themeButton(),
  );
  const head = el("header", { class: "title" }, el("h1", {}, say("heading")), about, el("div", { class: "verdict" }, verdict, counts, power));
  content.append(
    head,
    nodesSection(),
    lists.gangs.section,
    lists.queue.section,
    lists.tenants.section,
    el("div", { class: "pair" }, lists.ended.section, lists.events.section),
  );
  const skip = el("a", { class: "skip", href: "#cluster" }, say("nav.skip"));
  document.getElementById("page").append(skip, bar, heard, notice, content, el("footer"), panel);
}

function pause() {
  paused = !paused;
  put(pauseButton, say(paused ? "button.go_on" : "button.pause"));
  if (paused) setLink("paused");
  else renew();
}

function setLink(state) {
  const time = clock(seen && seen.controller.now);
  put(link, say("link." + state, { time }));
  if (link.dataset.state !== state) put(heard, say("link." + state, { time }));
  link.dataset.state = state;
}

function setNotice(...lines) {
  notice.hidden = lines.length === 0;
  notice.replaceChildren(...lines);
}

/** Ask for the key, because there is none or it is wrong. */
function askForKey(why) {
  const input = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false" });
  const form = el(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        useKey(input.value);
        renew();
      },
    },
    el("label", { for: "key" }, say("key.label")),
    input,
    el("button", { type: "submit" }, say("key.use")),
  );
  setNotice(el("p", {}, say(why)), el("p", {}, say("key.remedy")), form);
  content.hidden = true;
  setLink("asking");
}

function draw() {
  const { controller, nodes } = seen;
  giveLetters(seen.running);
  if (!letters.has(found)) found = null;
  const out = nodes.filter((node) => node.state !== "up").reduce((n, node) => n + node.slots.filter((job) => job === null).length, 0);
  const busy = controller.gpus - controller.free - out;
  put(about, say(controller.pid === null ? "about.tenant" : "about", controller));
  const values = { busy: count(busy), gpus: count(controller.gpus), free: count(controller.free), out: out ? say("verdict.out", { n: count(out) }) : "" };
  put(verdict, controller.going_down ? say("verdict.down") : say("verdict", values));
  const told = STATES.filter((state) => seen.counts[state]).map((state) => count(seen.counts[state]) + " " + state).join(", ");
  put(counts, told ? say("counts", { counts: told }) : say("counts.none"));
  power.hidden = !controller.power;
  if (controller.power) {
    const kw = (n) => String(Number(n.toPrecision(3)));
    put(power, say("power", { drawn: kw(controller.power.drawn_kw), kept: kw(controller.power.kept_kw), budget: kw(controller.power.budget_kw) }));
  }
  showNodes(nodes);
  showLists(seen, events, draw);
}

async function renew() {
  clearTimeout(timer);
  if (paused || asking) return;
  if (!key) {
    askForKey("key.none");
    return;
  }
  asking = true;
  try {
    const view = await askJson("/v1/view");
    const news = await askJson("/v1/events?most=1000" + (last === null ? "" : "&after=" + last));
    seen = view;
    last = news.last;
    events = events.concat(news.events).slice(-MOST_EVENTS);
    content.hidden = false;
    document.body.classList.remove("stale");
    setNotice();
    draw();
    if (!paused) setLink("live");
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    if (error instanceof WrongKey) {
      askForKey("key.wrong");
      return;
    }
    showGone();
  } finally {
    asking = false;
  }
  timer = setTimeout(renew, document.hidden ? HIDDEN_MS : EVERY_MS);
}

function showGone() {
  if (link.dataset.state === "gone") return;
  setLink("gone");
  document.body.classList.add("stale");
  content.hidden = seen === null;
  setNotice(el("p", {}, say("gone", { time: clock(seen && seen.controller.now) })), el("p", {}, say("gone.remedy")));
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) renew();
});
window.addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#key=")) return;
  key = takeKey();
  renew();
});
layOut();
setNotice();
renew();
