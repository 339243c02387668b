// The page, in the order in which it is read.

async function start() {
  payload.curves.heads = payload.curves.columns;
  payload.curves.columns = await unpack(payload.curves);
  await loadTimeline();
  const page = document.getElementById("page");
  timelineSection();
  loadSection();
  fateSection();
  jobSection();
  fairnessSection();
  noteSection();
  reproduceSection();
  page.append(el("a", { class: "skip", href: "#main" }, say("nav.skip")), topBar(), titleBlock(), main, panel);
  await drawAll();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  document.getElementById("page").append(el("p", { class: "empty", role: "alert" }, say("page.failed")));
  throw error;
});
