"""What a person may write about a deal."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import (
    Count,
    Day,
    Fraction,
    InputModel,
    Name,
    NonNegative,
    Number,
    Positive,
    PositiveCount,
    refuse_end_before_start,
)

UseKind = Literal["chips", "network", "hall", "power", "land", "fees", "reserve"]
TaxClass = Literal[
    "macrs_3", "macrs_5", "macrs_7", "macrs_10", "macrs_15", "macrs_20", "straight_line", "none"
]


class Use(InputModel):
    """Something the money is spent on before completion."""

    name: Name
    kind: UseKind
    """'reserve' is cash that stays with the borrower; all else becomes an asset."""
    cost_usd: NonNegative
    from_: Day = Field(alias="from")
    """First month of payment; even instalments by month."""
    until: Day | None = None
    """Last month of payment. Default: all in the first."""
    supplier: Name | None = None
    """Who is paid, where it matters whether he is an investor too."""
    sales_tax_frac: Fraction = 0.0
    """Sales and use tax on top. Default 0: data centre exemptions are common; state what holds."""
    contingency_frac: Fraction = 0.0
    """Held for overruns, spent in the base case. Default 0: inside the cost."""
    tax_class: TaxClass = "none"
    """Class for tax depreciation. Default none: not depreciated for tax."""
    tax_life_years: Positive | None = None
    """Life of straight-line tax depreciation."""
    bonus_frac: Fraction = 0.0
    """Written off for tax in the first year. Default 0; 100 % for property acquired after 2025-01-19 in the
    United States (from memory)."""
    credit_frac: Fraction = 0.0
    """Investment credit on the cost; half of it comes off the tax basis."""
    book_life_years: Positive | None = None
    """Straight-line accounting life. Default: not depreciated (land)."""

    @model_validator(mode="after")
    def _consistent(self) -> Use:
        if self.until is not None and self.until < self.from_:
            refuse_end_before_start(f"use {self.name!r}", self.from_, self.until)
        if self.tax_class == "straight_line" and self.tax_life_years is None:
            raise PydanticCustomError(
                "life_missing",
                "use '{name}' is written off in a straight line for tax over no stated life",
                {"name": self.name, "remedy": "give tax_life, e.g. tax_life: 39 years"},
            )
        return self


class RateStep(InputModel):
    """A floating base rate from a month on."""

    from_: Day = Field(alias="from")
    rate_frac: Fraction


class Swap(InputModel):
    """A share of a floating loan for which a fixed rate is paid."""

    share_frac: Fraction
    fixed_frac: Fraction


class Sizing(InputModel):
    """What limits a loan whose amount is not given; the least of them holds."""

    dscr_ratio: Positive
    """Target cover of senior service by cash before income tax."""
    gearing_frac: Fraction | None = None
    """Largest share of all uses, with financing cost. Default: all of them."""
    ltv_frac: Fraction | None = None
    """Largest share of the chips' value at any month's end."""
    tail_months: Count = 0
    """Months of committed contract that must stay free of this loan."""
    revenue: Literal["committed", "headline"] = "committed"
    """Which revenue counts. Default committed: what a tenant can end is not lent against."""


class Tranche(InputModel):
    """A loan or a bond."""

    name: Name
    rank: Literal["senior", "second_lien", "mezzanine"] = "senior"
    lender: Name | None = None
    amount_usd: Positive | None = None
    """Commitment. Give this or ``sizing``."""
    sizing: Sizing | None = None
    rate_frac: Fraction | None = None
    """Fixed yearly rate, or leave it out and give ``base`` and ``spread``."""
    base: list[RateStep] = Field(default_factory=list)
    """Floating base rate by date."""
    spread_frac: Fraction = 0.0
    """On the base rate: the tenant's credit, apart from the collateral's."""
    collateral_spread_frac: Number = 0.0
    """On the base rate: what the collateral costs or spares. Default 0."""
    swap: Swap | None = None
    upfront_frac: Fraction = 0.0
    commitment_frac: Fraction = 0.0
    """Yearly fee on what is not drawn."""
    drawn: Literal["delayed", "at_close"] = "delayed"
    """'at_close': a bond, whose proceeds wait in escrow."""
    escrow_rate_frac: Fraction = 0.0
    """Earned on proceeds in escrow."""
    repayment: Literal["sculpted", "annuity", "straight_line", "bullet"] = "annuity"
    tenor_years: Positive
    """From completion to maturity."""
    amortisation_years: Positive | None = None
    """Where longer than the tenor: a mini-perm, with a balloon at maturity."""
    interest_only_years: NonNegative = 0.0
    extensions_years: NonNegative = 0.0
    """Extensions that are taken, added to the tenor."""
    refinances: Name | None = None
    """Pays what another loan still owes at its maturity, on this loan's terms."""

    @model_validator(mode="after")
    def _consistent(self) -> Tranche:
        given = (self.amount_usd is not None) + (self.sizing is not None) + (self.refinances is not None)
        if given != 1:
            raise PydanticCustomError(
                "amount_unclear",
                "loan '{name}' needs just one of amount, sizing and refinances; it has {given}",
                {"name": self.name, "given": given, "remedy": "give its amount, or what limits it"},
            )
        if self.rate_frac is None and not self.base:
            raise PydanticCustomError(
                "rate_missing",
                "loan '{name}' has neither a rate nor a base rate",
                {"name": self.name, "remedy": "give rate: 9 %, or base: [...] and spread"},
            )
        if self.repayment == "sculpted" and self.sizing is None:
            raise PydanticCustomError(
                "sculpt_without_ratio",
                "loan '{name}' is sculpted to no cover ratio",
                {"name": self.name, "remedy": "give sizing with dscr, or another repayment"},
            )
        if self.interest_only_years >= self.tenor_years + self.extensions_years:
            raise PydanticCustomError(
                "never_repaid",
                "loan '{name}' cannot amortise: interest only for all of its {tenor} years",
                {
                    "name": self.name,
                    "tenor": f"{self.tenor_years:g}",
                    "remedy": "shorten interest_only, or write repayment: bullet",
                },
            )
        return self


