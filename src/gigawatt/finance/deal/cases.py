"""Many scenarios of one deal: downside cases, tornado, break-even rent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.engine import simulate
from gigawatt.finance.deal.financing import Financing, arrange
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.deal.plan import Plan, lay_out
from gigawatt.finance.deal.statement import common_cash
from gigawatt.finance.returns import irr, npv

Array = NDArray[np.float64]

KEPT = ("distribution", "equity", "preferred_in", "support", "cfads", "senior_due", "debt", "unpaid")
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
    rates = [part[0] for part in parts]
    return Outcomes(
        irr_frac=np.concatenate([rate[0] for rate in rates]),
        irr_count=np.concatenate([rate[1] for rate in rates]),
        npv_usd=np.concatenate([part[1] for part in parts]),
        gain_usd=np.concatenate([part[2] for part in parts]),
        min_dscr=np.concatenate([part[3] for part in parts]),
        lender_loss_usd=np.concatenate([part[4] for part in parts]),
        support_usd=np.concatenate([part[5] for part in parts]),
        most_unpaid_usd=np.concatenate([part[6] for part in parts]),
    )


def _part(
    deal: Deal, plan: Plan, money: Financing, drivers: Drivers
) -> tuple[tuple[Array, NDArray[np.int64]], Array, Array, Array, Array, Array, Array]:
    lines = simulate(plan, money, drivers, KEPT)
    cash = np.ascontiguousarray(common_cash(lines).T)
    found = irr(cash, 12.0)
    due = lines.lines["senior_due"]
    ratio = np.divide(lines.lines["cfads"], due, out=np.full(due.shape, np.inf), where=due > 1e-6)
    return (
        (found.rate_frac, found.count),
        npv(cash, deal.discount_rate_frac, 12.0),
        cash.sum(axis=1),
        ratio.min(axis=0),
        lines.lines["debt"][-1].copy(),
        lines.lines["support"].sum(axis=0),
        lines.lines["unpaid"].max(axis=0),
    )


def downside(deal: Deal) -> dict[str, dict[str, float | str | None]]:
    """The cases a lender asks for, against the base case, and who loses first in each.

    Six months late; rent down 60 %; the largest tenant leaves a year into service after its notice; every
    refresh a year early.
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


def _case(found: Outcomes, place: int) -> dict[str, float | str | None]:
    def told(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    loss = float(found.lender_loss_usd[place])
    if loss > 1.0:
        first = "lenders, after the owners' whole stake"
    elif found.gain_usd[place] < 0.0:
        first = "common owners"
    else:
        first = "no one"
    return {
        "irr_frac": told(found.irr_frac[place]),
        "npv_usd": float(found.npv_usd[place]),
        "min_dscr": told(found.min_dscr[place]),
        "lender_loss_usd": loss,
        "most_unpaid_usd": float(found.most_unpaid_usd[place]),
        "support_usd": float(found.support_usd[place]),
        "loses_first": first,
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
