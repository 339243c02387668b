"""One measured year, repeated on a clock of many."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather

HOURS_A_YEAR = 8760


def repeat_year(weather_8760: Weather, utc_offset_h: float, clock: Clock) -> Weather:
    """Lay a year's hours in local standard time on a clock in UTC, every year the same.

    29 February repeats 28 February. With an offset of a part of an hour each UTC hour takes
    the local hour in which its middle lies.

    Parameters
    ----------
    weather_8760
        Hours of 1 January to 31 December, local standard time, without a leap day.
    utc_offset_h
        Local standard time less UTC [h].
    clock
        Hours in UTC.

    Raises
    ------
    ValueError
        The year does not have 8,760 hours.

    Examples
    --------
    >>> from datetime import date
    >>> hour = np.arange(8760.0)
    >>> year = Weather(hour, hour, hour, hour, hour)
    >>> repeat_year(year, -6.0, Clock(date(2024, 2, 29), date(2024, 3, 2))).dry_bulb_c[[0, 6, 30]]
    array([1410., 1392., 1416.])
    """
    series = {f.name: np.asarray(getattr(weather_8760, f.name)) for f in fields(Weather)}
    for name, values in series.items():
        if values.shape != (HOURS_A_YEAR,):
            raise ValueError(f"{name} has the shape {values.shape}; a year without a leap day has (8760,)")
    middle_s = round(utc_offset_h * 3600) + 1800
    local = clock.hour_stamps + np.timedelta64(middle_s, "s")
    day = local.astype("datetime64[D]")
    year = day.astype("datetime64[Y]")
    new_year = year.astype("datetime64[D]")
    leap = (year + 1).astype("datetime64[D]") - new_year == np.timedelta64(366, "D")
    of_year = (day - new_year).astype(np.int64)
    of_year = of_year - (leap & (of_year >= 59))  # from 29 February on, one day back
    hour_of_day = ((local - day) // np.timedelta64(3600, "s")).astype(np.int64)
    index = of_year * 24 + hour_of_day
    return Weather(**{name: values[index] for name, values in series.items()})
