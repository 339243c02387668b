"""Debt: sculpted repayment, other repayments, and how much a lender would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]

LIMITS = ("gearing", "dscr", "ltv", "tail")
"""What can hold a loan's size down, in the order in which an equal limit is named."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A loan by period; arrays of shape (..., periods)."""

    debt_usd: Array
    """Opening amount, shape (...)."""
    service_usd: Array
    interest_usd: Array
    principal_usd: Array
    balance_usd: Array
    """At the end of each period."""


@dataclass(frozen=True, slots=True)
class DebtSize:
    """How large a loan may be, and what holds it there."""

    debt_usd: Array
    """The least of the limits, shape (...)."""
    limits_usd: Mapping[str, Array]
    """By name of :data:`LIMITS`, those that were asked for."""
    binding: NDArray[np.str_]
    """Name of the least limit, shape (...)."""


def discount_path(rate_frac: ArrayLike, periods: int) -> Array:
    """Worth at the start of one unit at the end of each period, along a loan's own rates.

    Parameters
    ----------
    rate_frac
        Interest a period, one number or shape (..., periods).

    Examples
    --------
    >>> [round(float(x), 6) for x in discount_path(0.07, 2)]
    [0.934579, 0.873439]
    """
    rate = np.asarray(rate_frac, dtype=np.float64)
    path = np.broadcast_to(rate[..., None], (*rate.shape, periods)) if rate.shape[-1:] != (periods,) else rate
    return np.asarray(1.0 / np.cumprod(1.0 + path, axis=-1))


def sculpt(cfads_usd: ArrayLike, dscr: ArrayLike, rate_frac: ArrayLike) -> Schedule:
    r"""Loan whose service is the cash available over a ratio in every period, and which runs off to zero.

    .. math:: D = \sum_t \frac{CFADS_t}{DSCR} \prod_{s \le t} (1 + i_s)^{-1}

    Parameters
    ----------
    cfads_usd
        Cash flow available for debt service, shape (..., periods).
    dscr
        Debt service cover ratio above 0, one number, (...) by scenario or (..., periods).
    rate_frac
        Interest a period, one number or a path of shape (..., periods).

    Examples
    --------
    >>> loan = sculpt([140.0, 140.0], 1.4, 0.10)
    >>> round(float(loan.debt_usd), 4), [round(float(x), 4) for x in loan.balance_usd]
    (173.5537, [90.9091, 0.0])
    """
    cfads = np.asarray(cfads_usd, dtype=np.float64)
    ratio = np.asarray(dscr, dtype=np.float64)
    if np.any(ratio <= 0.0):
        raise ValueError(f"a cover ratio of {float(np.min(ratio))}; it must be above 0")
    if ratio.ndim and ratio.shape[-1] != cfads.shape[-1]:
        ratio = ratio[..., None]
    service = cfads / ratio
    return _run_off(service, rate_frac)


def _run_off(service: Array, rate_frac: ArrayLike) -> Schedule:
    periods = service.shape[-1]
    factors = np.broadcast_to(discount_path(rate_frac, periods), service.shape)
    worth = service * factors
    debt = worth.sum(axis=-1)
    # Balance is what is still to come, at its worth then: no rounding piles up over hundreds of periods.
    left = np.concatenate([np.cumsum(worth[..., ::-1], axis=-1)[..., -2::-1], np.zeros((*debt.shape, 1))], -1)
    balance = left / factors
    before = np.concatenate([debt[..., None], balance[..., :-1]], axis=-1)
    principal = before - balance
    return Schedule(debt, service, service - principal, principal, balance)


def annuity(debt_usd: ArrayLike, rate_frac: float, periods: int) -> Schedule:
    """Loan with a level service.

    Examples
    --------
    >>> round(float(annuity(1000.0, 0.01, 12).service_usd[0]), 4)
    88.8488
    """
    _positive_tenor(periods)
    debt = np.asarray(debt_usd, dtype=np.float64)
    share = 1.0 / discount_path(rate_frac, periods).sum()
    return _run_off(np.broadcast_to((debt * share)[..., None], (*debt.shape, periods)).copy(), rate_frac)


def straight_line(debt_usd: ArrayLike, rate_frac: float, periods: int) -> Schedule:
    """Loan with level principal.

    >>> [float(x) for x in straight_line(900.0, 0.10, 3).service_usd]
    [390.0, 360.0, 330.0]
    """
    _positive_tenor(periods)
    debt = np.asarray(debt_usd, dtype=np.float64)
    principal = np.broadcast_to((debt / periods)[..., None], (*debt.shape, periods)).copy()
    return _from_principal(debt, principal, rate_frac)


