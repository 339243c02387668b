"""``gigawatt catalog``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, print_json

if TYPE_CHECKING:
    from gigawatt.catalog import Row


def catalog(
    kind: Annotated[
        str | None, typer.Argument(help="Kind of rows, such as chip.", show_default=False)
    ] = None,
    name: Annotated[str | None, typer.Argument(help="One row of that kind.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Show the data that everything draws on, each figure with its source.

    \b
    Examples:
      gigawatt catalog
      gigawatt catalog chip
      gigawatt catalog chip h100 --json
    """  # noqa: D301
    from gigawatt.catalog import kinds, row, rows

    if kind is None:
        counts = {each: len(rows(each)) for each in kinds()}
        if as_json:
            print_json({"kinds": counts})
        else:
            _print_table(["kind", "rows"], [[each, str(n)] for each, n in counts.items()])
    elif name is None:
        table = rows(kind)
        if as_json:
            print_json({"kind": kind, "rows": [_plain(each) for each in table.values()]})
        else:
            columns = ["name", "source", "as of", "confidence"]
            _print_table(columns, [[r.name, r.source, r.as_of, r.confidence] for r in table.values()])
    else:
        one = row(kind, name)
        if as_json:
            print_json(_plain(one))
        else:
            _print_row(one)


def _plain(row: Row) -> dict[str, Any]:
    values = {
        key: dict(zip(("value", "source", "as_of", "confidence"), (value, *row.provenance(key)), strict=True))
        for key, value in row.values.items()
    }
    return {"kind": row.kind, "name": row.name, "note": row.note, "values": values}


def _print_row(row: Row) -> None:
    typer.echo(f"{row.kind} {row.name}")
    lines = [[key, _shown(value), *row.provenance(key)] for key, value in row.values.items()]
    _print_table(["field (unit last)", "value", "source", "as of", "confidence"], lines)
    if row.note:
        typer.echo(f"note: {row.note}")


def _shown(value: Any) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _print_table(columns: list[str], lines: list[list[str]]) -> None:
    from gigawatt.cli.tables import print_table

    print_table(columns, lines)
