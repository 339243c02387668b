"""Bounds carried into a claim's unit, by hand; numbers and periods read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gigawatt.evidence import Bound, Claim, Scope, audit
from gigawatt.evidence.bounds import lay_beside
from gigawatt.evidence.periods import PeriodError, read
from gigawatt.evidence.ranges import seen_ranges
from gigawatt.evidence.units import UnitError, parse, show

FACILITY = Scope(level="facility", stage="energised")


def bound(low: float, mid: float, high: float, dimension: str = "power", **fields: Any) -> Bound:
    base: dict[str, Any] = {
        "id": "b", "subject": "Site", "kind": "power", "scope": FACILITY, "first": date(2025, 1, 1),
        "until": None, "source": "s",
    }  # fmt: skip
    return Bound(low=low, mid=mid, high=high, dimension=dimension, **(base | fields))


def claim(quantity: str, scope: dict[str, str], **fields: Any) -> Claim:
    base: dict[str, Any] = {
        "id": "a", "actor": "X", "subject": "Site", "instrument": "it", "period": "2025-03",
        "said": "2025-04-01", "said_by": "X", "source": "s", "confidence": "reported", "words": {"en": "x"},
    }  # fmt: skip
    return Claim(quantity=quantity, scope=scope, **(base | fields))


def test_power_bounds_chips_through_kw_per_gpu() -> None:
    test = lay_beside(
        claim("1 million GPUs", {"count": "gpu", "stage": "energised"}), [bound(572, 572, 572)]
    )[0]
    seen = seen_ranges()["kw_per_gpu_facility"]
    assert test.limit == pytest.approx(572e3 / seen.mid)
    assert (test.limit_low, test.limit_high) == pytest.approx((572e3 / seen.high, 572e3 / seen.low))
    assert test.ratio == pytest.approx(1e6 * seen.mid / 572e3)
    assert test.chance == 0.0


def test_racks_and_superchips_hold_more_gpus() -> None:
    for count, each in (("superchip", 2.0), ("rack", 72.0)):
        quantity = "1,000 superchips" if count == "superchip" else "1,000 racks"
        test = lay_beside(claim(quantity, {"count": count, "stage": "energised"}), [bound(100, 100, 100)])[0]
        assert test.limit == pytest.approx(100e3 / 1.8 / each)


def test_h100_equivalents_are_not_bounded_by_watts() -> None:
    asked = claim("1 million H100e", {"count": "h100e", "stage": "energised"})
    assert lay_beside(asked, [bound(1, 1, 1)]) == []


def test_it_power_is_bounded_through_pue() -> None:
    test = lay_beside(claim("100 MW", {"level": "it", "stage": "energised"}), [bound(130, 130, 130)])[0]
    assert test.limit == pytest.approx(100.0)


def test_capital_bounds_chips_and_debt_but_not_spending() -> None:
    total = Scope(capital="total", extent="whole", stage="contracted")
    money = bound(22e9, 22e9, 22e9, "money", scope=total, kind="capital")
    chips = lay_beside(claim("1 million GPUs", {"count": "gpu", "stage": "energised"}), [money])[0]
    assert chips.limit == pytest.approx(22e9 / 45e3)
    debt = {"capital": "debt", "extent": "whole", "stage": "closed"}
    assert lay_beside(claim("30 bn USD", debt), [money])[0].ratio == pytest.approx(30 / 22)
    spent = {"capital": "spending", "extent": "whole", "stage": "spent"}
    assert lay_beside(claim("30 bn USD", spent), [money]) == []


def test_bounds_hold_in_their_time_stage_and_place() -> None:
    asked = claim("100 MW", {"level": "facility", "stage": "energised"})
    assert lay_beside(asked, [bound(50, 50, 50, until=date(2025, 2, 1))]) == []
    assert lay_beside(asked, [bound(50, 50, 50, subject="Elsewhere")]) == []
    bought = claim("100 MW", {"level": "facility", "stage": "contracted"})
    assert lay_beside(bought, [bound(50, 50, 50)]) == []
    grown = [bound(50, 50, 50, until=date(2025, 3, 15)), bound(120, 120, 120, first=date(2025, 3, 15))]
    assert [t.limit for t in lay_beside(asked, grown)] == [120.0]


def test_chance_is_that_of_a_triangle() -> None:
    b = bound(100, 200, 300)
    assert [b.chance_of(x) for x in (100, 150, 200, 250, 300)] == pytest.approx([1, 0.875, 0.5, 0.125, 0])


def test_overstated_plausible_and_premature() -> None:
    scope = {"level": "facility", "stage": "energised"}
    limit = bound(100, 110, 120, until=date(2025, 7, 1))
    assert audit([claim("200 MW", scope)], [limit]).of("a").verdict == "overstated"
    assert audit([claim("105 MW", scope)], [limit]).of("a").verdict == "plausible"
    later = claim("210 MW", scope, id="z", period="2025-08", source="t", said_by="Y", said="2025-09-01")
    result = audit([claim("200 MW", scope), later], [limit]).of("a")
    assert result.verdict == "premature"
    assert result.binding == "b"
    assert any(step.startswith("later: z") for step in result.steps)


def test_quantities() -> None:
    assert parse("1.25 bn USD/month").value == 1.25e9
    assert parse("$30 bn".replace("$30 bn", "30 bn $")).value == 30e9
    assert parse("550 k GPUs").value == 550e3
    assert parse("4 quarters").value == 12.0
    for wrong in ("5", "five MW", "5 MWh/day", "1,00 MW", "5 million MW"):
        with pytest.raises(UnitError):
            parse(wrong)
    assert show(0.8, "share") == "80 %"


def test_periods() -> None:
    assert read("2025-Q4").is_same_as(read("2025-11-15"))
    assert not read("2025").is_same_as(read("2025-11"))
    assert not read("open").is_same_as(read("2025"))
    for wrong in ("2025-13", "2025-02-30", "soon", "2025/2024", "2025-Q5"):
        with pytest.raises(PeriodError):
            read(wrong)


def test_what_stands_today_does_not_bound_a_plan_for_later() -> None:
    plan = claim("200 MW", {"level": "facility", "stage": "announced"}, period="2026-12")
    today = bound(100, 100, 100)
    assert audit([plan], [today], as_of=date(2026, 6, 1)).of("a").verdict == "unverifiable"
    assert audit([plan], [today], as_of=date(2027, 6, 1)).of("a").verdict == "overstated"
    planned = bound(100, 100, 100, until=date(2028, 1, 1))
    assert audit([plan], [planned], as_of=date(2026, 6, 1)).of("a").verdict == "overstated"


def test_a_model_does_not_outweigh_a_measurement() -> None:
    from gigawatt.evidence import Source

    scope = {"level": "facility", "stage": "energised"}
    sources = {"s": Source(title="a post", tier="statement"), "m": Source(title="a meter", tier="measured")}
    said = claim("200 MW", scope)
    seen = claim("200 MW", scope, id="m", source="m", said_by="meter")
    run, permit = bound(100, 100, 100, modelled=True), bound(100, 100, 100)
    assert audit([said], [run], sources=sources).of("a").verdict == "overstated"
    assert audit([said, seen], [run], sources=sources).of("a").verdict == "supported"
    against = audit([said, seen], [permit], sources=sources).of("a")
    assert against.verdict == "plausible"
    assert "bound b and m are inconsistent with each other" in against.steps
