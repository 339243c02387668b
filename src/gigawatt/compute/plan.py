"""Give energised GPUs to workloads, hour by hour: who holds how many, what they do and what they draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.compute.goodput import time_shares
from gigawatt.compute.inputs import Lease, Other, QueuedJobs, Serving, Training
from gigawatt.compute.jobs import Asked, QueueJob, ServingJob, TrainingJob, jobs
from gigawatt.compute.load import ComputeLoad
from gigawatt.compute.mfu import MfuSource
from gigawatt.compute.milestones import milestones
from gigawatt.compute.queue import Allotment, JobsUse
from gigawatt.compute.serving import ServingSource, demand_served, slots_needed
from gigawatt.compute.systems import ComputeSystem, PowerState
from gigawatt.kernel.clock import Clock

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""Groups that rounding errors may add or remove."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What one workload does in the hours of its job."""

    gpus: Array
    """By hour and system."""
    busy_frac: Array
    """Share of the time in its working state; in the rest its GPUs idle."""
    state: PowerState
    useful_frac: Array
    tokens: Array
    down_frac: Array | None = None
    """Share of its GPUs that are broken and draw what a switched-off one does; None where none is."""


def plan_load(
    workloads: Sequence[Training | Serving | QueuedJobs | Lease | Other],
    systems: Sequence[ComputeSystem],
    energised_gpus: Array,
    clock: Clock,
    utc_offset_h: float,
    mfu: MfuSource,
    serving: ServingSource | None = None,
    used: Mapping[str, JobsUse] | None = None,
) -> ComputeLoad:
    """Plan a site's IT load: GPUs, power, heat and progress by workload and hour, before any shedding.

    Each hour the workloads choose in the order of their priority (the smaller number first, then the
    order given), from the newest chip they may use. A training run takes whole groups until its tokens
    are reached; a service takes whole systems for its day's peak, or for the hour where it is elastic; a
    queue of jobs takes whole nodes and uses them as its simulation says; leases and other work take their
    share. What nobody holds idles.

    Parameters
    ----------
    workloads
        Of this site alone.
    systems
        The kinds of GPU, one for each column of ``energised_gpus``.
    energised_gpus
        GPUs that run on each day, shape (days, systems), >= 0.
    clock
        The run's clock.
    utc_offset_h
        Local standard time less UTC, hours; places the hourly profile of a service.
    mfu
        Where the utilisation of a training run comes from.
    serving
        Where the rate of a serving GPU comes from. Default: the catalogue's table.
    used
        What each queue of jobs does with the GPUs that :func:`allot` gives it, by the name of the workload.

    Raises
    ------
    ValueError
        A shape, a negative number, or a queue of jobs whose use is missing or no use of its GPUs.

    Notes
    -----
    A run over several chips is taken to split its batch in proportion to their speed, an upper figure.
    Changing the size of a run costs no time. Shares refer to the energised GPUs of the chips that the
    workload may use.

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.compute import MfuTable, system
    >>> run = Training(kind="training", name="405B", site="a", from_=date(2024, 5, 1), gpus=16_384,
    ...                model="llama3.1-405b", target_tokens=15.6e12)
    >>> clock = Clock(date(2024, 5, 1), date(2024, 9, 1))
    >>> gpus = np.full((clock.days, 1), 24_576.0)
    >>> load = plan_load([run], [system("h100")], gpus, clock, 0.0, MfuTable.from_catalog())
    >>> load.milestones[-1].kind, load.milestones[-1].at
    ('training_finished', '2024-07-18 12:00Z')
    >>> round(float(load.total_it_mw[0]), 1)
    21.4
    """
    by_hour = _by_hour(energised_gpus, clock, systems)
    free = by_hour.copy()
    asked = jobs(workloads, systems, clock, utc_offset_h, mfu, serving)
    given = used or {}
    missing = [w.name for w in workloads if isinstance(w, QueuedJobs) and w.name not in given]
    if missing:
        raise ValueError(f"used has nothing for the queue of jobs {missing[0]!r}")
    serve_order = _serve_order(workloads)
    totals = _Totals(len(asked), clock.hours)
    for i, use in _serve_all(asked, serve_order, free, by_hour, given):
        totals.add(i, asked[i], use, systems)
    idle_kw = np.array([s.measured_kw_per_gpu("idle") for s in systems])
    idle_liquid_kw = np.array([s.liquid_kw_per_gpu("idle") for s in systems])
    provisioned_kw = np.array([s.provisioned_kw_per_gpu for s in systems])
    target = np.array([j.target_tokens if isinstance(j, TrainingJob) else np.inf for j in asked])
    names, kinds = tuple(j.name for j in asked), tuple(j.kind for j in asked)
    return ComputeLoad(
        clock=clock,
        workloads=names,
        kinds=kinds,
        shed_order=tuple(reversed(serve_order)),
        target_tokens=target,
        energised_gpus=by_hour.sum(axis=1),
        gpus=totals.gpus,
        idle_gpus=free.sum(axis=1),
        it_mw=totals.it_mw,
        idle_it_mw=free @ idle_kw / 1000.0,
        liquid_mw=totals.liquid_mw,
        idle_liquid_mw=free @ idle_liquid_kw / 1000.0,
        useful_gpus=totals.useful_gpus,
        goodput_frac=totals.goodput_frac,
        tokens=totals.tokens,
        demand_tokens=totals.demand_tokens,
        provisioned_mw=by_hour @ provisioned_kw / 1000.0,
        milestones=milestones(
            clock, names, kinds, target, totals.gpus, totals.tokens, totals.demand_tokens, given
        ),
        used=given,
    )


