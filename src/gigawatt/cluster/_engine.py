"""The compiled event loop.

At one instant: ends and repairs, failures, machines that come and go, power, arrivals; then decisions.
"""

from __future__ import annotations

from math import floor, inf
from typing import Any

from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, WORLD, Sim, World, sim_at, state_at
from gigawatt.cluster._core import begin_run, finish, preempt
from gigawatt.cluster._heap import pop, stale, sweep
from gigawatt.cluster._meter import let_pass, set_room
from gigawatt.cluster._queue import (
    DECIDE,
    FAST,
    HOW,
    after_call,
    before_call,
    find,
    hot,
    once,
    part,
    set_hold,
    take_out,
)
from gigawatt.cluster._route import arrivals, deliver, share_elsewhere
from gigawatt.cluster.state import PREEMPT, START, State

DONE, DECISION, PAUSED, NEED_FAILURES, NEED_RUNS, NEED_CURVES = 0, 1, 2, 3, 4, 5
"""Why the loop came back: nothing left, a policy is to be called, enough events, arrays to be lengthened."""


@hot
def _handle(leave: Any, strike: Any, keep_budget: Any, change: Any, state: State, sm: Sim) -> None:
    """Handle everything that happens to a part of the machines at the present instant."""
    s = sm.sim[0]
    sh = sm.shared[0]
    c = state.cluster[0]
    if sh.exact == 1:
        while c.n_running > 0 and state.ends_s[c.n_running - 1] <= s.now_s:
            j = state.running[c.n_running - 1]
            leave(state, sm, j)
            finish(state, sm, j)
            sh.events += 1
            s.due = 1
    while s.heap > 0 and sm.heap_s[0] <= s.now_s:
        code = sm.heap_code[0]
        old = stale(state, sm, sm.heap_s[0], code)
        pop(sm)
        if old:
            continue
        sh.events += 1
        s.due = 1
        if code < sh.jobs:
            leave(state, sm, code)
            finish(state, sm, code)
        else:
            strike(state, sm, sh.jobs - code - 1)
    while s.next_failure < sm.fails.size and sm.fails[s.next_failure].at_s <= s.now_s:
        strike(state, sm, s.next_failure)
        s.next_failure += 1
        sh.events += 1
        sh.failures += 1
        s.due = 1
    if s.reserved > 0 and sm.reserved_s[sm.reserved[0] * sm.step[17]] <= s.now_s:
        c.freed = 1
        s.due = 1
    if s.now_s >= s.next_change_s or s.now_s >= s.next_storage_s:
        sh.events += 1
        change(state, sm, 0)
        s.due = 1
    if s.now_s >= s.next_budget_s:
        sh.events += 1
        keep_budget(state, sm, 0)
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
                sm.shared[0].refused += 1
            continue
        fits = state.actions[i, 0] == START and job.state == 1 and job.gpus <= c.free
        if fits and c.hold_gpus > 0 and s.now_s + job.left_s > c.hold_s:
            set_hold(state)
            fits = job.gpus <= c.plan_hold
        if fits and s.budget_step >= 0:
            set_room(state, sm)
            kw = c.serving_kw_per_gpu if job.serving == 1 else c.job_kw_per_gpu
            fits = job.gpus * kw <= c.power_room_kw
        if not fits or not seat(state, sm, j):
            sm.shared[0].refused += 1
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
def _own_next_s(state: State, sm: Sim) -> float:
    """When something happens next to what runs and waits on a part, failures and budget apart, or inf."""
    s = sm.sim[0]
    c = state.cluster[0]
    while s.heap > 0 and stale(state, sm, sm.heap_s[0], sm.heap_code[0]):
        pop(sm)
    next_s = sm.heap_s[0] if s.heap > 0 else inf
    if sm.shared[0].exact == 1 and c.n_running > 0:
        next_s = min(next_s, state.ends_s[c.n_running - 1])
    if s.reserved > 0:
        # One that is overdue is tried again whenever something else happens.
        at_s = sm.reserved_s[sm.reserved[0] * sm.step[17]]
        if at_s > s.now_s:
            next_s = min(next_s, at_s)
    if c.tail > c.head:
        if s.round_s > 0.0 and s.due == 1:
            next_s = min(next_s, _next_round(s.now_s, s.round_s))
        next_s = min(next_s, c.wake_s if c.wake_s > s.now_s else _just_after(s.now_s))
    return next_s


