"""What no verdict may depend on: irrelevant claims, units, the order; and what 'overstated' means."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.evidence import Bound, Claim, Scope, Source, audit
from gigawatt.evidence.bounds import lay_beside
from gigawatt.evidence.units import parse

SOURCES = {
    "press": Source(title="a paper", tier="press"),
    "record": Source(title="a filing", tier="record"),
    "post": Source(title="a post", tier="statement"),
}
POWER = Scope(level="facility", stage="energised")
QUALIFIERS = ("exactly", "about", "more_than", "up_to", "almost")
MONTHS = st.integers(1, 12).map(lambda m: f"2025-{m:02d}")


def claim(name: str, megawatts: float, **fields: Any) -> Claim:
    base: dict[str, Any] = {
        "actor": "Operator", "subject": "Site", "instrument": "power", "period": "2025-03",
        "quantity": f"{megawatts:.6f} MW", "scope": {"level": "facility", "stage": "energised"},
        "said": "2025-04-01", "said_by": name, "source": "press", "confidence": "reported",
        "words": {"en": "as told"},
    }  # fmt: skip
    return Claim(id=name, **(base | fields))


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    found = []
    for n in range(draw(st.integers(1, 6))):
        chips = draw(st.booleans())
        value = draw(st.floats(1.0, 2000.0))
        fields: dict[str, Any] = {
            "period": draw(MONTHS),
            "source": draw(st.sampled_from(sorted(SOURCES))),
            "qualifier": draw(st.sampled_from(QUALIFIERS)),
        }
        stage = draw(st.sampled_from(("announced", "energised")))
        scope = {"level": "facility", "stage": stage}
        if chips:
            fields |= {"quantity": f"{round(value * 500)} GPUs", "instrument": "GPUs"}
            scope = {"count": "gpu", "stage": stage}
        found.append(claim(f"c{n}", value, scope=scope, **fields))
    return found


@st.composite
def bounds(draw: st.DrawFn) -> list[Bound]:
    found = []
    for n in range(draw(st.integers(0, 4))):
        low, mid, high = sorted(draw(st.tuples(*[st.floats(10.0, 2000.0)] * 3)))
        found.append(
            Bound(
                f"b{n}", "Site", draw(st.sampled_from(("power", "cooling", "hall"))), low, mid, high, "power",
                POWER, date(2025, draw(st.integers(1, 12)), 1), None, f"s{n}", modelled=draw(st.booleans()),
            )
        )  # fmt: skip
    return found


@given(claims(), bounds(), st.floats(1.0, 1e4), st.sampled_from(("Operator", "Another")))
def test_an_irrelevant_claim_changes_no_verdict(
    said: list[Claim], limits: list[Bound], megawatts: float, actor: str
) -> None:
    beside = claim("zz", megawatts, subject="Elsewhere", actor=actor, source="record")
    before = audit(said, limits, sources=SOURCES, as_of=date(2026, 1, 1))
    after = audit([*said, beside], limits, sources=SOURCES, as_of=date(2026, 1, 1))
    assert before.verdicts == after.verdicts[:-1]


@given(claims(), bounds(), st.sampled_from(("kW", "W", "GW")))
def test_scaling_units_changes_no_verdict(said: list[Claim], limits: list[Bound], unit: str) -> None:
    scale = parse(f"1 {unit}").value
    scaled = [
        c.model_copy(update={"quantity": f"{parse(c.quantity or '').value / scale:.15g} {unit}"})
        if c.instrument == "power"
        else c.model_copy(update={"quantity": f"{parse(c.quantity or '').value / 1e3:.15g} thousand GPUs"})
        for c in said
    ]
    again = [Claim.model_validate(c.model_dump(by_alias=False)) for c in scaled]
    one, other = (audit(x, limits, sources=SOURCES, as_of=date(2026, 1, 1)) for x in (said, again))
    assert [(v.verdict, v.binding) for v in one.verdicts] == [(v.verdict, v.binding) for v in other.verdicts]
    for ours, theirs in zip(one.verdicts, other.verdicts, strict=True):
        assert ours.ratio == (None if theirs.ratio is None else pytest.approx(theirs.ratio, rel=1e-9))
    assert {(c.ids, c.kind) for c in one.conflicts} == {(c.ids, c.kind) for c in other.conflicts}


@given(claims(), bounds())
def test_a_claim_below_every_bound_is_never_overstated(said: list[Claim], limits: list[Bound]) -> None:
    result = audit(said, limits, sources=SOURCES, as_of=date(2026, 1, 1))
    for one, verdict in zip(said, result.verdicts, strict=True):
        tests = lay_beside(one, limits)
        assert one.amount is not None
        if all(one.amount.value <= test.limit_low for test in tests):
            assert verdict.verdict != "overstated"
        if verdict.verdict == "overstated":
            assert any(one.amount.value > test.limit for test in tests)


@given(claims(), bounds(), st.randoms())
def test_the_order_of_claims_and_bounds_does_not_matter(
    said: list[Claim], limits: list[Bound], random: Any
) -> None:
    mixed, mixed_limits = said.copy(), limits.copy()
    random.shuffle(mixed)
    random.shuffle(mixed_limits)
    one = audit(said, limits, sources=SOURCES)
    other = audit(mixed, mixed_limits, sources=SOURCES)
    assert {v.id: v for v in one.verdicts} == {v.id: v for v in other.verdicts}
    assert one.conflicts == other.conflicts


@given(st.tuples(*[st.floats(1.0, 1e6)] * 3), st.floats(0.5, 2e6), st.floats(1.0, 1.5))
def test_room_falls_as_a_claim_grows(ends: tuple[float, ...], least: float, more: float) -> None:
    low, mid, high = sorted(ends)
    bound = Bound("b", "Site", "power", low, mid, high, "power", POWER, date(2025, 1, 1), None, "s")
    assert 0.0 <= bound.chance_of(least * more) <= bound.chance_of(least) + 1e-12 <= 1.0 + 1e-12


@given(claims())
def test_every_ratio_is_finite_and_every_verdict_has_steps(said: list[Claim]) -> None:
    for verdict in audit(said, sources=SOURCES).verdicts:
        assert verdict.steps
        assert verdict.settles
        assert verdict.ratio is None or 0.0 <= verdict.ratio < float("inf")