def allot(
    workloads: Sequence[Training | Serving | QueuedJobs | Lease | Other],
    systems: Sequence[ComputeSystem],
    energised_gpus: Array,
    clock: Clock,
    utc_offset_h: float,
    mfu: MfuSource,
    serving: ServingSource | None = None,
) -> dict[str, Allotment]:
    """Give each queue of jobs its GPUs by hour, as :func:`plan_load` will, before its jobs are simulated.

    What a queue does with its GPUs frees none of them for others, so that who holds what is known
    beforehand. Parameters as of :func:`plan_load`.

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.compute import MfuTable, system
    >>> queue = QueuedJobs(kind="jobs", name="lab", site="a", from_=date(2025, 1, 2), gpus=100,
    ...                    generate="lublin")
    >>> clock = Clock(date(2025, 1, 1), date(2025, 1, 3))
    >>> given = allot([queue], [system("h100")], np.full((2, 1), 800.0), clock, 0.0,
    ...               MfuTable.from_catalog())
    >>> given["lab"].total_gpus[[0, 24]].tolist()  # whole nodes of 8
    [0.0, 96.0]
    """
    by_hour = _by_hour(energised_gpus, clock, systems)
    asked = jobs(workloads, systems, clock, utc_offset_h, mfu, serving)
    found: dict[int, Allotment] = {}
    for i, use in _serve_all(asked, _serve_order(workloads), by_hour.copy(), by_hour, {}):
        job = asked[i]
        if isinstance(job, QueueJob):
            found[i] = _allotment(job, use.gpus, systems, clock)
    return {asked[i].name: found[i] for i in sorted(found)}


def _allotment(job: QueueJob, held: Array, systems: Sequence[ComputeSystem], clock: Clock) -> Allotment:
    gpus = np.zeros((clock.hours, len(systems)))
    gpus[job.hours] = held
    gpu_hours = held.sum(axis=0)
    weights = gpu_hours if gpu_hours.any() else np.ones(len(systems))
    return Allotment(
        hours=job.hours,
        gpus=gpus,
        group_gpus=tuple(int(job.group_gpus[s]) for s in job.order if gpu_hours[s] > 0.0),
        provisioned_mw=gpus @ np.array([s.provisioned_kw_per_gpu for s in systems]) / 1000.0,
        working_kw_per_gpu=_mean_kw(systems, "training", weights),
        idle_kw_per_gpu=_mean_kw(systems, "idle", weights),
        down_kw_per_gpu=_mean_kw(systems, "down", weights),
    )


def _mean_kw(systems: Sequence[ComputeSystem], state: PowerState, weights: Array) -> float:
    kw = np.array([s.measured_kw_per_gpu(state) for s in systems])
    return float(kw @ weights / weights.sum()) if kw.size else 0.0


