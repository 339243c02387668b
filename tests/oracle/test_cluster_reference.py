"""Every compiled policy against a slow simulator in plain Python, run by run.

Oracle: tests/unit/cluster/reference.py, written from the policies' descriptions without the engine's code.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, policies, simulate

_spec = importlib.util.spec_from_file_location(
    "cluster_reference", Path(__file__).parents[1] / "unit" / "cluster" / "reference.py"
)
reference = importlib.util.module_from_spec(_spec)
sys.modules["cluster_reference"] = reference
_spec.loader.exec_module(reference)

QUOTAS = (4.0, 8.0, 3.0)
CASES = {
    "fifo": (policies.fifo(), reference.fifo, {}),
    "easy": (policies.easy(), reference.easy, {}),
    "easy, depth 2": (policies.easy(depth=2), reference.easy, {"depth": 2}),
    "conservative": (policies.conservative(), reference.conservative, {"depth": 100}),
    "conservative, depth 3": (policies.conservative(depth=3), reference.conservative, {"depth": 3}),
    "sjf": (policies.sjf(), reference.sjf, {}),
    "sjf, passing": (policies.sjf(pass_blocked=True), reference.sjf, {"pass": True}),
    "edf": (policies.edf(), reference.edf, {}),
    "edf, passing": (policies.edf(pass_blocked=True), reference.edf, {"pass": True}),
    "srtf": (policies.srtf(), reference.srtf, {}),
    "srsf": (policies.srsf(), reference.srtf, {"weighted": True}),
    "las": (policies.las((30.0, 200.0)), reference.las, {"thresholds": (30.0, 200.0), "running_first": True}),
    "las, by submission": (
        policies.las((50.0,), running_first=False),
        reference.las,
        {"thresholds": (50.0,), "running_first": False},
    ),
    "priority": (policies.priority(), reference.priority, {}),
    "priority, strict": (policies.priority(preemption=False), reference.strict_priority, {}),
    "fair": (policies.fair(), reference.fair, {"quotas": QUOTAS, "borrowing": True, "reclaim": True}),
    "fair, no reclaim": (
        policies.fair(reclaim=False),
        reference.fair,
        {"quotas": QUOTAS, "borrowing": True, "reclaim": False},
    ),
    "fair, no borrowing": (
        policies.fair(borrowing=False),
        reference.fair,
        {"quotas": QUOTAS, "borrowing": False, "reclaim": False},
    ),
    "pack": (policies.pack(), reference.fifo, {}),
    "power-aware": (policies.power_aware(), reference.easy, {}),
}


def draw(seed: int, *, exact: bool):
    """Few sizes, few times, many ties: whole numbers, so that both sides add up alike."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    duration = rng.integers(1, 40, n) * 1.0
    estimate = duration if exact else np.maximum(duration + rng.integers(-10, 30, n), 1.0)
    return {
        "submit_s": np.sort(rng.integers(0, int(rng.integers(2, 200)), n)) * 1.0,
        "duration_s": duration,
        "estimate_s": estimate,
        "gpus": rng.choice([1, 1, 1, 2, 3, 4, 8], n),
        "tenant": rng.integers(0, 3, n),
        "priority": rng.integers(0, 4, n),
        "deadline_s": np.where(rng.random(n) < 0.6, rng.integers(0, 250, n) * 1.0, np.inf),
        "checkpoint_load_s": rng.integers(0, 3, n) * 1.0,
    }


def runs_of(schedule) -> list[tuple[int, float, float]]:
    r = schedule.runs
    return sorted(zip(r.job.tolist(), r.start_s.tolist(), r.end_s.tolist(), strict=True))


def same(ours, theirs) -> bool:
    return len(ours) == len(theirs) and np.allclose(np.array(ours), np.array(theirs), rtol=0, atol=1e-6)


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "estimates"])
@pytest.mark.parametrize("name", CASES)
def test_equals_the_reference(name: str, exact: bool) -> None:
    policy, plain, options = CASES[name]
    for seed in range(40):
        columns = draw(seed, exact=exact)
        jobs = Jobs(**columns, tenants=("a", "b", "c"))
        quotas = options.get("quotas")
        ours = simulate(Machines.pool(8), jobs, policy, quotas_gpus=quotas)
        slow = [
            reference.Job(i, *(float(jobs.submit_s[i]), float(jobs.duration_s[i]), float(jobs.estimate_s[i])),
                          int(jobs.gpus[i]), int(jobs.tenant[i]), int(jobs.priority[i]),
                          float(jobs.checkpoint_load_s[i]), float(jobs.deadline_s[i]))
            for i in range(len(jobs))
        ]  # fmt: skip
        stuck = quotas is not None and not options["borrowing"]
        if stuck:  # a job above its tenant's whole quota never runs without borrowing
            fits = jobs.gpus <= np.array(quotas)[jobs.tenant]
            jobs = Jobs(**{k: v[fits] for k, v in columns.items()}, tenants=("a", "b", "c"))
            ours = simulate(Machines.pool(8), jobs, policy, quotas_gpus=quotas)
            slow = [j for j, kept in zip(slow, fits, strict=True) if kept]
            for i, job in enumerate(slow):
                job.number = i
        done = reference.simulate(slow, 8, plain, options)
        theirs = sorted((j.number, a, b) for j in done for a, b in j.runs)
        assert same(runs_of(ours), theirs), f"seed {seed}"


@pytest.mark.parametrize(
    ("policy", "plain", "options"),
    [
        (policies.srtf(round_s=16.0), reference.srtf, {}),
        (policies.las((30.0,), round_s=16.0), reference.las, {"thresholds": (30.0,), "running_first": True}),
    ],
    ids=["srtf", "las"],
)
def test_rounds_equal_the_reference(policy, plain, options) -> None:
    for seed in range(20):
        jobs = Jobs(**draw(seed, exact=True), tenants=("a", "b", "c"))
        ours = simulate(Machines.pool(8), jobs, policy)
        slow = [
            reference.Job(i, float(jobs.submit_s[i]), float(jobs.duration_s[i]), float(jobs.estimate_s[i]),
                          int(jobs.gpus[i]), 0, 0, float(jobs.checkpoint_load_s[i]))
            for i in range(len(jobs))
        ]  # fmt: skip
        done = reference.simulate(slow, 8, plain, options, round_s=16.0)
        theirs = sorted((j.number, a, b) for j in done for a, b in j.runs)
        assert same(runs_of(ours), theirs), f"seed {seed}"


def test_the_whole_sums_are_told_apart() -> None:
    """The fuzz can fail: another policy's runs are not taken for right."""
    jobs = Jobs(**draw(3, exact=True), tenants=("a", "b", "c"))
    fifo = runs_of(simulate(Machines.pool(8), jobs, policies.fifo()))
    assert fifo != runs_of(simulate(Machines.pool(8), jobs, policies.srtf()))
