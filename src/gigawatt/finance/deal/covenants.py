"""Covenants: what lenders test at each month's end, and what follows.

A breach locks distributions up. Cover below its default limit, loan to value, arrears and a delay beyond
the longest are defaults where they last longer than the time to cure them; then owners may make good the
cover, as often as agreed, and where they do not, all free cash repays senior debt until the tests are met.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.financing import Financing
from gigawatt.finance.deal.loans import steps_by_month
from gigawatt.finance.deal.plan import Plan
from gigawatt.finance.deal.streams import Streams
from gigawatt.finance.deal.terms import MarkStep

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

OWED_USD = 1e-3
"""Balances below are rounding."""


class Watch:
    """Tests by scenario; arrays of shape (months, scenarios), where one scenario may stand for all."""

    def __init__(self, plan: Plan, money: Financing, given: Streams, drivers: Drivers) -> None:
        self.plan, self.money, self.given, self.drivers = plan, money, given, drivers
        self.terms, self.end = plan.deal.covenants, plan.completion
        terms, count = self.terms, drivers.count
        self.any_life = terms.llcr_ratio > 0.0 or terms.plcr_ratio > 0.0
        if self.any_life:
            rate = senior_rate(plan, money, drivers)
            self.life = worth_ahead(given.cfads, rate, last_senior(plan))
            self.project = worth_ahead(given.cfads, rate, plan.months - 1)
        self.market = market_value(plan, drivers) if terms.ltv_frac is not None else None
        self.largest = largest_share(plan, given, drivers) if terms.largest_tenant_frac is not None else None
        self.failing = np.zeros(count, dtype=np.int64)
        self.cures = np.full(count, terms.equity_cures, dtype=np.int64)
        self.late = given.late
        self.latest = plan.months if terms.longest_delay_months is None else terms.longest_delay_months

    def lacking(self, t: int, cover: Array, due: Array, cash: Array) -> Array:
        """Cash by which owners make good a cover below its default limit, as often as agreed."""
        limit = self.terms.default_dscr_ratio
        if self.terms.equity_cures == 0 or limit == 0.0 or t <= self.end:
            return np.zeros(cover.size)
        called = (cover < limit) & (self.failing >= self.terms.cure_months) & (self.cures > 0)
        self.cures -= called
        # A rounding of the sum must not fail the test that was just made good.
        return np.where(called, (limit * due - cash) * (1.0 + 1e-12), 0.0)

    def test(self, t: int, cover: Array, senior: Array, owed: Array, arrears: Array) -> tuple[Truth, Truth]:
        """Return who is locked up, and who is in default."""
        terms = self.terms
        late = arrears > OWED_USD
        if t <= self.end:
            return np.ones(cover.size, dtype=np.bool_), np.zeros(cover.size, dtype=np.bool_)
        locked = late | (cover < terms.lock_up_dscr_ratio)
        failed = late | (cover < terms.default_dscr_ratio)
        if self.market is not None and terms.ltv_frac is not None:
            failed = failed | ((owed > OWED_USD) & (owed > terms.ltv_frac * self.market[t]))
        if t - self.end > self.latest:
            failed = failed | (self.late[t] > 0.0)
        if self.any_life:
            low = (self.life[t] < terms.llcr_ratio * senior) | (self.project[t] < terms.plcr_ratio * senior)
            locked = locked | ((senior > OWED_USD) & low)
        if self.largest is not None and terms.largest_tenant_frac is not None:
            locked = locked | (self.largest[t] > terms.largest_tenant_frac)
        self.failing = np.where(failed, self.failing + 1, 0)
        default = self.failing > terms.cure_months
        return locked | failed, default


def note_ratios(lines: dict[str, Array], watch: Watch) -> None:
    """Add the ratios that lenders look at, at each month's end; NaN where there is nothing to test."""
    plan, given, drivers = watch.plan, watch.given, watch.drivers
    rate = senior_rate(plan, watch.money, drivers)
    senior = lines["senior_debt"]
    owing = senior > OWED_USD
    for name, last in (("llcr", last_senior(plan)), ("plcr", plan.months - 1)):
        worth = worth_ahead(given.cfads, rate, last)
        lines[name] = np.divide(worth, senior, out=np.full(senior.shape, np.nan), where=owing)
    value = market_value(plan, drivers)
    owed = (lines["debt"] > OWED_USD) & (plan.deal.residual is not None)
    ltv = np.divide(lines["debt"], value, out=np.full(value.shape, np.inf), where=value > 0.0)
    lines["ltv"] = np.where(owed, ltv, np.nan)
    lines["largest_tenant"][:] = largest_share(plan, given, drivers)


