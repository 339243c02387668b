"""Compiled: machines that come into service or go out of it, by date or for a drain; storage shared anew."""

from __future__ import annotations

from math import inf

from numba import njit

from gigawatt.cluster._arrays import CLEAR, CLOSE, DOWN, OK, SPARE, Sim
from gigawatt.cluster._core import free_up
from gigawatt.cluster._place import index_node
from gigawatt.cluster._queue import HOW, part
from gigawatt.cluster._roles import STEP
from gigawatt.cluster._storage import find_stretch
from gigawatt.cluster._take import change_pace, take_off
from gigawatt.cluster._victim import next_victim
from gigawatt.cluster.state import State


@part
def _close(state: State, sm: Sim, i: int) -> None:
    """Let nothing more start on a node."""
    c = state.cluster[0]
    node = sm.nodes[i]
    node.closed += 1
    if node.closed > 1 or node.state == DOWN:
        return
    if node.state == SPARE:
        node.state = OK
        c.spares -= c.gpus_per_node
    else:
        index_node(state, sm, i, -1)
        c.free -= node.free
    c.down += node.free


@part
def _open(state: State, sm: Sim, i: int) -> None:
    """Let a node be used again, unless something else still keeps it closed."""
    c = state.cluster[0]
    node = sm.nodes[i]
    node.closed -= 1
    if node.closed > 0 or node.state == DOWN:
        return
    if node.free == c.gpus_per_node and c.spares + node.free <= sm.sim[0].spare_target:
        node.state = SPARE
        c.spares += node.free
        c.down -= node.free
    else:
        index_node(state, sm, i, 1)
        c.free += node.free
        c.down -= node.free


@part
def _clear(state: State, sm: Sim, i: int) -> None:
    """Take the jobs off a node; where it has been opened again, nothing is taken."""
    node = sm.nodes[i]
    if node.closed == 0:
        return
    if node.owner >= 0:
        take_off(state, sm, node.owner)
    while node.first >= 0:
        take_off(state, sm, sm.chunks[node.first].job)


@part
def _pool(state: State, sm: Sim, kind: int, gpus: int) -> None:
    """The same in a pool: GPUs go as they come free, or at once where jobs are to be cleared away."""
    s = sm.sim[0]
    c = state.cluster[0]
    if kind == CLOSE:
        s.pending += gpus
        free_up(state, sm, 0)
        spares = min(s.pending, c.spares)
        c.spares -= spares
        c.down += spares
        s.pending -= spares
    elif kind == CLEAR:
        while s.pending > 0:
            j = next_victim(state, 2)
            if j < 0:
                break
            take_off(state, sm, j)
    else:
        spared = min(s.pending, gpus)
        s.pending -= spared
        back = gpus - spared
        to_spares = max(min(back, s.spare_target - c.spares), 0)
        c.down -= back
        c.spares += to_spares
        free_up(state, sm, back - to_spares)


STORAGE_STEP_S = 3600.0


@part
def _share_anew(state: State, sm: Sim) -> None:
    """Set the time to write a checkpoint anew for all jobs, by those that run now."""
    n = state.cluster[0].n_running
    for at in range(n):
        sm.hit[at] = state.running[at]
    find_stretch(sm)
    for at in range(n):
        if sm.work[state.jobs[sm.hit[at]].slot].think_s > 0.0:
            change_pace(state, sm, sm.hit[at])


@njit(STEP, **HOW)
def change(state: State, sm: Sim, unused: int) -> None:  # noqa: ARG001  # one signature for all steps
    """Carry out the changes that are due now."""
    s = sm.sim[0]
    while s.next_change < sm.changes.size and sm.changes[s.next_change].at_s <= s.now_s:
        it = sm.changes[s.next_change]
        s.next_change += 1
        if state.cluster[0].placed == 0:
            _pool(state, sm, it.kind, it.last - it.first)
        else:
            for i in range(it.first, it.last):
                if it.kind == CLOSE:
                    _close(state, sm, i)
                elif it.kind == CLEAR:
                    _clear(state, sm, i)
                else:
                    _open(state, sm, i)
        s.absent += it.absent
    if s.now_s >= s.next_storage_s:
        _share_anew(state, sm)
        s.next_storage_s = s.now_s + STORAGE_STEP_S
    s.next_change_s = inf
    if s.next_change < sm.changes.size:
        s.next_change_s = sm.changes[s.next_change].at_s
    state.cluster[0].freed = 1
    s.stuck = 0
