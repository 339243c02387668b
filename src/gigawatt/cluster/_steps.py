"""Compiled: the loop cut at its decisions, for policies in Python."""

from __future__ import annotations

from typing import Any

from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, WORLD, Sim, World, sim_at, state_at
from gigawatt.cluster._engine import DECISION, SEAT, STEP, _advance, _apply, _before, _wanted
from gigawatt.cluster._queue import FAST, HOW, after_call
from gigawatt.cluster._route import deliver, share_elsewhere
from gigawatt.cluster.state import State


@njit(types.int64(STEP, STEP, STEP, STEP, STEP, WORLD), **HOW)
def advance(leave: Any, strike: Any, keep_budget: Any, change: Any, tend: Any, world: World) -> int:
    """Handle events until a policy is to be called for a part (``which``) or something is needed."""
    sh = world.shared[0]
    parts = world.next_s.size
    while True:
        for p in range(parts):
            state = state_at(world.states[p])
            sm = sim_at(world.sims[p])
            tended = sm.sim[0].tended == 1 and sm.sim[0].due == 1
            if tended:
                tend(state, sm, 0)
            if _wanted(state, sm):
                if parts > 1:
                    share_elsewhere(world, p)
                _before(state, sm)
                sh.which = p
                return DECISION
            if tended:
                tend(state, sm, 1)
                if state.cluster[0].tail == state.cluster[0].head:
                    sm.sim[0].due = 0
        if sh.mail > 0:
            deliver(world, parts, sh.now_s)
            continue
        status = _advance(leave, strike, keep_budget, change, world, parts)
        if status != DECISION:
            return int(status)


@njit(types.boolean(SEAT, STEP, STEP, FAST, SIM_TYPE, types.int64), **HOW)
def apply(seat: Any, leave: Any, tend: Any, state: State, sm: Sim, n_actions: int) -> bool:
    """Carry out the actions; true where the policy is to be called again at the same instant."""
    after_call(state)
    carried = _apply(seat, leave, state, sm, n_actions)
    again = state.cluster[0].again == 1 and carried > 0
    if again:
        _before(state, sm)
    elif sm.sim[0].tended == 1:
        tend(state, sm, 1)
    return bool(again)
