"""Hourly weather from monthly normals: seeded, persistent, re-centred on every month.

Each day draws three related standard normal variables, for temperature, moisture and
clearness of the sky. They persist from day to day, are bent to the place's skewness and
scaled to its spread, carried to the hours, and put on the season's and the day's course.
Cloud narrows the day's range, saturation bounds the dew point. At the end each calendar
month of each year has the normal mean; days and extremes differ from year to year.

What is left out: slow changes (a warm year, a trend), heat islands, rain, wind, and
the memory of the soil. Extremes beyond the 99.6th percentile are not to be trusted;
plants are sized on :class:`~gigawatt.kernel.handover.DesignConditions` instead.

References
----------
.. [1] C. W. Richardson, "Stochastic simulation of daily precipitation, temperature, and
   solar radiation", Water Resources Research 17(1), 1981, 182-190.
.. [2] K. L. Bristow and G. S. Campbell, "On the relationship between incoming solar radiation
   and daily maximum and minimum temperature", Agricultural and Forest Meteorology 31, 1984.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.climate.day import temperature_course
from gigawatt.climate.grid import LocalGrid, MonthlyCurve, local_grid
from gigawatt.climate.noise import persistent, recentred_spread, skewed
from gigawatt.climate.place import Place
from gigawatt.climate.sky import daily_clearness, hourly_ghi
from gigawatt.climate.solar import extraterrestrial_w_per_m2, sun_at
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.kernel.psychrometrics import wet_bulb_c

Array = NDArray[np.float64]

TEMPERATURE_LAG_ONE = 0.58
"""Day-to-day correlation of the noon values of temperature. Lines between noons raise it to about 0.66 in the
daily means: 0.62 of the maximum and 0.67 of the minimum in [1]_, 0.66 in a typical year of Miami."""
MOISTURE_LAG_ONE = 0.45
"""The same for what moisture does apart from temperature; about 0.65 in the dew point's daily means."""
CLEARNESS_LAG_ONE = 0.25
"""Day-to-day correlation of solar radiation [1]_."""
PRESSURE_LAG_ONE = 0.60
"""Day-to-day correlation of pressure; assumed, low 0.5, high 0.7."""
DEW_CLEARNESS_CORRELATION = -0.30
"""Moist days are cloudy; a typical year of Miami has -0.26; low -0.4, high -0.1."""
WARM_CLEAR_WINTER, WARM_CLEAR_SUMMER = -0.10, 0.35
"""Correlation of temperature and clearness at the year's lowest and highest sun. Richardson's year-round
mean is about zero [1]_; in summer the sun warms, in winter the clear air is polar. Typical years: Miami
0.0 and 0.6, Sand Point (Alaska) -0.2 and 0.2. Assumed, +-0.15."""
RANGE_BY_CLEARNESS = 0.45
"""Relative change of the daily range for a relative change of the day's clearness. With ``RANGE_SPREAD`` it
gives the correlation of range and radiation, 0.44, that follows from Richardson's matrix [1]_; Bristow and
Campbell's curve [2]_ alone would be twice as steep. Low 0.2, high 0.7."""
RANGE_BY_MOISTURE = -0.30
"""Share of the rest of the daily range's spread that moisture takes: dry air cools and warms faster.
Assumed, low -0.5, high 0."""
RANGE_SPREAD = 0.22
"""Standard deviation of the daily range's logarithm apart from cloud; 0.24 in a summer of Miami."""
HOURLY_LAG_ONE = 0.75
"""Hour-to-hour correlation of what is left; assumed, low 0.6, high 0.9."""
HOURLY_DRY_SHARE = 0.05
"""Standard deviation of the dry bulb's hourly departures as a share of the daily range: second differences
of 0.8 to 1.0 K from hour to hour in typical years of Sand Point and Miami; low 0.04, high 0.10."""
HOURLY_DEW_K = 0.7
"""Standard deviation of the dew point's hourly departures: it changes by 0.75 K from hour to hour in
typical years of Miami and Sand Point; low 0.4, high 0.9."""
SATURATION_SOFTNESS_K = 0.7
"""Scale on which the dew point bends below the dry bulb; a night that reaches its dew point stays this
times ln 2 from saturation, 97 % relative humidity. Assumed, low 0.4, high 1.0."""

