"""A deal laid on its months, before any money is borrowed: what the engine and the workbook start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.capital import Use
from gigawatt.finance.deal.inputs import Deal, months_between
from gigawatt.finance.deal.loans import Loan, lay_loan, steps_by_month
from gigawatt.finance.deal.terms import Abatement, Lease, Operation, Rental
from gigawatt.finance.depreciation import yearly_shares
from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]
HOURS_A_MONTH = 8760.0 / 12.0
DAYS_OF_NOTICE = 30.0
"""Days that count as a month of notice: 90 days are three months."""
ASSETS = ("chips", "network", "hall", "power", "land", "fees")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything by month before financing; arrays of shape (months,)."""

    deal: Deal
    months: int
    completion: int
    """Index of the last month of construction."""
    uses: dict[str, Array]
    """By name, with sales tax and contingency."""
    kinds: dict[str, str]
    lease_rent: dict[str, Array]
    """By tenant: what the contract says."""
    committed: dict[str, Array]
    """By tenant: what the tenant cannot end."""
    rental: dict[str, Array]
    power_cost: Array
    operating_cost: Array
    property_tax: Array
    book_depreciation: Array
    """Of uses before financing cost."""
    book_base: float
    tax_depreciation: Array
    tax_base: float
    """Tax basis that carries a share of the financing cost."""
    paired_depreciation: Array
    """Depreciation in the accounts of that basis: what tax depreciation is ahead or behind of."""
    credits: Array
    """Investment credits received."""
    refresh_cost: Array
    refresh_saving: Array
    refresh_depreciation: Array
    collateral: Array
    """Worth of the chips at each month's end."""
    exit_value: Array
    loans: tuple[Loan, ...]
    gpu_hours: Array
    """Let or used GPU-hours."""
    tenants: dict[str, Array] = field(default_factory=dict)
    """Revenue by who pays, for concentration."""

    def at(self, day: date) -> int:
        """Month of a day."""
        return months_between(self.deal.close, day)

    @property
    def uses_total(self) -> Array:
        """All uses but financing cost, by month."""
        return np.asarray(sum(self.uses.values()))

    @property
    def capital_uses(self) -> Array:
        """Uses that become assets, by month."""
        zero = np.zeros(self.months)
        return np.asarray(sum((u for n, u in self.uses.items() if self.kinds[n] != "reserve"), zero))

    @property
    def revenue(self) -> Array:
        """Revenue of the base case, by month."""
        zero = np.zeros(self.months)
        return np.asarray(sum([*self.lease_rent.values(), *self.rental.values()], zero))


def lay_out(deal: Deal) -> Plan:
    """Lay a deal on its months."""
    months = deal.months
    end = months_between(deal.close, deal.completion)
    grid = _Grid(deal, months)
    uses = {u.name: grid.spread(u) for u in deal.uses}
    rent: dict[str, Array] = {}
    committed: dict[str, Array] = {}
    for lease in deal.leases:
        rent[lease.tenant] = rent.get(lease.tenant, np.zeros(months)) + grid.rent(lease)
        committed[lease.tenant] = committed.get(lease.tenant, np.zeros(months)) + grid.committed(lease)
    rental = {r.name: grid.rental(r) for r in deal.rentals}
    costs = {"power": np.zeros(months), "operation": np.zeros(months)}
    for cost in deal.operations:
        costs[cost.kind] += grid.running(cost)
    book, book_base = grid.book(uses, end)
    tax, tax_base, paired, credits_ = grid.tax(uses, end)
    refresh_cost, saving, refresh_book = grid.refresh()
    value = grid.collateral(uses)
    sold = np.zeros(months)
    if deal.exit is not None:
        sold[-1] = value[-1] if deal.exit.value_usd is None else deal.exit.value_usd
    return Plan(
        deal=deal,
        months=months,
        completion=end,
        uses=uses,
        kinds={u.name: u.kind for u in deal.uses},
        lease_rent=rent,
        committed=committed,
        rental=rental,
        power_cost=costs["power"],
        operating_cost=costs["operation"],
        property_tax=grid.property_tax(uses, end),
        book_depreciation=book,
        book_base=book_base,
        tax_depreciation=tax,
        tax_base=tax_base,
        paired_depreciation=paired,
        credits=credits_,
        refresh_cost=refresh_cost,
        refresh_saving=saving,
        refresh_depreciation=refresh_book,
        collateral=value,
        exit_value=sold,
        loans=tuple(lay_loan(t, deal, end, months) for t in deal.debt),
        gpu_hours=grid.gpu_hours(),
        tenants={**rent, **rental},
    )


