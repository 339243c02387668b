"""Readiness is uncertain: the plan that is best over the futures, and what it costs to be wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gigawatt.supply.allocation.linear import solve
from gigawatt.supply.allocation.optimise import amounts, build
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Floats
from gigawatt.supply.allocation.results import SOLVER_TOLERANCE


@dataclass(frozen=True, slots=True)
class PlanWorth:
    """What one plan is worth in each future."""

    plan: str
    """``on time``: made for the P50 dates; ``late``: for the P90 dates; ``over both``."""
    on_time_usd: float
    late_usd: float
    expected_usd: float
    wrong_on_time_usd: float
    """What it falls short of the best plan for the P50 dates, if these come true."""
    wrong_late_usd: float
    """What it falls short of the best plan for the P90 dates, if these come true."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Plans beside each other, over both futures."""

    late_weight_frac: float
    plans: tuple[PlanWorth, ...]
    best: str
    perfect_foresight_usd: float
    """What knowing the dates beforehand would add to the best plan, expected."""
    ignoring_usd: float
    """What planning for the P50 dates alone gives away, expected."""
    delivered_by_end: dict[str, dict[str, float]]
    """GPUs that each plan has delivered to each tenant by the end of the horizon."""

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def plan_over_readiness(problem: AllocationProblem) -> Uncertainty | None:
    """Plan deliveries for the P50 dates, for the P90 dates and over both; None where no site may be late.

    Deliveries are decided before readiness is known; what is energised follows in each future. Sites are
    late together. Solved as linear programs, without rounding to lots (worth some parts in ten thousand).
    """
    if not problem.has_late_dates:
        return None
    floor = owed(problem)
    futures, weights = [problem.on_time, problem.delayed], [1 - problem.late_weight, problem.late_weight]
    chosen: dict[str, Floats] = {}
    best: list[float] = []
    for name, future in zip(("on time", "late"), futures, strict=True):
        built = build(problem, [future], [1.0], floor)
        solved = solve(built.program)
        chosen[name] = amounts(problem, built, solved.x)[0]
        best.append(solved.objective + built.constant)
    built = build(problem, futures, weights, floor)
    chosen["over both"] = amounts(problem, built, solve(built.program).x)[0]
    plans = []
    for name, delivered in chosen.items():
        worth = []
        for future in futures:
            fixed = build(problem, [future], [1.0], None, fixed=delivered)
            worth.append(solve(fixed.program).objective + fixed.constant)
        expected = float(np.dot(weights, worth))
        wrong = [_short(most, made) for most, made in zip(best, worth, strict=True)]
        plans.append(PlanWorth(name, worth[0], worth[1], expected, *wrong))
    over = plans[-1].expected_usd
    return Uncertainty(
        late_weight_frac=problem.late_weight,
        plans=tuple(plans),
        best=max(plans, key=lambda plan: (plan.expected_usd, plan.plan == "over both")).plan,
        perfect_foresight_usd=_short(float(np.dot(weights, best)), over),
        ignoring_usd=_short(over, plans[0].expected_usd),
        delivered_by_end={
            name: dict(zip(problem.tenants, delivered[:, :, -1].sum(axis=1).tolist(), strict=True))
            for name, delivered in chosen.items()
        },
    )


def _short(most: float, made: float) -> float:
    """What is missing to the most; what lies within the solver's tolerance is nothing."""
    missing = most - made
    return 0.0 if abs(missing) <= SOLVER_TOLERANCE * max(abs(most), 1.0) else missing
