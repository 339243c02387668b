"""Priorities with preemption: the smaller number first."""

from __future__ import annotations

from gigawatt.cluster._queue import merge_fresh, part, policy, start_in_order
from gigawatt.cluster.policies._fill import fill
from gigawatt.cluster.state import State


@part
def _ranked(state: State) -> None:
    c = state.cluster[0]
    for at in range(c.fresh, c.tail):
        state.jobs[state.queue[at]].rank = state.jobs[state.queue[at]].priority


@policy
def decide(state: State, now_s: float) -> int:  # noqa: ARG001  # one signature for all policies
    """Options: 0 preemption (1) or not (0: the head of the queue waits for GPUs, and nothing passes it).

    Equal priorities: running first, then submission.
    """
    c = state.cluster[0]
    _ranked(state)
    merge_fresh(state)
    if state.options[0] == 0.0:
        start_in_order(state)
        return int(c.n_actions)
    n = c.n_running
    for i in range(n):
        j = state.running[n - 1 - i]
        state.scratch[i] = state.jobs[j].priority
        state.scratch[n + i] = j
    return int(fill(state, 1))
