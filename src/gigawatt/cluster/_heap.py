"""Compiled heap of events: earliest first, equal times by code."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import hot, part
from gigawatt.cluster.state import State


@part
def _rise(sm: Sim, at: Any, at_s: float, code: int) -> None:
    """Let an event rise from a gap in the heap to its place."""
    t = sm.heap_s
    c = sm.heap_code
    i = at
    while i > np.uintp(0):
        up = (i - np.uintp(1)) >> np.uintp(1)
        if t[up] < at_s or (t[up] == at_s and c[up] <= code):
            break
        t[i] = t[up]
        c[i] = c[up]
        i = up
    t[i] = at_s
    c[i] = code


@part
def push(sm: Sim, at_s: float, code: int) -> None:
    """Add an event."""
    s = sm.sim[0]
    s.heap += 1
    _rise(sm, np.uintp(s.heap - 1), at_s, code)


@part
def pop(sm: Sim) -> None:
    """Drop the first event: the gap sinks to the bottom along the earlier child, the last event fills it.

    The last event belongs near the bottom, so this asks once a level which child comes first, and hardly
    ever whether to stop.
    """
    s = sm.sim[0]
    t = sm.heap_s
    c = sm.heap_code
    n = s.heap - 1
    s.heap = n
    i = np.uintp(0)
    k = np.uintp(1)
    last = np.uintp(n)
    while k + np.uintp(1) < last:
        right = k + np.uintp(1)
        k += np.uintp((t[right] < t[k]) | ((t[right] == t[k]) & (c[right] < c[k])))
        t[i] = t[k]
        c[i] = c[k]
        i = k
        k = np.uintp(2) * i + np.uintp(1)
    if k < last:
        t[i] = t[k]
        c[i] = c[k]
        i = k
    _rise(sm, i, t[last], c[last])


@hot
def stale(state: State, sm: Sim, at_s: float, code: int) -> bool:
    """Whether a job's event was overtaken by another one."""
    if code >= sm.shared[0].jobs:
        return False
    job = state.jobs[code]
    return bool(job.state != 2 or job.part != sm.sim[0].part or sm.work[job.slot].end_s != at_s)


@part
def sweep(state: State, sm: Sim) -> None:
    """Rebuild the heap without stale events."""
    s = sm.sim[0]
    n = s.heap
    s.heap = 0
    for i in range(n):
        at_s = sm.heap_s[i]
        code = sm.heap_code[i]
        if not stale(state, sm, at_s, code):
            push(sm, at_s, code)
