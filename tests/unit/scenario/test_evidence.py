"""Sources and ranges: taken out of the tree, kept by path, refused where they make no sense."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from gigawatt.kernel.errors import InputError
from gigawatt.kernel.inputs import Day, Fraction, InputModel, Name, NonNegative, Positive
from gigawatt.scenario.evidence import ranges_that_move
from gigawatt.scenario.read import read_text


class Hall(InputModel):
    name: Name
    from_: Day | None = Field(default=None, alias="from")
    it_power_mw: Positive
    note: str = ""
    """A field of the model's own that is called like a part of the evidence."""


class Ours(InputModel):
    kind: Literal["ours"]
    value: str
    """Called like the value with its source."""


class Theirs(InputModel):
    kind: Literal["theirs"]
    cost_usd: NonNegative = 0.0


class Site(InputModel):
    halls: tuple[Hall, ...] = ()
    shares_frac: dict[Name, Fraction] = Field(default_factory=dict)
    owner: Annotated[Ours | Theirs, Field(discriminator="kind")] | None = None
    profile: tuple[float, ...] = ()
    title: str = ""


class Campus(InputModel):
    sites: dict[Name, Site]


def load(text: str, overrides: tuple[str, ...] = ()):
    return read_text(text, Campus, overrides, file="a.yaml")


def problems(text: str) -> list[tuple[str, str, int, int]]:
    with pytest.raises(InputError) as caught:
        load(text)
    return [(p.code, p.path, p.line, p.column) for p in caught.value.problems]


def hall(written: str) -> str:
    return f"sites: {{a: {{halls: [{{name: north, it_power: {written}}}]}}}}"


def test_a_value_with_its_source_is_the_plain_value() -> None:
    loaded = load(hall('{value: 150 MW, source: "a permit", as_of: 2025-05, confidence: reported, note: n}'))
    assert loaded.scenario.sites["a"].halls[0].it_power_mw == 150.0
    proof = loaded.evidence["sites", "a", "halls", 0, "it_power"]
    assert (proof.source, proof.as_of, proof.confidence, proof.note) == (
        "a permit",
        "2025-05",
        "reported",
        "n",
    )
    assert not proof.is_range


def test_a_range_leaves_its_middle_and_keeps_its_ends_as_written() -> None:
    loaded = load(hall("{low: 900 kW, mid: 1 MW, high: 0.002 GW, confidence: assumed}"))
    assert loaded.scenario.sites["a"].halls[0].it_power_mw == 1.0
    proof = loaded.evidence["sites", "a", "halls", 0, "it_power"]
    assert (proof.low, proof.high, proof.is_range) == ("900 kW", "0.002 GW", True)


def test_the_key_with_its_unit_gives_the_same_path_of_evidence() -> None:
    loaded = load("sites: {a: {halls: [{name: n, it_power_mw: {value: 3, source: s}}]}}")
    assert loaded.evidence["sites", "a", "halls", 0, "it_power"].source == "s"
    assert loaded.evidence_of("sites.a.halls.n.it_power_mw") == loaded.evidence_of("sites.a.halls.0.it_power")


def test_the_source_of_an_entry_holds_for_what_is_in_it() -> None:
    loaded = load(
        'sites: {a: {source: "a map", halls: [{name: n, it_power: 1 MW, source: "a plan"}], title: t}}'
    )
    assert loaded.evidence_of("sites.a.title").source == "a map"
    assert loaded.evidence_of("sites.a.halls.n.it_power").source == "a plan"
    assert loaded.evidence_of("nowhere") is None


def test_a_field_of_the_model_wins() -> None:
    loaded = load('sites: {a: {halls: [{name: n, it_power: 1 MW, note: "my note"}]}}')
    assert loaded.scenario.sites["a"].halls[0].note == "my note"
    assert loaded.evidence == {}
    own = load('sites: {a: {owner: {kind: ours, value: "v", source: s}}}')
    assert own.scenario.sites["a"].owner.value == "v"


def test_names_that_a_person_gave_are_not_taken_for_evidence() -> None:
    loaded = load('sites: {source: {title: "a site of that name"}, a: {title: x}, note: {title: y}}')
    assert set(loaded.scenario.sites) == {"source", "a", "note"}
    shares = load('sites: {a: {shares: {grok: 0.5, source: "Epoch AI", note: 0.2}}}')
    assert shares.scenario.sites["a"].shares_frac == {"grok": 0.5, "note": 0.2}
    assert shares.evidence["sites", "a", "shares"].source == "Epoch AI"


def test_a_list_may_have_a_source_and_so_may_its_items() -> None:
    loaded = load("sites: {a: {profile: {value: [1, {value: 2, source: t}], source: s}}}")
    assert loaded.scenario.sites["a"].profile == (1.0, 2.0)
    assert loaded.evidence["sites", "a", "profile", 1].source == "t"
    assert loaded.positions["sites", "a", "profile", 0].column == 31


