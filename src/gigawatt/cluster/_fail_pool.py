"""Compiled failures in a pool: they fall on a line on which the running jobs lie."""

from __future__ import annotations

from numba import njit

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import free_up, resize
from gigawatt.cluster._fail import restart_here, throw_out
from gigawatt.cluster._heap import push
from gigawatt.cluster._queue import HOW, drop_running, part
from gigawatt.cluster._roles import STEP
from gigawatt.cluster._segment import close_segment
from gigawatt.cluster.state import State


@part
def hit_job(state: State, sm: Sim, j: int, lost_gpus: int, detect_s: float, blast_gpus: int) -> None:
    """In a pool: a running job loses some of its GPUs, or none to software."""
    s = sm.sim[0]
    c = state.cluster[0]
    job = state.jobs[j]
    shrink = job.held - lost_gpus >= job.min_gpus and job.min_gpus < job.gpus
    if lost_gpus > 0 and not shrink and (s.mode == 0 or lost_gpus > c.spares + c.free):
        throw_out(state, sm, j, lost_gpus, detect_s, blast_gpus)
        return
    close_segment(state, sm, j)
    drop_running(state, j)
    if lost_gpus > 0:
        if s.mode > 0 and lost_gpus <= c.spares + c.free:
            from_spares = min(lost_gpus, c.spares)
            c.spares -= from_spares
            c.free -= lost_gpus - from_spares
        else:
            resize(state, sm, j, -lost_gpus, -1)
    restart_here(state, sm, j, detect_s, blast_gpus)


@part
def strike_pool(state: State, sm: Sim, where: float, span: int, repair_s: float, detect_s: float) -> None:
    """Let a failure fall on a line on which the running jobs lie, then what is free, spare and down."""
    s = sm.sim[0]
    c = state.cluster[0]
    low = int(where * s.total_gpus)
    width = max(span, 1) * c.gpus_per_node
    # Blasts are aligned, as nodes and racks are.
    low -= low % width
    high = min(low + width, s.total_gpus)
    n_hit = 0
    at = 0
    for i in range(c.n_running):
        if at >= high:
            break
        j = state.running[i]
        end = at + state.jobs[j].held
        share = min(end, high) - max(at, low)
        if share > 0:
            sm.hit[n_hit] = j
            sm.work[state.jobs[j].slot].struck = share
            n_hit += 1
        at = end
    blast = high - low
    broken = 0
    if span > 0:
        at = s.busy
        broken_free = max(min(at + c.free, high) - max(at, low), 0)
        at += c.free
        broken_spares = max(min(at + c.spares, high) - max(at, low), 0)
        c.free -= broken_free
        c.spares -= broken_spares
        broken = broken_free + broken_spares
        for i in range(n_hit):
            broken += sm.work[state.jobs[sm.hit[i]].slot].struck
        if s.mode == 0:
            used = min(c.spares, broken - broken_spares)
            c.spares -= used
            c.free += used
        if broken > 0:
            c.down += broken
            push(sm, s.now_s + repair_s, sm.shared[0].jobs + broken)
    for i in range(n_hit):
        # Nothing of it is left behind: the job may move to nodes, where it counts from nought.
        w = sm.work[state.jobs[sm.hit[i]].slot]
        lost = w.struck if span > 0 else 0
        w.struck = 0
        if span > 0 or i == 0:
            hit_job(state, sm, sm.hit[i], lost, detect_s, blast)


@part
def repaired(state: State, sm: Sim, gpus: int) -> None:
    """GPUs come back: spares first, up to their number, then the rest."""
    s = sm.sim[0]
    c = state.cluster[0]
    c.freed = 1
    sm.sim[0].stuck = 0
    c.down -= gpus
    to_spares = max(min(gpus, s.spare_target - c.spares), 0)
    c.spares += to_spares
    free_up(state, sm, gpus - to_spares)


@njit(STEP, **HOW)
def strike(state: State, sm: Sim, which: int) -> None:
    """Handle a failure by its number, or, for a negative number -1 - x, the repair of x GPUs."""
    if which < 0:
        repaired(state, sm, -1 - which)
        return
    f = sm.fails[which]
    cause = sm.causes[f.cause]
    strike_pool(state, sm, f.where, cause.span, f.repair_s, cause.detect_s)
