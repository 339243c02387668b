"""``gigawatt allocate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gigawatt.cli.options import AsJson, Overrides, print_json
from gigawatt.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 5


def allocate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="diversion or synthetic-year, or the path of a YAML file.",
            show_default=False,
        ),
    ],
    policy: Annotated[
        str,
        typer.Option(
            help="fcfs, proportional, max-min, drf, readiness-gated, value, given; several with commas; all."
        ),
    ] = "all",
    overrides: Overrides = None,
    method: Annotated[
        Literal["lp", "milp"],
        typer.Option(
            help="Of the policy value: linear program and rounding, or whole lots by branch and bound."
        ),
    ] = "lp",
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap at which milp stops.")] = 1e-3,
    time_s: Annotated[
        float, typer.Option("--time", min=0.1, max=86_400.0, help="Seconds after which milp stops.")
    ] = 60.0,
    fair_within: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of its worth that the policy value may give up for the fairest plan.",
            show_default=False,
        ),
    ] = None,
    futures: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=5000,
            help="Futures of readiness to plan over. Default: the file's, 200; fewer for a large problem.",
            show_default=False,
        ),
    ] = None,
    values: Annotated[
        bool,
        typer.Option(
            "--values",
            help="Value one more week of power and one more crew at every site of a large problem, too.",
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="HTML file to write the report to.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
) -> None:
    """Allot scarce chips between tenants: who gets them, whose site is ready, what waiting costs.

    \b
    Examples:
      gigawatt allocate diversion
      gigawatt allocate diversion --set "sites.car hall.power.0.from=2023-12-01"
      gigawatt allocate orders.yaml --policy fcfs,value --json
      gigawatt allocate synthetic-year --policy value --method milp --report year.html
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.allocate_answer import answer, read_source

    loaded = read_source(source, overrides or ())
    with progress(quiet=quiet or as_json) as tell:
        found, allocations = answer(
            loaded,
            policy,
            method=method,
            gap=gap,
            time_s=time_s,
            fair_within=fair_within,
            futures=futures,
            values=values,
            tell=tell,
        )
        if report is not None:
            from gigawatt.report.allocation import write_allocation_report

            write_allocation_report(found, allocations, report)
            found = {**found, "report": str(report)}
    if as_json:
        print_json(found)
    elif not quiet:
        _print(found)


def _print(found: Mapping[str, Any]) -> None:
    from gigawatt.cli.tables import print_table

    kind = "with ranges below" if found["ranges"] else "a point estimate"
    typer.echo(f"{found['title'] or found['scenario']}: {found['first']} to {found['last']}, {kind}\n")
    lines = []
    for name, policy in found["policies"].items():
        for tenant, t in policy["tenants"].items():
            lines.append(
                [
                    name,
                    tenant,
                    f"{t['useful_gpu_months']:,.0f}",
                    f"{t['idle_gpu_months']:,.0f}",
                    f"{t['receipt_delay_days']:,.1f}",
                    f"{t['energisation_delay_days']:,.1f}",
                    _percent(t["regret_frac"]),
                    _percent(t["envy_frac"]),
                ]
            )
        held = policy["held_gpu_months"]
        lines.append(
            [
                name,
                f"all; {held:,.0f} held",
                f"{policy['useful_gpu_months']:,.0f}",
                f"{policy['idle_gpu_months']:,.0f}",
                "",
                "",
                "",
                "",
            ]
        )
    columns = ["policy", "tenant", "useful GPU-months", "idle GPU-months", "receipt delay, days",
               "energisation delay, days", "regret, %", "envy, %"]  # fmt: skip
    print_table(columns, lines, right=(2, 3, 4, 5, 6, 7))
    print_table(
        ["policy", "worth, m USD", "at most, m USD", "gap, %", "price of fairness, %", "breaks its word to"],
        [
            [
                name,
                f"{p['objective_usd'] / 1e6:,.1f}",
                f"{p['bound_usd'] / 1e6:,.1f}",
                _percent(p["gap"], 3),
                _percent(p["price_of_fairness_frac"]),
                ", ".join(p["breaks_word_to"]) or "nobody",
            ]
            for name, p in found["policies"].items()
        ],
        right=(1, 2, 3, 4),
    )
    for line in _sentences(found):
        typer.echo(line)


def _percent(value: float | None, digits: int = 1) -> str:
    return "none" if value is None else f"{round(100 * value, digits) + 0.0:,.{digits}f}"


def _sentences(found: Mapping[str, Any]) -> list[str]:
    from gigawatt.report.allocation.words import (
        marginal_sentence,
        range_sentence,
        readiness_sentence,
        swap_sentence,
        turning_sentence,
    )

    lines = [turning_sentence(each) for each in found["turning"]]
    lines += [swap_sentence(each) for each in found["swaps"][:_SHOWN]]
    if len(found["swaps"]) > _SHOWN:
        lines.append(f"and {len(found['swaps']) - _SHOWN} more swaps; --json lists all")
    if found["readiness"] is not None:
        lines.append(readiness_sentence(found["readiness"]))
    lines += [marginal_sentence(each, found["period"]) for each in (found["marginal"] or ())[:_SHOWN]]
    lines += [range_sentence(each) for each in found["ranges"]]
    lines += [f"note: {note}" for note in found["notes"]]
    return [*lines, *([f"report: {found['report']}"] if "report" in found else [])]
