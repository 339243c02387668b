"""Compiled meters: what is drawn now, and the time that passes in curves and accounts."""

from __future__ import annotations

from math import floor, inf

from gigawatt.cluster._arrays import (
    BUSY_CURVE,
    DOWN_CURVE,
    GPUS_CURVE,
    JOBS_CURVE,
    POWER_CURVE,
    SERVICE_CURVE,
    STRANDED_CURVE,
    Sim,
)
from gigawatt.cluster._queue import hot, part
from gigawatt.cluster.power import ROUNDED
from gigawatt.cluster.state import State


@part
def drawn_kw(state: State, sm: Sim) -> float:
    """Power of all machines that are not down, now."""
    s = sm.sim[0]
    works = s.total_gpus - state.cluster[0].down
    slowed = s.busy - s.busy_serving
    extra = s.busy_serving + slowed * s.speed**s.exponent
    return float(s.idle_kw * works + (s.busy_kw - s.idle_kw) * extra)


@part
def reserved_kw(state: State, sm: Sim) -> float:
    """What is drawn now, and what broken machines will draw when they come back idle."""
    s = sm.sim[0]
    return float(drawn_kw(state, sm) + s.idle_kw * (state.cluster[0].down - s.absent))


@part
def job_kw(state: State, sm: Sim, j: int) -> float:
    """Power of one GPU that a running job holds."""
    s = sm.sim[0]
    if state.jobs[j].serving == 1:
        return float(s.busy_kw)
    return float(s.idle_kw + (s.busy_kw - s.idle_kw) * s.speed**s.exponent)


@part
def set_room(state: State, sm: Sim) -> None:
    """Tell policies what power is left for starts."""
    s = sm.sim[0]
    c = state.cluster[0]
    if s.budget_step < 0:
        c.power_room_kw = inf
        return
    c.base_kw = s.idle_kw * (s.total_gpus - s.absent)
    c.power_room_kw = state.budget_kw[s.budget_step] * ROUNDED - reserved_kw(state, sm)
    c.serving_kw_per_gpu = s.busy_kw - s.idle_kw
    c.job_kw_per_gpu = (s.busy_kw - s.idle_kw) * s.speed**s.exponent


@hot
def _add(state: State, sm: Sim, kw: float, stranded: float, dt_s: float) -> None:
    """Add some time to the present step of the curves."""
    s = sm.sim[0]
    row = sm.curves[s.row]
    row[BUSY_CURVE] += s.busy * dt_s
    row[JOBS_CURVE] += s.waiting_jobs * dt_s
    row[GPUS_CURVE] += s.waiting_gpus * dt_s
    row[SERVICE_CURVE] += (s.total_gpus - s.absent) * dt_s
    if sm.shared[0].timed == 1:
        row[DOWN_CURVE] += (state.cluster[0].down - s.absent) * dt_s
        row[POWER_CURVE] += kw * dt_s
    if state.cluster[0].placed == 1:
        row[STRANDED_CURVE] += stranded * dt_s


@part
def _let_steps_pass(state: State, sm: Sim, kw: float, stranded: float, until_s: float) -> None:
    """Add time that reaches beyond the present step of the curves."""
    s = sm.sim[0]
    at_s = s.now_s
    while at_s < until_s:
        step = floor(at_s / s.step_s)
        end_s = (step + 1) * s.step_s
        if end_s <= at_s:
            step += 1
            end_s = (step + 1) * s.step_s
        s.row = step
        s.row_end_s = end_s
        _add(state, sm, kw, stranded, min(end_s, until_s) - at_s)
        at_s = min(end_s, until_s)


@hot
def let_pass(state: State, sm: Sim, until_s: float) -> None:
    """Add up the time to an instant, in the curves and in the accounts."""
    s = sm.sim[0]
    c = state.cluster[0]
    dt_s = until_s - s.now_s
    if dt_s > 0.0:
        s.idle += (c.free + c.spares) * dt_s
        if sm.shared[0].timed == 1:
            s.down += (c.down - s.absent) * dt_s
        stranded = 0.0
        if c.placed == 1:
            stranded = float(c.free - state.room[c.gpus_per_node] * c.gpus_per_node)
        kw = 0.0
        if s.power == 1:
            kw = drawn_kw(state, sm)
            if s.budget_step >= 0 and kw > state.budget_kw[s.budget_step] * (1.0 + 1e-9):
                s.overrun += (kw - state.budget_kw[s.budget_step]) * dt_s
        if until_s <= s.row_end_s:
            _add(state, sm, kw, stranded, dt_s)
        else:
            _let_steps_pass(state, sm, kw, stranded, until_s)
        s.now_s = until_s
