"""What the machines draw, and the budget they must keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDED = 1.0 + 1e-12
"""So much of a budget may be given out: what just fits is not refused for how sums are rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class PowerBudget:
    """IT power by state, and a budget by the hour that is honoured by slowing, then by taking jobs off.

    At the beginning of each step all jobs that may be slowed run at one speed s, at least
    ``least_speed_frac``, such that

        idle + (busy - idle) s ** exponent

    summed over their GPUs fits; where this is not enough, jobs are taken off (they keep their work and return
    to the queue) in order: the largest priority number first, then the latest start. No job starts that
    would not fit. Serving is never touched: if it alone exceeds the budget, the excess is reported.
    """

    busy_kw_per_gpu: float = 1.57
    """A GPU's share of its system, network and storage while a job steps. Default 1.57: GB200 in training,
    as computed in the compute room."""
    idle_kw_per_gpu: float = 0.57
    """Free, spare, or held by a job that loads, writes or waits. Default 0.57: GB200 idle at 24 % of the
    system's maximum plus network and storage, which draw the same in every state."""
    budget_kw: NDArray[np.float64] | None = None
    """Budget by step, shape (steps,), the last one holding on. Default: none, the power is only metered."""
    step_s: float = 3600.0
    least_speed_frac: float = 0.6
    """Slowest useful speed. Default 0.6: assumed (0.5 to 0.8), the clock range of power capping."""
    exponent: float = 2.0
    """How dynamic power grows with speed. Default 2: assumed, between 1 (duty cycling) and 3 (voltage and
    frequency together)."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.idle_kw_per_gpu <= self.busy_kw_per_gpu < float("inf"):
            raise ValueError("allowed: 0 <= idle_kw_per_gpu <= busy_kw_per_gpu")
        if not (0.0 < self.least_speed_frac <= 1.0 and self.exponent >= 1.0 and self.step_s > 0.0):
            raise ValueError("allowed: 0 < least_speed_frac <= 1, exponent from 1, step_s above 0")
        if self.budget_kw is not None:
            budget = np.asarray(self.budget_kw, dtype=np.float64)
            if budget.ndim != 1 or not budget.size or not (budget >= 0.0).all():
                raise ValueError("budget_kw has one number from 0 for each step")

    def most_gpus(self, gpus: int) -> int:
        """GPUs of so many that can step at full speed when the budget is largest and the others are idle.

        >>> PowerBudget(1.0, 0.25, np.array([4.0, 7.0])).most_gpus(16)
        4
        """
        if self.budget_kw is None or self.busy_kw_per_gpu == self.idle_kw_per_gpu:
            return gpus
        room_kw = float(self.budget_kw.max()) * ROUNDED - self.idle_kw_per_gpu * gpus
        return min(gpus, max(int(room_kw // (self.busy_kw_per_gpu - self.idle_kw_per_gpu)), 0))
