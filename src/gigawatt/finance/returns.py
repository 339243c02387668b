"""Net present value and internal rate of return, with every root told and none picked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import exp, expm1, inf, isfinite, log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]

_WIDEST = 60.0
"""Largest |ln(1 + rate)| a period that is searched."""
_SPLITS = (0.0, -0.2, 0.1, -0.5, 0.4, -0.8, 1.0, -0.95)
"""Yearly rates at which uniqueness is tried, the likeliest first."""
_SAME = 1e-6
"""Distance in ln(1 + rate) within which two roots beside a touching point are that one point."""
_NEAR = 1e-12
"""Step in ln(1 + rate) a period, relative and a tenth of it absolute, at which a rate is found."""
_FLAT = 1e-13
"""Share of the flows' absolute sum below which a turning point touches zero: a double root."""


@dataclass(frozen=True, slots=True)
class Irr:
    """Every internal rate of return of some cash flows, in one year's compounding."""

    roots_frac: tuple[tuple[float, ...], ...]
    """By scenario: every yearly rate above -1 at which the net present value is zero, rising."""

    @property
    def count(self) -> NDArray[np.int64]:
        """Number of rates by scenario, shape (scenarios,)."""
        return np.array([len(roots) for roots in self.roots_frac], dtype=np.int64)

    @property
    def rate_frac(self) -> Array:
        """The rate where there is just one, NaN where there is none or several, shape (scenarios,)."""
        return np.array([r[0] if len(r) == 1 else np.nan for r in self.roots_frac], dtype=np.float64)

    def only(self) -> float:
        """Return the one rate of one cash flow.

        Raises
        ------
        InfeasibleError
            There is no rate, or there are several: they are named.
        """
        roots = self.roots_frac[0]
        if len(roots) == 1:
            return roots[0]
        if not roots:
            raise InfeasibleError(
                "these cash flows have no internal rate of return: no rate above -100 % makes their net "
                "present value zero; judge them by net present value"
            )
        told = ", ".join(f"{100.0 * root:.6g} %" for root in roots)
        raise InfeasibleError(
            f"these cash flows have {len(roots)} internal rates of return ({told}); none is the return: "
            "judge them by net present value"
        )


def npv(cash_usd: ArrayLike, rate_frac: ArrayLike, periods_per_year: float = 1.0) -> Array:
    r"""Net present value at the first period.

    .. math:: V = \sum_t C_t (1 + r)^{-t/m}

    Parameters
    ----------
    cash_usd
        Cash flows by period, shape (..., periods); cash in is positive.
    rate_frac
        Yearly discount rate above -1, shape (...) or one number.
    periods_per_year
        m: 12 for monthly flows.

    Examples
    --------
    >>> round(float(npv([-100.0, 60.0, 60.0], 0.10)), 3)
    4.132
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    rate = np.asarray(rate_frac, dtype=np.float64)
    if np.any(rate <= -1.0):
        raise ValueError(f"a discount rate of {float(np.min(rate))}; it must be above -1")
    years = np.arange(cash.shape[-1]) / periods_per_year
    return np.asarray(np.sum(cash * np.exp(-np.log1p(rate)[..., None] * years), axis=-1))


def irr(cash_usd: ArrayLike, periods_per_year: float = 1.0) -> Irr:
    """Every internal rate of return of equally spaced cash flows, vectorised over scenarios.

    Flows with one change of sign have one rate, found for all scenarios at once. Others are taken one by
    one: between two neighbouring roots of the derivative of :math:`e^{d s} V(d)`, with s inside a change of
    sign, V has at most one root, and that derivative has one change of sign less (Descartes' rule for
    sums of exponentials), so that no root is missed and none is picked.

    Parameters
    ----------
    cash_usd
        Shape (periods,) or (scenarios, periods).

    Examples
    --------
    >>> round(irr([-250000, 100000, 150000, 200000, 250000, 300000]).only(), 10)
    0.5672303344
    >>> [round(rate, 9) for rate in irr([-1000.0, 2500.0, -1540.0]).roots_frac[0]]
    [0.1, 0.4]
    >>> irr([1.0, 2.0]).roots_frac
    ((),)
    """
    cash = np.atleast_2d(np.asarray(cash_usd, dtype=np.float64))
    if not np.all(np.isfinite(cash)):
        raise ValueError("cash flows must be finite numbers")
    changes = _sign_changes(cash)
    for rate in _SPLITS:  # many flows that change sign often still have one rate, which sums can prove
        several = np.flatnonzero(changes > 1)
        if not several.size:
            break
        proven = _most_roots(cash[several], log1p(rate) / periods_per_year) == 1
        changes[several[proven]] = 1
    single = np.flatnonzero(changes == 1)
    roots: list[tuple[float, ...]] = [()] * cash.shape[0]
    if single.size:
        found = _single_roots(cash[single])
        for place, d in zip(single, found, strict=True):
            roots[place] = (_yearly(float(d) * periods_per_year),)
    years = np.arange(cash.shape[1], dtype=np.float64)
    for place in np.flatnonzero(changes > 1):
        logs = _all_roots(cash[place], years)
        roots[place] = tuple(_yearly(d * periods_per_year) for d in logs)
    return Irr(tuple(roots))


def dated_irr(days: Sequence[date], cash_usd: ArrayLike) -> Irr:
    """Every internal rate of return of dated cash flows, actual days over 365.

    Where there is just one, it is pyxirr's; the search beside it tells whether there is just one.

    Examples
    --------
    >>> flows = dated_irr([date(2025, 1, 1), date(2026, 1, 1)], [-100.0, 110.0])
    >>> round(flows.only(), 9)
    0.1
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    if cash.ndim != 1 or cash.size != len(days):
        raise ValueError(f"{len(days)} dates for cash flows of shape {cash.shape}")
    years = np.array([(day - days[0]).days / 365.0 for day in days])
    order = np.argsort(years, kind="stable")
    roots = tuple(_yearly(d) for d in _all_roots(cash[order], years[order]))
    if len(roots) == 1:
        from pyxirr import xirr

        exact = xirr(list(days), cash.tolist(), guess=roots[0])
        if exact is not None and isfinite(exact) and abs(exact - roots[0]) <= 1e-6 * (1.0 + abs(roots[0])):
            roots = (float(exact),)
    return Irr((roots,))


