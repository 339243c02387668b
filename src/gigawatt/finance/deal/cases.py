"""Many scenarios of one deal: downside cases, tornado, break-even rent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.covenants import lasting, market_value
from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.engine import simulate
from gigawatt.finance.deal.financing import Financing, arrange
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.deal.plan import Plan, lay_out
from gigawatt.finance.deal.statement import common_cash
from gigawatt.finance.returns import irr, npv

Array = NDArray[np.float64]

KEPT = (
    "distribution", "equity", "preferred_in", "support", "cfads", "senior_due", "debt", "unpaid",
    "senior_debt", "preferred_owed",
)  # fmt: skip
CHUNK = 1000
"""Scenarios that are run together: their lines stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Results by scenario, shape (scenarios,) each; debt as it was sized in the base case."""

    irr_frac: Array
    """Of common owners; NaN where there is no root, or several."""
    irr_count: NDArray[np.int64]
    npv_usd: Array
    gain_usd: Array
    """What owners got less what they put in."""
    min_dscr: Array
    """Over all months with senior service; infinite where there is none."""
    lender_loss_usd: Array
    """Debt that is left at the end."""
    senior_loss_usd: Array
    """Senior debt among it."""
    preferred_loss_usd: Array
    """Preferred equity and dividends that are left at the end."""
    default_month: NDArray[np.int64]
    """First month whose due was not paid within the time to cure; -1: none."""
    sold_loss_usd: Array
    """Debt beyond the chips' market value in that month: what lenders lose who sell at once; NaN where
    nothing says what chips are worth."""
    support_usd: Array
    """What owners added in operation to keep cash from going below zero."""
    most_unpaid_usd: Array
    """Largest amount due and not paid."""


def scenarios(
    deal: Deal, drivers: Drivers, plan: Plan | None = None, money: Financing | None = None
) -> Outcomes:
    """Run many scenarios of a deal whose debt was sized and closed in the base case.

    Examples
    --------
    10,000 scenarios of 300 months take some two seconds on one core; see benchmarks/finance.py.
    """
    plan = plan or lay_out(deal)
    money = money or arrange(plan)
    parts = [
        _part(deal, plan, money, drivers.part(slice(start, start + CHUNK)))
        for start in range(0, drivers.count, CHUNK)
    ]
    return Outcomes(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Outcomes)})


def _part(deal: Deal, plan: Plan, money: Financing, drivers: Drivers) -> Outcomes:
    flows = simulate(plan, money, drivers, KEPT)
    lines = flows.lines
    cash = np.ascontiguousarray(common_cash(flows).T)
    found = irr(cash, 12.0)
    due = lines["senior_due"]
    ratio = np.divide(lines["cfads"], due, out=np.full(due.shape, np.inf), where=due > 1e-6)
    month, sold = _sold_at_default(plan, drivers, lines)
    return Outcomes(
        irr_frac=found.rate_frac,
        irr_count=found.count,
        npv_usd=npv(cash, deal.discount_rate_frac, 12.0),
        gain_usd=cash.sum(axis=1),
        min_dscr=ratio.min(axis=0),
        lender_loss_usd=lines["debt"][-1].copy(),
        senior_loss_usd=lines["senior_debt"][-1].copy(),
        preferred_loss_usd=lines["preferred_owed"][-1].copy(),
        default_month=month,
        sold_loss_usd=sold,
        support_usd=lines["support"].sum(axis=0),
        most_unpaid_usd=lines["unpaid"].max(axis=0),
    )


def _sold_at_default(
    plan: Plan, drivers: Drivers, lines: Mapping[str, Array]
) -> tuple[NDArray[np.int64], Array]:
    late = lines["unpaid"] > 1.0
    if plan.deal.covenants.cure_months:
        late = np.stack([lasting(row, plan.deal.covenants.cure_months) for row in late.T], axis=1)
    month = np.where(late.any(axis=0), late.argmax(axis=0), -1)
    if plan.deal.residual is None:
        return month, np.full(drivers.count, np.nan)
    each = np.arange(drivers.count)
    owed = lines["debt"][month, each]
    lost = np.maximum(owed - market_value(plan, drivers)[month, each], 0.0)
    return month, np.where(month >= 0, lost, 0.0)


def downside(deal: Deal) -> dict[str, dict[str, Any]]:
    """The cases a lender asks for, against the base case, and who loses first in each.

    Six months late; rent down 60 %; the largest tenant leaves a year into service after its notice; every
    refresh a year early. ``losses_usd`` is what is left unpaid where lenders wait until the deal's end,
    ``sold_loss_usd`` what they lose where they sell the chips at the first default that is not cured.
    """
    plan = lay_out(deal)
    money = arrange(plan)
    names = (
        "base",
        "six months late",
        "rent down 60 %",
        "tenant leaves after a year",
        "refresh a year early",
    )
    drivers = Drivers.base(len(names), plan.months)
    rent, delay = drivers.rent.copy(), drivers.delay_months.copy()
    leave, early = drivers.leave_month.copy(), drivers.early_months.copy()
    delay[1], rent[2], early[4] = 6, 0.4, 12
    largest = max(deal.leases, key=lambda lease: lease.rent_usd_per_month, default=None)
    notice = 0 if largest is None else round((largest.notice_days or 0.0) / 30.0)
    leave[3] = plan.completion + 13 + notice
    changed = Drivers(rent, drivers.running, drivers.capital, drivers.rate_frac, delay, leave, early)
    found = scenarios(deal, changed, plan, money)
    return {name: _case(found, place) for place, name in enumerate(names)}


def _case(found: Outcomes, place: int) -> dict[str, Any]:
    def told(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    loss, senior = float(found.lender_loss_usd[place]), float(found.senior_loss_usd[place])
    layers = {
        "common owners": max(-float(found.gain_usd[place]), 0.0),
        "preferred owners": float(found.preferred_loss_usd[place]),
        "junior lenders": loss - senior,
        "senior lenders": senior,
    }
    losses = {name: usd for name, usd in layers.items() if usd > 1.0}
    return {
        "irr_frac": told(found.irr_frac[place]),
        "npv_usd": float(found.npv_usd[place]),
        "min_dscr": told(found.min_dscr[place]),
        "lender_loss_usd": loss,
        "most_unpaid_usd": float(found.most_unpaid_usd[place]),
        "support_usd": float(found.support_usd[place]),
        "loses_first": next(iter(losses), "no one"),
        "losses_usd": losses,
        "default_month": int(found.default_month[place]) if found.default_month[place] >= 0 else None,
        "sold_loss_usd": told(found.sold_loss_usd[place]),
    }


TORNADO: Mapping[str, tuple[float, float]] = {
    "rent": (0.8, 1.2),
    "running cost": (1.2, 0.8),
    "capital cost": (1.15, 0.9),
    "floating rate": (0.02, -0.02),
    "delay, months": (6.0, 0.0),
}
"""Bad and good end of each driver: factors, a shift of the rate, months. Assumed, but for a delay within what
was seen (12 of 17 sites due in half a year slipped, by 86 days on average: Epoch AI, 2026)."""


def tornado(deal: Deal) -> dict[str, tuple[float, float]]:
    """Net present value to common owners at both ends of each driver, widest first."""
    plan = lay_out(deal)
    money = arrange(plan)
    base = Drivers.base(2 * len(TORNADO), plan.months)
    rent, running, capital = base.rent.copy(), base.running.copy(), base.capital.copy()
    rate, delay = base.rate_frac.copy(), base.delay_months.copy()
    for place, ends in enumerate(TORNADO.values()):
        for side in (0, 1):
            at = 2 * place + side
            if place == 4:
                delay[at] = round(ends[side])
            else:
                (rent, running, capital, rate)[place][at] = ends[side]
    drivers = Drivers(rent, running, capital, rate, delay, base.leave_month, base.early_months)
    worth = scenarios(deal, drivers, plan, money).npv_usd
    pairs = {name: (float(worth[2 * p]), float(worth[2 * p + 1])) for p, name in enumerate(TORNADO)}
    return dict(sorted(pairs.items(), key=lambda pair: -abs(pair[1][1] - pair[1][0])))


def break_even_rent(deal: Deal) -> float:
    """Factor on all rents at which common owners' net present value is zero; NaN: none up to ten times."""
    plan = lay_out(deal)
    money = arrange(plan)
    low, high = 0.0, 10.0
    for _ in range(7):
        tried = np.linspace(low, high, 33)
        base = Drivers.base(tried.size, plan.months)
        drivers = Drivers(
            tried, base.running, base.capital, base.rate_frac, base.delay_months, base.leave_month,
            base.early_months,
        )  # fmt: skip
        above = scenarios(deal, drivers, plan, money).npv_usd >= 0.0
        if not above[-1]:
            return float("nan")
        first = int(np.argmax(above))
        if first == 0:
            return float(tried[0])
        low, high = float(tried[first - 1]), float(tried[first])
    return 0.5 * (low + high)
