"""Read one site of Epoch AI's table of chip quantities: chips by type and date.

Frontier Data Centers, Epoch AI, CC BY 4.0. A cell tells most often all chips of a type at its date, and for
some sites those that were added: the table does not say which. Both readings are laid beside the
H100-equivalents of the table over time, and the one that fits is taken; where that does not decide it, the
first, marked as assumed.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Literal

from gigawatt.evidence.counting import h100e_per_gpu
from gigawatt.kernel.errors import InputError, Problem, ProblemList
from gigawatt.scenario.importers.epoch import DAY, SITE, EpochSite, check_columns, table_text

FILE = "data_center_chip_quantities.csv"
TYPE, UNITS = "Chip type", "Number of Units"
ROWS: dict[str, str] = {
    "A100": "a100-80", "H100": "h100", "H200": "h200", "B200": "gb200", "B300": "gb300", "R200": "vr200",
    "TPU v7": "tpu-v7x",
}  # fmt: skip
"""Chip type of the table -> row of the catalogue. The table counts a B200 as 2.527 H100-equivalents, which is
the GB200's 8-bit peak, and an R200 as 8.84, Vera Rubin's."""
MOST_CHIPS = 10_000_000
"""Chips of one type at one site: some ten times the largest that the table names (assumed)."""
IT_KW_PER_CHIP = (0.1, 20.0)
"""IT power of the site over its chips: 0.2 (TPU v5e) to 4 in the table; margins either side assumed."""
FITS = 0.03
"""A reading fits where it comes within 3 % of the H100-equivalents at every date."""

Kind = Literal["total", "added"]


@dataclass(frozen=True, slots=True)
class ChipRow:
    """One cell: chips of one type at one date."""

    day: date
    chip_type: str
    chips: int
    line: int


@dataclass(frozen=True, slots=True)
class ChipState:
    """All chips at one date, by type, each as a running total."""

    day: date
    chips: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Chips of every type."""
        return sum(count for _, count in self.chips)