def test_a_mistake_in_the_value_stands_at_the_value() -> None:
    text = hall("{value: 150 kg, source: s}")
    assert problems(text) == [("GW304", "sites.a.halls.0.it_power", 1, text.index("150") + 1)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{value: 1 MW, confidence: sure}", "GW222"),
        ("{value: 1 MW, source: [a]}", "GW221"),
        ("{value: 1 MW, as_of: last year}", "GW221"),
        ("{value: 1 MW, as_of: 2025-13}", "GW221"),
        ("{value: 1 MW, sorce: s}", "GW220"),
        ("{source: s}", "GW223"),
        ("{low: 1 MW, high: 3 MW, source: s}", "GW223"),
        ("{low: 1 MW, mid: 2 MW, high: 3 MW, value: 2 MW, source: s}", "GW223"),
        ("{low: [1], mid: 2 MW, high: 3 MW, source: s}", "GW223"),
        ("{low: 1 MW, mid: 2 MW, high: 3 MW}", "GW224"),
        ("{low: 3 MW, mid: 2 MW, high: 4 MW, source: s}", "GW225"),
        ("{low: 1 MW, mid: 2 MW, high: 1500 kW, source: s}", "GW225"),
        ("{low: 1 kg, mid: 2 MW, high: 3 MW, source: s}", "GW304"),
        ("{low: 1, mid: 2 MW, high: 3 MW, source: s}", "GW304"),
        ("{low: -1 MW, mid: 2 MW, high: 3 MW, source: s}", "GW305"),
    ],
)
def test_refused(written: str, code: str) -> None:
    found = [code for code, *_ in problems(hall(written))]
    assert code in found
    # What is told beside it is only that the value itself is not there.
    assert set(found) <= {code, "GW303", "GW304"}


def test_an_end_of_a_range_is_refused_at_its_own_place() -> None:
    text = hall("{low: 1 MW, mid: 2 MW, high: 3 kg, source: s}")
    assert problems(text) == [("GW304", "sites.a.halls.0.it_power", 1, text.index("3 kg") + 1)]


def test_dates_may_be_ranges() -> None:
    text = hall("1 MW, from: {low: 2025-01, mid: 2025-03-01, high: 2025-02, source: s}")
    assert [code for code, *_ in problems(text)] == ["GW225"]
    good = load(text.replace("high: 2025-02", "high: 2025-04-30"))
    assert good.scenario.sites["a"].halls[0].from_.isoformat() == "2025-03-01"


def test_an_override_is_its_own_source() -> None:
    loaded = load("sites: {a: {title: t, source: a map}}", ("sites.a.title=new",))
    assert loaded.evidence_of("sites.a.title").source == "--set"
    assert loaded.evidence_of("sites.a").source == "a map"
    sourced = load("sites: {a: {title: t}}", ("sites.a.title={value: new, source: me}",))
    assert sourced.evidence_of("sites.a.title").source == "me"


LINKED = (
    "sites: {a: {halls: [{name: n, it_power_mw: {low: 1, mid: 2, high: 3, confidence: assumed, link: rows}},"
    " {name: s, it_power_mw: {low: 2, mid: 4, high: 6, confidence: assumed, link: %s}},"
    " {name: w, it_power_mw: {low: 2, mid: 4, high: 6, confidence: assumed}}]}}"
)


def test_ranges_of_one_link_move_together() -> None:
    found = ranges_that_move(load(LINKED % "rows").evidence)
    assert [[path[3] for path in group] for group in found] == [[0, 1], [2]]
    alias = load(
        "sites: {a: {halls: [{name: n, it_power_mw: &p"
        " {low: 1, mid: 2, high: 3, confidence: assumed, link: r}}, {name: s, it_power_mw: *p}]}}"
    )
    assert len(ranges_that_move(alias.evidence)) == 1


def test_a_link_that_ties_nothing_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        load(LINKED % "row")
    told = [(p.code, p.message.partition(": ")[2], p.remedy) for p in caught.value.problems]
    assert told == [
        ("GW226", "no other range has the link 'rows'", "write link: row"),
        ("GW226", "no other range has the link 'row'", "write link: rows"),
    ]
    assert (
        load(LINKED % "rows", ("sites.a.halls.s.it_power_mw=5",)).scenario.sites["a"].halls[1].it_power_mw
        == 5
    )


@pytest.mark.parametrize(
    "written", ["{value: 3 MW, link: x}", "{low: 1 MW, mid: 2 MW, high: 3 MW, source: s, link: 7}"]
)
def test_a_link_stands_beside_a_range_and_is_a_name(written: str) -> None:
    assert [code for code, *_ in problems(hall(written))] == ["GW226"]
