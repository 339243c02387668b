"""The campus's deal as the page draws it: sources and uses, debt, cash, cover, unit cost, what would hurt.

The run carries the deal itself; its months are run again here, which takes some hundredths of a second and
gives the same figures, and the cases beside them are run from the same deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.report.payload.rounding import all_six, six
from gigawatt.results import Run

if TYPE_CHECKING:
    from gigawatt.finance import Deal, Statement

Array = NDArray[np.float64]

WATERFALL = (
    ("revenue", 1.0), ("power_cost", -1.0), ("operating_cost", -1.0), ("property_tax", -1.0),
    ("income_tax", -1.0), ("senior_interest", -1.0), ("senior_principal", -1.0), ("swept", -1.0),
    ("other_interest", -1.0), ("other_principal", -1.0), ("preferred_paid", -1.0),
)  # fmt: skip
"""Lines from revenue to owners, in the order in which they are paid, with their sign."""
PARTS = ("chips", "hall", "power", "operation", "finance", "idleness")
WEAK_SHARE = 0.9
"""Committed revenue below this share of the headline is told."""
SMALL_SHARE = 1e-4
"""Support below this share of the uses, and debt left below this share of it, is not told."""


def deal(run: Run) -> dict[str, Any] | None:
    """Lay the run's deal out; None where there is none, only ``refused`` where it cannot be closed."""
    if run.finance is None:
        return None
    if run.finance.refused:
        return {"refused": run.finance.refused}
    from gigawatt import finance

    written = finance.Deal.model_validate(run.finance.deal)
    statement = finance.run(written)
    plan = statement.plan
    return {
        "refused": "",
        "title": written.title or written.name,
        "basis": written.basis,
        "price_year": written.price_year,
        "months": _months(written),
        "completion": plan.completion,
        "sources": _sources(statement),
        "uses": [{"name": name, "usd": six(usd)} for name, usd in statement.uses_usd.items() if usd],
        "figures": _figures(statement),
        "construction": _construction(statement),
        "loans": [{"name": n, "usd": all_six(row[:, 0])} for n, row in statement.flows.balances.items()],
        "cash": {name: all_six(row) for name, row in _waterfall(statement).items()},
        "cover": _cover(statement),
        "tests": statement.tests(),
        "bridge": [
            {"name": p, "usd": six(statement.lcoc_parts[p])} for p in PARTS if p in statement.lcoc_parts
        ],
        "market_usd_per_gpu_h": six(statement.market_usd_per_gpu_h),
        "tornado": _tornado(written),
        "downside": _downside(written),
        "doubts": _doubts(statement),
    }


def _months(written: Deal) -> list[str]:
    first = written.close.year * 12 + written.close.month - 1
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + written.months)]


def _sources(statement: Statement) -> list[dict[str, Any]]:
    loans = {tranche.name for tranche in statement.deal.debt}
    vendors = {owner.name for owner in statement.deal.equity if owner.kind == "vendor"}
    owners = {owner.name for owner in statement.deal.equity}

    def kind(name: str) -> str:
        if name in loans:
            return "loan"
        return ("vendor" if name in vendors else "owner") if name in owners else "earned"

    return [
        {"name": name, "kind": kind(name), "usd": six(usd)}
        for name, usd in statement.sources_usd.items()
        if usd
    ]


def _figures(statement: Statement) -> dict[str, Any]:
    told = statement.contract()
    names = (
        "debt_usd", "binding_limit", "irr_frac", "unlevered_irr_frac", "npv_usd", "moic", "payback_years",
        "min_dscr", "avg_dscr", "llcr", "plcr", "average_life_years", "lcoc_usd_per_gpu_h",
        "committed_revenue_usd", "headline_revenue_usd", "own_or_rent_utilisation_frac", "runway_months",
    )  # fmt: skip
    found = {name: six(v) if isinstance(v := told[name], float) else v for name in names}
    return {**found, "discount_rate_frac": statement.deal.discount_rate_frac}


def _construction(statement: Statement) -> dict[str, list[float | None]]:
    """What is paid in each month up to completion, by who pays it."""
    money, lines = statement.financing, statement.flows.lines
    within = slice(0, statement.plan.completion + 1)
    rows = {
        "drawn": money.draws.sum(axis=0),
        "added": money.capitalised.sum(axis=0),
        "owners": lines["equity"][:, 0],
    }
    return {name: all_six(row[within]) for name, row in rows.items()}


