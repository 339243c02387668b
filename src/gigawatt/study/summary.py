"""A run as the one JSON object that ``gigawatt run --json`` prints."""

from __future__ import annotations

from typing import Any

from gigawatt.results import Run
from gigawatt.results.folder import finance_figures, plain
from gigawatt.results.queue_months import queue_figures
from gigawatt.results.totals import STATES, totals


def summarise(run: Run) -> dict[str, Any]:
    """Return the contract's figures: by site and month, totals, residuals."""
    return {
        "scenario": run.scenario,
        "version": run.version,
        "seed": run.seed,
        "residuals": run.ledger.residuals(),
        "sites": {
            name: {
                "months": [_month(run, name, i) for i in range(len(run.clock.months))],
                **_queues(run, name),
            }
            for name in run.sites
        },
        "totals": totals(run),
        **finance_figures(run.finance),
    }


def _queues(run: Run, site: str) -> dict[str, Any]:
    """The site's queues of jobs by name; nothing where it has none."""
    found = {w.name: queue_figures(w.queue, run.clock) for w in run.sites[site].workloads if w.queue}
    return {"queues": plain(found)} if found else {}


def _month(run: Run, site: str, i: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"month": run.clock.months[i]}
    for name, values in run.monthly[site].items():
        if isinstance(values, dict):
            figures[name] = {key: plain(series[i]) for key, series in values.items()}
        else:
            figures[name] = plain(values[i])
    figures["gpus"] = {state: round(figures["gpus"][state]) for state in STATES}
    return figures
