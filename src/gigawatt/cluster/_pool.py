"""Compiled: how a gang takes and leaves GPUs of one pool."""

from __future__ import annotations

from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, Sim
from gigawatt.cluster._core import close_segment, end_as, end_run, free_up, log_run
from gigawatt.cluster._queue import FAST, HOW, INNER
from gigawatt.cluster.schedule import OPEN
from gigawatt.cluster.state import State

SEAT = types.boolean(FAST, SIM_TYPE, types.int64)
STEP = types.void(FAST, SIM_TYPE, types.int64)


@njit(SEAT, **HOW)
def seat(state: State, sm: Sim, j: int) -> bool:
    """Take the GPUs of a gang; false where they are not there."""
    job = state.jobs[j]
    if job.gpus > state.cluster[0].free:
        return False
    job.held = job.gpus
    state.cluster[0].free -= job.gpus
    sm.work[state.jobs[j].slot].spread = 1.0
    return True


@njit(STEP, **HOW)
def leave(state: State, sm: Sim, j: int) -> None:
    """Stop a running job and give its GPUs back."""
    held = state.jobs[j].held
    end_run(state, sm, j, -1)
    free_up(state, sm, held)


@njit(STEP, **HOW)
def nothing(state: State, sm: Sim, j: int) -> None:
    """In place of failures or a budget, where there are none."""


@njit(types.void(FAST, SIM_TYPE), **INNER)
def book_open_runs(state: State, sm: Sim) -> None:
    """Book what the jobs that run or wait have done, and write their runs and waits down up to now."""
    s = sm.sim[0]
    c = state.cluster[0]
    for at in range(c.n_running):
        j = state.running[at]
        close_segment(state, sm, j)
        w = sm.work[state.jobs[j].slot]
        node = -1
        k = w.chunk
        while k >= 0:
            if node < 0 or sm.chunks[k].node < node:
                node = sm.chunks[k].node
            k = sm.chunks[k].next
        log_run(state, sm, j, node)
        end_as(sm, OPEN)
        s.unfinished += w.kept_gpu_s
    for at in range(c.head, c.tail):
        j = state.queue[at]
        sm.wait_s[j] += s.now_s - state.jobs[j].since_s
        s.unfinished += sm.work[state.jobs[j].slot].kept_gpu_s
