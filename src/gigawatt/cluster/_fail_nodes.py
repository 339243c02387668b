"""Compiled failures on nodes: what is struck or slowed, swapped, repaired."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from gigawatt.cluster._arrays import DOWN, OK, SIM_TYPE, SPARE, Sim
from gigawatt.cluster._core import resize
from gigawatt.cluster._fail import restart_here, throw_out
from gigawatt.cluster._heap import push
from gigawatt.cluster._place import cut_node, first_node, index_node, set_spread, take_part, take_range
from gigawatt.cluster._queue import FAST, HOW, INNER, drop_running, once, part
from gigawatt.cluster._roles import STEP
from gigawatt.cluster._segment import close_segment
from gigawatt.cluster._take import change_pace
from gigawatt.cluster.state import State


@once
def strike_nodes(
    state: State,
    sm: Sim,
    where: float,
    span: int,
    repair_s: float,
    detect_s: float,
    slow: float,
    extra: int,
) -> None:
    """Take down, or slow down, an aligned range of nodes, and deal with the jobs on them."""
    c = state.cluster[0]
    struck = int(where * sm.nodes.size)
    if extra == 1 and sm.nodes[struck].cured == 1:
        return
    if span == 0:
        j = holder(sm, struck, int((where * sm.nodes.size - struck) * c.gpus_per_node))
        if j >= 0:
            close_segment(state, sm, j)
            drop_running(state, j)
            restart_here(state, sm, j, detect_s, 0)
        return
    low = struck - struck % span
    high = min(low + span, sm.nodes.size)
    n_hit = np.int64(0)
    for i in range(low, high):
        if sm.nodes[i].state == DOWN:
            continue
        n_hit = note_jobs(state, sm, i, n_hit)
        sm.nodes[i].stand_in = -1
        if slow > 0.0:
            slow_down(sm, i, slow, repair_s)
        else:
            repair_node(state, sm, i, repair_s, i == struck)
    if slow > 0.0:
        for i in range(n_hit):
            sm.work[state.jobs[sm.hit[i]].slot].struck = 0
            change_pace(state, sm, sm.hit[i])
        return
    blast = (high - low) * c.gpus_per_node
    for i in range(n_hit):
        j = sm.hit[i]
        lost = sm.work[state.jobs[j].slot].struck
        sm.work[state.jobs[j].slot].struck = 0
        mend_job(state, sm, j, lost, low, high, detect_s, blast)


@part
def holder(sm: Sim, i: int, gpu: int) -> int:
    """The job that holds a GPU of a node, or -1; jobs stand side by side, then what is free."""
    if sm.nodes[i].owner >= 0:
        return int(sm.nodes[i].owner)
    k = sm.nodes[i].first
    while k >= 0:
        gpu -= sm.chunks[k].gpus
        if gpu < 0:
            return int(sm.chunks[k].job)
        k = sm.chunks[k].link
    return -1


@part
def note_jobs(state: State, sm: Sim, i: int, n_hit: int) -> int:
    """Remember the jobs on a node as struck."""
    node = sm.nodes[i]
    if node.owner >= 0:
        n_hit = note_hit(state, sm, node.owner, state.cluster[0].gpus_per_node, n_hit)
    k = node.first
    while k >= 0:
        n_hit = note_hit(state, sm, sm.chunks[k].job, sm.chunks[k].gpus, n_hit)
        k = sm.chunks[k].link
    return n_hit


@part
def note_hit(state: State, sm: Sim, j: int, gpus: int, n_hit: int) -> int:
    """Remember that a job lost GPUs."""
    if sm.work[state.jobs[j].slot].struck == 0:
        sm.hit[n_hit] = j
        n_hit += 1
    sm.work[state.jobs[j].slot].struck += gpus
    return n_hit


@njit(types.int64(FAST, SIM_TYPE, types.int64), **INNER)
def use_spare(state: State, sm: Sim, first: int) -> int:
    """Put the first spare node from a number on into service, wholly free; return its number."""
    c = state.cluster[0]
    i = first
    while sm.nodes[i].state != SPARE:
        i += 1
    sm.nodes[i].state = OK
    sm.nodes[i].free = c.gpus_per_node
    index_node(state, sm, i, 1)
    c.spares -= c.gpus_per_node
    return i


@part
def repair_node(state: State, sm: Sim, i: int, repair_s: float, guilty: bool) -> None:
    """Take a node out and order its repair, or its quarantine where it failed once too often."""
    s = sm.sim[0]
    c = state.cluster[0]
    node = sm.nodes[i]
    if guilty:
        node.fails += 1
        if s.quarantine_after > 0 and node.fails >= s.quarantine_after:
            repair_s = max(repair_s, s.quarantine_s)
            node.cured = 1
            node.fails = 0
    was_spare = node.state == SPARE
    if was_spare:
        c.spares -= c.gpus_per_node
    elif node.closed > 0:
        c.down -= node.free
    else:
        index_node(state, sm, i, -1)
        c.free -= node.free
    node.state = DOWN
    if s.mode == 0 and not was_spare and node.closed == 0 and c.spares > 0:
        use_spare(state, sm, 0)
        c.free += c.gpus_per_node
    c.down += c.gpus_per_node
    push(sm, s.now_s + repair_s, sm.shared[0].jobs + i)


@part
def slow_down(sm: Sim, i: int, slow: float, repair_s: float) -> None:
    """Let a node run more slowly until it is mended; struck twice, it keeps the lower speed."""
    s = sm.sim[0]
    node = sm.nodes[i]
    if node.slowed == 0:
        s.slow_nodes += 1
    node.slow = min(node.slow, slow)
    node.slowed += 1
    push(sm, s.now_s + repair_s, sm.shared[0].jobs + sm.nodes.size + i)


@part
def quicken(state: State, sm: Sim, i: int) -> None:
    """Let a node run at full speed again once its last slow-down is mended."""
    node = sm.nodes[i]
    node.slowed -= 1
    if node.slowed > 0:
        return
    node.slow = 1.0
    sm.sim[0].slow_nodes -= 1
    if node.owner >= 0:
        change_pace(state, sm, node.owner)
    k = node.first
    while k >= 0:
        change_pace(state, sm, sm.chunks[k].job)
        k = sm.chunks[k].link


@part
def mend_job(
    state: State, sm: Sim, j: int, lost_gpus: int, low: int, high: int, detect_s: float, blast: int
) -> None:
    """A running job lost whole or shared nodes of [low, high): swap in spares, shrink, or throw it out."""
    s = sm.sim[0]
    c = state.cluster[0]
    job = state.jobs[j]
    broken = 0
    k = sm.work[state.jobs[j].slot].chunk
    while k >= 0:
        chunk = sm.chunks[k]
        inside = max(min(chunk.node + chunk.count, high) - max(chunk.node, low), 0)
        # Another gang on this node may have brought in a spare, which has room for all that it held.
        if inside > 0 and (chunk.gpus == c.gpus_per_node or sm.nodes[chunk.node].stand_in < 0):
            broken += inside
        k = chunk.next
    swap = s.mode > 0 and broken * c.gpus_per_node <= c.spares
    shrink = job.min_gpus < job.gpus and job.held - lost_gpus >= job.min_gpus
    if not swap and not shrink:
        throw_out(state, sm, j, lost_gpus, detect_s, blast)
        return
    close_segment(state, sm, j)
    drop_running(state, j)
    if not swap:
        resize(state, sm, j, -lost_gpus, first_node(state, sm, j))
    spare = 0
    for i in range(low, high):
        if not holds(sm, j, i):
            continue
        gpus = cut_node(state, sm, j, i)
        if swap:
            seat = int(np.int64(sm.nodes[i].stand_in))
            if seat < 0:
                spare = use_spare(state, sm, spare)
                seat = spare
                c.free += c.gpus_per_node
                sm.nodes[i].stand_in = seat
            c.free -= gpus
            if gpus == c.gpus_per_node:
                take_range(state, sm, j, seat, 1)
            else:
                take_part(state, sm, j, seat, gpus)
    set_spread(state, sm, j)
    restart_here(state, sm, j, detect_s, blast)


@part
def holds(sm: Sim, j: int, node: int) -> bool:
    """Whether a job holds something of a node."""
    if sm.nodes[node].owner == j:
        return True
    k = sm.nodes[node].first
    while k >= 0:
        if sm.chunks[k].job == j:
            return True
        k = sm.chunks[k].link
    return False


@part
def repaired(state: State, sm: Sim, i: int) -> None:
    """A node comes back: as a spare, up to their number, else into service unless it is closed."""
    c = state.cluster[0]
    c.freed = 1
    sm.sim[0].stuck = 0
    node = sm.nodes[i]
    node.free = c.gpus_per_node
    if node.closed > 0:
        node.state = OK
        return
    c.down -= c.gpus_per_node
    if c.spares + c.gpus_per_node <= sm.sim[0].spare_target:
        node.state = SPARE
        c.spares += c.gpus_per_node
    else:
        node.state = OK
        c.free += c.gpus_per_node
        index_node(state, sm, i, 1)


@njit(STEP, **HOW)
def strike(state: State, sm: Sim, which: int) -> None:
    """Handle a failure by its number, or, for a negative number -1 - x, the end of one.

    From x = 0 on the repair of node x; from the number of nodes on the end of a node's slow-down.
    """
    if which < 0:
        x = -1 - which
        if x >= sm.nodes.size:
            quicken(state, sm, x - sm.nodes.size)
        else:
            repaired(state, sm, x)
        return
    f = sm.fails[which]
    cause = sm.causes[f.cause]
    strike_nodes(state, sm, f.where, cause.span, f.repair_s, cause.detect_s, cause.slow, f.extra)
