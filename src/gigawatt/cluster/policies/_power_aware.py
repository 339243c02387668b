"""EASY backfill under a power budget known ahead: no job starts that a coming hour could not carry."""

from __future__ import annotations

from gigawatt.cluster._queue import fits, merge_fresh, part, plan_start, policy
from gigawatt.cluster.policies._easy import shadow
from gigawatt.cluster.state import State


@part
def _commit(state: State, now_s: float, steps: int) -> None:
    """Write into scratch what the running jobs will draw beyond idling in the coming steps."""
    c = state.cluster[0]
    for k in range(steps):
        state.scratch[k] = 0.0
    now_step = int(now_s / c.step_s)
    for at in range(c.n_running):
        job = state.jobs[state.running[at]]
        _add(state, job.end_s, job.held, job.serving, now_step, steps)


@part
def _add(state: State, end_s: float, gpus: int, serving: int, now_step: int, steps: int) -> None:
    """Count a job as drawing in all steps that begin before its end, the present one included."""
    c = state.cluster[0]
    kw = gpus * (c.serving_kw_per_gpu if serving == 1 else c.job_kw_per_gpu)
    for k in range(steps):
        if k > 0 and (now_step + k) * c.step_s >= end_s:
            break
        state.scratch[k] += kw


@part
def _carried(state: State, j: int, now_s: float, steps: int) -> bool:
    """Whether the budgets of all steps until a job's end, within the look-ahead, carry it."""
    c = state.cluster[0]
    job = state.jobs[j]
    now_step = int(now_s / c.step_s)
    kw = job.gpus * (c.serving_kw_per_gpu if job.serving == 1 else c.job_kw_per_gpu)
    for k in range(steps):
        if k > 0 and (now_step + k) * c.step_s >= now_s + job.left_s:
            break
        at = min(now_step + k, state.budget_kw.size - 1)
        if c.base_kw + state.scratch[k] + kw > state.budget_kw[at]:
            return False
    return True


@policy
def decide(state: State, now_s: float) -> int:
    """Options: 0 depth of backfill, 1 steps of the budget to look ahead. Without a budget this is EASY.

    A job that fits now but not in a coming step lets others pass. Ties: submission.
    """
    c = state.cluster[0]
    merge_fresh(state)
    if c.plan_free == 0:
        return 0
    steps = int(min(state.options[1], state.scratch.size)) if state.budget_kw.size > 0 else 0
    _commit(state, now_s, steps)
    now_step = int(now_s / c.step_s)
    at = c.head
    last = c.tail if state.options[0] >= c.tail else min(c.tail, c.head + 1 + int(state.options[0]))
    started = 0
    while at < last:
        j = state.queue[at]
        if not fits(state, j):
            break
        if _carried(state, j, now_s, steps):
            plan_start(state, j, at)
            _add(
                state,
                now_s + state.jobs[j].left_s,
                state.jobs[j].gpus,
                state.jobs[j].serving,
                now_step,
                steps,
            )
            started += 1
            if c.again == 1:
                return int(c.n_actions)
        at += 1
    if started > 0 or at >= last:
        c.again = 1 if started > 0 and at < last else 0
        return int(c.n_actions)
    shadow_s, extra = shadow(state, now_s, state.jobs[state.queue[at]].gpus)
    for look in range(at + 1, last):
        j = state.queue[look]
        job = state.jobs[j]
        ends_in_time = now_s + job.left_s <= shadow_s
        if not fits(state, j) or not (ends_in_time or job.gpus <= extra):
            continue
        if not _carried(state, j, now_s, steps):
            continue
        plan_start(state, j, look)
        _add(state, now_s + job.left_s, job.gpus, job.serving, now_step, steps)
        if not ends_in_time:
            extra -= job.gpus
        if c.again == 1 or c.plan_free == 0:
            break
    return int(c.n_actions)
