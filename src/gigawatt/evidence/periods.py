"""Periods that claims are about: a day, a month, a quarter, a year, a span, or open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

OPEN = "open"
_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
PART = rf"\d{{4}}|\d{{4}}-Q[1-4]|{_MONTH}|{_MONTH}-\d{{2}}"
_SPAN = re.compile(rf"(?P<first>{PART})(?:/(?P<last>{PART}))?")
_ALIKE_DAYS = 93
"""A day or a month within a quarter is about the same time; within a year it is not."""


class PeriodError(ValueError):
    """A period could not be read."""


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day; both None where a claim gives no time."""

    first: date | None
    last: date | None

    @property
    def is_open(self) -> bool:
        """Whether no time was said."""
        return self.first is None

    @property
    def days(self) -> int:
        """Length in days; 0 where open."""
        return 0 if self.first is None or self.last is None else (self.last - self.first).days + 1

    def overlaps(self, other: Period) -> bool:
        """Whether both are dated and share a day."""
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return False
        return self.first <= other.last and other.first <= self.last

    def is_same_as(self, other: Period) -> bool:
        """Whether two claims with these periods are about one time.

        True for equal spans, for spans that overlap where the longer is at most a quarter, and for spans
        that share at least half of the longer. A month and the year around it are not the same time.

        >>> read("2025-03").is_same_as(read("2025-Q1")), read("2025-03").is_same_as(read("2025"))
        (True, False)
        """
        if self.is_open or other.is_open:
            return self.is_open and other.is_open
        if not self.overlaps(other):
            return False
        longer, shared = max(self.days, other.days), self._shared_days(other)
        return longer <= _ALIKE_DAYS or shared * 2 >= longer

    def _shared_days(self, other: Period) -> int:
        assert self.first is not None  # noqa: S101 - for the type checker; overlaps() told
        assert self.last is not None  # noqa: S101
        assert other.first is not None  # noqa: S101
        assert other.last is not None  # noqa: S101
        return (min(self.last, other.last) - max(self.first, other.first)).days + 1

    def is_after(self, other: Period) -> bool:
        """Whether this begins after the other has ended."""
        return self.first is not None and other.last is not None and self.first > other.last

    def __str__(self) -> str:
        if self.first is None or self.last is None:
            return OPEN
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def read(text: str) -> Period:
    """Read YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD, two of them with a slash, or 'open'.

    >>> str(read("2024-Q4")), str(read("2024-04/2024-12-31"))
    ('2024-10-01 to 2024-12-31', '2024-04-01 to 2024-12-31')
    """
    if text.strip() == OPEN:
        return Period(None, None)
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise PeriodError(f"{text[:60]!r} is not a period")
    try:
        first, last = _days(match["first"])
        if match["last"]:
            last = _days(match["last"])[1]
    except ValueError as error:
        raise PeriodError(f"{text!r}: {error}") from None
    if last < first:
        raise PeriodError(f"{text!r} ends before it begins")
    return Period(first, last)


def _days(part: str) -> tuple[date, date]:
    if len(part) == 10:
        day = date.fromisoformat(part)
        return day, day
    year = int(part[:4])
    if len(part) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    first, months = (int(part[6]) * 3 - 2, 3) if part[5] == "Q" else (int(part[5:7]), 1)
    end_year, end_month = (year, first + months) if first + months <= 12 else (year + 1, 1)
    return date(year, first, 1), date(end_year, end_month, 1) - timedelta(days=1)
