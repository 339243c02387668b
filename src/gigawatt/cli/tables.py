"""Tables on standard output: boxed on a terminal, plain in a file."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_IN_A_FILE = 160


def print_table(columns: Sequence[str], lines: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows under column names; columns numbered in ``right`` are set to the right."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_IN_A_FILE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for line in lines:
        # As plain text: what a catalogue or a scenario holds is never markup.
        table.add_row(*(Text(cell) for cell in line))
    console.print(table)
