"""``--set``: any field, by keys, indices and names, with its mistakes at their place."""

from __future__ import annotations

import pytest
from pydantic import Field

from gigawatt.kernel.errors import InputError
from gigawatt.kernel.inputs import Day, InputModel, Name, Positive
from gigawatt.scenario.read import read_text


class Group(InputModel):
    name: Name
    units: int = 1
    limit_mw: Positive | None = None


class Power(InputModel):
    groups: tuple[Group, ...] = ()
    allowed: bool = True


class Site(InputModel):
    title: str = ""
    power: Power = Power()


class Campus(InputModel):
    seed: int = Field(default=0, ge=0)
    sites: dict[Name, Site] = Field(default_factory=dict)


TEXT = """\
sites:
  memphis 1.5:
    title: old
    power:
      groups:
        - {name: north, units: 3, limit_mw: 2}
        - {name: south.east, units: 4, limit: 2 MW}
"""


def load(*overrides: str) -> Campus:
    return read_text(TEXT, Campus, overrides, file="a.yaml").scenario


def problem(*overrides: str):
    with pytest.raises(InputError) as caught:
        load(*overrides)
    return caught.value.problems


@pytest.mark.parametrize(
    ("moved", "day"),
    [
        ("+36d", "2025-12-13"),
        ("-7 days", "2025-10-31"),
        ("+1 day", "2025-11-08"),
        ("2026-02-01", "2026-02-01"),
    ],
)
@pytest.mark.parametrize("written", ["2025-11-07", "{value: 2025-11-07, source: a letter}"])
def test_a_date_is_moved_by_days(moved: str, day: str, written: str) -> None:
    class Step(InputModel):
        since: Day

    done = read_text(f"since: {written}", Step, [f"since={moved}"], file="a.yaml").scenario
    assert done.since.isoformat() == day


def test_what_is_no_date_is_not_moved() -> None:
    assert problem("seed=+36d")[0].code == "GW219"
    assert "no date is written there" in problem("sites.memphis 1.5.title=+3d")[0].message
    assert load("sites.memphis 1.5.title=+3 days").sites["memphis 1.5"].title == "+3 days"


@pytest.mark.parametrize("where", ["0", "north"])
def test_a_list_item_is_named_or_counted(where: str) -> None:
    assert (
        load(f"sites.memphis 1.5.power.groups.{where}.units=9").sites["memphis 1.5"].power.groups[0].units
        == 9
    )


def test_names_may_hold_dots() -> None:
    assert (
        load("sites.memphis 1.5.power.groups.south.east.units=9").sites["memphis 1.5"].power.groups[1].units
        == 9
    )


def test_values_are_yaml() -> None:
    groups = load("sites.memphis 1.5.power.groups=[{name: x, limit: 3 MW}]").sites["memphis 1.5"].power.groups
    assert [(g.name, g.limit_mw) for g in groups] == [("x", 3.0)]
    assert load("sites.memphis 1.5.title='a=b'").sites["memphis 1.5"].title == "a=b"


def test_what_the_file_does_not_write_is_made() -> None:
    assert load("seed=7").seed == 7
    assert load("sites.memphis 1.5.power.allowed=false").sites["memphis 1.5"].power.allowed is False
    text = read_text("seed: 1", Campus, ["sites={a: {}}", "sites.a.power.allowed=false"])
    assert text.scenario.sites["a"].power.allowed is False


def test_the_later_override_wins() -> None:
    assert load("seed=7", "seed=8").seed == 8


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("written", ["limit=5 MW", "limit_mw=5"])
def test_either_way_to_write_a_field_replaces_the_other(index: int, written: str) -> None:
    assert (
        load(f"sites.memphis 1.5.power.groups.{index}.{written}")
        .sites["memphis 1.5"]
        .power.groups[index]
        .limit_mw
        == 5
    )


def test_the_file_that_was_read_is_left_as_it_is() -> None:
    from gigawatt.scenario.overrides import apply_overrides
    from gigawatt.scenario.yaml_reader import read_yaml

    tree = read_yaml(TEXT, "a.yaml")
    changed = apply_overrides(tree, ["seed=7", "sites.memphis 1.5.title=new"], Campus)
    assert "seed" not in tree.data
    assert tree.data["sites"]["memphis 1.5"]["title"] == "old"
    assert changed.data["seed"] == 7
    assert tree.positions["sites", "memphis 1.5", "title"].file == ""
    assert changed.positions["sites", "memphis 1.5", "title"].file == "--set"


@pytest.mark.parametrize(
    ("override", "code", "words"),
    [
        ("seed", "GW217", "is not path=value"),
        ("=3", "GW217", "keys set apart by dots"),
        ("seed=", "GW217", "is not path=value"),
        ("a..b=3", "GW217", "keys set apart by dots"),
        (".".join("a" * 70) + "=3", "GW217", "keys set apart by dots"),
        ("sites.nashville.title=x", "GW218", "it has memphis 1.5"),
        ("sites.memphis 1.5.power.groups.nort.units=1", "GW218", "it has north, south.east"),
        ("sites.memphis 1.5.power.groups.7.units=1", "GW218", "it has north, south.east"),
        ("sites.memphis 1.5.title.x=1", "GW218", "single value"),
        ("sites.memphis 1.5.titel=x", "GW301", "there is no key 'titel'"),
        ("sites.memphis 1.5.power.groups.0.limit=3 kg", "GW304", "unit 'kg'"),
        ("seed=-1", "GW305", "at least 0"),
        ("seed=[1", "GW204", "not closed"),
        ("seed=.nan", "GW207", "not a finite number"),
        ("seed={a: 1, a: 2}", "GW205", "stands twice"),
        ("seed=\x00", "GW203", "U+0000"),
    ],
)
def test_refused(override: str, code: str, words: str) -> None:
    (found,) = problem(override)
    assert (found.code, found.file, found.line) == (code, "--set", 1)
    assert words in found.message


def test_the_nearest_name_is_suggested() -> None:
    (found,) = problem("sites.memphis 1.5.power.groups.nort.units=1")
    assert found.remedy == "write 'north'"


def test_a_mistake_in_the_value_has_its_column_in_the_argument() -> None:
    argument = "sites.memphis 1.5.power={groups: [{name: n, limit: 3 kg}]}"
    (found,) = problem("seed=2", argument)
    assert (found.line, found.column) == (2, argument.index("3 kg") + 1)


def test_all_overrides_are_told_together() -> None:
    assert [p.line for p in problem("seed", "sites.x.y=1", "seed=[")] == [1, 2, 3]


def test_a_list_that_is_not_written_is_set_whole() -> None:
    with pytest.raises(InputError, match="set the whole list"):
        read_text("sites: {a: {}}", Campus, ["sites.a.power.groups.0.units=3"])
