"""Compiled state of the simulation, and what happens to one job: start, stop, change of speed."""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from gigawatt.cluster._handle import handle_of
from gigawatt.cluster._queue import INNER, STATE, add_running, drop_running, enqueue, hot, part
from gigawatt.cluster._work import SETUP, WORK, progress, wall_s
from gigawatt.cluster.state import State

_F, _I = np.float64, np.int64

SIM = np.dtype(
    [
        ("now_s", _F),
        ("total_gpus", _I),  # with the spares
        ("spare_target", _I),
        ("busy", _I),
        ("busy_serving", _I),
        ("waiting_jobs", _I),
        ("waiting_gpus", _I),
        ("next_job", _I),
        ("next_failure", _I),
        ("heap", _I),
        ("runs", _I),
        ("step_s", _F),  # of the curves
        ("round_s", _F),  # decisions only at multiples of it; 0: at every event
        ("due", _I),  # 1: something happened since the last decision
        ("until_s", _F),
        # GPU-seconds by fate
        ("setup", _F), ("writing", _F), ("slowed", _F), ("lost", _F), ("useful", _F), ("user_failed", _F),
        ("down", _F), ("idle", _F), ("overrun", _F),
        ("events", _I), ("decisions", _I), ("refused", _I), ("failures", _I),
        # recovery
        ("mode", _I), ("whole_s", _F), ("swap_s", _F), ("partial_s", _F), ("survives", _I),
        ("quarantine_after", _I), ("quarantine_s", _F),
        # power
        ("power", _I), ("busy_kw", _F), ("idle_kw", _F), ("least_frac", _F), ("exponent", _F),
        ("budget_step", _I), ("speed", _F), ("next_budget_s", _F),
        ("free_chunk", _I),
    ],
    align=True,
)  # fmt: skip
"""Scalars of the simulation, an array of one record."""

FAIL = np.dtype([("at_s", _F), ("where", _F), ("repair_s", _F), ("cause", _I), ("extra", _I)], align=True)
"""A failure: ``where`` is a place in 0 to 1; ``extra`` is 1 where only a lemon would have failed."""
CAUSE = np.dtype([("span", _I), ("detect_s", _F)], align=True)
"""``span``: nodes that it takes down, aligned; 0: the job alone."""
NODE = np.dtype(
    [("free", _I), ("state", _I), ("owner", _I), ("first", _I), ("fails", _I), ("cured", _I)],
    align=True,
)
"""A node: GPUs free, state, the job that holds all of it or -1, its first shared chunk or -1."""
CHUNK = np.dtype(
    [("node", _I), ("count", _I), ("gpus", _I), ("job", _I), ("next", _I), ("link", _I)], align=True
)
"""``count`` nodes from ``node``, ``gpus`` held of each; next of the job, next of the node."""
OK, DOWN, SPARE = 0, 1, 2

BUSY_CURVE, DOWN_CURVE, JOBS_CURVE, GPUS_CURVE, POWER_CURVE, STRANDED_CURVE, N_CURVES = 0, 1, 2, 3, 4, 5, 6


class Sim(NamedTuple):
    """Everything that the loop holds beyond what policies see."""

    sim: NDArray[Any]
    work: NDArray[Any]
    heap_s: NDArray[np.float64]
    heap_code: NDArray[np.int64]
    """A job's position; jobs + node for a repair on placed machines, jobs + GPUs in a pool."""
    run_s: NDArray[np.float64]
    """Start and end of each run."""
    run_of: NDArray[np.int64]
    """Job, GPUs and first node of each run."""
    curves: NDArray[np.float64]
    fails: NDArray[Any]
    causes: NDArray[Any]
    nodes: NDArray[Any]
    chunks: NDArray[Any]
    bits: NDArray[np.uint64]
    """For each number of free GPUs the set of nodes that have exactly so many, shape (gpus + 1, words)."""
    hit: NDArray[np.int64]
    tier_speed: NDArray[np.float64]
    table: NDArray[np.uint64]
    """Addresses of the arrays, for compiled code."""


def new_sim(jobs: int) -> Sim:
    """Empty arrays; the driver replaces those that it sizes."""
    return Sim(
        sim=np.zeros(1, dtype=SIM),
        work=np.zeros(jobs, dtype=WORK),
        heap_s=np.zeros(1),
        heap_code=np.zeros(1, dtype=_I),
        run_s=np.zeros((1, 2)),
        run_of=np.zeros((1, 3), dtype=_I),
        curves=np.zeros((1, N_CURVES)),
        fails=np.zeros(0, dtype=FAIL),
        causes=np.zeros(0, dtype=CAUSE),
        nodes=np.zeros(0, dtype=NODE),
        chunks=np.zeros(0, dtype=CHUNK),
        bits=np.zeros((1, 0), dtype=np.uint64),
        hit=np.zeros(1, dtype=_I),
        tier_speed=np.ones(5),
        table=np.zeros(0, dtype=np.uint64),
    )


