"""Compiled placement: whole nodes and parts of nodes, taken and given back as ranges; no loop over GPUs.

A gang of g GPUs on nodes of G takes g // G wholly free nodes and, for the rest, part of one more. The
smallest part of the tree that holds the whole nodes is taken, and of those the fullest (best fit); ties go to
the lowest number. A rest, or a job smaller than a node, goes where the fewest GPUs stay free.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

from gigawatt.cluster._arrays import OK, SIM_TYPE, Sim
from gigawatt.cluster._queue import FAST, INNER, once, part
from gigawatt.cluster.state import State

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@part
def lowest_bit(word: Any) -> int:
    """Index of the lowest bit that is set."""
    n = 0
    if word & np.uint64(0xFFFFFFFF) == _ZERO:
        n += 32
        word >>= np.uint64(32)
    if word & np.uint64(0xFFFF) == _ZERO:
        n += 16
        word >>= np.uint64(16)
    if word & np.uint64(0xFF) == _ZERO:
        n += 8
        word >>= np.uint64(8)
    if word & np.uint64(0xF) == _ZERO:
        n += 4
        word >>= np.uint64(4)
    if word & np.uint64(0x3) == _ZERO:
        n += 2
        word >>= np.uint64(2)
    if word & _ONE == _ZERO:
        n += 1
    return n


@njit(types.void(FAST, SIM_TYPE, types.int64, types.int64), **INNER)
def index_node(state: State, sm: Sim, node: int, way: int) -> None:
    """Enter a node into (1) or strike it from (-1) the sets by free GPUs and the counts of the tree."""
    c = state.cluster[0]
    free = sm.nodes[node].free
    bit = _ONE << np.uint64(node & 63)
    if way > 0:
        sm.bits[free, node >> 6] |= bit
    else:
        sm.bits[free, node >> 6] &= ~bit
    for f in range(free + 1):
        state.room[f] += way
    if free == state.cluster[0].gpus_per_node:
        rack = node // c.rack_nodes
        pod = node // c.pod_nodes
        hall = node // c.hall_nodes
        racks = (sm.nodes.size + c.rack_nodes - 1) // c.rack_nodes
        pods = (sm.nodes.size + c.pod_nodes - 1) // c.pod_nodes
        state.whole[rack] += way
        state.whole[racks + pod] += way
        state.whole[racks + pods + hall] += way


@njit(types.void(FAST, SIM_TYPE, types.int64, types.int64), **INNER)
def set_free(state: State, sm: Sim, node: int, free: int) -> None:
    """Change how many GPUs of a working node are free."""
    index_node(state, sm, node, -1)
    sm.nodes[node].free = free
    index_node(state, sm, node, 1)


@njit(types.int64(FAST, SIM_TYPE, types.int64, types.int64, types.int64, types.int64), **INNER)
def new_chunk(state: State, sm: Sim, j: int, node: int, count: int, gpus: int) -> int:
    """Write down that a job holds some nodes."""
    s = sm.sim[0]
    k = s.free_chunk
    s.free_chunk = sm.chunks[k].next
    chunk = sm.chunks[k]
    chunk.node = node
    chunk.count = count
    chunk.gpus = gpus
    chunk.job = j
    chunk.next = sm.work[state.jobs[j].slot].chunk
    chunk.link = -1
    sm.work[state.jobs[j].slot].chunk = k
    return int(k)


@njit(types.void(FAST, SIM_TYPE, types.int64, types.int64, types.int64), **INNER)
def take_range(state: State, sm: Sim, j: int, node: int, count: int) -> None:
    """Give whole nodes to a job."""
    new_chunk(state, sm, j, node, count, state.cluster[0].gpus_per_node)
    for i in range(node, node + count):
        set_free(state, sm, i, 0)
        sm.nodes[i].owner = j


@part
def take_part(state: State, sm: Sim, j: int, node: int, gpus: int) -> None:
    """Give part of a node to a job."""
    k = new_chunk(state, sm, j, node, 1, gpus)
    sm.chunks[k].link = sm.nodes[node].first
    sm.nodes[node].first = k
    set_free(state, sm, node, sm.nodes[node].free - gpus)


@part
def take_whole(state: State, sm: Sim, j: int, low: int, high: int, wanted: int) -> int:
    """Give up to so many wholly free nodes of [low, high), the lowest first; return how many."""
    row = sm.bits[state.cluster[0].gpus_per_node]
    taken = 0
    start = -1
    length = 0
    word_at = low >> 6
    while taken < wanted and word_at << 6 < high:
        word = row[word_at]
        if word_at == low >> 6:
            word &= ~_ZERO << np.uint64(low & 63)
        while word != _ZERO and taken < wanted:
            node = (word_at << 6) + lowest_bit(word)
            word &= word - _ONE
            if node >= high:
                break
            if start >= 0 and node == start + length:
                length += 1
            else:
                if start >= 0:
                    take_range(state, sm, j, start, length)
                start = node
                length = 1
            taken += 1
        word_at += 1
    if start >= 0:
        take_range(state, sm, j, start, length)
    return taken


@part
def best_part(state: State, offset: int, first: int, last: int, wanted: int) -> int:
    """The part of the tree with the fewest wholly free nodes that are enough, or -1."""
    best = -1
    least = np.int64(1) << 62
    for i in range(first, last):
        free = state.whole[offset + i]
        if free >= wanted and free < least:
            best = i
            least = free
    return best


@part
def fullest(state: State, sm: Sim, gpus: int) -> int:
    """The lowest-numbered of the nodes on which the fewest GPUs would stay free, or -1."""
    per_node = state.cluster[0].gpus_per_node
    for f in range(gpus, per_node + 1):
        more = state.room[f + 1] if f < per_node else 0
        if state.room[f] > more:
            row = sm.bits[f]
            for i in range(row.size):
                if row[i] != _ZERO:
                    return int((i << 6) + lowest_bit(row[i]))
    return -1


@part
def whole_nodes(state: State, sm: Sim, j: int, wanted: int) -> None:
    """Give so many whole nodes from the smallest part of the tree that has them."""
    c = state.cluster[0]
    n = sm.nodes.size
    racks = (n + c.rack_nodes - 1) // c.rack_nodes
    pods = (n + c.pod_nodes - 1) // c.pod_nodes
    halls = (n + c.hall_nodes - 1) // c.hall_nodes
    pod = best_part(state, racks, np.int64(0), pods, wanted)
    if pod >= 0:
        low = pod * c.pod_nodes
        high = min(low + c.pod_nodes, n)
        if c.rack_nodes > 1 and wanted <= c.rack_nodes:
            first = low // c.rack_nodes
            last = (high + c.rack_nodes - 1) // c.rack_nodes
            rack = best_part(state, np.int64(0), first, last, wanted)
            if rack >= 0:
                low = rack * c.rack_nodes
                high = min(low + c.rack_nodes, high)
        take_whole(state, sm, j, low, high, wanted)
        return
    hall = best_part(state, racks + pods, np.int64(0), halls, wanted)
    low = 0
    high = n
    if hall >= 0:
        low = hall * c.hall_nodes
        high = min(low + c.hall_nodes, n)
    # The emptiest pods first, so that few are crossed.
    left = wanted
    while left > 0:
        most = -1
        for i in range(low // c.pod_nodes, (high + c.pod_nodes - 1) // c.pod_nodes):
            if most < 0 or state.whole[racks + i] > state.whole[racks + most]:
                most = i
        first = most * c.pod_nodes
        left -= take_whole(state, sm, j, first, min(first + c.pod_nodes, n), left)


@part
def spread_tier(state: State, sm: Sim, j: int) -> int:
    """0 to 4: all of a job in one node, rack, pod, hall, or in several halls."""
    c = state.cluster[0]
    low = np.int64(1) << 62
    high = np.int64(-1)
    k = sm.work[state.jobs[j].slot].chunk
    while k >= 0:
        low = min(low, sm.chunks[k].node)
        high = max(high, sm.chunks[k].node + sm.chunks[k].count - 1)
        k = sm.chunks[k].next
    if low == high:
        return 0
    if low // c.rack_nodes == high // c.rack_nodes:
        return 1
    if low // c.pod_nodes == high // c.pod_nodes:
        return 2
    if low // c.hall_nodes == high // c.hall_nodes:
        return 3
    return 4


@part
def can_place(state: State, gpus: int) -> bool:
    """Whether the nodes have room for a gang now."""
    per_node = state.cluster[0].gpus_per_node
    whole = gpus // per_node
    rest = gpus % per_node
    if state.room[per_node] < whole:
        return False
    return bool(rest == 0 or state.room[rest] >= whole + 1)


@once
def place(state: State, sm: Sim, j: int, gpus: int) -> None:
    """Take nodes for a gang that has room; set the speed that its spread leaves."""
    per_node = state.cluster[0].gpus_per_node
    if gpus >= per_node:
        whole_nodes(state, sm, j, gpus // per_node)
    rest = gpus % per_node
    if rest > 0:
        take_part(state, sm, j, fullest(state, sm, rest), rest)
    set_spread(state, sm, j)


@part
def set_spread(state: State, sm: Sim, j: int) -> None:
    """Set the speed that a job's places leave: how far it is spread, and its slowest node."""
    slowest = 1.0
    if sm.sim[0].slow_nodes > 0:
        k = sm.work[state.jobs[j].slot].chunk
        while k >= 0:
            for i in range(sm.chunks[k].node, sm.chunks[k].node + sm.chunks[k].count):
                slowest = min(slowest, sm.nodes[i].slow)
            k = sm.chunks[k].next
    sm.work[state.jobs[j].slot].spread = sm.tier_speed[spread_tier(state, sm, j)] * slowest


