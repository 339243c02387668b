"""Max-min fairness: raise the poorest first."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.policies._ration import fill_lowest, ration_each_period, whole_lots
from gigawatt.supply.allocation.problem import AllocationProblem, Counts


def max_min(problem: AllocationProblem) -> Counts:
    """Give each period's stock so that the least GPUs received, by weight, are as many as possible.

    Then the next least, and so on (lexicographic), within what is due; chip by chip, counted from the
    first period on. No tenant can gain without a poorer one losing, up to one lot.

    Returns
    -------
    Cumulative GPUs, (tenant, chip, period).

    References
    ----------
    Bertsekas and Gallager, Data Networks (1992), section 6.5: progressive filling.
    """

    def ration(_period: int, pool: Counts, claims: Counts, got: Counts) -> Counts:
        given = np.zeros_like(claims)
        for chip in range(claims.shape[1]):
            share = fill_lowest(
                got[:, chip].astype(np.float64),
                problem.weight,
                claims[:, chip].astype(np.float64),
                float(pool[chip]),
            )
            given[:, chip] = whole_lots(share, claims[:, chip], int(pool[chip]), int(problem.lot[chip]))
        return given

    return ration_each_period(problem, ration)
