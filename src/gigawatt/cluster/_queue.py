"""Compiled parts that every policy and every driver shares: the queue, the running list, planned actions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from gigawatt.cluster import _lean
from gigawatt.cluster._handle import handle_of, in_rows, move
from gigawatt.cluster.state import PREEMPT, START, State, new_state

STATE: Any = handle_of(new_state(1, 1))
FAST: Any = in_rows(STATE, but=("scratch",))
"""The same state as the engine and the policies here see it: by plain indices, ``scratch`` apart."""
DECIDE = types.int64(FAST, types.float64)
"""Signature of a compiled policy."""
_HOW: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True, "_nrt": False}
HOW = _HOW | _lean.OUTER
INNER = _HOW | _lean.INNER | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
part = njit(**INNER)
hot = njit(forceinline=True, **INNER)
"""For parts that each event passes: a call would hand over every field of every array."""
once = njit(inline="always", **HOW)
"""For parts that are called at one place: compiled and written to the cache with their caller only."""
policy = njit(DECIDE, **HOW)


@hot
def fits(state: State, j: int) -> bool:
    """Whether a job can start now, after the actions planned so far: GPUs, nodes and power."""
    c = state.cluster[0]
    job = state.jobs[j]
    if job.gpus > c.plan_free:
        return False
    kw = c.serving_kw_per_gpu if job.serving == 1 else c.job_kw_per_gpu
    if job.gpus * kw > c.plan_kw:
        return False
    if c.placed == 1 and c.plan_exact == 1:
        whole = job.gpus // c.gpus_per_node
        rest = job.gpus % c.gpus_per_node
        if state.room[c.gpus_per_node] < whole or (rest > 0 and state.room[rest] < whole + 1):
            return False
    return bool(c.hold_gpus == 0 or job.gpus <= c.plan_hold or c.now_s + job.left_s <= c.hold_s)


@hot
def plan_start(state: State, j: int, at: int) -> None:
    """Write a start; ``at`` is the job's index in the queue."""
    c = state.cluster[0]
    job = state.jobs[j]
    state.actions[c.n_actions, 0] = START
    state.actions[c.n_actions, 1] = j
    state.actions[c.n_actions, 2] = at
    c.n_actions += 1
    c.plan_free -= job.gpus
    c.plan_kw -= job.gpus * (c.serving_kw_per_gpu if job.serving == 1 else c.job_kw_per_gpu)
    if c.placed == 1:
        c.again = 1
    if c.hold_gpus > 0 and c.now_s + job.left_s > c.hold_s:
        c.plan_hold -= job.gpus


@part
def plan_preempt(state: State, j: int) -> None:
    """Write a preemption: the job keeps its work and returns to the queue."""
    c = state.cluster[0]
    state.actions[c.n_actions, 0] = PREEMPT
    state.actions[c.n_actions, 1] = j
    state.actions[c.n_actions, 2] = -1
    c.n_actions += 1
    c.plan_free += state.jobs[j].held
    c.plan_kw += state.jobs[j].held * c.job_kw_per_gpu
    c.plan_exact = 0
    if c.hold_gpus > 0 and state.jobs[j].end_s > c.hold_s:
        c.plan_hold += state.jobs[j].held


@part
def before(state: State, a: int, b: int) -> bool:
    """The order of the queue: by rank, then by submission (which is the position)."""
    first = state.jobs[a].rank
    second = state.jobs[b].rank
    return first < second or (first == second and a < b)


@hot
def merge_fresh(state: State) -> int:
    """Put the newcomers in their places by rank, then submission; return the first index that changed.

    Expects ``rank`` to be set for the newcomers, and the queue before them to be in order.
    """
    c = state.cluster[0]
    queue = state.queue
    lowest = c.tail
    for at in range(c.fresh, c.tail):
        j = queue[at]
        low = c.head
        high = at
        if at > low and not before(state, j, queue[at - 1]):
            low = at
        while low < high:
            middle = (low + high) // 2
            if before(state, j, queue[middle]):
                high = middle
            else:
                low = middle + 1
        move(queue, low + 1, low, at - low)
        queue[low] = j
        lowest = min(lowest, low)
    return int(lowest)


@hot
def start_in_order(state: State) -> int:
    """Plan starts from the head until one does not fit; return the index of the first that stays."""
    c = state.cluster[0]
    at = c.head
    while at < c.tail and fits(state, state.queue[at]):
        plan_start(state, state.queue[at], at)
        at += 1
        if c.again == 1:
            break
    return int(at)


@part
def start_what_fits(state: State) -> None:
    """Plan starts in the order of the queue, passing what does not fit."""
    c = state.cluster[0]
    at = c.head
    while at < c.tail and c.plan_free > 0 and c.again == 0:
        if fits(state, state.queue[at]):
            plan_start(state, state.queue[at], at)
        at += 1


