"""A run summed over its sites and its time."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.results.run import Run

STATES = ("ordered", "delivered", "installed", "energised", "useful")
_OVER_MONTHS = ("curtailed_mwh", "shed_mwh", "it_mwh", "facility_mwh", "co2_t", "nox_kg", "useful_gpu_h")


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
