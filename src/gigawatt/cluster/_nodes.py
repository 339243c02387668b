"""Compiled: how a gang takes and leaves nodes."""

from __future__ import annotations

from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import end_run
from gigawatt.cluster._place import can_place, first_node, give_back, place
from gigawatt.cluster._pool import SEAT, STEP
from gigawatt.cluster._queue import HOW
from gigawatt.cluster.state import State


@njit(SEAT, **HOW)
def seat(state: State, sm: Sim, j: int) -> bool:
    """Take the nodes of a gang; false where they are not there."""
    job = state.jobs[j]
    if job.gpus > state.cluster[0].free or not can_place(state, job.gpus):
        return False
    job.held = job.gpus
    state.cluster[0].free -= job.gpus
    place(state, sm, j, job.gpus)
    return True


@njit(STEP, **HOW)
def leave(state: State, sm: Sim, j: int) -> None:
    """Stop a running job and give its nodes back."""
    end_run(state, sm, j, first_node(state, sm, j))
    state.cluster[0].free += give_back(state, sm, j)
