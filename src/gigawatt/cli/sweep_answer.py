"""What ``gigawatt sweep`` prints: percentiles, what moves them most, and what was refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gigawatt.cli.tables import print_table

if TYPE_CHECKING:
    from gigawatt.report.payload.ranges import FigureRow
    from gigawatt.study.sweep import Sweep
    from gigawatt.study.sweep.figures import Key

SHOWN_INPUTS = 8


def answer(done: Sweep, target: Path) -> dict[str, Any]:
    """Return the contract's JSON: percentiles by figure, swings by figure and input, what was refused."""
    from gigawatt.results.folder import plain
    from gigawatt.study.sweep.tables import tables

    made = tables(done)
    return {
        "scenario": Path(done.plan.file).stem,
        "version": done.plan.version,
        "run_dir": str(target),
        "seed": done.plan.seed,
        "draws": done.plan.draws,
        "unclosed": len(done.unclosed),
        "refused": [{"run": o.number, "problem": o.problem} for o in done.refused],
        "figures": plain(made["sweep"].to_pylist()),
        "tornado": plain(made["tornado"].to_pylist()) if done.plan.tornado else [],
    }


def print_summary(done: Sweep, target: Path) -> None:
    """Print the figures of the last year, the inputs that move most, and where the report is."""
    from gigawatt.report.format import quantity
    from gigawatt.report.messages import MESSAGES
    from gigawatt.report.payload.ranges import ranking, shown_figures, when_in_words
    from gigawatt.study.sweep.figures import FIGURES

    rows = shown_figures(done)
    print_table(
        ["", "site", "when", "P10", "P50", "P90", "all in the middle"],
        [
            [
                MESSAGES[f"ranges.{row.key.figure}"],
                row.key.site or MESSAGES["ranges.all_sites"],
                when_in_words(row.key.when),
                *(
                    quantity(value, FIGURES[row.key.figure][0])
                    for value in (row.p10, row.p50, row.p90, row.mid)
                ),
            ]
            for row in rows
        ],
        right=(3, 4, 5, 6),
    )
    for key, bars in ranking(done, _ranked(rows)) if done.plan.tornado else []:
        if not bars:
            continue
        unit = FIGURES[key.figure][0]
        site = key.site or MESSAGES["ranges.all_sites"]
        typer.echo(f"What moves {MESSAGES[f'ranges.{key.figure}']}, {site}, {when_in_words(key.when)}, most:")
        print_table(
            ["range", "at its low end", "at its high end", "swing"],
            [
                [
                    bar.input,
                    quantity(bar.at_low, unit),
                    quantity(bar.at_high, unit),
                    quantity(bar.swing, unit),
                ]
                for bar in bars[:SHOWN_INPUTS]
            ],
            right=(1, 2, 3),
        )
    for problem, times in Counter(outcome.problem for outcome in done.refused).most_common():
        typer.echo(f"refused, {times:,} of {len(done.cases):,} runs: {problem}")
    if done.unclosed:
        from gigawatt.report.messages import say

        typer.echo(say("ranges.unclosed", n=str(len(done.unclosed)), draws=str(done.plan.draws)))
    typer.echo(f"report: {target / 'report.html'}")


def _ranked(rows: list[FigureRow]) -> list[Key]:
    """The last number of energised GPUs, each site's last cost, and the owners' return."""
    energised = [row.key for row in rows if row.key.figure == "energised_gpus"]
    ranked = {"cost_usd_per_gpu_h", "irr_frac"}
    return energised[-1:] + [row.key for row in rows if row.key.figure in ranked]
