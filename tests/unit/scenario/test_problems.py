"""What pydantic refuses, told once a mistake, at its place."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import pytest
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.kernel.inputs import Day, Fraction, InputModel, Name, Positive, PositiveCount
from gigawatt.scenario.read import read_text


class Turbine(InputModel):
    technology: Literal["turbine"]
    capacity_mw: Positive
    heat_rate_btu_per_kwh: Positive | None = None


class Battery(InputModel):
    technology: Literal["battery", "store"]
    energy_mwh: Positive
    efficiency_frac: Fraction = 0.9


class Shape(InputModel):
    total_parameters: Positive


class Site(InputModel):
    mounting: Literal["fixed", "single_axis"] = "fixed"
    units: PositiveCount = 1
    sources: list[Annotated[Turbine | Battery, Field(discriminator="technology")]] = Field(
        default_factory=list
    )
    model: Name | Shape | None = None
    either: float | list[float] | None = None
    note_to_reader: Annotated[str, Field(max_length=5)] = ""
    ready_from: Day | None = None
    ready_by: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ready_from and self.ready_by and self.ready_by < self.ready_from:
            raise PydanticCustomError(
                "out_of_order",
                "ready_by is {by}, before ready_from",
                {"by": str(self.ready_by), "remedy": "swap them"},
            )
        return self


class Campus(InputModel):
    sites: dict[Name, Site] = Field(min_length=1)


def told(site: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_text(f"sites:\n  a:\n    {site}\n", Campus, file="a.yaml")
    return list(caught.value.problems)


def one(site: str) -> Problem:
    (problem,) = told(site)
    return problem


@pytest.mark.parametrize(
    ("site", "code", "place", "seen", "remedy"),
    [
        ("units: 3.5", "GW303", (3, 12), "3.5 is not a whole number", "write a whole number"),
        ("units: 0", "GW305", (3, 12), "more than 0", "more than 0"),
        ("units: true", "GW304", (3, 12), "true and false are not numbers", "write a number"),
        ("units: [3]", "GW303", (3, 12), "a list of 1 stands where a whole number is needed", ""),
        ("units: null", "GW303", (3, 12), "null stands where a whole number is needed", ""),
        ("untis: 3", "GW301", (3, 5), "there is no key 'untis'", "write 'units'"),
        ("Units: 3", "GW301", (3, 5), "there is no key 'Units'", "write 'units'"),
        ("xyzzy: 3", "GW301", (3, 5), "there is no key 'xyzzy'", "use one of: mounting, units, sources"),
        (
            "mounting: fixd",
            "GW306",
            (3, 15),
            "'fixd' is not one of 'fixed' or 'single_axis'",
            "write 'fixed'",
        ),
        ("ready_from: 2025-02-30", "GW307", (3, 17), "day is out of range", "YYYY-MM-DD"),
        ("ready_from: 20250230", "GW307", (3, 17), "20250230 is not a date", "YYYY-MM-DD"),
        ("note_to_reader: abcdefg", "GW308", (3, 21), "7 characters; at most 5", "shorten it"),
        ("either: x", "GW304", (3, 13), "'x' is not a number", "write a number"),
        ("either: [1, x]", "GW304", (3, 17), "'x' is not a number", "write a number"),
        ("model: {total: 3 kg}", "GW304", (3, 20), "unit 'kg'", "M, B or T"),
        ("model: {totl: 3 B}", "GW301", (3, 13), "no key 'totl'", "write 'total'"),
        ("model: ''", "GW308", (3, 12), "0 characters; at least 1", "add"),
        ("sources: {}", "GW303", (3, 14), "a mapping stands where a list is needed", "write a list"),
        ("sources: [3]", "GW303", (3, 15), "3 stands where a mapping of keys is needed", "a mapping"),
        ("sources: [{energy: 3 MWh}]", "GW302", (3, 15), "'technology' is missing", "technology: turbine"),
        (
            "sources: [{technology: turbin, capacity: 3 MW}]",
            "GW306",
            (3, 28),
            "'turbin'",
            "technology: turbine",
        ),
        (
            "sources: [{technology: turbine}]",
            "GW302",
            (3, 15),
            "'capacity' is missing",
            "a number with W, kW, MW or GW",
        ),
        ("sources: [{technology: turbine, capacity: 3}]", "GW304", (3, 47), "3 has no unit", "write '3 MW'"),
        (
            "sources: [{technology: turbine, capacity: 3 MWh}]",
            "GW304",
            (3, 47),
            "unit 'MWh'",
            "W, kW, MW or GW",
        ),
        (
            "sources: [{technology: turbine, capacity: MW}]",
            "GW304",
            (3, 47),
            "not a number",
            "W, kW, MW or GW",
        ),
        (
            "sources: [{technology: turbine, capacity: -3 MW}]",
            "GW305",
            (3, 47),
            "more than 0 MW",
            "more than 0 MW",
        ),
        (
            "sources: [{technology: store, energy: 3 MWh, efficiency: 120 %}]",
            "GW305",
            (3, 62),
            "at most 1",
            "at most 1",
        ),
        (
            "sources: [{technology: turbine, capacity: 3 MW, energy: 3 MWh}]",
            "GW301",
            (3, 53),
            "no key 'energy'",
            "technology: battery or store",
        ),
        (
            "sources: [{technology: turbine, capacity: 3 MW, capacity_mw: 3}]",
            "GW311",
            (3, 53),
            "'capacity' and as 'capacity_mw'",
            "keep one",
        ),
        (
            "{ready_from: 2025-03, ready_by: 2025-02}",
            "GW310",
            (3, 5),
            "ready_by is 2025-02-01, before",
            "swap them",
        ),
    ],
)
def test_each_kind_of_mistake(site: str, code: str, place: tuple[int, int], seen: str, remedy: str) -> None:
    problem = one(site)
    assert (problem.code, (problem.line, problem.column)) == (code, place)
    assert seen in problem.message
    assert remedy in problem.remedy
    assert problem.remedy


def test_a_misspelt_key_is_not_missing_too() -> None:
    problem = one("sources: [{technology: turbine, capcity: 3 MW}]")
    assert (problem.code, problem.remedy) == ("GW301", "write 'capacity'")


def test_two_unknown_keys_do_not_mean_the_same_one() -> None:
    first, second = told(
        "sources: [{technology: turbine, capacity: 1 MW, capcity: 3 MW}, {tecnology: turbine}]"
    )
    assert first.remedy.startswith("remove it")
    assert second.code == "GW302"


def test_a_name_that_is_not_allowed_stands_at_its_key() -> None:
    with pytest.raises(InputError) as caught:
        read_text("sites:\n  memphis: {}\n  'x!': {}\n", Campus, file="a.yaml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.line, problem.column) == ("GW309", 3, 3)
    assert "'x!' is not allowed as a name" in problem.message


def test_list_items_are_told_by_their_name() -> None:
    class Hall(InputModel):
        name: str
        units: int

    class Halls(InputModel):
        halls: list[Hall]

    with pytest.raises(InputError, match=r"halls\.hall A\.units: 'x'") as caught:
        read_text("halls: [{name: hall A, units: x}]", Halls)
    assert caught.value.problems[0].path == "halls.0.units"


def test_everything_at_once_and_in_order() -> None:
    problems = told(
        "untis: 3\n    mounting: x\n    sources: [{technology: turbine, capacity: 3}]\n    either: x"
    )
    assert [p.line for p in problems] == [3, 4, 5, 6]
    assert len({p.code for p in problems}) == 3


def test_what_was_written_is_shown_short_and_on_one_line() -> None:
    problem = one('mounting: "' + "a\\n" * 500 + '"')
    assert len(problem.message) < 200
    assert "\n" not in problem.message


def test_a_top_that_is_no_mapping_is_refused() -> None:
    for text in ("- a", "3", "null", "'a'"):
        with pytest.raises(InputError) as caught:
            read_text(text, Campus)
        assert [p.code for p in caught.value.problems] == ["GW211"]
