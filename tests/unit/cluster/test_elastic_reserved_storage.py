"""Elastic jobs, reservations, a storage that jobs share: hand-made schedules, invariants, an exact queue."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cluster import Failures, Jobs, Machines, PowerBudget, Recovery, policies, simulate
from gigawatt.validation.cluster_shared import mean_write_s
from gigawatt.validation.queueing import time_in_closed_queue_s

EVERY = st.sampled_from(policies.NAMES)


@pytest.mark.parametrize("where", [Machines.pool(8), Machines.of(8, 2)], ids=["pool", "nodes"])
def test_an_elastic_job_grows_while_nobody_waits_and_gives_back_at_once(where) -> None:
    """8 GPUs at once; at 30 s somebody wants 4 of them; a load of 10 s, then the other 40 s of work."""
    jobs = Jobs([0, 30], [100, 1000], gpus=[4, 4], max_gpus=[8, 4], checkpoint_load_s=10.0)
    schedule = simulate(where, jobs, "fifo")
    runs = schedule.runs
    mine = runs.job == 0
    expected = [(0.0, 30.0, 8), (30.0, 80.0, 4)]
    assert list(zip(runs.start_s[mine], runs.end_s[mine], runs.gpus[mine], strict=True)) == expected
    assert schedule.end_s.tolist() == [80.0, 1030.0]


def test_an_elastic_job_does_not_grow_where_the_load_takes_longer_than_it_gains() -> None:
    """The other 4 GPUs come free at 20 s, when 80 s are left: doubling saves 40 s."""
    jobs = Jobs([0, 0], [100, 20], gpus=4, max_gpus=[8, 4], checkpoint_load_s=41.0)
    assert simulate(Machines.pool(8), jobs, "fifo").end_s.tolist() == [100.0, 20.0]
    jobs = Jobs([0, 0], [100, 20], gpus=4, max_gpus=[8, 4], checkpoint_load_s=39.0)
    assert simulate(Machines.pool(8), jobs, "fifo").end_s.tolist() == [99.0, 20.0]


def test_a_shrunk_job_grows_back_when_machines_are_repaired() -> None:
    failures = Failures.poisson(40.0, repair_median_s=2000.0, repair_sigma=0.0)
    rigid = Jobs([0], [20_000], gpus=32, checkpoint_interval_s=300.0, checkpoint_load_s=5.0)
    elastic = Jobs([0], [20_000], gpus=32, min_gpus=8, checkpoint_interval_s=300.0, checkpoint_load_s=5.0)
    where = Machines.of(32, 8)
    slow, quick = (simulate(where, jobs, "fifo", failures, seed=3) for jobs in (rigid, elastic))
    assert quick.end_s[0] < slow.end_s[0]
    sizes = quick.runs.gpus
    assert sizes.min() < 32
    assert (np.diff(sizes) > 0).any()


def test_gpus_are_kept_for_a_reservation_and_it_starts_on_time() -> None:
    """At 100 s all 8 are wanted: 50 s fit before it, 200 s do not."""
    jobs = Jobs([0, 0, 1], [300, 50, 200], gpus=[8, 4, 4], reserved_s=[100, np.inf, np.inf])
    for policy in policies.NAMES:
        schedule = simulate(Machines.pool(8), jobs, policy)
        assert schedule.start_s.tolist() == [100.0, 0.0, 400.0], policy
        assert schedule.preemptions.sum() == 0


def test_what_runs_into_a_reservation_is_taken_off() -> None:
    """Its user said 50 s; it takes 500."""
    jobs = Jobs([0, 0], [300, 500], [300, 50], gpus=[8, 4], reserved_s=[100, np.inf])
    schedule = simulate(Machines.pool(8), jobs, "easy")
    assert schedule.start_s.tolist() == [100.0, 400.0]
    assert schedule.preemptions.tolist() == [0, 1]
    assert schedule.end_s.tolist() == [400.0, 800.0]


@settings(max_examples=60)
@given(st.integers(0, 10**6), EVERY, st.booleans(), st.booleans())
def test_reservations_start_on_time_unless_serving_or_failures_hold_the_machines(
    seed, policy, placed, failing
) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    submit = rng.uniform(0, 20_000, n)
    duration = rng.exponential(2000.0, n) + 1.0
    reserved = np.where(np.arange(n) % 10 == 0, submit + rng.uniform(0, 5000.0, n), np.inf)
    jobs = Jobs(
        submit, duration, duration * rng.uniform(0.3, 2.0, n), gpus=rng.choice([1, 3, 8, 16], n),
        min_gpus=1, max_gpus=32, reserved_s=reserved, checkpoint_load_s=5.0, checkpoint_interval_s=200.0,
    )  # fmt: skip
    where = Machines.of(32, 8, 2) if placed else Machines.pool(32)
    failures = Failures.poisson(300.0, recovery=Recovery("partial")) if failing else None
    schedule = simulate(where, jobs, policy, failures, PowerBudget(1.0, 0.3), seed=seed, until_s=500_000.0)
    f = schedule.fates
    assert f.total == pytest.approx(32 * schedule.end_of_simulation_s / 3600.0, rel=1e-9)
    runs = schedule.runs
    held = float(((runs.end_s - runs.start_s) * runs.gpus).sum()) / 3600.0
    assert f.total - f.down - f.idle == pytest.approx(held, rel=1e-9)
    assert ((runs.gpus >= 1) & (runs.gpus <= 32)).all()
    times = np.concatenate([runs.end_s, runs.start_s])
    change = np.concatenate([-runs.gpus, runs.gpus])
    assert np.cumsum(change[np.lexsort((change, times))]).max() <= 32
    if failing:
        return
    due = np.flatnonzero(np.isfinite(jobs.reserved_s))
    first = due[np.argsort(jobs.reserved_s[due])[0]]
    assert schedule.first_start_s[first] == jobs.reserved_s[first]
    assert schedule.ended.all()


@pytest.mark.parametrize("jobs", [4, 16, 64])
def test_shared_storage_slows_checkpoints_as_a_closed_queue_does(jobs: int) -> None:
    """20 s alone, every 600 s: with 16 jobs the storage is half busy, with 64 it is full: N x - T governs."""
    theirs = time_in_closed_queue_s([600.0] * jobs, [20.0] * jobs, 300_000.0, np.random.default_rng(0))
    ours = mean_write_s([600.0] * jobs, [20.0] * jobs)
    assert ours == pytest.approx(theirs, rel=0.06)
    assert ours > 1.05 * 20.0


def test_storage_that_is_wide_enough_changes_nothing() -> None:
    work = Jobs([0, 0], 5000.0, checkpoint_interval_s=500.0, checkpoint_write_s=9.0, checkpoint_gb=1.0)
    free = simulate(Machines.pool(2), work, "fifo")
    wide = simulate(Machines.pool(2, storage_gb_per_s=1e9), work, "fifo")
    np.testing.assert_allclose(wide.end_s, free.end_s, rtol=1e-6)


@pytest.mark.parametrize("where", [Machines.pool(8), Machines.of(8, 1)], ids=["pool", "nodes"])
@pytest.mark.parametrize(("quota", "most"), [(4.0, 4), (6.5, 6), (np.inf, 8)])
def test_an_elastic_job_does_not_grow_past_its_quota_without_borrowing(where, quota, most) -> None:
    jobs = Jobs([0], [100], gpus=[4], max_gpus=[8], tenant=[0], tenants=("a", "b"))
    strict, lent = (
        simulate(where, jobs, policies.fair(borrowing=borrowing), quotas_gpus=(quota, 4.0))
        for borrowing in (False, True)
    )
    assert strict.runs.gpus.tolist() == [most]
    assert lent.runs.gpus.tolist() == [8]
