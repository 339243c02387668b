"""Compiled: what happens to one job: submission, start, stop, change of speed, end."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._heap import push
from gigawatt.cluster._meter import job_kw
from gigawatt.cluster._queue import add_running, drop_running, hot, once, part
from gigawatt.cluster._storage import join_storage, leave_storage
from gigawatt.cluster._waiting import leave_queue, requeue
from gigawatt.cluster._work import SETUP, progress, wall_s
from gigawatt.cluster.schedule import FAILED, PREEMPTED, RESIZED
from gigawatt.cluster.state import State


@hot
def take_in(state: State, sm: Sim, j: int) -> None:
    """Write a job's record for the policies, and what it needs here, from the columns given.

    All of it: what stood there before may be from another simulation.
    """
    job = state.jobs[j]
    step = sm.step
    job.submit_s = sm.submit_s[j * step[0]]
    job.estimate_s = sm.estimate_s[j * step[2]]
    job.deadline_s = sm.deadline_s[j * step[3]]
    job.gpus = sm.gpus[j * step[9]]
    job.min_gpus = sm.min_gpus[j * step[10]]
    job.max_gpus = sm.max_gpus[j * step[11]]
    job.tenant = sm.tenant[j * step[12]]
    job.priority = sm.priority[j * step[13]]
    job.serving = 1 if sm.serving[j * step[15]] else 2 if sm.reserved_s[j * step[17]] < inf else 0
    job.slot = -1
    job.left_s = job.end_s = job.since_s = job.service_gpu_s = job.rank = 0.0
    job.held = 0
    job.part = 0
    job.state = 0
    sm.start_s[j] = nan
    sm.end_s[j] = nan
    sm.first_start_s[j] = nan


@part
def _set_checkpoints(sm: Sim, j: int, w: Any) -> None:
    """Write down when a job writes checkpoints, how long they take, and its limit."""
    sh = sm.shared[0]
    step = sm.step
    w.load_s = sm.checkpoint_load_s[j * step[6]]
    w.limit_s = sm.limit_s[j * step[7]]
    interval_s = sm.checkpoint_interval_s[j * step[4]]
    stored = interval_s < inf
    w.stored_write_s = sm.checkpoint_write_s[j * step[5]] if stored else 0.0
    w.memory_load_s = 0.0
    if sh.memory_interval_s < inf:
        w.grid_s = sh.memory_interval_s
        w.write_s = sh.memory_write_s
        w.memory_load_s = sh.memory_load_s
        w.every = max(round(interval_s / sh.memory_interval_s), 1) if stored else 0
    else:
        w.grid_s = interval_s
        w.write_s = 0.0
        w.every = 1 if stored else 0


@hot
def take_slot(state: State, sm: Sim, j: int) -> None:
    """Give a job room for what it will have done, and write down what it is to do."""
    sh = sm.shared[0]
    step = sm.step
    slot = sh.free_slot
    if slot >= 0:
        sh.free_slot = sm.work[slot].next_free
    else:
        slot = sh.slots
        sh.slots += 1
    job = state.jobs[j]
    job.slot = slot
    w = sm.work[slot]
    w.duration_s = sm.duration_s[j * step[1]]
    w.target_s = w.duration_s * min(sm.fails_at_frac[j * step[8]], 1.0)
    # In a slot used before, they are there where all jobs have the same.
    if sh.alike == 0 or w.grid_s == 0.0:
        _set_checkpoints(sm, j, w)
    w.done_s = w.kept_gpu_s = w.saved_s = w.memory_s = w.pause_s = w.ran_s = w.setup_s = 0.0
    w.pause_kind = SETUP
    w.end_s = -1.0
    w.think_s = 0.0
    w.chunk = -1
    w.struck = 0


@hot
def speed_of(state: State, sm: Sim, j: int) -> float:
    """Work by wall-clock time of a job on the GPUs that it holds: their share, the chip, the power cap."""
    job = state.jobs[j]
    rate = sm.sim[0].chip_speed
    if job.held != job.gpus:
        rate *= job.held / job.gpus
    if job.serving != 1:
        rate *= sm.sim[0].speed
    return float(rate)


@hot
def full_speed_gpus(sm: Sim, job: Any) -> float:
    """GPUs of these machines that do a job's work in its time on the chip for which durations are given."""
    speed = sm.sim[0].chip_speed
    return float(job.gpus if speed == 1.0 else job.gpus / speed)


