"""Greedy fill by rank with preemption: what SRTF, SRSF, LAS and priority share."""

from __future__ import annotations

from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster._queue import part, plan_preempt, plan_start, sort_by
from gigawatt.cluster.state import State

_ANY = 1 << 48
"""More GPUs than there are."""


@part
def _to_give(state: State, ids: NDArray[np.float64], from_s: float) -> int:
    """GPUs that jobs hold which may be preempted, of those that are expected to end after a time."""
    held = 0
    for one in ids:
        job = state.jobs[int(one)]
        if job.serving == 0 and job.end_s > from_s:
            held += job.held
    return int(held)


@part
def _reserved_for_others(state: State, ends_s: float) -> bool:
    """Whether a job that is expected to end then would run into the next reservation."""
    c = state.cluster[0]
    return bool(c.hold_gpus > 0 and ends_s > c.hold_s)


@part
def _powered(state: State) -> int:
    """GPUs beside those held for which there is power, as jobs draw it that may be preempted."""
    c = state.cluster[0]
    if c.plan_kw == inf or c.job_kw_per_gpu <= 0.0:
        return _ANY
    return floor(float(c.plan_kw / c.job_kw_per_gpu))


@part
def _draws(state: State, j: int) -> int:
    """GPUs that a waiting job counts for where power is given out."""
    c = state.cluster[0]
    job = state.jobs[j]
    if job.serving != 1 or c.plan_kw == inf or c.job_kw_per_gpu <= 0.0:
        return int(job.gpus)
    return ceil(float(job.gpus * c.serving_kw_per_gpu / c.job_kw_per_gpu))


@part
def _runs_next(state: State, at: int, key: float, one: float, running_first: int) -> bool:
    """Whether a running job with this key comes before the waiting job at an index of the queue."""
    if at >= state.cluster[0].tail:
        return True
    rank = state.jobs[state.queue[at]].rank
    return bool(key < rank or (key == rank and (running_first == 1 or one < state.queue[at])))


@part
def fill(state: State, running_first: int) -> int:
    """Give the GPUs to running and waiting jobs in the order of their keys, skipping what does not fit.

    ``scratch[:n]`` holds the keys of the running jobs, ``scratch[n:2n]`` their positions; waiting jobs
    stand in the order of their ranks. Equal keys: running jobs first where
    ``running_first`` is 1, then submission.
    Power is given out with the GPUs, where it is short, and what a reservation needs is not. Running jobs
    that get nothing are preempted; serving keeps its GPUs. On placed machines a start may be refused for want
    of whole nodes: it is tried again at the next event.
    """
    c = state.cluster[0]
    n = c.n_running
    keys = state.scratch[:n]
    ids = state.scratch[n : 2 * n]
    starts = state.scratch[2 * n :]
    sort_by(keys, ids, n)
    given = _to_give(state, ids, -inf)
    budget = c.plan_free + given
    powered = _powered(state) + given
    longer = c.plan_hold + _to_give(state, ids, c.hold_s) if c.hold_gpus > 0 else 0
    n_starts = 0
    i = 0
    at = c.head
    while budget > 0 and (i < n or at < c.tail):
        if i < n and _runs_next(state, at, keys[i], ids[i], running_first):
            job = state.jobs[int(ids[i])]
            if job.serving > 0:
                ids[i] = -1.0
            elif job.held <= budget and job.held <= powered:
                budget -= job.held
                powered -= job.held
                if _reserved_for_others(state, job.end_s):
                    longer -= job.held
                ids[i] = -1.0
            i += 1
        else:
            j = state.queue[at]
            waits = state.jobs[j]
            reserved = _reserved_for_others(state, c.now_s + waits.left_s)
            if (
                waits.gpus <= budget
                and _draws(state, j) <= powered
                and (not reserved or waits.gpus <= longer)
            ):
                budget -= waits.gpus
                powered -= _draws(state, j)
                if reserved:
                    longer -= waits.gpus
                starts[n_starts] = at
                n_starts += 1
            at += 1
    if n_starts > 0:
        for k in range(n):
            if ids[k] >= 0.0 and state.jobs[int(ids[k])].serving == 0:
                plan_preempt(state, int(ids[k]))
        for k in range(n_starts):
            plan_start(state, state.queue[int(starts[k])], int(starts[k]))
    c.again = 0
    return int(c.n_actions)
