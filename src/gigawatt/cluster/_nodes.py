"""Compiled: how a gang takes and leaves GPUs where some of them are on nodes."""

from __future__ import annotations

from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import HOW
from gigawatt.cluster._roles import SEAT, STEP
from gigawatt.cluster._take import stop, take_gpus
from gigawatt.cluster.state import State


@njit(SEAT, **HOW)
def seat(state: State, sm: Sim, j: int) -> bool:
    """Take the GPUs of a gang; false where they are not there."""
    return bool(take_gpus(state, sm, j))


@njit(STEP, **HOW)
def leave(state: State, sm: Sim, j: int) -> None:
    """Stop a running job and give its GPUs back."""
    stop(state, sm, j)
