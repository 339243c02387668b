"""From a name or a file to a scenario: where it is looked for, what is kept, how problems get a place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.kernel.inputs import InputModel, Name, Positive
from gigawatt.scenario import bundled_bytes, bundled_names, locate, read, read_scenario, read_text


class Hall(InputModel):
    name: Name
    it_power_mw: Positive


class Campus(InputModel):
    name: Name
    halls: tuple[Hall, ...] = ()


TEXT = "name: test\nhalls:\n  - {name: north, it_power: 3 MW}\n  - {name: south, it_power_mw: 4}\n"


def refused(source: str | Path) -> Problem:
    with pytest.raises(InputError) as caught:
        read(source, Campus)
    (problem,) = caught.value.problems
    return problem


def test_a_file_is_read_and_its_bytes_are_known(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEXT)
    loaded = read(file, Campus, ["name=other"])
    assert loaded.scenario.name == "other"
    assert loaded.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (loaded.text, loaded.overrides, loaded.file) == (TEXT, ("name=other",), str(file))
    assert "north" not in repr(loaded.positions) or len(repr(loaded)) < 1000


def test_the_bundled_scenarios_are_there_and_read() -> None:
    assert set(bundled_names()) >= {"colossus", "reference-100mw"}
    for name in bundled_names():
        assert read_scenario(name).scenario.name == name


def test_a_name_that_is_none_is_suggested() -> None:
    problem = refused("colosus")
    assert (problem.code, problem.remedy) == ("GW216", "write 'colossus'")
    with pytest.raises(InputError, match="GW216"):
        bundled_bytes("../models")


def test_a_path_that_leads_nowhere_is_a_path() -> None:
    assert refused("nowhere/colossus").code == "GW201"
    assert refused("colossus.yaml").code == "GW201"
    assert refused("").code == "GW201"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refused(str(tmp_path)).code == "GW201"


def test_a_directory_of_a_bundled_name_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "colossus").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read_scenario("colossus").scenario.name == "colossus"


@pytest.mark.parametrize(
    ("path", "line", "column", "full"),
    [
        ("halls.0.it_power", 3, 29, "halls.0.it_power"),
        ("halls.north.it_power_mw", 3, 29, "halls.0.it_power"),
        ("halls.south.it_power", 4, 32, "halls.1.it_power_mw"),
        ("halls.1.until", 4, 5, "halls.1.until"),
        ("halls.7", 3, 3, "halls.7"),
        ("money.debt", 1, 1, "money.debt"),
        ("", 1, 1, ""),
    ],
)
def test_a_problem_gets_its_place(path: str, line: int, column: int, full: str) -> None:
    loaded = read_text(TEXT, Campus, file="a.yaml")
    placed = locate(loaded, Problem("GW400", "wrong", "mend it", path=path))
    assert (placed.file, placed.line, placed.column, placed.path) == ("a.yaml", line, column, full)
    assert (placed.code, placed.message, placed.remedy) == ("GW400", "wrong", "mend it")


def test_a_problem_of_an_overridden_value_stands_at_the_override() -> None:
    loaded = read_text(TEXT, Campus, ["name=x", "halls.south.it_power=9 MW"], file="a.yaml")
    placed = locate(loaded, Problem("GW400", "wrong", "mend it", path="halls.1.it_power"))
    assert (placed.file, placed.line, placed.column) == ("--set", 2, 22)


def test_a_reference_that_leads_nowhere_has_its_line(tmp_path: Path) -> None:
    from gigawatt.study import resolve_loaded

    text = bundled_bytes("reference-100mw").decode().replace("chip: gb200", "chip: gb20", 1)
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        resolve_loaded(read_scenario(tmp_path / "a.yaml"))
    (problem,) = caught.value.problems
    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith("gb20,")
    assert problem.remedy == "write 'gb200'"
