// Gangs, tenants, the queue, what has ended, and events.

const MOST_EVENTS = 2000;
const MOST_ROWS = 300;
const COLUMNS = {
  gangs: [
    { id: "letter" }, { id: "job", number: true }, { id: "tenant" }, { id: "gpus", number: true }, { id: "for", number: true },
    { id: "restarts", number: true }, { id: "nodes" }, { id: "command", grows: true, command: true }, { id: "log" },
  ],
  tenants: [
    { id: "tenant" }, { id: "gpus", number: true }, { id: "share" }, { id: "quota", number: true }, { id: "weight", number: true },
    { id: "running", number: true }, { id: "waiting", number: true },
  ],
  queue: [
    { id: "job", number: true }, { id: "tenant" }, { id: "gpus", number: true }, { id: "for", number: true },
    { id: "why" }, { id: "command", grows: true, command: true },
  ],
  ended: [{ id: "job", number: true }, { id: "tenant" }, { id: "state" }, { id: "at" }, { id: "reason", grows: true }, { id: "log" }],
  events: [{ id: "at" }, { id: "what", grows: true }],
};
const lists = Object.fromEntries(Object.entries(COLUMNS).map(([id, columns]) => [id, listSection(id, columns)]));

/** Submissions of equal jobs one after another, as those of an array, are told as one event. */
function gathered(events) {
  const groups = [];
  const submission = (event) => (event.kind === "submitted" ? event.words.split(" was submitted by ").slice(1).join("") : "");
  for (const event of events) {
    const group = groups[groups.length - 1];
    if (group && submission(event) && submission(event) === submission(group.last)) group.last = event;
    else groups.push({ first: event, last: event });
  }
  return groups.map(({ first, last }) => ({
    key: first.seq,
    cells: [clock(last.at), first === last ? first.words : say("submitted", { first: first.job, last: last.job, what: submission(first) })],
  }));
}

/** A cell whose element is made once, and renewed by a function. */
function kept(make, renew) {
  return (place) => {
    if (!place.firstChild) place.append(make());
    renew(place.firstChild);
  };
}

function chipCell(job, again) {
  return kept(
    () => el("button", {
      type: "button",
      onclick: () => {
        found = found === job ? null : job;
        again();
      },
    }),
    (chip) => {
      chip.className = "chip " + toneOf(job);
      put(chip, letterOf(job));
      chip.setAttribute("aria-pressed", String(found === job));
      chip.setAttribute("aria-label", say("gang.find", { job }));
    },
  );
}

function logCell(job) {
  return kept(() => el("button", { type: "button", onclick: () => openLog(job) }, say("log.open")), () => {});
}

function shareCell(row, gpus) {
  return kept(
    () => el("div", { class: "share" }, el("span"), el("span", { class: "share-bar", "aria-hidden": "true" }, el("span", { class: "share-held" }), el("span", { class: "share-quota" }))),
    (share) => {
      const part = (n) => Math.min(100, (100 * n) / gpus).toFixed(1) + "%";
      put(share.firstChild, Math.round((100 * row.gpus) / gpus) + " %");
      share.lastChild.style.setProperty("--held", part(row.gpus));
      share.lastChild.lastChild.hidden = row.quota_gpus === null;
      if (row.quota_gpus !== null) share.lastChild.style.setProperty("--quota", part(row.quota_gpus));
    },
  );
}

function showLists(view, events, again) {
  const now = view.controller.now;
  const waits = (view.counts.queued || 0) + (view.counts.paused || 0);
  const ends = ["finished", "failed", "cancelled"].reduce((n, state) => n + (view.counts[state] || 0), 0);
  lists.gangs.show(
    view.running.map((job) => ({
      key: job.id,
      cells: [
        chipCell(job.id, again), job.id, job.tenant, count(job.gpus),
        elapsed(job.started, now) + (job.stopping ? ", " + say("gang.stopping") : ""), job.restarts,
        job.places.map(([node]) => node).join(", "), job.command, logCell(job),
      ],
    })),
    view.counts.running || 0,
  );
  lists.tenants.show(
    view.tenants.map((row) => ({
      key: row.name,
      cells: [
        row.name, count(row.gpus), shareCell(row, view.controller.gpus),
        row.quota_gpus === null ? say("quota.none") : count(row.quota_gpus), row.weight, count(row.running),
        row.waiting ? say("waiting.gpus", { n: count(row.waiting), gpus: count(row.waiting_gpus) }) : "0",
      ],
    })),
    view.tenants.length,
  );
  lists.queue.show(
    view.waiting.map((job) => ({
      key: job.id,
      cells: [job.id, job.tenant, count(job.gpus), elapsed(job.submitted, now), (job.state === "queued" ? "" : job.state + ": ") + job.why, job.command],
    })),
    waits,
  );
  lists.ended.show(
    view.ended.map((job) => ({
      key: job.id,
      cells: [
        job.id, job.tenant, job.exit_code ? say("state.exit", { state: job.state, code: job.exit_code }) : job.state,
        clock(job.finished), job.reason, job.started ? logCell(job) : "",
      ],
    })),
    ends,
  );
  lists.events.show(gathered(events).slice(-MOST_ROWS).reverse(), 0);
}
