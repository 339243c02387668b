"""In proportion to what is booked."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.policies._ration import ration_each_period, whole_lots
from gigawatt.supply.allocation.problem import AllocationProblem, Counts


def proportional(problem: AllocationProblem) -> Counts:
    """Share each period's stock in proportion to what is due and not yet delivered, chip by chip.

    Exact up to one lot; what is left of a lot stays with the supplier.

    Returns
    -------
    Cumulative GPUs, (tenant, chip, period).
    """

    def ration(_period: int, pool: Counts, claims: Counts, _got: Counts) -> Counts:
        given = np.zeros_like(claims)
        for chip in range(claims.shape[1]):
            total = int(claims[:, chip].sum())
            if total:
                part = min(1.0, float(pool[chip]) / total)
                given[:, chip] = whole_lots(
                    claims[:, chip].astype(np.float64) * part,
                    claims[:, chip],
                    int(pool[chip]),
                    int(problem.lot[chip]),
                )
        return given

    return ration_each_period(problem, ration)
