"""What the money is spent on before completion, and who gives it: uses, loans, owners."""

from __future__ import annotations

from typing import Literal, Self

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
    refuse_end_before_start,
)

UseKind = Literal["chips", "network", "hall", "power", "land", "fees", "reserve"]
TaxClass = Literal[
    "macrs_3", "macrs_5", "macrs_7", "macrs_10", "macrs_15", "macrs_20", "straight_line", "none"
]


class Treatment(InputModel):
    """How something bought is taxed, written off, and from whom it comes."""

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
    def _has_its_life(self) -> Self:
        if self.tax_class == "straight_line" and self.tax_life_years is None:
            raise PydanticCustomError(
                "life_missing",
                "'{name}' is written off in a straight line for tax over no stated life",
                {
                    "name": getattr(self, "name", getattr(self, "kind", "")),
                    "remedy": "give tax_life, e.g. tax_life: 39 years",
                },
            )
        return self


class AssetTerms(Treatment):
    """The treatment of all that a campus buys of one kind."""

    kind: UseKind


class Use(Treatment):
    """Something the money is spent on before completion."""

    name: Name
    kind: UseKind
    """'reserve' is cash that stays with the borrower; all else becomes an asset."""
    cost_usd: NonNegative
    from_: Day = Field(alias="from")
    """First month of payment; even instalments by month."""
    until: Day | None = None
    """Last month of payment. Default: all in the first."""
    instalments_usd: list[NonNegative] = Field(default_factory=list, max_length=600)
    """What is paid in each month from the first to the last. Default: even."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.until is not None and self.until < self.from_:
            refuse_end_before_start(f"use {self.name!r}", self.from_, self.until)
        last = self.until or self.from_
        months = (last.year - self.from_.year) * 12 + last.month - self.from_.month + 1
        if self.instalments_usd and (
            len(self.instalments_usd) != months
            or abs(sum(self.instalments_usd) - self.cost_usd) > 1e-6 * max(self.cost_usd, 1.0)
        ):
            raise PydanticCustomError(
                "instalments_differ",
                "the {count} instalments of use '{name}' are {sum} USD together; it costs {cost} USD in "
                "{months} months",
                {
                    "name": self.name,
                    "count": len(self.instalments_usd),
                    "sum": f"{sum(self.instalments_usd):,.0f}",
                    "cost": f"{self.cost_usd:,.0f}",
                    "months": months,
                    "remedy": "give one instalment for each month from 'from' to 'until', cost in all",
                },
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
    """Months at the end of the revenue that counts that must stay free of this loan."""
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
    """Fee on the amount, paid at close. Default 0."""
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
    """From completion, before principal falls due. Default 0."""
    extensions_years: NonNegative = 0.0
    """Extensions that are taken, added to the tenor."""
    extension_fee_frac: Fraction = 0.0
    """Paid on what is owed when the tenor is first extended, with that month's interest. Default 0."""
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
