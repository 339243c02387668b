"""``gigawatt finance``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gigawatt.cli.deal_source import read_deal
from gigawatt.cli.options import AsJson, Overrides, print_json
from gigawatt.cli.outcome import refuse
from gigawatt.cli.progress import progress

TOLERANCE_USD = 0.01
"""Largest residual of an identity that is a rounding error: a cent."""


def finance(
    deal: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A deal that comes with gigawatt, a YAML file, or a scenario with a finance part.",
            show_default=False,
        ),
    ],
    xlsx: Annotated[
        Path | None,
        typer.Option(help="Write a workbook whose formulas are live.", show_default=False),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Finance a deal: sources and uses, debt and what binds it, returns, cover, unit cost, downside.

    \b
    Examples:
      gigawatt finance spv-20bn
      gigawatt finance spv-20bn --set debt.0.rate=0.12 --json
      gigawatt finance colossus
      gigawatt finance deal.yaml --xlsx deal.xlsx
    \b
    Exit codes: 0 done, 1 bad input, 2 the deal cannot be closed, 3 an identity does not close.
    """  # noqa: D301
    from gigawatt.finance import run
    from gigawatt.kernel.errors import CheckFailedError

    if xlsx is not None and (xlsx.is_dir() or not xlsx.parent.is_dir()):
        raise refuse(
            "GW514", "no file can stand here", "give a file's path in a folder that exists", str(xlsx)
        )
    with progress(quiet=as_json) as tell:
        laid = read_deal(deal, overrides or (), tell)
    statement = run(laid)
    if xlsx is not None:
        from gigawatt.finance.workbook import write_workbook

        write_workbook(statement, xlsx)
    if as_json:
        from gigawatt.finance import break_even_rent, downside, tornado

        ends = {name: {"bad": bad, "good": good} for name, (bad, good) in tornado(laid).items()}
        factor = break_even_rent(laid)
        print_json(
            {
                **statement.contract(),
                "downside": downside(laid),
                "tornado_npv_usd": ends,
                "break_even_rent_ratio": factor if factor == factor else None,  # noqa: PLR0124 - NaN: none
            }
        )
    else:
        from gigawatt.cli.deal_summary import summary

        for line in summary(statement):
            typer.echo(line)
    broken = {name: value for name, value in statement.residuals.items() if not value < TOLERANCE_USD}
    if broken:
        told = ", ".join(f"{name} {value:.3e}" for name, value in broken.items())
        raise CheckFailedError(f"these identities do not close to a cent: {told}")
