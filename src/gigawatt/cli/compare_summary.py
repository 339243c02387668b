"""What ``gigawatt compare`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gigawatt.study.comparing import Comparison

MOST_ROWS = 40
"""Rows of each table; the JSON and the page have more."""
MOST_CURVES = 12


def print_comparison(found: Comparison) -> None:
    """Print what differs: inputs, figures, events, and the curves that part most."""
    from gigawatt.cli.tables import print_table
    from gigawatt.report.comparison.payload import main_curves, sentence
    from gigawatt.report.comparison.told import (
        days,
        difference,
        name_of,
        pair,
        relative,
        signed,
        step_in_words,
    )

    typer.echo(f"A  {found.a.label}\nB  {found.b.label}\n")
    for note in found.notes:
        typer.echo(f"note: {note}\n")
    typer.echo(sentence(found))

    def table(
        title: str, columns: Sequence[str], rows: list[list[str]], right: Sequence[int], most: int
    ) -> None:
        if rows:
            typer.echo(f"\n{title}")
            print_table(columns, rows[:most], right=right)
            if len(rows) > most:
                typer.echo(f"and {len(rows) - most:,} more; --json and --out have them")

    table(
        "inputs",
        ["path", "A", "B", "difference"],
        [[c.path, *pair(c.a, c.b, c.unit), difference(c)] for c in found.inputs],
        (1, 2, 3),
        MOST_ROWS,
    )
    table(
        "figures",
        ["path", "A", "B", "difference", "of A"],
        [[c.path, *pair(c.a, c.b, c.unit), difference(c), relative(c)] for c in found.figures],
        (1, 2, 3, 4),
        MOST_ROWS,
    )
    events = [[m.day_a, m.day_b, days(m.days), m.site, m.text] for m in found.moved]
    events += [[e.day, "-", "", e.site, e.text] for e in found.only_a]
    events += [["-", e.day, "", e.site, e.text] for e in found.only_b]
    table("events", ["in A", "in B", "moved", "site", "what"], events, (), MOST_ROWS)
    first = [found.series[i] for i in main_curves(list(found.series))]
    rest = [p for p in found.series if all(p is not other for other in first)]
    curves = []
    for parted in (*first, *rest):
        what, of = name_of(parted.key)
        largest = signed(parted.largest, parted.unit)
        curves.append(
            [
                what,
                of,
                step_in_words(parted.first),
                largest,
                step_in_words(parted.largest_at),
                signed(parted.sum_difference, parted.unit),
            ]
        )
    columns = ["curve", "of", "from", "largest difference", "in", "sum of differences"]
    table("curves", columns, curves, (3, 5), MOST_CURVES)
