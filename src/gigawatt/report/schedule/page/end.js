// Notes, and how to get this again.

function noteSection() {
  const holder = section("notes");
  if (payload.notes.length) holder.append(el("ul", { class: "plain-notes" }, payload.notes.map((note) => el("li", {}, note))));
  else holder.append(emptyState("notes.none"));
}

function reproduceSection() {
  const { command } = payload.meta;
  section("reproduce").append(
    command ? el("pre", { class: "formula command" }, command) : el("p", {}, say("reproduce.python")),
    el("dl", { class: "facts" }, payload.settings.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("p", {}, say("reproduce.tables")),
  );
}
