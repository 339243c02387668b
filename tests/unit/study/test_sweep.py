"""A sweep: what is drawn, what is kept of each run, and that a run is told by its number alone."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import stats

from gigawatt.kernel.errors import InfeasibleError, InputError
from gigawatt.report.payload.ranges import ranking, shown_figures
from gigawatt.scenario import read_scenario
from gigawatt.study.sweep import Work, gather, make_plan, read_cases
from gigawatt.study.sweep.figures import Key
from gigawatt.study.sweep.folder import write_sweep
from gigawatt.study.sweep.local import run_local
from gigawatt.study.sweep.ranges import Range, swept_inputs
from gigawatt.study.sweep.sampling import latin_hypercube
from gigawatt.study.sweep.tables import tables
from gigawatt.study.sweep.work import DONE, REFUSED, work_off

SHORT = "end=2026-08-31"
RENT = "workloads.guest lease.hourly_rent={low: 3 USD/GPU-h, mid: 4 USD/GPU-h, high: 5 USD/GPU-h, source: a}"


def plan_of(*overrides, draws=4, **more):
    return make_plan(read_scenario("reference-100mw", [SHORT, *overrides]), draws=draws, **more)


def swept(folder, plan, workers=1):
    work = Work(folder)
    work.begin(plan)
    for worker in reversed(range(workers)):
        work_off(work, worker, workers)
    return gather(work)


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.mark.parametrize(("low", "mid", "high"), [(3.0, 3.8, 4.9), (0.0, 0.0, 1.0), (-2.0, 5.0, 5.0)])
def test_a_number_is_drawn_from_a_triangle(low, mid, high):
    """Oracle: scipy.stats.triang."""
    shares = np.linspace(0.0, 0.999, 60)
    mine = [Range("a", "number", "", low, mid, high).at(float(u)) for u in shares]
    theirs = stats.triang((mid - low) / (high - low), low, high - low).ppf(shares)
    np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-9)


def test_magnitudes_whole_numbers_and_dates():
    demand = Range("a", "magnitude", "tokens/s", 1e5, 1e6, 1e7)
    assert demand.at(0.5) == 1e6
    units = Range("b", "whole number", "units", 4.0, 5.0, 9.0)
    assert {units.at(u / 400) for u in range(400)} == {4.0, 5.0, 6.0, 7.0, 8.0, 9.0}
    assert units.written(units.at(0.99)) == "9 units"
    day = Range("c", "date", "", 739311.0, 739311.0, 739400.0)
    assert day.written(day.at(0.0)) == "2025-03-01"
    assert all(r.low <= r.at(u) <= r.high for r in (demand, units, day) for u in (0.0, 0.3, 0.9999999))


def test_a_latin_hypercube_has_one_draw_in_each_part_and_no_correlation():
    shares = latin_hypercube(["a", "b", "c"], 400, seed=5)
    assert (np.sort((shares * 400).astype(int), axis=0) == np.arange(400)[:, None]).all()
    assert np.abs(np.corrcoef(shares.T) - np.eye(3)).max() < 0.15
    np.testing.assert_array_equal(latin_hypercube(["b"], 400, seed=5)[:, 0], shares[:, 1])
    assert not np.array_equal(latin_hypercube(["b"], 400, seed=6)[:, 0], shares[:, 1])


def test_every_kind_of_range_is_found_with_its_unit():
    later = "workloads.guest lease.from={low: 2026-05-01, mid: 2026-06-01, high: 2026-08-01, source: a}"
    inputs = {
        one.name: one.ranges[0] for one in swept_inputs(read_scenario("reference-100mw", [later, RENT]))
    }
    assert inputs["workloads.guest lease.hourly_rent"].unit == "USD/GPU-h"
    assert inputs["workloads.guest lease.from"].kind == "date"
    assert inputs["workloads.assistant.demand"].kind in {"number", "magnitude"}
    assert inputs["money.cost_of_capital"].written(0.07) == "0.07"


def test_linked_ranges_stand_at_one_share():
    _, cases = read_cases(make_plan(read_scenario("colossus"), draws=5, tornado=False))
    gas = [[v for path, v in case.values.items() if path.endswith("fuel_price")] for case in cases[1:]]
    assert all(len(prices) == 2 and len(set(prices)) == 1 for prices in gas)
    assert len({prices[0] for prices in gas}) == 5


def test_runs_by_number_are_the_same_for_any_workers(tmp_path):
    plan = plan_of(draws=3, seed=2)
    for name, workers in (("one", 1), ("three", 3)):
        write_sweep(swept(tmp_path / f"{name}.work", plan, workers), tmp_path / name)
    assert files(tmp_path / "one.work") == files(tmp_path / "three.work")
    assert files(tmp_path / "one") == files(tmp_path / "three")
    other = swept(tmp_path / "other", plan_of(draws=3, seed=3))
    assert other.outcomes[0] == gather(Work(tmp_path / "one.work")).outcomes[0]
    assert other.outcomes[1] != gather(Work(tmp_path / "one.work")).outcomes[1]


def test_percentiles_and_swings_are_those_of_the_runs(tmp_path):
    sweep = swept(tmp_path, plan_of(RENT, draws=6))
    rows = {Key(r["figure"], r["site"], r["when"]): r for r in tables(sweep)["sweep"].to_pylist()}
    key = Key("revenue_usd", "campus", "run")
    drawn = [outcome.figures[key] for outcome in sweep.draws]
    assert len(set(drawn)) == 6
    assert (rows[key]["p10"], rows[key]["p50"], rows[key]["p90"]) == tuple(
        np.quantile(drawn, [0.1, 0.5, 0.9])
    )
    assert (
        rows[key]["least"]
        == min(drawn)
        < rows[key]["p10"]
        < rows[key]["mid"]
        < max(drawn)
        == rows[key]["most"]
    )
    assert rows[key]["draws"] == 6
    # Rent is proportional to the price: one at a time, 3 and 5 USD stand to 4 USD as 3/4 and 5/4.
    (_, bars), *_ = ranking(sweep, [key])
    rent = next(bar for bar in bars if bar.input.endswith("hourly_rent"))
    assert rent.at_low == pytest.approx(0.75 * rows[key]["mid"], rel=1e-12)
    assert rent.at_high == pytest.approx(1.25 * rows[key]["mid"], rel=1e-12)
    assert (rent.low, rent.high) == ("3 USD/GPU-h", "5 USD/GPU-h")
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    assert {row.key.figure for row in shown_figures(sweep)} >= {
        "energised_gpus",
        "cost_usd_per_gpu_h",
        "nox_kg",
    }


def test_a_draw_that_is_refused_is_recorded_with_its_problem(tmp_path):
    crossing = [
        "workloads.guest lease.from={low: 2026-05-01, mid: 2026-05-15, high: 2026-07-01, source: a}",
        "workloads.guest lease.until={low: 2026-05-20, mid: 2026-07-15, high: 2026-08-01, source: a}",
    ]
    sweep = swept(tmp_path / "work", plan_of(*crossing, draws=12, tornado=False))
    refused = [outcome for outcome in sweep.draws if outcome.status == REFUSED]
    assert 0 < len(refused) < 12
    assert all(outcome.problem.startswith("GW") and "lease" in outcome.problem for outcome in refused)
    write_sweep(sweep, tmp_path / "out")
    listed = pq.read_table(tmp_path / "out" / "tables" / "draws.parquet").to_pylist()
    assert [row["problem"] for row in listed if row["status"] == REFUSED] == [o.problem for o in refused]
    assert json.loads((tmp_path / "out" / "sweep.json").read_text())["refused"] == len(refused)
    counted = pq.read_table(tmp_path / "out" / "tables" / "sweep.parquet").column("draws").to_pylist()
    assert set(counted) == {12.0 - len(refused)}


def test_a_deal_is_swept_too_and_draws_in_which_it_cannot_be_closed_are_counted(tmp_path):
    deal = (
        "finance={equity: [{name: owner}], debt: [{name: loan, amount: 1 bn USD, rate: 12 %, "
        "repayment: annuity, tenor: {low: 0.5 years, mid: 0.5 years, high: 1.75 years, source: a}}], "
        "transfer: [{site: campus, prices: [{from: 2026-01, price: 6 USD/GPU-h}]}], exit: {}}"
    )
    loaded = read_scenario("reference-100mw", ["end=2027-12-31", deal])
    sweep = swept(tmp_path / "work", make_plan(loaded, draws=8, tornado=False))
    assert 0 < len(sweep.unclosed) < 8
    assert all("matures" in outcome.deal and outcome.status == DONE for outcome in sweep.unclosed)
    rows = {row["figure"]: row for row in tables(sweep)["sweep"].to_pylist() if not row["site"]}
    assert rows["irr_frac"]["draws"] == rows["min_dscr_ratio"]["draws"] == 8 - len(sweep.unclosed)
    assert rows["irr_frac"]["least"] < rows["irr_frac"]["most"]
    assert [row["deal"] for row in tables(sweep)["draws"].to_pylist()] == [o.deal for o in sweep.draws]
    assert "irr_frac" in {row.key.figure for row in shown_figures(sweep)}


def test_where_no_draw_gives_figures_there_is_no_answer(tmp_path):
    plan = plan_of(
        "sites.campus.power.grid.0.import_limit=1 MW", "sites.campus.power.curtailment.allowed=false"
    )
    work = Work(tmp_path)
    work.begin(plan)
    work_off(work, 0, 1)
    if work.outcome(0).status == DONE:
        pytest.fail("the scenario should be infeasible")
    with pytest.raises(InfeasibleError, match="the scenario itself is refused"):
        gather(work)


def test_what_is_done_is_not_done_again_and_a_torn_file_is_not_taken(tmp_path):
    plan = plan_of(draws=2, tornado=False)
    work = Work(tmp_path)
    assert work.begin(plan) == 0
    work_off(work, 1, 3)
    marked = (tmp_path / "000001.json").read_text().replace('"done"', '"done" ')
    (tmp_path / "000001.json").write_text(marked)
    (tmp_path / "000002.json.77.partial").write_text('{"numb')
    assert work.begin(plan) == 1
    work_off(work, 0, 1)
    assert (tmp_path / "000001.json").read_text() == marked
    assert work.done() == {0, 1, 2}


def test_another_sweep_in_the_same_place_is_refused(tmp_path):
    Work(tmp_path).begin(plan_of())
    with pytest.raises(InputError, match="GW882"):
        Work(tmp_path).begin(plan_of(seed=9))
    with pytest.raises(InputError, match="GW883"):
        Work(tmp_path / "nowhere").plan()


def test_too_many_draws_and_no_ranges_are_refused(tmp_path):
    with pytest.raises(InputError, match="GW881"):
        plan_of(draws=0)
    points = [
        f"{r.path}={r.written(r.mid)}"
        for one in swept_inputs(read_scenario("reference-100mw"))
        for r in one.ranges
    ]
    with pytest.raises(InputError, match=r"GW880.*nothing to sweep"):
        plan_of(*points)


def test_a_worker_that_always_fails_is_told_in_its_own_words(tmp_path):
    (tmp_path / "sweep.json").write_text("{}")
    with pytest.raises(Exception, match=r"3 times in vain.*give the folder of a sweep"):
        run_local(Work(tmp_path), 1, lambda _: None)