@part
def _just_after(now_s: float) -> float:
    """When a policy is called that asked for now, or for what rounding made of it: time must pass."""
    return max(now_s + 1e-9, now_s * (1.0 + 4e-16))


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
def _next_s(world: World, parts: int) -> float:
    """When something happens next, or inf; ``world.next_s`` gets it by part."""
    sh = world.shared[0]
    next_s = sh.next_submit_s
    waiting = False
    alive = next_s < inf
    for p in range(parts):
        state = state_at(world.states[p])
        c = state.cluster[0]
        waiting = waiting or c.tail > c.head or sim_at(world.sims[p]).sim[0].reserved > 0
        alive = alive or waiting or c.n_running > 0
        own_s = _own_next_s(state, sim_at(world.sims[p]))
        world.next_s[p] = own_s
        next_s = min(next_s, own_s)
    if not alive:
        return inf
    if sh.timed == 1:
        next_s = _timed_next_s(world, parts, next_s, waiting)
    return float(next_s)


@once
def _timed_next_s(world: World, parts: int, next_s: float, waiting: bool) -> float:
    """The same with what is planned and with failures; they matter only while something else goes on."""
    within = next_s < inf or waiting
    for p in range(parts):
        s = sim_at(world.sims[p]).sim[0]
        if within:
            planned_s = min(s.next_budget_s, s.next_change_s)
            if s.busy > 0:
                planned_s = min(planned_s, max(s.next_storage_s, s.now_s))
            world.next_s[p] = min(world.next_s[p], planned_s)
            next_s = min(next_s, planned_s)
    if next_s < inf:
        for p in range(parts):
            sm = sim_at(world.sims[p])
            s = sm.sim[0]
            if s.next_failure < sm.fails.size:
                at_s = sm.fails[s.next_failure].at_s
                world.next_s[p] = min(world.next_s[p], at_s)
                next_s = min(next_s, at_s)
    return next_s


@hot
def _lacks(world: World, parts: int, until_s: float) -> int:
    """What must be lengthened before time can pass until an instant, or DECISION for nothing."""
    sh = world.shared[0]
    room = sim_at(world.sims[0]).run_job.size - sh.runs
    for p in range(parts):
        sm = sim_at(world.sims[p])
        s = sm.sim[0]
        c = state_at(world.states[p]).cluster[0]
        room -= (2 + 8 * s.tended) * c.n_running + 2 * c.gpus_per_node + 64
        if until_s > s.horizon_s:
            sh.which = p
            return NEED_FAILURES
        if until_s >= (len(sm.curves) - 1) * s.step_s:
            return NEED_CURVES
        if s.heap + 2 * c.n_running + 1024 > sm.heap_s.size:
            sweep(state_at(world.states[p]), sm)
    return NEED_RUNS if room < 0 else DECISION


