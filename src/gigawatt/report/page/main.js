// The page, in the order in which it is read.

async function start() {
  await unpackSites();
  const page = document.getElementById("page");
  timelineSection();
  keyFigureSection();
  if (payload.ranges) rangeSection();
  powerSection();
  computeSection();
  moneySection();
  environmentSection();
  checkSection();
  assumptionSection();
  reproduceSection();
  page.append(el("a", { class: "skip", href: "#main" }, say("nav.skip")), topBar(), titleBlock(), main, panel);
  await drawAll();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  document.getElementById("page").append(el("p", { class: "empty", role: "alert" }, say("page.failed")));
  throw error;
});
