"""From a schedule's runs and curves to the hours of the clock."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.study.queue_curves import count_by_hour, mean_by_hour, on_clock, service_steps

HOURS = 12
SECONDS = st.integers(0, HOURS * 3600)
STRETCH = st.tuples(SECONDS, SECONDS).map(sorted)


def test_steps_rise_fall_and_begin_at_zero():
    gpus = np.array([0, 0, 72, 72, 144.0000000001, 0, 0])
    assert service_steps(gpus) == ((0.0, 0), (7200.0, 72), (14400.0, 144), (18000.0, 0))
    assert service_steps(np.array([8.0])) == ((0.0, 8),)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(gpus=st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_steps_say_what_each_hour_has(gpus):
    steps = service_steps(np.array(gpus, dtype=float))
    at = [s for s, _ in steps]
    assert at[0] == 0.0
    assert at == sorted(set(at))
    for hour, count in enumerate(gpus):
        assert [n for s, n in steps if s <= hour * 3600.0][-1] == count
    assert all(a[1] != b[1] for a, b in pairwise(steps))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(runs=st.lists(st.tuples(STRETCH, st.floats(0.1, 1e6)), max_size=8))
def test_stretches_are_spread_as_by_hand_and_conserved(runs):
    start, end, weight = np.array([(a, b, w) for (a, b), w in runs], dtype=float).reshape(-1, 3).T
    mean = mean_by_hour(start, end, weight, HOURS)
    by_hand = [
        sum(w * max(min(b, (h + 1) * 3600) - max(a, h * 3600), 0) for (a, b), w in runs) / 3600
        for h in range(HOURS)
    ]
    assert np.allclose(mean, by_hand, rtol=1e-12, atol=1e-6)
    assert np.isclose(mean.sum() * 3600, (weight * (end - start)).sum(), rtol=1e-12)
    assert (mean >= 0).all()


def test_nothing_is_left_where_nothing_runs():
    start = np.zeros(3)
    mean = mean_by_hour(start, np.full(3, 3 * 3600.0), np.array([0.1, 0.2, 0.7]) / 3, 6)
    assert mean[3:].tolist() == [0.0, 0.0, 0.0]


def test_the_last_step_counts_for_the_part_that_was_simulated():
    assert on_clock(np.array([4.0, 4.0, 4.0]), 9000.0, 5).tolist() == [4.0, 4.0, 2.0, 0.0, 0.0]
    assert on_clock(np.array([4.0, 4.0, 4.0]), 7200.0, 2).tolist() == [4.0, 4.0]


def test_ends_are_counted_in_their_hour_and_nan_nowhere():
    assert count_by_hour(np.array([np.nan, 0.0, 7199.9, 7200.0]), 2).tolist() == [1.0, 1.0]
