"""What holds for every policy on every machine: gangs whole, no GPU twice, every GPU-second accounted for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cluster import Cause, Failures, Jobs, Machines, PowerBudget, Recovery, policies, simulate

EVERY = st.sampled_from(policies.NAMES)


@st.composite
def workloads(draw, gpus: int = 48) -> Jobs:
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(1, 60))
    duration = rng.exponential(2000.0, n) + 1.0
    checkpoints = draw(st.booleans())
    return Jobs(
        submit_s=rng.uniform(0, 20_000, n),
        duration_s=duration,
        estimate_s=duration * rng.uniform(0.5, 3.0, n),
        gpus=np.minimum(rng.choice([1, 2, 3, 8, 9, 16, 24, 40], n), gpus),
        tenant=rng.integers(0, 3, n),
        priority=rng.integers(0, 3, n),
        checkpoint_interval_s=np.where(rng.random(n) < 0.7, 300.0, np.inf) if checkpoints else np.inf,
        checkpoint_write_s=10.0 if checkpoints else 0.0,
        checkpoint_load_s=rng.integers(0, 60, n) * 1.0,
        serving=rng.random(n) < 0.1,
        fails_at_frac=np.where(rng.random(n) < 0.1, 0.5, np.inf),
        limit_s=np.where(rng.random(n) < 0.1, 1500.0, np.inf),
        after=np.where(rng.random(n) < 0.2, np.arange(n) - 1, -1),
        tenants=("a", "b", "c"),
    )


@st.composite
def machines(draw) -> Machines:
    if draw(st.booleans()):
        return Machines.pool(48)
    return Machines.of(48, gpus_per_node=8, nodes_per_rack=2, racks_per_pod=2, pods_per_hall=1)


@st.composite
def troubles(draw) -> Failures:
    restart = draw(st.sampled_from(["whole", "hot-spares", "partial"]))
    memory = draw(st.sampled_from([np.inf, 60.0]))
    recovery = Recovery(restart, whole_s=120.0, swap_s=30.0, memory_interval_s=memory, memory_write_s=1.0)
    scope = draw(st.sampled_from(["job", "node", "rack", "cooling"]))
    causes = (
        Cause("one", 1 / 20.0, scope, repair_median_s=draw(st.sampled_from([0.0, 600.0, 5000.0]))),
        Cause("two", 1 / 50.0, "node", repair_median_s=900.0, detect_s=20.0),
    )
    return Failures(causes, recovery, spare_gpus=draw(st.sampled_from([0, 8])), infant_multiplier=1.5)


def check(schedule, gpus: int) -> None:
    """Conservation of GPUs at each instant and of GPU-seconds over all."""
    runs = schedule.runs
    assert (runs.end_s >= runs.start_s).all()
    times = np.concatenate([runs.end_s, runs.start_s])
    change = np.concatenate([-runs.gpus, runs.gpus])
    order = np.lexsort((change, times))
    assert np.cumsum(change[order]).max(initial=0) <= gpus
    assert (runs.gpus == schedule.jobs.gpus[runs.job]).all()  # whole gangs
    for j in np.unique(runs.job):  # a job never runs twice at once
        mine = np.flatnonzero(runs.job == j)
        assert (runs.start_s[mine][1:] >= runs.end_s[mine][:-1]).all()
    f = schedule.fates
    had = gpus * schedule.end_of_simulation_s / 3600.0
    assert f.total == pytest.approx(had, rel=1e-9, abs=1e-9)
    held = float(((runs.end_s - runs.start_s) * runs.gpus).sum()) / 3600.0
    assert f.total - f.down - f.idle == pytest.approx(held, rel=1e-9, abs=1e-9)
    for name in ("useful", "lost", "checkpoint", "restart", "down", "idle", "slowed", "unfinished"):
        assert getattr(f, name) >= -1e-9, name
    done = schedule.finished
    useful = float((schedule.jobs.duration_s * schedule.jobs.gpus)[done].sum()) / 3600.0
    assert f.useful == pytest.approx(useful, rel=1e-9, abs=1e-9)
    busy = schedule.curves.busy_gpus
    steps = np.full(busy.size, schedule.curves.step_s)
    steps[-1] = schedule.end_of_simulation_s - (busy.size - 1) * schedule.curves.step_s
    assert float(busy @ steps) / 3600.0 == pytest.approx(held, rel=1e-6, abs=1e-6)


@settings(max_examples=60)
@given(workloads(), machines(), EVERY)
def test_without_failures_every_job_ends_and_all_is_accounted_for(jobs, where, policy) -> None:
    schedule = simulate(where, jobs, policy)
    check(schedule, 48)
    assert schedule.ended.all()
    assert schedule.fates.lost == 0.0
    assert (schedule.wait_s >= -1e-9).all()
    allowed = jobs.limit_s[schedule.finished] + 1e-6
    spent = np.bincount(schedule.runs.job, schedule.runs.end_s - schedule.runs.start_s, minlength=len(jobs))
    assert (spent[schedule.finished] <= allowed).all()


@settings(max_examples=80)
@given(workloads(gpus=40), machines(), EVERY, troubles(), st.integers(0, 99))
def test_with_failures_work_is_conserved(jobs, where, policy, failures, seed) -> None:
    schedule = simulate(where, jobs, policy, failures, seed=seed, until_s=300_000.0)
    check(schedule, 48)


@settings(max_examples=40)
@given(workloads(), machines(), EVERY, st.integers(0, 999), st.booleans())
def test_a_budget_is_kept(jobs, where, policy, seed, failing) -> None:
    rng = np.random.default_rng(seed)
    budget = rng.uniform(20.0, 60.0, 30)
    budget[-1] = 100.0
    power = PowerBudget(busy_kw_per_gpu=1.0, idle_kw_per_gpu=0.2, budget_kw=budget)
    failures = Failures.poisson(50.0, repair_median_s=600.0) if failing else None
    schedule = simulate(where, jobs, policy, failures, power, seed=seed, until_s=300_000.0)
    check(schedule, 48)
    allowed = np.append(budget, np.full(max(schedule.curves.power_kw.size - 30, 0), budget[-1]))
    hours = np.ones(schedule.curves.power_kw.size)
    hours[-1] = schedule.end_of_simulation_s / 3600.0 - (hours.size - 1)
    over_kwh = np.maximum(schedule.curves.power_kw - allowed[: hours.size], 0.0) @ hours
    assert over_kwh <= schedule.over_budget_kwh + 1e-6
    if not jobs.serving.any():
        assert schedule.over_budget_kwh == 0.0


@settings(max_examples=30)
@given(workloads(), machines(), EVERY, troubles())
def test_the_same_seed_gives_the_same_schedule(jobs, where, policy, failures) -> None:
    first, second = (simulate(where, jobs, policy, failures, seed=5, until_s=1e5) for _ in range(2))
    for name in ("start_s", "end_s", "wait_s", "restarts", "state"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    np.testing.assert_array_equal(first.runs.end_s, second.runs.end_s)


@settings(max_examples=40)
@given(workloads(), st.booleans())
def test_no_quota_is_passed_without_borrowing(jobs, reclaim) -> None:
    quotas = np.array([16.0, 20.0, 40.0])
    policy = policies.fair(borrowing=False, reclaim=reclaim)
    schedule = simulate(Machines.pool(48), jobs, policy, quotas_gpus=tuple(quotas))
    runs = schedule.runs
    for t in range(3):
        mine = jobs.tenant[runs.job] == t
        times = np.concatenate([runs.end_s[mine], runs.start_s[mine]])
        change = np.concatenate([-runs.gpus[mine], runs.gpus[mine]])
        assert np.cumsum(change[np.lexsort((change, times))]).max(initial=0) <= quotas[t]


@settings(max_examples=40)
@given(workloads())
def test_no_node_is_given_twice(jobs) -> None:
    """Whole-node gangs on nodes of their own: two runs that overlap never begin on the same node."""
    where = Machines.of(48, gpus_per_node=8, nodes_per_rack=2, racks_per_pod=1)
    runs = simulate(where, jobs, "easy").runs
    whole = np.flatnonzero(runs.gpus % 8 == 0)
    for a in whole:
        for b in whole[whole > a]:
            if runs.start_s[a] < runs.end_s[b] and runs.start_s[b] < runs.end_s[a]:
                assert runs.node[a] != runs.node[b]