def bullet(debt_usd: ArrayLike, rate_frac: float, periods: int) -> Schedule:
    """Loan repaid at once at its end.

    >>> [float(x) for x in bullet(100.0, 0.10, 2).service_usd]
    [10.0, 110.0]
    """
    _positive_tenor(periods)
    debt = np.asarray(debt_usd, dtype=np.float64)
    principal = np.zeros((*debt.shape, periods))
    principal[..., -1] = debt
    return _from_principal(debt, principal, rate_frac)


def _from_principal(debt: Array, principal: Array, rate_frac: float) -> Schedule:
    balance = debt[..., None] - np.cumsum(principal, axis=-1)
    before = np.concatenate([debt[..., None], balance[..., :-1]], axis=-1)
    interest = before * rate_frac
    return Schedule(debt, interest + principal, interest, principal, balance)


def _positive_tenor(periods: int) -> None:
    if periods <= 0:
        raise InfeasibleError(f"a loan of {periods} periods has no term; give a tenor of at least one period")


def size_debt(
    cfads_usd: ArrayLike,
    dscr: ArrayLike,
    rate_frac: ArrayLike,
    *,
    uses_usd: ArrayLike | None = None,
    gearing_frac: float | None = None,
    collateral_usd: ArrayLike | None = None,
    ltv_frac: ArrayLike | None = None,
    tail_periods: int | None = None,
) -> DebtSize:
    """Size a sculpted loan as the least of its limits, and say which one binds.

    *dscr*: present value of CFADS over the target ratio. *tail*: the same without the last
    ``tail_periods``, which must stay free of debt. *gearing*: share of the uses. *ltv*: the largest loan
    whose sculpted balance never exceeds the share of the collateral's value, at any period's end and at the
    start.

    Parameters
    ----------
    cfads_usd
        Shape (..., periods), over the contract or the loan's longest life.
    collateral_usd
        Value at the end of each period, shape (..., periods); with one more in front, at the start too.

    Examples
    --------
    >>> size = size_debt([140.0, 140.0], 1.4, 0.10, uses_usd=200.0, gearing_frac=0.70)
    >>> float(size.debt_usd), str(size.binding)
    (140.0, 'gearing')
    """
    cfads = np.asarray(cfads_usd, dtype=np.float64)
    periods = cfads.shape[-1]
    _positive_tenor(periods)
    limits: dict[str, Array] = {}
    if gearing_frac is not None:
        if uses_usd is None:
            raise ValueError("a gearing cap needs the uses that it is a share of")
        limits["gearing"] = np.asarray(np.asarray(uses_usd, dtype=np.float64) * gearing_frac)
    full = sculpt(cfads, dscr, rate_frac)
    limits["dscr"] = full.debt_usd
    shaped = full
    if tail_periods is not None:
        if not 0 <= tail_periods < periods:
            raise InfeasibleError(
                f"a tail of {tail_periods} periods leaves none of {periods} to repay in; shorten the tail"
            )
        inside = cfads.copy()
        inside[..., periods - tail_periods :] = 0.0
        shaped = sculpt(inside, dscr, rate_frac)
        limits["tail"] = shaped.debt_usd
    if ltv_frac is not None:
        if collateral_usd is None:
            raise ValueError("a loan-to-value limit needs the collateral's value")
        limits["ltv"] = _ltv_limit(shaped, np.asarray(collateral_usd, dtype=np.float64), ltv_frac)
    return _least(limits)


def _ltv_limit(shaped: Schedule, collateral: Array, ltv_frac: ArrayLike) -> Array:
    balance = shaped.balance_usd
    if collateral.shape[-1] == balance.shape[-1] + 1:
        balance = np.concatenate([shaped.debt_usd[..., None], balance], axis=-1)
    allowed = np.broadcast_to(np.asarray(ltv_frac, dtype=np.float64) * collateral, balance.shape)
    owed = balance > 1e-9 * np.maximum(shaped.debt_usd[..., None], 1.0)
    scale = np.divide(allowed, balance, out=np.full(balance.shape, np.inf), where=owed).min(axis=-1)
    return np.asarray(np.where(np.isfinite(scale), scale * shaped.debt_usd, np.inf))


def _least(limits: dict[str, Array]) -> DebtSize:
    names = [name for name in LIMITS if name in limits]
    stacked = np.stack(np.broadcast_arrays(*[limits[name] for name in names]))
    # A tail of no cash, or no tail, equals the cover limit: the first of equals is named.
    binding = np.array(names)[np.argmin(stacked, axis=0)]
    return DebtSize(np.asarray(stacked.min(axis=0)), {n: limits[n] for n in names}, np.asarray(binding))
