"""The reference names every code and option that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigawatt.cli.main import main

ROOT = Path(__file__).parents[3]
ERRORS = "\n".join(
    (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") for name in ("errors.md", "traces.md")
)
COMMANDS = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")


def test_every_code_of_reading_and_of_the_commands_is_documented() -> None:
    rooms = ("catalog", "cli", "climate", "cluster", "live", "scenario", "study", "training")
    sources = [path for room in rooms for path in (ROOT / "src" / "gigawatt" / room).rglob("*.py")]
    used = {code for path in sources for code in re.findall(r'"(GW\d{3})"', path.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"^\| (GW\d{3}) \|", ERRORS, re.MULTILINE))
    assert used == listed


def test_every_example_of_a_message_is_one_that_is_told() -> None:
    shown = re.search(r"^    campus\.yaml:14:51.*\n.*fix: .*$", ERRORS, re.MULTILINE)
    assert shown is not None
    told = (ROOT / "tests" / "snapshot" / "errors" / "many.txt").read_text(encoding="utf-8")
    assert shown[0].replace("\n        fix", "\n    fix").strip() in told


def test_every_option_of_tenant_is_documented(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = COMMANDS.split("## tenant\n")[1].split("\n## ")[0]
    for command in ("list", "add", "set", "remove", "token"):
        monkeypatch.setattr("sys.argv", ["gigawatt", "tenant", command, "--help"])
        with pytest.raises(SystemExit):
            main()
        told = capsys.readouterr().out
        options = set(re.findall(r"(?<![\w-])--[a-z-]+", told.split("Options:")[1])) - {"--help"}
        assert options <= set(re.findall(r"--[a-z-]+", section))
        assert f"gigawatt tenant {command}" in section


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "compare",
        "sweep",
        "replay",
        "coherent",
        "check",
        "new",
        "schema",
        "catalog",
        "doctor",
        "validate",
        "up",
        "submit",
        "status",
        "logs",
        "cancel",
        "drain",
        "down",
        "drill",
        "twin",
        "what-if",
        "export",
        "top",
    ],
)
def test_every_option_is_documented(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["gigawatt", command, "--help"])
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr().out
    section = COMMANDS.split(f"## {command}\n")[1].split("\n## ")[0]
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", told.split("Options:")[1])) - {"--help"}
    assert options <= set(re.findall(r"--[a-z-]+", section))
    assert "Examples:" in told or command == "doctor"
