"""What scenarios change of a deal's months, laid out before the months are run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.financing import Financing
from gigawatt.finance.deal.plan import Plan

Array = NDArray[np.float64]


class Streams:
    """Lines that the waterfall takes as they are, of shape (months, scenarios) where not told."""

    def __init__(self, plan: Plan, money: Financing, drivers: Drivers) -> None:
        self.plan, self.money, self.d = plan, money, drivers
        self.months, self.end, self.count = plan.months, plan.completion, drivers.count
        self.index = np.arange(self.months)
        self._operation()
        self._cash()
        self._assets()
        self._owners()

    def moved(self, row: Array) -> Array:
        """A line after completion, begun ``delay_months`` later."""
        if not self.d.delay_months.any():
            return np.broadcast_to(row[:, None], (self.months, self.count))
        place = self.index[:, None] - self.d.delay_months[None, :]
        after = place > self.end
        moved = np.where(after, row[np.maximum(place, 0)], 0.0)
        return np.where(self.index[:, None] <= self.end, row[:, None], moved)

    def _operation(self) -> None:
        plan = self.plan
        revenue = self.moved(plan.revenue)
        if (self.d.leave_month < self.months).any() and plan.tenants:
            largest = max(plan.tenants, key=lambda name: float(plan.tenants[name].sum()))
            gone = self.index[:, None] >= self.d.leave_month[None, :]
            revenue = revenue - np.where(gone, self.moved(plan.tenants[largest]), 0.0)
        self.revenue = revenue * self.d.rent
        self.power = self.moved(plan.power_cost) * self.d.running
        self.operation = self.moved(plan.operating_cost) * self.d.running
        since = self.index[:, None] - self.end
        self.late = ((since > 0) & (since <= self.d.delay_months[None, :])).astype(np.float64)
        """1 in a month of delay."""
        self.refresh_cost = self._sooner(plan.refresh_cost)
        self.saving = self._sooner(plan.refresh_saving)
        self.refresh_book = self._sooner(plan.refresh_depreciation)
        self.exit = np.broadcast_to(plan.exit_value[:, None], (self.months, self.count))

    def _sooner(self, row: Array) -> Array:
        if not self.d.early_months.any() or not row.any():
            return np.broadcast_to(row[:, None], (self.months, self.count))
        place = self.index[:, None] + self.d.early_months[None, :]
        return np.where(place < self.months, row[np.minimum(place, self.months - 1)], 0.0)

    def _assets(self) -> None:
        """Depreciation with the financing cost that was added to the assets."""
        plan, money = self.plan, self.money
        added = float(money.capitalised.sum())
        scale = self.d.capital
        book = plan.book_depreciation[:, None] * scale
        if plan.book_base > 0.0:
            book = book + plan.book_depreciation[:, None] * (added / plan.book_base)
        tax = plan.tax_depreciation[:, None] * scale
        if plan.tax_base > 0.0:
            tax = tax + plan.tax_depreciation[:, None] * (added / plan.tax_base)
        self.timing = self._timing(tax, added)
        """Written off for tax ahead of the accounts, at each month's end."""
        self.book = book + self.refresh_book
        # The refresh is written off for tax as it is in the accounts.
        self.tax_book = tax + self.refresh_book
        if plan.deal.exit is not None:  # what is left of the basis goes with the sale
            self.tax_book[-1] += self.refresh_cost.sum(axis=0) - self.refresh_book.sum(axis=0)
            if plan.tax_base > 0.0:
                self.tax_book[-1] += (plan.tax_base * scale + added) - tax.sum(axis=0)

    def _timing(self, tax: Array, added: float) -> Array:
        plan = self.plan
        paired = plan.paired_depreciation[:, None] * self.d.capital
        if plan.tax_base > 0.0 and plan.book_base > 0.0:
            paired = paired + plan.book_depreciation[:, None] * (added / plan.book_base)
        ahead = np.cumsum(tax - paired, axis=0)
        if plan.deal.exit is not None:  # the sale ends every difference
            ahead[-1] = 0.0
        return np.asarray(ahead)

    def _cash(self) -> None:
        """Cash for service, which no loan changes but for its letter of credit."""
        plan, money = self.plan, self.money
        self.owed = self.revenue * plan.deal.receivable_days / 30.0
        """Receivables."""
        self.owed[-1] = 0.0
        self.letter = money.letter_fee
        """Shape (months,)."""
        working = np.zeros(self.months)
        working[self.end + 1] = money.working
        change = np.diff(self.owed, axis=0, prepend=0.0)
        self.cfads = (
            self.revenue - self.power - self.operation - self.letter[:, None] - plan.property_tax[:, None]
            - change + working[:, None] - self.saving
        )  # fmt: skip

    def _owners(self) -> None:
        deal, money = self.plan.deal, self.money
        kinds = {e.name: e for e in deal.equity}
        zero = np.zeros(self.months)
        self.preferred_in = np.asarray(
            sum((row for n, row in money.equity.items() if kinds[n].kind == "preferred"), zero)
        )
        """Shape (months,), as the next."""
        self.common_in = np.asarray(
            sum((row for n, row in money.equity.items() if kinds[n].kind != "preferred"), zero)
        )
        held = {e.name: float(money.equity[e.name].sum()) for e in deal.equity if e.kind == "preferred"}
        due = sum(kinds[name].dividend_frac * amount for name, amount in held.items())
        self.dividend = due / sum(held.values()) / 12.0 if sum(held.values()) > 0.0 else 0.0
        """Preferred dividend a month."""
        self.extra = self.plan.uses_total[:, None] * (self.d.capital - 1.0)
        """Capital overrun, which owners pay."""