@hot
def open_segment(state: State, sm: Sim, j: int) -> None:
    """Set when a running job will end, and when it is expected to; ``pause_s`` is set."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    w.segment_s = s.now_s
    w.rate = speed_of(state, sm, j) * w.spread
    if s.storage_gb_per_s < inf:
        join_storage(sm, j, w)
    left_s = w.pause_s + wall_s(w, w.target_s, w.rate)
    w.end_s = s.now_s + left_s
    w.end_state = 4 if sm.fails_at_frac[j * sm.step[8]] <= 1.0 else 3
    if sm.shared[0].exact == 1:
        job.left_s = left_s
        job.end_s = w.end_s
        return
    allowed_s = w.limit_s - w.ran_s - (s.now_s - w.run_s)
    if s.now_s + allowed_s < w.end_s:
        w.end_s = s.now_s + allowed_s
        w.end_state = 5
    job.left_s = w.pause_s + wall_s(w, job.estimate_s, w.rate)
    job.end_s = s.now_s + job.left_s
    push(sm, w.end_s, j)


@part
def _close_any(sm: Sim, j: int, job: Any, w: Any, dt_s: float) -> None:
    """Book some time of a running job: pauses, checkpoints, work at any speed."""
    s = sm.sim[0]
    before_s = w.done_s
    setup, written, worked = progress(w, dt_s)
    if w.think_s > 0.0:
        leave_storage(sm, j, w)
    s.setup += setup * job.held
    s.writing += written * job.held
    at_full_speed = (w.done_s - before_s) * full_speed_gpus(sm, job)
    w.kept_gpu_s += at_full_speed
    s.slowed += worked * job.held - at_full_speed


@hot
def close_segment(state: State, sm: Sim, j: int) -> None:
    """Book what a running job did since its segment began."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    dt_s = s.now_s - w.segment_s
    w.segment_s = s.now_s
    whole = job.held == job.gpus and w.rate == 1.0 and s.chip_speed == 1.0
    if whole and w.pause_s == 0.0 and w.grid_s == inf:
        # Nothing but work, at full speed.
        worked = min(dt_s, w.target_s - w.done_s)
        w.kept_gpu_s += worked * job.gpus
        w.done_s = w.target_s if worked < dt_s else w.done_s + worked
    else:
        _close_any(sm, j, job, w, dt_s)
    if s.power == 1:
        sm.energy_kwh[j] += job_kw(state, sm, j) * job.held * dt_s / 3600.0


@hot
def log_run(state: State, sm: Sim, j: int, node: int) -> None:
    """Write down a run that ends now."""
    sh = sm.shared[0]
    k = sh.runs
    sm.run_job[k] = j
    sm.run_start_s[k] = sm.work[state.jobs[j].slot].run_s
    sm.run_end_s[k] = sm.sim[0].now_s
    sm.run_gpus[k] = state.jobs[j].held
    if node >= 0:
        sm.run_node[k] = node + 1
    if sm.sim[0].part > 0:
        sm.run_part[k] = sm.sim[0].part
    sh.runs = k + 1


@once
def end_as(sm: Sim, how: int) -> None:
    """Say how the run ended that was written down last; 0, finished, is what is there."""
    sm.run_end[sm.shared[0].runs - 1] = how


@part
def begin_run(state: State, sm: Sim, j: int) -> None:
    """Count a job as running; its GPUs are taken, ``held`` and ``spread`` are set."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    leave_queue(state, sm, j)
    job.state = 2
    job.since_s = s.now_s
    w.run_s = s.now_s
    sm.start_s[j] = s.now_s
    if isnan(sm.first_start_s[j]):
        sm.first_start_s[j] = s.now_s
    w.pause_s = w.setup_s
    w.pause_kind = SETUP
    w.setup_s = 0.0
    s.busy += job.held
    if job.serving == 1:
        s.busy_serving += job.held
    state.tenants[job.tenant].held += job.held
    open_segment(state, sm, j)
    add_running(state, j)


@hot
def end_run(state: State, sm: Sim, j: int, node: int) -> None:
    """Stop counting a job as running; its GPUs are still to be given back."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    close_segment(state, sm, j)
    log_run(state, sm, j, node)
    drop_running(state, j)
    w.ran_s += s.now_s - w.run_s
    job.service_gpu_s += (s.now_s - w.run_s) * job.held
    w.end_s = -1.0
    if job.held > job.gpus:
        s.grown -= job.held - job.gpus
    s.busy -= job.held
    if job.serving == 1:
        s.busy_serving -= job.held
    state.tenants[job.tenant].held -= job.held
    state.cluster[0].freed = 1


