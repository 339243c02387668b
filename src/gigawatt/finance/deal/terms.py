"""What a deal lives on and under: tenants, costs, taxes, reserves, covenants, the end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from gigawatt.finance.deal.capital import UseKind
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
    rents_usd: list[NonNegative] = Field(default_factory=list, max_length=600)
    """Rent of each month from the first, instead of ``rent`` and ``growth``."""

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
    utilisations_frac: list[Fraction] = Field(default_factory=list, max_length=600)
    """Share that is used in each month from the first, instead of ``utilisation``."""


class Operation(InputModel):
    """A running cost."""

    name: Name
    kind: Literal["power", "operation"] = "operation"
    cost_usd_per_month: NonNegative
    from_: Day = Field(alias="from")
    until: Day | None = None
    growth_frac: Number = 0.0
    """Yearly growth of the cost. Default 0."""
    costs_usd: list[NonNegative] = Field(default_factory=list, max_length=600)
    """Cost of each month from the first, instead of ``cost`` and ``growth``."""


class Abatement(InputModel):
    """Property tax forgiven while jobs and investment are as promised."""

    duration_years: Positive
    taxable_value_cap_usd: NonNegative
    """Value on which tax is still paid."""
    jobs_required: Count = 0
    jobs: Count = 0
    """Jobs that there are."""
    investment_required_usd: NonNegative = 0.0
    """What must have been invested. Default 0: no such condition."""
    tested_after_years: Positive = 5.0
    """From completion. Default 5: assumed."""
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
    kind: UseKind = "chips"
    """Only chips are collateral."""
    expensed: bool = False
    """Maintenance: saved up for alike, an expense of its month instead of an asset, and no collateral.
    Default: an asset."""
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
    """Cash that is never paid out. Default 0."""
    earns_frac: Fraction = 0.0
    """Earned on cash and reserves."""


class MarkStep(InputModel):
    """A date from which the market pays a share of what age says, more or less."""

    from_: Day = Field(alias="from")
    factor_ratio: NonNegative


class Covenants(InputModel):
    """What lenders test at each month's end after completion."""

    lock_up_dscr_ratio: NonNegative = 0.0
    """Cover over the last 12 months below which nothing is distributed."""
    default_dscr_ratio: NonNegative = 0.0
    """Cover over the last 12 months below which the loan is in default."""
    ltv_frac: Fraction | None = None
    """Largest share of the market value of chips that all debt may be; more is a default."""
    mark: list[MarkStep] = Field(default_factory=list, max_length=100)
    """What the market pays for the chips, as a share of ``residual`` at their age. Default: as much."""
    mark_follows_rent_frac: Fraction = 1.0
    """Share of a fall of rent, in a scenario, by which the mark falls too. Default 1: chips are worth what
    they earn."""
    llcr_ratio: NonNegative = 0.0
    """Worth of the cash ahead over senior debt, to its last maturity, below which nothing is distributed."""
    plcr_ratio: NonNegative = 0.0
    """The same, to the deal's end."""
    largest_tenant_frac: Fraction | None = None
    """Share of revenue by one payer above which nothing is distributed."""
    longest_delay_months: Count | None = None
    """Months after completion by which revenue must have begun; later is a default. Default: no such date."""
    sweep_frac: Fraction = 0.0
    """Share of what is left that repays senior debt early."""
    sweep_below_dscr_ratio: NonNegative | None = None
    """Only below this cover over the last 12 months. Default: always."""
    cure_months: Count = 0
    """Months in which a default may be cured before it counts as one. Default 0."""
    equity_cures: Count = 0
    """Times that owners make good a cover below its default limit, with cash that counts as cash for
    service. Default 0."""
    on_default: Literal["sweep", "lock_up"] = "sweep"
    """What a default does beside locking distributions up. Default: all free cash repays senior debt."""


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


Residual.model_rebuild()
