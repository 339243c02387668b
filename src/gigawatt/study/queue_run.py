"""One queue of jobs on the GPUs that it is given: machines, jobs and budget in, arrays on the clock out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gigawatt import cluster
from gigawatt.cluster.generate import generate
from gigawatt.cluster.policies import Policy
from gigawatt.cluster.readers import Limits, Replay, Trace, to_jobs
from gigawatt.compute import Allotment, JobsUse, QueuedJobs
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.study.queue_curves import HOUR_S, count_by_hour, mean_by_hour, on_clock, service_steps

Array = NDArray[np.float64]
T = TypeVar("T", bound=np.generic)
Tell = Callable[[str], None]
"""Told in words how far a simulation is."""

DAY_S = 86_400.0
MOST_JOBS = Limits().max_rows


@dataclass(frozen=True, slots=True)
class Queue:
    """One workload's jobs and rules, read; its machines follow once its GPUs are known."""

    work: QueuedJobs
    trace: Trace | None
    """None where the jobs are generated for the machines."""
    policy: Policy
    failures: cluster.Failures | None
    checkpoints: Mapping[str, float]
    """Columns of the jobs; none where they write no checkpoints."""


@dataclass(frozen=True, slots=True)
class QueueResult:
    """What a queue of jobs did, as compute takes it, and what a reader must know about it."""

    use: JobsUse
    notes: tuple[str, ...]
    schedule: cluster.Schedule | None
    """None where it was never given a GPU."""


def run_queue(
    queue: Queue, allotment: Allotment, cap_mw: Array, seed: int, tell: Tell | None = None
) -> QueueResult:
    """Simulate one queue of jobs from the first hour of its time to the last.

    Parameters
    ----------
    queue
        What was read.
    allotment
        Its GPUs by hour; so many machines are in service.
    cap_mw
        IT power that it may draw, shape (hours of the clock,).
    seed
        The scenario's; generated jobs and failures draw from it and from the workload's name.
    tell
        Told how far it is.

    Raises
    ------
    InputError
        GW613, GW614: the path is that of the workload.

    Notes
    -----
    Power by state is that of the compute room. Where several kinds of GPU are held, the cap is kept with the
    mean over their GPU-hours, and all are equally fast.
    """
    gpus = np.rint(allotment.total_gpus[allotment.hours])
    most, hours = int(gpus.max(initial=0.0)), len(gpus)
    if most == 0:
        return QueueResult(
            JobsUse.none(len(cap_mw)), ("it is never given a GPU: no job was simulated",), None
        )
    replay = _jobs(queue, most, hours * HOUR_S, seed)
    machines = _machines(allotment, gpus, most)
    budget = _budget(allotment, gpus, cap_mw[allotment.hours])
    done = _simulate(queue, machines, replay.jobs, budget, hours, seed, tell)
    use = _use(done, allotment.hours, gpus, budget, len(cap_mw))
    always_kw = allotment.down_kw_per_gpu * gpus
    lacking_kwh = float(np.maximum(always_kw - cap_mw[allotment.hours] * 1000.0, 0.0).sum())
    over = _over_limit(done.over_budget_kwh + lacking_kwh)
    notes = (*replay.notes, *done.notes, *_notes(queue, allotment, done), *over)
    return QueueResult(use, notes, done)


def _jobs(queue: Queue, most: int, time_s: float, seed: int) -> Replay:
    """The jobs on the workload's own time, from midnight (UTC) of its first day on the clock."""
    work, trace = queue.work, queue.trace
    if trace is None:
        trace = _generated(work, most, seed)
    elif trace.stamped:
        trace = replace(trace, submit_s=trace.submit_s + trace.start_s % DAY_S)
    if work.repeat:
        trace = repeated(trace, time_s, work.name)
    return to_jobs(trace, estimate_factor=work.estimate_ratio, **queue.checkpoints)


def _generated(work: QueuedJobs, most: int, seed: int) -> Trace:
    if work.generate is None:
        raise ValueError(f"{work.name} has neither a trace nor a generator")
    try:
        return generate(work.generate, most, seed_of(seed, f"jobs {work.name}"))
    except InputError as error:
        path = f"workloads.{work.name}.generate"
        raise InputError(replace(p, file="", path=path) for p in error.problems) from None


