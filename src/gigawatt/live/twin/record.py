"""A cluster's journal as a schedule in the simulator's own form: what was asked, and what happened."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.jobs import Floats, Jobs
from gigawatt.cluster.schedule import (
    FINISHED,
    OVER_LIMIT,
    PREEMPTED,
    RUNNING,
    STRUCK,
    USER_FAILED,
    WAITING,
    Curves,
    Fates,
    PartAnswer,
    Runs,
    Schedule,
)
from gigawatt.live import transitions as t
from gigawatt.live.twin.history import History, Stretch, history_of
from gigawatt.live.twin.journal import Recording

_HOUR_S = 3600.0
_STEPS_S = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)
_MOST_STEPS = 400
NOT_TOLD_S = t.JobSpec("", 1, (), "").estimate_s
"""Estimate of a job that was given none."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cluster did."""

    schedule: Schedule
    """Its jobs have the numbers of the cluster as ids; times count from ``zero_s``."""
    ordered_s: Floats
    """Time for which each job held its GPUs in the policy's view, which begins with its order to start."""
    orders: tuple[tuple[float, int], ...]
    """When the policy ordered the start of which job, by its position."""
    zero_s: float
    """The schedule's time 0, on the cluster's clock."""
    withdrawn: int
    """Jobs that were cancelled before they ever ran; they are left out."""
    no_estimate: int
    """Jobs without an estimate, for which policies assume a day."""
    interruptions: dict[str, int] = field(default_factory=dict)
    """What happened that a simulation has no word for: how often, by why."""


def measure(recording: Recording) -> Measured:
    """Lay a journal out as a schedule.

    What a gang had done since its last checkpoint when a rank failed or a node was lost is not known: all of
    such a run is counted as lost. Preempted gangs, and those that were paused, are counted as having kept
    their work, as the policies assume.
    """
    history = history_of(recording)
    kept = [n for n, job in history.jobs.items() if history.stretches[n] or job.state not in t.ENDED]
    place = {n: i for i, n in enumerate(kept)}
    zero_s = _zero_s(recording, [history.jobs[n].submitted_s for n in kept])
    jobs = _jobs(history, kept, zero_s)
    runs = _runs(history, kept, zero_s)
    curves = _curves(history, recording, zero_s)
    end_s = recording.now_s - zero_s
    fates = _fates(history, kept, recording.gpus * end_s, float(curves.down_gpus @ _lengths(curves, end_s)))
    schedule = Schedule(
        jobs=jobs,
        policy=recording.policy or "unknown",
        gpus=recording.gpus,
        start_s=_of(history, kept, lambda h: h[-1].start_s - zero_s),
        end_s=np.array([_end_s(history, n) - zero_s for n in kept]),
        first_start_s=_of(history, kept, lambda h: h[0].start_s - zero_s),
        wait_s=np.array([history.wait_s[n] for n in kept]),
        restarts=_count(history, kept, STRUCK),
        preemptions=_count(history, kept, PREEMPTED),
        state=np.array([_state(history, n) for n in kept], dtype=np.int8),
        busy_kwh=None,
        work_gpu_s=np.array([_work_gpu_s(history, n) for n in kept]),
        fates=fates,
        curves=curves,
        runs=runs,
        parts=(PartAnswer("part 1", "", recording.gpus, ((0.0, recording.gpus),), fates, curves),),
        failures=sum(stretch.end == STRUCK for h in history.stretches.values() for stretch in h),
        events=len(recording.events),
        decisions=sum(event.kind == "decided" for event in recording.events),
        refused=0,
        over_budget_kwh=0.0,
        end_of_simulation_s=end_s,
        wall_s=0.0,
    )
    return Measured(
        schedule=schedule,
        ordered_s=np.array([history.ordered_s[n] for n in kept]),
        orders=tuple((at_s - zero_s, place[n]) for at_s, n in history.orders if n in place),
        zero_s=zero_s,
        withdrawn=len(history.jobs) - len(kept),
        no_estimate=sum(_not_told(history.jobs[n].spec) for n in kept),
        interruptions=_interruptions(recording),
    )


def _not_told(spec: t.JobSpec) -> bool:
    return spec.time_limit_s is None and spec.estimate_s == NOT_TOLD_S


def _zero_s(recording: Recording, submitted_s: Sequence[float]) -> float:
    """The first submission, or the beginning of the step of the power budget in which it falls."""
    first_s = min(submitted_s, default=0.0)
    power = recording.power
    if power is None:
        return first_s
    return power.from_s + float(np.floor((first_s - power.from_s) / power.fine_s)) * power.fine_s


def _jobs(history: History, kept: Sequence[int], zero_s: float) -> Jobs:
    jobs = [history.jobs[n] for n in kept]
    tenants = tuple(dict.fromkeys(job.spec.tenant for job in history.jobs.values()))
    place = {n: i for i, n in enumerate(kept)}
    return Jobs(
        submit_s=[job.submitted_s - zero_s for job in jobs],
        duration_s=[_duration_s(history, n) for n in kept],
        estimate_s=[job.spec.estimate_s for job in jobs],
        gpus=[job.spec.gpus for job in jobs],
        tenant=[tenants.index(job.spec.tenant) for job in jobs],
        priority=[job.spec.priority for job in jobs],
        after=[place.get(history.last_dependency(n), -1) for n in kept],
        ids=np.array(kept, dtype=np.int64),
        tenants=tenants or ("all",),
    )


def _duration_s(history: History, number: int) -> float:
    """How long it held GPUs; of one that has not ended, at least its estimate."""
    ran_s = sum(stretch.end_s - stretch.start_s for stretch in history.stretches[number])
    job = history.jobs[number]
    tick_s = 2.0**-20
    return max(ran_s, tick_s) if job.state in t.ENDED else max(job.spec.estimate_s, ran_s, tick_s)


