"""Compiled power: what is drawn, and how a budget is kept."""

from __future__ import annotations

from math import inf

from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import close_segment, end_run, move, open_segment, preempted
from gigawatt.cluster._meter import reserved_kw
from gigawatt.cluster._place import first_node, give_back
from gigawatt.cluster._pool import STEP
from gigawatt.cluster._queue import HOW, add_running, drop_running, part
from gigawatt.cluster.state import State


@part
def set_speed(state: State, sm: Sim, speed: float) -> None:
    """Run all jobs that may be slowed at another speed from now on."""
    s = sm.sim[0]
    if speed == s.speed:
        return
    old = s.speed
    n = state.cluster[0].n_running
    moved = sm.hit
    for at in range(n):
        moved[at] = state.running[at]
    for at in range(n):
        j = moved[at]
        if state.jobs[j].serving == 1:
            continue
        close_segment(state, sm, j)
        drop_running(state, j)
        s.speed = speed
        open_segment(state, sm, j)
        s.speed = old
        add_running(state, j)
    s.speed = speed


@part
def wanted_speed(state: State, sm: Sim) -> float:
    """The highest speed that keeps the budget with what runs now, at least the lowest useful one."""
    s = sm.sim[0]
    room_kw = state.budget_kw[s.budget_step] - s.idle_kw * s.total_gpus
    room_kw -= (s.busy_kw - s.idle_kw) * s.busy_serving
    most_kw = (s.busy_kw - s.idle_kw) * (s.busy - s.busy_serving)
    if room_kw >= most_kw:
        return 1.0
    if room_kw <= 0.0:
        return float(s.least_frac)
    return float(max((room_kw / most_kw) ** (1.0 / s.exponent) * (1.0 - 1e-12), s.least_frac))


@part
def _goes_before(state: State, a: int, b: int) -> bool:
    """The order of being taken off: the largest priority number, then the latest start, then submission."""
    one = state.jobs[a]
    other = state.jobs[b]
    if one.priority != other.priority:
        return bool(one.priority > other.priority)
    if one.since_s != other.since_s:
        return bool(one.since_s > other.since_s)
    return a > b


@part
def next_victim(state: State) -> int:
    """The running job to be taken off first, or -1; serving stays."""
    best = -1
    for at in range(state.cluster[0].n_running):
        j = state.running[at]
        if state.jobs[j].serving == 0 and (best < 0 or _goes_before(state, j, best)):
            best = j
    return best


@part
def _take_off(state: State, sm: Sim, j: int) -> None:
    """Preempt a job, on a pool or on nodes."""
    c = state.cluster[0]
    held = state.jobs[j].held
    if c.placed == 1:
        end_run(state, sm, j, first_node(state, sm, j))
        c.free += give_back(state, sm, j)
    else:
        end_run(state, sm, j, -1)
        c.free += held
    if sm.sim[0].parts > 1:
        move(state, sm, j)
    else:
        preempted(state, sm, j)


@njit(STEP, **HOW)
def keep_budget(state: State, sm: Sim, unused: int) -> None:  # noqa: ARG001  # one signature for all steps
    """Keep the budget of the step that begins now: slow down, then take jobs off in order."""
    s = sm.sim[0]
    c = state.cluster[0]
    s.budget_step = min(s.budget_step + 1, state.budget_kw.size - 1)
    s.next_budget_s = inf
    if s.budget_step < state.budget_kw.size - 1:
        s.next_budget_s = (s.budget_step + 1) * c.step_s
    set_speed(state, sm, wanted_speed(state, sm))
    while reserved_kw(state, sm) > state.budget_kw[s.budget_step] * (1.0 + 1e-9):
        j = next_victim(state)
        if j < 0:
            break
        _take_off(state, sm, j)
    c.freed = 1
