"""A deal whose dates and amounts follow a campus: what a person writes about it, and the deal that results.

The campus comes as plain arrays by month (:class:`CampusFlows`), so that this room need not know how they
were simulated. What the campus buys before completion becomes uses, each month's payments as they fall due;
what it buys afterwards is saved up for out of cash; rents, own use, energy and operation are revenue and cost
of the months in which they arise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.finance.deal.capital import AssetTerms, Use, UseKind
from gigawatt.finance.deal.inputs import Deal, Financed
from gigawatt.finance.deal.plan import HOURS_A_MONTH
from gigawatt.finance.deal.terms import Lease, Operation, PriceStep, Refresh, Rental
from gigawatt.finance.inputs import MoneyInput
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.kernel.inputs import Day, Fraction, InputModel, Name, NonNegative, PositiveCount

Array = NDArray[np.float64]


class TransferPrice(InputModel):
    """What a GPU-hour is worth that the campus uses itself or lets by the hour."""

    site: Name | None = None
    """Default: every site without a price of its own."""
    prices: list[PriceStep] = Field(min_length=1, max_length=100)
    """Price path: regimes, up as well as down."""


class CampusFinance(Financed):
    """How a campus is financed; dates, uses, revenue and running cost come from its simulation."""

    sites: list[Name] = Field(default_factory=list, max_length=50)
    """Sites that the deal pays for. Default: all."""
    close: Day | None = None
    """Default: the first month in which something is paid. What was paid before is paid at close."""
    completion_energised_frac: Fraction = 0.95
    """Share of all GPUs that must be energised at once for completion; service of debt starts the month
    after. Default 95 %: assumed."""
    grid_connection_usd_per_kw: NonNegative = 0.0
    """Paid for each kilowatt of import that a grid step adds, on its day. Default 0: inside other costs."""
    later_saved_months: PositiveCount = 12
    """Months over which what is bought after completion is saved up for. Default 12: assumed."""
    counted: Literal["useful", "held"] = "useful"
    """Which GPU-hours of own use have the transfer price: those that make progress, or all that are held."""
    transfer: list[TransferPrice] = Field(default_factory=list, max_length=50)
    """Worth of own use. Default: only what tenants pay is revenue."""
    assets: list[AssetTerms] = Field(default_factory=list, max_length=20)
    """Tax, life and supplier by kind of asset. Default: lives as in ``money``, not written off for tax."""
    uses: list[Use] = Field(default_factory=list, max_length=50)
    """What is paid beside the campus's own purchases: land, fees, reserves."""
    operations: list[Operation] = Field(default_factory=list, max_length=50)
    """Running costs beside the simulated ones."""

    @model_validator(mode="after")
    def _one_of_a_kind(self) -> Self:
        for what, keys in (
            ("assets", [str(a.kind) for a in self.assets]),
            ("transfer", [str(t.site) for t in self.transfer]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise PydanticCustomError(
                    "given_twice",
                    "{what} speaks twice of {which}",
                    {"what": what, "which": twice[0], "remedy": "keep one of them"},
                )
        return self


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A tenant's rent by month."""

    tenant: str
    rent_usd: Array
    notice_days: float | None
    gpus: float


@dataclass(frozen=True, slots=True)
class CampusFlows:
    """What a campus pays, earns and runs, month by month; arrays of shape (months,)."""

    months: tuple[str, ...]
    """'YYYY-MM'."""
    capital_usd: Mapping[str, Array]
    """By item; what was paid before the first month stands in it."""
    kinds: Mapping[str, UseKind]
    """By item."""
    tenancies: tuple[Tenancy, ...]
    own_gpu_h: Mapping[str, Array]
    """By site: GPU-hours that no tenant pays for, useful or held ones as the terms count."""
    energy_usd: Array
    operation_usd: Array
    energised_gpu_h: Array
    useful_gpu_h: Array
    gpus: float
    """All that are delivered."""
    completion: int | None
    """Month in which the completion test is first met; None: never."""


def deal_of(name: str, terms: CampusFinance, money: MoneyInput, flows: CampusFlows) -> Deal:
    """Write the deal of a campus as it was simulated.

    Raises
    ------
    InfeasibleError
        The campus buys nothing, or never meets its completion test.
    pydantic.ValidationError
        The parts do not fit together, such as a use after completion.
    """
    close = _close(terms, flows)
    if flows.completion is None:
        raise InfeasibleError(
            f"the campus never has {100.0 * terms.completion_energised_frac:g} % of its {flows.gpus:,.0f} "
            "GPUs energised at once, so that its deal is never complete; lower finance.completion_energised, "
            "name fewer sites, or run it for longer"
        )
    end = max(flows.completion, close)
    written = _Written(terms, money, flows, close, end)
    last = len(flows.months) - 1
    running = slice(end + 1, None)
    energised = float(flows.energised_gpu_h[running].sum())
    useful = float(flows.useful_gpu_h[running].sum())
    shared = {key: getattr(terms, key) for key in Financed.model_fields}
    return Deal(
        **shared,
        name=name,
        close=_day(flows.months[close]),
        completion=_day(flows.months[end]),
        months=last - close + 1,
        price_year=money.price_year,
        basis=money.basis,
        capital_rate_frac=money.cost_of_capital_frac,
        uses=[*written.uses(), *terms.uses],
        leases=list(written.leases()),
        rentals=list(written.rentals()),
        operations=[*written.operations(), *terms.operations],
        refresh=list(written.later()),
        gpus=energised / HOURS_A_MONTH / max(last - end, 1),
        utilisation_frac=min(useful / energised, 1.0) if energised > 0.0 else 1.0,
        chip_life_years=money.chip_life_years,
        hall_life_years=money.facility_life_years,
    )


def _close(terms: CampusFinance, flows: CampusFlows) -> int:
    paid = np.asarray(sum(flows.capital_usd.values(), np.zeros(len(flows.months))))
    if not np.any(paid > 0.0):
        raise InfeasibleError("the campus buys nothing that a deal could pay for; name other sites")
    if terms.close is None:
        return int(np.flatnonzero(paid > 0.0)[0])
    month = f"{terms.close:%Y-%m}"
    if month not in flows.months:
        raise InfeasibleError(
            f"the deal closes in {month}, outside the run from {flows.months[0]} to {flows.months[-1]}; "
            "move finance.close, or leave it out"
        )
    return flows.months.index(month)


def _day(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)


class _Written:
    """The parts of a deal that the campus gives."""

    def __init__(
        self, terms: CampusFinance, money: MoneyInput, flows: CampusFlows, close: int, end: int
    ) -> None:
        self.terms, self.money, self.flows = terms, money, flows
        self.close, self.end = close, end
        self.treated = {a.kind: a for a in terms.assets}

    def paid(self, item: str) -> Array:
        """Payments for an item; those before close fall due at close."""
        row = self.flows.capital_usd[item].copy()
        row[self.close] += row[: self.close].sum()
        row[: self.close] = 0.0
        return row

    def life_years(self, kind: UseKind) -> float:
        own = self.treated.get(kind)
        if own is not None and own.book_life_years is not None:
            return own.book_life_years
        return self.money.chip_life_years if kind in ("chips", "network") else self.money.facility_life_years

    def uses(self) -> Iterator[Use]:
        for item in self.flows.capital_usd:
            row = self.paid(item)
            due = np.flatnonzero(row[: self.end + 1])
            if due.size == 0:
                continue
            first, last = int(due[0]), int(due[-1])
            kind = self.flows.kinds[item]
            treated = self.treated.get(kind)
            told: dict[str, Any] = {} if treated is None else treated.model_dump(exclude={"kind"})
            if kind != "land":
                told["book_life_years"] = self.life_years(kind)
            yield Use(
                **told,
                name=item,
                kind=kind,
                cost_usd=float(row[first : last + 1].sum()),
                from_=_day(self.flows.months[first]),
                until=_day(self.flows.months[last]) if last > first else None,
                instalments_usd=row[first : last + 1].tolist() if last > first else [],
            )

    def later(self) -> Iterator[Refresh]:
        """What is bought after completion, each month's purchases apart."""
        for item in self.flows.capital_usd:
            row = self.paid(item)
            kind = self.flows.kinds[item]
            for month in (np.flatnonzero(row[self.end + 1 :]) + self.end + 1).tolist():
                yield Refresh(
                    name=f"{item} {self.flows.months[month]}",
                    kind=kind,
                    on=_day(self.flows.months[month]),
                    cost_usd=float(row[month]),
                    saved_over_months=min(self.terms.later_saved_months, month - self.end),
                    book_life_years=self.life_years(kind),
                )

    def months_of(self, row: Array) -> tuple[date, date, list[float]] | None:
        """First month, month after the last, and the amounts between; None where nothing is there."""
        there = np.flatnonzero(row[self.close :])
        if there.size == 0:
            return None
        first, last = int(there[0]) + self.close, int(there[-1]) + self.close
        after = _day(self.flows.months[last])
        after = date(after.year + after.month // 12, after.month % 12 + 1, 1)
        return _day(self.flows.months[first]), after, row[first : last + 1].tolist()

    def leases(self) -> Iterator[Lease]:
        for tenancy in self.flows.tenancies:
            found = self.months_of(tenancy.rent_usd)
            if found is not None:
                first, after, rents = found
                yield Lease(
                    tenant=tenancy.tenant,
                    from_=first,
                    until=after,
                    rent_usd_per_month=sum(rents) / len(rents),
                    rents_usd=rents,
                    notice_days=tenancy.notice_days,
                    gpus=tenancy.gpus,
                )

    def rentals(self) -> Iterator[Rental]:
        prices = {t.site: t.prices for t in self.terms.transfer}
        for site, hours in self.flows.own_gpu_h.items():
            steps = prices.get(site, prices.get(None))
            found = self.months_of(hours)
            if steps is None or found is None:
                continue
            first, after, used = found
            most = max(used)
            shares = [min(hours / most, 1.0) for hours in used]
            yield Rental(
                name=f"own use at {site}"[:80],
                gpus=most / HOURS_A_MONTH,
                from_=first,
                until=after,
                utilisation_frac=sum(shares) / len(shares),
                utilisations_frac=shares,
                prices=steps,
                internal=True,
            )

    def operations(self) -> Iterator[Operation]:
        kinds: tuple[tuple[str, Literal["power", "operation"], Array], ...] = (
            ("energy", "power", self.flows.energy_usd),
            ("operation", "operation", self.flows.operation_usd),
        )
        for name, kind, row in kinds:
            found = self.months_of(row)
            if found is not None:
                first, after, costs = found
                yield Operation(
                    name=name,
                    kind=kind,
                    cost_usd_per_month=sum(costs) / len(costs),
                    costs_usd=costs,
                    from_=first,
                    until=after,
                )
