"""The jobs that ``gigawatt validate live`` runs: their schedule must not hinge on a tenth of a second."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, Schedule, simulate
from gigawatt.cluster.readers import read_policy
from gigawatt.live.validating import Wanted, draw
from gigawatt.validation.live import ALLOWED_FRAC, GPUS, POLICIES

GANG_S, GPU_S = 0.03, 0.004
"""About what a start takes on two cores."""


def simulated(wanted: list[Wanted], policy: str, start_frac: np.ndarray, late_s: np.ndarray) -> Schedule:
    """The jobs, with so much of the usual time for the start of each, and later submissions."""
    gpus = np.array([job.gpus for job in wanted])
    seconds = np.array([job.seconds for job in wanted])
    tenants = tuple(sorted({job.tenant for job in wanted}))
    start_s = start_frac * (GANG_S + GPU_S * gpus)
    jobs = Jobs(
        submit_s=np.cumsum(late_s + np.array([0.0, *(job.pause_s for job in wanted[:-1])])),
        duration_s=seconds + start_s,
        estimate_s=seconds,
        gpus=gpus,
        tenant=[tenants.index(job.tenant) for job in wanted],
        priority=[job.priority for job in wanted],
        checkpoint_load_s=start_s,
        tenants=tenants,
    )
    return simulate(Machines.pool(GPUS), jobs, read_policy(policy, "--policy"))


def errors(jobs: list[Wanted], policy: str) -> list[float]:
    """The largest of all completion times, when starts take anything from nothing to five times the usual."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(60):
        late_s = rng.uniform(0.0, 0.02, len(jobs))
        thought_s = simulated(jobs, policy, np.full(len(jobs), 1.5), late_s).jct_s
        other_s = simulated(jobs, policy, rng.uniform(0.0, 5.0, len(jobs)), late_s).jct_s
        found.append(float(np.abs(thought_s / other_s - 1.0).max()))
    return found


@pytest.mark.parametrize("policy", POLICIES)
def test_completion_times_hold_whatever_starts_take(policy: str):
    assert max(errors(draw(), policy)) < ALLOWED_FRAC


def test_other_jobs_do_hinge_on_it():
    """Else the test above would say nothing."""
    assert max(errors(draw(11), "fair")) > ALLOWED_FRAC
