"""Tax and book depreciation by class of asset."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_MACRS = {
    # IRS Publication 946, table A-1, half-year convention, per cent. 5 and 15 years are held against the
    # System Advisor Model's outputs; the other classes are from memory.
    3: (33.33, 44.45, 14.81, 7.41),
    5: (20.0, 32.0, 19.2, 11.52, 11.52, 5.76),
    7: (14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46),
    10: (10.0, 18.0, 14.4, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28),
    15: (5.0, 9.5, 8.55, 7.7, 6.93, 6.23, 5.9, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 2.95),
    20: (3.75, 7.219, 6.677, 6.177, 5.713, 5.285, 4.888, 4.522, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461,
         4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 2.231),
}  # fmt: skip

_STRAIGHT_15 = (
    3.33, 6.67, 6.67, 6.67, 6.67, 6.67, 6.67, 6.66, 6.67, 6.66, 6.67, 6.66, 6.67, 6.66, 6.67, 3.33,
)  # fmt: skip
"""Straight line over 15 years in the printed table: rounded to hundredths of a per cent (as in the System
Advisor Model)."""

METHODS = ("macrs", "straight_line", "none")


@cache
def yearly_shares(method: str, life_years: int) -> tuple[float, ...]:
    """Share of the basis in each tax year, half-year convention, adding up to 1.

    Parameters
    ----------
    method
        'macrs' (3, 5, 7, 10, 15 or 20 years) or 'straight_line' (any life of at least one year).

    Examples
    --------
    >>> yearly_shares("macrs", 5)
    (0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576)
    >>> yearly_shares("straight_line", 2)
    (0.25, 0.5, 0.25)
    """
    if method == "macrs":
        if life_years not in _MACRS:
            told = ", ".join(map(str, _MACRS))
            raise ValueError(f"MACRS has no {life_years}-year class; it has {told}")
        return tuple(round(share / 100.0, 8) for share in _MACRS[life_years])
    if method == "straight_line":
        if life_years < 1:
            raise ValueError(f"a life of {life_years} years; it must be at least 1")
        if life_years == 15:
            return tuple(round(share / 100.0, 8) for share in _STRAIGHT_15)
        half = 0.5 / life_years
        return (half, *([1.0 / life_years] * (life_years - 1)), half)
    raise ValueError(f"no depreciation method {method!r}; there are macrs and straight_line")


def depreciate(
    basis_usd: ArrayLike, method: str, life_years: int, years: int, bonus_frac: float = 0.0
) -> Array:
    """Depreciation by tax year, bonus first, the rest along the class's shares.

    Parameters
    ----------
    basis_usd
        Depreciable basis, one number or shape (...).
    years
        Length of the answer; what lies beyond is cut off.
    bonus_frac
        Share written off in the first year, 0 to 1, on top of the first year's share of the rest.

    Returns
    -------
    ndarray
        Shape (..., years).

    References
    ----------
    IRS Publication 946, appendix A, tables A-1 and A-8.

    Examples
    --------
    >>> [float(x) for x in depreciate(100.0, "macrs", 5, 6)]
    [20.0, 32.0, 19.2, 11.52, 11.52, 5.76]
    >>> [float(x) for x in depreciate(100.0, "macrs", 5, 2, bonus_frac=1.0)]
    [100.0, 0.0]
    """
    if not 0.0 <= bonus_frac <= 1.0:
        raise ValueError(f"a bonus of {bonus_frac}; it must be between 0 and 1")
    basis = np.asarray(basis_usd, dtype=np.float64)
    shares = np.zeros(years)
    if method != "none":
        given = np.array(yearly_shares(method, life_years)[:years]) * (1.0 - bonus_frac)
        shares[: given.size] = given
        if years:
            shares[0] += bonus_frac
    return np.asarray(basis[..., None] * shares)
