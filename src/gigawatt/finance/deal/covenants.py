"""Covenants: what lenders test, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.engine import Flows
from gigawatt.finance.deal.plan import Plan

Array = NDArray[np.float64]


def covenant_events(plan: Plan, flows: Flows, llcr: float, plcr: float) -> tuple[Mapping[str, Any], ...]:
    """First month of each breach, and of each cure."""
    terms, lines = plan.deal.covenants, flows.lines
    service = (lines["senior_due"][:, 0] > 1e-6) & (np.arange(plan.months) > plan.completion)
    cover = np.where(service, lines["trailing_dscr"][:, 0], np.inf)
    events: list[Mapping[str, Any]] = []

    def watch(name: str, broken: NDArray[np.bool_], value: Array, limit: float, follows: str) -> None:
        was = False
        for month in range(plan.months):
            if bool(broken[month]) != was:
                was = bool(broken[month])
                events.append(
                    {
                        "month": month,
                        "covenant": name,
                        "value": float(value[month]) if np.isfinite(value[month]) else None,
                        "limit": limit,
                        "follows": follows if was else "cured",
                    }
                )

    watch("dscr", cover < terms.lock_up_dscr_ratio, cover, terms.lock_up_dscr_ratio, "lock-up")
    failed = cover < terms.default_dscr_ratio
    held = _lasting(failed, terms.cure_months)
    watch("dscr", held, cover, terms.default_dscr_ratio, "default")
    unpaid = lines["unpaid"][:, 0]
    watch("payment", _lasting(unpaid > 1e-3, terms.cure_months), unpaid, 0.0, "default")
    if terms.ltv_frac is not None:
        owed = lines["debt"][:, 0]
        ltv = np.divide(owed, plan.collateral, out=np.full(plan.months, np.inf), where=plan.collateral > 0.0)
        over = (ltv > terms.ltv_frac) & (owed > 1e-3) & (np.arange(plan.months) > plan.completion)
        watch("ltv", over, ltv, terms.ltv_frac, "default")
    for name, value, limit in (("llcr", llcr, terms.llcr_ratio), ("plcr", plcr, terms.plcr_ratio)):
        if value < limit:
            events.append(
                {"month": plan.completion, "covenant": name, "value": value, "limit": limit,
                 "follows": "lock-up"}
            )  # fmt: skip
    if terms.largest_tenant_frac is not None and plan.tenants:
        whole = plan.revenue
        most = np.max(np.stack(list(plan.tenants.values())), axis=0)
        share = np.divide(most, whole, out=np.zeros(plan.months), where=whole > 0.0)
        watch("concentration", share > terms.largest_tenant_frac, share, terms.largest_tenant_frac, "lock-up")
    return tuple(sorted(events, key=lambda event: event["month"]))


def _lasting(broken: NDArray[np.bool_], months: int) -> NDArray[np.bool_]:
    """Breaches that have lasted longer than the time allowed to cure them."""
    run_length, held = 0, np.zeros(broken.size, dtype=np.bool_)
    for month, bad in enumerate(broken):
        run_length = run_length + 1 if bad else 0
        held[month] = run_length > months
    return held