def repeated(trace: Trace, time_s: float, name: str) -> Trace:
    """Submit a trace's jobs again and again until the end of a time.

    Copies begin a whole number of days apart, the smallest that is longer than the span of submissions, so
    that each job keeps its hour of the day.

    Parameters
    ----------
    trace
        With its first submission within the first day.
    time_s
        Length of the time, seconds.
    name
        Of the workload, for the message.

    Raises
    ------
    InputError
        GW614: more than 20 million jobs.
    """
    period_s = (np.floor(trace.span_s / DAY_S) + 1.0) * DAY_S
    copies = max(int(np.ceil(time_s / period_s)), 1)
    jobs = copies * trace.jobs
    if jobs > MOST_JOBS:
        seen = f"{copies:,} repetitions make {jobs:,} jobs; at most {MOST_JOBS:,} are simulated"
        raise InputError(
            Problem("GW614", seen, "set until, or give a longer trace", path=f"workloads.{name}.repeat")
        )
    at = np.repeat(np.arange(copies), trace.jobs)
    after = np.tile(trace.after, copies)

    def again(values: NDArray[T]) -> NDArray[T]:
        return np.tile(values, copies)

    return replace(
        trace,
        submit_s=again(trace.submit_s) + at * period_s,
        duration_s=again(trace.duration_s),
        gpus=again(trace.gpus),
        tenant=again(trace.tenant),
        estimate_s=again(trace.estimate_s),
        priority=again(trace.priority),
        failed=again(trace.failed),
        after=np.where(after >= 0, after + at * trace.jobs, -1),
        names=None,
        notes=(*trace.notes, f"its jobs are submitted again every {period_s / DAY_S:,.0f} days"),
    )


def _machines(allotment: Allotment, gpus: Array, most: int) -> cluster.Machines:
    """Nodes where all kinds of GPU come in nodes of one size, else one pool; in service as allotted."""
    sizes = set(allotment.group_gpus)
    alike = cluster.Machines.of(most, sizes.pop()) if len(sizes) == 1 else cluster.Machines.pool(most)
    return replace(alike, in_service=service_steps(gpus))


def _budget(allotment: Allotment, gpus: Array, cap_mw: Array) -> cluster.PowerBudget:
    """Power beyond what network, storage and management draw in every state, broken machines included."""
    always_kw = allotment.down_kw_per_gpu
    return cluster.PowerBudget(
        busy_kw_per_gpu=allotment.working_kw_per_gpu - always_kw,
        idle_kw_per_gpu=allotment.idle_kw_per_gpu - always_kw,
        budget_kw=np.maximum(cap_mw * 1000.0 - always_kw * gpus, 0.0),
        step_s=HOUR_S,
    )


def _simulate(
    queue: Queue,
    machines: cluster.Machines,
    jobs: cluster.Jobs,
    power: cluster.PowerBudget,
    hours: int,
    seed: int,
    tell: Tell | None,
) -> cluster.Schedule:
    name = queue.work.name
    asked = {tenant.name: tenant for tenant in queue.work.tenants}
    known = [asked.get(tenant) for tenant in jobs.tenants]
    quotas = tuple(np.inf if t is None or t.quota_gpus is None else float(t.quota_gpus) for t in known)
    weights = tuple(1.0 if t is None else t.weight_ratio for t in known)

    def told(ended: int, count: int, _now_s: float) -> None:
        if tell is not None:
            tell(f"{name}: {ended:,} of {count:,} jobs ended")

    try:
        return cluster.simulate(
            machines,
            jobs,
            queue.policy,
            failures=queue.failures,
            power=power,
            seed=seed_of(seed, f"failures {name}"),
            quotas_gpus=quotas if np.isfinite(quotas).any() else None,
            weights=weights if set(weights) != {1.0} else None,
            until_s=hours * HOUR_S,
            curve_step_s=HOUR_S,
            progress=told,
        )
    except ValueError as error:
        seen = f"its jobs cannot be simulated: {error}"
        remedy = "change the field that is named"
        raise InputError(Problem("GW614", seen, remedy, path=f"workloads.{name}")) from None