@hot
def enqueue(state: State, j: int, now_s: float, returned: int) -> None:
    """Append a job to the queue; ``returned`` is 1 for one that was there before."""
    c = state.cluster[0]
    # Moved down once half of it is left behind: what waits stays within few pages of memory.
    if c.tail == state.queue.size or (c.head >= 2048 and c.head >= c.tail - c.head):
        move(state.queue, 0, c.head, c.tail - c.head)
        c.fresh -= c.head
        c.tail -= c.head
        c.head = 0
    job = state.jobs[j]
    job.state = 1
    job.since_s = now_s
    state.queue[c.tail] = j
    c.tail += 1
    state.tenants[job.tenant].waiting += 1
    if returned == 1:
        c.freed = 1


@hot
def take_out(state: State, at: int) -> None:
    """Remove the job at an index of the queue, moving the shorter side."""
    c = state.cluster[0]
    queue = state.queue
    state.tenants[state.jobs[queue[at]].tenant].waiting -= 1
    if at - c.head < c.tail - 1 - at:
        if at > c.head:
            move(queue, c.head + 1, c.head, at - c.head)
        c.head += 1
        if at >= c.fresh:
            c.fresh += 1
    else:
        move(queue, at, at + 1, c.tail - 1 - at)
        c.tail -= 1
        if at < c.fresh:
            c.fresh -= 1


@part
def find(state: State, j: int) -> int:
    """Index of a waiting job in the queue, or -1."""
    c = state.cluster[0]
    for at in range(c.head, c.tail):
        if state.queue[at] == j:
            return at
    return -1


@part
def _place(state: State, j: int) -> int:
    """Index in the running list at which a job with its expected end stands or would stand.

    Where a new job belongs cannot be predicted, so the last step of the search is counted, not branched: of
    eight ends, those that are later. Behind the list stand zeros.
    """
    ends_s = state.ends_s
    running = state.running
    end_s = state.jobs[j].end_s
    low = np.uintp(0)
    high = np.uintp(state.cluster[0].n_running)
    n = high
    while high - low > np.uintp(128):
        middle = (low + high) >> np.uintp(1)
        if ends_s[middle] > end_s:
            low = middle
        else:
            high = middle
    while low + np.uintp(8) <= high and ends_s[low + np.uintp(7)] > end_s:
        low += np.uintp(8)
    later = np.uintp(0)
    for k in range(8):
        later += np.uintp(ends_s[low + np.uintp(k)] > end_s)
    low += later
    while low < n and ends_s[low] == end_s and running[low] > j:
        low += np.uintp(1)
    return int(low)


@hot
def add_running(state: State, j: int) -> None:
    """Put a job into the running list; ``end_s`` is set."""
    c = state.cluster[0]
    running = state.running
    ends_s = state.ends_s
    low = _place(state, j)
    move(running, low + 1, low, c.n_running - low)
    move(ends_s, low + 1, low, c.n_running - low)
    running[low] = j
    ends_s[low] = state.jobs[j].end_s
    c.n_running += 1


@hot
def drop_running(state: State, j: int) -> None:
    """Take a job out of the running list; ``end_s`` is still what it was when it was put in."""
    c = state.cluster[0]
    running = state.running
    ends_s = state.ends_s
    last = c.n_running - 1
    if running[last] != j:
        low = _place(state, j)
        move(running, low, low + 1, last - low)
        move(ends_s, low, low + 1, last - low)
    ends_s[last] = 0.0
    c.n_running = last


@hot
def before_call(state: State) -> None:
    """Reset what a policy plans with."""
    c = state.cluster[0]
    c.n_actions = 0
    c.again = 0
    c.plan_free = c.free
    c.plan_kw = c.power_room_kw
    c.plan_exact = 1
    if c.hold_gpus > 0:
        set_hold(state)


@part
def set_hold(state: State) -> None:
    """Count what may be given to jobs that are expected to run into the next reservation."""
    c = state.cluster[0]
    held = 0
    past = 0
    for at in range(c.n_running):
        job = state.jobs[state.running[at]]
        held += job.held
        if job.end_s > c.hold_s:
            past += job.held
    c.plan_hold = c.free + held - c.hold_gpus - past


@hot
def after_call(state: State) -> None:
    """What the policy has seen is no longer new; what its actions return to the queue will be."""
    c = state.cluster[0]
    c.freed = c.again
    c.fresh = c.tail


@part
def sort_by(keys: Any, ids: Any, count: int) -> None:
    """Sort ids by key, then by id, in place (shell sort: short lists, mostly in order already)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            key = keys[i]
            one = ids[i]
            k = i
            while k >= gap and (keys[k - gap] > key or (keys[k - gap] == key and ids[k - gap] > one)):
                keys[k] = keys[k - gap]
                ids[k] = ids[k - gap]
                k -= gap
            keys[k] = key
            ids[k] = one
        gap //= 3


def adapted(decide: Any) -> Any:
    """Somebody's own compiled policy, which may use all that arrays offer, as the engine calls it."""

    def same(_context: Any, state: Any) -> Any:
        return STATE(state), lambda _context, _builder, _signature, given: given[0]

    as_arrays: Any = intrinsic(same)

    @njit(DECIDE, **HOW | {"cache": False, "_nrt": True})
    def call(state: State, now_s: float) -> int:
        return int(decide(as_arrays(state), now_s))

    return call
