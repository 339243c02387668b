"""``gigawatt finance``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import AsJson, Overrides, print_json
from gigawatt.cli.outcome import refuse

if TYPE_CHECKING:
    from gigawatt.finance import Statement
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
        print_json(statement.contract())
    else:
        for line in _summary(statement):
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


def _summary(statement: Statement) -> list[str]:
    from gigawatt.finance import break_even_rent, downside, tornado

    deal = statement.deal
    lines = [deal.title or deal.name, ""]
    for title, items in (("sources", statement.sources_usd), ("uses", statement.uses_usd)):
        lines += [f"{title}, m USD ({deal.basis}, {deal.price_year})"]
        lines += [f"  {name:<40}{usd / 1e6:>14,.1f}" for name, usd in items.items()]
        lines += [f"  {'together':<40}{sum(items.values()) / 1e6:>14,.1f}", ""]
    for name, found in (("return to owners", statement.irr), ("without debt", statement.unlevered)):
        lines.append(f"  {name + ', a year':<40}{_rates(found.roots_frac[0]):>14}")
    lines += [
        f"  {name:<40}{value:>14}"
        for name, value in (
            ("net present value to owners, m USD", f"{statement.npv_usd / 1e6:,.1f}"),
            ("money back for each put in", _number(statement.moic)),
            ("payback, years", _number(statement.payback_years)),
            ("debt, m USD", f"{statement.debt_usd / 1e6:,.1f}"),
            ("what holds the debt's size", statement.binding_limit),
            ("least cover of senior service", _number(statement.min_dscr)),
            ("mean cover", _number(statement.avg_dscr)),
            ("loan life cover at completion", _number(statement.llcr)),
            ("average life of debt, years", _number(statement.average_life_years)),
            ("committed revenue, m USD", f"{statement.committed_revenue_usd / 1e6:,.1f}"),
            ("headline revenue, m USD", f"{statement.headline_revenue_usd / 1e6:,.1f}"),
            ("levelised cost, USD/GPU-h", _number(statement.lcoc_usd_per_gpu_h, 3)),
            ("runway, months", _number(statement.runway_months)),
        )
        if value != "-"
    ]
    for supplier, told in statement.supplier.items():
        lines.append(
            f"  {supplier} puts in {told['invested_usd'] / 1e9:.2f} bn USD and is paid "
            f"{told['paid_usd'] / 1e9:.2f} bn: {100 * told['returned_frac']:.0f} % of it returns to him"
        )
    lines += [
        "",
        "downside (debt as closed)            return      npv, m USD    least cover   who loses first",
    ]
    for name, case in downside(deal).items():
        rate = case["irr_frac"]
        cover = case["min_dscr"]
        lines.append(
            f"  {name:<32}{'-' if rate is None else f'{100 * float(rate):.1f} %':>9}"
            f"{float(case['npv_usd'] or 0.0) / 1e6:>16,.0f}"
            f"{'-' if cover is None else f'{float(cover):.2f}':>15}   {case['loses_first']}"
        )
    lines += ["", "tornado: net present value at the bad and the good end, m USD"]
    for name, (bad, good) in tornado(deal).items():
        lines.append(f"  {name:<32}{bad / 1e6:>14,.0f}{good / 1e6:>14,.0f}")
    factor = break_even_rent(deal)
    lines += ["", f"break-even rent: {_number(100.0 * factor)} % of the base case's (point estimate)"]
    return lines


def _rates(roots: tuple[float, ...]) -> str:
    if not roots:
        return "none"
    if len(roots) > 1:
        return f"{len(roots)} rates"
    return f"{100.0 * roots[0]:.2f} %"


def _number(value: float, digits: int = 2) -> str:
    from math import isfinite

    return f"{value:,.{digits}f}" if isfinite(value) else "-"
