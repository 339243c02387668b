"""The course of temperature over a day, from sunrise, sunset and the hour.

References
----------
.. [1] W. J. Parton and J. A. Logan, "A model for diurnal variation in soil and air
   temperature", Agricultural Meteorology 23, 1981, 205-216.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.climate.grid import LocalGrid
from gigawatt.climate.solar import Sun

Array = NDArray[np.float64]

MAXIMUM_LAG_H = 1.86
"""How long after solar noon the air is warmest [1]_, air at 1.5 m."""
NIGHT_DECAY = 2.20
"""Cooling between sunset and sunrise [1]_."""
MINIMUM_LAG_H = -0.17
"""When the air is coolest, from sunrise [1]_."""


def temperature_course(grid: LocalGrid, sun: Sun, latitude_deg: float) -> Array:
    """Departure from the day's mean as a share of its range; shape (hours,).

    A sine from the minimum near sunrise over a maximum after noon to sunset, then an exponential
    decay to the next sunrise [1]_, scaled so that each day has mean 0 and range 1. Days are held
    between 2 and 22 hours long, so that it stays defined in polar summer and winter.

    Parameters
    ----------
    grid
        Local months.
    sun
        At the middle of each of the grid's hours.
    latitude_deg
        Latitude [deg].
    """
    angle = sun.hour_angle.reshape(grid.days, 24)
    sunset_h = sun.sunset_angle(latitude_deg).reshape(grid.days, 24)[:, 12:13] * 12.0 / np.pi
    day_h = np.clip(2.0 * sunset_h, 2.0, 22.0)
    since_sunrise_h = np.mod(angle * 12.0 / np.pi + day_h / 2.0 - MINIMUM_LAG_H, 24.0)
    rise = np.sin(np.pi * since_sunrise_h / (day_h + 2.0 * MAXIMUM_LAG_H))
    at_sunset_h = day_h - MINIMUM_LAG_H
    at_sunset = np.sin(np.pi * at_sunset_h / (day_h + 2.0 * MAXIMUM_LAG_H))
    night = (since_sunrise_h - at_sunset_h) / (24.0 - at_sunset_h)
    fall = at_sunset * (np.exp(-NIGHT_DECAY * night) - np.exp(-NIGHT_DECAY)) / (1.0 - np.exp(-NIGHT_DECAY))
    course = np.where(since_sunrise_h < at_sunset_h, rise, fall)
    course = course - course.mean(axis=1, keepdims=True)
    reach = course.max(axis=1, keepdims=True) - course.min(axis=1, keepdims=True)
    return np.asarray((course / reach).ravel())
