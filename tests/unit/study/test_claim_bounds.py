"""Bounds from a run: every side by month, each with its arithmetic and range; statements support nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from gigawatt.evidence import Bound, Claim, Scope, audit
from gigawatt.kernel.errors import InputError
from gigawatt.scenario import read_scenario
from gigawatt.study import run_scenario
from gigawatt.study.claim_bounds import bounds_from_scenario, pack_bounds

SHORT = ("end=2026-08-31",)
CAMPUS = {"campus": "Campus"}


def found(*overrides: str, raised: tuple[Bound, ...] = ()) -> dict[str, Bound]:
    loaded = read_scenario("reference-100mw", [*SHORT, *overrides])
    return {bound.id: bound for bound in bounds_from_scenario(loaded, CAMPUS, raised)}


def claim(gpus: int, **scope: Any) -> Claim:
    return Claim(
        id="c", actor="A", subject="Campus", instrument="GPUs", period="2026-08", quantity=f"{gpus} GPUs",
        scope={"count": "gpu", "stage": "energised", **scope}, said="2026-09-01", said_by="A", source="s",
        confidence="reported", words={"en": "x"},
    )  # fmt: skip


def test_each_month_and_side_gives_what_the_run_says() -> None:
    """The columns of a run's daily table, at the highest of the month."""
    run = run_scenario(read_scenario("reference-100mw", SHORT))
    bounds = found()
    daily, months = run.sites["campus"].daily, run.clock.months
    columns = {
        "power": "firm_power_mw", "cooling": "cooling_facility_mw", "hall": "hall_facility_mw",
        "chips": "delivered_gpus", "time": "installed_gpus",
    }  # fmt: skip
    assert {b.kind for b in bounds.values()} == {*columns, "rack", "crew"}
    assert len(bounds) == 7 * len(months)
    for n, month in enumerate(months):
        for side, column in columns.items():
            bound = bounds[f"Campus {side} {month}"]
            assert bound.mid == pytest.approx(float(np.max(daily[column][run.clock.month_of_day == n])))
            assert bound.modelled
    assert {b.supports for b in bounds.values() if b.kind in {"chips", "time"}} == {False}


def test_crews_and_racks_by_hand() -> None:
    site = read_scenario("reference-100mw", SHORT).scenario.sites["campus"]
    crew = site.crews[0]
    one = found()["Campus crew 2026-08"]
    days = (date(2026, 9, 1) - crew.from_).days
    assert one.mid == pytest.approx(int(days * crew.rate_gpus_per_day + 1e-9))
    assert f"{days} days x" in one.arithmetic
    rack = found()["Campus rack 2026-08"]
    racks, each = (
        float(x.split()[0].replace(",", "")) for x in rack.arithmetic.rsplit(" = ")[1].split(" x ")
    )
    it_mw, rest = rack.arithmetic.split(" MW of IT")[0], rack.arithmetic.split(" / ")[1]
    assert racks * each == rack.mid
    assert racks == int(float(it_mw) * 1e3 / float(rest.split()[0].replace(",", "")))


def test_capital_raised_over_capital_needed() -> None:
    scope = Scope(capital="total", extent="whole", stage="closed")
    bound = Bound(
        "fund", "Campus", "capital", 4e8, 5e8, 7e8, "money", scope, date(2025, 1, 1), None, "a filing"
    )
    got = found(raised=(bound,))["fund over the run's need"]
    each = 5e8 / got.mid
    assert 20_000.0 < each < 120_000.0  # a GPU with its share of hall and plant
    assert (got.low * each, got.high * each) == pytest.approx((4e8, 7e8))
    assert "0.5 bn USD raised (fund) / (" in got.arithmetic
    assert got.scope.stage == "delivered"
    part = replace(bound, scope=Scope(capital="equity", extent="whole", stage="closed"))
    assert not any(b.kind == "capital" for b in found(raised=(part,)).values())


def test_ranges_of_the_scenario_give_a_probability() -> None:
    halls = "sites.campus.halls.0.it_power={low: 20 MW, mid: 30 MW, high: 45 MW, confidence: assumed}"
    point, ranged = found()["Campus rack 2026-08"], found(halls)["Campus rack 2026-08"]
    assert point.low == point.high
    assert ranged.low < ranged.mid < ranged.high
    assert "sites.campus.halls.0.it_power" in ranged.arithmetic
    between = int((ranged.mid + ranged.high) / 2)
    chance = audit([claim(between)], [ranged]).verdicts[0].chance
    assert chance is not None
    assert 0.0 < chance < 1.0


def test_what_comes_from_statements_contradicts_and_never_supports() -> None:
    chips = found()["Campus chips 2026-08"]
    inside, above = claim(int(chips.mid)), claim(int(chips.mid * 3))
    assert audit([inside], [chips]).of("c").verdict == "unverifiable"
    assert "proves nothing" in audit([inside], [chips]).of("c").steps[-1]
    assert audit([above], [chips]).of("c").verdict == "overstated"
    assert audit([claim(int(chips.mid * 3), stage="announced")], [chips]).of("c").verdict == "unverifiable"


def test_the_tightest_side_binds() -> None:
    bounds = found()
    august = {b.kind: b for b in bounds.values() if b.id.endswith("2026-08") and b.dimension == "chips"}
    least = min(august.values(), key=lambda b: b.mid)
    verdict = audit([claim(10_000_000)], list(bounds.values())).of("c")
    assert verdict.verdict == "overstated"
    assert verdict.binding == least.id


def test_a_site_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="write 'colossus-1'"):
        pack_bounds("colossus", {"colossus-11": "Colossus"})
