"""Clearness of the sky: how much of the extraterrestrial sun arrives, day by day and hour by hour.

References
----------
.. [1] P. Bendt, M. Collares-Pereira and A. Rabl, "The frequency distribution of daily
   insolation values", Solar Energy 27(1), 1981, 1-5.
.. [2] K. G. T. Hollands and R. G. Huget, "A probability density function for the clearness
   index, with applications", Solar Energy 30(3), 1983, 195-209.
.. [3] M. Collares-Pereira and A. Rabl, "The average distribution of solar radiation",
   Solar Energy 22(2), 1979, 155-164.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gigawatt.climate.grid import LocalGrid
from gigawatt.climate.noise import persistent
from gigawatt.climate.solar import Sun

Array = NDArray[np.float64]

DARKEST_DAY = 0.05
"""Daily clearness under the thickest cloud [1]_."""
CLEAREST_HOUR = 0.82
"""Hourly clearness that is not passed before the month's last, small correction."""
HOUR_LAG_ONE = 0.5
"""Correlation of neighbouring hours' departures from the day's course; assumed, low 0.3, high 0.7."""


def clearest_day(mean_clearness: Array) -> Array:
    """Daily clearness of the clearest days of a month, from its mean [2]_.

    0.6313 + 0.267 K - 11.9 (K - 0.75)^8, for monthly means K of 0.2 to 0.8.

    Examples
    --------
    >>> clearest_day(np.array([0.5])).round(3)
    array([0.765])
    """
    return np.asarray(0.6313 + 0.267 * mean_clearness - 11.9 * (mean_clearness - 0.75) ** 8)


def _exponential_mean(rate: Array, low: float, high: Array) -> Array:
    """Mean of a density that grows as exp(rate x) between two bounds."""
    width = high - low
    with np.errstate(over="ignore"):
        return np.asarray(high - 1.0 / rate + width / np.expm1(rate * width))


def exponential_rate(mean_clearness: Array, high: Array) -> Array:
    """Find the rate of Bendt's density [1]_ whose mean is ``mean_clearness``, by bisection.

    Examples
    --------
    >>> exponential_rate(np.array([0.55]), np.array([0.75])).round(2)
    array([4.16])
    """
    low_rate = np.full_like(mean_clearness, -120.0)
    high_rate = np.full_like(mean_clearness, 120.0)
    for _ in range(60):
        middle = (low_rate + high_rate) / 2.0
        middle = np.where(np.abs(middle) < 1e-6, 1e-6, middle)
        too_low = _exponential_mean(middle, DARKEST_DAY, high) < mean_clearness
        low_rate, high_rate = np.where(too_low, middle, low_rate), np.where(too_low, high_rate, middle)
    return np.asarray((low_rate + high_rate) / 2.0)


def _normal_distribution(z: Array) -> Array:
    """Probability below z; one value a day, so the library's scalar function is fast enough."""
    return np.array([0.5 * math.erfc(-v / math.sqrt(2.0)) for v in z.tolist()])


def daily_clearness(grid: LocalGrid, outside: Array, ghi_kwh_per_m2_day: Array, latent: Array) -> Array:
    """Daily clearness whose monthly totals meet the normals exactly.

    A standard normal latent variable is turned into Bendt's distribution of the calendar month;
    then the month's days are moved toward the clearest or the darkest day, each by the same share
    of its distance, until the month's radiation is its normal's.

    Parameters
    ----------
    grid
        Local months.
    outside
        Extraterrestrial radiation on the horizontal, mean of each hour [W/m2], shape (hours,).
    ghi_kwh_per_m2_day
        Twelve normals.
    latent
        Standard normal variable of each day, shape (days,).

    Raises
    ------
    ValueError
        A normal asks for a clearness that no sky has.
    """
    outside_day = outside.reshape(grid.days, 24).sum(axis=1) / 1000.0
    calendar = grid.calendar_month_of_day
    outside_month = np.bincount(calendar, weights=outside_day, minlength=12) / np.maximum(
        np.bincount(calendar, minlength=12), 1
    )
    seen = np.flatnonzero(outside_month > 0.0)
    mean = np.full(12, 0.5)  # months that the grid does not touch are never read
    mean[seen] = ghi_kwh_per_m2_day[seen] / outside_month[seen]
    highest = clearest_day(mean)
    if np.any((mean <= DARKEST_DAY) | (mean >= highest)):
        wrong = int(np.argmax((mean <= DARKEST_DAY) | (mean >= highest))) + 1
        raise ValueError(f"month {wrong}: radiation is {mean[wrong - 1]:.2f} of the extraterrestrial")
    rate, top = exponential_rate(mean, highest)[calendar], highest[calendar]
    share = _normal_distribution(latent)
    clear = DARKEST_DAY + np.log1p(share * np.expm1(rate * (top - DARKEST_DAY))) / rate
    month = grid.month_of_day
    total = np.bincount(month, weights=outside_day)
    at = np.bincount(month, weights=outside_day * clear) / total
    target = np.bincount(month, weights=outside_day * mean[calendar]) / total
    limit = np.bincount(month, weights=outside_day * top) / total
    up = np.clip((target - at) / (limit - at), 0.0, 1.0)[month]
    down = np.clip((target - DARKEST_DAY) / (at - DARKEST_DAY), 0.0, 1.0)[month]
    return np.asarray(DARKEST_DAY + (clear - DARKEST_DAY) * down + (top - clear) * up)


def hourly_ghi(
    grid: LocalGrid, sun: Sun, outside: Array, clear: Array, latitude_deg: float, white: Array
) -> Array:
    """Spread the days' radiation over their hours [W/m2].

    The mean course is Collares-Pereira and Rabl's [3]_: extraterrestrial times a + b cos(hour angle).
    Hours then depart from it together, most under broken cloud and least under a clear or a closed
    sky, and each day's total is restored.

    Parameters
    ----------
    white
        Independent standard normal values, shape (hours,).
    """
    sunset = sun.sunset_angle(latitude_deg).reshape(grid.days, 24)[:, 12:13]
    a = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3.0)
    b = 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3.0)
    day = outside.reshape(grid.days, 24)
    course = day * np.maximum(a + b * np.cos(sun.hour_angle.reshape(grid.days, 24)), 0.0)
    wanted = clear * day.sum(axis=1)
    broken = np.clip(clear / 0.35, 0.0, 1.0) * np.clip((0.80 - clear) / 0.25, 0.1, 1.0)
    gusts = persistent(white, HOUR_LAG_ONE).reshape(grid.days, 24)
    ghi = course * np.exp(0.35 * broken[:, np.newaxis] * gusts)
    for _ in range(4):
        total = ghi.sum(axis=1)
        scale = np.divide(wanted, total, out=np.zeros_like(total), where=total > 0.0)
        ghi = np.minimum(ghi * scale[:, np.newaxis], CLEAREST_HOUR * day)
    total = ghi.sum(axis=1)
    month_wanted = np.bincount(grid.month_of_day, weights=wanted)
    month_total = np.bincount(grid.month_of_day, weights=total)
    last = np.divide(month_wanted, month_total, out=np.zeros_like(month_total), where=month_total > 0.0)
    return np.asarray((ghi * last[grid.month_of_day, np.newaxis]).ravel())
