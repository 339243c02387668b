"""Read one site of Epoch AI's table of data centres over time.

Frontier Data Centers, Epoch AI, CC BY 4.0. Its cost columns are multiples of its IT megawatts: they are no
evidence for megawatts and are not read. Cells that cannot be are refused by name.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem, ProblemList

CREDIT = "Epoch AI, Frontier Data Centers (CC BY 4.0), https://epoch.ai/data/data-centers"
SITE, DAY = "Data center", "Date"
IT_POWER, POWER, H100E, WATER = "IT power (MW)", "Power (MW)", "H100 equivalents", "Water use (MGD)"
STATUS = "Construction status"
REQUIRED = (SITE, DAY, IT_POWER, POWER, H100E)
LIMITS: dict[str, float] = {IT_POWER: 20_000.0, POWER: 20_000.0, H100E: 50_000_000.0, WATER: 100.0}
"""The most that one site can have: some ten times the largest announced (assumed); water, a city's."""
PUE = (1.0, 2.5)
"""Facility over IT power: below 1 is against arithmetic, above 2.5 no hall of this kind was seen."""
KW_PER_H100E = (0.05, 50.0)
"""Facility kW per H100-equivalent: 0.45 (2028) to 14.5 (A100) in the table; margins either side assumed."""
_LARGEST = 64_000_000


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One dated state of a site."""

    day: date
    it_power_mw: float
    power_mw: float
    h100_equivalents: float | None
    water_m3_per_day: float | None
    line: int


@dataclass(frozen=True, slots=True)
class EpochSite:
    """One site over time, by date."""

    name: str
    rows: tuple[EpochRow, ...]
    left_out: tuple[Problem, ...] = ()
    """Rows that were left out because a cell was absurd, where that was asked for."""


def read_epoch(path: Path, site: str, *, leave_out_absurd: bool = False) -> EpochSite:
    """Read one site of ``data_center_timelines.csv``.

    Parameters
    ----------
    path
        The CSV file.
    site
        As in its column 'Data center'.
    leave_out_absurd
        Leave out rows with absurd cells instead of refusing them; each is named in ``left_out``.

    Raises
    ------
    InputError
        GW201, GW202, GW203: no readable file; GW410: a column or the site is missing; GW411: cells that are
        no number or cannot be, each with line, column and site.
    """
    text = table_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems = ProblemList(str(path))
    rows: list[EpochRow] = []
    seen: dict[str, None] = {}
    try:
        header = next(reader, [])
        check_columns(header, REQUIRED, str(path), "Epoch AI's data_center_timelines.csv")
        line = reader.line_num + 1
        for cells in reader:
            named = dict(zip(header, cells, strict=False))
            seen[named.get(SITE, "")] = None
            if named.get(SITE) == site:
                row = _row(named, line, header, problems)
                if row is not None:
                    rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            Problem("GW410", f"not a CSV file: {error}", "give Epoch AI's file", file=str(path))
        ) from None
    if site not in seen:
        close = get_close_matches(site, seen, n=1)
        remedy = f"write {close[0]!r}" if close else f"choose one of {', '.join(sorted(seen)[:20])}, ..."
        raise InputError(Problem("GW410", f"there is no site {site!r} in it", remedy, file=str(path)))
    if not leave_out_absurd:
        problems.raise_if_any()
    if not rows:
        raise InputError(
            [
                *problems.items,
                Problem("GW410", f"{site} has no row that can be used", "mend its cells", file=str(path)),
            ]
        )
    return EpochSite(site, tuple(sorted(rows, key=lambda r: r.day)), tuple(problems.items))


def table_text(path: Path) -> str:
    """Return the text of a table.

    Raises
    ------
    InputError
        GW201, GW202, GW203: no readable file.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(Problem("GW202", "larger than 64 MB", "give Epoch AI's file", file=str(path)))
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            Problem("GW203", "this is not UTF-8 text", "save it as UTF-8 text", file=str(path))
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem("GW201", why, "check path and permissions", file=str(path))) from None


def check_columns(header: Sequence[str], required: Sequence[str], file: str, title: str) -> None:
    """Refuse a table without a column that is needed.

    Raises
    ------
    InputError
        GW410, with every column that is missing.
    """
    missing = [name for name in required if name not in header]
    if missing:
        seen = f"the column {', '.join(repr(m) for m in missing)} is missing"
        raise InputError(Problem("GW410", seen, f"give {title}", file=file, line=1, column=1))


def _row(named: dict[str, str], line: int, header: Sequence[str], problems: ProblemList) -> EpochRow | None:
    before = len(problems.items)
    where = f"{named[SITE]}, {named[DAY]}"

    def refuse(column: str, seen: str) -> None:
        problems.add(
            Problem(
                "GW411", f"{where}, {column}: {seen}", "mend the cell, or give --leave-out-absurd",
                path=column, file=problems.file, line=line, column=header.index(column) + 1,
            )
        )  # fmt: skip

    def number(column: str) -> float | None:
        written = named.get(column, "").strip()
        if not written:
            return None
        try:
            value = float(written)
        except ValueError:
            refuse(column, f"{written[:40]!r} is no number")
            return None
        if not math.isfinite(value) or value < 0.0 or value > LIMITS[column]:
            refuse(column, f"{written[:40]} cannot be; 0 to {LIMITS[column]:,.0f} is allowed")
            return None
        return value

    try:
        day = date.fromisoformat(named[DAY].strip())
    except ValueError:
        refuse(DAY, f"{named[DAY][:40]!r} is no date")
        return None
    it_power, power, h100e, water = (number(c) for c in (IT_POWER, POWER, H100E, WATER))
    if it_power and power and not PUE[0] <= power / it_power <= PUE[1]:
        refuse(POWER, f"{power:g} MW over {it_power:g} MW of IT is {power / it_power:.3g}; a PUE of "
               f"{PUE[0]:g} to {PUE[1]:g} is allowed")  # fmt: skip
    each = 1e3 * power / h100e if power and h100e else None
    if each is not None and not KW_PER_H100E[0] <= each <= KW_PER_H100E[1]:
        refuse(H100E, f"{each:.3g} kW an H100-equivalent cannot be; {KW_PER_H100E[0]:g} to "
               f"{KW_PER_H100E[1]:g} is allowed")  # fmt: skip
    if len(problems.items) > before or it_power is None or power is None:
        return None
    flow = None if water is None else water * 3785.411784
    return EpochRow(day, it_power, power, h100e, flow, line)
