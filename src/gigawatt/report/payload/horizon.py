"""How far the record reaches: the file knows no 'today', only what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gigawatt.results import Run


@dataclass(frozen=True, slots=True)
class Horizon:
    """The month for which the verdict and the six figures are given, and why it is that one."""

    month: int
    """Index into the clock's months."""
    why: Literal["said", "reported", "dated", "end"]
    """The scenario says so; the latest reported figure; the latest dated value given; nothing is
    documented, so the run's last month is taken."""


def horizon(run: Run) -> Horizon:
    """Find the last documented month.

    The scenario may say it (``documented_until``). Otherwise it is the month of the latest reported
    figure; without one, the latest date that a given value carries; without any, nothing is
    documented and the last month of the clock stands in.
    """
    months = run.clock.months
    first, last = months[0], months[-1]
    said = str(run.resolved.get("documented_until") or "")[:7]
    if said:
        return Horizon(months.index(min(max(said, first), last)), "said")
    reported = [day.isoformat()[:7] for _, day, _, _ in run.reported]
    dated = [a.as_of[:7] for a in run.assumptions if a.origin == "given" and len(a.as_of) >= 7]
    reached = max((month for month in reported if first <= month <= last), default=None)
    if reached is not None:
        return Horizon(months.index(reached), "reported")
    reached = max((month for month in dated if first <= month <= last), default=None)
    return Horizon(len(months) - 1, "end") if reached is None else Horizon(months.index(reached), "dated")


def documented_month(run: Run) -> int:
    """Return the index of the month that :func:`horizon` finds."""
    return horizon(run).month


def year_before(month: int) -> range:
    """Months of the year that ends with ``month``, fewer where the clock starts later."""
    return range(max(month - 11, 0), month + 1)
