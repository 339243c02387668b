"""The fairest among the plans that are worth nearly the most: lexicographic max-min over what tenants get."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.linear import Index, Program, solve
from gigawatt.supply.allocation.optimise import Built, Plan, amounts, build, repaired
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Floats
from gigawatt.supply.allocation.results import useful_if

_BINDS = 1e-7
"""Dual value above which a tenant's row is what keeps the least share from rising."""


def fairest_plan(problem: AllocationProblem, within_frac: float) -> Plan:
    """Give up at most a share of the worth, and raise the least satisfied tenant, then the next.

    A tenant is satisfied by the share that its useful GPU-months are of what its booking, delivered when
    due, would have made. The least share is raised as far as it goes; the tenants that hold it down are
    fixed there, and the rest go on (Ogryczak's sequential max-min). Of the plans that are left, the one
    worth most is taken and rounded.

    Parameters
    ----------
    problem
        The allotment.
    within_frac
        Share of the greatest worth that may be given up; 0 chooses among plans of equal worth.
    """
    floor = owed(problem)
    first = build(problem, [problem.on_time], [1.0], floor)
    most = solve(first.program).objective
    least_worth = most - within_frac * abs(most) - 1e-9 * max(abs(most), 1.0)
    wants = np.array(useful_if(problem, problem.due))
    rising = [k for k in range(len(wants)) if wants[k] > 0]
    fixed: dict[int, float] = {}
    while rising:
        built = build(problem, [problem.on_time], [1.0], floor)
        program = built.program
        _keep(problem, built, least_worth, fixed)
        program.cost = [np.zeros_like(each) for each in program.cost]
        share = program.add_columns(np.ones(1), np.zeros(1), np.full(1, np.inf), whole=False)
        rows = {}
        for k in rising:
            columns, months = _useful(problem, built, k)
            terms = np.append(columns, share)[None, :], np.append(months / wants[k], -1.0)[None, :]
            rows[k] = int(program.add_rows(np.zeros(1), np.full(1, np.inf), terms)[0])
        found = solve(program)
        binding = [k for k in rising if abs(found.row_dual[rows[k]]) > _BINDS] or list(rising)
        for k in binding:
            fixed[k] = found.objective * wants[k]
        rising = [k for k in rising if k not in fixed]
    last = build(problem, [problem.on_time], [1.0], floor)
    _keep(problem, last, least_worth, fixed)
    delivered = amounts(problem, last, solve(last.program).x)[0]
    return Plan(*repaired(problem, delivered), bound_usd=most + first.constant)


def _keep(problem: AllocationProblem, built: Built, least_worth: float, fixed: dict[int, float]) -> None:
    """Hold the worth and what the fixed tenants have, up to the solver's tolerance."""
    program: Program = built.program
    cost = np.concatenate(program.cost)
    at = np.flatnonzero(cost)
    scale = max(float(np.abs(cost).max(initial=0.0)), 1.0)
    program.add_rows(
        np.array([least_worth / scale]), np.full(1, np.inf), (at[None, :], (cost[at] / scale)[None, :])
    )
    for k, useful in fixed.items():
        columns, months = _useful(problem, built, k)
        low = np.array([useful * (1.0 - 1e-7) - 1e-6])
        program.add_rows(low, np.full(1, np.inf), (columns[None, :], months[None, :]))


def _useful(problem: AllocationProblem, built: Built, tenant: int) -> tuple[Index, Floats]:
    """Columns of a tenant's energised chips, and the GPU-months that one of each makes."""
    columns = built.energised[0][problem.site_tenant == tenant]
    months = np.broadcast_to(problem.lot[None, :, None] * problem.months, columns.shape)
    there = columns >= 0
    return columns[there], months[there].astype(np.float64)
