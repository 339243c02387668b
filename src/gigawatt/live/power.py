"""A budget of power by the hour on the cluster's clock, and how far ahead of a drop gangs must go.

Nothing slows a GPU here: a budget is kept by taking gangs off and by starting none that does not fit, in the
simulation's own order. A gang takes time to leave, so a coming drop counts early, by the grace that a gang
gets and the time in which a killed one is gone; a rise counts when it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any, Self

import numpy as np

from gigawatt.cluster.policies import Policy
from gigawatt.cluster.power import PowerBudget

MOST_STEPS = 8784
"""Longest budget: a leap year of hours."""
_FINE = 8
"""Parts of a step in which the lead is counted, where it is shorter than a step."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What all GPUs of a cluster may draw, by equal steps of time; the last one holds on.

    Examples
    --------
    A drop at 20 s counts 3 s early, rounded up to eighths of a step:

    >>> budget = Budget(0.0, 10.0, (12.0, 12.0, 4.0, 8.0), 1.5, 0.5, lead_s=3.0)
    >>> budget.lead_steps, [budget.kept_kw(t) for t in (16.2, 16.3, 20.0, 29.9, 30.0)]
    (3, [12.0, 4.0, 4.0, 4.0, 8.0])
    >>> budget.drawn_kw(8, held_gpus=4), budget.at_kw(16.3)
    (8.0, 12.0)
    """

    from_s: float
    """When its first step begins, on the cluster's clock."""
    step_s: float
    budget_kw: tuple[float, ...]
    busy_kw_per_gpu: float
    """Of a GPU that a gang holds."""
    idle_kw_per_gpu: float
    """Of a free one."""
    lead_s: float
    """From the order that a gang should go to the time when it is gone for sure."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Build from what :meth:`event` gave, also after JSON."""
        return cls(**{**data, "budget_kw": tuple(data["budget_kw"])})

    def event(self) -> dict[str, Any]:
        """Data of the event that puts it in force."""
        return asdict(self)

    @property
    def fine_s(self) -> float:
        """Step of :meth:`ahead`."""
        return self.step_s / _FINE if self.lead_s < self.step_s else self.step_s

    @property
    def lead_steps(self) -> int:
        """The lead in these steps, rounded up."""
        return ceil(self.lead_s / self.fine_s)

    def ahead(self) -> PowerBudget:
        """The least of the budget from each time to the lead after it, by steps of ``fine_s``."""
        parts = round(self.step_s / self.fine_s)
        fine_kw = np.repeat(np.array(self.budget_kw), parts)
        padded_kw = np.concatenate([fine_kw, np.full(self.lead_steps, fine_kw[-1])])
        least_kw = np.lib.stride_tricks.sliding_window_view(padded_kw, self.lead_steps + 1).min(axis=1)
        return PowerBudget(
            busy_kw_per_gpu=self.busy_kw_per_gpu,
            idle_kw_per_gpu=self.idle_kw_per_gpu,
            budget_kw=least_kw,
            step_s=self.fine_s,
            least_speed_frac=1.0,
        )

    @property
    def zero_s(self) -> float:
        """A whole number of these steps before the budget begins, and not after the cluster's time 0."""
        return self.from_s - ceil(self.from_s / self.fine_s) * self.fine_s

    def from_zero(self) -> PowerBudget:
        """The same from ``zero_s`` on: no limit before the budget begins."""
        ahead = self.ahead()
        if ahead.budget_kw is None:
            return ahead
        before_kw = np.full(round((self.from_s - self.zero_s) / self.fine_s), np.inf)
        return replace(ahead, budget_kw=np.concatenate([before_kw, ahead.budget_kw]))

    def policy(self, policy: Policy) -> Policy:
        """The policy with its look-ahead in steps of :meth:`ahead`, where it has one."""
        if policy.name != "power-aware":
            return policy
        depth, steps = policy.options
        return replace(policy, options=(depth, steps * round(self.step_s / self.fine_s)))

    def at_kw(self, now_s: float) -> float:
        """The budget as given, at a time of the cluster's clock."""
        return self._step_kw(now_s, self.step_s, 0)

    def kept_kw(self, now_s: float) -> float:
        """The least of the budget from now to the lead after it: what may be drawn by what starts now."""
        return self._step_kw(now_s, self.fine_s, self.lead_steps)

    def _step_kw(self, now_s: float, step_s: float, more: int) -> float:
        first = max(int((now_s - self.from_s) // step_s), 0)
        parts = round(self.step_s / step_s)
        last = len(self.budget_kw) - 1
        steps = range(min(first // parts, last), min((first + more) // parts, last) + 1)
        return min(self.budget_kw[step] for step in steps)

    def drawn_kw(self, gpus: int, held_gpus: int) -> float:
        """What so many GPUs draw, of which so many are held by gangs."""
        more_kw = self.busy_kw_per_gpu - self.idle_kw_per_gpu
        return self.idle_kw_per_gpu * gpus + more_kw * held_gpus

    def carries(self, now_s: float, gpus: int, held_gpus: int) -> bool:
        """Whether so many GPUs may be held from now on."""
        return self.drawn_kw(gpus, held_gpus) <= self.kept_kw(now_s) * (1.0 + 1e-9)
