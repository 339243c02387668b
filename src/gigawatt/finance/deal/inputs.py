"""What a person may write about a deal."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.finance.deal.capital import Equity, Tranche, Use
from gigawatt.finance.deal.terms import (
    Burn,
    Covenants,
    DelayDamages,
    Exit,
    Lease,
    Operation,
    PriceStep,
    Refresh,
    Rental,
    Reserves,
    Residual,
    Tax,
)
from gigawatt.kernel.inputs import Day, Fraction, InputModel, Name, NonNegative, Positive, PositiveCount


class Financed(InputModel):
    """What a financing is made of beside its dates, uses and revenue: who gives money, on which terms."""

    title: str = Field(default="", max_length=200)
    discount_rate_frac: Fraction = 0.12
    """Yearly rate for net present value to owners. Default 12 %: assumed (range 8 to 20 %)."""
    funding: Literal["pro_rata", "equity_first"] = "pro_rata"
    debt: list[Tranche] = Field(default_factory=list, max_length=12)
    equity: list[Equity] = Field(min_length=1, max_length=12)
    residual: Residual | None = None
    tax: Tax | None = None
    """Default: no income tax."""
    reserves: Reserves = Reserves()
    covenants: Covenants = Covenants()
    receivable_days: NonNegative = 0.0
    """Days until rent is paid. Default 0: within the month."""
    delay_damages: DelayDamages | None = None
    exit: Exit | None = None
    """Default: nothing is sold."""
    speed_tokens_per_s: NonNegative = 0.0
    """Tokens a used GPU makes in a second, for the cost of a million; 0: not told."""
    market_rent_usd_per_gpu_h: NonNegative = 0.0
    """What renting the same would cost; 0: not compared."""
    market_prices: list[PriceStep] = Field(default_factory=list, max_length=100)
    """The same by date, regimes up as well as down; instead of ``market_rent``."""
    burn: Burn | None = None

    @model_validator(mode="after")
    def _market(self) -> Self:
        if self.market_prices and self.market_rent_usd_per_gpu_h > 0.0:
            raise PydanticCustomError(
                "market_twice",
                "market_rent and market_prices both say what renting costs",
                {"remedy": "keep one of them"},
            )
        return self

    @model_validator(mode="after")
    def _collateral(self) -> Self:
        lent = [t.name for t in self.debt if t.sizing is not None and t.sizing.ltv_frac is not None]
        where = f"loan '{lent[0]}'" if lent else "covenants"
        if (lent or self.covenants.ltv_frac is not None) and self.residual is None:
            raise PydanticCustomError(
                "collateral_unknown",
                "{where} limit debt to a share of the chips' value, and nothing says what that is",
                {
                    "where": where,
                    "remedy": "give residual: {by_year: [1.0, 0.62, 0.42, ...]}, or leave out ltv",
                },
            )
        return self

    @model_validator(mode="after")
    def _people(self) -> Self:
        names = [t.name for t in self.debt] + [e.name for e in self.equity]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise PydanticCustomError(
                "name_twice",
                "'{name}' is given twice",
                {"name": min(twice), "remedy": "give each source of money its own name"},
            )
        if sum(1 for t in self.debt if t.sizing is not None) > 1:
            raise PydanticCustomError(
                "two_sized", "only one loan can be sized", {"remedy": "give the others an amount"}
            )
        open_ended = [e for e in self.equity if e.amount_usd is None]
        if len(open_ended) > 1 or any(e.kind == "preferred" for e in open_ended):
            raise PydanticCustomError(
                "equity_unclear",
                "only one owner, of common equity, may leave out the amount",
                {"remedy": "give the others an amount"},
            )
        known = {t.name for t in self.debt}
        for tranche in self.debt:
            if tranche.refinances is not None and tranche.refinances not in known - {tranche.name}:
                raise PydanticCustomError(
                    "no_such_loan",
                    "loan '{name}' refinances '{other}', which is not there",
                    {"name": tranche.name, "other": tranche.refinances, "remedy": "name another loan"},
                )
        return self


class Deal(Financed):
    """A financing, by month."""

    name: Name
    close: Day
    """Month in which the money is first there."""
    completion: Day
    """Month in which the last use is paid; service of debt starts the month after."""
    months: PositiveCount = Field(le=600)
    """Months from close to the end."""
    price_year: PositiveCount
    basis: Literal["real", "nominal"] = "nominal"
    capital_rate_frac: Fraction = 0.10
    """Cost of capital of all money together, for levelised cost. Default 10 %: assumed (6.5 to 15 %)."""
    uses: list[Use] = Field(min_length=1, max_length=100)
    leases: list[Lease] = Field(default_factory=list, max_length=100)
    rentals: list[Rental] = Field(default_factory=list, max_length=100)
    operations: list[Operation] = Field(default_factory=list, max_length=100)
    refresh: list[Refresh] = Field(default_factory=list, max_length=100)
    gpus: NonNegative = 0.0
    """GPUs on the place, for unit costs."""
    utilisation_frac: Fraction = 1.0
    """Share of their hours that is used, for unit costs."""
    chip_life_years: Positive = 5.0
    """Default 5: between 4 (Nebius) and 6 (CoreWeave, Alphabet, Microsoft) in company accounts."""
    hall_life_years: Positive = 14.0
    """Default 14: with which Epoch AI's published yearly cost of 1 GW is met (2026)."""

    @model_validator(mode="after")
    def _dates(self) -> Self:
        end = _months(self.close, self.completion)
        if not 0 <= end < self.months - 1:
            raise PydanticCustomError(
                "completion_outside",
                "completion {completion} is not inside the {months} months from {close}",
                {
                    "completion": self.completion.isoformat(),
                    "months": self.months,
                    "close": self.close.isoformat(),
                    "remedy": "set completion after close, and months long enough to repay",
                },
            )
        for use in self.uses:
            last = use.until or use.from_
            if _months(self.close, use.from_) < 0 or _months(self.close, last) > end:
                raise PydanticCustomError(
                    "use_outside",
                    "use '{name}' is paid from {first} to {last}, outside close to completion",
                    {
                        "name": use.name,
                        "first": use.from_.isoformat(),
                        "last": last.isoformat(),
                        "remedy": f"pay it between {self.close:%Y-%m} and {self.completion:%Y-%m}",
                    },
                )
        return self

    @model_validator(mode="after")
    def _lives(self) -> Self:
        years = {e.tenant: (_months(self.completion, e.until) - 1) / 12.0 for e in self.leases}
        chips = [use for use in self.uses if use.kind == "chips" and use.book_life_years is not None]
        renewed = any(item.kind == "chips" for item in self.refresh)
        for tenant, length in years.items():
            if chips and not renewed and length > max(use.book_life_years or 0.0 for use in chips) + 1e-9:
                life = max(use.book_life_years or 0.0 for use in chips)
                raise PydanticCustomError(
                    "lease_outlives_chips",
                    "the lease of '{tenant}' runs {length} years from completion, longer than the chips' "
                    "life of {life}",
                    {
                        "tenant": tenant,
                        "length": f"{length:.1f}",
                        "life": f"{life:g}",
                        "remedy": "shorten the lease, lengthen book_life, or add a refresh",
                    },
                )
        return self


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def months_between(first: date, last: date) -> int:
    """Whole calendar months from the month of one day to that of another.

    >>> months_between(date(2025, 10, 15), date(2026, 4, 1))
    6
    """
    return _months(first, last)