def last_senior(plan: Plan) -> int:
    """Return the last maturity of senior debt, takeouts among it."""
    return max((loan.maturity for loan in plan.loans if loan.rank == "senior"), default=plan.completion)


def senior_rate(plan: Plan, money: Financing, drivers: Drivers | None = None) -> Array:
    """Interest a month on senior debt, weighted by the amounts that run, shape (months, 1 or more)."""
    index = np.arange(plan.months)
    weight, paid = np.zeros(plan.months), np.zeros(plan.months)
    moved = np.zeros(plan.months)
    for place, loan in enumerate(plan.loans):
        if loan.rank != "senior":
            continue
        terms = plan.deal.debt[place]
        amount = money.commitment[place if loan.refinances < 0 else loan.refinances]
        running = amount * ((index <= loan.maturity) & (index >= (loan.first if loan.refinances >= 0 else 0)))
        weight += running
        paid += running * loan.rate_frac
        if terms.rate_frac is None:
            moved += running * (1.0 - (terms.swap.share_frac if terms.swap else 0.0))
    rate = np.divide(paid, weight, out=np.zeros(plan.months), where=weight > 0.0)
    after = last_senior(plan)
    rate[after + 1 :] = rate[after]
    if drivers is None or not drivers.rate_frac.any():
        return rate[:, None]
    share = np.divide(moved, weight, out=np.zeros(plan.months), where=weight > 0.0)
    return np.asarray(rate[:, None] + share[:, None] * drivers.rate_frac[None, :] / 12.0)


def worth_ahead(cfads_usd: Array, rate_frac: Array, last: int) -> Array:
    """Worth at each month's end of the cash for service that is still to come, up to a last month."""
    worth = np.zeros(np.broadcast_shapes(cfads_usd.shape, rate_frac.shape))
    for t in range(last - 1, -1, -1):
        worth[t] = (worth[t + 1] + cfads_usd[t + 1]) / (1.0 + rate_frac[t + 1])
    return worth


def market_value(plan: Plan, drivers: Drivers) -> Array:
    """Worth of the chips, marked to market, shape (months, scenarios)."""
    terms = plan.deal.covenants
    mark = marks(plan, terms.mark)
    fall = terms.mark_follows_rent_frac * (1.0 - np.minimum(drivers.rent, 1.0))
    return np.asarray((plan.collateral * mark)[:, None] * (1.0 - fall)[None, :])


def marks(plan: Plan, told: list[MarkStep]) -> Array:
    """Market price as a share of what age says, shape (months,)."""
    placed = [(0, 1.0), *((max(plan.at(step.from_), 0), step.factor_ratio) for step in told)]
    return steps_by_month(placed, plan.months)


def largest_share(plan: Plan, given: Streams, drivers: Drivers) -> Array:
    """Share of the largest tenant in revenue, shape (months, scenarios or 1)."""
    names = sorted(plan.tenants, key=lambda name: -float(plan.tenants[name].sum()))
    if not names:
        return np.zeros((plan.months, 1))
    rows = [given.moved(plan.tenants[name]) for name in names]
    if (drivers.leave_month < plan.months).any():
        stays = np.arange(plan.months)[:, None] < drivers.leave_month[None, :]
        rows[0] = rows[0] * stays
    whole = np.asarray(sum(rows[1:], rows[0]))
    most = np.max(np.stack(np.broadcast_arrays(*rows)), axis=0)
    return np.asarray(np.divide(most, whole, out=np.zeros(whole.shape), where=whole > 0.0))


