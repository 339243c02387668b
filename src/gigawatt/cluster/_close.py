"""Compiled: the end of a simulation."""

from __future__ import annotations

from numba import njit, types

from gigawatt.cluster._arrays import WORLD, Sim, World, sim_at, state_at
from gigawatt.cluster._core import end_as, log_run
from gigawatt.cluster._meter import let_pass
from gigawatt.cluster._queue import HOW, once
from gigawatt.cluster._segment import close_segment
from gigawatt.cluster.schedule import OPEN
from gigawatt.cluster.state import State


@once
def book_open_runs(state: State, sm: Sim) -> None:
    """Book what the jobs that run or wait have done, and write their runs and waits down up to now."""
    s = sm.sim[0]
    c = state.cluster[0]
    for at in range(c.n_running):
        j = state.running[at]
        close_segment(state, sm, j)
        w = sm.work[state.jobs[j].slot]
        node = -1
        k = w.chunk
        while k >= 0:
            if node < 0 or sm.chunks[k].node < node:
                node = sm.chunks[k].node
            k = sm.chunks[k].next
        log_run(state, sm, j, node)
        end_as(sm, OPEN)
        s.unfinished += w.kept_gpu_s
    for at in range(c.head, c.tail):
        j = state.queue[at]
        sm.wait_s[j] += s.now_s - state.jobs[j].since_s
        s.unfinished += sm.work[state.jobs[j].slot].kept_gpu_s


@njit(types.void(WORLD), **HOW)
def close(world: World) -> None:
    """Let all parts come to the present, and book what still runs and waits."""
    now_s = 0.0
    for p in range(world.next_s.size):
        now_s = max(now_s, sim_at(world.sims[p]).sim[0].now_s)
    for p in range(world.next_s.size):
        state = state_at(world.states[p])
        sm = sim_at(world.sims[p])
        let_pass(state, sm, now_s)
        book_open_runs(state, sm)
