"""The tables of ``gigawatt replay``: its answers, their intervals over seeds, tenants, costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import typer

from gigawatt.cli.tables import print_table

SHOWN_TENANTS = 20


class _Line(NamedTuple):
    """How an answer is shown."""

    key: str
    name: str
    form: str
    scale: float = 1.0
    optional: bool = False
    """Left out where there is no such answer."""
    finer: str = ""
    """How it is shown over the seeds, where a count is no longer whole."""


_ANSWERS = (
    _Line("jobs", "jobs", "{:,.0f}"),
    _Line("finished", "finished", "{:,.0f}", finer="{:z,.1f}"),
    _Line("makespan_s", "makespan, days", "{:,.2f}", 1 / 86_400),
    _Line("mean_jct_s", "mean completion time, h", "{:,.2f}", 1 / 3600),
    _Line("p99_jct_s", "99th percentile of it, h", "{:,.2f}", 1 / 3600),
    _Line("mean_wait_s", "mean wait, h", "{:,.3f}", 1 / 3600),
    _Line("utilisation_frac", "utilisation, %", "{:,.1f}", 100.0),
    _Line("goodput_frac", "goodput, %", "{:,.1f}", 100.0),
    _Line("preemptions", "preemptions", "{:,.0f}", finer="{:z,.1f}"),
    _Line("failures", "failures", "{:,.0f}", finer="{:z,.1f}"),
    _Line("tokens", "tokens done, bn", "{:,.3f}", 1e-9, optional=True),
    _Line("tokens_per_s", "tokens/s over the makespan", "{:,.0f}", optional=True),
)
_COSTS = (
    _Line("usd", "cost at the mid price, USD", "{:,.0f}"),
    _Line("usd_per_useful_gpu_h", "USD a useful GPU-hour", "{:,.3f}", optional=True),
    _Line("usd_per_million_tokens", "USD a million tokens", "{:,.4f}", optional=True),
)


def print_answers(answer: dict[str, Any]) -> None:
    """Print the answers, with their intervals and percentiles where several seeds were replayed."""
    seeds, costs = answer.get("seeds"), answer.get("costs")
    over = seeds or {}
    listed = [(line, answer[line.key], over.get(line.key)) for line in _ANSWERS]
    if costs is not None:
        priced = over.get("costs", {})
        listed += [(line, costs["total"][line.key], priced.get(line.key)) for line in _COSTS]
    rows = []
    for line, value, spread in listed:
        if value is None and line.optional:
            continue
        row = [line.name, _number(value, line.form, line.scale)]
        rows.append(row if seeds is None else row + _spread(spread, line))
    columns = ["", "value"]
    if seeds is not None:
        columns = ["", f"seed {answer['seed']}", "mean", "95 % interval of it", "P10", "P50", "P90"]
    print_table(columns, rows, right=tuple(range(1, len(columns))))


def _spread(over: dict[str, Any] | None, line: _Line) -> list[str]:
    if over is None:
        return [""] * 5
    mean, low, high, *percentiles = (
        _number(over[key], line.finer or line.form, line.scale)
        for key in ("mean", "low", "high", "p10", "p50", "p90")
    )
    return [mean, "" if over["low"] is None else f"{low} to {high}", *percentiles]


def _number(value: float | None, form: str, scale: float) -> str:
    return "none" if value is None else form.format(value * scale)


def print_tenants(tenants: list[tuple[str, dict[str, Any]]]) -> None:
    """Print what became of each tenant's jobs, the largest tenants first."""

    def hours(seconds: float | None) -> str:
        return "none" if seconds is None else f"{seconds / 3600:,.2f}"

    lines = [
        [
            name,
            f"{t['jobs']:,}",
            f"{t['finished']:,}",
            hours(t["mean_jct_s"]),
            hours(t["mean_wait_s"]),
            f"{t['gpu_hours']:,.0f}",
        ]
        for name, t in tenants[:SHOWN_TENANTS]
    ]
    columns = ["tenant", "jobs", "finished", "mean completion, h", "mean wait, h", "GPU-hours"]
    print_table(columns, lines, right=(1, 2, 3, 4, 5))
    if len(tenants) > SHOWN_TENANTS:
        typer.echo(f"and {len(tenants) - SHOWN_TENANTS:,} more tenants; --json lists all")


def print_costs(costs: dict[str, Any]) -> None:
    """Print what each tenant bears, what none bears, and the whole."""
    rows = sorted(costs["tenants"].items(), key=lambda item: -item[1]["usd"])
    shown = [*rows[:SHOWN_TENANTS]]
    if any(costs["unshared"][key] for key in ("usd", "idle_gpu_h")):
        shown.append(("no tenant (idle, broken)", costs["unshared"]))
    shown.append(("all", costs["total"]))
    ranged = costs["total"]["usd_low"] != costs["total"]["usd_high"]
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        "useful GPU-h": lambda r: f"{r['useful_gpu_h']:,.0f}",
        "user failed": lambda r: f"{r['user_failed_gpu_h']:,.0f}",
        "held otherwise": lambda r: f"{r['otherwise_gpu_h']:,.0f}",
        "idle": lambda r: f"{r['idle_gpu_h']:,.0f}",
        "MWh": lambda r: _number(r["energy_mwh"], "{:,.1f}", 1.0),
        "USD": lambda r: f"{r['usd']:,.0f}",
        "range": lambda r: f"{r['usd_low']:,.0f} to {r['usd_high']:,.0f}",
        "USD/useful GPU-h": lambda r: _number(r["usd_per_useful_gpu_h"], "{:,.3f}", 1.0),
        "USD/M tokens": lambda r: _number(r["usd_per_million_tokens"], "{:,.4f}", 1.0),
    }
    if costs["energy_basis"] is None:
        del columns["MWh"]
    if costs["total"]["tokens"] is None:
        del columns["USD/M tokens"]
    if not ranged:
        del columns["range"]
    lines = [[name, *(cell(row) for cell in columns.values())] for name, row in shown]
    print_table(["tenant", *columns], lines, right=tuple(range(1, len(columns) + 1)))
    if len(rows) > SHOWN_TENANTS:
        typer.echo(f"and {len(rows) - SHOWN_TENANTS:,} more tenants; --json lists all")
    if not ranged:
        typer.echo("USD from prices without a range: point estimates")
