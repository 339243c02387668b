// The page, in the order in which it is read.

async function start() {
  const page = document.getElementById("page");
  inputSection();
  figureSection();
  curveSection();
  eventSection();
  reproduceSection();
  page.append(el("a", { class: "skip", href: "#main" }, say("nav.skip")), topBar(), titleBlock(), main, panel);
  await drawAll();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  document.getElementById("page").append(el("p", { class: "empty", role: "alert" }, say("page.failed")));
  throw error;
});
