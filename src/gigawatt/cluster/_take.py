"""Compiled: which running job is taken off first, and how, on a pool or on nodes."""

from __future__ import annotations

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import end_run, free_up, move, preempted
from gigawatt.cluster._place import first_node, give_back
from gigawatt.cluster._queue import part
from gigawatt.cluster.state import State


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
def next_victim(state: State, serving: int) -> int:
    """The running job to be taken off first, or -1; serving stays unless ``serving`` is 1."""
    best = -1
    for at in range(state.cluster[0].n_running):
        j = state.running[at]
        if state.jobs[j].serving <= serving and (best < 0 or _goes_before(state, j, best)):
            best = j
    return best


@part
def take_off(state: State, sm: Sim, j: int) -> None:
    """Preempt a job, on a pool or on nodes; where it may run elsewhere, it is sent there."""
    held = state.jobs[j].held
    if state.cluster[0].placed == 1:
        end_run(state, sm, j, first_node(state, sm, j))
        state.cluster[0].free += give_back(state, sm, j)
    else:
        end_run(state, sm, j, -1)
        free_up(state, sm, held)
    if sm.sim[0].parts > 1:
        move(state, sm, j)
    else:
        preempted(state, sm, j)
