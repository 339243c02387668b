"""The README's table "How far to trust it", from validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from gigawatt.validation import live
from gigawatt.validation.rows import ValidationRow

_HEAD = (
    "| model | beside what is published | figures | mean error | worst | one constant instead | held |\n"
    "|---|---|---:|---:|---:|---:|---:|"
)


def error_in_words(row: ValidationRow) -> str:
    """Write a row's error: in per cent where its tolerance is relative, else in the quantity's unit.

    >>> row = ValidationRow("cooling", "tower", "water, L/kWh", 1.5, 1.53, 0.03, True, "a paper")
    >>> error_in_words(row)
    '+2.0 %'
    """
    return f"{row.error_frac:+.1%}".replace("%", " %") if row.relative else f"{row.error:+.3g}"


def trust_table(rows: Sequence[ValidationRow]) -> str:
    """Write one line for each group of figures, in Markdown.

    Figures that the model was fitted to are counted and left out of the errors.
    Errors are in the unit that all quantities of a group share, else in per cent of
    what is published.
    """
    groups: dict[tuple[str, str], list[ValidationRow]] = {}
    for row in rows:
        groups.setdefault((row.model, row.group), []).append(row)
    lines = [_line(model, group, found) for (model, group), found in groups.items()]
    return "\n".join([_HEAD, *lines])


def at_run_time() -> str:
    """Write the lines of what is measured when it is asked for, without figures.

    >>> at_run_time().splitlines()[-1].split(" | ")[3:5]
    ['measured when it is run', 'allowed: never above']
    """
    told = "measured when it is run"
    return "\n".join(
        f"| live | {_cell(group)} | {count} | {told} | allowed: {allowed.replace('%', ' %')} | | |"
        for group, count, allowed in live.GROUPS
    )


def _line(model: str, group: str, rows: Sequence[ValidationRow]) -> str:
    free = [row for row in rows if not row.fitted]
    fitted = len(rows) - len(free)
    count = f"{len(free)}" + (f" (+{fitted} fitted)" if fitted else "")
    if not free:
        return f"| {model} | {_cell(group)} | {count} | | | | |"
    unit = "" if any(row.relative for row in free) else _unit(free)
    relative = not unit
    counted = [row for row in free if row.published != 0.0 or not relative]  # 0 has no per cent
    errors = [abs(row.error_frac if relative else row.error) for row in counted]
    naive = [_naive(row, relative=relative) for row in counted]
    known = [error for error in naive if error is not None]
    shown = [_size(fmean(errors), unit), _size(max(errors), unit), _size(fmean(known), unit) if known else ""]
    held = f"{sum(row.holds for row in free)} of {len(free)}"
    return f"| {model} | {_cell(group)} | {count} | {' | '.join(shown)} | {held} |"


def _naive(row: ValidationRow, *, relative: bool) -> float | None:
    if row.baseline is None or (relative and row.published == 0.0):
        return None
    error = abs(row.baseline - row.published)
    return error / abs(row.published) if relative else error


def _unit(rows: Sequence[ValidationRow]) -> str:
    """Return the unit that ends every quantity's words, or nothing where they differ or have none."""
    units = {row.quantity.rpartition(", ")[2] for row in rows if ", " in row.quantity}
    one = units.pop() if len(units) == 1 else ""
    return "" if any(c.isdigit() or c == "%" for c in one) else one


def _size(error: float, unit: str) -> str:
    return f"{error:.3g} {unit}".strip() if unit else f"{100 * error:.1f} %"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