@part
def first_node(state: State, sm: Sim, j: int) -> int:
    """The lowest-numbered node of a job."""
    low = np.int64(1) << 62
    k = sm.work[state.jobs[j].slot].chunk
    while k >= 0:
        low = min(low, sm.chunks[k].node)
        k = sm.chunks[k].next
    return int(low)


@part
def unlink(sm: Sim, node: int, k: int) -> None:
    """Strike a shared chunk from its node's list."""
    at = sm.nodes[node].first
    if at == k:
        sm.nodes[node].first = sm.chunks[k].link
        return
    while sm.chunks[at].link != k:
        at = sm.chunks[at].link
    sm.chunks[at].link = sm.chunks[k].link


@part
def give_back(state: State, sm: Sim, j: int) -> int:
    """Return a job's nodes; those that are down stay so. Returns the GPUs that are free now."""
    s = sm.sim[0]
    per_node = state.cluster[0].gpus_per_node
    freed = 0
    k = sm.work[state.jobs[j].slot].chunk
    while k >= 0:
        chunk = sm.chunks[k]
        if chunk.gpus < per_node:
            unlink(sm, chunk.node, k)
        for i in range(chunk.node, chunk.node + chunk.count):
            freed += release_node(state, sm, i, chunk.gpus)
        after = chunk.next
        chunk.next = s.free_chunk
        s.free_chunk = k
        k = after
    sm.work[state.jobs[j].slot].chunk = -1
    return freed


