"""How far the record reaches: the file knows no 'today', only what was published."""

from __future__ import annotations

from gigawatt.results import Run


def documented_month(run: Run) -> int:
    """Return the index of the last month of the clock for which a figure was published.

    The scenario may say so itself (``documented_until``). Otherwise it is the month of the latest
    reported figure; without one, the latest date that an assumption carries; without any, the last
    month of the clock.
    """
    months = run.clock.months
    last = run.clock.months[-1]
    said = str(run.resolved.get("documented_until") or "")[:7]
    if said:
        return months.index(min(max(said, months[0]), last))
    told = [day.isoformat()[:7] for _, day, _, _ in run.reported]
    if not told:
        told = [a.as_of[:7] for a in run.assumptions if a.origin == "given" and len(a.as_of) >= 7]
    known = [month for month in told if months[0] <= month <= last]
    return months.index(max(known)) if known else len(months) - 1


def year_before(month: int) -> range:
    """Months of the year that ends with ``month``, fewer where the clock starts later."""
    return range(max(month - 11, 0), month + 1)
