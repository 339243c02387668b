"""Compiled failures: how a job recovers; what is struck stands beside, for pools and for nodes."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from gigawatt.cluster._arrays import SIM_TYPE, Sim
from gigawatt.cluster._core import end_as, free_up, reset_to
from gigawatt.cluster._place import first_node, give_back
from gigawatt.cluster._queue import FAST, INNER, add_running, part
from gigawatt.cluster._segment import end_run, open_segment
from gigawatt.cluster._waiting import requeue
from gigawatt.cluster._work import SETUP
from gigawatt.cluster.schedule import STRUCK
from gigawatt.cluster.state import State


@part
def _kept(state: State, sm: Sim, j: int, blast_gpus: int) -> float:
    """Work of the best checkpoint that a failure of this size leaves."""
    w = sm.work[state.jobs[j].slot]
    return float(max(w.memory_s, w.saved_s) if blast_gpus <= sm.sim[0].survives else w.saved_s)


@part
def _pause_s(state: State, sm: Sim, j: int, detect_s: float, blast_gpus: int) -> float:
    """Time from a failure to the first new step of a job that keeps its place."""
    s = sm.sim[0]
    w = sm.work[state.jobs[j].slot]
    load_s = w.load_s
    if w.grid_s < w.duration_s and blast_gpus <= s.survives and w.memory_s > w.saved_s:
        load_s = w.memory_load_s
    start_s = s.whole_s
    if s.mode == 1:
        start_s = s.swap_s
    elif s.mode == 2:
        start_s = s.partial_s
    return float(detect_s + start_s + load_s)


@njit(types.void(FAST, SIM_TYPE, types.int64, types.float64, types.int64), **INNER)
def restart_here(state: State, sm: Sim, j: int, detect_s: float, blast_gpus: int) -> None:
    """Set a running job back to its checkpoint, on GPUs that it holds; ``held`` may have changed."""
    w = sm.work[state.jobs[j].slot]
    pause_s = _pause_s(state, sm, j, detect_s, blast_gpus)
    reset_to(state, sm, j, _kept(state, sm, j, blast_gpus))
    w.pause_s = pause_s
    w.pause_kind = SETUP
    sm.restarts[j] += 1
    open_segment(state, sm, j)
    add_running(state, j)


@part
def throw_out(state: State, sm: Sim, j: int, lost_gpus: int, detect_s: float, blast_gpus: int) -> None:
    """Return a struck job to the queue; ``lost_gpus`` of those that it held are broken."""
    c = state.cluster[0]
    w = sm.work[state.jobs[j].slot]
    held = state.jobs[j].held
    if c.placed == 1:
        end_run(state, sm, j, first_node(state, sm, j))
        c.free += give_back(state, sm, j)
    else:
        end_run(state, sm, j, np.int64(-1))
        free_up(state, sm, held - lost_gpus)
    memory = w.memory_s
    load_s = w.load_s
    if blast_gpus <= sm.sim[0].survives and memory > w.saved_s:
        load_s = w.memory_load_s
    reset_to(state, sm, j, _kept(state, sm, j, blast_gpus))
    sm.restarts[j] += 1
    end_as(sm, STRUCK)
    requeue(state, sm, j, detect_s + sm.sim[0].whole_s + load_s)
