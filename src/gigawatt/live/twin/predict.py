"""What the simulation says of recorded jobs, from measured run times or from what could be known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gigawatt.cluster import simulate
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.readers import read_policy
from gigawatt.cluster.schedule import Schedule
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.tenants import Tenant
from gigawatt.live.twin.journal import Recording
from gigawatt.live.twin.record import Measured
from gigawatt.live.twin.starts import StartTimes


@dataclass(frozen=True, slots=True)
class Prediction:
    """A simulation of the recorded jobs."""

    durations: str
    """'measured' or 'estimated': what the jobs' run times were taken from."""
    schedule: Schedule


def predict(
    recording: Recording,
    measured: Measured,
    durations: str,
    policy: str = "",
    starts: StartTimes | None = None,
) -> Prediction:
    """Simulate the recorded jobs on as many GPUs.

    With ``measured`` run times only the scheduler is put to the test: when it starts what. With ``estimated``
    ones the prediction is what could be known when the jobs were submitted.

    Parameters
    ----------
    recording, measured
        A cluster's journal, and what follows from it.
    durations
        'measured' or 'estimated'.
    policy
        Another one than the cluster's, as for ``gigawatt replay``. Default: its own.
    starts
        What each start takes beyond a job's work, known beforehand; added to estimated run times (measured
        ones hold it). Default: nothing.
    """
    jobs = measured.schedule.jobs
    if not policy and not recording.policy:
        seen = "the journal does not say under which policy the cluster came up"
        raise InputError(Problem("GW854", seen, "give --policy NAME", file=str(recording.folder)))
    chosen = read_policy(policy or recording.policy, "--policy")
    power = recording.power
    more: dict[str, Any] = _shares(recording, jobs)
    if power is not None:
        chosen, more["power"] = power.policy(chosen), _power(recording, measured.zero_s)
    schedule = simulate(
        Machines.pool(recording.gpus),
        _with_durations(measured, durations, starts),
        chosen,
        until_s=recording.now_s - measured.zero_s if recording.is_up else np.inf,
        curve_step_s=measured.schedule.curves.step_s,
        **more,
    )
    return Prediction(durations, schedule)


def _with_durations(measured: Measured, durations: str, starts: StartTimes | None) -> Jobs:
    """The jobs with other run times; one that has not ended is taken to go on to its estimate."""
    jobs = measured.schedule.jobs
    known = measured.schedule.ended & (measured.ordered_s > 0.0)
    estimated = durations == "estimated"
    start_s = starts.of(jobs.gpus) if estimated and starts is not None else np.zeros(len(jobs))
    taken_s = jobs.estimate_s + start_s if estimated else measured.ordered_s
    return Jobs(
        submit_s=jobs.submit_s,
        duration_s=np.where(known, taken_s, np.maximum(jobs.estimate_s, measured.ordered_s + 1.0)),
        estimate_s=jobs.estimate_s,
        gpus=jobs.gpus,
        tenant=jobs.tenant,
        priority=jobs.priority,
        checkpoint_load_s=start_s,  # to be paid again by one that was taken off
        after=jobs.after,
        ids=jobs.ids,
        tenants=jobs.tenants,
    )


def _shares(recording: Recording, jobs: Jobs) -> dict[str, Any]:
    told = recording.tenants
    rows = [told.get(name, Tenant(name)) for name in jobs.tenants]
    if all(row.quota_gpus is None and row.weight == 1.0 for row in rows):
        return {}
    return {
        "quotas_gpus": tuple(np.inf if row.quota_gpus is None else row.quota_gpus for row in rows),
        "weights": tuple(row.weight for row in rows),
    }


def _power(recording: Recording, zero_s: float) -> PowerBudget | None:
    """The budget in force as the cluster kept it, early before drops, on the schedule's clock."""
    if recording.power is None:
        return None
    ahead = recording.power.ahead()
    if ahead.budget_kw is None:
        return None
    begun = round((zero_s - recording.power.from_s) / ahead.step_s)
    budget_kw = ahead.budget_kw
    if begun < 0:
        budget_kw = np.concatenate([np.full(-begun, np.inf), budget_kw])
    else:
        budget_kw = budget_kw[min(begun, budget_kw.size - 1) :]
    return replace(ahead, budget_kw=budget_kw)