def moic(cash_usd: ArrayLike) -> Array:
    """Multiple of invested capital: cash received over cash paid in; NaN where nothing was paid in.

    >>> float(moic([-100.0, 30.0, 120.0]))
    1.5
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    paid = -np.minimum(cash, 0.0).sum(axis=-1)
    back = np.maximum(cash, 0.0).sum(axis=-1)
    return np.asarray(np.divide(back, paid, out=np.full_like(paid, np.nan), where=paid > 0.0))


def payback_years(cash_usd: ArrayLike, periods_per_year: float = 1.0) -> Array:
    """Years until the summed cash is back at zero for good, within a period linearly; NaN: never.

    >>> round(float(payback_years([-1920000.0] + 4 * [602734.0])), 4)
    3.1855
    """
    cash = np.atleast_2d(np.asarray(cash_usd, dtype=np.float64))
    total = np.cumsum(cash, axis=1)
    below = total < 0.0
    last = np.where(below.any(axis=1), cash.shape[1] - 1 - np.argmax(below[:, ::-1], axis=1), -1)
    result = np.full(cash.shape[0], np.nan)
    for row, place in enumerate(last):
        if place < 0:
            result[row] = 0.0
        elif place + 1 < cash.shape[1]:
            result[row] = (place + -total[row, place] / cash[row, place + 1]) / periods_per_year
    return result if np.ndim(cash_usd) > 1 else np.asarray(result[0])


def _most_roots(cash: Array, split: float) -> NDArray[np.int64]:
    """Bound on the number of rates, by the signs of sums discounted at one log rate a period.

    Above it there are at most as many rates as the running sums change sign, below it as many as the sums
    from the end do (Descartes' rule for V / (1 - x); Norstrom's criterion is the case of a rate of 0), and
    never an odd number fewer: a bound of 1 is a proof.
    """
    weighted = cash * np.exp(-split * np.arange(cash.shape[1]))
    ahead = np.cumsum(weighted, axis=1)
    behind = np.cumsum(weighted[:, ::-1], axis=1)
    return _sign_changes(ahead) + _sign_changes(behind)


def _yearly(log_rate: float) -> float:
    return expm1(log_rate) if log_rate < 700.0 else inf


def _sign_changes(cash: Array) -> NDArray[np.int64]:
    """Changes of sign along each row, zeros left out."""
    signs = np.sign(cash)
    place = np.where(signs != 0.0, np.arange(cash.shape[1]), 0)
    filled = np.take_along_axis(signs, np.maximum.accumulate(place, axis=1), axis=1)
    return np.asarray(((filled[:, 1:] * filled[:, :-1]) < 0.0).sum(axis=1), dtype=np.int64)


def _single_roots(cash: Array) -> Array:
    """Log rates a period of flows with one rate each, by bracketed Newton, all at once."""
    rows = np.ascontiguousarray(cash.T)
    first = np.sign(rows[np.argmax(rows != 0.0, axis=0), np.arange(cash.shape[0])])
    rows = rows * first  # positive above the root
    low = np.full(cash.shape[0], -1.0)
    high = np.full(cash.shape[0], 1.0)
    for _ in range(6):
        low = np.where(_horner(rows, low)[0] > 0.0, low * 3.0, low)
        high = np.where(_horner(rows, high)[0] < 0.0, high * 3.0, high)
    found = np.zeros(cash.shape[0])
    active = np.arange(cash.shape[0])
    guess = np.clip(found, low, high)
    for _ in range(80):  # enough for halving alone
        level, slope = _horner(rows, guess)
        low = np.where(level < 0.0, guess, low)
        high = np.where(level > 0.0, guess, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = guess - level / slope
        inside = np.isfinite(step) & (step > low) & (step < high)
        new = np.where(level == 0.0, guess, np.where(inside, step, 0.5 * (low + high)))
        moving = np.abs(new - guess) > _NEAR * (0.1 + np.abs(guess))
        found[active] = new
        if not moving.any():
            break
        if not moving.all():
            active, rows = active[moving], np.ascontiguousarray(rows[:, moving])
            low, high, new = low[moving], high[moving], new[moving]
        guess = new
    return found


def _horner(rows: Array, d: Array) -> tuple[Array, Array]:
    """Value and slope in d of the flows, scaled by the factor of whichever end keeps it from overflow."""
    periods = rows.shape[0]
    factor = np.exp(-np.abs(d))
    ahead = d >= 0.0
    total, slope = np.zeros_like(d), np.zeros_like(d)
    mixed = not (ahead.all() or not ahead.any())
    for t in range(periods):
        if mixed:
            coefficient = np.where(ahead, rows[periods - 1 - t], rows[t])
        else:
            coefficient = rows[periods - 1 - t] if ahead[0] else rows[t]
        slope = slope * factor + total
        total = total * factor + coefficient
    return total, slope * np.where(ahead, -factor, factor)


def _all_roots(cash: Array, years: Array) -> list[float]:
    kept = cash != 0.0
    if not kept.any():
        return []
    size = float(np.abs(cash).sum())
    return _roots_of(cash[kept] / size, years[kept])


def _roots_of(cash: Array, years: Array) -> list[float]:
    """Roots in d of sum(cash * exp(-d years)), each between two of its shifted derivative."""
    signs = np.sign(cash)
    places = np.flatnonzero(signs[1:] * signs[:-1] < 0.0)
    if places.size == 0:
        return []
    middle = places[places.size // 2]
    shift = 0.5 * (years[middle] + years[middle + 1])
    turning = _roots_of(cash * (shift - years), years) if places.size > 1 else []

    def value(d: float) -> float:
        exponent = d * (shift - years)
        top = float(exponent.max())
        return float(np.sum(cash * np.exp(exponent - top)))  # its sign is what counts

    found: list[float] = []
    span = max(float(years[-1] - years[0]), 1e-9)
    edges = [-inf, *turning, inf]
    for left, right in pairwise(edges):
        bracket = _bracket(value, left, right, span)
        if bracket is not None:
            found.append(_bisect(value, *bracket))
    for d in turning:  # a turning point that touches zero is a double root, whatever rounding says beside it
        if abs(value(d)) <= _FLAT:
            found = [root for root in found if abs(d - root) > _SAME] + [d]
    return sorted(found)


def _bracket(
    value: Callable[[float], float], left: float, right: float, span: float
) -> tuple[float, float] | None:
    a = left if isfinite(left) else min(right if isfinite(right) else 0.0, 0.0) - 1.0 / span
    b = right if isfinite(right) else max(left if isfinite(left) else 0.0, 0.0) + 1.0 / span
    limit = max(_WIDEST, 700.0 / span)
    while value(a) * value(b) > 0.0:
        moved = False
        if not isfinite(left) and a > -limit:
            a, moved = a * 2.0 if a < -1e-12 else -1.0 / span, True
        if not isfinite(right) and b < limit:
            b, moved = b * 2.0 if b > 1e-12 else 1.0 / span, True
        if not moved:
            return None
    if value(a) == 0.0 and isfinite(left):
        return None  # a double root, told apart
    return (a, b)


def _bisect(value: Callable[[float], float], a: float, b: float) -> float:
    low = value(a)
    for _ in range(300):
        middle = 0.5 * (a + b)
        if middle in (a, b):
            break
        level = value(middle)
        if level == 0.0:
            return middle
        if (level > 0.0) == (low > 0.0):
            a, low = middle, level
        else:
            b = middle
    return 0.5 * (a + b)


def discount_factor(rate_frac: float, years: float) -> float:
    """Worth today of one unit in ``years`` years: (1 + r)^-n.

    >>> round(discount_factor(0.0906, 10.0), 6)
    0.420093
    """
    return exp(-years * log(1.0 + rate_frac))
