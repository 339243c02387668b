"""Compiled: who is taken off first where GPUs or power are short; for every driver."""

from __future__ import annotations

import numpy as np

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
    """The running job to be taken off first, or -1; of those whose ``serving`` is at most this."""
    best = np.int64(-1)
    for at in range(state.cluster[0].n_running):
        j = state.running[at]
        if state.jobs[j].serving <= serving and (best < 0 or _goes_before(state, j, best)):
            best = j
    return int(best)
