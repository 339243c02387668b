"""What the policies share: the supplier's stock through time, and amounts in whole lots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigawatt.supply.allocation.problem import AllocationProblem, Counts, Floats

Ration = Callable[[int, Counts, Counts, Counts], Counts]
"""(period, pool by chip, claims and received by tenant and chip) -> GPUs given by tenant and chip."""


def ration_each_period(problem: AllocationProblem, ration: Ration) -> Counts:
    """Let a rule share out what has arrived in each period among what is due and not yet delivered.

    Returns cumulative deliveries, (tenant, chip, period). What nobody claims stays with the supplier.
    """
    got = np.zeros((len(problem.tenants), len(problem.chips)), dtype=np.int64)
    out = np.zeros((*got.shape, problem.periods), dtype=np.int64)
    for period in range(problem.periods):
        pool = problem.stock[:, period] - got.sum(axis=0)
        claims = problem.due[:, :, period] - got
        if pool.any() and claims.any():
            got = got + ration(period, pool, claims, got)
        out[:, :, period] = got
    return out


def whole_lots(share: Floats, claims: Counts, pool: int, lot: int) -> Counts:
    """Round shares of one chip to whole lots, largest remainder first, within claims and pool.

    Parameters
    ----------
    share
        GPUs meant for each tenant, not above its claim; their sum not above ``pool``.
    claims, pool, lot
        GPUs.

    Examples
    --------
    >>> whole_lots(np.array([13.0, 13.0]), np.array([24, 24]), 26, 8)
    array([16,  8])
    """
    given: Counts = np.floor(share / lot + 1e-9).astype(np.int64) * lot
    for tenant in np.argsort(-(share - given), kind="stable"):
        if pool - int(given.sum()) < lot:
            break
        if share[tenant] - given[tenant] > 1e-9 and given[tenant] + lot <= claims[tenant]:
            given[tenant] += lot
    return given


def fill_lowest(level: Floats, weight: Floats, claims: Floats, pool: float) -> Floats:
    """Raise the lowest first: amounts x <= claims with sum <= pool that level (level + x) / weight.

    Solved by bisection on the common level; where claims sum to no more than the pool, all are met.

    >>> fill_lowest(np.array([0.0, 6.0]), np.ones(2), np.array([10.0, 10.0]), 10.0)
    array([8., 2.])
    """
    if claims.sum() <= pool:
        return claims.astype(np.float64)
    low, high = 0.0, float(((level + claims) / weight).max())
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(middle * weight - level, 0.0, claims).sum() <= pool:
            low = middle
        else:
            high = middle
    return np.clip(low * weight - level, 0.0, claims)