@dataclass(frozen=True, slots=True)
class EpochChips:
    """The chips of one site over time."""

    states: tuple[ChipState, ...]
    kind: Kind
    """How the cells were read: ``total`` of a type at the date, or ``added`` at it."""
    why: str
    """What decided that, in words."""
    left_out: tuple[Problem, ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        """Chip types, in the order in which they came."""
        return tuple(dict.fromkeys(kind for state in self.states for kind, _ in state.chips))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Chip types that the catalogue does not hold."""
        return tuple(kind for kind in self.types if kind not in ROWS)

    def as_data(self) -> dict[str, object]:
        """Plain data: what ``gigawatt import --json`` prints."""
        return {
            "read_as": self.kind,
            "why": self.why,
            "not_in_catalogue": list(self.unknown),
            "states": [{"day": s.day.isoformat(), "chips": dict(s.chips)} for s in self.states],
        }


def read_epoch_chips(path: Path, site: EpochSite, *, leave_out_absurd: bool = False) -> EpochChips | None:
    """Read a site's rows of ``data_center_chip_quantities.csv``.

    Parameters
    ----------
    path
        The CSV file.
    site
        The site over time, from :func:`gigawatt.scenario.importers.read_epoch`: its megawatts and
        H100-equivalents tell absurd counts, and how the cells are meant.
    leave_out_absurd
        Leave out absurd cells instead of refusing them; each is named in ``left_out``.

    Returns
    -------
    None where the table has no row of the site.

    Raises
    ------
    InputError
        GW201, GW202, GW203: no readable file; GW410: a column is missing; GW411: cells that are no number or
        cannot be, each with line, column and site.
    """
    problems = ProblemList(str(path))
    rows = _rows(path, site, problems)
    if not leave_out_absurd:
        problems.raise_if_any()
    if not rows:
        return None
    kind, why = _meant(rows, site)
    return EpochChips(_states(rows, kind), kind, why, tuple(problems.items))


def _rows(path: Path, site: EpochSite, problems: ProblemList) -> list[ChipRow]:
    reader = csv.reader(io.StringIO(table_text(path), newline=""), strict=True)
    rows: list[ChipRow] = []
    try:
        header = next(reader, [])
        check_columns(header, (SITE, DAY, TYPE, UNITS), str(path), f"Epoch AI's {FILE}")
        line = reader.line_num + 1
        for cells in reader:
            named = dict(zip(header, cells, strict=False))
            if named.get(SITE) == site.name:
                row = _row(named, line, header, problems)
                if row is not None:
                    rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            Problem("GW410", f"not a CSV file: {error}", "give Epoch AI's file", file=str(path))
        ) from None
    rows.sort(key=lambda r: (r.day, r.line))
    _check_twice(rows, header, site.name, problems)
    _check_watts(rows, header, site, problems)
    wrong = {problem.line for problem in problems.items}
    return [row for row in rows if row.line not in wrong]


def _refuse(
    problems: ProblemList, header: Sequence[str], where: str, column: str, line: int, seen: str
) -> None:
    remedy = "mend the cell, or give --leave-out-absurd"
    problems.add(
        Problem(
            "GW411", f"{where}, {column}: {seen}", remedy, path=column, file=problems.file, line=line,
            column=header.index(column) + 1,
        )
    )  # fmt: skip


def _row(named: dict[str, str], line: int, header: Sequence[str], problems: ProblemList) -> ChipRow | None:
    where = f"{named[SITE]}, {named.get(DAY, '')[:40]}"
    before = len(problems.items)
    day, count = date.min, 0
    try:
        day = date.fromisoformat(named.get(DAY, "").strip())
    except ValueError:
        _refuse(problems, header, where, DAY, line, f"{named.get(DAY, '')[:40]!r} is no date")
    chip_type = named.get(TYPE, "").strip()
    if not chip_type:
        _refuse(problems, header, where, TYPE, line, "no chip is named")
    written = named.get(UNITS, "").strip()
    try:
        value = float(written)
    except ValueError:
        _refuse(problems, header, where, UNITS, line, f"{written[:40]!r} is no number")
        return None
    if not math.isfinite(value) or value < 0.0 or value > MOST_CHIPS or value != int(value):
        seen = f"{written[:40]} cannot be; whole chips from 0 to {MOST_CHIPS:,} are allowed"
        _refuse(problems, header, where, UNITS, line, seen)
    else:
        count = int(value)
    return ChipRow(day, chip_type, count, line) if len(problems.items) == before else None


def _check_twice(rows: Sequence[ChipRow], header: Sequence[str], site: str, problems: ProblemList) -> None:
    first: dict[tuple[date, str], int] = {}
    for row in rows:
        if (row.day, row.chip_type) in first:
            seen = f"{row.chip_type} stands twice at this date; first in line {first[row.day, row.chip_type]}"
            _refuse(problems, header, f"{site}, {row.day}", TYPE, row.line, seen)
        first.setdefault((row.day, row.chip_type), row.line)


def _check_watts(
    rows: Sequence[ChipRow], header: Sequence[str], site: EpochSite, problems: ProblemList
) -> None:
    """Refuse chips that the site's megawatts of that date could not feed, or would drown."""
    for day, group in groupby(rows, key=lambda r: r.day):
        there = list(group)
        at = [row for row in site.rows if row.day == day]
        chips = sum(row.chips for row in there)
        if not at or not chips or at[0].it_power_mw <= 0.0:
            continue
        each = 1e3 * at[0].it_power_mw / chips
        if not IT_KW_PER_CHIP[0] <= each <= IT_KW_PER_CHIP[1]:
            seen = (
                f"{chips:,} chips on {at[0].it_power_mw:g} MW of IT are {each:.3g} kW a chip; "
                f"{IT_KW_PER_CHIP[0]:g} to {IT_KW_PER_CHIP[1]:g} is allowed"
            )
            for row in there:
                _refuse(problems, header, f"{site.name}, {day}", UNITS, row.line, seen)


def _states(rows: Iterable[ChipRow], kind: Kind) -> tuple[ChipState, ...]:
    """Lay the cells out as running totals; a type that a later date does not name stays as it was."""
    now: dict[str, int] = {}
    states = []
    for day, group in groupby(rows, key=lambda r: r.day):
        for row in group:
            now[row.chip_type] = row.chips + (now.get(row.chip_type, 0) if kind == "added" else 0)
        states.append(ChipState(day, tuple((name, count) for name, count in now.items() if count)))
    return tuple(states)


def _meant(rows: Sequence[ChipRow], site: EpochSite) -> tuple[Kind, str]:
    """Find the reading whose H100-equivalents are those of the table over time."""
    far = {kind: _farthest(_states(rows, kind), site) for kind in ("total", "added")}
    total, added = far["total"], far["added"]
    if total is None or added is None:
        return "total", (
            "read as all chips of a type at the date: assumed, no date has H100-equivalents to tell it by"
        )
    told = (
        f"off the H100-equivalents by at most {total:.1%} as all chips of a type, {added:.1%} as those added"
    )
    if added <= FITS < total:
        return "added", f"read as the chips added at the date: {told}"
    if added <= FITS:
        return "total", "read as all chips of a type at the date: assumed, as both readings fit"
    if total <= FITS:
        return "total", f"read as all chips of a type at the date: {told}"
    return "total", f"read as all chips of a type at the date: assumed, as neither reading fits ({told})"


def _farthest(states: Sequence[ChipState], site: EpochSite) -> float | None:
    """Return how far a reading is off the site's H100-equivalents at the worst date that has both."""
    off = []
    for state in states:
        told = [row.h100_equivalents for row in site.rows if row.day == state.day and row.h100_equivalents]
        if told and all(kind in ROWS for kind, _ in state.chips):
            made = sum(count * h100e_per_gpu(ROWS[kind]) for kind, count in state.chips)
            off.append(abs(made / told[0] - 1))
    return max(off, default=None)