def covenant_events(plan: Plan, lines: dict[str, Array]) -> tuple[dict[str, Any], ...]:
    """Tell the month of each breach and of its cure, in the first scenario."""
    events: list[dict[str, Any]] = []
    for test in covenant_tests(plan, lines):
        was = False
        for month, broken in enumerate(test["broken"]):
            if bool(broken) != was:
                was = bool(broken)
                value = float(test["values"][month])
                events.append(
                    {
                        "month": month,
                        "covenant": test["covenant"],
                        "value": value if np.isfinite(value) else None,
                        "limit": test["limit"],
                        "follows": test["follows"] if was else "cured",
                    }
                )
    return tuple(sorted(events, key=lambda event: event["month"]))


def covenant_summary(plan: Plan, lines: dict[str, Array]) -> list[dict[str, Any]]:
    """Tell of every test its limit, the worst value, how long it is broken and what follows."""
    found = []
    for test in covenant_tests(plan, lines):
        values, broken = test["values"], np.flatnonzero(test["broken"])
        least = test["covenant"] in ("dscr", "llcr", "plcr")
        tested = np.isfinite(values) & (np.arange(plan.months) > plan.completion)
        worst = None
        if tested.any():
            worst = float(values[tested].min() if least else values[tested].max())
        found.append(
            {
                "covenant": test["covenant"],
                "limit": test["limit"],
                "worst": worst,
                "broken_months": int(broken.size),
                "first_broken_month": int(broken[0]) if broken.size else None,
                "follows": test["follows"],
            }
        )
    return found


def covenant_tests(plan: Plan, lines: dict[str, Array]) -> list[dict[str, Any]]:
    """Lay out every test that is agreed, by month: values, where it is broken, what follows."""
    terms = plan.deal.covenants
    running = np.arange(plan.months) > plan.completion
    cover = np.where(running, lines["trailing_dscr"][:, 0], np.inf)
    found: list[dict[str, Any]] = []

    def put(name: str, values: Array, limit: float, broken: Truth, follows: str) -> None:
        found.append(
            {"covenant": name, "values": values, "limit": limit, "broken": broken, "follows": follows}
        )

    if terms.lock_up_dscr_ratio > 0.0:
        put("dscr", cover, terms.lock_up_dscr_ratio, cover < terms.lock_up_dscr_ratio, "lock-up")
    if terms.default_dscr_ratio > 0.0:
        failed = cover < terms.default_dscr_ratio
        put("dscr", cover, terms.default_dscr_ratio, lasting(failed, terms.cure_months), "default")
    for name, limit in (("llcr", terms.llcr_ratio), ("plcr", terms.plcr_ratio)):
        if limit > 0.0:
            values = lines[name][:, 0]
            put(name, values, limit, running & (values < limit), "lock-up")
    if terms.ltv_frac is not None:
        values = lines["ltv"][:, 0]
        over = running & (values > terms.ltv_frac)
        put("ltv", values, terms.ltv_frac, lasting(over, terms.cure_months), "default")
    if terms.largest_tenant_frac is not None:
        values = lines["largest_tenant"][:, 0]
        put("concentration", values, terms.largest_tenant_frac,
            running & (values > terms.largest_tenant_frac), "lock-up")  # fmt: skip
    unpaid = lines["unpaid"][:, 0]
    if plan.loans:
        put("payment", unpaid, 0.0, lasting(unpaid > OWED_USD, terms.cure_months), "default")
    return found


def lasting(broken: Truth, months: int) -> Truth:
    """Breaches that have lasted longer than the time allowed to cure them."""
    run_length, held = 0, np.zeros(broken.size, dtype=np.bool_)
    for month, bad in enumerate(broken):
        run_length = run_length + 1 if bad else 0
        held[month] = run_length > months
    return held