def _by_hour(energised_gpus: Array, clock: Clock, systems: Sequence[ComputeSystem]) -> Array:
    energised = np.asarray(energised_gpus, dtype=np.float64)
    if energised.shape != (clock.days, len(systems)):
        raise ValueError(f"energised_gpus has the shape {energised.shape}, not {(clock.days, len(systems))}")
    if not np.all(energised >= 0.0):
        raise ValueError("energised_gpus holds a negative number or none at all")
    return np.repeat(energised, 24, axis=0)


def _serve_order(workloads: Sequence[Training | Serving | QueuedJobs | Lease | Other]) -> list[int]:
    return sorted(range(len(workloads)), key=lambda i: workloads[i].priority)


def _serve_all(
    asked: Sequence[Asked], order: Sequence[int], free: Array, energised: Array, used: Mapping[str, JobsUse]
) -> Iterator[tuple[int, _Use]]:
    """Let the workloads choose in their order; what they take leaves ``free``."""
    for i in order:
        job = asked[i]
        use = _use(job, free[job.hours], energised[job.hours], used.get(job.name))
        free[job.hours] -= use.gpus
        yield i, use


class _Totals:
    """The arrays of a load, filled workload by workload and summed over systems at once."""

    def __init__(self, count: int, hours: int) -> None:
        self.gpus = np.zeros((count, hours))
        self.it_mw = np.zeros((count, hours))
        self.liquid_mw = np.zeros((count, hours))
        self.useful_gpus = np.zeros((count, hours))
        self.goodput_frac = np.zeros((count, hours))
        self.tokens = np.zeros((count, hours))
        self.demand_tokens = np.zeros((count, hours))

    def add(self, i: int, job: Asked, use: _Use, systems: Sequence[ComputeSystem]) -> None:
        held = use.gpus.sum(axis=1)
        at = (i, job.hours)
        self.gpus[at] = held
        self.it_mw[at] = _power_mw(use, [_states(s.measured_kw_per_gpu, use.state) for s in systems])
        self.liquid_mw[at] = _power_mw(use, [_states(s.liquid_kw_per_gpu, use.state) for s in systems])
        self.useful_gpus[at] = held * use.useful_frac
        self.goodput_frac[at] = np.where(held > 0, use.useful_frac, 0.0)
        self.tokens[at] = use.tokens
        if isinstance(job, ServingJob):
            self.demand_tokens[at] = job.demand_tokens_per_s * 3600.0


def _states(kw_per_gpu: Callable[[PowerState], float], state: PowerState) -> tuple[float, float, float]:
    return kw_per_gpu("idle"), kw_per_gpu(state), kw_per_gpu("down")


def _power_mw(use: _Use, kw_by_state: Sequence[tuple[float, float, float]]) -> Array:
    idle_kw, working_kw, down_kw = np.array(kw_by_state, dtype=np.float64).reshape(-1, 3).T
    kw = use.gpus @ idle_kw + use.busy_frac * (use.gpus @ (working_kw - idle_kw))
    if use.down_frac is not None:
        kw = kw + use.down_frac * (use.gpus @ (down_kw - idle_kw))
    return np.asarray(kw / 1000.0)


def _use(job: Asked, free: Array, energised: Array, jobs_use: JobsUse | None) -> _Use:
    allowed = energised[:, list(job.order)].sum(axis=1)
    if isinstance(job, TrainingJob):
        return _train(job, free, allowed)
    if isinstance(job, ServingJob):
        return _serve(job, free, allowed)
    if isinstance(job, QueueJob):
        return _queue(job, free, allowed, jobs_use)
    share = 0.0 if job.share_frac is None else job.share_frac
    held = _take(share * allowed, free, job.order, np.ones(free.shape[1]))
    used = np.full(free.shape[0], job.utilisation_frac)
    return _Use(gpus=held, busy_frac=used, state="training", useful_frac=used, tokens=np.zeros(free.shape[0]))


