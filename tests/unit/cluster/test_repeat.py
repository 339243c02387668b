"""The same simulation with several seeds: which ones, alike for any number of workers, honest intervals."""

from __future__ import annotations

import multiprocessing
from functools import partial

import numpy as np
import pytest
from scipy import stats

from gigawatt.cluster import Failures, Jobs, Machines, policies, repeat, simulate
from gigawatt.cluster.generate import generate
from gigawatt.cluster.readers import to_jobs
from gigawatt.cluster.repeat import scalars, spread

POOL = Machines.pool(64)
FAILS = Failures.poisson(200.0, repair_median_s=600.0)


def draw(seed: int) -> Jobs:
    return to_jobs(generate("generate:mix?jobs=200,load=0.9,tenants=3,longest=1d", 64, seed)).jobs


def one_day(seed: int, jobs: int) -> Jobs:
    rng = np.random.default_rng(seed)
    return Jobs(np.sort(rng.uniform(0.0, 86_400.0, jobs)), rng.exponential(600.0, jobs), gpus=4)


def test_each_value_is_that_of_a_simulation_with_its_seed() -> None:
    told = repeat(POOL, draw, "easy", FAILS, seed=5, seeds=3)
    assert told.seeds == (5, 6, 7)
    for i, seed in enumerate(told.seeds):
        alone = scalars(simulate(POOL, draw(seed), "easy", FAILS, seed=seed))
        given = {name: value for name, value in alone.items() if value is not None}
        assert {name: values[i] for name, values in told.values.items()} == given
    assert scalars(told.first)["mean_jct_s"] == told.values["mean_jct_s"][0]
    assert told.notes == ()


def test_any_number_of_workers_gives_the_same_and_tells_how_far_it_is() -> None:
    told: dict[int, list[tuple[float, int]]] = {1: [], 2: []}
    one, two = (
        repeat(POOL, draw, "fifo", FAILS, seeds=4, workers=w, progress=lambda *now, w=w: told[w].append(now))
        for w in told
    )
    assert two.seeds == one.seeds
    assert list(two.values) == list(one.values)
    for name, values in one.values.items():
        assert np.array_equal(two.values[name], values, equal_nan=True), name
    assert not multiprocessing.active_children()
    for seen in told.values():
        assert seen == sorted(seen)
        assert {(1.0, 4), (2.0, 4), (3.0, 4), (4.0, 4)} <= set(seen)


def test_a_spread_is_the_textbook_s() -> None:
    values = np.random.default_rng(3).lognormal(1.0, 0.7, 12)
    told = spread(values)
    low, high = stats.t.interval(0.95, 11, loc=values.mean(), scale=stats.sem(values))
    assert (told.low, told.high) == pytest.approx((low, high), rel=1e-9)
    assert told.sd == pytest.approx(values.std(ddof=1))
    assert (told.p10, told.p50, told.p90) == pytest.approx(tuple(np.percentile(values, [10, 50, 90])))


def test_what_is_absent_or_never_varies_has_no_interval() -> None:
    assert spread(np.full(3, np.nan)).mean is None
    assert spread(np.array([np.nan, 4.0])).sd is None
    assert spread(np.array([np.nan, 4.0, 6.0])).count == 2
    alike = spread(np.full(5, 0.1))
    assert (alike.mean, alike.sd, alike.low, alike.high, alike.p90) == (0.1, 0.0, None, None, 0.1)


def test_what_does_not_depend_on_the_seed_says_so() -> None:
    jobs = draw(0)
    for failures in (None, Failures.poisson(1e300)):
        told = repeat(POOL, jobs, "easy", failures, seeds=5)
        if failures is None:
            assert told.seeds == (0,)
            assert told.summary() is None
            assert "nothing here depends on the seed" in told.notes[0]
            assert "one seed" in repr(told)
        else:
            assert told.seeds == (0, 1, 2, 3, 4)
            assert told.summary()["mean_jct_s"]["low"] is None


def test_a_summary_lays_parts_under_their_answer() -> None:
    told = repeat(POOL, draw, policies.easy(depth=10), FAILS, seeds=3)
    summary = told.summary()
    assert summary["count"] == 3
    assert set(summary["mean_jct_s"]) == {"count", "mean", "sd", "low", "high", "p10", "p50", "p90"}
    assert summary["gpu_hours_by_fate"]["lost"]["mean"] == told.values["gpu_hours_by_fate.lost"].mean()
    assert summary["fairness"]["jain"]["count"] == 3
    assert summary["jobs"]["sd"] == 0.0
    assert "3 seeds, 0 to 2" in repr(told)


def test_one_s_own_measure_and_options() -> None:
    told = repeat(
        POOL,
        partial(one_day, jobs=50),
        "fifo",
        seeds=2,
        until_s=43_200.0,
        measure=lambda done: {"ended_at_s": done.end_of_simulation_s},
    )
    assert told.values["ended_at_s"].tolist() == [43_200.0, 43_200.0]


def test_an_interruption_ends_the_workers() -> None:
    def stop(done: float, _count: int) -> None:
        if done >= 2.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repeat(POOL, draw, "fifo", seeds=6, workers=2, progress=stop)
    assert not multiprocessing.active_children()


def wrong_at_two(seed: int) -> Jobs:
    if seed == 2:
        raise ValueError("no jobs for the seed 2")
    return draw(seed)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_in_any_seed_is_told(workers: int) -> None:
    with pytest.raises(ValueError, match="no jobs for the seed 2"):
        repeat(POOL, wrong_at_two, "fifo", seeds=3, workers=workers)


@pytest.mark.parametrize("wrong", [{"seeds": 1}, {"workers": 0}])
def test_numbers_that_make_no_sense_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="allowed"):
        repeat(POOL, draw, "fifo", **wrong)
