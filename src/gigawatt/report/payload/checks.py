"""Residuals of the accounts, and what flowed in and out of every node that must balance."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.report.payload.rounding import six
from gigawatt.results import ACCOUNTS, INTERNAL, Run

ALLOWED = 1e-9
"""Largest residual with which an account counts as closed."""


def residuals(run: Run) -> list[dict[str, Any]]:
    """Residual of each account, and whether it closes."""
    booked = {e.account for e in run.ledger.entries}
    return [
        {
            "account": account,
            "unit": ACCOUNTS[account],
            "residual": six(value),
            "closes": bool(value <= ALLOWED),
            "booked": account in booked,
        }
        for account, value in run.ledger.residuals().items()
    ]


def nodes(run: Run) -> list[dict[str, Any]]:
    """In, out, change of stock and imbalance of every internal node, over the whole run."""
    out = []
    for site in run.ledger.sites():
        for account, names in INTERNAL.items():
            for node in names:
                into = float(run.ledger.total(account, site=site, sink=node).sum())
                away = float(run.ledger.total(account, site=site, source=node).sum())
                if into == 0.0 and away == 0.0:
                    continue
                kept = run.ledger.stock_change.get((site, account, node), np.zeros(1))
                worst = float(np.abs(run.ledger.imbalance(site, account, node)).max(initial=0.0))
                out.append(
                    {
                        "site": site,
                        "account": account,
                        "node": node,
                        "unit": ACCOUNTS[account],
                        "in": six(into),
                        "out": six(away),
                        "kept": six(float(kept.sum())),
                        "worst": six(worst),
                    }
                )
    return out