class Equity(InputModel):
    """Money of owners."""

    name: Name
    kind: Literal["common", "preferred", "vendor"] = "common"
    """'vendor': common, by someone who is paid out of the uses too."""
    amount_usd: Positive | None = None
    """Default: whatever the uses still need; one owner of common equity may leave it out."""
    supplier: Name | None = None
    """Which supplier the vendor is."""
    dividend_frac: Fraction = 0.0
    """Preferred dividend a year, added up where it is not paid."""


class Lease(InputModel):
    """A tenant who pays a rent each month."""

    tenant: Name
    from_: Day = Field(alias="from")
    until: Day
    rent_usd_per_month: NonNegative
    growth_frac: Number = 0.0
    """Yearly growth of the rent."""
    notice_days: NonNegative | None = None
    """Notice after which the tenant may go at any time: only so much is committed. Default: none may."""
    gpus: NonNegative = 0.0
    """GPUs that are let, for unit costs and concentration."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Lease:
        refuse_end_before_start(f"lease of {self.tenant!r}", self.from_, self.until)
        return self


class PriceStep(InputModel):
    """A market price from a month on, until the next."""

    from_: Day = Field(alias="from")
    price_usd_per_gpu_h: NonNegative


class Rental(InputModel):
    """GPUs let by the hour, or used by the owner at a transfer price."""

    name: Name
    gpus: Positive
    from_: Day = Field(alias="from")
    until: Day | None = None
    utilisation_frac: Fraction
    prices: list[PriceStep] = Field(min_length=1)
    """Price path: regimes, up as well as down."""
    internal: bool = False
    """Used by the owner himself at this price. Default: sold."""


class Operation(InputModel):
    """A running cost."""

    name: Name
    kind: Literal["power", "operation"] = "operation"
    cost_usd_per_month: NonNegative
    from_: Day = Field(alias="from")
    until: Day | None = None
    growth_frac: Number = 0.0


class Abatement(InputModel):
    """Property tax forgiven while jobs and investment are as promised."""

    duration_years: Positive
    taxable_value_cap_usd: NonNegative
    """Value on which tax is still paid."""
    jobs_required: Count = 0
    jobs: Count = 0
    """Jobs that there are."""
    investment_required_usd: NonNegative = 0.0
    tested_after_years: Positive = 5.0
    claw_back_frac: Fraction = 1.0
    """Share of what was forgiven that is paid back where a condition is not met. Default: all of it."""


class PropertyTax(InputModel):
    """Tax on the value of the assets."""

    rate_frac: Fraction
    decline_frac: Fraction = 0.0
    """Yearly decline of the assessed value, in a straight line."""
    abatement: Abatement | None = None


class Tax(InputModel):
    """Income tax; paid as it accrues in the calendar year."""

    rate_frac: Fraction = 0.21
    """Default 21 %: United States, federal."""
    loss_limit_frac: Fraction = 0.8
    """Share of a year's income that earlier losses may offset. Default 80 %: United States, since 2018
    (from memory)."""
    property: PropertyTax | None = None


class Refresh(InputModel):
    """A later purchase that keeps the place going, saved up for."""

    name: Name
    on: Day
    cost_usd: Positive
    saved_over_months: PositiveCount = 24
    book_life_years: Positive = 5.0


class Residual(InputModel):
    """What chips are worth by age."""

    by_year_frac: list[Fraction] = Field(min_length=2)
    """Share of the price at the age of 0, 1, 2 ... years; linear between, the last holds on."""
    steps: list[ResidualStep] = Field(default_factory=list)
    """A new generation ships: every value drops."""


class ResidualStep(InputModel):
    """A date from which chips are worth a share of what their age says."""

    from_: Day = Field(alias="from")
    factor_frac: Fraction


class Reserves(InputModel):
    """Cash that lenders want to see."""

    debt_service_months: Count = 0
    """Months of senior service that are held."""
    letter_of_credit: bool = False
    """A bank's letter stands in for the cash."""
    letter_fee_frac: Fraction = 0.0
    """Yearly fee on the letter."""
    least_cash_usd: NonNegative = 0.0
    earns_frac: Fraction = 0.0
    """Earned on cash and reserves."""