def _use(
    done: cluster.Schedule, span: slice, gpus: Array, power: cluster.PowerBudget, clock_hours: int
) -> JobsUse:
    hours = len(gpus)
    end_s, curves = done.end_of_simulation_s, done.curves
    busy, down = (on_clock(c, end_s, hours) for c in (curves.busy_gpus, curves.down_gpus))
    simulated = on_clock(np.ones(len(curves.power_kw)), end_s, hours)
    idle_kw = power.idle_kw_per_gpu
    above_idle_kw = on_clock(curves.power_kw, end_s, hours) - idle_kw * (gpus * simulated - down)
    jobs, runs = done.jobs, done.runs
    submitted = jobs.submit_s[jobs.submit_s < hours * HOUR_S]
    useful = mean_by_hour(runs.start_s, runs.end_s, runs.gpus * _counted(done)[runs.job], hours)
    started = ~np.isnan(done.first_start_s)

    def laid(values: Array) -> Array:
        whole = np.zeros(clock_hours)
        whole[span] = values
        return whole

    return JobsUse(
        busy_gpus=laid(busy),
        loaded_gpus=laid(above_idle_kw / (power.busy_kw_per_gpu - idle_kw)),
        down_gpus=laid(down),
        useful_gpus=laid(useful),
        waiting_jobs=laid(on_clock(curves.waiting_jobs, end_s, hours)),
        waiting_gpus=laid(on_clock(curves.waiting_gpus, end_s, hours)),
        submitted_jobs=laid(count_by_hour(submitted, hours)),
        finished_jobs=laid(count_by_hour(done.end_s[done.finished], hours)),
        failed_jobs=laid(count_by_hour(done.end_s[done.ended & ~done.finished], hours)),
        oversized_jobs=int((jobs.gpus[: len(submitted)] > done.gpus).sum()),
        mean_wait_h=float(done.wait_s[started].mean()) / HOUR_S if started.any() else 0.0,
    )


def _counted(done: cluster.Schedule) -> Array:
    """Share of each job's GPU time that counts, shape (jobs,).

    Of a finished job its work over what it held; of jobs that run or wait at the end, all of their work so
    far over all that they held; of one that failed by its user's fault, nothing.
    """
    jobs, runs = done.jobs, done.runs
    held_gpu_s = np.bincount(runs.job, (runs.end_s - runs.start_s) * runs.gpus, minlength=len(jobs))
    share = np.zeros(len(jobs))
    finished = done.finished & (held_gpu_s > 0.0)
    share[finished] = (jobs.duration_s * jobs.gpus)[finished] / held_gpu_s[finished]
    left = ~done.ended & (held_gpu_s > 0.0)
    if left.any():
        share[left] = done.fates.unfinished * HOUR_S / float(held_gpu_s[left].sum())
    return share


def _notes(queue: Queue, allotment: Allotment, done: cluster.Schedule) -> list[str]:
    said = []
    kinds = np.count_nonzero(allotment.gpus.sum(axis=0))
    if kinds > 1:
        said.append(
            f"it holds {kinds} kinds of GPU: jobs run equally fast on all, and its power limit is kept with "
            "their mean power"
        )
    if len(set(allotment.group_gpus)) > 1:
        said.append("they come in systems of several sizes: one pool without nodes")
    if queue.failures is not None and not queue.checkpoints:
        said.append("no checkpoints were given: a failure loses all that a job has done")
    unknown = [t.name for t in queue.work.tenants if t.name not in done.jobs.tenants]
    if unknown:
        said.append(f"its jobs have no tenant {', '.join(unknown)}")
    return said


def _over_limit(kwh: float) -> list[str]:
    """Half a kilowatt-hour is nothing that a person would read."""
    return [f"its GPUs draw {kwh:,.0f} kWh above its power limit without any job"] if kwh >= 0.5 else []


def seed_of(seed: int, purpose: str) -> int:
    """Return a seed for one purpose, so that another workload changes nothing here.

    >>> seed_of(1, "jobs lab") == seed_of(1, "jobs lab") != seed_of(1, "failures lab")
    True
    """
    words = np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])
    return int(words.generate_state(1, np.uint64)[0])