def _queue(job: QueueJob, free: Array, allowed: Array, jobs_use: JobsUse | None) -> _Use:
    """Take whole nodes; without a use yet, they idle."""
    share = 0.0 if job.share_frac is None else job.share_frac
    asked = share * allowed if job.gpus is None else np.full(free.shape[0], job.gpus)
    held = _take(asked, free, job.order, job.group_gpus)
    nothing = np.zeros(free.shape[0])
    if jobs_use is None:
        return _Use(gpus=held, busy_frac=nothing, state="training", useful_frac=nothing, tokens=nothing)
    total = held.sum(axis=1)
    everywhere = np.zeros_like(jobs_use.busy_gpus)
    everywhere[job.hours] = total
    jobs_use.refuse_unless_within(job.name, everywhere)

    def share_of(gpus: Array) -> Array:
        shares: Array = np.divide(gpus[job.hours], total, out=np.zeros_like(total), where=total > 0.0)
        return shares

    return _Use(
        gpus=held,
        busy_frac=share_of(jobs_use.loaded_gpus),
        state="training",
        useful_frac=share_of(jobs_use.useful_gpus),
        tokens=nothing,
        down_frac=share_of(jobs_use.down_gpus),
    )


def _take(asked: Array, free: Array, order: tuple[int, ...], group: Array) -> Array:
    """Take whole groups from the free GPUs of each system in turn, by hour and system."""
    held = np.zeros_like(free)
    missing = asked
    for s in order:
        held[:, s] = np.floor(np.minimum(missing, free[:, s]) / group[s] + _ROUNDING) * group[s]
        held[:, s] = np.minimum(held[:, s], free[:, s])
        missing = missing - held[:, s]
    return held


def _train(job: TrainingJob, free: Array, allowed: Array) -> _Use:
    share = 0.0 if job.share_frac is None else job.share_frac
    asked = share * allowed if job.gpus is None else np.full(free.shape[0], job.gpus)
    held = _take(asked, free, job.order, job.group_gpus)
    total = held.sum(axis=1)
    spent = time_shares(
        total,
        1.0 / job.recovery.gpu_mtbf_h,
        job.recovery.restart_h,
        job.recovery.checkpoint_write_h,
        job.recovery.checkpoint_interval_h,
    )
    speed = np.zeros_like(total)
    for s in job.order:
        if held[:, s].any():
            mfu = job.mfu.mfu_frac(
                chip=job.chips[s],
                architecture=job.architectures[s],
                precision=job.precision,
                model=job.model,
                gpus=total,
            )
            speed += held[:, s] * job.peak_tokens_per_h[s] * mfu
    tokens = speed * spent.useful_frac
    worked = np.ones_like(total)  # share of the hour before the run's end
    done = np.cumsum(tokens)
    end = int(np.searchsorted(done, job.target_tokens))
    if end < len(tokens):
        last = job.target_tokens - (done[end] - tokens[end])
        worked[end] = last / tokens[end]
        tokens[end] = last
        for after in (tokens, held, worked):
            after[end + 1 :] = 0.0
    return _Use(
        gpus=held,
        busy_frac=(1.0 - spent.restart_frac) * worked,
        state="training",
        useful_frac=spent.useful_frac * worked,
        tokens=tokens,
    )


def _serve(job: ServingJob, free: Array, allowed: Array) -> _Use:
    demand = job.demand_tokens_per_s
    needed = slots_needed(demand, job.user_speed_tokens_per_s, job.burst_ratio, job.beta)
    if not job.elastic:
        needed = np.repeat(needed.reshape(-1, 24).max(axis=1), 24)
    slots_per_gpu = job.rate_tokens_per_s / job.user_speed_tokens_per_s
    room = job.max_share_frac * allowed
    held = np.zeros_like(free)
    slots = np.zeros_like(needed)
    for s in job.order:
        group = job.group_gpus[s]
        wanted = np.ceil((needed - slots) / slots_per_gpu[s] / group - _ROUNDING) * group
        there = np.floor(np.minimum(free[:, s], room) / group + _ROUNDING) * group
        held[:, s] = np.minimum(np.maximum(np.minimum(wanted, there), 0.0), free[:, s])
        slots = slots + held[:, s] * slots_per_gpu[s]
        room = room - held[:, s]
    can = demand_served(slots, job.user_speed_tokens_per_s, job.burst_ratio, job.beta)
    served = np.minimum(demand, can)
    full = held @ job.rate_tokens_per_s
    busy = np.divide(served, full, out=np.zeros_like(served), where=full > 0)
    return _Use(gpus=held, busy_frac=busy, state="serving", useful_frac=busy, tokens=served * 3600.0)
