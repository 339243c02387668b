"""Fair share between tenants with quotas, borrowing and reclaim.

The tenant with the smallest dominant share comes first (Ghodsi et al., NSDI 2011): the share of its quota, or
of its weight where it has none, on the kind of GPU where that share is largest.
"""

from __future__ import annotations

from math import inf

import numpy as np

from gigawatt.cluster._queue import fits, merge_fresh, part, plan_preempt, plan_start, policy
from gigawatt.cluster.state import State


@part
def share(state: State, t: int) -> float:
    """Dominant share: GPUs that a tenant holds, planned ones included, over its quota or its weight."""
    who = state.tenants[t]
    here = state.scratch[t] / (who.quota_gpus if who.quota_gpus < inf else who.weight)
    return float(max(here, who.elsewhere_frac))


@part
def _first_of(state: State, t: int) -> int:
    """Index in the queue, which is in the order of tenants, of a tenant's first job."""
    c = state.cluster[0]
    low = c.head
    high = c.tail
    while low < high:
        middle = (low + high) // 2
        if state.jobs[state.queue[middle]].rank < t:
            low = middle + 1
        else:
            high = middle
    return int(low)


@part
def _poorest(state: State, over: int) -> int:
    """The tenant with the smallest share whose next job keeps (0) or passes (1) its quota, or -1."""
    c = state.cluster[0]
    tenants = state.tenants.size
    best = np.int64(-1)
    for t in range(tenants):
        at = int(state.scratch[tenants + t])
        if at < 0 or at >= c.tail or state.jobs[state.queue[at]].rank != t:
            continue
        passes = state.scratch[t] + state.jobs[state.queue[at]].gpus > state.tenants[t].quota_gpus
        if passes == (over == 1) and (best < 0 or share(state, t) < share(state, best)):
            best = np.int64(t)
    return int(best)


@part
def _borrowed_job(state: State) -> int:
    """The job to be reclaimed first: of the tenant most over its quota, the latest start; or -1."""
    c = state.cluster[0]
    best = -1
    for i in range(c.n_running):
        j = state.running[i]
        job = state.jobs[j]
        t = job.tenant
        if job.serving > 0 or state.scratch[t] <= state.tenants[t].quota_gpus or job.rank < 0.0:
            continue
        if best < 0:
            best = j
            continue
        mine = share(state, t)
        other = share(state, state.jobs[best].tenant)
        later = job.since_s > state.jobs[best].since_s or (
            job.since_s == state.jobs[best].since_s and j > best
        )
        if mine > other or (mine == other and later):
            best = j
    return best


@part
def _reclaim(state: State, j: int) -> bool:
    """Plan preemptions of borrowers until a job within its quota fits; plan nothing if it would not."""
    c = state.cluster[0]
    before = c.n_actions
    free = c.plan_free
    kw = c.plan_kw
    exact = c.plan_exact
    enough = False
    while not enough:
        victim = _borrowed_job(state)
        if victim < 0:
            break
        plan_preempt(state, victim)
        state.scratch[state.jobs[victim].tenant] -= state.jobs[victim].held
        state.jobs[victim].rank = -1.0  # planned; the rank is set anew when it returns to the queue
        enough = fits(state, j)
    if not enough:
        for i in range(before, c.n_actions):
            victim = state.actions[i, 1]
            state.jobs[victim].rank = state.jobs[victim].tenant
            state.scratch[state.jobs[victim].tenant] += state.jobs[victim].held
        c.n_actions = before
        c.plan_free = free
        c.plan_kw = kw
        c.plan_exact = exact
    return enough


@part
def _serve(state: State, over: int, reclaim: int) -> int:
    """Start jobs of the poorest tenants; return how many tenants are left with a job that does not fit."""
    c = state.cluster[0]
    tenants = state.tenants.size
    blocked = 0
    while True:
        t = _poorest(state, over)
        if t < 0:
            return blocked
        at = int(state.scratch[tenants + t])
        j = state.queue[at]
        if not fits(state, j) and (reclaim == 0 or not _reclaim(state, j)):
            state.scratch[tenants + t] = -1.0
            blocked += 1
            continue
        plan_start(state, j, at)
        state.scratch[t] += state.jobs[j].gpus
        state.scratch[tenants + t] = at + 1
        if c.placed == 1:
            # Where GPUs come free by a reclaim is not known: the job is tried, then left to the next event.
            c.again = c.plan_exact
            return 1 - int(c.plan_exact)


@policy
def decide(state: State, now_s: float) -> int:  # noqa: ARG001  # one signature for all policies
    """Options: 0 borrowing, 1 reclaim; 1 where allowed.

    Borrowing: a tenant may pass its quota while no one waits within theirs. Reclaim: borrowers are preempted
    for a job within its quota. A tenant's jobs start in the order of submission; equal
    shares: the tenant with the lower number.
    """
    c = state.cluster[0]
    tenants = state.tenants.size
    for at in range(c.fresh, c.tail):
        job = state.jobs[state.queue[at]]
        job.rank = job.tenant
    merge_fresh(state)
    if c.plan_free == 0 and state.options[1] == 0.0:
        return 0
    for t in range(tenants):
        state.scratch[t] = state.tenants[t].held
        state.scratch[tenants + t] = _first_of(state, t) if state.tenants[t].waiting > 0 else np.int64(-1)
    blocked = _serve(state, np.int64(0), np.int64(1 if state.options[1] > 0.0 else 0))
    if blocked == 0 and c.again == 0 and state.options[0] > 0.0:
        _serve(state, np.int64(1), np.int64(0))
    return int(c.n_actions)