@part
def give_back_some(state: State, sm: Sim, j: int, wanted: int) -> int:
    """Return so many whole nodes of a job that it took last; returns the GPUs that are free now."""
    per_node = state.cluster[0].gpus_per_node
    freed = 0
    previous = -1
    k = sm.work[state.jobs[j].slot].chunk
    while k >= 0 and wanted > 0:
        chunk = sm.chunks[k]
        after = chunk.next
        if chunk.gpus < per_node:
            previous = k
            k = after
            continue
        count = min(chunk.count, wanted)
        wanted -= count
        for i in range(chunk.node + chunk.count - count, chunk.node + chunk.count):
            freed += release_node(state, sm, i, per_node)
        chunk.count -= count
        if chunk.count == 0:
            drop_chunk(state, sm, j, k, previous)
        else:
            previous = k
        k = after
    return freed


@part
def release_node(state: State, sm: Sim, i: int, gpus: int) -> int:
    """Return GPUs of a node that a job held; how many of them are free now."""
    node = sm.nodes[i]
    node.owner = -1
    if node.state != OK:
        return 0
    if node.closed > 0:
        node.free += gpus
        state.cluster[0].down += gpus
        return 0
    set_free(state, sm, i, node.free + gpus)
    return gpus


@part
def drop_chunk(state: State, sm: Sim, j: int, k: int, previous: int) -> None:
    """Strike an empty chunk from a job's list."""
    s = sm.sim[0]
    if previous >= 0:
        sm.chunks[previous].next = sm.chunks[k].next
    else:
        sm.work[state.jobs[j].slot].chunk = sm.chunks[k].next
    sm.chunks[k].next = s.free_chunk
    s.free_chunk = k


@part
def cut_node(state: State, sm: Sim, j: int, node: int) -> int:
    """Take one node out of a job's chunks; return how many GPUs it held there."""
    previous = -1
    k = sm.work[state.jobs[j].slot].chunk
    while not sm.chunks[k].node <= node < sm.chunks[k].node + sm.chunks[k].count:
        previous = k
        k = sm.chunks[k].next
    chunk = sm.chunks[k]
    gpus = chunk.gpus
    behind = chunk.node + chunk.count - 1 - node
    chunk.count = node - chunk.node
    if sm.nodes[node].owner == j:
        sm.nodes[node].owner = -1
    else:
        unlink(sm, node, k)
    if chunk.count == 0:
        drop_chunk(state, sm, j, k, previous)
    if behind > 0:
        new_chunk(state, sm, j, node + 1, behind, gpus)
    return int(gpus)
