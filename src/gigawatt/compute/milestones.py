"""When a training run starts and ends, when a service falls short, and how far a queue of jobs came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gigawatt.compute.load import Milestone, MilestoneKind
from gigawatt.compute.queue import JobsUse
from gigawatt.kernel.clock import Clock

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""Share of a target or a demand that rounding errors may hide."""


def milestones(
    clock: Clock,
    names: Sequence[str],
    kinds: Sequence[str],
    target_tokens: Array,
    gpus: Array,
    tokens: Array,
    demand_tokens: Array,
    used: Mapping[str, JobsUse],
) -> tuple[Milestone, ...]:
    """Read the milestones off the hours, sorted by hour.

    Parameters
    ----------
    clock
        The run's clock.
    names, kinds
        Of each workload.
    target_tokens
        Of training runs, shape (workloads,).
    gpus, tokens, demand_tokens
        Shape (workloads, hours).
    used
        What each queue of jobs did, by name.
    """
    found: list[Milestone] = []
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if kind == "training":
            found += _training(clock, name, float(target_tokens[i]), gpus[i], tokens[i])
        elif kind == "serving":
            found += _serving(clock, name, tokens[i], demand_tokens[i])
        elif kind == "jobs":
            found += _queue(clock, name, used[name], gpus[i])
    return tuple(sorted(found, key=lambda m: m.hour))


def _milestone(
    clock: Clock, kind: MilestoneKind, name: str, hour: int, amount: float, text: str
) -> Milestone:
    at = clock.stamp(hour)
    return Milestone(kind=kind, workload=name, hour=hour, at=at, amount=amount, text=f"{name} {text}")


def _training(clock: Clock, name: str, target: float, gpus: Array, tokens: Array) -> Iterator[Milestone]:
    held = np.flatnonzero(gpus > 0)
    if held.size == 0:
        text = "found no GPU that it may use"
        yield _milestone(clock, "training_short", name, len(gpus) - 1, target, text)
        return
    first, last = int(held[0]), int(held[-1])
    yield _milestone(
        clock, "training_started", name, first, float(gpus[first]), f"starts on {gpus[first]:,.0f} GPUs"
    )
    done = float(tokens.sum())
    if done >= target * (1.0 - _ROUNDING):
        hours = last - first + 1
        text = f"reaches {_trillions(target)} T tokens after {hours / 24:,.1f} days"
        yield _milestone(clock, "training_finished", name, last, done, text)
    else:
        text = f"has {done / target:.1%} of its {_trillions(target)} T tokens when it last holds GPUs"
        yield _milestone(clock, "training_short", name, last, target - done, text)


def _serving(clock: Clock, name: str, tokens: Array, demand: Array) -> Iterator[Milestone]:
    unmet = np.flatnonzero(tokens < demand * (1.0 - _ROUNDING))
    if unmet.size:
        missing = float((demand - tokens)[unmet].sum() / demand.sum())
        text = f"leaves demand unmet in {unmet.size:,} hours, {missing:.2%} of all tokens asked for"
        yield _milestone(clock, "demand_unmet", name, int(unmet[0]), float(unmet.size), text)


def _queue(clock: Clock, name: str, use: JobsUse, gpus: Array) -> Iterator[Milestone]:
    """Tell when the last job was done, and how long its GPUs idle then; or how many jobs were left."""
    submitted, finished, failed = (
        round(float(jobs.sum())) for jobs in (use.submitted_jobs, use.finished_jobs, use.failed_jobs)
    )
    if submitted == 0:
        return
    active = np.flatnonzero(use.submitted_jobs + use.finished_jobs + use.failed_jobs + use.waiting_jobs)
    last = int(active[-1])
    if use.oversized_jobs:
        text = f"has {use.oversized_jobs:,} jobs that ask for more GPUs than it ever holds: they never start"
        first = int(np.flatnonzero(use.submitted_jobs)[0])
        yield _milestone(clock, "jobs_oversized", name, first, float(use.oversized_jobs), text)
    left = submitted - finished - failed - use.oversized_jobs
    done = f"{finished:,} of {submitted:,} jobs"
    bad = f", {failed:,} fail by their user's fault" if failed else ""
    wait = f"; the mean wait is {use.mean_wait_h:,.1f} h"
    if left > 0:
        text = f"has finished {done} by {clock.stamp(last + 1)}{bad}, {left:,} run or wait{wait}"
        yield _milestone(clock, "jobs_short", name, last, float(left), text)
    else:
        idle_days = np.count_nonzero(gpus[last + 1 :] > 0.0) / 24.0
        then = f", and its GPUs idle for the {idle_days:,.0f} days to come" if idle_days >= 1.0 else ""
        text = f"has finished {done}{bad}, no job is left{then}{wait}"
        yield _milestone(clock, "jobs_finished", name, last, float(finished), text)


def _trillions(tokens: float) -> str:
    """Three significant digits, never as a power of ten."""
    value = tokens / 1e12
    return f"{value:,.0f}" if value >= 1000.0 else f"{value:.3g}"
