"""A run as the one JSON object that ``gigawatt run --json`` prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.results import Run
from gigawatt.results.folder import finance_figures, plain
from gigawatt.results.queue_months import queue_figures

STATES = ("ordered", "delivered", "installed", "energised", "useful")
_OVER_MONTHS = ("curtailed_mwh", "shed_mwh", "it_mwh", "facility_mwh", "co2_t", "nox_kg", "useful_gpu_h")


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


def totals(run: Run) -> dict[str, Any]:
    """Sum the sites: GPUs at the end, energy, water, carbon, nitrogen oxides and money of the run."""
    figures = run.monthly.values()
    out: dict[str, Any] = {
        "gpus": {s: round(sum(float(f["gpus"][s][-1]) for f in figures)) for s in STATES},
        "energy_mwh": _summed(figures, "energy_mwh"),
        "water_m3": _summed(figures, "water_m3"),
    }
    for name in _OVER_MONTHS:
        out[name] = float(sum(np.sum(f[name]) for f in figures))
    ledger = run.ledger
    out["money_usd"] = {
        "capital": float(ledger.total("money", sink="capital").sum()),
        "operation": float(ledger.total("money", sink="operation").sum()),
        "revenue": float(ledger.total("money", source="customers").sum()),
    }
    return out


def _summed(figures: Any, name: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for site in figures:
        for key, series in site[name].items():
            sums[key] = sums.get(key, 0.0) + float(np.sum(series))
    return sums
