"""When jobs arrive: a Poisson stream whose rate goes with the hour of the day."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAY_S = 86_400.0


def daily_arrivals(
    jobs: int, span_s: float, weights: Sequence[float] | Floats, rng: np.random.Generator
) -> Floats:
    r"""Arrival times of a Poisson process over a span, given that so many arrive in it.

    The rate within a day is proportional to a step function; given their
    number, the arrivals of such a process are independent draws with the density
    of the rate, so that each is :math:`\Lambda^{-1}(u)` of a uniform :math:`u`.

    Parameters
    ----------
    jobs
        How many arrive, >= 0.
    span_s
        Length of time from midnight of the first day, > 0, s.
    weights
        Relative rate in each of the equal parts of a day, shape (parts,), >= 0 and not all 0; 24 for hours.
    rng
        Source of randomness.

    Returns
    -------
    ndarray
        Ascending times, s, shape (jobs,).

    References
    ----------
    Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research Logistics
    Quarterly 26 (1979) 403-413 (the conditional property, section 1).

    Examples
    --------
    >>> office = [0] * 8 + [1] * 10 + [0] * 6
    >>> t = daily_arrivals(1000, 7 * 86_400, office, np.random.default_rng(1))
    >>> sorted(set((t // 3600 % 24).astype(int).tolist()))
    [8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
    """
    rates = np.asarray(weights, dtype=np.float64)
    if (
        rates.ndim != 1
        or not rates.size
        or not np.isfinite(rates).all()
        or (rates < 0).any()
        or rates.sum() <= 0
    ):
        raise ValueError("the weights of a day must be finite, at least 0 and not all 0")
    if not (np.isfinite(span_s) and span_s > 0.0):
        raise ValueError(f"span_s is {span_s}; allowed: above 0")
    whole = math.floor(span_s / DAY_S)
    end_mass = whole * rates.sum() + _mass_within(rates, span_s - whole * DAY_S)
    return np.sort(time_of_mass(rates, end_mass * rng.random(jobs)))


def time_of_mass(weights: Floats, mass: Floats) -> Floats:
    """Invert the integral of a day's step function, repeated every day.

    Parameters
    ----------
    weights
        Mass of each of the equal parts of a day, shape (parts,).
    mass
        Integral from the first midnight, >= 0, shape (n,).

    Returns
    -------
    ndarray
        Times, s, shape (n,).

    Examples
    --------
    A day of two halves, the second twice as busy; half its mass has come at 15:00:

    >>> float(time_of_mass(np.array([1.0, 2.0]), np.array([1.5]))[0] / 3600)
    15.0
    """
    edges = np.concatenate([[0.0], np.cumsum(weights)])
    days = np.floor(mass / edges[-1])
    rest = mass - days * edges[-1]
    part = np.clip(np.searchsorted(edges, rest, side="right") - 1, 0, len(weights) - 1)
    within = (rest - edges[part]) / np.where(weights[part] > 0.0, weights[part], 1.0)
    return np.asarray((days + (part + within) / len(weights)) * DAY_S)


def _mass_within(weights: Floats, rest_s: float) -> float:
    place = rest_s / DAY_S * len(weights)
    part = min(int(place), len(weights) - 1)
    return float(weights[:part].sum() + weights[part] * (place - part))
