"""Compiled: how a gang takes and leaves GPUs of one pool."""

from __future__ import annotations

from numba import njit, types

from gigawatt.cluster._core import SIM_TYPE, Sim, close_segment, end_run, log_run
from gigawatt.cluster._queue import HOW, STATE
from gigawatt.cluster.state import State

SEAT = types.boolean(STATE, SIM_TYPE, types.int64)
STEP = types.void(STATE, SIM_TYPE, types.int64)


@njit(SEAT, **HOW)
def seat(state: State, sm: Sim, j: int) -> bool:
    """Take the GPUs of a gang; false where they are not there."""
    job = state.jobs[j]
    if job.gpus > state.cluster[0].free:
        return False
    job.held = job.gpus
    state.cluster[0].free -= job.gpus
    sm.work[j].spread = 1.0
    return True


@njit(STEP, **HOW)
def leave(state: State, sm: Sim, j: int) -> None:
    """Stop a running job and give its GPUs back."""
    held = state.jobs[j].held
    end_run(state, sm, j, -1)
    state.cluster[0].free += held


@njit(STEP, **HOW)
def nothing(state: State, sm: Sim, j: int) -> None:
    """In place of failures or a budget, where there are none."""


@njit(types.void(STATE, SIM_TYPE), **HOW)
def book_open_runs(state: State, sm: Sim) -> None:
    """Book what the jobs that still run have done, and write their runs down up to now."""
    for at in range(state.cluster[0].n_running):
        j = state.running[at]
        close_segment(state, sm, j)
        node = -1
        k = sm.work[j].chunk
        while k >= 0:
            if node < 0 or sm.chunks[k].node < node:
                node = sm.chunks[k].node
            k = sm.chunks[k].next
        log_run(state, sm, j, node)
