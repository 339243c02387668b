// Opening a page: its own sections are made, then all is hung into the document and drawn.

async function unfold(makeSections) {
  await makeSections();
  const page = document.getElementById("page");
  page.append(el("a", { class: "skip", href: "#main" }, say("nav.skip")), topBar(), titleBlock(), main, panel);
  await drawAll();
  document.documentElement.dataset.ready = "true";
}

function openPage(makeSections) {
  unfold(makeSections).catch((error) => {
    document.getElementById("page").append(el("p", { class: "empty", role: "alert" }, say("page.failed")));
    throw error;
  });
}
