"""What a person may write about money, for the ledger and the unit costs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gigawatt.kernel.inputs import Day, Fraction, InputModel, Name, NonNegative, Positive, PositiveCount


class CapitalItem(InputModel):
    """Something bought once."""

    name: Name
    site: Name
    paid: Day
    cost_usd: NonNegative
    kind: Literal["chips", "facility", "power"] = "facility"
    """Which component of the unit cost it belongs to."""


class MoneyInput(InputModel):
    """Prices and lives with which a campus's costs are counted."""

    price_year: PositiveCount = 2025
    """Year whose money every price is given in."""
    basis: Literal["real", "nominal"] = "nominal"
    cost_of_capital_frac: Fraction = 0.10
    """Yearly cost of capital. Default 10 %: assumed, between loans to chip lessors at 9 to 11 %
    (CoreWeave, 2025, effective) and equity."""
    chip_life_years: Positive = 5.0
    """Default 5: between 4 (Nebius) and 6 (CoreWeave, Alphabet, Microsoft) in company accounts."""
    facility_life_years: Positive = 14.0
    """Default 14: the life with which Epoch AI's published yearly cost of 1 GW is met (2026)."""
    hall_cost_usd_per_kw: NonNegative = 11_769.0
    """Shell, power distribution and cooling, by IT power. Default 11,769: Epoch AI, 2026
    (Cushman & Wakefield 2025: 9,300 to 15,000)."""
    operation_usd_per_kw_year: NonNegative = 300.0
    """Staff, maintenance, insurance, by installed IT power; energy apart. Default 300: Epoch AI's
    0.9 bn USD a year for 1 GW less about 0.6 bn for energy, 2026."""
    capital_items: list[CapitalItem] = Field(default_factory=list)
    """Purchases beside halls, chips and power plant, such as a water works."""
