"""``gigawatt run``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.folder import check_target, whole_folder
from gigawatt.cli.options import AsJson, Overrides, Source, print_json
from gigawatt.cli.progress import progress

if TYPE_CHECKING:
    from gigawatt.results import DealResult, Run

TOLERANCE = 1e-9
"""Largest residual of a balance that is a rounding error and no mistake."""
TOLERANCE_USD = 0.01
"""The same of an identity of the deal: a cent."""


def run(
    source: Source,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the run; an earlier run in it is replaced. Default: runs/NAME.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="Seed of weather, outages and jobs, instead of the scenario's.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
    open_report: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
) -> None:
    """Run a scenario: how many GPUs can run in each month, what holds them back, what it takes.

    \b
    Writes report.html, tables/*.parquet and *.csv, manifest.json, scenario.yaml
    and, where the scenario has a finance part, deal.yaml into one folder, which
    appears whole or not at all.
    \b
    Examples:
      gigawatt run colossus
      gigawatt run campus.yaml --out runs/base --json
      gigawatt run colossus --set sites.colossus-1.halls.0.ready_from=2024-09-01
    \b
    Exit codes: 0 done, 1 bad input, 2 infeasible, 3 a balance does not close,
    130 interrupted.
    """  # noqa: D301
    from gigawatt.scenario import read_scenario

    changes = [*(overrides or ()), *([] if seed is None else [f"seed={seed}"])]
    loaded = read_scenario(source, changes)
    target = out if out is not None else Path("runs") / folder_name(loaded.scenario.name)
    check_target(target)
    # Only now what takes long to load: a wrong scenario is told at once.
    from gigawatt.report import write_report
    from gigawatt.results.folder import write_run
    from gigawatt.study import run_scenario, summarise

    with progress(quiet=quiet or as_json) as tell:
        done = run_scenario(loaded, tell)
        if tell is not None:
            tell("write the tables and the report", 0.95)
        with whole_folder(target) as folder:
            write_run(done, folder)
            write_report(done, folder / "report.html")
            (folder / "scenario.yaml").write_text(loaded.text, encoding="utf-8")
    if as_json:
        print_json(_contract(summarise(done), target))
    elif not quiet:
        for line in _summary(done, target):
            typer.echo(line)
    if open_report:
        typer.launch(str(target / "report.html"))
    _check_balances(done)


def folder_name(name: str) -> str:
    """Return a scenario's name as one of a folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def _contract(figures: dict[str, Any], target: Path) -> dict[str, Any]:
    first = {key: figures.pop(key) for key in ("scenario", "version")}
    return {**first, "run_dir": str(target), **figures}


def _summary(done: Run, target: Path) -> list[str]:
    from gigawatt.report.payload.verdict import six_figures, verdict

    lines = [verdict(done)["sentence"], ""]
    for figure in six_figures(done):
        text = figure["text"] or "; ".join(f"{s['site']} {s['text']}" for s in figure["sites"])
        lines.append(f"  {figure['name']}: {text} ({figure['when']})")
    if done.finance is not None:
        lines.append(f"  {_financed(done.finance)}")
    return [*lines, "", f"report: {target / 'report.html'}"]


def _financed(deal: DealResult) -> str:
    from gigawatt.report.format import quantity, significant

    if deal.refused:
        return f"Finance: the deal cannot be closed: {deal.refused}"
    told = deal.figures
    return (
        f"Finance: {quantity(told['irr_frac'], 'frac')} a year to owners, "
        f"{quantity(told['debt_usd'], 'USD')} of debt held by {told['binding_limit']}, "
        f"least cover {significant(told['min_dscr'])} (complete in {told['completion']})"
    )


def _check_balances(done: Run) -> None:
    from gigawatt.kernel.errors import CheckFailedError

    residuals = done.ledger.residuals()
    broken = {name: value for name, value in residuals.items() if not abs(value) < TOLERANCE}
    if broken:
        told = ", ".join(f"{name} {value:.3e}" for name, value in broken.items())
        raise CheckFailedError(f"these accounts do not close to {TOLERANCE:g}: {told}")
    deal = {} if done.finance is None else done.finance.figures.get("residuals", {})
    apart = {name: value for name, value in deal.items() if not value < TOLERANCE_USD}
    if apart:
        told = ", ".join(f"{name} {value:.3e}" for name, value in apart.items())
        raise CheckFailedError(f"these identities of the deal do not close to a cent: {told}")
