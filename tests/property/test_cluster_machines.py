"""Machines that differ, come and go: parts, dates, drains, stragglers; what holds whatever the policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cluster import Cause, Drain, Failures, Jobs, Machines, PowerBudget, Recovery, policies, simulate

EVERY = st.sampled_from(policies.NAMES)
DATES = ((0.0, 16), (8_000.0, 48), (20_000.0, 24), (26_000.0, 48))
DRAINS = (Drain(3_000.0, 9_000.0, 2), Drain(12_000.0, 16_000.0, 3, first_node=1, grace_s=300.0))


def draw(seed: int, **more: object) -> Jobs:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 80))
    duration = rng.exponential(2500.0, n) + 1.0
    return Jobs(
        rng.uniform(0, 30_000, n),
        duration,
        duration * rng.uniform(0.5, 2.0, n),
        gpus=rng.choice([1, 2, 3, 8, 9, 16], n),
        tenant=rng.integers(0, 2, n),
        priority=rng.integers(0, 3, n),
        checkpoint_interval_s=400.0,
        checkpoint_write_s=5.0,
        checkpoint_load_s=20.0,
        serving=rng.random(n) < 0.1,
        tenants=("a", "b"),
        **more,
    )


def held_at_the_end_of_each_instant(runs):
    times = np.concatenate([runs.end_s, runs.start_s])
    change = np.concatenate([-runs.gpus, runs.gpus])
    order = np.lexsort((change, times))
    times, held = times[order], np.cumsum(change[order])
    last = np.append(times[1:] != times[:-1], True)
    return times[last], held[last]


@settings(max_examples=60)
@given(st.integers(0, 10**6), EVERY, st.booleans(), st.booleans(), st.booleans())
def test_nothing_runs_on_what_is_not_in_service(seed, policy, placed, failing, draining) -> None:
    fields = {"in_service": DATES, "drains": DRAINS if draining else ()}
    where = Machines.of(48, 8, 2, 2, **fields) if placed else Machines.pool(48, **fields)
    failures = None
    if failing:
        causes = [Cause("node", 1 / 60.0, repair_median_s=900.0)]
        if placed:
            causes.append(Cause("straggler", 1 / 60.0, repair_median_s=900.0, slow_frac=0.5))
        failures = Failures(tuple(causes), Recovery("hot-spares"), spare_gpus=8)
    schedule = simulate(where, draw(seed), policy, failures, PowerBudget(1.0, 0.2), seed=seed, until_s=2e5)
    end_s = schedule.end_of_simulation_s
    ends = [at_s for at_s, _ in DATES[1:]] + [np.inf]
    had = 0.0
    times, held = held_at_the_end_of_each_instant(schedule.runs)
    for (at_s, gpus), until_s in zip(DATES, ends, strict=True):
        had += gpus * max(min(until_s, end_s) - at_s, 0.0)
        assert held[(times >= at_s) & (times < until_s)].max(initial=0) <= gpus
    assert schedule.fates.total == pytest.approx(had / 3600.0, rel=1e-9, abs=1e-9)
    assert schedule.fates.down >= -1e-9
    assert schedule.fates.idle >= -1e-9


@settings(max_examples=30)
@given(st.integers(0, 10**6), EVERY)
def test_a_drained_node_is_empty_after_its_grace(seed, policy) -> None:
    drain = Drain(5_000.0, 15_000.0, 2, first_node=1, grace_s=500.0)
    where = Machines.of(32, 8, drains=(drain,))
    runs = simulate(where, draw(seed), policy).runs
    inside = (runs.end_s > 5_500.0) & (runs.start_s < 15_000.0) & (runs.end_s > runs.start_s)
    assert not np.isin(runs.node[inside & (runs.gpus <= 8)], [1, 2]).any()
    assert not ((runs.start_s >= 5_000.0) & (runs.start_s < 15_000.0) & np.isin(runs.node, [1, 2])).any()


@settings(max_examples=60)
@given(st.integers(0, 10**6), EVERY, st.booleans())
def test_parts_keep_their_jobs_their_time_and_their_energy(seed, policy, failing) -> None:
    rng = np.random.default_rng(seed)
    jobs = draw(seed)
    sets = ((), ("h100",), ("gb200",), ("gb200", "h100"))
    jobs = draw(seed, chip_set=rng.integers(0, 4, len(jobs)), chip_sets=sets)
    where = (Machines.of(32, 8, chip="h100"), Machines.pool(24, chip="gb200", chip_speed=2.0))
    power = (PowerBudget(0.7, 0.2, np.array([20.0, 9.0, 14.0, 30.0])), PowerBudget(1.5, 0.4))
    failures = Failures.poisson(200.0, repair_median_s=900.0) if failing else None
    schedule = simulate(
        where, jobs, policy, failures, power, seed=seed, until_s=2e5, quotas_gpus=(20.0, 30.0)
    )
    runs = schedule.runs
    chips = np.array(["h100", "gb200"])[runs.part]
    for which, allowed in enumerate(sets):
        mine = jobs.chip_set[runs.job] == which
        assert not allowed or np.isin(chips[mine], allowed).all()
    had = schedule.gpus * schedule.end_of_simulation_s / 3600.0
    assert schedule.fates.total == pytest.approx(had, rel=1e-9)
    assert schedule.fates.slowed >= -1e-9
    for p, part in enumerate(schedule.parts):
        held = float(((runs.end_s - runs.start_s) * runs.gpus)[runs.part == p].sum()) / 3600.0
        mine = part.gpus * schedule.end_of_simulation_s / 3600.0
        assert held + part.fates.down + part.fates.idle == pytest.approx(mine, rel=1e-9, abs=1e-9)
    # What the jobs drew and what idled add up to the curve.
    idle_kwh = sum(p.fates.idle * b.idle_kw_per_gpu for p, b in zip(schedule.parts, power, strict=True))
    curve = schedule.curves.power_kw
    hours = np.ones(curve.size)
    hours[-1] = schedule.end_of_simulation_s / 3600.0 - (hours.size - 1)
    assert schedule.busy_kwh.sum() + idle_kwh == pytest.approx(float(curve @ hours), rel=1e-9, abs=1e-6)


def test_a_job_goes_to_the_quicker_part_that_has_room_then_to_the_one_that_is_done_first() -> None:
    where = (Machines.pool(8, chip="old"), Machines.pool(8, chip="new", chip_speed=4.0))
    jobs = Jobs([0, 1, 2, 3], [400, 400, 400, 400], gpus=8)
    schedule = simulate(where, jobs, "fifo")
    # Quicker first; then the free one; then 100 s against 400 s of work ahead.
    assert schedule.runs.part[np.argsort(schedule.runs.job)].tolist() == [1, 0, 1, 1]
    assert schedule.end_s.tolist() == [100.0, 401.0, 200.0, 300.0]


def test_a_cap_moves_jobs_to_a_part_with_room() -> None:
    where = (Machines.pool(8), Machines.pool(8))
    capped = PowerBudget(1.0, 0.1, np.array([8.5, 3.0]), least_speed_frac=1.0)
    jobs = Jobs([0, 1], [7200, 7200], gpus=[4, 4], checkpoint_load_s=60.0)
    schedule = simulate(where, jobs, "fifo", None, (capped, PowerBudget(1.0, 0.1)))
    moved = schedule.runs.part[np.argsort(schedule.runs.start_s, kind="stable")]
    assert moved.tolist() == [0, 0, 1, 1]
    assert schedule.preemptions.tolist() == [1, 1]
    assert schedule.end_s.tolist() == [7260.0, 7261.0]  # all work kept, one load


def test_the_dominant_share_counts_what_is_held_elsewhere() -> None:
    """Tenant a holds all of the first part: on the second, b comes first though a asked earlier."""
    where = (Machines.pool(8, chip="x"), Machines.pool(8, chip="y"))
    jobs = Jobs(
        [0, 0, 1, 2], [1000, 50, 100, 100], gpus=[8, 8, 8, 8], tenant=[0, 1, 0, 1], chip_set=[0, 1, 1, 1],
        tenants=("a", "b"), chip_sets=(("x",), ("y",)),
    )  # fmt: skip
    schedule = simulate(where, jobs, "fair")
    assert schedule.start_s.tolist() == [0.0, 0.0, 150.0, 50.0]


def test_a_straggler_slows_its_whole_gang_until_it_is_mended() -> None:
    cause = Cause("straggler", 1e-9, repair_median_s=100.0, repair_sigma=0.0, slow_frac=0.5)
    from gigawatt.cluster import _stream

    class Once(_stream.FailureStream):
        def extend(self, sim):
            sim = super().extend(sim)
            block = np.zeros(1, dtype=sim.fails.dtype)
            block["at_s"], block["repair_s"] = 10.0, 100.0
            sim.sim["horizon_s"] = np.inf
            from gigawatt.cluster._handle import sealed

            return sealed(sim._replace(fails=block))

    original, _stream.FailureStream = _stream.FailureStream, Once
    try:
        schedule = simulate(Machines.of(16, 8), Jobs([0], [200], gpus=16), "fifo", Failures((cause,)))
    finally:
        _stream.FailureStream = original
    assert schedule.end_s.tolist() == [250.0]  # 100 s at half speed
    assert schedule.fates.slowed == pytest.approx(50 * 16 / 3600)
