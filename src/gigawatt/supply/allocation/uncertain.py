"""Readiness is uncertain: the plan that is best over many futures, and what it costs to be wrong.

Sample average approximation (Kleywegt, Shapiro and Homem-de-Mello, SIAM J. Optim. 12, 2002): deliveries are
decided before readiness is known and are the same in every future, what is energised follows in each. The
value of perfect information and of the stochastic solution are those of Birge and Louveaux, Introduction to
Stochastic Programming (2011), section 4; the P50 dates stand for the expected ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gigawatt.supply.allocation.futures import Futures, draw_futures
from gigawatt.supply.allocation.linear import solve
from gigawatt.supply.allocation.optimise import MILP_GAP, MILP_TIME_S, Built, Method, amounts, build
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Counts, Floats
from gigawatt.supply.allocation.results import SOLVER_TOLERANCE
from gigawatt.supply.allocation.rounding import whole_deliveries

P50, P90, ALL = "P50 dates", "P90 dates", "all futures"
Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class PlanWorth:
    """What one plan is worth over the futures, in USD of present value."""

    plan: str
    """``P50 dates`` or ``P90 dates``: made for these alone; ``all futures``."""
    expected_usd: float
    p10_usd: float
    p50_usd: float
    p90_usd: float
    """Nine futures in ten are worth no more."""
    wrong_usd: float
    """What it falls short of the best plan of each future, expected."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Plans beside each other, over all futures."""

    scenarios: int
    """Futures drawn."""
    distinct: int
    """Of them different on the clock of the problem."""
    seed: int
    common_cause_frac: float
    plans: tuple[PlanWorth, ...]
    best: str
    standard_error_usd: float
    """Of the best plan's expected worth: standard deviation over the root of the draws."""
    perfect_information_usd: float
    """Expected value of perfect information: what knowing the dates would add to ``all futures``."""
    stochastic_solution_usd: float
    """Value of the stochastic solution: what planning for the P50 dates alone gives away."""
    method: Method
    whole_usd: float
    """Expected worth of the plan over all futures in whole lots."""
    bound_usd: float
    """No plan over these futures is worth more."""
    gap: float | None
    """What the plan in whole lots lacks to the bound."""
    delivered_by_end: dict[str, dict[str, float]]
    """GPUs that each plan, in whole lots, has delivered to each tenant by the end of the horizon."""

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def plan_over_readiness(
    problem: AllocationProblem,
    *,
    count: int | None = None,
    method: Method = "lp",
    gap: float = MILP_GAP,
    time_s: float = MILP_TIME_S,
    tell: Tell | None = None,
) -> Uncertainty | None:
    """Plan deliveries for the P50 dates, for the P90 dates and over all futures.

    None where no site may be late. Worth is in the futures that were planned over.

    Parameters
    ----------
    problem
        The allotment.
    count
        Futures drawn. Default: ``readiness.scenarios`` of the problem, fewer where it is large.
    method, gap, time_s
        ``lp``: the plan over all futures is a linear program, rounded to whole lots; ``milp``: branch and
        bound down to a relative gap, or for so many seconds.
    tell
        Told of the share done.
    """
    if not problem.has_late_dates:
        return None
    say = tell or (lambda _done: None)
    futures = draw_futures(problem, count)
    floor = owed(problem)
    chosen = {
        P50: _plan(problem, Futures((problem.on_time,), np.ones(1), 1), floor)[0],
        P90: _plan(problem, Futures((problem.delayed,), np.ones(1), 1), floor)[0],
    }
    say(0.1)
    chosen[ALL], most = _plan(problem, futures, floor)
    say(0.5)
    ideal = np.array([_plan(problem, Futures((each,), np.ones(1), 1), floor)[1] for each in futures.ready])
    say(0.7)
    worth = {name: _worth(problem, futures, delivered) for name, delivered in chosen.items()}
    whole, in_lots, bound = _whole(problem, futures, floor, chosen[ALL], most, method, gap, time_s)
    expected = {name: float(futures.weight @ values) for name, values in worth.items()}
    best = max(expected, key=lambda name: (expected[name], name == ALL))
    deviation = float(np.sqrt(futures.weight @ (worth[best] - expected[best]) ** 2))
    lots = {name: whole_deliveries(problem, values) for name, values in chosen.items()} | {ALL: whole}
    return Uncertainty(
        scenarios=futures.drawn,
        distinct=len(futures.ready),
        seed=problem.terms.seed,
        common_cause_frac=problem.terms.common_cause_frac,
        plans=tuple(_told(name, values, ideal, futures.weight) for name, values in worth.items()),
        best=best,
        standard_error_usd=deviation / float(np.sqrt(futures.drawn)),
        perfect_information_usd=_short(float(futures.weight @ ideal), expected[ALL]),
        stochastic_solution_usd=_short(expected[ALL], expected[P50]),
        method=method,
        whole_usd=in_lots,
        bound_usd=bound,
        gap=_short(bound, in_lots) / abs(bound) if bound else None,
        delivered_by_end={
            name: dict(zip(problem.tenants, values[:, :, -1].sum(axis=1).astype(float).tolist(), strict=True))
            for name, values in lots.items()
        },
    )


