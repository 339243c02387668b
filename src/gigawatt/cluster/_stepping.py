"""Compiled: queue and pool, one step at a time, for a driver at times that come from outside."""

from __future__ import annotations

from math import inf

from numba import njit, types

from gigawatt.cluster._queue import (
    FAST,
    HOW,
    add_running,
    after_call,
    before_call,
    drop_running,
    enqueue,
    find,
    take_out,
)
from gigawatt.cluster._victim import next_victim
from gigawatt.cluster.state import PREEMPT, START, State

REFUSED = 0
"""Kind of an action that was not carried out."""


@njit(types.void(FAST, types.int64, types.float64, types.int64), **HOW)
def step_enqueue(state: State, j: int, now_s: float, returned: int) -> None:
    """Let a job into the queue."""
    enqueue(state, j, now_s, returned)


@njit(types.void(FAST, types.int64, types.float64), **HOW)
def step_stop(state: State, j: int, now_s: float) -> None:
    """Take a running job off its GPUs."""
    job = state.jobs[j]
    drop_running(state, j)
    ran_s = now_s - job.since_s
    job.service_gpu_s += ran_s * job.held
    job.left_s = max(job.left_s - ran_s, 0.0)
    state.cluster[0].free += job.held
    state.cluster[0].power_room_kw += job.held * state.cluster[0].job_kw_per_gpu
    state.tenants[job.tenant].held -= job.held
    job.held = 0
    state.cluster[0].freed = 1


@njit(types.int64(FAST), **HOW)
def step_victim(state: State) -> int:
    """The running job that is taken off first where power is short, or -1."""
    return int(next_victim(state, 0))


@njit(types.void(FAST), **HOW)
def step_before(state: State) -> None:
    """Reset what the policy plans with."""
    state.cluster[0].wake_s = inf
    before_call(state)


@njit(types.int64(FAST, types.int64, types.float64), **HOW)
def step_apply(state: State, n_actions: int, now_s: float) -> int:
    """Book the actions on a pool; return how many could be carried out. The others' kind becomes REFUSED."""
    c = state.cluster[0]
    carried = 0
    after_call(state)
    for i in range(n_actions):
        j = state.actions[i, 1]
        job = state.jobs[j]
        if state.actions[i, 0] == PREEMPT and job.state == 2:
            step_stop(state, j, now_s)
            enqueue(state, j, now_s, 1)
        elif (
            state.actions[i, 0] == START
            and job.state == 1
            and job.gpus <= c.free
            and job.gpus * c.job_kw_per_gpu <= c.power_room_kw
        ):
            take_out(state, find(state, j))
            job.state = 2
            job.held = job.gpus
            job.since_s = now_s
            job.end_s = now_s + job.left_s
            c.free -= job.held
            c.power_room_kw -= job.held * c.job_kw_per_gpu
            state.tenants[job.tenant].held += job.held
            add_running(state, j)
        else:
            state.actions[i, 0] = REFUSED
            carried -= 1
        carried += 1
    return carried
