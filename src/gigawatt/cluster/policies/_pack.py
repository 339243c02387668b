"""Topology-aware packing: a gang waits a while for a place in which it is not spread more than it must be.

Delay scheduling (Zaharia et al., EuroSys 2010), applied to racks, pods and halls.
"""

from __future__ import annotations

from gigawatt.cluster._queue import fits, merge_fresh, part, plan_start, policy
from gigawatt.cluster.state import State


@part
def has_part(state: State, first: int, last: int, wanted: int) -> bool:
    """Whether one of these parts of the tree has so many wholly free nodes."""
    i = first
    while i < last and state.whole[i] < wanted:
        i += 1
    return bool(i < last)


@part
def compact(state: State, j: int) -> bool:
    """Whether the smallest part of the tree that could hold a gang of whole nodes has room for it now."""
    c = state.cluster[0]
    wanted = state.jobs[j].gpus // c.gpus_per_node
    if wanted < 2:
        return True
    first = 0
    for tier in range(3):
        size = c.rack_nodes
        if tier == 1:
            size = c.pod_nodes
        elif tier == 2:
            size = c.hall_nodes
        parts = (c.nodes + size - 1) // size
        if wanted <= min(size, c.nodes):
            return bool(has_part(state, first, first + parts, wanted))
        first += parts
    return True


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 patience, seconds: how long a gang insists on a compact place. Ties: submission.

    In the order of submission. A gang that waits only for a compact place lets others pass; one for which
    GPUs or nodes are lacking does not.
    """
    c = state.cluster[0]
    merge_fresh(state)
    wake_s = c.wake_s
    for at in range(c.head, c.tail):
        j = state.queue[at]
        if not fits(state, j):
            break
        waited_s = now_s - state.jobs[j].since_s
        if c.placed == 1 and waited_s < state.options[0] * (1.0 - 1e-12) and not compact(state, j):
            wake_s = min(wake_s, state.jobs[j].since_s + state.options[0])
            continue
        plan_start(state, j, at)
        if c.again == 1:
            break
    c.wake_s = wake_s
    return int(c.n_actions)
