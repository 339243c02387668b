"""Compiled power: what is drawn, and how a budget is kept."""

from __future__ import annotations

from math import inf

from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._meter import reserved_kw
from gigawatt.cluster._queue import HOW, add_running, drop_running, once, part
from gigawatt.cluster._roles import STEP
from gigawatt.cluster._segment import close_segment, open_segment
from gigawatt.cluster._take import take_off
from gigawatt.cluster._victim import next_victim
from gigawatt.cluster.state import State


@once
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
    room_kw = state.budget_kw[s.budget_step] - s.idle_kw * (s.total_gpus - s.absent)
    room_kw -= (s.busy_kw - s.idle_kw) * s.busy_serving
    most_kw = (s.busy_kw - s.idle_kw) * (s.busy - s.busy_serving)
    if room_kw >= most_kw:
        return 1.0
    if room_kw <= 0.0:
        return float(s.least_frac)
    return float(max((room_kw / most_kw) ** (1.0 / s.exponent) * (1.0 - 1e-12), s.least_frac))


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
        j = next_victim(state, 0)
        if j < 0:
            break
        take_off(state, sm, j)
    c.freed = 1
