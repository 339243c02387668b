"""First in, first out: the queue's head starts when it fits, and nothing passes it."""

from __future__ import annotations

from gigawatt.cluster._queue import merge_fresh, policy, start_in_order
from gigawatt.cluster.state import State


@policy
def decide(state: State, now_s: float) -> int:  # noqa: ARG001  # one signature for all policies
    """Start from the head until one does not fit. Ties: submit time, then position. No options."""
    merge_fresh(state)
    start_in_order(state)
    return int(state.cluster[0].n_actions)
