"""Whole local months around a clock, and curves through monthly means.

Weather is made in local standard time, because days and months are local, on
whole months with one to spare at either end; the clock's UTC hours are cut out
of it afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LocalGrid:
    """Hours of whole local months; hours that begin at a part of an hour keep that part."""

    first_day: date
    """First local day, the first of a month."""
    month_of_day: NDArray[np.int64]
    """Running number of the month of each day, from 0."""
    calendar_month_of_day: NDArray[np.int64]
    """0 for January to 11, each day."""
    part_h: float
    """Local time of day at which the day's first UTC hour begins, 0 to below 1."""
    utc_offset_h: float
    clock_hours: slice
    """Where the clock's hours lie on this grid."""

    @property
    def days(self) -> int:
        """Number of local days."""
        return int(self.month_of_day.size)

    @property
    def months(self) -> int:
        """Number of local months."""
        return int(self.month_of_day[-1]) + 1

    @property
    def month_of_hour(self) -> NDArray[np.int64]:
        """Running number of the month of each hour."""
        return np.repeat(self.month_of_day, 24)

    @property
    def middle_of_hour_h(self) -> Array:
        """Local time at the middle of each hour, in hours of its day; shape (days, 24)."""
        return np.broadcast_to(np.arange(24.0) + 0.5 + self.part_h, (self.days, 24))

    @property
    def middle_of_hour_days(self) -> Array:
        """Local time at the middle of each hour, in days since the first midnight; shape (hours,)."""
        return np.asarray((np.arange(24.0 * self.days) + 0.5 + self.part_h) / 24.0)

    @property
    def utc_days_since_2000(self) -> Array:
        """UTC at the middle of each hour, in days since 2000-01-01 12:00; shape (hours,)."""
        start = (self.first_day - date(2000, 1, 1)).days - 0.5
        return self.middle_of_hour_days + (start - self.utc_offset_h / 24.0)

    def monthly_mean(self, hourly: Array) -> Array:
        """Mean of an hourly series in each month; shape (months,)."""
        month = self.month_of_hour
        return np.bincount(month, weights=hourly) / np.bincount(month)

    def between_noons(self, daily: Array) -> Array:
        """Carry daily values, held at each noon, to the hours in straight lines."""
        return np.interp(self.middle_of_hour_days, np.arange(self.days) + 0.5, daily)


def local_grid(clock: Clock, utc_offset_h: float) -> LocalGrid:
    """Lay whole local months around a clock, with one month to spare at either end.

    Examples
    --------
    >>> g = local_grid(Clock(date(2025, 1, 1), date(2026, 1, 1)), -6.0)
    >>> g.first_day, g.days, g.clock_hours.stop - g.clock_hours.start
    (datetime.date(2024, 11, 1), 457, 8760)
    """
    offset = timedelta(hours=utc_offset_h)
    first = datetime.combine(clock.start, datetime.min.time()) + offset
    last = datetime.combine(clock.end, datetime.min.time()) + offset - timedelta(hours=1)
    first_month = 12 * first.year + first.month - 2
    end_month = 12 * last.year + last.month + 1
    first_day = date(first_month // 12, first_month % 12 + 1, 1)
    end_day = date(end_month // 12, end_month % 12 + 1, 1)
    days = np.arange(np.datetime64(first_day.isoformat()), np.datetime64(end_day.isoformat()))
    month = days.astype("datetime64[M]").astype(np.int64)
    part_h = utc_offset_h - math.floor(utc_offset_h)
    hours_before = (first - datetime.combine(first_day, datetime.min.time())) / timedelta(hours=1) - part_h
    start = round(hours_before)
    return LocalGrid(
        first_day=first_day,
        month_of_day=month - month[0],
        calendar_month_of_day=month % 12,
        part_h=part_h,
        utc_offset_h=utc_offset_h,
        clock_hours=slice(start, start + clock.hours),
    )


class MonthlyCurve:
    """A broken line through the middles of months whose mean over each month is given.

    The heights of its knots solve the linear system of their means, so that a season's
    course inside a month comes without shifting the month.
    """

    def __init__(self, grid: LocalGrid) -> None:
        first = np.flatnonzero(np.diff(grid.month_of_day, prepend=-1))
        ends = np.append(first[1:], grid.days)
        self._knots = (first + ends) / 2.0
        self._at = grid.middle_of_hour_days
        # Weight of each hour on the knot before it and after it; beyond the outer knots all on one.
        after = np.clip(np.searchsorted(self._knots, self._at), 1, grid.months - 1)
        width = self._knots[after] - self._knots[after - 1]
        share = np.clip((self._at - self._knots[after - 1]) / width, 0.0, 1.0)
        weights = np.zeros((grid.months, grid.months))
        month = grid.month_of_hour
        np.add.at(weights, (month, after - 1), 1.0 - share)
        np.add.at(weights, (month, after), share)
        self._inverse = np.linalg.inv(weights / weights.sum(axis=1, keepdims=True))

    def __call__(self, monthly_mean: Array) -> Array:
        """Return the hourly line whose mean over each month is ``monthly_mean``."""
        return np.interp(self._at, self._knots, self._inverse @ monthly_mean)
