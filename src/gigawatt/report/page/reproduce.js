// How to get this result again.

function reproduceSection() {
  const meta = payload.meta;
  const holder = section("reproduce");
  const rows = [
    ["reproduce.version", meta.version],
    ["reproduce.scenario", meta.scenario],
    ["reproduce.sha256", meta.sha256 || words["number.missing"]],
    ["reproduce.seed", String(meta.seed)],
    ["reproduce.overrides", meta.overrides.length ? meta.overrides.join("\n") : say("reproduce.no_overrides")],
  ];
  holder.append(
    el("pre", { class: "formula command" }, meta.command),
    el("dl", { class: "facts" }, rows.flatMap(([name, value]) => [el("dt", {}, say(name)), el("dd", {}, value)])),
    el("p", {}, say("reproduce.tables")),
  );
}
