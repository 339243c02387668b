"""Compiled: the signatures of the functions that the loop is given, and the one that does nothing."""

from __future__ import annotations

from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, Sim
from gigawatt.cluster._queue import FAST, HOW
from gigawatt.cluster.state import State

SEAT = types.boolean(FAST, SIM_TYPE, types.int64)
STEP = types.void(FAST, SIM_TYPE, types.int64)


@njit(STEP, **HOW)
def nothing(state: State, sm: Sim, j: int) -> None:
    """In place of failures or a budget, where there are none."""
