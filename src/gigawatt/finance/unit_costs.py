"""What one GPU-hour or a million tokens costs, split into parts that add up."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log1p

PARTS = ("chips", "facility", "power", "operation", "finance", "idleness")
"""Components of a unit cost, in the order in which they are shown."""


def capital_recovery_factor(rate_frac: float, life_years: float) -> float:
    """Yearly payment that repays one unit of capital over its life.

    .. math:: c = r / (1 - (1 + r)^{-n})

    Parameters
    ----------
    rate_frac
        Yearly cost of capital; 0 gives straight-line repayment.
    life_years
        Life n > 0.

    Examples
    --------
    >>> round(capital_recovery_factor(0.0653, 5.0), 4)
    0.2408
    >>> capital_recovery_factor(0.0, 4.0)
    0.25
    """
    if life_years <= 0.0:
        raise ValueError(f"a life of {life_years} years; it must be above 0")
    repaid = -expm1(-life_years * log1p(rate_frac))  # 1 - (1 + r)^-n, without cancellation
    return rate_frac / repaid if abs(rate_frac) > 1e-12 else 1.0 / life_years


@dataclass(frozen=True, slots=True)
class YearOfCost:
    """What a site cost in one period of ``years`` length and what it did with it."""

    years: float
    chips_capital_usd: float
    """Mean capital in chips during the period."""
    facility_capital_usd: float
    """Mean capital in halls, cooling, on-site power and other works."""
    power_usd: float
    """Grid energy and demand charges, fuel, variable O&M."""
    operation_usd: float
    """Staff, maintenance, water."""


def cost_parts(
    cost: YearOfCost,
    installed_units: float,
    useful_units: float,
    rate_frac: float,
    chip_life_years: float,
    facility_life_years: float,
) -> dict[str, float]:
    """Split the cost of one useful unit (a GPU-hour) into parts that add up to it.

    Chips and facility are their capital spread evenly over their lives; finance
    is what an annuity at the cost of capital takes beyond that; idleness is the
    whole cost of the units that were paid for and not used, laid on those used.

    Parameters
    ----------
    installed_units
        GPU-hours that stood on the site in the period.
    useful_units
        GPU-hours that made progress, above 0 and at most ``installed_units``.

    Returns
    -------
    dict
        One figure in USD a unit for each of :data:`PARTS`.

    Examples
    --------
    >>> year = YearOfCost(1.0, 5e9, 1.4e9, 1e8, 5e7)
    >>> parts = cost_parts(year, 8.76e8, 7.008e8, 0.10, 5.0, 14.0)
    >>> round(sum(parts.values()), 3), round(parts["idleness"], 3)
    (2.367, 0.473)
    """
    if not 0.0 < useful_units <= installed_units * (1.0 + 1e-9):
        raise ValueError(
            f"useful units are {useful_units:g}; they must be above 0 and at most {installed_units:g}"
        )
    chips = cost.chips_capital_usd / chip_life_years * cost.years
    facility = cost.facility_capital_usd / facility_life_years * cost.years
    annuities = cost.years * (
        cost.chips_capital_usd * capital_recovery_factor(rate_frac, chip_life_years)
        + cost.facility_capital_usd * capital_recovery_factor(rate_frac, facility_life_years)
    )
    whole = annuities + cost.power_usd + cost.operation_usd
    parts = {
        "chips": chips / installed_units,
        "facility": facility / installed_units,
        "power": cost.power_usd / installed_units,
        "operation": cost.operation_usd / installed_units,
        "finance": (annuities - chips - facility) / installed_units,
    }
    parts["idleness"] = whole / useful_units - whole / installed_units
    return parts