CEILING_ABOVE_K, CEILING_SOFTNESS_K = 0.2, 0.9
"""Moist air is bounded by the seas that it comes from: the dew point bends under a ceiling this far above
the published dew point that 0.4 % of hours exceed, on this scale; low 0.0 and 0.6, high 0.5 and 1.3. With
these that dew point comes out within 0.4 K in Memphis, Greensboro, Phoenix, Abu Dhabi and Singapore."""


def _month_curve(values: tuple[float, ...], grid: LocalGrid, curve: MonthlyCurve) -> Array:
    """Carry twelve normals to the grid's hours."""
    by_month = grid.calendar_month_of_day[np.flatnonzero(np.diff(grid.month_of_day, prepend=-1))]
    return curve(np.asarray(values)[by_month])


def _latent(
    place: Place, grid: LocalGrid, rng: np.random.Generator, outside: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Draw the days' related variables: temperature, dew point, clearness, range, and pressure apart."""
    white = rng.standard_normal((grid.days, 5))
    warm = persistent(white[:, 0], TEMPERATURE_LAG_ONE)
    moist = persistent(white[:, 1], MOISTURE_LAG_ONE)
    bright = persistent(white[:, 2], CLEARNESS_LAG_ONE)
    pressure = persistent(white[:, 3], PRESSURE_LAG_ONE)
    dry_dew = np.asarray(place.dry_dew_correlation)[grid.calendar_month_of_day]
    sun_height = outside.reshape(grid.days, 24).sum(axis=1)
    lowest, highest = sun_height.min(), sun_height.max()
    # Near the equator the sun's height hardly changes and every month is summer.
    season = (sun_height - lowest) / max(highest - lowest, 0.5 * highest)
    season = season + (1.0 - season.max())
    warm_clear = WARM_CLEAR_WINTER + (WARM_CLEAR_SUMMER - WARM_CLEAR_WINTER) * season
    dew = dry_dew * warm + np.sqrt(1.0 - dry_dew**2) * moist
    # Cholesky factors of the three variables' correlation; a pair that cannot be met is brought inside.
    on_moist = (DEW_CLEARNESS_CORRELATION - dry_dew * warm_clear) / np.sqrt(1.0 - dry_dew**2)
    room = 0.95 * np.sqrt(1.0 - warm_clear**2)
    on_moist = np.clip(on_moist, -room, room)
    clear = warm_clear * warm + on_moist * moist + np.sqrt(1.0 - warm_clear**2 - on_moist**2) * bright
    wide = RANGE_BY_MOISTURE * moist + np.sqrt(1.0 - RANGE_BY_MOISTURE**2) * white[:, 4]
    return warm, dew, clear, wide, pressure


def _recentred(hourly: Array, normal: Array, grid: LocalGrid, curve: MonthlyCurve) -> Array:
    """Move a series by a broken line so that each month has its normal mean."""
    return np.asarray(hourly + curve(grid.monthly_mean(normal) - grid.monthly_mean(hourly)))


def _dry_bulb(
    place: Place, grid: LocalGrid, curve: MonthlyCurve, course: Array, day: Array, noise: Array
) -> Array:
    """Dry bulb of each hour from the days' anomaly (row 0) and relative range (row 1)."""
    normal = _month_curve(place.dry_bulb_c, grid, curve)
    month = grid.calendar_month_of_day
    published = np.asarray(place.daily_range_k)
    weather = grid.between_noons(day[0]) + noise * np.repeat(published[month], 24)
    amplitude = published.copy()
    days_in = np.maximum(np.bincount(month, minlength=12), 1)
    # Fronts and noise widen a day beyond its course: find the course that leaves the published range.
    for _ in range(3):
        hourly = normal + weather + grid.between_noons(day[1] * amplitude[month]) * course
        by_day = hourly.reshape(grid.days, 24)
        seen = np.bincount(month, weights=by_day.max(axis=1) - by_day.min(axis=1), minlength=12) / days_in
        amplitude = np.where(seen > 0.0, amplitude * published / np.maximum(seen, 1e-9), amplitude)
    hourly = normal + weather + grid.between_noons(day[1] * amplitude[month]) * course
    return _recentred(hourly, normal, grid, curve)


def _below(bound: Array | float, free: Array, softness_k: float) -> Array:
    """Bend a series so that it stays below a bound: bound - s ln(1 + exp((bound - free) / s))."""
    return np.asarray(bound - softness_k * np.logaddexp(0.0, (bound - free) / softness_k))


def _dew_point(place: Place, grid: LocalGrid, curve: MonthlyCurve, dry: Array, departure: Array) -> Array:
    """Dew point of each hour: normal plus departure, bent below its bounds, months restored."""
    normal = _month_curve(place.dew_point_c, grid, curve)
    ceiling = place.dew_point_exceeded_c + CEILING_ABOVE_K
    free = normal + departure
    dew = free
    for _ in range(6):
        dew = _below(dry, _below(ceiling, free, CEILING_SOFTNESS_K), SATURATION_SOFTNESS_K)
        free = free + curve(grid.monthly_mean(normal) - grid.monthly_mean(dew))
    return dew


def synthesise(place: Place, clock: Clock, rng: np.random.Generator) -> Weather:
    """Make hourly weather for a clock from a place's normals.

    Parameters
    ----------
    place
        Normals and spreads; see :func:`gigawatt.climate.place.place`.
    clock
        Hours in UTC; the weather is made for whole local months around them and cut.
    rng
        The only source of chance; the same state gives the same weather.

    Returns
    -------
    Hourly dry bulb, dew point, wet bulb [°C], pressure [Pa] and global irradiance on the
    horizontal [W/m2], each of shape (hours,). The mean of every whole local month is the normal.

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.climate.place import place
    >>> w = synthesise(place("memphis"), Clock(date(2025, 1, 1), date(2026, 1, 1)), np.random.default_rng(0))
    >>> round(float(w.dry_bulb_c.mean()), 1), bool((w.dew_point_c <= w.dry_bulb_c).all())
    (17.3, True)
    """
    grid = local_grid(clock, place.utc_offset_h)
    curve = MonthlyCurve(grid)
    sun = sun_at(grid.utc_days_since_2000, place.longitude_deg)
    outside = extraterrestrial_w_per_m2(sun, place.latitude_deg)
    warm, moist, bright, wide, heavy = _latent(place, grid, rng, outside)
    hour_noise = rng.standard_normal((3, 24 * grid.days))

    month = grid.calendar_month_of_day
    clear = daily_clearness(grid, outside, np.asarray(place.ghi_kwh_per_m2_day), bright)
    ghi = hourly_ghi(grid, sun, outside, clear, place.latitude_deg, hour_noise[2])

    course = temperature_course(grid, sun, place.latitude_deg)
    mean_clear = np.bincount(grid.month_of_day, weights=clear) / np.bincount(grid.month_of_day)
    relative_range = (1.0 + RANGE_BY_CLEARNESS * (clear / mean_clear[grid.month_of_day] - 1.0)) * np.exp(
        RANGE_SPREAD * wide - RANGE_SPREAD**2 / 2.0
    )
    anomaly = np.asarray(place.dry_bulb_sd_k)[month] / recentred_spread(TEMPERATURE_LAG_ONE)
    days = np.stack([anomaly * skewed(warm, np.asarray(place.dry_bulb_skew)[month]), relative_range])
    dry = _dry_bulb(
        place, grid, curve, course, days, HOURLY_DRY_SHARE * persistent(hour_noise[0], HOURLY_LAG_ONE)
    )

    dew_sd = np.asarray(place.dew_point_sd_k)[month] / recentred_spread(MOISTURE_LAG_ONE)
    departure = (
        grid.between_noons(dew_sd * moist)
        + HOURLY_DEW_K * persistent(hour_noise[1], HOURLY_LAG_ONE)
        - place.dew_point_swing_k * course
    )
    dew = _dew_point(place, grid, curve, dry, departure)

    normal_pressure = _month_curve(place.station_pressure_pa, grid, curve)
    unrest = place.pressure_sd_pa / recentred_spread(PRESSURE_LAG_ONE) * grid.between_noons(heavy)
    pressure = _recentred(normal_pressure + unrest, normal_pressure, grid, curve)

    cut = grid.clock_hours
    dry, dew, pressure = dry[cut], np.minimum(dew[cut], dry[cut]), pressure[cut]
    return Weather(
        dry_bulb_c=dry,
        dew_point_c=dew,
        wet_bulb_c=wet_bulb_c(dry, dew, pressure),
        pressure_pa=pressure,
        ghi_w_per_m2=ghi[cut],
    )
