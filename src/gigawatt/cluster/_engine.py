"""The compiled event loop. At one instant: ends and repairs, failures, power, arrivals; then one decision."""

from __future__ import annotations

from math import floor, inf
from typing import Any

from numba import njit, types

from gigawatt.cluster._core import (
    BUSY_CURVE,
    DOWN_CURVE,
    GPUS_CURVE,
    JOBS_CURVE,
    POWER_CURVE,
    SIM_TYPE,
    STRANDED_CURVE,
    Sim,
    begin_run,
    drawn_kw,
    finish,
    pop,
    preempt,
    set_room,
    stale,
    submit,
    sweep,
)
from gigawatt.cluster._queue import DECIDE, HOW, STATE, after_call, before_call, find, hot, part, take_out
from gigawatt.cluster.state import PREEMPT, START, State

DONE, DECISION, PAUSED, NEED_FAILURES, NEED_RUNS, NEED_CURVES = 0, 1, 2, 3, 4, 5
"""Why the loop came back: nothing left, a policy is to be called, enough events, arrays to be lengthened."""


@hot
def _let_pass(state: State, sm: Sim, until_s: float) -> None:
    """Add up the time to the next event, in the curves and in the accounts."""
    s = sm.sim[0]
    c = state.cluster[0]
    s.idle += (c.free + c.spares) * (until_s - s.now_s)
    s.down += c.down * (until_s - s.now_s)
    stranded = 0
    if c.placed == 1:
        stranded = c.free - state.room[c.gpus_per_node] * c.gpus_per_node
    kw = drawn_kw(state, sm) if s.power == 1 else 0.0
    if s.budget_step >= 0 and kw > state.budget_kw[s.budget_step] * (1.0 + 1e-9):
        s.overrun += (kw - state.budget_kw[s.budget_step]) * (until_s - s.now_s)
    at_s = s.now_s
    while at_s < until_s:
        step = floor(at_s / s.step_s)
        end_s = (step + 1) * s.step_s
        if end_s <= at_s:
            step += 1
            end_s = (step + 1) * s.step_s
        dt_s = min(end_s, until_s) - at_s
        row = sm.curves[step]
        row[BUSY_CURVE] += s.busy * dt_s
        row[DOWN_CURVE] += c.down * dt_s
        row[JOBS_CURVE] += s.waiting_jobs * dt_s
        row[GPUS_CURVE] += s.waiting_gpus * dt_s
        row[POWER_CURVE] += kw * dt_s
        row[STRANDED_CURVE] += stranded * dt_s
        at_s = min(end_s, until_s)
    s.now_s = until_s


@hot
def _handle(leave: Any, strike: Any, keep_budget: Any, state: State, sm: Sim) -> None:
    """Handle everything that happens at the present instant."""
    s = sm.sim[0]
    n = state.jobs.size
    while s.heap > 0 and sm.heap_s[0] <= s.now_s:
        code = sm.heap_code[0]
        old = stale(sm, n, sm.heap_s[0], code)
        pop(sm)
        if old:
            continue
        s.events += 1
        if code < n:
            leave(state, sm, code)
            finish(state, sm, code)
        else:
            strike(state, sm, n - code - 1)
    while s.next_failure < sm.fails.size and sm.fails[s.next_failure].at_s <= s.now_s:
        strike(state, sm, s.next_failure)
        s.next_failure += 1
        s.events += 1
        s.failures += 1
    if s.now_s >= s.next_budget_s:
        s.events += 1
        keep_budget(state, sm, 0)
    while s.next_job < n and state.jobs[s.next_job].submit_s <= s.now_s:
        j = s.next_job
        s.next_job += 1
        s.events += 1
        if state.jobs[j].gpus > state.cluster[0].gpus:
            state.jobs[j].state = 6
            sm.work[j].end_state = 6
            sm.work[j].last_s = s.now_s
        elif sm.work[j].after < 0:
            submit(state, sm, j)
    s.due = 1


@hot
def _apply(seat: Any, leave: Any, state: State, sm: Sim, n_actions: int) -> int:
    """Carry out a policy's actions; return how many were carried out."""
    s = sm.sim[0]
    c = state.cluster[0]
    carried = 0
    shift = 0
    for i in range(n_actions):
        j = state.actions[i, 1]
        job = state.jobs[j]
        if state.actions[i, 0] == PREEMPT:
            if job.state == 2 and job.serving == 0:
                preempt(leave, state, sm, j)
                carried += 1
            else:
                s.refused += 1
            continue
        fits = state.actions[i, 0] == START and job.state == 1 and job.gpus <= c.free
        if fits and s.budget_step >= 0:
            set_room(state, sm)
            kw = c.serving_kw_per_gpu if job.serving == 1 else c.job_kw_per_gpu
            fits = job.gpus * kw <= c.power_room_kw
        if not fits or not seat(state, sm, j):
            s.refused += 1
            continue
        # Earlier starts have moved what stood behind or before them by one.
        at = state.actions[i, 2]
        if at < 0 or at >= c.tail or at < c.head or state.queue[at] != j:
            at = at - shift if at >= 0 else -1
            if at < c.head or at >= c.tail or state.queue[at] != j:
                at = find(state, j)
        tail = c.tail
        take_out(state, at)
        shift += tail - c.tail
        begin_run(state, sm, j)
        carried += 1
    return carried


