"""Compiled: what is done before and after a policy decides: reservations begin, elastic jobs breathe.

A job with a reservation starts at its time: what has to go for it is taken off in the usual order. An elastic
job grows while nobody waits, where it will end sooner for it, and gives back what it did not ask for as soon
as somebody does; each change of size costs it one load of a checkpoint.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import begin_run, free_up, resize
from gigawatt.cluster._meter import set_room
from gigawatt.cluster._place import first_node, give_back_some, set_spread, whole_nodes
from gigawatt.cluster._queue import HOW, add_running, drop_running, part, take_out
from gigawatt.cluster._roles import STEP
from gigawatt.cluster._segment import close_segment, open_segment
from gigawatt.cluster._take import take_gpus, take_off
from gigawatt.cluster._victim import next_victim
from gigawatt.cluster._waiting import join_queue
from gigawatt.cluster._work import SETUP
from gigawatt.cluster.state import State

BEFORE, AFTER = 0, 1


@part
def _powered(state: State, sm: Sim, gpus: int) -> bool:
    """Whether the budget carries so many more GPUs now."""
    if sm.sim[0].budget_step < 0:
        return True
    set_room(state, sm)
    return bool(gpus * state.cluster[0].job_kw_per_gpu <= state.cluster[0].power_room_kw)


@part
def _enough(state: State, sm: Sim, gpus: int) -> bool:
    """Whether GPUs and power are there once all is off that may be taken off."""
    s = sm.sim[0]
    c = state.cluster[0]
    stays = 0
    for at in range(c.n_running):
        job = state.jobs[state.running[at]]
        if job.serving > 0:
            stays += job.held
    if c.free + s.busy - stays < gpus:
        return False
    if s.budget_step < 0:
        return True
    extra_kw = s.busy_kw - s.idle_kw
    base_kw = s.idle_kw * (s.total_gpus - s.absent) + extra_kw * stays
    return bool(base_kw + gpus * extra_kw * s.speed**s.exponent <= state.budget_kw[s.budget_step])


@part
def _begin_reserved(state: State, sm: Sim, j: int) -> bool:
    """Start a job whose reservation begins, taking off what must go; false where even that is not enough.

    On nodes it may turn out to be too little only when all is off. Then nothing is taken off again until a
    job that may not be taken off has ended, or machines have come back.
    """
    s = sm.sim[0]
    gpus = state.jobs[j].gpus
    if not _enough(state, sm, gpus):
        return False
    while not (_powered(state, sm, gpus) and take_gpus(state, sm, j)):
        victim = next_victim(state, 0) if s.stuck == 0 else np.int64(-1)
        if victim < 0:
            s.stuck = 1
            return False
        take_off(state, sm, victim)
    s.stuck = 0
    join_queue(state, sm, j, 0)
    take_out(state, state.cluster[0].tail - 1)
    begin_run(state, sm, j)
    return True


@part
def _set_aside(state: State, sm: Sim) -> None:
    """Tell policies what is to be kept free, and from when on, for the next reservation."""
    s = sm.sim[0]
    c = state.cluster[0]
    c.hold_s = inf
    c.hold_gpus = 0
    if s.reserved > 0:
        j = sm.reserved[0]
        c.hold_s = max(sm.reserved_s[j * sm.step[17]], s.now_s)
        c.hold_gpus = sm.gpus[j * sm.step[9]]


@part
def _change_size(state: State, sm: Sim, j: int, more_gpus: int) -> None:
    """Let a running job go on with more or fewer GPUs; it keeps its work and loads it anew."""
    c = state.cluster[0]
    w = sm.work[state.jobs[j].slot]
    begins = w.run_s == sm.sim[0].now_s
    close_segment(state, sm, j)
    drop_running(state, j)
    resize(state, sm, j, more_gpus, first_node(state, sm, j) if c.placed == 1 else -1)
    if c.placed == 0:
        if more_gpus > 0:
            c.free -= more_gpus
        else:
            free_up(state, sm, -more_gpus)
    elif more_gpus > 0:
        c.free -= more_gpus
        whole_nodes(state, sm, j, more_gpus // c.gpus_per_node)
    else:
        c.free += give_back_some(state, sm, j, -more_gpus // c.gpus_per_node)
    if c.placed == 1:
        set_spread(state, sm, j)
    if not begins:
        w.saved_s = w.memory_s = w.done_s
        w.pause_s = w.load_s
        w.pause_kind = SETUP
    open_segment(state, sm, j)
    add_running(state, j)


@part
def _shrink(state: State, sm: Sim) -> None:
    """Take back what jobs hold beyond what they asked for, in whole nodes where there are nodes."""
    c = state.cluster[0]
    unit = c.gpus_per_node if c.placed == 1 else 1
    n = c.n_running
    for at in range(n):
        sm.hit[at] = state.running[at]
    for at in range(n):
        job = state.jobs[sm.hit[at]]
        beyond = (job.held - job.gpus) // unit * unit
        if beyond > 0:
            _change_size(state, sm, sm.hit[at], -beyond)
            c.freed = 1


@part
def _growth(state: State, sm: Sim, j: int) -> int:
    """By how many GPUs a running job can grow with gain, in whole nodes where there are nodes."""
    s = sm.sim[0]
    c = state.cluster[0]
    job = state.jobs[j]
    more = job.max_gpus - job.held
    if s.keeps_quotas == 1:
        who = state.tenants[job.tenant]
        if who.quota_gpus - who.held < more:
            more = int(who.quota_gpus - who.held)
    if c.placed == 1:
        more = min(more // c.gpus_per_node, state.room[c.gpus_per_node]) * c.gpus_per_node
    more = min(more, c.free)
    if more > 0 and s.budget_step >= 0 and c.job_kw_per_gpu > 0.0:
        set_room(state, sm)
        unit = c.gpus_per_node if c.placed == 1 else 1
        more = min(more, max(int(c.power_room_kw / c.job_kw_per_gpu), 0) // unit * unit)
    if more <= 0:
        return 0
    w = sm.work[job.slot]
    saved_s = (job.end_s - s.now_s) * (1.0 - job.held / (job.held + more))
    return int(more) if w.run_s == s.now_s or saved_s > w.load_s else 0


@part
def _grow(state: State, sm: Sim) -> None:
    """Give free GPUs to elastic jobs, first to the one that would end last."""
    n = state.cluster[0].n_running
    for at in range(n):
        sm.hit[at] = state.running[at]
    for at in range(n):
        j = sm.hit[at]
        if state.cluster[0].free == 0:
            break
        if state.jobs[j].max_gpus > state.jobs[j].held:
            more = _growth(state, sm, j)
            if more > 0:
                _change_size(state, sm, j, more)


@njit(STEP, **HOW)
def tend(state: State, sm: Sim, when: int) -> None:
    """Begin reservations and take back what was lent (before a decision), or lend what is free (after it)."""
    s = sm.sim[0]
    c = state.cluster[0]
    if when == BEFORE:
        if s.grown > 0 and (c.tail > c.head or s.reserved > 0):
            _shrink(state, sm)
        while s.reserved > 0 and sm.reserved_s[sm.reserved[0] * sm.step[17]] <= s.now_s:
            if not _begin_reserved(state, sm, sm.reserved[0]):
                break
            s.reserved -= 1
            for i in range(s.reserved):
                sm.reserved[i] = sm.reserved[i + 1]
            c.freed = 1
        _set_aside(state, sm)
    elif c.tail == c.head and c.free > 0 and s.reserved == 0:
        _grow(state, sm)
