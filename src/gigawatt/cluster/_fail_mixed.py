"""Compiled failures where some parts of the machines are pools and others have nodes."""

from __future__ import annotations

from numba import njit

from gigawatt.cluster import _fail_nodes, _fail_pool
from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import HOW
from gigawatt.cluster._roles import STEP
from gigawatt.cluster.state import State

_on_nodes = _fail_nodes.strike
_in_pool = _fail_pool.strike


@njit(STEP, **HOW)
def strike(state: State, sm: Sim, which: int) -> None:
    """Handle a failure or its end where it belongs."""
    if state.cluster[0].placed == 1:
        _on_nodes(state, sm, which)
    else:
        _in_pool(state, sm, which)
