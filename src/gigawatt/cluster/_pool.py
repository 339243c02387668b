"""Compiled: how a gang takes and leaves GPUs of one pool."""

from __future__ import annotations

import numpy as np
from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import end_run, free_up
from gigawatt.cluster._queue import HOW
from gigawatt.cluster._roles import SEAT, STEP
from gigawatt.cluster.state import State


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
    end_run(state, sm, j, np.int64(-1))
    free_up(state, sm, held)