@hot
def _advance(leave: Any, strike: Any, keep_budget: Any, change: Any, world: World, parts: int) -> int:
    """Go to the next instant at which something happens and handle it; say what is needed now."""
    sh = world.shared[0]
    next_s = _next_s(world, parts)
    if next_s == inf:
        return DONE
    lacking = _lacks(world, parts, min(next_s, sh.until_s))
    if lacking != DECISION:
        return int(lacking)
    if next_s > sh.until_s:
        for p in range(parts):
            let_pass(state_at(world.states[p]), sim_at(world.sims[p]), sh.until_s)
        return DONE
    sh.now_s = next_s
    for p in range(parts):
        if world.next_s[p] > next_s:
            continue
        state = state_at(world.states[p])
        sm = sim_at(world.sims[p])
        c = state.cluster[0]
        let_pass(state, sm, next_s)
        if c.wake_s <= next_s:
            c.wake_s = inf
            c.freed = 1
            sm.sim[0].due = 1
        _handle(leave, strike, keep_budget, change, state, sm)
    arrivals(world, parts, next_s)
    if sh.mail > 0:
        deliver(world, parts, next_s)
    return DECISION


@hot
def _wanted(state: State, sm: Sim) -> bool:
    """Whether the policy is to be called now for a part."""
    s = sm.sim[0]
    c = state.cluster[0]
    if s.due == 0 or c.tail == c.head:
        return False
    if s.round_s > 0.0 and not _on_round(s.now_s, s.round_s):
        return False
    s.due = 0
    return True


@hot
def _before(state: State, sm: Sim) -> None:
    sm.shared[0].decisions += 1
    state.cluster[0].now_s = sm.sim[0].now_s
    if sm.sim[0].power == 1:
        set_room(state, sm)
    else:
        state.cluster[0].power_room_kw = inf
    before_call(state)


SEAT = types.FunctionType(types.boolean(FAST, SIM_TYPE, types.int64))
STEP = types.FunctionType(types.void(FAST, SIM_TYPE, types.int64))


@hot
def _decide_all(decide: Any, seat: Any, leave: Any, tend: Any, world: World, parts: int) -> None:
    """Ask the policy for each part in which something happened, and act on its answer."""
    for p in range(parts):
        state = state_at(world.states[p])
        sm = sim_at(world.sims[p])
        tended = sm.sim[0].tended == 1 and sm.sim[0].due == 1
        if tended:
            tend(state, sm, 0)
        if _wanted(state, sm):
            c = state.cluster[0]
            while True:
                if parts > 1:
                    share_elsewhere(world, p)
                _before(state, sm)
                n_actions = decide(state, sm.sim[0].now_s)
                after_call(state)
                carried = _apply(seat, leave, state, sm, n_actions)
                if c.again == 0 or carried == 0:
                    break
        if tended:
            tend(state, sm, 1)
            if state.cluster[0].tail == state.cluster[0].head:
                sm.sim[0].due = 0


@once
def loop(
    decide: Any,
    seat: Any,
    leave: Any,
    strike: Any,
    keep_budget: Any,
    change: Any,
    tend: Any,
    world: World,
    parts: int,
    events: int,
) -> int:
    """Simulate until nothing is left, so many events have passed, or something is needed.

    Placement, failures, budgets and the like come as compiled functions: what a run does not need is not
    compiled.
    """
    sh = world.shared[0]
    # Decisions count, too: a policy may ask to be called again and again though nothing happens.
    stop = sh.events + sh.decisions + events
    while True:
        if sh.mail > 0:
            # It ends: jobs are taken off for a reservation that begins, once where that is not enough.
            deliver(world, parts, sh.now_s)
        elif sh.events + sh.decisions >= stop:
            return PAUSED
        else:
            status = _advance(leave, strike, keep_budget, change, world, parts)
            if status != DECISION:
                return int(status)
        _decide_all(decide, seat, leave, tend, world, parts)


RUN = types.int64(types.FunctionType(DECIDE), SEAT, STEP, STEP, STEP, STEP, STEP, WORLD, types.int64)


@njit(RUN, **HOW)
def run(
    decide: Any,
    seat: Any,
    leave: Any,
    strike: Any,
    keep_budget: Any,
    change: Any,
    tend: Any,
    world: World,
    events: int,
) -> int:
    """The loop for machines of one part: what goes over parts is compiled away."""
    return int(loop(decide, seat, leave, strike, keep_budget, change, tend, world, 1, events))
