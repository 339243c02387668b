"""The door for weather files: bounded in size, decoded, split into lines, problems named by line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.errors import InputError, Problem, ProblemList
from gigawatt.kernel.handover import Weather
from gigawatt.kernel.psychrometrics import wet_bulb_c

Array = NDArray[np.float64]

MOST_BYTES = 8_000_000
"""A year of EPW or TMY3 is below 2 MB."""
MOST_LINE_CHARACTERS = 4_096
MOST_PROBLEMS = 20
"""A file of the wrong kind is wrong on every line; more than this helps nobody."""

DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOUR_ENDS: tuple[tuple[int, int, int], ...] = tuple(
    (month, day, hour)
    for month, days in enumerate(DAYS_IN_MONTH, start=1)
    for day in range(1, days + 1)
    for hour in range(1, 25)
)
"""Month, day and hour of each row of a year without a leap day; both formats count hours 1 to 24."""

DEW_POINT_SLACK_K = 0.5
"""Rounded files have dew points a little above the dry bulb; that much is taken as saturation."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of a weather file: what it is called, what it may be, and its unit in the handover."""

    name: str
    low: float
    high: float
    factor: float = 1.0


def read_lines(path: Path) -> list[str]:
    """Read a text file's lines.

    Raises
    ------
    InputError
        GW120: not there, not a file, too large, or not text.
    """

    def refuse(message: str, remedy: str) -> InputError:
        return InputError(Problem("GW120", message, remedy, file=str(path)))

    try:
        if not path.is_file():
            seen = "is a folder" if path.is_dir() else "is not there"
            raise refuse(f"the weather file {seen}", "give the path of an EPW or TMY3 file")
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise refuse(f"the weather file cannot be read: {error.strerror}", "check its permissions") from None
    if len(raw) > MOST_BYTES:
        raise refuse(
            f"the weather file is larger than {MOST_BYTES:,} bytes", "give one year of hours as EPW or TMY3"
        )
    if b"\x00" in raw:
        raise refuse("the weather file is not text", "give an EPW or TMY3 file, unpacked")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # the usual encoding of older files; every byte is a character
    return text.splitlines()


def number(text: str) -> float | None:
    """Read a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class Rows:
    """Collects a year's rows, and what is wrong with them."""

    def __init__(self, path: Path, quantities: tuple[Quantity, ...]) -> None:
        self._problems = ProblemList(file=str(path))
        self._quantities = quantities
        self._values: list[list[float]] = []
        self._seen = 0

    def fail(self, code: str, line: int, message: str, remedy: str, column: int = 1) -> None:
        """Note a problem; after the most that are listed, raise them."""
        self._problems.add(Problem(code, message, remedy, file=self._problems.file, line=line, column=column))
        if len(self._problems.items) >= MOST_PROBLEMS:
            self._problems.raise_if_any()

    def add(self, line: int, stamp: tuple[int, int, int] | None, texts: list[str]) -> None:
        """Take one row: its month, day and hour (None where unreadable) and the quantities' texts."""
        expected = HOUR_ENDS[self._seen] if self._seen < len(HOUR_ENDS) else None
        self._seen += 1
        if expected is None:
            return  # counted, and refused in finish()
        if stamp != expected:
            seen = "no date" if stamp is None else "month {}, day {}, hour {}".format(*stamp)
            wanted = "month {}, day {}, hour {}".format(*expected)
            self.fail(
                "GW122",
                line,
                f"the row has {seen}; {wanted} comes next",
                "put the hours of one year in order",
            )
        row = []
        for quantity, text in zip(self._quantities, texts, strict=True):
            value = number(text)
            if value is None or not quantity.low <= value * quantity.factor <= quantity.high:
                shown = text.strip()[:20] or "nothing"
                self.fail(
                    "GW122",
                    line,
                    f"{quantity.name} is {shown!r}; allowed are {quantity.low / quantity.factor:g} "
                    f"to {quantity.high / quantity.factor:g}",
                    "fill the missing hour from its neighbours",
                )
                value = math.nan
            row.append(value * quantity.factor)
        self._values.append(row)

    def finish(self) -> Weather:
        """Check the count, raise what was found, and compute the wet bulb."""
        if self._seen != len(HOUR_ENDS):
            remedy = "drop 29 February" if self._seen == 8784 else "give the 8,760 hours of one year"
            self.fail("GW123", self._seen, f"the file has {self._seen:,} hours, not 8,760", remedy)
        self._problems.raise_if_any()
        dry, dew, pressure, ghi = np.array(self._values).T.copy()
        over = np.flatnonzero(dew > dry + DEW_POINT_SLACK_K)
        if over.size:
            month, day, hour = HOUR_ENDS[int(over[0])]
            raise InputError(
                Problem(
                    "GW122",
                    f"the dew point is above the dry bulb in {over.size:,} hours, "
                    f"first in month {month}, day {day}, hour {hour}",
                    "correct the dew points",
                    file=self._problems.file,
                )
            )
        dew = np.minimum(dew, dry)
        return Weather(dry, dew, wet_bulb_c(dry, dew, pressure), pressure, ghi)


STATION_QUANTITIES = ("latitude", "longitude", "time zone", "elevation")
_STATION_BOUNDS = ((-90.0, 90.0), (-180.0, 180.0), (-14.0, 14.0), (-500.0, 6000.0))


def station(path: Path, texts: list[str]) -> tuple[float, float, float, float]:
    """Read latitude, longitude, offset from UTC and elevation from a header.

    Raises
    ------
    InputError
        GW121: one of them is missing or out of its bounds.
    """
    problems = ProblemList(file=str(path))
    values = []
    for name, text, (low, high) in zip(STATION_QUANTITIES, texts, _STATION_BOUNDS, strict=True):
        value = number(text)
        if value is None or not low <= value <= high:
            shown = text.strip()[:20] or "nothing"
            message = f"the header's {name} is {shown!r}; allowed are {low:g} to {high:g}"
            problems.add(Problem("GW121", message, "correct the header", file=str(path), line=1, column=1))
            value = math.nan
        values.append(value)
    problems.raise_if_any()
    return values[0], values[1], values[2], values[3]
