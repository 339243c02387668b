"""Compiled: which part of the machines a job goes to.

Of the parts on which a job may run and that are large enough, first those in which it could start now, after
all that waits there; of several, the quickest. Else the one that would first have done what runs and waits
there, by the estimates. Equal: the lower number.
"""

from __future__ import annotations

from math import inf

import numpy as np

from gigawatt.cluster._arrays import Sim, World, sim_at, state_at
from gigawatt.cluster._core import take_in, take_slot
from gigawatt.cluster._meter import let_pass, set_room
from gigawatt.cluster._queue import hot, part
from gigawatt.cluster._waiting import join_queue, reserve
from gigawatt.cluster.state import State


@part
def _has_room(state: State, sm: Sim, gpus: int) -> bool:
    """Whether a gang could start now, with all that waits there before it."""
    s = sm.sim[0]
    c = state.cluster[0]
    wanted = s.waiting_gpus + gpus
    if wanted > c.free:
        return False
    if c.placed == 1:
        whole = gpus // c.gpus_per_node
        rest = gpus % c.gpus_per_node
        if state.room[c.gpus_per_node] < whole or (rest > 0 and state.room[rest] < whole + 1):
            return False
    if s.budget_step < 0:
        return True
    set_room(state, sm)
    return bool(wanted * c.job_kw_per_gpu <= c.power_room_kw)


@part
def _load_s(state: State, sm: Sim, gpus: int, now_s: float) -> float:
    """Time in which a part would have done what runs and waits there, by the estimates.

    Under a budget only so many GPUs count as it carries now; inf where it does not carry the gang.
    """
    s = sm.sim[0]
    works = float(state.cluster[0].gpus)
    if s.budget_step >= 0:
        spare_kw = state.budget_kw[s.budget_step] - s.idle_kw * (s.total_gpus - s.absent)
        extra_kw = (s.busy_kw - s.idle_kw) * s.speed**s.exponent
        works = min(works, spare_kw / extra_kw if extra_kw > 0.0 else inf)
    if works < gpus:
        return inf
    total = s.work_gpu_s
    for at in range(state.cluster[0].n_running):
        job = state.jobs[state.running[at]]
        total += max(job.end_s - now_s, 0.0) * job.held
    return float(total / works)


@part
def choose(world: World, j: int, now_s: float) -> int:
    """The part for a job, or -1 where none is large enough."""
    some = sim_at(world.sims[0])
    allowed = some.parts[j * some.step[16]]
    best = -1
    best_room = False
    best_key = inf
    for p in range(world.next_s.size):
        state = state_at(world.states[p])
        sm = sim_at(world.sims[p])
        gpus = state.jobs[j].gpus
        if (allowed >> p) & np.int64(1) == 0 or gpus > state.cluster[0].gpus:
            continue
        room = _has_room(state, sm, gpus)
        key = -sm.sim[0].chip_speed if room else _load_s(state, sm, gpus, now_s)
        if best < 0 or (room and not best_room) or (room == best_room and key < best_key):
            best = p
            best_room = room
            best_key = key
    return best


@hot
def _send(world: World, parts: int, j: int, now_s: float) -> None:
    """Let a job into the queue of the part that it goes to."""
    p = 0
    if parts > 1 or world.shared[0].picky == 1:
        p = choose(world, j, now_s)
    elif state_at(world.states[0]).jobs[j].gpus > state_at(world.states[0]).cluster[0].gpus:
        p = -1
    if p < 0:
        state_at(world.states[0]).jobs[j].state = 6
        sim_at(world.sims[0]).end_s[j] = now_s
        return
    state = state_at(world.states[p])
    sm = sim_at(world.sims[p])
    let_pass(state, sm, now_s)
    returned = 1
    if state.jobs[j].slot < 0:
        take_slot(state, sm, j)
        returned = 0
    if sm.reserved.size > 0 and returned == 0 and sm.reserved_s[j * sm.step[17]] < inf:
        reserve(state, sm, j)
    else:
        join_queue(state, sm, j, returned)


@hot
def arrivals(world: World, parts: int, now_s: float) -> None:
    """Take in the jobs that are submitted by now."""
    sh = world.shared[0]
    if sh.next_submit_s > now_s:
        return
    sm = sim_at(world.sims[0])
    while sh.next_submit_s <= now_s:
        j = sh.next_job
        sh.next_job += 1
        sh.next_submit_s = sm.submit_s[sh.next_job * sm.step[0]] if sh.next_job < sh.jobs else inf
        sh.events += 1
        take_in(state_at(world.states[0]), sm, j)
        if sm.follower.size == 0 or not sm.blocked[j]:
            _send(world, parts, j, now_s)


@part
def deliver(world: World, parts: int, now_s: float) -> None:
    """Send on what lies in the mail: jobs whose forerunners have ended, jobs taken off by a cap."""
    sh = world.shared[0]
    mail = sim_at(world.sims[0]).mail
    for i in range(sh.mail):
        _send(world, parts, mail[i], now_s)
    sh.mail = 0


@part
def _share(state: State, t: int) -> float:
    """GPUs that a tenant holds on a part, over its quota, or over its weight and the part's size."""
    who = state.tenants[t]
    if who.quota_gpus < inf:
        return float(who.held / who.quota_gpus)
    return float(who.held / who.weight / max(state.cluster[0].gpus, 1))


@part
def share_elsewhere(world: World, p: int) -> None:
    """Tell a part's policy the largest share of each tenant on the other parts (its dominant resource)."""
    mine = state_at(world.states[p])
    for t in range(mine.tenants.size):
        most = 0.0
        for q in range(world.next_s.size):
            if q != p:
                most = max(most, _share(state_at(world.states[q]), t))
        who = mine.tenants[t]
        who.elsewhere_frac = most if who.quota_gpus < inf else most * mine.cluster[0].gpus
