"""The waterfall, month by month, for many scenarios of one deal at once.

Each month is array code over scenarios; months follow one another. Cash in is positive. The order:
revenue, running cost, property tax, change of receivables, interest earned, income tax, refresh; interest
and principal of senior debt; the debt service reserve; second lien and mezzanine; sweep; lock-up;
preferred; common. What is not paid stays owed, and what cannot be paid out stays in cash.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.covenants import Watch, note_ratios
from gigawatt.finance.deal.deferred import book_deferred_tax
from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.financing import Financing
from gigawatt.finance.deal.plan import Plan
from gigawatt.finance.deal.streams import Streams

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

ROWS = (
    "revenue", "power_cost", "operating_cost", "property_tax", "receivables", "cfads", "interest_earned",
    "damages", "exit_value", "income_tax", "credit", "refresh_cost", "support", "senior_interest",
    "senior_principal", "senior_due", "other_interest", "other_principal", "swept", "unpaid", "takeout",
    "reserve", "refresh_reserve", "escrow", "cash", "letter_fee",
    "uses", "reserve_uses", "capitalised", "equity", "preferred_in", "preferred_paid", "distribution",
    "book_depreciation",
    "interest_expense", "assets", "debt", "contributed", "retained", "net_income", "locked", "trailing_dscr",
    "tax_depreciation", "loss_carried", "disposal", "timing", "deferred_tax", "deferred_expense",
    "llcr", "plcr", "ltv", "largest_tenant", "in_default", "cured", "senior_debt", "preferred_owed",
)  # fmt: skip
"""Lines that a run keeps, each of shape (months, scenarios)."""


@dataclass(slots=True)
class Flows:
    """What happened; lines of shape (months, scenarios)."""

    lines: dict[str, Array] = field(default_factory=dict)
    balances: dict[str, Array] = field(default_factory=dict)
    """By loan, at each month's end."""
    interest: dict[str, Array] = field(default_factory=dict)
    """By loan: accrued after completion."""


class _Month:
    """State that goes from month to month, arrays of shape (scenarios,)."""

    def __init__(self, count: int, loans: int) -> None:
        def zeros() -> Array:
            return np.zeros(count)

        self.cash, self.reserve, self.refresh = zeros(), zeros(), zeros()
        self.assets, self.open_losses = zeros(), zeros()
        self.contributed, self.retained = zeros(), zeros()
        self.year_income, self.year_tax, self.losses = zeros(), zeros(), zeros()
        self.preferred = zeros()
        self.damages = zeros()
        self.balance = np.zeros((loans, count))
        self.opened = np.zeros((loans, count))
        self.arrears = np.zeros((loans, count))


def simulate(plan: Plan, money: Financing, drivers: Drivers, keep: tuple[str, ...] = ROWS) -> Flows:
    """Run a deal's months for every scenario.

    Parameters
    ----------
    keep
        Lines to hold on to; fewer are faster and smaller.
    """
    return _Run(plan, money, drivers, keep).run()