class Covenants(InputModel):
    """What lenders test."""

    lock_up_dscr_ratio: NonNegative = 0.0
    """Cover over the last 12 months below which nothing is distributed."""
    default_dscr_ratio: NonNegative = 0.0
    ltv_frac: Fraction | None = None
    """Largest share of the market value of chips."""
    llcr_ratio: NonNegative = 0.0
    plcr_ratio: NonNegative = 0.0
    largest_tenant_frac: Fraction | None = None
    sweep_frac: Fraction = 0.0
    """Share of what is left that repays senior debt early."""
    sweep_below_dscr_ratio: NonNegative | None = None
    """Only below this cover over the last 12 months. Default: always."""
    cure_months: Count = 0
    """Months in which a default may be cured before it counts as one. Default 0."""


class DelayDamages(InputModel):
    """What builders pay for each month of delay after completion."""

    damages_usd_per_month: NonNegative
    most_usd: NonNegative


class Exit(InputModel):
    """What the assets fetch in the last month."""

    value_usd: NonNegative | None = None
    """A purchase option or another fixed price. Default: residual value of chips, nothing for the rest."""


class Burn(InputModel):
    """Cash and what is spent of it."""

    cash_usd: NonNegative
    burn_usd_per_month: Positive


class Deal(InputModel):
    """A financing, by month."""

    name: Name
    title: str = Field(default="", max_length=200)
    close: Day
    """Month in which the money is first there."""
    completion: Day
    """Month in which the last use is paid; service of debt starts the month after."""
    months: PositiveCount = Field(le=600)
    """Months from close to the end."""
    price_year: PositiveCount
    basis: Literal["real", "nominal"] = "nominal"
    discount_rate_frac: Fraction = 0.12
    """Yearly rate for net present value to owners. Default 12 %: assumed (range 8 to 20 %)."""
    capital_rate_frac: Fraction = 0.10
    """Cost of capital of all money together, for levelised cost. Default 10 %: assumed (6.5 to 15 %)."""
    funding: Literal["pro_rata", "equity_first"] = "pro_rata"
    uses: list[Use] = Field(min_length=1, max_length=100)
    debt: list[Tranche] = Field(default_factory=list, max_length=12)
    equity: list[Equity] = Field(min_length=1, max_length=12)
    leases: list[Lease] = Field(default_factory=list, max_length=100)
    rentals: list[Rental] = Field(default_factory=list, max_length=100)
    operations: list[Operation] = Field(default_factory=list, max_length=100)
    refresh: list[Refresh] = Field(default_factory=list, max_length=20)
    residual: Residual | None = None
    tax: Tax | None = None
    """Default: no income tax."""
    reserves: Reserves = Reserves()
    covenants: Covenants = Covenants()
    receivable_days: NonNegative = 0.0
    """Days until rent is paid."""
    delay_damages: DelayDamages | None = None
    exit: Exit | None = None
    """Default: nothing is sold."""
    gpus: NonNegative = 0.0
    """GPUs on the place, for unit costs."""
    utilisation_frac: Fraction = 1.0
    """Share of their hours that is used, for unit costs."""
    speed_tokens_per_s: NonNegative = 0.0
    """Tokens a used GPU makes in a second, for the cost of a million; 0: not told."""
    chip_life_years: Positive = 5.0
    """Default 5: between 4 (Nebius) and 6 (CoreWeave, Alphabet, Microsoft) in company accounts."""
    hall_life_years: Positive = 14.0
    """Default 14: with which Epoch AI's published yearly cost of 1 GW is met (2026)."""
    market_rent_usd_per_gpu_h: NonNegative = 0.0
    """What renting the same would cost; 0: not compared."""
    burn: Burn | None = None

    @model_validator(mode="after")
    def _dates(self) -> Deal:
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
    def _lives(self) -> Deal:
        years = {e.tenant: (_months(self.completion, e.until) - 1) / 12.0 for e in self.leases}
        chips = [use for use in self.uses if use.kind == "chips" and use.book_life_years is not None]
        renewed = bool(self.refresh)
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

    @model_validator(mode="after")
    def _people(self) -> Deal:
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


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def months_between(first: date, last: date) -> int:
    """Whole calendar months from the month of one day to that of another.

    >>> months_between(date(2025, 10, 15), date(2026, 4, 1))
    6
    """
    return _months(first, last)


Residual.model_rebuild()