class _Grid:
    """Months from close, and what lies on them."""

    def __init__(self, deal: Deal, months: int) -> None:
        self.deal = deal
        self.months = months
        self.index = np.arange(months)

    def at(self, day: date) -> int:
        return months_between(self.deal.close, day)

    def on(self, first: date, until: date | None) -> NDArray[np.bool_]:
        """Months from the first, up to but without that of ``until``."""
        end = self.months if until is None else self.at(until)
        return (self.index >= self.at(first)) & (self.index < end)

    def spread(self, use: Use) -> Array:
        row = np.zeros(self.months)
        first, last = self.at(use.from_), self.at(use.until or use.from_)
        on_top = (1.0 + use.sales_tax_frac) * (1.0 + use.contingency_frac)
        if use.instalments_usd:
            row[first : last + 1] = np.array(use.instalments_usd) * on_top
        else:
            row[first : last + 1] = use.cost_usd * on_top / (last - first + 1)
        return row

    def listed(self, amounts: list[float], first: date, until: date | None) -> Array:
        """Amounts of the months from the first, cut to the deal's months and to ``until``."""
        place = self.index - self.at(first)
        inside = self.on(first, until) & (place < len(amounts))
        return np.where(inside, np.array(amounts)[np.clip(place, 0, len(amounts) - 1)], 0.0)

    def growing(self, amount: float, first: date, until: date | None, growth: float) -> Array:
        years = np.floor_divide(np.maximum(self.index - self.at(first), 0), 12)
        return np.where(self.on(first, until), amount * (1.0 + growth) ** years, 0.0)

    def running(self, cost: Operation) -> Array:
        if cost.costs_usd:
            return self.listed(cost.costs_usd, cost.from_, cost.until)
        return self.growing(cost.cost_usd_per_month, cost.from_, cost.until, cost.growth_frac)

    def rent(self, lease: Lease) -> Array:
        if lease.rents_usd:
            return self.listed(lease.rents_usd, lease.from_, lease.until)
        return self.growing(lease.rent_usd_per_month, lease.from_, lease.until, lease.growth_frac)

    def committed(self, lease: Lease) -> Array:
        rent = self.rent(lease)
        if lease.notice_days is None:
            return rent
        # What is safe on the first day: the notice period, its last part of a month in proportion.
        since = self.index - self.at(lease.from_)
        safe = np.clip(lease.notice_days / DAYS_OF_NOTICE - since, 0.0, 1.0)
        return np.where(since >= 0, rent * safe, 0.0)

    def rental(self, rental: Rental) -> Array:
        price = steps_by_month(
            [(self.at(p.from_), p.price_usd_per_gpu_h) for p in rental.prices], self.months
        )
        return self.used_gpu_h(rental) * price

    def used_gpu_h(self, rental: Rental) -> Array:
        whole = rental.gpus * HOURS_A_MONTH
        if rental.utilisations_frac:
            return whole * self.listed(rental.utilisations_frac, rental.from_, rental.until)
        return np.where(self.on(rental.from_, rental.until), whole * rental.utilisation_frac, 0.0)

    def gpu_hours(self) -> Array:
        total = np.zeros(self.months)
        for lease in self.deal.leases:
            total += np.where(self.on(lease.from_, lease.until), lease.gpus * HOURS_A_MONTH, 0.0)
        for rental in self.deal.rentals:
            total += self.used_gpu_h(rental)
        return total

    def book(self, uses: dict[str, Array], end: int) -> tuple[Array, float]:
        row, base = np.zeros(self.months), 0.0
        for use in self.deal.uses:
            if use.kind != "reserve" and use.book_life_years is not None:
                cost = float(uses[use.name].sum())
                row += self.straight(cost, end + 1, use.book_life_years)
                base += cost
        return row, base

    def straight(self, cost: float, first: int, life_years: float) -> Array:
        length = life_years * 12.0
        left = np.clip(length - (self.index - first), 0.0, 1.0)
        return np.where(self.index >= first, cost / length * left, 0.0)

    def tax(self, uses: dict[str, Array], end: int) -> tuple[Array, float, Array, Array]:
        """Depreciation by calendar year of service, spread over the year's months in service."""
        row, paired, received = (np.zeros(self.months) for _ in range(3))
        base = 0.0
        year = (self.deal.close.month - 1 + self.index) // 12
        service = (self.deal.close.month - 1 + end + 1) // 12
        for use in self.deal.uses:
            cost = float(uses[use.name].sum())
            credit = use.credit_frac * cost
            if credit and end + 1 < self.months:
                received[end + 1] += credit
            if use.tax_class == "none" or use.kind == "reserve":
                continue
            basis = cost - 0.5 * credit
            base += basis
            if use.book_life_years is not None:
                paired += self.straight(basis, end + 1, use.book_life_years)
            if use.tax_class == "straight_line":
                shares = yearly_shares("straight_line", round(use.tax_life_years or 1.0))
            else:
                shares = yearly_shares("macrs", int(use.tax_class.split("_")[1]))
            for number, share in enumerate(shares):
                inside = (year == service + number) & (self.index > end)
                part = share * (1.0 - use.bonus_frac) + (use.bonus_frac if number == 0 else 0.0)
                if inside.any():
                    row[inside] += basis * part / inside.sum()
        return row, base, paired, received

    def refresh(self) -> tuple[Array, Array, Array]:
        cost, saving, book = (np.zeros(self.months) for _ in range(3))
        for item in self.deal.refresh:
            due = self.at(item.on)
            if not 0 < due < self.months:
                raise InfeasibleError(
                    f"refresh {item.name!r} falls on {item.on}, outside the deal's {self.months} months; "
                    "move it, or lengthen the deal"
                )
            cost[due] += item.cost_usd
            first = max(due - item.saved_over_months + 1, 0)
            saving[first : due + 1] += item.cost_usd / (due + 1 - first)
            if item.expensed:
                book[due] += item.cost_usd
            else:
                book += self.straight(item.cost_usd, due + 1, item.book_life_years)
        return cost, saving, book

    def collateral(self, uses: dict[str, Array]) -> Array:
        """Worth of the chips: each month's purchases at their age's share of the price."""
        worth = np.zeros(self.months)
        residual = self.deal.residual
        if residual is None:
            return worth
        bought = np.asarray(
            sum((uses[u.name] for u in self.deal.uses if u.kind == "chips"), np.zeros(self.months))
        )
        bought = bought + np.asarray([sum(i.cost_usd for i in self.deal.refresh
                                          if i.kind == "chips" and not i.expensed and self.at(i.on) == m)
                                      for m in self.index], dtype=np.float64)  # fmt: skip
        ages = np.arange(self.months) / 12.0
        curve = np.interp(ages, np.arange(len(residual.by_year_frac)), residual.by_year_frac)
        for month in np.flatnonzero(bought):
            worth[month:] += bought[month] * curve[: self.months - month]
        for step in residual.steps:
            worth[max(self.at(step.from_), 0) :] *= step.factor_frac
        return worth

    def property_tax(self, uses: dict[str, Array], end: int) -> Array:
        tax = self.deal.tax.property if self.deal.tax is not None else None
        row = np.zeros(self.months)
        if tax is None:
            return row
        assessed = float(sum(uses[u.name].sum() for u in self.deal.uses if u.kind not in ("reserve", "fees")))
        years = np.maximum(self.index - end - 1, 0) // 12
        value = assessed * np.maximum(1.0 - tax.decline_frac * years, 0.0)
        row = np.where(self.index > end, tax.rate_frac / 12.0 * value, 0.0)
        return (
            row if tax.abatement is None else _abated(row, value, tax.rate_frac, tax.abatement, end, assessed)
        )


def _abated(row: Array, value: Array, rate: float, terms: Abatement, end: int, invested: float) -> Array:
    """Tax on the capped value; what was forgiven comes back where a condition is not met."""
    index = np.arange(row.size)
    inside = (index > end) & (index <= end + round(12 * terms.duration_years))
    capped = np.minimum(value, terms.taxable_value_cap_usd) * rate / 12.0
    paid = np.where(inside, np.minimum(row, capped), row)
    missed = terms.jobs < terms.jobs_required or invested < terms.investment_required_usd
    test = end + round(12 * terms.tested_after_years)
    if missed and test < row.size:
        forgiven = float((row - paid)[: test + 1].sum())
        paid = np.where(index > test, row, paid)
        paid[test] += terms.claw_back_frac * forgiven
    return paid
