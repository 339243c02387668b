// The last of what a rank said, in a panel, renewed while it is open.

const LOG_BYTES = 65536;
const panel = el("dialog", { id: "panel", "aria-labelledby": "panel-title" });
let logTimer = 0;

function openLog(job) {
  const rank = el("input", { type: "number", min: "0", max: String(job.gpus - 1), value: "0", id: "log-rank" });
  const about = el("p", { class: "faint" });
  const text = el("pre", { tabindex: "0" });
  const renew = async () => {
    clearTimeout(logTimer);
    await showLog(job.id, Number(rank.value) || 0, about, text);
    if (panel.open) logTimer = setTimeout(renew, EVERY_MS);
  };
  rank.addEventListener("change", renew);
  panel.replaceChildren(
    el(
      "header",
      {},
      el("h2", { id: "panel-title", tabindex: "-1" }, say("log.of", { job: job.id })),
      el("button", { type: "button", class: "quiet", onclick: () => panel.close() }, say("panel.close")),
    ),
    el("div", { class: "log" }, el("p", {}, el("label", { for: "log-rank" }, say("log.rank") + " "), rank), about, text),
  );
  panel.showModal();
  document.getElementById("panel-title").focus();
  renew();
}

async function showLog(job, rank, about, text) {
  const path = "/v1/jobs/" + job + "/log?rank=" + rank;
  try {
    const first = await ask(path + "&most=1");
    if (!first.ok) {
      about.textContent = say("log.none", { job, rank });
      text.textContent = "";
      return;
    }
    const size = Number(first.headers.get("Gigawatt-Size"));
    const run = first.headers.get("Gigawatt-Run");
    const part = await ask(path + "&run=" + run + "&offset=" + Math.max(0, size - LOG_BYTES));
    const bytes = await part.arrayBuffer();
    const below = text.scrollHeight - text.scrollTop - text.clientHeight < 8;
    const ended = part.headers.get("Gigawatt-Ended") === "true" ? say("log.ended") : "";
    about.textContent = say("log.part", { shown: count(bytes.byteLength), size: count(size), run, ended });
    put(text, new TextDecoder().decode(bytes));
    if (below) text.scrollTop = text.scrollHeight;
  } catch {
    // The page itself says that the cluster does not answer.
  }
}

panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
panel.addEventListener("close", () => clearTimeout(logTimer));