def _waterfall(statement: Statement) -> dict[str, Array]:
    """Cash by month from revenue to common owners; what is not in a line of its own is in 'kept'."""
    lines = {name: row[:, 0] for name, row in statement.flows.lines.items()}
    rows = {name: sign * lines[name] for name, sign in WATERFALL}
    after = np.arange(statement.plan.months) > statement.plan.completion
    rows = {name: np.where(after, row, 0.0) for name, row in rows.items()}
    owners = np.where(after, lines["distribution"], 0.0)
    rows["kept"] = owners - np.asarray(sum(rows.values()))
    return {**rows, "owners": owners}


def _cover(statement: Statement) -> dict[str, Any]:
    lines = {name: row[:, 0] for name, row in statement.flows.lines.items()}
    due, terms = lines["senior_due"], statement.deal.covenants
    month = np.divide(lines["cfads"], due, out=np.full(due.shape, np.nan), where=due > 1e-6)
    running = np.arange(due.size) > statement.plan.completion
    trailing = np.where(running & np.isfinite(lines["trailing_dscr"]), lines["trailing_dscr"], np.nan)
    return {
        "dscr": all_six(month),
        "trailing": all_six(np.where(np.isfinite(month), trailing, np.nan)),
        "llcr": all_six(np.where(running, lines["llcr"], np.nan)),
        "ltv": all_six(np.where(running, lines["ltv"], np.nan)),
        "lock_up": terms.lock_up_dscr_ratio or None,
        "default": terms.default_dscr_ratio or None,
        "locked": _spans(running & (lines["locked"] > 0.0) & (lines["in_default"] == 0.0)),
        "in_default": _spans(lines["in_default"] > 0.0),
    }


def _spans(held: NDArray[np.bool_]) -> list[list[int]]:
    """First and last month of each stretch.

    >>> _spans(np.array([False, True, True, False, True]))
    [[1, 2], [4, 4]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
    return [[int(first), int(last) - 1] for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _tornado(written: Deal) -> list[dict[str, Any]]:
    from gigawatt import finance
    from gigawatt.finance.deal.cases import TORNADO

    found = finance.tornado(written)
    return [
        {"name": name, "ends": list(TORNADO[name]), "bad_usd": six(bad), "good_usd": six(good)}
        for name, (bad, good) in found.items()
        if bad != good
    ]


def _downside(written: Deal) -> list[dict[str, Any]]:
    from gigawatt import finance

    applies = {
        "refresh a year early": bool(written.refresh),
        "tenant leaves after a year": bool(written.leases),
    }
    return [
        {"name": name, **{k: six(v) if isinstance(v, float) else v for k, v in case.items()}}
        for name, case in finance.downside(written).items()
        if applies.get(name, True)
    ]


def _doubts(statement: Statement) -> list[dict[str, Any]]:
    """What a lender would ask about first, as keys of messages and their values."""
    found: list[dict[str, Any]] = []

    def put(key: str, **values: Any) -> None:
        found.append(
            {"key": key, "values": {k: six(v) if isinstance(v, float) else v for k, v in values.items()}}
        )

    headline, committed = statement.headline_revenue_usd, statement.committed_revenue_usd
    if committed < WEAK_SHARE * headline:
        put("committed", committed_usd=committed, headline_usd=headline, share_frac=committed / headline)
    for name, told in statement.supplier.items():
        if told["invested_usd"] > 0.0 and told["returned_frac"] > 0.0:
            put("supplier", name=name, usd=told["invested_usd"], paid_usd=told["paid_usd"],
                share_frac=told["returned_frac"])  # fmt: skip
    roots = len(statement.irr.roots_frac[0])
    if roots == 0:
        put("no_root")
    elif roots > 1:
        put("roots", n=roots)
    lines = statement.flows.lines
    support, left = float(lines["support"].sum()), float(lines["debt"][-1, 0])
    if support > SMALL_SHARE * sum(statement.uses_usd.values()):
        put("support", usd=support)
    if left > SMALL_SHARE * statement.debt_usd:
        put("unpaid", usd=left)
    months = _months(statement.deal)
    for test in statement.tests():
        if test["broken_months"]:
            put("broken", covenant=test["covenant"], follows=test["follows"], n=test["broken_months"],
                month=months[test["first_broken_month"]])  # fmt: skip
    return found
