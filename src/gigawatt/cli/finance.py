"""``gigawatt finance``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import AsJson, Overrides, print_json
from gigawatt.cli.outcome import refuse

if TYPE_CHECKING:
    from gigawatt.finance.deal.inputs import Deal
    from gigawatt.scenario import LoadedScenario

TOLERANCE_USD = 0.01
"""Largest residual of an identity that is a rounding error: a cent."""


def finance(
    deal: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A deal that comes with gigawatt, or the path of a YAML file.",
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
      gigawatt finance colossus --set debt.0.rate=0.12 --json
      gigawatt finance deal.yaml --xlsx deal.xlsx
    \b
    Exit codes: 0 done, 1 bad input, 2 the deal cannot be closed, 3 an identity does not close.
    """  # noqa: D301
    from gigawatt.finance import run
    from gigawatt.kernel.errors import CheckFailedError

    loaded = read_deal(deal, overrides or ())
    statement = run(loaded.scenario)
    if xlsx is not None:
        from gigawatt.finance.workbook import write_workbook

        write_workbook(statement, xlsx)
    if as_json:
        from gigawatt.finance import break_even_rent, downside, tornado

        ends = {name: {"bad": bad, "good": good} for name, (bad, good) in tornado(loaded.scenario).items()}
        factor = break_even_rent(loaded.scenario)
        print_json(
            {
                **statement.contract(),
                "downside": downside(loaded.scenario),
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


def read_deal(source: str, overrides: list[str] | tuple[str, ...]) -> LoadedScenario[Deal]:
    """Read a bundled deal by its name, or a file."""
    from difflib import get_close_matches

    from gigawatt.finance import Deal, deal_bytes, deal_names
    from gigawatt.scenario.read import read, read_text

    if source in deal_names():
        return read_text(deal_bytes(source), Deal, overrides, file=f"{source}.yaml")
    if not Path(source).suffix and not Path(source).exists():
        close = get_close_matches(source, deal_names(), n=1)
        remedy = f"write {close[0]!r}" if close else "give the path of a YAML file, or a bundled deal's name"
        told = ", ".join(deal_names())
        raise refuse("GW216", f"no file and no bundled deal is called {source!r}; bundled: {told}", remedy)
    return read(Path(source), Deal, overrides)
