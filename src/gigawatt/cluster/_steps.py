"""Compiled: the loop cut at its decisions, for policies in Python; and the end of a simulation."""

from __future__ import annotations

from typing import Any

from numba import njit, types

from gigawatt.cluster._core import SIM_TYPE, Sim
from gigawatt.cluster._engine import DECISION, SEAT, STEP, _advance, _apply, _before, _wanted
from gigawatt.cluster._queue import HOW, STATE, after_call
from gigawatt.cluster.state import State


@njit(types.int64(STEP, STEP, STEP, STATE, SIM_TYPE, types.float64), **HOW)
def advance(leave: Any, strike: Any, keep_budget: Any, state: State, sm: Sim, horizon_s: float) -> int:
    """Handle events until a policy is to be called or something is needed."""
    while True:
        status = _advance(leave, strike, keep_budget, state, sm, horizon_s)
        if status != DECISION:
            return int(status)
        if _wanted(state, sm):
            _before(state, sm)
            return DECISION


@njit(types.boolean(SEAT, STEP, STATE, SIM_TYPE, types.int64), **HOW)
def apply(seat: Any, leave: Any, state: State, sm: Sim, n_actions: int) -> bool:
    """Carry out the actions; true where the policy is to be called again at the same instant."""
    after_call(state)
    carried = _apply(seat, leave, state, sm, n_actions)
    again = state.cluster[0].again == 1 and carried > 0
    if again:
        _before(state, sm)
    return bool(again)
