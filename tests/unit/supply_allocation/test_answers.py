"""Swaps, turning dates, uncertain readiness and margins, on cases that can be worked out by hand."""

import json
from importlib.resources import files

import numpy as np
import pytest
from typer.testing import CliRunner

from gigawatt.cli.main import app
from gigawatt.scenario import read_text
from gigawatt.supply import AllocationInput, allocate, allocate_all, lay_out
from gigawatt.supply.allocation import find_swaps, marginal_values, plan_over_readiness, turning_dates
from gigawatt.supply.allocation.policies import first_come
from gigawatt.supply.allocation.results import useful_if


def bundled(name, *overrides):
    text = (files("gigawatt.supply") / "bundled" / f"{name}.yaml").read_bytes()
    return lay_out(read_text(text, AllocationInput, overrides, file=f"{name}.yaml").scenario)


def test_the_historical_swap_is_found():
    found, after = find_swaps(bundled("diversion"))
    assert len(found) == 1
    swap = found[0]
    assert (swap.gives, swap.takes, swap.gpus, swap.gain_gpu_months) == (
        "car maker",
        "social network",
        6000,
        42_000,
    )
    assert (swap.on, swap.made_good) == ("2023-12-01", "2024-07-01")
    assert sum(useful_if(bundled("diversion"), after)) == 204_000.0


def test_where_everybody_is_ready_no_swap_is_found():
    assert find_swaps(bundled("diversion", "sites.car hall.power.0.from=2023-12-01"))[0] == []


def test_the_verdict_turns_in_month_seven():
    (turn,) = turning_dates(bundled("diversion"))
    assert (turn.tenant, turn.against, turn.ready) == ("car maker", "given", "2024-07-01")
    assert turn.gain_gpu_months == 42_000.0
    assert turn.harms == ()
    assert turn.gains_from == "2024-01-01", "ready at once, the swap makes none"
    assert turn.harms_nobody_from == "2024-07-01"
    # Each month of lateness is worth another 6,000 GPU-months, up to the month in which the chips come back.
    gains = [gain for _, gain in turn.curve]
    assert gains == [6_000.0 * min(month, 7) for month in range(12)]


def test_ready_a_month_earlier_the_car_maker_is_harmed():
    (turn,) = turning_dates(bundled("diversion", "sites.car hall.power.0.from=2024-06-01"))
    assert turn.harms == ("car maker",)
    assert turn.gain_gpu_months == 36_000.0


def test_one_more_month_of_power():
    values = {m.site: m for m in marginal_values(bundled("diversion"))}
    problem = bundled("diversion")
    # 12,000 chips a month earlier, in June; only 6,000 are there by then.
    june = 6_000 * 2.85 * 730.5 * problem.discount[6]
    assert values["car hall"].power_earlier_usd == pytest.approx(june, rel=2e-2)
    assert values["network halls"].power_earlier_usd == 0.0


def test_being_wrong_costs_what_the_best_plan_would_have_made():
    found = plan_over_readiness(bundled("diversion"))
    plans = {plan.plan: plan for plan in found.plans}
    assert found.best == "all futures"
    for plan in found.plans:
        assert plan.expected_usd <= plans["all futures"].expected_usd + 1.0
        assert plan.p10_usd <= plan.p50_usd <= plan.p90_usd
        assert plan.wrong_usd >= 0.0
    assert plans["all futures"].wrong_usd == found.perfect_information_usd
    assert found.stochastic_solution_usd == pytest.approx(
        plans["all futures"].expected_usd - plans["P50 dates"].expected_usd, abs=10_000.0
    )


def test_without_late_dates_there_is_nothing_to_be_wrong_about():
    assert plan_over_readiness(bundled("diversion", "sites.car hall.power.0.from_p90=2024-07-01")) is None


@pytest.fixture(scope="module")
def year():
    return bundled("synthetic-year")