@hot
def _next_s(state: State, sm: Sim) -> float:
    """When something happens next, or inf."""
    s = sm.sim[0]
    c = state.cluster[0]
    n = state.jobs.size
    while s.heap > 0 and stale(sm, n, sm.heap_s[0], sm.heap_code[0]):
        pop(sm)
    next_s = sm.heap_s[0] if s.heap > 0 else inf
    if s.next_job < n:
        next_s = min(next_s, state.jobs[s.next_job].submit_s)
    waiting = c.tail > c.head
    if waiting and s.round_s > 0.0 and s.due == 1:
        next_s = min(next_s, _next_round(s.now_s, s.round_s))
    if waiting:
        next_s = min(next_s, max(c.wake_s, s.now_s))
    if next_s < inf or waiting:
        next_s = min(next_s, s.next_budget_s)
    if next_s == inf:
        return inf
    if s.next_failure < sm.fails.size:
        next_s = min(next_s, sm.fails[s.next_failure].at_s)
    return next_s


@part
def _next_round(now_s: float, round_s: float) -> float:
    """The first multiple of the round after now."""
    k = floor(now_s / round_s) + 1
    while k * round_s <= now_s:
        k += 1
    return k * round_s


@part
def _on_round(now_s: float, round_s: float) -> bool:
    k = floor(now_s / round_s)
    return k * round_s == now_s or (k + 1) * round_s == now_s


@hot
def _advance(leave: Any, strike: Any, keep_budget: Any, state: State, sm: Sim, horizon_s: float) -> int:
    """Go to the next instant at which something happens and handle it; say what is needed now."""
    s = sm.sim[0]
    c = state.cluster[0]
    next_s = _next_s(state, sm)
    if next_s == inf:
        return DONE
    if min(next_s, s.until_s) > horizon_s:
        return NEED_FAILURES
    over = next_s > s.until_s
    next_s = min(next_s, s.until_s)
    if s.runs + 2 * c.n_running + 2 * c.gpus_per_node + 64 > sm.run_of.shape[0]:
        return NEED_RUNS
    if next_s >= (sm.curves.shape[0] - 1) * s.step_s:
        return NEED_CURVES
    if s.heap + 2 * c.n_running + 1024 > sm.heap_s.size:
        sweep(sm, state.jobs.size)
    _let_pass(state, sm, next_s)
    if over:
        return DONE
    if c.wake_s <= next_s:
        c.wake_s = inf
        s.due = 1
        c.freed = 1
    _handle(leave, strike, keep_budget, state, sm)
    return DECISION


@hot
def _wanted(state: State, sm: Sim) -> bool:
    """Whether the policy is to be called now."""
    s = sm.sim[0]
    c = state.cluster[0]
    if c.tail == c.head or s.due == 0:
        return False
    if s.round_s > 0.0 and not _on_round(s.now_s, s.round_s):
        return False
    s.due = 0
    return True


@hot
def _before(state: State, sm: Sim) -> None:
    sm.sim[0].decisions += 1
    if sm.sim[0].power == 1:
        set_room(state, sm)
    else:
        state.cluster[0].power_room_kw = inf
    before_call(state)


SEAT = types.FunctionType(types.boolean(STATE, SIM_TYPE, types.int64))
STEP = types.FunctionType(types.void(STATE, SIM_TYPE, types.int64))


@njit(
    types.int64(
        types.FunctionType(DECIDE), SEAT, STEP, STEP, STEP, STATE, SIM_TYPE, types.float64, types.int64
    ),
    **HOW,
)
def run(
    decide: Any,
    seat: Any,
    leave: Any,
    strike: Any,
    keep_budget: Any,
    state: State,
    sm: Sim,
    horizon_s: float,
    events: int,
) -> int:
    """Simulate until nothing is left, so many events have passed, or something is needed.

    Placement, failures and budgets come as compiled functions: what a run does not need is not compiled.
    """
    c = state.cluster[0]
    stop = sm.sim[0].events + events
    while True:
        if sm.sim[0].events >= stop:
            return PAUSED
        status = _advance(leave, strike, keep_budget, state, sm, horizon_s)
        if status != DECISION:
            return int(status)
        if not _wanted(state, sm):
            continue
        while True:
            _before(state, sm)
            n_actions = decide(state, sm.sim[0].now_s)
            after_call(state)
            carried = _apply(seat, leave, state, sm, n_actions)
            again = c.again == 1 and carried > 0
            if not again:
                break
