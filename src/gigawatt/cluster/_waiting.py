"""Compiled: a job that waits: it joins a part's queue, leaves it, returns to it, or has a reservation."""

from __future__ import annotations

import numpy as np

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import enqueue, hot, part
from gigawatt.cluster._work import wall_s
from gigawatt.cluster.state import State


@hot
def join_queue(state: State, sm: Sim, j: int, returned: int) -> None:
    """Let a job into the queue of a part."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    job.part = s.part
    job.left_s = w.setup_s + wall_s(w, job.estimate_s, s.chip_speed)
    s.waiting_jobs += 1
    s.waiting_gpus += job.gpus
    if s.parts > 1:
        s.work_gpu_s += job.left_s * job.gpus
    s.due = 1
    enqueue(state, j, s.now_s, returned)


@hot
def leave_queue(state: State, sm: Sim, j: int) -> None:
    """Count a job as waiting no longer."""
    s = sm.sim[0]
    job = state.jobs[j]
    sm.wait_s[j] += s.now_s - job.since_s
    s.waiting_jobs -= 1
    s.waiting_gpus -= job.gpus
    if s.parts > 1:
        s.work_gpu_s -= job.left_s * job.gpus


@part
def reserve(state: State, sm: Sim, j: int) -> None:
    """Write a job's reservation down, behind those that come earlier."""
    s = sm.sim[0]
    at_s = sm.reserved_s[j * sm.step[17]]
    at = s.reserved
    while at > 0 and sm.reserved_s[sm.reserved[at - 1] * sm.step[17]] > at_s:
        sm.reserved[at] = sm.reserved[at - 1]
        at -= 1
    sm.reserved[at] = j
    state.jobs[j].part = s.part
    s.reserved += 1
    s.due = 1


@part
def requeue(state: State, sm: Sim, j: int, setup_s: float) -> None:
    """Return a job to the queue that has just stopped; its next start takes so long before it works."""
    job = state.jobs[j]
    w = sm.work[job.slot]
    w.pause_s = 0.0
    w.setup_s = setup_s
    job.held = 0
    join_queue(state, sm, j, np.int64(1))