class _Run:
    def __init__(self, plan: Plan, money: Financing, drivers: Drivers, keep: tuple[str, ...]) -> None:
        self.plan, self.money, self.d = plan, money, drivers
        deal = plan.deal
        self.keep = frozenset(keep)
        self.full = self.keep == frozenset(ROWS)
        self.months, self.end, self.count = plan.months, plan.completion, drivers.count
        self.index = np.arange(self.months)
        self.loans = plan.loans
        self.senior = [p for p, loan in enumerate(self.loans) if loan.rank == "senior"]
        self.junior = [p for p, loan in enumerate(self.loans) if loan.rank != "senior"]
        self.junior.sort(key=lambda p: self.loans[p].rank == "mezzanine")
        self.taken_over = {loan.refinances for loan in self.loans}
        self.floating = [bool(t.rate_frac is None) for t in deal.debt]
        self.spared = [1.0 - (t.swap.share_frac if t.swap else 0.0) for t in deal.debt]
        self.covenants, self.reserves = deal.covenants, deal.reserves
        self.tax_rate = deal.tax.rate_frac if deal.tax else 0.0
        self.loss_limit = deal.tax.loss_limit_frac if deal.tax else 1.0
        self.calendar = (deal.close.month - 1 + self.index) % 12
        self.flows = Flows({n: np.zeros((self.months, self.count)) for n in keep})
        if self.full:
            names = [loan.name for loan in self.loans]
            self.flows.balances = {n: np.zeros((self.months, self.count)) for n in names}
            self.flows.interest = {n: np.zeros((self.months, self.count)) for n in names}
        self.uses, self.capital_uses = plan.uses_total, plan.capital_uses
        self.given = Streams(plan, money, drivers)
        self.watch = Watch(plan, money, self.given, drivers)

    def run(self) -> Flows:
        state = _Month(self.count, len(self.loans))
        due_sum = np.zeros((12, self.count))
        cash_sum = np.zeros((12, self.count))
        for t in range(self.months):
            self._month(t, state, due_sum, cash_sum)
        if self.full:
            book_deferred_tax(self.flows.lines, self.tax_rate)
            note_ratios(self.flows.lines, self.watch)
        return self.flows

    def _put(self, name: str, t: int, value: Array | Truth | float) -> None:
        if name in self.keep:
            self.flows.lines[name][t] = value

    def _month(self, t: int, s: _Month, due_sum: Array, cash_sum: Array) -> None:
        plan, money = self.plan, self.money
        last = t == self.months - 1
        given = self.given
        revenue, power, operation = given.revenue[t], given.power[t], given.operation[t]
        taxes, letter, cfads = plan.property_tax[t], given.letter[t], given.cfads[t]
        working = money.working if t == self.end + 1 else 0.0
        escrow_earned = float(money.escrow_earned[:, t].sum())
        earned = (s.cash + s.reserve + s.refresh) * (self.reserves.earns_frac / 12.0)
        damages = self._damages(t, s)
        interest = self._interest(t, s)
        income = (
            revenue - power - operation - letter - taxes + earned + escrow_earned + damages
            + given.exit[t] - interest.sum(axis=0)
        )  # fmt: skip
        tax = self._tax(t, s, income - given.tax_book[t])
        credit = plan.credits[t]
        uses, capital_uses, capitalised, equity_in = self._construct(t, s)
        beside = self._renew(t, s, given.saving[t])
        pool = s.cash - working + cfads + earned + damages + given.exit[t] + credit - tax - beside
        taken, pool = _fill(pool, s.reserve) if t > self.end else (np.zeros(self.count), pool)
        s.reserve = s.reserve - taken
        support = np.maximum(-pool, 0.0)
        pool = pool + support
        takeout = self._takeout(t, s)
        pool = pool + takeout
        paid_interest, paid_principal, due, pool = self._serve(t, s, self.senior, interest, pool)
        self._note(t, due_sum, cash_sum, due, cfads)
        pool = self._top_up(t, s, pool)
        other_interest, other_principal, _, pool = self._serve(t, s, self.junior, interest, pool)
        cover = self._cover(due_sum, cash_sum)
        cured = self.watch.lacking(t, cover, due_sum.sum(axis=0), cash_sum.sum(axis=0))
        if cured.any():
            pool, support = pool + cured, support + cured
            cash_sum[t % 12] += cured
            cover = self._cover(due_sum, cash_sum)
        senior, owing = s.balance[self.senior].sum(axis=0), s.balance.sum(axis=0)
        locked, default = self.watch.test(t, cover, senior, owing, s.arrears.sum(axis=0))
        swept, pool = self._sweep(t, s, pool, cover, default)
        if last:
            more, pool = self._settle(s, pool)
            paid_principal = paid_principal + more
        preferred, common, pool = self._pay_out(s, pool, locked, last=last)
        s.cash = pool
        bought = capital_uses + capitalised + given.refresh_cost[t]
        after_tax = income - tax + credit
        net, disposal = self._account(t, s, bought, after_tax, equity_in + support, preferred + common)
        self._by_loan(t, s, interest)
        for name, value in (
            ("revenue", revenue), ("power_cost", power), ("operating_cost", operation),
            ("property_tax", taxes), ("receivables", given.owed[t]), ("cfads", cfads),
            ("interest_earned", earned + escrow_earned), ("damages", damages),
            ("exit_value", given.exit[t]),
            ("income_tax", tax), ("credit", credit), ("refresh_cost", given.refresh_cost[t]),
            ("support", support), ("senior_interest", paid_interest), ("senior_principal", paid_principal),
            ("senior_due", due), ("other_interest", other_interest), ("other_principal", other_principal),
            ("swept", swept), ("unpaid", s.arrears.sum(axis=0)), ("takeout", takeout),
            ("reserve", s.reserve), ("refresh_reserve", s.refresh), ("escrow", money.escrow[:, t].sum()),
            ("cash", s.cash), ("letter_fee", letter), ("uses", uses), ("reserve_uses", uses - capital_uses),
            ("capitalised", capitalised), ("preferred_in", given.preferred_in[t]),
            ("equity", equity_in), ("preferred_paid", preferred), ("distribution", common),
            ("book_depreciation", given.book[t]), ("interest_expense", interest.sum(axis=0)),
            ("assets", s.assets), ("debt", s.balance.sum(axis=0)), ("contributed", s.contributed),
            ("retained", s.retained), ("net_income", net), ("locked", locked), ("trailing_dscr", cover),
            ("tax_depreciation", given.tax_book[t]), ("loss_carried", s.open_losses),
            ("disposal", disposal), ("timing", given.timing[t]), ("in_default", default), ("cured", cured),
            ("senior_debt", s.balance[self.senior].sum(axis=0)), ("preferred_owed", s.preferred),
        ):  # fmt: skip
            self._put(name, t, value)

    def _account(
        self, t: int, s: _Month, bought: Array, after_tax: Array, put_in: Array, paid_out: Array
    ) -> tuple[Array, Array]:
        """Carry assets and equity on; return income before deferred tax, and what the sale disposes of."""
        book = self.given.book[t]
        s.assets = s.assets + bought - book
        sold = t == self.months - 1 and self.plan.deal.exit is not None
        disposal = s.assets if sold else np.zeros(self.count)
        s.assets = s.assets - disposal
        net = after_tax - book - disposal
        s.contributed = s.contributed + put_in
        s.retained = s.retained + net - paid_out
        return net, disposal

    def _construct(self, t: int, s: _Month) -> tuple[Array, Array, float, Array]:
        """Loans and owners pay uses; financing cost goes on the loan, or out of escrow."""
        money = self.money
        uses = self.uses[t] + self.given.extra[t]
        capital_uses = self.capital_uses[t] * self.d.capital
        equity_in = self.given.common_in[t] + self.given.preferred_in[t] + self.given.extra[t]
        s.preferred = s.preferred * (1.0 + self.given.dividend) + self.given.preferred_in[t]
        if t <= self.end:
            s.balance += (money.balance[:, t] - (money.balance[:, t - 1] if t else 0.0))[:, None]
        if t == self.end:
            s.opened = np.repeat(money.commitment[:, None], self.count, axis=1)
            s.cash = s.cash + money.surplus + money.working
            s.reserve = s.reserve + money.reserve_funded
        s.cash = s.cash + (uses - capital_uses)
        return uses, capital_uses, float(money.capitalised[:, t].sum()), equity_in

    def _renew(self, t: int, s: _Month, saving: Array) -> Array:
        """Buy what is renewed out of what was saved; return what the savings lack."""
        s.refresh = s.refresh + saving
        from_saved = np.minimum(self.given.refresh_cost[t], s.refresh)
        s.refresh = s.refresh - from_saved
        return np.asarray(self.given.refresh_cost[t] - from_saved)

    def _by_loan(self, t: int, s: _Month, interest: Array) -> None:
        if self.full:
            for place, loan in enumerate(self.loans):
                self.flows.balances[loan.name][t] = s.balance[place]
                self.flows.interest[loan.name][t] = interest[place]

    def _damages(self, t: int, s: _Month) -> Array | float:
        terms = self.plan.deal.delay_damages
        if terms is None:
            return 0.0
        paid: Array = np.minimum(self.given.late[t] * terms.damages_usd_per_month, terms.most_usd - s.damages)
        s.damages = s.damages + paid
        return paid

    def _interest(self, t: int, s: _Month) -> Array:
        """Interest that accrues after completion, by loan."""
        accrued = np.zeros_like(s.balance)
        for place, loan in enumerate(self.loans):
            if t >= loan.first:
                rate = loan.rate_frac[t]
                if self.floating[place]:
                    rate = rate + self.d.rate_frac * self.spared[place] / 12.0
                accrued[place] = s.balance[place] * rate
        return accrued

    def _tax(self, t: int, s: _Month, income: Array) -> Array:
        """Tax of the calendar year so far, less what was paid of it; losses are carried on."""
        if self.tax_rate == 0.0:
            return np.zeros(self.count)
        if self.calendar[t] == 0 and t > 0:
            used = np.minimum(s.losses, self.loss_limit * np.maximum(s.year_income, 0.0))
            s.losses = s.losses - used + np.maximum(-s.year_income, 0.0)
            s.year_income, s.year_tax = np.zeros(self.count), np.zeros(self.count)
        s.year_income = s.year_income + income
        positive = np.maximum(s.year_income, 0.0)
        used = np.minimum(s.losses, self.loss_limit * positive)
        s.open_losses = s.losses - used + np.maximum(-s.year_income, 0.0)
        due = self.tax_rate * (positive - used)
        paid = due - s.year_tax
        s.year_tax = due
        return np.asarray(paid)

    def _takeout(self, t: int, s: _Month) -> Array:
        """A refinancing pays what another loan owes at its maturity."""
        total = np.zeros(self.count)
        for place, loan in enumerate(self.loans):
            if loan.refinances >= 0 and t == self.loans[loan.refinances].maturity:
                s.balance[place] = s.balance[loan.refinances].copy()
                s.opened[place] = s.balance[place]
                total = total + s.balance[place]
        return total

    def _serve(
        self, t: int, s: _Month, places: list[int], interest: Array, pool: Array
    ) -> tuple[Array, Array, Array, Array]:
        """Pay interest, then principal, of loans in their order; what is not paid stays owed."""
        interest_paid, principal_paid = np.zeros(self.count), np.zeros(self.count)
        due_all = np.zeros(self.count)
        with_reserve = places is self.senior
        for place in places:
            loan = self.loans[place]
            if t < loan.first or t <= self.end:
                continue
            due = interest[place]
            paid, pool = self._pay(s, due, pool, reserve=with_reserve)
            s.balance[place] += due - paid
            s.arrears[place] += due - paid
            interest_paid, due_all = interest_paid + paid, due_all + due
            scheduled = s.opened[place] * self.money.principal[place][t]
            owed = np.minimum(scheduled + s.arrears[place], s.balance[place])
            if t >= loan.maturity:
                owed = s.balance[place].copy()
            paid, pool = self._pay(s, owed, pool, reserve=with_reserve)
            s.balance[place] -= paid
            s.arrears[place] = np.maximum(owed - paid, 0.0)
            principal_paid = principal_paid + paid
            if t == loan.maturity:
                # What another loan takes over is no service out of cash.
                due_all = due_all + (owed if place not in self.taken_over else 0.0)
            else:
                due_all = due_all + np.minimum(scheduled, owed)
        return interest_paid, principal_paid, due_all, pool

    @staticmethod
    def _pay(s: _Month, due: Array, pool: Array, *, reserve: bool) -> tuple[Array, Array]:
        from_pool = np.minimum(due, pool)
        paid = from_pool
        if reserve:
            from_reserve = np.minimum(due - from_pool, s.reserve)
            s.reserve = s.reserve - from_reserve
            paid = from_pool + from_reserve
        return paid, pool - from_pool

    def _note(self, t: int, due_sum: Array, cash_sum: Array, due: Array, cfads: Array) -> None:
        if t <= self.end:
            return
        place = t % 12
        due_sum[place], cash_sum[place] = due, cfads

    @staticmethod
    def _cover(due_sum: Array, cash_sum: Array) -> Array:
        due = due_sum.sum(axis=0)
        return np.asarray(
            np.divide(cash_sum.sum(axis=0), due, out=np.full(due.shape, np.inf), where=due > 1e-9)
        )

    def _top_up(self, t: int, s: _Month, pool: Array) -> Array:
        if t <= self.end:
            return pool
        wanted = self.money.reserve_target[t] - s.reserve
        moved = np.where(wanted > 0.0, np.minimum(wanted, pool), wanted)
        s.reserve = s.reserve + moved
        return np.asarray(pool - moved)

    def _sweep(self, t: int, s: _Month, pool: Array, cover: Array, default: Truth) -> tuple[Array, Array]:
        terms = self.covenants
        swept = np.zeros(self.count)
        all_of_it = default & (terms.on_default == "sweep")
        if t <= self.end or (terms.sweep_frac == 0.0 and not all_of_it.any()):
            return swept, pool
        gate = terms.sweep_below_dscr_ratio
        free = np.maximum(pool - self.reserves.least_cash_usd, 0.0)
        open_ = all_of_it if gate is None else all_of_it | (cover < gate)
        share = np.where(all_of_it, 1.0, terms.sweep_frac) * (1.0 if gate is None else open_)
        left = share * free
        for place in self.senior:
            if t >= self.loans[place].first:
                part = np.minimum(left, s.balance[place])
                s.balance[place] -= part
                left, swept = left - part, swept + part
        return swept, pool - swept

    def _settle(self, s: _Month, pool: Array) -> tuple[Array, Array]:
        """In the last month all that is left repays what is still owed."""
        pool = pool + s.refresh + s.reserve
        s.refresh, s.reserve = np.zeros(self.count), np.zeros(self.count)
        paid = np.zeros(self.count)
        for place in (*self.senior, *self.junior):
            part = np.minimum(pool, s.balance[place])
            s.balance[place] -= part
            pool, paid = pool - part, paid + part
        return paid, pool

    def _pay_out(self, s: _Month, pool: Array, locked: Truth, *, last: bool) -> tuple[Array, Array, Array]:
        free = np.maximum(pool - self.reserves.least_cash_usd, 0.0) * ~locked
        if last:
            free = pool * (s.balance.sum(axis=0) <= 1e-3) if self.loans else pool
        preferred = np.minimum(free, s.preferred)
        s.preferred = s.preferred - preferred
        common = free - preferred
        return preferred, common, pool - free


def _fill(pool: Array, reserve: Array) -> tuple[Array, Array]:
    """Take from the reserve what the pool lacks."""
    taken = np.minimum(np.maximum(-pool, 0.0), reserve)
    return taken, pool + taken
