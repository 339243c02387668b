"""What moves in a sweep: each range of a scenario, or those of one link together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from gigawatt.kernel.units import suffix_of, unit_symbol
from gigawatt.scenario.evidence import ranges_that_move
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.positions import Path, dotted, find_path, named
from gigawatt.scenario.read import LoadedScenario, size_of
from gigawatt.scenario.shapes import shape_at

NUMBER, MAGNITUDE, WHOLE, DATE = "number", "magnitude", "whole number", "date"
MAGNITUDE_RATIO = 10.0
"""From this ratio of high to low on a range is one of magnitudes (assumed: 5 to 30)."""
DIGITS = 6
"""Digits to which a drawn number is rounded, so that it can be read and written again."""


@dataclass(frozen=True, slots=True)
class Range:
    """One range of a scenario: a triangular distribution from low to high with its mode at mid."""

    path: str
    """As ``--set`` takes it."""
    kind: str
    """``number``; ``magnitude``: its logarithm is drawn; ``whole number`` or ``date``: rounded."""
    unit: str
    """As people write it; empty where it has none."""
    low: float
    mid: float
    high: float
    ends: tuple[str, str] = ("", "")
    """Low and high as the scenario writes them."""

    def at(self, share: float) -> float:
        """Return the value below which a share of the distribution lies.

        The inverse of a triangular distribution's cumulative function, of the value or of its logarithm.

        >>> gas = Range("fuel_price", "number", "USD/MMBtu", 3.0, 3.8, 4.9)
        >>> gas.at(0.0), gas.at(1.0), gas.at(0.8 / 1.9)
        (3.0, 4.9, 3.8)
        >>> Range("demand", "magnitude", "tokens/s", 1.0, 10.0, 100.0).at(0.5)
        10.0
        """
        ends = (self.low, self.mid, self.high)
        if self.kind == MAGNITUDE:
            value = math.exp(_triangular(share, *map(math.log, ends)))
        else:
            value = _triangular(share, *ends)
        if self.kind in {WHOLE, DATE}:
            return float(round(value))
        # Rounding must not leave the range.
        return min(max(_rounded(value), self.low), self.high)

    def written(self, value: float) -> str:
        """Write a value as a scenario does.

        >>> Range("ready_from", "date", "", 1.0, 2.0, 3.0).written(739311.0)
        '2025-03-01'
        """
        if self.kind == DATE:
            return date.fromordinal(int(value)).isoformat()
        number = str(int(value)) if self.kind == WHOLE else repr(value).removesuffix(".0")
        return f"{number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class SweptInput:
    """What moves as one: a range, or the ranges of a link."""

    name: str
    ranges: tuple[Range, ...]


def swept_inputs(loaded: LoadedScenario[Scenario]) -> tuple[SweptInput, ...]:
    """List what moves, in the order of the file.

    Examples
    --------
    >>> from gigawatt.scenario import read_scenario
    >>> [one.name for one in swept_inputs(read_scenario("job-queue-10mw"))]
    ['workloads.guest lease.utilisation', 'money.cost_of_capital']
    """
    plain = loaded.scenario.model_dump(by_alias=True)
    found = []
    for group in ranges_that_move(loaded.evidence):
        ranges = tuple(one for one in (_range(loaded, plain, path) for path in group) if one.low < one.high)
        if ranges:
            link = loaded.evidence[group[0]].link
            written, _ = find_path(loaded.data, dotted(group[0]))
            name = f"link: {link}" if link else named(written, loaded.data)
            found.append(SweptInput(name, ranges))
    return tuple(found)


def _range(loaded: LoadedScenario[Scenario], plain: Any, path: Path) -> Range:
    proof = loaded.evidence[path]
    written, _ = find_path(loaded.data, dotted(path))
    suffix = suffix_of(shape_at(Scenario, loaded.data, written).field)
    middle = plain
    for part in path:
        middle = middle[part]
    # Reading the scenario has refused ends that are no sizes.
    low, high = (size_of(end, suffix) or 0.0 for end in (proof.low, proof.high))
    if isinstance(middle, date):
        kind, mid = DATE, float(middle.toordinal())
    elif isinstance(middle, int):
        kind, mid = WHOLE, float(middle)
    else:
        kind, mid = NUMBER, float(middle)
        if low > 0.0 and high / low >= MAGNITUDE_RATIO:
            kind = MAGNITUDE
    unit = unit_symbol(suffix).replace("_", " ") if suffix else ""
    return Range(dotted(path), kind, unit, low, mid, high, (str(proof.low), str(proof.high)))


def _triangular(share: float, low: float, mid: float, high: float) -> float:
    if high <= low:
        return low
    if share <= (mid - low) / (high - low):
        return low + math.sqrt(share * (high - low) * (mid - low))
    return high - math.sqrt((1.0 - share) * (high - low) * (high - mid))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
