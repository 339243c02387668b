"""Earliest deadline first, without preemption; jobs without a deadline come last."""

from __future__ import annotations

from gigawatt.cluster._queue import merge_fresh, policy, start_in_order, start_what_fits
from gigawatt.cluster.state import State


@policy
def decide(state: State, now_s: float) -> int:  # noqa: ARG001  # one signature for all policies
    """Options: 0 whether jobs may pass a head that does not fit (1) or not (0). Equal: submission."""
    c = state.cluster[0]
    for at in range(c.fresh, c.tail):
        state.jobs[state.queue[at]].rank = state.jobs[state.queue[at]].deadline_s
    merge_fresh(state)
    if state.options[0] == 0.0:
        start_in_order(state)
    else:
        start_what_fits(state)
    return int(c.n_actions)
