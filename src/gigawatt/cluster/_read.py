"""Reads the answers of a simulation out of its arrays."""

from __future__ import annotations

import time
from math import ceil

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster import _arrays as k
from gigawatt.cluster import _close
from gigawatt.cluster._layout import Layout, told
from gigawatt.cluster.jobs import Floats, Ints, Jobs
from gigawatt.cluster.schedule import FINISHED, FUTURE, USER_FAILED, Curves, Fates, PartAnswer, Runs, Schedule

_HOUR_S = 3600.0


def read(layout: Layout, jobs: Jobs, policy: str, started: float) -> Schedule:
    """The schedule that the arrays hold; books what still runs."""
    _close.close(layout.world)
    sim = layout.sims[0]
    shared = sim.shared[0]
    count, done = int(shared["runs"]), int(shared["next_job"])
    for answer in (sim.start_s, sim.end_s, sim.first_start_s):
        answer[done:] = np.nan
    now_s = float(sim.sim["now_s"][0])
    # The records lie far apart: they are passed once.
    state = layout.states[0].jobs["state"].copy()
    state[done:] = FUTURE
    fates = _sum_fates([_fates(s) for s in layout.sims])
    parts = tuple(
        PartAnswer(
            name=part.machines.name or part.machines.chip or f"part {p + 1}",
            chip=part.machines.chip,
            gpus=part.machines.gpus,
            in_service=part.machines.in_service or ((0.0, part.machines.gpus),),
            fates=_fates(layout.sims[p]),
            curves=_curves(layout.sims[p], now_s),
        )
        for p, part in enumerate(layout.parts)
    )
    return Schedule(
        jobs=jobs,
        policy=policy,
        gpus=sum(part.gpus for part in parts),
        start_s=sim.start_s,
        end_s=sim.end_s,
        first_start_s=sim.first_start_s,
        wait_s=sim.wait_s,
        restarts=sim.restarts,
        preemptions=sim.preemptions,
        state=state,
        busy_kwh=sim.energy_kwh if sim.energy_kwh.size else None,
        work_gpu_s=_work_gpu_s(layout, jobs, state),
        fates=fates,
        curves=_sum_curves([part.curves for part in parts]),
        runs=Runs(
            job=sim.run_job[:count],
            start_s=sim.run_start_s[:count],
            end_s=sim.run_end_s[:count],
            gpus=sim.run_gpus[:count],
            node=_nodes(layout, count),
            part=sim.run_part[:count],
            end=sim.run_end[:count],
        ),
        parts=parts,
        failures=int(shared["failures"]),
        events=int(shared["events"]),
        decisions=int(shared["decisions"]),
        refused=int(shared["refused"]),
        over_budget_kwh=sum(float(s.sim["overrun"][0]) for s in layout.sims) / _HOUR_S,
        end_of_simulation_s=now_s,
        wall_s=time.perf_counter() - started,
    )


def _work_gpu_s(layout: Layout, jobs: Jobs, state: NDArray[np.int8]) -> Floats:
    """GPU time at full speed of the work that ended jobs had done, 0 for the others."""
    ended = (state == FINISHED) | (state == USER_FAILED)
    if layout.sims[0].kept_gpu_s.size:
        return np.where(ended, layout.sims[0].kept_gpu_s, 0.0)
    work_gpu_s: Floats = jobs.duration_s * told(jobs.gpus)
    frac = np.minimum(told(jobs.fails_at_frac), 1.0) / layout.parts[0].machines.chip_speed
    if (frac != 1.0).any():
        work_gpu_s *= frac
    if not ended.all():
        work_gpu_s[~ended] = 0.0
    return work_gpu_s


def _nodes(layout: Layout, count: int) -> Ints:
    """The lowest-numbered node of each run; in a pool one number stands for all."""
    if not any(part.machines.placed for part in layout.parts):
        return np.broadcast_to(np.int64(-1), (count,))
    node = layout.sims[0].run_node[:count]
    return np.subtract(node, 1, out=node)


def _fates(sim: k.Sim) -> Fates:
    s = sim.sim[0]
    names = {"checkpoint": "writing", "restart": "setup"}
    return Fates(**{name: float(s[names.get(name, name)]) / _HOUR_S for name in Fates.__slots__})


def _sum_fates(several: list[Fates]) -> Fates:
    return Fates(**{name: sum(getattr(f, name) for f in several) for name in Fates.__slots__})


def _curves(sim: k.Sim, now_s: float) -> Curves:
    step_s = float(sim.sim["step_s"][0])
    steps = ceil(now_s / step_s)
    if (steps - 1) * step_s >= now_s:  # the end is the end of a step, or the quotient was rounded up
        steps -= 1
    steps = min(max(steps, 1), sim.curves.shape[0])
    last_s = np.full(steps, step_s)
    last_s[-1] = max(now_s - (steps - 1) * step_s, 1e-9)
    means = sim.curves[:steps] / last_s[:, None]
    return Curves(
        step_s=step_s,
        busy_gpus=means[:, k.BUSY_CURVE].copy(),
        down_gpus=means[:, k.DOWN_CURVE].copy(),
        waiting_jobs=means[:, k.JOBS_CURVE].copy(),
        waiting_gpus=means[:, k.GPUS_CURVE].copy(),
        power_kw=means[:, k.POWER_CURVE].copy(),
        stranded_gpus=means[:, k.STRANDED_CURVE].copy(),
        in_service_gpus=means[:, k.SERVICE_CURVE].copy(),
    )


def _sum_curves(several: list[Curves]) -> Curves:
    if len(several) == 1:
        return several[0]
    names = [name for name in Curves.__slots__ if name != "step_s"]
    return Curves(several[0].step_s, **{n: np.sum([getattr(c, n) for c in several], axis=0) for n in names})
