"""What a sweep adds to the page: bands, percentiles, and what moves each figure most."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.report.format import month_in_words, quantity
from gigawatt.report.messages import MESSAGES, say
from gigawatt.report.payload.rounding import all_six, six
from gigawatt.results import Run
from gigawatt.study.sweep import Sweep
from gigawatt.study.sweep.figures import ALL_SITES, FIGURES, WHOLE_RUN, Key
from gigawatt.study.sweep.tables import PERCENTILES, ends, percentiles_table, swing

SHOWN_BARS = 12
LEAST_SWING = 1e-3
"""Of the figure in the middle; a range that moves it less is not shown (it stands in tables/tornado)."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Percentiles of one figure."""

    key: Key
    p10: float
    p50: float
    p90: float
    mid: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What one range does to one figure."""

    input: str
    low: str
    """The range's end, as written."""
    high: str
    at_low: float
    """The figure there."""
    at_high: float
    swing: float


def figure_rows(sweep: Sweep) -> list[FigureRow]:
    """Percentiles of every figure, in the order of the table."""
    table = percentiles_table(sweep)
    columns = {
        name: table.column(name).to_pylist() for name in ("figure", "site", "when", "mid", *PERCENTILES)
    }
    return [
        FigureRow(Key(figure, site, when), p10, p50, p90, mid)
        for figure, site, when, mid, p10, p50, p90 in zip(*columns.values(), strict=True)
    ]


def shown_figures(sweep: Sweep) -> list[FigureRow]:
    """The figures of a summary: of all sites the year ends and the whole run, of each site its last cost."""
    rows = figure_rows(sweep)
    top = _top(sweep)
    last_cost = {row.key.site: row.key for row in rows if row.key.figure == "cost_usd_per_gpu_h"}
    headlines = set(sweep.headlines())
    found = [
        row
        for row in rows
        if (
            row.key in last_cost.values()
            if row.key.figure == "cost_usd_per_gpu_h"
            else row.key in headlines and row.key.site in {top, ALL_SITES}
        )
        and math.isfinite(row.p50)
    ]
    order = list(FIGURES)
    return sorted(found, key=lambda row: order.index(row.key.figure))


def _top(sweep: Sweep) -> str:
    """Return the site whose sums are the campus's: all of them, or the only one."""
    sites = list(dict.fromkeys(key.site for key in sweep.middle.figures if key.figure == "energised_gpus"))
    return sites[0] if len(sites) == 1 else ALL_SITES


def ranking(sweep: Sweep, keys: list[Key]) -> list[tuple[Key, list[Bar]]]:
    """Order the ranges by how far they move each figure; those that hardly do are left out."""
    shown = {one.name: one.ranges[0].ends for one in sweep.inputs}
    found = []
    for key in keys:
        middle = sweep.middle.figures[key]
        bars: list[Bar] = []
        for name, (low, high) in ends(sweep).items():
            at_low, at_high = low.figures.get(key, np.nan), high.figures.get(key, np.nan)
            width = swing(at_low, at_high, middle)
            bars.append(Bar(name, *shown[name], at_low, at_high, width))
        moved = [bar for bar in bars if bar.swing > LEAST_SWING * abs(middle)]
        found.append((key, sorted(moved, key=lambda bar: -bar.swing)))
    return found


def when_in_words(when: str) -> str:
    """Write what a figure's date means.

    >>> when_in_words("2026-12"), when_in_words("2026"), when_in_words("run")
    ('end of December 2026', 'year 2026', 'whole run')
    """
    if when == WHOLE_RUN:
        return MESSAGES["ranges.run"]
    if len(when) == 7:
        return say("ranges.month_end", month=month_in_words(when))
    return say("ranges.year", year=when)


def payload_of(sweep: Sweep, run: Run, short: dict[str, str]) -> dict[str, Any]:
    """Return the section's data."""
    rows = shown_figures(sweep)
    middle = {row.key: row for row in rows}
    problems = Counter(outcome.problem for outcome in sweep.refused)
    return {
        "draws": sweep.plan.draws,
        "seed": sweep.plan.seed,
        "inputs": len(sweep.inputs),
        "refused": [{"problem": problem, "n": n} for problem, n in problems.most_common()],
        "unclosed": len(sweep.unclosed),
        "months": _months(sweep, run),
        "figures": [
            {
                **_named(row.key, short),
                "p10": six(row.p10),
                "p50": six(row.p50),
                "p90": six(row.p90),
                "mid": six(row.mid),
            }
            for row in rows
        ],
        "tornado": [
            {
                **_named(key, short),
                "mid": six(middle[key].mid),
                "others": len(sweep.inputs) - min(len(bars), SHOWN_BARS),
                "bars": [
                    {
                        "input": b.input,
                        "low": b.low,
                        "high": b.high,
                        "at_low": six(b.at_low),
                        "at_high": six(b.at_high),
                    }
                    for b in bars[:SHOWN_BARS]
                ],
            }
            for key, bars in (ranking(sweep, [row.key for row in rows]) if sweep.plan.tornado else [])
        ],
    }


def _named(key: Key, short: dict[str, str]) -> dict[str, Any]:
    return {
        "name": MESSAGES[f"ranges.{key.figure}"],
        "site": short.get(key.site, MESSAGES["ranges.all_sites"]),
        "when": when_in_words(key.when),
        "unit": FIGURES[key.figure][0],
    }


def _months(sweep: Sweep, run: Run) -> dict[str, Any]:
    """Percentiles of energised GPUs at each month's end, by site."""
    by_key = {row.key: row for row in figure_rows(sweep)}
    found = {}
    for site in run.sites:
        rows = [by_key[Key("energised_gpus", site, month)] for month in run.clock.months]
        found[site] = {
            name: all_six(getattr(row, name) for row in rows) for name in ("p10", "p50", "p90", "mid")
        }
    return found


def with_kinds(figures: list[dict[str, Any]], sweep: Sweep, month: str) -> list[dict[str, Any]]:
    """Let the six figures say their range where the sweep has it, else that all ranges are in the middle."""
    wanted = Key("energised_gpus", _top(sweep), month)
    energised = next(row for row in figure_rows(sweep) if row.key == wanted)
    p10, p90 = (quantity(value, "GPUs") for value in (energised.p10, energised.p90))
    told = {
        "figure-gpus": MESSAGES["ranges.kind.same"]
        if p10 == p90
        else say("ranges.kind", p10=p10.removesuffix(" GPUs"), p90=p90)
    }
    return [{**figure, "kind": told.get(figure["id"], MESSAGES["ranges.kind.mid"])} for figure in figures]
