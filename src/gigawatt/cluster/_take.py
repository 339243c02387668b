"""Compiled: a running job is taken off, or goes on at another pace; a gang takes its GPUs. Pool or nodes."""

from __future__ import annotations

import numpy as np

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._core import free_up, move, preempted
from gigawatt.cluster._place import can_place, first_node, give_back, place, set_spread
from gigawatt.cluster._queue import add_running, drop_running, once, part
from gigawatt.cluster._segment import close_segment, end_run, open_segment
from gigawatt.cluster.state import State


@once
def stop(state: State, sm: Sim, j: int) -> None:
    """Stop a running job and give its GPUs back."""
    held = state.jobs[j].held
    if state.cluster[0].placed == 1:
        end_run(state, sm, j, first_node(state, sm, j))
        state.cluster[0].free += give_back(state, sm, j)
    else:
        end_run(state, sm, j, np.int64(-1))
        free_up(state, sm, held)


@part
def take_off(state: State, sm: Sim, j: int) -> None:
    """Preempt a job; where it may run elsewhere, it is sent there."""
    stop(state, sm, j)
    if sm.sim[0].parts > 1:
        move(state, sm, j)
    else:
        preempted(state, sm, j)


@part
def change_pace(state: State, sm: Sim, j: int) -> None:
    """Let a running job go on at the pace that its nodes and the storage allow now."""
    close_segment(state, sm, j)
    drop_running(state, j)
    if state.cluster[0].placed == 1:
        set_spread(state, sm, j)
    open_segment(state, sm, j)
    add_running(state, j)


@once
def take_gpus(state: State, sm: Sim, j: int) -> bool:
    """Take the GPUs of a gang; false where they are not there."""
    c = state.cluster[0]
    job = state.jobs[j]
    if job.gpus > c.free or (c.placed == 1 and not can_place(state, job.gpus)):
        return False
    job.held = job.gpus
    c.free -= job.gpus
    if c.placed == 1:
        place(state, sm, j, job.gpus)
    else:
        sm.work[job.slot].spread = 1.0
    return True
