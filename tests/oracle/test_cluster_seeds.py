"""Intervals over seeds against queueing theory: they hold the true mean as often as they say.

Oracle: the mean wait of M/M/1 in the long run, rho s / (1 - rho) (Kleinrock 1975, section 3.2); each run is
so long that its empty beginning does not show.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gigawatt.cluster import Jobs, Machines, repeat
from gigawatt.cluster.repeat import spread
from gigawatt.validation.queueing import wait_m_m_1_s

LOAD = 0.5
JOBS = 1_000
SEEDS = 4
INTERVALS = 300
TRUE_S = wait_m_m_1_s(LOAD, 1.0)
BETWEEN = stats.binom.interval(0.999, INTERVALS, 0.95)
"""How many of the intervals hold the mean, in 999 of 1,000 experiments, where each does with 95 %."""


def draw(seed: int) -> Jobs:
    rng = np.random.default_rng(seed)
    return Jobs(rng.exponential(1.0 / LOAD, JOBS).cumsum(), rng.exponential(1.0, JOBS))


@pytest.fixture(scope="module")
def waits_s() -> np.ndarray:
    """Mean wait of each run, shape (intervals, seeds)."""
    found = [
        repeat(Machines.pool(1), draw, "fifo", seed=SEEDS * k, seeds=SEEDS, measure=mean_wait)
        for k in range(INTERVALS)
    ]
    return np.array([told.values["mean_wait_s"] for told in found])


def mean_wait(done) -> dict[str, float]:
    return {"mean_wait_s": float(done.wait_s.mean())}


def held(waits_s: np.ndarray, standard_errors: float) -> int:
    half = standard_errors * waits_s.std(axis=1, ddof=1) / np.sqrt(SEEDS)
    return int((np.abs(waits_s.mean(axis=1) - TRUE_S) <= half).sum())


def test_intervals_hold_the_mean_as_often_as_they_say(waits_s) -> None:
    told = [spread(row) for row in waits_s]
    inside = sum(s.low <= TRUE_S <= s.high for s in told)
    assert BETWEEN[0] <= inside <= BETWEEN[1]


def test_the_bound_would_notice_a_wrong_interval(waits_s) -> None:
    """That of the normal distribution is too short for four seeds."""
    assert held(waits_s, stats.norm.ppf(0.975)) < BETWEEN[0]
    assert held(waits_s, stats.t.ppf(0.975, SEEDS - 1)) >= BETWEEN[0]


def test_the_mean_over_all_seeds_is_the_closed_form(waits_s) -> None:
    told = spread(waits_s.ravel())
    assert told.low < TRUE_S < told.high
    assert told.high - told.low < 0.05 * TRUE_S
