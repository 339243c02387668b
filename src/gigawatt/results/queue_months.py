"""The months of a queue of jobs, from its trace: how busy, how useful, how long the queue."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results.run import QueueTrace

Array = NDArray[np.float64]


def queue_months(queue: QueueTrace, clock: Clock) -> dict[str, Array]:
    """Return the month's figures of a queue, shape (months,) each; NaN where a share has no whole.

    ``utilisation_frac`` is the share of its GPUs that jobs held, ``goodput_frac`` the share of these that
    counted.
    """
    columns = queue.columns
    gpu_h, busy_h, useful_h = (
        clock.monthly_sum(columns[name]) for name in ("gpus", "busy_gpus", "useful_gpus")
    )
    return {
        "gpus": clock.monthly_mean(columns["gpus"]),
        "utilisation_frac": _share(busy_h, gpu_h),
        "goodput_frac": _share(useful_h, busy_h),
        "down_frac": _share(clock.monthly_sum(columns["down_gpus"]), gpu_h),
        "waiting_jobs": clock.monthly_mean(columns["waiting_jobs"]),
        "waiting_gpus": clock.monthly_mean(columns["waiting_gpus"]),
        "submitted_jobs": clock.monthly_sum(columns["submitted_jobs"]),
        "finished_jobs": clock.monthly_sum(columns["finished_jobs"]),
        "failed_jobs": clock.monthly_sum(columns["failed_jobs"]),
        "it_mwh": clock.monthly_sum(columns["it_mw"]),
    }


def queue_figures(queue: QueueTrace, clock: Clock) -> dict[str, Any]:
    """Return a queue's figures over the whole run, with its months."""
    columns = queue.columns
    total = {name: float(columns[name].sum()) for name in ("gpus", "busy_gpus", "useful_gpus")}
    counts = {f"{state}_jobs": round(float(columns[f"{state}_jobs"].sum())) for state in _COUNTED}
    months = queue_months(queue, clock)
    return {
        **counts,
        "oversized_jobs": queue.oversized_jobs,
        "mean_wait_h": queue.mean_wait_h,
        "utilisation_frac": _share_of(total["busy_gpus"], total["gpus"]),
        "goodput_frac": _share_of(total["useful_gpus"], total["busy_gpus"]),
        "months": [
            {"month": month, **{name: float(values[i]) for name, values in months.items()}}
            for i, month in enumerate(clock.months)
        ],
    }


_COUNTED = ("submitted", "finished", "failed")


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0.0)


def _share_of(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")