def _of(history: History, kept: Sequence[int], take: Callable[[list[Stretch]], float]) -> Floats:
    return np.array([take(history.stretches[n]) if history.stretches[n] else np.nan for n in kept])


def _end_s(history: History, number: int) -> float:
    return history.ended_s.get(number, np.nan)


def _state(history: History, number: int) -> int:
    job = history.jobs[number]
    if job.state == t.RUNNING:
        return RUNNING
    if job.state == t.FINISHED:
        return FINISHED
    if job.state in t.ENDED:
        return OVER_LIMIT if history.stretches[number][-1].why == t.LIMIT else USER_FAILED
    return WAITING


def _count(history: History, kept: Sequence[int], end: int) -> NDArray[np.int64]:
    return np.array([sum(s.end == end for s in history.stretches[n]) for n in kept], dtype=np.int64)


def _kept_gpu_s(stretches: Iterable[Stretch]) -> float:
    """GPU time of the runs whose work was not lost."""
    return sum(s.gpus * (s.end_s - s.start_s) for s in stretches if s.end != STRUCK)


def _work_gpu_s(history: History, number: int) -> float:
    return _kept_gpu_s(history.stretches[number]) if history.jobs[number].state in t.ENDED else 0.0


def _runs(history: History, kept: Sequence[int], zero_s: float) -> Runs:
    rows = sorted(
        ((i, stretch) for i, n in enumerate(kept) for stretch in history.stretches[n]),
        key=lambda row: (row[1].end_s, row[0]),
    )
    ints = {
        "job": [i for i, _ in rows],
        "gpus": [s.gpus for _, s in rows],
        "node": [s.node for _, s in rows],
        "part": [0] * len(rows),
        "end": [s.end for _, s in rows],
    }
    return Runs(
        start_s=np.array([s.start_s - zero_s for _, s in rows]),
        end_s=np.array([s.end_s - zero_s for _, s in rows]),
        **{name: np.array(values, dtype=np.int64) for name, values in ints.items()},
    )


def _fates(history: History, kept: Sequence[int], all_gpu_s: float, down_gpu_s: float) -> Fates:
    useful = failed = unfinished = lost = 0.0
    for number in kept:
        work = _kept_gpu_s(history.stretches[number])
        lost += sum(s.gpus * (s.end_s - s.start_s) for s in history.stretches[number] if s.end == STRUCK)
        state = history.jobs[number].state
        if state == t.FINISHED:
            useful += work
        elif state in t.ENDED:
            failed += work
        else:
            unfinished += work
    idle = max(all_gpu_s - useful - failed - unfinished - lost - down_gpu_s, 0.0)
    values = {
        "useful": useful, "user_failed": failed, "lost": lost, "checkpoint": 0.0, "restart": 0.0,
        "slowed": 0.0, "unfinished": unfinished, "down": down_gpu_s, "idle": idle,
    }  # fmt: skip
    return Fates(**{name: value / _HOUR_S for name, value in values.items()})


def _lengths(curves: Curves, end_s: float) -> Floats:
    lengths = np.full(len(curves.busy_gpus), curves.step_s)
    lengths[-1] = max(end_s - (len(lengths) - 1) * curves.step_s, 0.0)
    return lengths


def _curves(history: History, recording: Recording, zero_s: float) -> Curves:
    """Means over steps of what is constant between two events."""
    end_s = max(recording.now_s - zero_s, 1e-6)
    step_s = _STEPS_S[min(bisect_left(_STEPS_S, end_s / _MOST_STEPS), len(_STEPS_S) - 1)]
    steps = int(end_s // step_s) + 1
    edges_s = np.append(np.arange(steps) * step_s, end_s)
    at_s = np.array([row[0] for row in history.levels]) - zero_s
    levels = np.array([row[1:] for row in history.levels], dtype=np.float64)
    at_s = np.append(at_s, max(end_s, at_s[-1]) + 1.0)
    passed = np.vstack([np.zeros(levels.shape[1]), np.cumsum(levels * np.diff(at_s)[:, None], axis=0)])
    lengths = np.maximum(np.diff(edges_s), 1e-9)
    means = [
        np.maximum(np.diff(np.interp(edges_s, at_s, passed[:, k])) / lengths, 0.0)
        for k in range(levels.shape[1])
    ]
    nothing = np.zeros(steps)
    busy, down, jobs, gpus = means
    return Curves(step_s, busy, down, jobs, gpus, nothing, nothing, np.full(steps, float(recording.gpus)))


def _interruptions(recording: Recording) -> dict[str, int]:
    """Count what a simulation of the recorded jobs does not know of."""
    ups = sum(event.kind == "up" for event in recording.events)
    found = {"controller starts after the first": max(ups - 1, 0)}
    stops = [event.data["why"] for event in recording.events if event.kind == "stopping"]
    words = {
        t.LOST: "gangs that lost a node", t.FAULT: "gangs of which a rank failed",
        t.DOWN: "gangs paused because the cluster went down", t.CANCEL: "gangs cancelled while they ran",
    }  # fmt: skip
    found |= {text: stops.count(why) for why, text in words.items()}
    states = [event.data["state"] for event in recording.events if event.kind == "node"]
    found["nodes drained or quarantined"] = states.count(t.DRAINED) + states.count(t.QUARANTINED)
    found["changes of the policy"] = max(len(recording.policies) - 1, 0)
    found["changes of the power budget"] = max(sum(e.kind == "power" for e in recording.events) - 1, 0)
    return {text: count for text, count in found.items() if count}
