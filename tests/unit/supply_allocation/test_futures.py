"""Futures of readiness, log-normal through P50 and P90, and what planning over them is worth."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from gigawatt.supply import AllocationInput, AllocationProblem, lay_out
from gigawatt.supply.allocation import draw_futures, plan_over_readiness
from gigawatt.supply.allocation.futures import ready_day
from gigawatt.supply.allocation.problem import HOURS_A_MONTH

LATE = {"from": "2024-06-03", "from_p90": "2024-10-07"}


def site(name: str, tenant: str = "A", **resources: Any) -> dict[str, Any]:
    return {
        "name": name,
        "tenant": tenant,
        "power": [{"from": "2024-01-01", "it_power": "20 MW"}],
        **resources,
    }


def problem(sites: list[dict[str, Any]], tenants: Any = ({"name": "A"},), **fields: Any) -> AllocationProblem:
    base = {
        "name": "one", "start": "2024-01-01", "end": "2024-12-29", "period": "week",
        "chips": [{"name": "h100", "it_power": "1.4 kW", "gpus_per_rack": 32, "value": "2 USD/GPU-h"}],
        "tenants": list(tenants), "sites": sites,
        "supply": [{"chip": "h100", "date": "2024-01-01", "gpus": 1000}],
        "bookings": [
            {"tenant": t["name"], "chip": "h100", "gpus": 1000, "ordered": "2023-12-01", "due": "2024-01-01"}
            for t in tenants
        ],
    }  # fmt: skip
    return lay_out(AllocationInput.model_validate(base | fields))


def first_week(futures: Any, what: str, at: int = 0) -> np.ndarray:
    """Week from which something is ready in each draw, repeated by weight."""
    ready = np.array([getattr(each, what)[at] > 0 for each in futures.ready])
    week = np.where(ready.any(axis=1), ready.argmax(axis=1), ready.shape[1])
    return np.repeat(week, np.rint(futures.weight * futures.drawn).astype(int))


RESOURCES = {
    "mw": {"power": [{**LATE, "it_power": "20 MW"}]},
    "racks": {"racks": [{**LATE, "racks": 50}]},
    "crew_gpus": {"crews": [{**LATE, "crews": 1, "rate": "70 GPUs/day"}]},
}


@pytest.mark.parametrize("what", RESOURCES)
def test_half_are_ready_at_p50_and_nine_in_ten_at_p90(what: str) -> None:
    drawn = draw_futures(problem([site("s", **RESOURCES[what])]))
    week = first_week(drawn, what)
    assert drawn.drawn == len(week) == 200
    p50, p90 = ((date.fromisoformat(LATE[k]) - date(2024, 1, 1)).days // 7 for k in ("from", "from_p90"))
    assert (week <= p50).mean() == pytest.approx(0.5, abs=0.006)
    assert (week <= p90).mean() == pytest.approx(0.9, abs=0.006)


def test_the_days_are_log_normal() -> None:
    z = np.array([-1.2815515655446004, 0.0, 1.2815515655446004])
    known = date(2024, 1, 1).toordinal()
    days = ready_day(date(2024, 4, 10), date(2024, 7, 19), z, known) - known
    assert days.tolist() == [50.0, 100.0, 200.0]  # 100 days twice, and half of them
    assert ready_day(date(2024, 4, 10), None, z, known).tolist() == [known + 100.0] * 3
    past = ready_day(date(2023, 12, 1), date(2023, 12, 31), z, known) - date(2023, 12, 1).toordinal()
    assert past.tolist() == [-15.0, 0.0, 30.0]  # counted from a month before


def test_sites_and_resources_are_late_apart_unless_a_cause_is_common() -> None:
    two = [site(name, **RESOURCES["mw"], **RESOURCES["racks"]) for name in ("s", "t")]

    def correlations(share: float) -> list[float]:
        terms = {"common_cause_frac": share, "scenarios": 1000}
        laid = problem(two, readiness=terms)
        futures = draw_futures(laid)
        ready = [first_week(futures, what, at) for what, at in (("mw", 0), ("mw", 1), ("racks", 0))]
        return [float(np.corrcoef(ready[0], other)[0, 1]) for other in ready[1:]]

    assert np.abs(correlations(0.0)).max() < 0.1
    assert all(0.3 < each < 0.7 for each in correlations(0.5))
    assert correlations(1.0) == pytest.approx([1.0, 1.0])


def test_another_site_changes_no_draw_and_a_seed_gives_them_again() -> None:
    one = problem([site("s", **RESOURCES["mw"])])
    two = problem([site("s", **RESOURCES["mw"]), site("t", **RESOURCES["mw"])])
    alone = np.sort(first_week(draw_futures(one), "mw"))
    assert np.array_equal(alone, np.sort(first_week(draw_futures(two), "mw")))
    again = draw_futures(two)
    assert all(np.array_equal(a.mw, b.mw) for a, b in zip(draw_futures(two).ready, again.ready, strict=True))
    other = draw_futures(problem([site("s"), site("t", **RESOURCES["mw"])], readiness={"seed": 2}))
    assert np.array_equal(alone, np.sort(first_week(other, "mw", 1)))  # every part is met once: the same set


def test_what_is_ready_stays_ready_in_every_future() -> None:
    steps = [
        {"from": "2024-02-05", "from_p90": "2024-11-04", "it_power": "5 MW"},
        {"from": "2024-02-26", "it_power": "20 MW"},
    ]
    for each in draw_futures(problem([site("s", power=steps)])).ready:
        assert (np.diff(each.mw[0]) >= 0).all()


def newsvendor() -> AllocationProblem:
    """1,000 chips once: to one who pays the whole rent and may be late, or 0.7 of it for sure."""
    tenants = (
        {"name": "risky", "consents_to_swaps": True},
        {"name": "sure", "worth_ratio": 0.7, "consents_to_swaps": True},
    )
    late = {"from": "2024-03-01", "from_p90": "2024-11-01", "it_power": "20 MW"}
    return problem(
        [site("r", "risky", power=[late]), site("s", "sure")], tenants, period="month", end="2024-12-31",
        money={"cost_of_capital_frac": 0.0, "depreciation_frac": 0.24},
        bookings=[
            {"tenant": t["name"], "chip": "h100", "gpus": 1000, "ordered": "2023-12-01", "due": "2024-01-01",
             "price": "40000 USD"}
            for t in tenants
        ],
    )  # fmt: skip


@pytest.mark.parametrize("method", ["lp", "milp"])
def test_the_two_values_by_hand(method: Any) -> None:
    """P50 says 10 months at the whole rent, more than 8.4; on average the late site makes fewer.

    Made for P50 the chips come to it in month 2, and wait at 40,000 USD x 24 % / 12 = 800 USD a month each.
    """
    laid = newsvendor()
    futures = draw_futures(laid)
    month = 1000 * 2.0 * HOURS_A_MONTH
    on = np.array([(each.mw[0] > 0).sum() for each in futures.ready])
    run = np.minimum(on, 10)
    risky = float(futures.weight @ (run * month - (10 - run) * 1000 * 800.0))
    sure = 8.4 * month
    assert risky < sure < 10 * month
    best_of_each = float(futures.weight @ np.maximum(on, 8.4)) * month
    found = plan_over_readiness(laid, method=method)
    assert found is not None
    plans = {plan.plan: plan.expected_usd for plan in found.plans}
    assert plans["P50 dates"] == pytest.approx(risky)
    assert plans["all futures"] == pytest.approx(sure)
    assert found.stochastic_solution_usd == pytest.approx(sure - risky)
    assert found.perfect_information_usd == pytest.approx(best_of_each - sure)
    assert found.delivered_by_end["all futures"] == {"risky": 0.0, "sure": 1000.0}
    assert (found.gap, found.whole_usd) == (pytest.approx(0.0, abs=1e-9), pytest.approx(sure))


def test_with_all_in_common_the_spread_is_wider() -> None:
    """Two sites that are late together miss together: the standard error grows, the mean stays."""
    two = [site(name, **RESOURCES["mw"]) for name in ("s", "t")]
    supply = [{"chip": "h100", "date": "2024-01-01", "gpus": 28_000}]
    order = [{"tenant": "A", "chip": "h100", "gpus": 28_000, "ordered": "2023-12-01", "due": "2024-01-01"}]
    apart, common = (
        plan_over_readiness(
            problem(two, supply=supply, bookings=order, readiness={"common_cause_frac": share}), count=60
        )
        for share in (0.0, 1.0)
    )
    assert apart is not None
    assert common is not None
    assert common.standard_error_usd > 1.2 * apart.standard_error_usd
    assert common.plans[2].expected_usd == pytest.approx(apart.plans[2].expected_usd, rel=0.02)


def test_branch_and_bound_begins_at_the_rounded_plan_and_never_does_worse() -> None:
    """Lots of 300 in supplies of 1,000: rounding loses some, branch and bound finds it within the gap."""
    chips = [{"name": "h100", "it_power": "1.4 kW", "gpus_per_rack": 32, "lot": 300, "value": "2 USD/GPU-h"}]
    tenants = ({"name": "A", "consents_to_swaps": True}, {"name": "B", "consents_to_swaps": True})
    half = [{**LATE, "it_power": "0.6 MW"}]
    orders = [
        {"tenant": t, "chip": "h100", "gpus": 900, "ordered": "2023-12-01", "due": "2024-01-01"}
        for t in ("A", "B")
    ]
    laid = problem(
        [site("a", "A", power=half), site("b", "B", power=half)], tenants, chips=chips, bookings=orders,
        supply=[{"chip": "h100", "date": "2024-01-01", "gpus": 1000}],
    )  # fmt: skip
    rounded = plan_over_readiness(laid, count=30, gap=0.0)
    found = plan_over_readiness(laid, count=30, method="milp", gap=0.0)
    assert rounded is not None
    assert found is not None
    assert rounded.whole_usd <= found.whole_usd + 1.0
    assert found.whole_usd <= found.bound_usd + 1.0 <= rounded.bound_usd + 2.0
    assert found.gap == pytest.approx(0.0, abs=1e-6)
