"""Take the power that could not be served from the workloads, and account for what was done."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.compute.load import ComputeLoad, ComputeResult
from gigawatt.compute.milestones import milestones
from gigawatt.kernel.handover import HeatLoad

Array = NDArray[np.float64]

_ROUNDING_MW = 1e-6
"""Shed power beyond the IT load that is taken for a rounding error."""


def account_shed(load: ComputeLoad, shed_it_mw: Array) -> ComputeResult:
    """Take shed megawatts from idle GPUs first, then from the workloads in reverse priority.

    GPUs are switched off, so that a workload's GPUs, heat, useful GPUs and tokens fall in proportion to
    its power. The order is that of the run: the plan decided, before any shedding, in which hour a
    training run ends and frees its GPUs; its progress is then recomputed once from what was served. A run
    that so falls short keeps its end, and the milestone 'training_short' says how many tokens are missing.
    A queue of jobs keeps its schedule: its useful GPUs fall, the times of its jobs do not move.

    Parameters
    ----------
    load
        The plan.
    shed_it_mw
        IT power not served, shape (hours,), >= 0 and at most the load's total.

    Raises
    ------
    ValueError
        A negative shed, or more than the IT load, with the hour.

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.compute import MfuTable, Other, plan_load, system
    >>> from gigawatt.kernel.clock import Clock
    >>> clock = Clock(date(2025, 1, 1), date(2025, 1, 2))
    >>> work = Other(kind="other", name="lab", site="a", from_=date(2025, 1, 1), share_frac=0.5)
    >>> load = plan_load([work], [system("h100")], np.full((1, 1), 8_000.0), clock, 0.0,
    ...                  MfuTable.from_catalog())
    >>> result = account_shed(load, np.full(24, 2.0))
    >>> [round(float(x[0]), 2) for x in (load.idle_it_mw, result.idle_it_mw, result.it_mw.sum(axis=0))]
    [1.81, 0.0, 2.95]
    """
    left = np.array(shed_it_mw, dtype=np.float64)
    if left.shape != load.idle_it_mw.shape:
        raise ValueError(f"shed_it_mw has the shape {left.shape}, not {load.idle_it_mw.shape}")
    if not np.all(left >= 0.0):
        hour = int(np.flatnonzero(~(left >= 0.0))[0])
        raise ValueError(f"shed_it_mw is {left[hour]:g} MW at {load.clock.stamp(hour)}; it is never negative")
    idle_cut = np.minimum(left, load.idle_it_mw)
    left -= idle_cut
    cut = np.zeros_like(load.it_mw)
    for i in load.shed_order:
        cut[i] = np.minimum(left, load.it_mw[i])
        left -= cut[i]
    if np.any(left > _ROUNDING_MW):
        hour = int(np.argmax(left))
        total = float(load.total_it_mw[hour])
        raise ValueError(
            f"{total + left[hour]:,.3f} MW of IT are shed at {load.clock.stamp(hour)}, "
            f"but the load is {total:,.3f} MW"
        )
    kept = _kept(cut, load.it_mw)
    idle_kept = _kept(idle_cut, load.idle_it_mw)
    gpus, idle_gpus, tokens = load.gpus * kept, load.idle_gpus * idle_kept, load.tokens * kept
    it_mw, idle_it_mw = load.it_mw - cut, load.idle_it_mw - idle_cut
    liquid_mw = (load.liquid_mw * kept).sum(axis=0) + load.idle_liquid_mw * idle_kept
    total_mw = it_mw.sum(axis=0) + idle_it_mw
    return ComputeResult(
        clock=load.clock,
        workloads=load.workloads,
        kinds=load.kinds,
        energised_gpus=load.energised_gpus,
        gpus=gpus,
        idle_gpus=idle_gpus,
        shed_gpus=(load.gpus - gpus).sum(axis=0) + load.idle_gpus - idle_gpus,
        it_mw=it_mw,
        idle_it_mw=idle_it_mw,
        shed_mw=cut,
        shed_it_mw=cut.sum(axis=0) + idle_cut,
        heat=HeatLoad(liquid_mw=liquid_mw, air_mw=total_mw - liquid_mw),
        useful_gpus_by_workload=load.useful_gpus * kept,
        goodput_frac=np.where(gpus > 0.0, load.goodput_frac, 0.0),
        tokens=tokens,
        demand_tokens=load.demand_tokens,
        milestones=milestones(
            load.clock,
            load.workloads,
            load.kinds,
            load.target_tokens,
            gpus,
            tokens,
            load.demand_tokens,
            load.used,
        ),
    )


def _kept(cut: Array, whole: Array) -> Array:
    return 1.0 - np.divide(cut, whole, out=np.zeros_like(whole), where=whole > 0)
