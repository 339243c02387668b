"""Levelised cost of compute from capital by life and a yearly cost, and the cost of capital behind one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Levelised:
    """A levelised cost, and what it is made of; arrays over scenarios."""

    total: Array
    """USD for each unit that was used."""
    parts: Mapping[str, Array]
    """By name of capital and of yearly cost, plus 'idleness': USD for each used unit; they add up."""


def recovery(rate_frac: ArrayLike, life_years: ArrayLike) -> Array:
    """Yearly payment that repays one unit of capital over its life, over arrays.

    >>> round(float(recovery(0.065347, 5.0)), 6)
    0.24086
    """
    rate, life = np.broadcast_arrays(np.asarray(rate_frac, float), np.asarray(life_years, float))
    if np.any(life <= 0.0):
        raise ValueError(f"a life of {float(np.min(life))} years; it must be above 0")
    repaid = -np.expm1(-life * np.log1p(rate))
    small = np.abs(rate) <= 1e-12  # straight line, to the last digit
    return np.asarray(np.where(small, 1.0 / life, rate / np.where(small, 1.0, repaid)))


def levelise(
    capital_usd: Mapping[str, tuple[ArrayLike, ArrayLike]],
    yearly_usd: Mapping[str, ArrayLike],
    units_per_year: ArrayLike,
    rate_frac: ArrayLike,
    utilisation_frac: ArrayLike = 1.0,
) -> Levelised:
    r"""Levelised cost for each used unit, split into parts that add up to it.

    .. math:: c = \frac{\sum_k K_k \, crf(r, n_k) + \sum_j O_j}{u N}

    Parameters
    ----------
    capital_usd
        Name -> (capital, life in years).
    yearly_usd
        Name -> cost a year, fixed: it does not fall with use.
    units_per_year
        N: units at full use, e.g. GPUs times 8,760 hours.
    utilisation_frac
        u: share of them that is used, above 0.

    Examples
    --------
    Epoch AI's cost of a gigawatt on Colossus 2's 946 MW and 440,000 GPUs:

    >>> capital = {"chips": (946 * 26.113e6, 5.0), "hall": (946 * 11.769e6, 14.0)}
    >>> cost = levelise(capital, {"operation": 946 * 0.902e6}, 440_000 * 8760, 0.065347, 0.8)
    >>> round(float(cost.total), 3), round(float(sum(cost.parts.values())), 3)
    (2.608, 2.608)
    """
    used = np.asarray(utilisation_frac, dtype=np.float64)
    units = np.asarray(units_per_year, dtype=np.float64)
    if np.any(used <= 0.0) or np.any(units <= 0.0):
        raise ValueError("units and utilisation must be above 0")
    yearly = {name: np.asarray(k, float) * recovery(rate_frac, n) for name, (k, n) in capital_usd.items()}
    yearly |= {name: np.asarray(usd, dtype=np.float64) for name, usd in yearly_usd.items()}
    full = {name: np.asarray(usd / units) for name, usd in yearly.items()}
    whole = np.asarray(sum(full.values()))
    total = np.asarray(whole / used)
    return Levelised(total, {**full, "idleness": np.asarray(total - whole)})


def implied_cost_of_capital(
    capital_usd: Mapping[str, tuple[float, float]], yearly_usd: float, published_usd_per_year: float
) -> float:
    """The one cost of capital with which capital by life and a yearly cost give a published yearly cost.

    Raises
    ------
    ValueError
        The published cost is below what straight-line repayment alone takes, or needs over 1,000 % a year.

    Examples
    --------
    >>> epoch = {"chips": (26.113, 5.0), "facility": (11.769, 14.0)}
    >>> round(implied_cost_of_capital(epoch, 0.902, 8.5), 4)
    0.0653
    """

    def yearly(rate: float) -> float:
        return yearly_usd + sum(k * float(recovery(rate, n)) for k, n in capital_usd.values())

    low, high = 0.0, 10.0
    if not yearly(low) <= published_usd_per_year <= yearly(high):
        raise ValueError(
            f"{published_usd_per_year:g} a year is outside {yearly(low):g} (no interest) to {yearly(high):g}"
        )
    for _ in range(200):
        middle = 0.5 * (low + high)
        if yearly(middle) < published_usd_per_year:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def own_or_rent(
    own_usd_per_year: ArrayLike, units_per_year: ArrayLike, rent_usd_per_unit: ArrayLike
) -> Array:
    """Utilisation above which owning costs less a used unit than renting; above 1: never.

    >>> round(float(own_or_rent(2648681 / 4, 64 * 8760, 2.0)), 5)
    0.59055
    """
    own = np.asarray(own_usd_per_year, dtype=np.float64)
    return np.asarray(own / (np.asarray(units_per_year, float) * np.asarray(rent_usd_per_unit, float)))


def runway_months(cash_usd: float, burn_usd_per_month: float) -> float:
    """Months until cash is gone at a given burn; infinite without a burn.

    >>> runway_months(20e9, 1e9)
    20.0
    """
    return cash_usd / burn_usd_per_month if burn_usd_per_month > 0.0 else float("inf")
