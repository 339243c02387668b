"""All features at once: nothing is lost, nothing is given twice, whatever the mixture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cluster import Cause, Drain, Failures, Jobs, Machines, PowerBudget, Recovery, policies, simulate

SETS = ((), ("a",), ("b",), ("a", "b"))


def some_jobs(rng: np.random.Generator, n: int) -> Jobs:
    gpus = rng.choice([1, 2, 3, 8, 9, 16, 24], n)
    submit = rng.uniform(0, 30_000, n)
    duration = rng.exponential(2000.0, n) + 1.0
    return Jobs(
        submit,
        duration,
        duration * rng.uniform(0.3, 3.0, n),
        gpus=gpus,
        tenant=rng.integers(0, 3, n),
        priority=rng.integers(0, 3, n),
        min_gpus=np.where(rng.random(n) < 0.3, 1, gpus),
        max_gpus=np.where(rng.random(n) < 0.3, gpus + 16, gpus),
        checkpoint_interval_s=np.where(rng.random(n) < 0.7, 300.0, np.inf),
        checkpoint_write_s=rng.integers(0, 20, n) * 1.0,
        checkpoint_load_s=rng.integers(0, 60, n) * 1.0,
        checkpoint_gb=rng.integers(0, 3, n) * 10.0,
        deadline_s=submit + rng.exponential(9000.0, n),
        limit_s=np.where(rng.random(n) < 0.1, 1500.0, np.inf),
        after=np.where(rng.random(n) < 0.2, np.arange(n) - 1, -1),
        serving=rng.random(n) < 0.1,
        fails_at_frac=np.where(rng.random(n) < 0.1, 0.5, np.inf),
        reserved_s=np.where(rng.random(n) < 0.1, submit + rng.uniform(0, 5000, n), np.inf),
        chip_set=rng.integers(0, 4, n),
        tenants=("x", "y", "z"),
        chip_sets=SETS,
    )


def some_machines(rng: np.random.Generator, chip: str) -> Machines:
    fields = {
        "chip": chip,
        "chip_speed": float(rng.choice([0.5, 1.0, 2.0])),
        "storage_gb_per_s": float(rng.choice([0.5, 5.0, np.inf])),
    }
    if rng.random() < 0.5:
        fields["in_service"] = ((0.0, 24), (9000.0, 48), (20_000.0, 8), (24_000.0, 48))
    if rng.random() < 0.5:
        fields["drains"] = (Drain(4000.0, 8000.0, 2), Drain(12_000.0, 15_000.0, 3, 1, 200.0))
    if rng.random() < 0.4:
        return Machines.pool(48, **fields)
    return Machines.of(48, 8, 2, 2, 1, (1.0, 1.0, 0.9, 0.8, 0.7), **fields)


def some_failures(rng: np.random.Generator, where: Machines) -> Failures | None:
    if rng.random() < 0.3:
        return None
    scope = str(rng.choice(["job", "node", "rack", "cooling"]))
    causes = [Cause("one", 1 / 200.0, scope, repair_median_s=float(rng.choice([0.0, 600.0, 5000.0])))]
    if where.placed:
        causes.append(Cause("straggler", 1 / 300.0, repair_median_s=900.0, slow_frac=0.5))
    recovery = Recovery(str(rng.choice(["whole", "hot-spares", "partial"])), whole_s=120.0, swap_s=30.0)
    return Failures(tuple(causes), recovery, spare_gpus=int(rng.choice([0, 8])), infant_multiplier=1.5)


def some_power(rng: np.random.Generator) -> PowerBudget | None:
    if rng.random() < 0.4:
        return None
    budget = rng.uniform(15.0, 60.0, 8)
    budget[-1] = 100.0
    return PowerBudget(1.0, 0.2, budget if rng.random() < 0.7 else None)


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_everything_at_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    jobs = some_jobs(rng, int(rng.integers(1, 70)))
    chips = ("a", "b") if rng.random() < 0.6 else ("a",)
    where = [some_machines(rng, chip) for chip in chips]
    failures = [some_failures(rng, machines) for machines in where]
    power = [some_power(rng) for _ in where]
    policy = policies.NAMES[int(rng.integers(len(policies.NAMES)))]
    schedule = simulate(
        where, jobs, policy, failures, power, seed=seed, until_s=300_000.0, quotas_gpus=(20.0, 30.0, 40.0)
    )
    runs, fates, end_s = schedule.runs, schedule.fates, schedule.end_of_simulation_s
    assert (runs.end_s >= runs.start_s).all()
    assert ((runs.gpus >= jobs.min_gpus[runs.job]) & (runs.gpus <= jobs.max_gpus[runs.job])).all()
    for j in np.unique(runs.job):  # a job never runs twice at once
        mine = np.flatnonzero(runs.job == j)
        assert (runs.start_s[mine][1:] >= runs.end_s[mine][:-1]).all()
    had = 0.0
    for p, machines in enumerate(where):
        allowed = np.array([not SETS[s] or machines.chip in SETS[s] for s in jobs.chip_set[runs.job]])
        mine = runs.part == p
        assert allowed[mine].all()
        steps = machines.in_service or ((0.0, machines.gpus),)
        ends = [at_s for at_s, _ in steps[1:]] + [np.inf]
        part_had = sum(
            gpus * max(min(until_s, end_s) - at_s, 0.0)
            for (at_s, gpus), until_s in zip(steps, ends, strict=True)
        )
        had += part_had
        held = float(((runs.end_s - runs.start_s) * runs.gpus)[mine].sum())
        part = schedule.parts[p].fates
        assert held / 3600.0 + part.down + part.idle == pytest.approx(part_had / 3600.0, rel=1e-9, abs=1e-9)
        assert min(part.down, part.idle) >= -1e-9
    assert fates.total == pytest.approx(had / 3600.0, rel=1e-9, abs=1e-9)
    assert min(getattr(fates, name) for name in fates.__slots__) >= -1e-6
    assert (schedule.wait_s >= -1e-9).all()
    useful = float(schedule.work_gpu_s[schedule.finished].sum()) / 3600.0
    assert fates.useful == pytest.approx(useful, rel=1e-9, abs=1e-9)
