"""Conservative backfill: every waiting job within the depth has a reservation that nothing may delay.

Mu'alem, A. and Feitelson, D., IEEE TPDS 12 (2001) 529-543. The reservations are made anew, in
the queue's order, whenever a job could start (compression).
"""

from __future__ import annotations

from math import inf

from gigawatt.cluster._queue import fits, merge_fresh, part, plan_start, policy
from gigawatt.cluster.state import State


@part
def _profile(state: State, now_s: float) -> int:
    """Write free GPUs from now on as steps into scratch: times, then counts; return how many."""
    c = state.cluster[0]
    most = state.scratch.size // 2
    times = state.scratch[:most]
    free = state.scratch[most:]
    times[0] = now_s
    free[0] = c.plan_free
    n = 1
    for at in range(c.n_running - 1, -1, -1):
        job = state.jobs[state.running[at]]
        end_s = max(job.end_s, now_s)
        if n > 1 and end_s == times[n - 1]:
            free[n - 1] += job.held
        else:
            # A job past its estimate is expected to end at any moment after now.
            times[n] = end_s
            free[n] = free[n - 1] + job.held
            n += 1
    return n


@part
def _earliest(state: State, n: int, gpus: int, length_s: float) -> int:
    """The first step from which so many GPUs stay free for so long."""
    most = state.scratch.size // 2
    times = state.scratch[:most]
    free = state.scratch[most:]
    first = 0
    while first < n:
        if free[first] < gpus:
            first += 1
            continue
        end_s = times[first] + length_s
        k = first + 1
        while k < n and times[k] < end_s and free[k] >= gpus:
            k += 1
        if k >= n or times[k] >= end_s:
            return first
        first = k
    return n


@part
def _cut(state: State, n: int, at_s: float) -> int:
    """Add a step that begins at a time, if there is none; return the number of steps."""
    most = state.scratch.size // 2
    times = state.scratch[:most]
    free = state.scratch[most:]
    k = n
    while k > 0 and times[k - 1] > at_s:
        k -= 1
    if times[k - 1] == at_s:
        return n
    for i in range(n, k, -1):
        times[i] = times[i - 1]
        free[i] = free[i - 1]
    times[k] = at_s
    free[k] = free[k - 1]
    return n + 1


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 depth: how many waiting jobs get a reservation; those behind wait. Ties: submission.

    Reservations count GPUs: on placed machines a gang may find them scattered when its time comes.
    """
    c = state.cluster[0]
    merge_fresh(state)
    last = min(c.tail, c.head + int(min(state.options[0], state.scratch.size // 8 - 8)))
    could = False
    for at in range(c.head, last):
        could = could or state.jobs[state.queue[at]].gpus <= c.plan_free
    if not could:
        return 0
    most = state.scratch.size // 2
    times = state.scratch[:most]
    free = state.scratch[most:]
    n = _profile(state, now_s)
    for at in range(c.head, last):
        job = state.jobs[state.queue[at]]
        first = _earliest(state, n, job.gpus, job.left_s)
        if first == n:
            continue
        start_s = times[first]
        end_s = start_s + job.left_s
        if first == 0 and fits(state, state.queue[at]):
            plan_start(state, state.queue[at], at)
            if c.again == 1:
                break
        if end_s < inf:
            n = _cut(state, n, end_s)
        for k in range(first, n):
            if times[k] >= end_s:
                break
            free[k] -= job.gpus
        if c.plan_free == 0:
            break
    return int(c.n_actions)
