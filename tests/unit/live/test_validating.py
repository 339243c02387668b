"""The jobs that ``gigawatt validate live`` runs: their schedule must not hinge on milliseconds."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, Schedule, simulate
from gigawatt.cluster.readers import read_policy
from gigawatt.live.validating import Wanted, draw
from gigawatt.validation.live import GPUS, POLICIES

GANG_S, GPU_S = 0.03, 0.004
"""About what a start takes on two cores."""


def simulated(wanted: list[Wanted], policy: str, start_frac: np.ndarray) -> Schedule:
    """The jobs, with so much of the usual time for the start of each."""
    gpus = np.array([job.gpus for job in wanted])
    seconds = np.array([job.seconds for job in wanted])
    tenants = tuple(sorted({job.tenant for job in wanted}))
    start_s = start_frac * (GANG_S + GPU_S * gpus)
    jobs = Jobs(
        submit_s=np.cumsum([0.0, *(job.pause_s for job in wanted[:-1])]),
        duration_s=seconds + start_s,
        estimate_s=seconds,
        gpus=gpus,
        tenant=[tenants.index(job.tenant) for job in wanted],
        priority=[job.priority for job in wanted],
        checkpoint_load_s=start_s,
        tenants=tenants,
    )
    return simulate(Machines.pool(GPUS), jobs, read_policy(policy, "--policy"))


@pytest.mark.parametrize("policy", POLICIES)
def test_completion_times_hold_whatever_starts_take(policy: str):
    jobs = draw()
    usual_s = simulated(jobs, policy, np.ones(len(jobs))).jct_s
    rng = np.random.default_rng(2)
    for _ in range(40):
        other_s = simulated(jobs, policy, rng.uniform(0.0, 2.0, len(jobs))).jct_s
        assert np.abs(usual_s / other_s - 1.0).max() < 0.05


def test_other_seeds_do_hinge_on_them():
    """Else the test above would say nothing."""
    jobs = draw(11)
    usual_s = simulated(jobs, "fair", np.ones(len(jobs))).jct_s
    rng = np.random.default_rng(2)
    errors = [
        np.abs(usual_s / simulated(jobs, "fair", rng.uniform(0.0, 2.0, len(jobs))).jct_s - 1.0).max()
        for _ in range(40)
    ]
    assert max(errors) > 0.1
