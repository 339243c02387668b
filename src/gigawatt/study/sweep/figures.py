"""What is kept of a run: the key figures, by site and for all sites together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from gigawatt.results import Run

ALL_SITES = ""
"""Stands as the site of a figure of all sites together, and of the deal."""
WHOLE_RUN = "run"
"""Stands as the date of a figure that is a sum over the whole run."""

FIGURES: Mapping[str, tuple[str, str]] = {
    "energised_gpus": ("GPUs", "GPUs energised at the end of the month"),
    "useful_gpu_h": ("GPU-h", "GPU-hours that made progress"),
    "cost_usd_per_gpu_h": ("USD/GPU-h", "cost of a useful GPU-hour, by year"),
    "facility_mwh": ("MWh", "electricity of the facility"),
    "water_m3": ("m3", "water drawn"),
    "co2_t": ("t CO2", "carbon dioxide of fuel and grid"),
    "nox_kg": ("kg", "nitrogen oxides of the site's own units"),
    "capital_usd": ("USD", "capital spent"),
    "operation_usd": ("USD", "cost of operation"),
    "revenue_usd": ("USD", "paid by customers"),
    "irr_frac": ("frac", "yearly return on the owners' money, of the scenario's deal"),
    "unlevered_irr_frac": ("frac", "yearly return without debt"),
    "npv_usd": ("USD", "worth to the owners at their discount rate"),
    "debt_usd": ("USD", "debt that is raised"),
    "min_dscr_ratio": ("", "least debt service cover of a month"),
}
"""Figure -> its unit, and what it is."""


class Key(NamedTuple):
    """What a figure is of."""

    figure: str
    site: str
    when: str
    """A month (YYYY-MM), a year, or 'run'."""


def figures_of(run: Run) -> dict[Key, float]:
    """Return the figures of a run, in a fixed order; NaN where one is not known."""
    found: dict[Key, float] = {}
    for site, months in run.monthly.items():
        found |= _by_month(site, months["gpus"]["energised"], run.clock.months)
        found[Key("useful_gpu_h", site, WHOLE_RUN)] = float(np.sum(months["useful_gpu_h"]))
        for cost in run.unit_costs:
            if cost.site == site and cost.product == "GPU-hour":
                found[Key("cost_usd_per_gpu_h", site, cost.period)] = cost.total_usd
        for name in ("facility_mwh", "co2_t", "nox_kg"):
            found[Key(name, site, WHOLE_RUN)] = float(np.sum(months[name]))
        found[Key("water_m3", site, WHOLE_RUN)] = float(sum(np.sum(m) for m in months["water_m3"].values()))
        for name, where in _MONEY.items():
            total = run.ledger.total("money", site=site, **where)
            found[Key(name, site, WHOLE_RUN)] = float(total.sum())
    return (found | _summed(found) if len(run.monthly) > 1 else found) | _of_deal(run)


_DEAL: Mapping[str, str] = {
    "irr_frac": "irr_frac",
    "unlevered_irr_frac": "unlevered_irr_frac",
    "npv_usd": "npv_usd",
    "debt_usd": "debt_usd",
    "min_dscr_ratio": "min_dscr",
}
"""Figure -> its name among those of a deal."""
_MONEY: Mapping[str, dict[str, str]] = {
    "capital_usd": {"sink": "capital"},
    "operation_usd": {"sink": "operation"},
    "revenue_usd": {"source": "customers"},
}


def _of_deal(run: Run) -> dict[Key, float]:
    """Return what a deal comes to; NaN where it cannot be closed, or has no such figure."""
    if run.finance is None:
        return {}
    told = run.finance.figures
    return {
        Key(name, ALL_SITES, WHOLE_RUN): float("nan") if told.get(own) is None else float(told[own])
        for name, own in _DEAL.items()
    }


def _by_month(site: str, values: Any, months: tuple[str, ...]) -> dict[Key, float]:
    return {
        Key("energised_gpus", site, month): float(value) for month, value in zip(months, values, strict=True)
    }


def _summed(found: Mapping[Key, float]) -> dict[Key, float]:
    """Add up over sites what can be added; a cost of one GPU-hour cannot."""
    sums: dict[Key, float] = {}
    for key, value in found.items():
        if key.figure != "cost_usd_per_gpu_h":
            of_all = Key(key.figure, ALL_SITES, key.when)
            sums[of_all] = sums.get(of_all, 0.0) + value
    return sums


def is_headline(key: Key, months: tuple[str, ...]) -> bool:
    """Whether a figure is kept for single draws and for the tornado: of months only each year's last.

    >>> [is_headline(Key("energised_gpus", "a", m), ("2026-11", "2026-12", "2027-01")) for m in
    ...  ("2026-11", "2026-12", "2027-01")]
    [False, True, True]
    """
    return key.figure != "energised_gpus" or key.when.endswith("-12") or key.when == months[-1]
