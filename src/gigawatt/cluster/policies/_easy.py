"""EASY backfill: jobs may pass the head if they do not delay it, by the estimates.

Lifka, D., "The ANL/IBM SP scheduling system", JSSPP 1995.
"""

from __future__ import annotations

import numpy as np

from gigawatt.cluster._queue import fits, merge_fresh, part, plan_start, policy, start_in_order
from gigawatt.cluster.state import State


@part
def shadow(state: State, now_s: float, gpus: int) -> tuple[float, int]:
    """When so many GPUs will be free by the estimates, and how many more than that will be free then.

    Counts GPUs: on placed machines a gang may find them scattered at that time.
    """
    c = state.cluster[0]
    free = c.plan_free
    when_s = np.inf
    for at in range(c.n_running - 1, -1, -1):
        j = state.running[at]
        end_s = max(state.jobs[j].end_s, now_s)
        if end_s > when_s:
            break
        free += state.jobs[j].held
        if free >= gpus and when_s == np.inf:
            when_s = end_s
    return when_s, free - gpus


@part
def backfill(state: State, now_s: float, look: int, last: int) -> int:
    """Start waiting jobs from an index of the queue on that do not delay the head."""
    c = state.cluster[0]
    queue = state.queue
    jobs = state.jobs
    while look < last and jobs[queue[look]].gpus > c.plan_free:
        look += 1
    if look >= last:
        return 0
    shadow_s, extra = shadow(state, now_s, jobs[queue[c.head]].gpus)
    for at in range(look, last):
        j = queue[at]
        if jobs[j].gpus > c.plan_free or not fits(state, j):
            continue
        ends_in_time = now_s + jobs[j].left_s <= shadow_s
        if not ends_in_time and jobs[j].gpus > extra:
            continue
        plan_start(state, j, at)
        if not ends_in_time:
            extra -= jobs[j].gpus
        if c.again == 1 or c.plan_free == 0:
            break
    return int(c.n_actions)


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 how many waiting jobs behind the head are looked at (inf: all).

    Ties: submit time, then position. Where the head starts, the next one's reservation is made in another
    call, when the running list holds what was started.
    """
    c = state.cluster[0]
    nothing_freed = c.freed == 0 and (
        c.n_running == 0 or state.jobs[state.running[c.n_running - 1]].end_s >= now_s
    )
    # With a bounded depth a start lets another job come within it.
    blocked = c.fresh > c.head and state.options[0] >= c.tail
    first_new = merge_fresh(state)
    if c.plan_free == 0:
        return 0
    look = c.head + 1
    if nothing_freed and blocked and first_new > c.head:
        look = first_new  # what could not start at the last call cannot start now
    else:
        at = start_in_order(state)
        if at > c.head:
            c.again = 1 if at < c.tail else c.again
            return int(c.n_actions)
    last = c.tail
    if state.options[0] < c.tail:
        last = min(last, c.head + 1 + int(state.options[0]))
    return int(backfill(state, now_s, look, last))
