"""Capital, running cost, income and unit cost, from the ledger's money account."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.report.payload.rounding import all_six, six
from gigawatt.results import Ledger, Run

COMPONENTS = ("chips", "facility", "power", "operation", "finance", "idleness")
"""Parts of a unit cost in the order in which they are shown."""


def by_item(ledger: Ledger, site: str, *, source: str = "", sink: str = "") -> list[dict[str, Any]]:
    """Money that moved from or to one node, by item and month, largest item first."""
    items: dict[str, np.ndarray] = {}
    for e in ledger.entries:
        if e.account != "money" or e.site != site or source not in ("", e.source) or sink not in ("", e.sink):
            continue
        items[e.item] = items.get(e.item, np.zeros(len(ledger.months))) + e.quantity
    ordered = sorted(items.items(), key=lambda kv: (-float(kv[1].sum()), kv[0]))
    return [{"item": name, "usd": all_six(q), "total_usd": six(float(q.sum()))} for name, q in ordered]


def site_money(run: Run, site: str) -> dict[str, Any]:
    """Capital and operating cost by item and month, and what came in."""
    return {
        "capital": by_item(run.ledger, site, source="cash", sink="capital"),
        "operation": by_item(run.ledger, site, source="cash", sink="operation"),
        "income": by_item(run.ledger, site, source="customers", sink="cash"),
    }


def unit_costs(run: Run) -> list[dict[str, Any]]:
    """Every unit cost with its parts in the order shown; parts that the table does not know come last."""
    out = []
    for cost in run.unit_costs:
        known = [p for p in COMPONENTS if p in cost.components_usd]
        other = sorted(set(cost.components_usd) - set(COMPONENTS))
        out.append(
            {
                "site": cost.site,
                "period": cost.period,
                "product": cost.product,
                "parts": [{"name": p, "usd": six(cost.components_usd[p])} for p in [*known, *other]],
                "total_usd": six(cost.total_usd),
                "basis": cost.basis,
            }
        )
    return out
