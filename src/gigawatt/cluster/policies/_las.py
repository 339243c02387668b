"""Least attained service in discretised queues (Tiresias).

Gu, J. et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019. Without its
promotion of starved jobs.
"""

from __future__ import annotations

from math import inf

from gigawatt.cluster._queue import merge_fresh, part, policy
from gigawatt.cluster.policies._fill import fill
from gigawatt.cluster.state import START, State


@part
def level(state: State, service_gpu_s: float) -> int:
    """How many thresholds a job's attained service has passed."""
    n = 0
    for i in range(1, state.options.size):
        if service_gpu_s >= state.options[i] * (1.0 - 1e-12):
            n += 1
    return n


@part
def _next_threshold(state: State, service_gpu_s: float) -> float:
    best = inf
    for i in range(1, state.options.size):
        if service_gpu_s < state.options[i] * (1.0 - 1e-12):
            best = min(best, state.options[i])
    return best


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 running first within a queue (1), else submission alone (0); 1.. thresholds, GPU-s."""
    c = state.cluster[0]
    for at in range(c.fresh, c.tail):
        job = state.jobs[state.queue[at]]
        job.rank = level(state, job.service_gpu_s)
    merge_fresh(state)
    n = c.n_running
    wake_s = inf
    for i in range(n):
        j = state.running[n - 1 - i]
        job = state.jobs[j]
        service = job.service_gpu_s + job.held * (now_s - job.since_s)
        state.scratch[i] = level(state, service)
        state.scratch[n + i] = j
        threshold = _next_threshold(state, service)
        if threshold < inf:
            wake_s = min(wake_s, now_s + (threshold - service) / job.held)
    n_actions = fill(state, 1 if state.options[0] > 0.0 else 0)
    for i in range(n_actions):
        if state.actions[i, 0] == START:
            c.again = 1  # what starts is to be woken for, and only what does
    c.wake_s = wake_s
    return int(n_actions)