SIM_TYPE: Any = handle_of(new_sim(1))
__all__ = ["SIM_TYPE", "STATE"]


@part
def push(sm: Sim, at_s: float, code: int) -> None:
    """Add an event to the heap: earliest first, equal times by code."""
    s = sm.sim[0]
    t = sm.heap_s
    c = sm.heap_code
    i = s.heap
    s.heap += 1
    while i > 0:
        up = (i - 1) >> 1
        if t[up] < at_s or (t[up] == at_s and c[up] <= code):
            break
        t[i] = t[up]
        c[i] = c[up]
        i = up
    t[i] = at_s
    c[i] = code


@part
def pop(sm: Sim) -> None:
    """Drop the heap's first event."""
    s = sm.sim[0]
    t = sm.heap_s
    c = sm.heap_code
    s.heap -= 1
    n = s.heap
    at_s = t[n]
    code = c[n]
    i = 0
    while True:
        k = 2 * i + 1
        if k >= n:
            break
        if k + 1 < n and (t[k + 1] < t[k] or (t[k + 1] == t[k] and c[k + 1] < c[k])):
            k += 1
        if at_s < t[k] or (at_s == t[k] and code <= c[k]):
            break
        t[i] = t[k]
        c[i] = c[k]
        i = k
    t[i] = at_s
    c[i] = code


@hot
def stale(sm: Sim, jobs: int, at_s: float, code: int) -> bool:
    """Whether a job's event was overtaken by another one."""
    return code < jobs and sm.work[code].end_s != at_s


@part
def sweep(sm: Sim, jobs: int) -> None:
    """Rebuild the heap without stale events."""
    s = sm.sim[0]
    n = s.heap
    s.heap = 0
    for i in range(n):
        at_s = sm.heap_s[i]
        code = sm.heap_code[i]
        if not stale(sm, jobs, at_s, code):
            push(sm, at_s, code)


@hot
def speed_of(state: State, sm: Sim, j: int) -> float:
    """Work by wall-clock time of a job on the GPUs that it holds: their share, the spread, the power cap."""
    job = state.jobs[j]
    rate = job.held / job.gpus
    if job.held == job.gpus:
        rate = 1.0
    if job.serving == 0:
        rate *= sm.sim[0].speed
    return float(rate)


@hot
def open_segment(state: State, sm: Sim, j: int) -> None:
    """Set when a running job will end, and when it is expected to; ``pause_s`` is set."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    w.segment_s = s.now_s
    w.rate = speed_of(state, sm, j) * w.spread
    w.end_s = s.now_s + (w.pause_s + wall_s(w, w.target_s, w.rate))
    w.end_state = 3 if w.target_s >= w.duration_s else 4
    allowed_s = w.limit_s - w.ran_s - (s.now_s - w.run_s)
    if s.now_s + allowed_s < w.end_s:
        w.end_s = s.now_s + allowed_s
        w.end_state = 5
    job.left_s = w.pause_s + wall_s(w, job.estimate_s, w.rate)
    job.end_s = s.now_s + job.left_s
    push(sm, w.end_s, j)


@hot
def close_segment(state: State, sm: Sim, j: int) -> None:
    """Book what a running job did since its segment began."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    before_s = w.done_s
    setup, written, worked = progress(w, s.now_s - w.segment_s)
    w.segment_s = s.now_s
    s.setup += setup * job.held
    s.writing += written * job.held
    s.slowed += worked * job.held - (w.done_s - before_s) * job.gpus


@njit(types.void(STATE, SIM_TYPE, types.int64, types.int64), **INNER)
def log_run(state: State, sm: Sim, j: int, node: int) -> None:
    """Write down a run that ends now."""
    s = sm.sim[0]
    sm.run_s[s.runs, 0] = sm.work[j].run_s
    sm.run_s[s.runs, 1] = s.now_s
    sm.run_of[s.runs, 0] = j
    sm.run_of[s.runs, 1] = state.jobs[j].held
    sm.run_of[s.runs, 2] = node
    s.runs += 1


