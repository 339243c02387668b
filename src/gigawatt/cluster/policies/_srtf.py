"""Shortest remaining time first, and its GPU-weighted form (shortest remaining service first)."""

from __future__ import annotations

from gigawatt.cluster._queue import merge_fresh, part, policy
from gigawatt.cluster.policies._fill import fill
from gigawatt.cluster.state import State


@part
def _quiet(state: State, worst: float) -> bool:
    """Whether all that is new are newcomers that rank behind what runs and do not fit: no change then."""
    c = state.cluster[0]
    if c.freed == 1:
        return False
    for at in range(c.fresh, c.tail):
        job = state.jobs[state.queue[at]]
        if job.rank < worst or job.gpus <= c.plan_free:
            return False
    return True


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 weight: 0 remaining time, 1 remaining time x GPUs. Equal: running first, then submission.

    Remaining by the estimate; a job past its estimate has nothing remaining and ranks first.
    """
    c = state.cluster[0]
    weighted = state.options[0] > 0.0
    for at in range(c.fresh, c.tail):
        job = state.jobs[state.queue[at]]
        job.rank = job.left_s * job.gpus if weighted else job.left_s
    n = c.n_running
    worst = -1.0
    for i in range(n):
        j = state.running[n - 1 - i]
        job = state.jobs[j]
        left_s = max(job.end_s - now_s, 0.0)
        key = left_s * job.held if weighted else left_s
        worst = max(worst, key)
        state.scratch[i] = key
        state.scratch[n + i] = j
    quiet = _quiet(state, worst)
    merge_fresh(state)
    if quiet:
        return 0
    return int(fill(state, 1))