@hot
def free_up(state: State, sm: Sim, gpus: int) -> None:
    """Give GPUs of a pool back: first to what is to be taken out of service."""
    s = sm.sim[0]
    c = state.cluster[0]
    c.free += gpus
    if s.pending > 0:
        taken = min(s.pending, c.free)
        s.pending -= taken
        c.free -= taken
        c.down += taken


@hot
def finish(state: State, sm: Sim, j: int) -> None:
    """Book a job that has ended, and let those that waited for it into the queue."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    job.state = w.end_state
    if w.end_state != 5:
        w.kept_gpu_s += (w.target_s - w.done_s) * full_speed_gpus(sm, job)
        w.done_s = w.target_s
    if w.end_state == 3:
        s.useful += w.kept_gpu_s
    else:
        s.user_failed += w.kept_gpu_s
    sm.end_s[j] = s.now_s
    if sm.kept_gpu_s.size > 0:
        sm.kept_gpu_s[j] = w.kept_gpu_s
    if w.end_state != 3:
        end_as(sm, FAILED)
    job.held = 0
    w.next_free = sm.shared[0].free_slot
    sm.shared[0].free_slot = job.slot
    job.slot = -1
    if job.serving > 0:
        s.stuck = 0
    if sm.follower.size > 0:
        release_followers(sm, j)


@part
def release_followers(sm: Sim, j: int) -> None:
    """Send those on that waited for this job's end and have been submitted."""
    sh = sm.shared[0]
    k = sm.follower[j]
    while k >= 0:
        sm.blocked[k] = False
        if k < sh.next_job:
            sm.mail[sh.mail] = k
            sh.mail += 1
        k = sm.sibling[k]


@part
def reset_to(state: State, sm: Sim, j: int, work_s: float) -> None:
    """Throw away the work after a checkpoint."""
    w = sm.work[state.jobs[j].slot]
    lost = (w.done_s - work_s) * full_speed_gpus(sm, state.jobs[j])
    sm.sim[0].lost += lost
    w.kept_gpu_s -= lost
    w.done_s = work_s
    w.memory_s = work_s
    w.saved_s = min(w.saved_s, work_s)
    w.pause_s = 0.0


@part
def preempted(state: State, sm: Sim, j: int) -> None:
    """Return a job to the queue that was taken off; it keeps its work and loads it at its next start."""
    w = sm.work[state.jobs[j].slot]
    w.saved_s = w.done_s
    w.memory_s = w.done_s
    sm.preemptions[j] += 1
    end_as(sm, PREEMPTED)
    requeue(state, sm, j, w.load_s)


@part
def preempt(leave: Any, state: State, sm: Sim, j: int) -> None:
    """Take a running job off."""
    leave(state, sm, j)
    preempted(state, sm, j)


@part
def resize(state: State, sm: Sim, j: int, more_gpus: int, node: int) -> None:
    """Let an elastic job go on with more or fewer GPUs; its run is written down in two parts."""
    s = sm.sim[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    if s.now_s > w.run_s:
        log_run(state, sm, j, node)
        end_as(sm, RESIZED)
    job.service_gpu_s += (s.now_s - w.run_s) * job.held
    w.ran_s += s.now_s - w.run_s
    w.run_s = s.now_s
    job.since_s = s.now_s
    s.busy += more_gpus
    if job.serving == 1:
        s.busy_serving += more_gpus
    state.tenants[job.tenant].held += more_gpus
    s.grown += max(job.held + more_gpus - job.gpus, 0) - max(job.held - job.gpus, 0)
    job.held += more_gpus


@part
def move(state: State, sm: Sim, j: int) -> None:
    """Send a job on that was taken off, to wherever it may run; it keeps its work."""
    sh = sm.shared[0]
    job = state.jobs[j]
    w = sm.work[job.slot]
    w.saved_s = w.done_s
    w.memory_s = w.done_s
    w.pause_s = 0.0
    w.setup_s = w.load_s
    sm.preemptions[j] += 1
    end_as(sm, PREEMPTED)
    job.held = 0
    job.state = 0
    sm.mail[sh.mail] = j
    sh.mail += 1
