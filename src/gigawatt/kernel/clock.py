"""The clock on which everything is laid: equal steps from a UTC midnight, counted in integers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Clock:
    """Hourly steps from the start of one day to the start of another, in UTC.

    Each step is stamped at its beginning. ``end`` is exclusive.

    Examples
    --------
    >>> c = Clock(date(2024, 5, 1), date(2024, 7, 1))
    >>> c.hours, c.days, c.months
    (1464, 61, ('2024-05', '2024-06'))
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        for day in (self.start, self.end):
            if isinstance(day, datetime):
                raise TypeError("a clock starts and ends on a day; a datetime is refused")
        if self.end <= self.start:
            raise ValueError(f"the clock ends on {self.end}, not after its start on {self.start}")

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def hours(self) -> int:
        """Number of hourly steps."""
        return self.days * 24

    @cached_property
    def _first_hour(self) -> np.datetime64:
        return np.datetime64(self.start.isoformat(), "h")

    @cached_property
    def hour_stamps(self) -> NDArray[np.datetime64]:
        """Beginning of each hour, shape (hours,), datetime64[s], UTC."""
        return np.asarray(self._first_hour + np.arange(self.hours), dtype="datetime64[s]")

    @cached_property
    def day_stamps(self) -> NDArray[np.datetime64]:
        """Each day, shape (days,), datetime64[D]."""
        return np.datetime64(self.start.isoformat(), "D") + np.arange(self.days)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Calendar months touched, 'YYYY-MM'."""
        return tuple(str(m) for m in np.unique(self.day_stamps.astype("datetime64[M]")))

    @cached_property
    def month_of_day(self) -> NDArray[np.int64]:
        """Index into :attr:`months` of each day, shape (days,)."""
        m = self.day_stamps.astype("datetime64[M]").astype(np.int64)
        return np.asarray(m - m[0])

    @cached_property
    def month_of_hour(self) -> NDArray[np.int64]:
        """Index into :attr:`months` of each hour, shape (hours,)."""
        return np.repeat(self.month_of_day, 24)

    @cached_property
    def last_day_of_month(self) -> NDArray[np.int64]:
        """Day index of the last day of each month on the clock, shape (months,)."""
        ends = np.append(np.flatnonzero(np.diff(self.month_of_day)), self.days - 1)
        return ends.astype(np.int64)

    def local_hour(self, utc_offset_h: float) -> NDArray[np.int64]:
        """Hour of the local standard day, 0..23, of each hour, shape (hours,)."""
        return (np.arange(self.hours) + round(utc_offset_h)) % 24

    def weekday(self, utc_offset_h: float = 0.0) -> NDArray[np.int64]:
        """Local weekday of each hour, 0 = Monday, shape (hours,)."""
        local = self.hour_stamps + np.timedelta64(round(utc_offset_h * 3600), "s")
        return (local.astype("datetime64[D]").astype(np.int64) + 3) % 7

    def calendar_month(self, utc_offset_h: float = 0.0) -> NDArray[np.int64]:
        """Local calendar month of each hour, 1..12, shape (hours,)."""
        local = self.hour_stamps + np.timedelta64(round(utc_offset_h * 3600), "s")
        return local.astype("datetime64[M]").astype(np.int64) % 12 + 1

    def day_index(self, day: date) -> int:
        """Index of a day; before the start it is negative, after the end beyond ``days``."""
        return (day - self.start).days

    def span(self, first: date, until: date | None) -> slice:
        """Days from ``first`` to before ``until`` (open where None), cut to the clock."""
        lo = min(max(self.day_index(first), 0), self.days)
        hi = self.days if until is None else min(max(self.day_index(until), 0), self.days)
        return slice(lo, max(lo, hi))

    def hour_span(self, first: date, until: date | None) -> slice:
        """As :meth:`span`, in hours."""
        s = self.span(first, until)
        return slice(s.start * 24, s.stop * 24)

    def day_of(self, index: int) -> date:
        """Calendar day at an index."""
        return self.start + timedelta(days=index)

    def stamp(self, hour: int) -> str:
        """ISO stamp of an hour, e.g. '2031-07-14 20:00Z'."""
        at = datetime.combine(self.start, datetime.min.time(), UTC) + timedelta(hours=hour)
        return at.strftime("%Y-%m-%d %H:%MZ")

    def monthly_sum(self, hourly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum an hourly series by month, shape (months,)."""
        sums = np.bincount(self.month_of_hour, weights=hourly, minlength=len(self.months))
        return sums.astype(np.float64)

    def monthly_sum_of_days(self, daily: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a daily series by month, shape (months,)."""
        sums = np.bincount(self.month_of_day, weights=daily, minlength=len(self.months))
        return sums.astype(np.float64)

    def monthly_mean(self, hourly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of an hourly series by month, shape (months,)."""
        hours = np.bincount(self.month_of_hour, minlength=len(self.months))
        return self.monthly_sum(hourly) / hours

    def daily_mean(self, hourly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of an hourly series by day, shape (days,)."""
        return np.asarray(hourly.reshape(self.days, 24).mean(axis=1))