@hot
def begin_run(state: State, sm: Sim, j: int) -> None:
    """Count a job as running; its GPUs are taken, ``held`` and ``spread`` are set."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    job.state = 2
    w.waited_s += s.now_s - job.since_s
    job.since_s = s.now_s
    w.run_s = s.now_s
    if w.first_s != w.first_s:
        w.first_s = s.now_s
    w.pause_s = w.setup_s
    w.pause_kind = SETUP
    w.setup_s = 0.0
    s.busy += job.held
    if job.serving == 1:
        s.busy_serving += job.held
    state.tenants[job.tenant].held += job.held
    s.waiting_jobs -= 1
    s.waiting_gpus -= job.gpus
    open_segment(state, sm, j)
    add_running(state, j)


@njit(types.void(STATE, SIM_TYPE, types.int64, types.int64), **INNER)
def end_run(state: State, sm: Sim, j: int, node: int) -> None:
    """Stop counting a job as running; its GPUs are still to be given back."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    close_segment(state, sm, j)
    log_run(state, sm, j, node)
    drop_running(state, j)
    w.ran_s += s.now_s - w.run_s
    job.service_gpu_s += (s.now_s - w.run_s) * job.held
    w.end_s = -1.0
    s.busy -= job.held
    if job.serving == 1:
        s.busy_serving -= job.held
    state.tenants[job.tenant].held -= job.held
    state.cluster[0].freed = 1


@hot
def finish(state: State, sm: Sim, j: int) -> None:
    """Book a job that has ended, and let those that waited for it into the queue."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    job.state = w.end_state
    if w.end_state != 5:
        w.done_s = w.target_s
    if w.end_state == 3:
        s.useful += w.done_s * job.gpus
    else:
        s.user_failed += w.done_s * job.gpus
    w.last_s = s.now_s
    job.held = 0
    release_followers(state, sm, j)


@part
def release_followers(state: State, sm: Sim, j: int) -> None:
    """Let those into the queue that waited for this job's end and have been submitted."""
    s = sm.sim[0]
    k = sm.work[j].follower
    while k >= 0:
        sm.work[k].after = -1
        if state.jobs[k].submit_s <= s.now_s and k < s.next_job and state.jobs[k].state == 0:
            submit(state, sm, k)
        k = sm.work[k].sibling


@hot
def submit(state: State, sm: Sim, j: int) -> None:
    """Let a job into the queue."""
    s = sm.sim[0]
    s.waiting_jobs += 1
    s.waiting_gpus += state.jobs[j].gpus
    enqueue(state, j, s.now_s, 0)


@part
def requeue(state: State, sm: Sim, j: int, setup_s: float) -> None:
    """Return a job to the queue that has just stopped; its next start takes so long before it works."""
    s = sm.sim[0]
    w = sm.work[j]
    job = state.jobs[j]
    w.pause_s = 0.0
    w.setup_s = setup_s
    job.held = 0
    job.left_s = setup_s + wall_s(w, job.estimate_s, 1.0)
    s.waiting_jobs += 1
    s.waiting_gpus += job.gpus
    enqueue(state, j, s.now_s, 1)


@part
def reset_to(state: State, sm: Sim, j: int, work_s: float) -> None:
    """Throw away the work after a checkpoint."""
    w = sm.work[j]
    sm.sim[0].lost += (w.done_s - work_s) * state.jobs[j].gpus
    w.done_s = work_s
    w.memory_s = work_s
    w.saved_s = min(w.saved_s, work_s)
    w.pause_s = 0.0


@part
def preempted(state: State, sm: Sim, j: int) -> None:
    """Return a job to the queue that was taken off; it keeps its work and loads it at its next start."""
    w = sm.work[j]
    w.saved_s = w.done_s
    w.memory_s = w.done_s
    w.preemptions += 1
    requeue(state, sm, j, w.load_s)


@part
def preempt(leave: Any, state: State, sm: Sim, j: int) -> None:
    """Take a running job off."""
    leave(state, sm, j)
    preempted(state, sm, j)


@part
def drawn_kw(state: State, sm: Sim) -> float:
    """Power of all machines that are not down, now."""
    s = sm.sim[0]
    works = s.total_gpus - state.cluster[0].down
    slowed = s.busy - s.busy_serving
    extra = s.busy_serving + slowed * s.speed**s.exponent
    return float(s.idle_kw * works + (s.busy_kw - s.idle_kw) * extra)


@part
def reserved_kw(state: State, sm: Sim) -> float:
    """What is drawn now, and what broken machines will draw when they come back idle."""
    return float(drawn_kw(state, sm) + sm.sim[0].idle_kw * state.cluster[0].down)


@part
def set_room(state: State, sm: Sim) -> None:
    """Tell policies what power is left for starts."""
    s = sm.sim[0]
    c = state.cluster[0]
    if s.budget_step < 0:
        c.power_room_kw = inf
        return
    c.base_kw = s.idle_kw * s.total_gpus
    c.power_room_kw = state.budget_kw[s.budget_step] - reserved_kw(state, sm)
    c.serving_kw_per_gpu = s.busy_kw - s.idle_kw
    c.job_kw_per_gpu = (s.busy_kw - s.idle_kw) * s.speed**s.exponent