def test_the_synthetic_year_is_what_it_says(year):
    assert (len(year.sites), len(year.chips), len(year.tenants), year.periods) == (20, 3, 5, 52)
    again = bundled("synthetic-year")
    assert np.array_equal(year.arrivals, again.arrivals)
    assert np.array_equal(year.on_time.mw, again.on_time.mw)
    other = bundled("synthetic-year", "synthetic.seed=2")
    assert not np.array_equal(year.on_time.mw, other.on_time.mw)


def test_the_plan_of_the_year_is_near_its_bound(year):
    plan = allocate(year, "value")
    assert 0.0 <= plan.gap < 1e-3
    assert plan.breaks_word_to == ()


@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_and_so_it_is_with_other_seeds(seed):
    plan = allocate(bundled("synthetic-year", f"synthetic.seed={seed}"), "value")
    assert 0.0 <= plan.gap < 1e-3


def test_swaps_of_the_year_harm_nobody(year):
    found, after = find_swaps(year)
    assert found
    before = useful_if(year, first_come(year))
    now = useful_if(year, after)
    assert all(b <= a + 1e-9 for b, a in zip(before, now, strict=True))
    assert sum(now) - sum(before) == pytest.approx(sum(swap.gain_gpu_months for swap in found))


@pytest.mark.parametrize("end", ["2024-01-31", "2024-06-30"])
def test_where_nothing_arrives_and_nothing_is_ready_every_answer_is_nothing(end):
    problem = lay_out(
        AllocationInput.model_validate(
            {
                "name": "nothing", "start": "2024-01-01", "end": end, "period": "month",
                "chips": [{"name": "c", "it_power_kw": 1.0, "gpus_per_rack": 8, "value": "2 USD/GPU-h"}],
                "tenants": [{"name": "without a site"}, {"name": "with one"}],
                "sites": [
                    {"name": "s", "tenant": "with one", "power": [{"from": "2024-01-01", "it_power": "0 MW"}]}
                ],
                "supply": [{"chip": "c", "date": "2025-01-01", "gpus": 100}],
                "bookings": [
                    {"tenant": t, "chip": "c", "gpus": 8, "ordered": "2023-01-01", "due": "2024-01-01"}
                    for t in ("without a site", "with one")
                ],
            }
        )
    )  # fmt: skip
    for fair in (None, 0.5):
        for done in allocate_all(problem, fair_within_frac=fair):
            assert (done.useful_gpu_months, done.idle_gpu_months, done.held_gpu_months) == (0.0, 0.0, 0.0)
            assert done.gap is None
            assert all(t.regret_frac is None for t in done.tenants.values())
    assert find_swaps(problem)[0] == []
    assert turning_dates(problem) == []
    assert [m.power_earlier_usd for m in marginal_values(problem)] == [0.0]


def test_linked_ranges_stand_in_one_row():
    """Cost of capital and depreciation tied: both at their low ends, both at their high ends."""
    base = ["allocate", "diversion", "--policy", "given", "--json"]
    money = "money={cost_of_capital: {low: 8 %, mid: 10 %, high: 14 %, link: i, confidence: assumed}, "
    both = "depreciation: {low: 17 %, mid: 25 %, high: 40 %, link: i, confidence: assumed}}"
    tied = json.loads(CliRunner().invoke(app, [*base, "--set", money + both]).stdout)["ranges"]
    row = next(each for each in tied if each["link"] == "i")
    assert row["path"] == "money.cost_of_capital, money.depreciation"
    assert (row["low"], row["high"]) == ("8 %, 17 %", "14 %, 40 %")
    worth = {end: row[end]["policies"]["given"]["objective_usd"] for end in ("at_low", "at_high")}
    for end, frac in (("at_low", ("8 %", "17 %")), ("at_high", ("14 %", "40 %"))):
        values = ("money.cost_of_capital", "money.depreciation")
        sets = [x for key, value in zip(values, frac, strict=True) for x in ("--set", f"{key}={value}")]
        alone = json.loads(CliRunner().invoke(app, [*base, *sets]).stdout)
        assert worth[end] == alone["policies"]["given"]["objective_usd"]
