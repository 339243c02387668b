"""What held each site back, by day and by month, and when each kind of limit first did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results import BINDINGS, SiteTrace

PHYSICAL = ("crew", "hall", "power", "cooling")
"""Limits of the site itself: chips are there and cannot run. 'delivery' means all that came runs."""


@dataclass(frozen=True, slots=True)
class FirstBinding:
    """When a kind of limit first held a site back."""

    kind: str
    month: str
    """First month in which it binds on most days, as the monthly table counts; else the month of
    the first day."""
    day: str
    """First day on which it binds at all, or first day of the unbroken stretch that reaches into
    ``month``, whichever is later."""
    day_index: int


def spans(codes: NDArray[np.int8]) -> list[list[int]]:
    """Run lengths of the daily binding: [index into BINDINGS, days], in order.

    >>> spans(np.array([0, 0, 4, 4, 4, 1], dtype=np.int8))
    [[0, 2], [4, 3], [1, 1]]
    """
    if codes.size == 0:
        return []
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts = np.concatenate([[0], edges])
    lengths = np.diff(np.concatenate([starts, [codes.size]]))
    return [[int(codes[s]), int(n)] for s, n in zip(starts, lengths, strict=True)]


def by_month(clock: Clock, codes: NDArray[np.int8]) -> list[str]:
    """Name what binds on most days of each month, ties in the order of BINDINGS."""
    counts = np.zeros((len(clock.months), len(BINDINGS)), dtype=np.int64)
    np.add.at(counts, (clock.month_of_day, codes.astype(np.int64)), 1)
    return [BINDINGS[int(i)] for i in counts.argmax(axis=1)]


def first(clock: Clock, trace: SiteTrace, kinds: Sequence[str] = PHYSICAL) -> FirstBinding | None:
    """Find the first month in which one of ``kinds`` binds, or None where none ever does."""
    wanted = [BINDINGS.index(kind) for kind in kinds]
    days = np.flatnonzero(np.isin(trace.binding, wanted))
    if days.size == 0:
        return None
    months = by_month(clock, trace.binding)
    monthly = [i for i, name in enumerate(months) if name in kinds]
    if not monthly:
        day = int(days[0])
        kind, month = BINDINGS[int(trace.binding[day])], clock.months[int(clock.month_of_day[day])]
    else:
        kind, month = months[monthly[0]], clock.months[monthly[0]]
        in_month = np.flatnonzero(
            (clock.month_of_day == monthly[0]) & (trace.binding == BINDINGS.index(kind))
        )
        day = int(in_month[0])
        while day > 0 and trace.binding[day - 1] == trace.binding[day]:
            day -= 1
    return FirstBinding(kind, month, clock.day_of(day).isoformat(), day)
