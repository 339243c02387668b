"""What a plan is worth: the one sum by which every policy and every program is measured."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.energise import by_tenant
from gigawatt.supply.allocation.problem import AllocationProblem, Counts


def worth_usd(problem: AllocationProblem, delivered: Counts, energised: Counts) -> float:
    """Present value of energised compute less the costs of waiting, lateness, holding and logistics.

    Parameters
    ----------
    problem
        The allotment; see :mod:`gigawatt.supply.allocation.optimise` for the equation.
    delivered
        Cumulative GPUs, (tenant, chip, period).
    energised
        Cumulative GPUs, (site, chip, period).
    """
    when = problem.discount * problem.months
    on = by_tenant(problem, energised)
    late = np.maximum(problem.due - delivered, 0)
    held = problem.stock - delivered.sum(axis=0)
    each = (
        (problem.value[:, :, None] * on).sum(axis=(0, 1))
        - (problem.idle[:, :, None] * (delivered - on)).sum(axis=(0, 1))
        - (problem.late[:, None, None] * late).sum(axis=(0, 1))
        - (problem.held[:, None] * held).sum(axis=0)
    )
    brought = np.diff(energised.sum(axis=1), axis=1, prepend=0)
    moved = (problem.logistics[:, None] * brought * problem.discount).sum()
    return float((each * when).sum() - moved)