def _plan(problem: AllocationProblem, futures: Futures, floor: Counts) -> tuple[Floats, float]:
    """Return the deliveries that are worth most over futures, in parts of lots, and their worth."""
    built = build(problem, futures.ready, futures.weight.tolist(), floor)
    solved = solve(built.program)
    return amounts(problem, built, solved.x)[0], solved.objective + built.constant


def _worth(problem: AllocationProblem, futures: Futures, delivered: Floats | Counts) -> Floats:
    """Worth of deliveries in each future, energised as is best in it."""
    return np.array([worth for worth, _ in _each(problem, futures, delivered)])


def _each(
    problem: AllocationProblem, futures: Futures, delivered: Floats | Counts
) -> list[tuple[float, Floats]]:
    """Worth of deliveries in each future, and the values of that future's program."""
    found = []
    for ready in futures.ready:
        fixed = build(problem, [ready], [1.0], None, fixed=delivered)
        solved = solve(fixed.program)
        found.append((solved.objective + fixed.constant, solved.x))
    return found


def _whole(
    problem: AllocationProblem,
    futures: Futures,
    floor: Counts,
    delivered: Floats,
    most: float,
    method: Method,
    gap: float,
    time_s: float,
) -> tuple[Counts, float, float]:
    """Return the plan over all futures in whole lots, its expected worth, and a bound on any such plan.

    Branch and bound begins at the rounded plan, and does not begin where that is within the gap already.
    """
    lots = whole_deliveries(problem, delivered)
    each = _each(problem, futures, lots)
    worth = float(futures.weight @ np.array([value for value, _ in each]))
    if method == "lp" or most - worth <= gap * abs(most):
        return lots, worth, most
    built = build(problem, futures.ready, futures.weight.tolist(), floor)
    start = _start(built, [x for _, x in each])
    found = solve(built.program, whole=True, gap=gap, time_limit_s=time_s, start=start)
    better = np.rint(amounts(problem, built, found.x)[0]).astype(np.int64)
    reached = float(futures.weight @ _worth(problem, futures, better))
    bound = min(most, found.bound + built.constant)
    return (better, reached, bound) if reached > worth else (lots, worth, bound)


def _start(built: Built, each: list[Floats]) -> Floats:
    """Lay the solutions of single futures side by side: deliveries, what each energises, what is late."""
    lots = int((built.delivered >= 0).sum())
    on = int((built.energised[0] >= 0).sum())
    parts = [each[0][:lots], *(x[lots : lots + on] for x in each), each[0][lots + on :]]
    return np.concatenate(parts)


def _told(name: str, worth: Floats, ideal: Floats, weight: Floats) -> PlanWorth:
    order = np.argsort(worth, kind="stable")
    reached = np.cumsum(weight[order])
    p10, p50, p90 = (float(worth[order][np.searchsorted(reached, q - 1e-9)]) for q in (0.1, 0.5, 0.9))
    wrong = _short(float(weight @ ideal), float(weight @ worth))
    return PlanWorth(name, float(weight @ worth), p10, p50, p90, wrong)


def _short(most: float, made: float) -> float:
    """What is missing to the most; what lies within the solver's tolerance is nothing."""
    missing = most - made
    return 0.0 if abs(missing) <= SOLVER_TOLERANCE * max(abs(most), 1.0) else missing
