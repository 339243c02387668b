"""Compiled: the loop cut at its decisions, for policies in Python; and the end of a simulation."""

from __future__ import annotations

from math import inf
from typing import Any

from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, WORLD, Sim, World, sim_at, state_at
from gigawatt.cluster._engine import DECISION, SEAT, STEP, _advance, _apply, _before, _wanted
from gigawatt.cluster._meter import let_pass
from gigawatt.cluster._pool import book_open_runs
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
from gigawatt.cluster._route import deliver, share_elsewhere
from gigawatt.cluster.state import PREEMPT, START, State


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


@njit(types.void(WORLD), **HOW)
def close(world: World) -> None:
    """Let all parts come to the present, and book what still runs and waits."""
    now_s = 0.0
    for p in range(world.next_s.size):
        now_s = max(now_s, sim_at(world.sims[p]).sim[0].now_s)
    for p in range(world.next_s.size):
        state = state_at(world.states[p])
        sm = sim_at(world.sims[p])
        let_pass(state, sm, now_s)
        book_open_runs(state, sm)


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
    state.tenants[job.tenant].held -= job.held
    job.held = 0
    state.cluster[0].freed = 1


@njit(types.void(FAST), **HOW)
def step_before(state: State) -> None:
    """Reset what the policy plans with."""
    state.cluster[0].wake_s = inf
    before_call(state)


@njit(types.int64(FAST, types.int64, types.float64), **HOW)
def step_apply(state: State, n_actions: int, now_s: float) -> int:
    """Book the actions on a pool; return how many of them, from the first on, could be carried out."""
    c = state.cluster[0]
    after_call(state)
    for i in range(n_actions):
        j = state.actions[i, 1]
        job = state.jobs[j]
        if state.actions[i, 0] == PREEMPT and job.state == 2:
            step_stop(state, j, now_s)
            enqueue(state, j, now_s, 1)
        elif state.actions[i, 0] == START and job.state == 1 and job.gpus <= c.free:
            take_out(state, find(state, j))
            job.state = 2
            job.held = job.gpus
            job.since_s = now_s
            job.end_s = now_s + job.left_s
            c.free -= job.held
            state.tenants[job.tenant].held += job.held
            add_running(state, j)
        else:
            return i
    return n_actions
