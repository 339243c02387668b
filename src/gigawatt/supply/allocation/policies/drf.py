"""Dominant-resource fairness over GPUs, megawatts and racks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.supply.allocation.policies._ration import ration_each_period, whole_lots
from gigawatt.supply.allocation.problem import UNLIMITED, AllocationProblem, Counts, Floats

_PART = 1e-3
"""GPUs that count as none: what bisection leaves of a pool."""


def dominant_fill(
    share_of: Floats, held: Floats, wanted: Floats, draws: Floats, pool: Floats, weight: Floats
) -> Floats:
    """Fraction of its wants that each tenant gets, by progressive filling of dominant shares.

    A tenant's dominant share is the largest of its shares of any resource. All rise together, by weight,
    until something that a tenant draws on is used up; it then stops while the others go on.

    Parameters
    ----------
    share_of
        Total of each resource that shares are counted in, (resource,).
    held, wanted
        Resources that each tenant holds, and those of all that it wants on top, (tenant, resource).
    draws, pool
        What the whole of a tenant's wants draws from each pool, (tenant, pool), and what is in it, (pool,).
    weight
        By tenant.

    Returns
    -------
    Fractions between 0 and 1, (tenant,).

    Examples
    --------
    The example of the paper: 9 CPUs and 18 GB; A's tasks take 1 CPU and 4 GB, B's 3 CPUs and 1 GB. A gets
    three tasks, B two.

    >>> cap = np.array([9.0, 18.0])
    >>> hundred = np.array([[100.0, 400.0], [300.0, 100.0]])
    >>> (100 * dominant_fill(cap, np.zeros((2, 2)), hundred, hundred, cap, np.ones(2))).round(6)
    array([3., 2.])

    References
    ----------
    Ghodsi et al., Dominant Resource Fairness, NSDI 2011.
    """
    fraction = np.zeros(len(weight))
    active: NDArray[np.bool_] = np.asarray((wanted > 0).any(axis=1) & (draws > 0).any(axis=1))
    empty = pool <= 0.0
    active &= ~((draws > 0) & empty).any(axis=1)
    while active.any():
        level = _highest_level(share_of, held, wanted, draws, pool, weight, fraction, active)
        raised = np.where(active, _at_level(level, share_of, held, wanted, weight), fraction)
        fraction = np.maximum(fraction, raised)
        left = pool - fraction @ draws
        used_up = left <= 1e-9 * np.maximum(pool, 1.0)
        stopped = ((draws > 0) & used_up).any(axis=1) | (fraction >= 1.0 - 1e-12)
        if not (active & stopped).any():
            break
        active &= ~stopped
    return fraction


def _at_level(level: float, share_of: Floats, held: Floats, wanted: Floats, weight: Floats) -> Floats:
    """Fraction of its wants at which each tenant's dominant share, by weight, is ``level``."""
    room = level * weight[:, None] * share_of[None, :] - held
    each = np.divide(room, wanted, out=np.full_like(room, np.inf), where=wanted > 0)
    out: Floats = np.clip(each.min(axis=1), 0.0, 1.0)
    return out


def _highest_level(
    share_of: Floats,
    held: Floats,
    wanted: Floats,
    draws: Floats,
    pool: Floats,
    weight: Floats,
    fraction: Floats,
    active: NDArray[np.bool_],
) -> float:
    top = float((((held + wanted) / share_of) / weight[:, None]).max()) if share_of.all() else 1.0

    def fits(level: float) -> bool:
        at = np.where(
            active, np.maximum(fraction, _at_level(level, share_of, held, wanted, weight)), fraction
        )
        return bool((at @ draws <= pool * (1.0 + 1e-12) + 1e-12).all())

    if fits(top):
        return top
    low, high = 0.0, top
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def dominant_resource(problem: AllocationProblem) -> Counts:
    """Share each period's stock so that dominant shares of GPUs, megawatts and racks rise together.

    Shares are counted in all GPUs that arrive, and in the megawatts and racks that all sites have at the
    end of the horizon; a resource that nobody limits is left out. A tenant's wants are what is due to it
    and not yet delivered, all chips in proportion; when one chip has gone the filling goes on with the rest.

    Returns
    -------
    Cumulative GPUs, (tenant, chip, period).
    """
    rate = np.stack([np.ones_like(problem.kw), problem.kw / 1e3, 1.0 / problem.gpus_per_rack], axis=1)
    totals = np.array(
        [
            float(problem.stock[:, -1].sum()),
            float(problem.on_time.mw[:, -1].sum()),
            float(problem.on_time.racks[:, -1].sum()),
        ]
    )
    known = (totals > 0) & (totals < UNLIMITED)
    rate, totals = rate[:, known], totals[known]

    def ration(_period: int, pool: Counts, claims: Counts, got: Counts) -> Counts:
        left, open_claims = pool.astype(np.float64), claims.astype(np.float64)
        share = np.zeros_like(open_claims)
        while True:
            open_claims[:, left < _PART] = 0.0
            if not open_claims.any():
                break
            part = dominant_fill(
                totals, (got + share) @ rate, open_claims @ rate, open_claims, left, problem.weight
            )
            given = part[:, None] * open_claims
            share += given
            left = np.maximum(left - given.sum(axis=0), 0.0)  # bisection may end a hair below nothing
            open_claims = open_claims - given
            open_claims[open_claims < _PART] = 0.0
            if given.sum() < _PART:
                break
        out = np.zeros_like(claims)
        for chip in range(claims.shape[1]):
            out[:, chip] = whole_lots(
                np.minimum(share[:, chip], claims[:, chip]), claims[:, chip], int(pool[chip]),
                int(problem.lot[chip]),
            )  # fmt: skip
        return out

    return ration_each_period(problem, ration)
