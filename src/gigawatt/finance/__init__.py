"""Money: a campus's unit cost, what a lender would lend on it, and what is left for those who own it."""

from gigawatt.finance.construction import Drawn, draw
from gigawatt.finance.debt import (
    DebtSize,
    Schedule,
    annuity,
    bullet,
    discount_path,
    sculpt,
    size_debt,
    straight_line,
)
from gigawatt.finance.depreciation import depreciate, yearly_shares
from gigawatt.finance.inputs import CapitalItem, MoneyInput
from gigawatt.finance.levelised import (
    Levelised,
    implied_cost_of_capital,
    levelise,
    own_or_rent,
    recovery,
    runway_months,
)
from gigawatt.finance.returns import Irr, dated_irr, irr, moic, npv, payback_years
from gigawatt.finance.unit_costs import PARTS, YearOfCost, capital_recovery_factor, cost_parts

__all__ = [
    "PARTS",
    "CapitalItem",
    "DebtSize",
    "Drawn",
    "Irr",
    "Levelised",
    "MoneyInput",
    "Schedule",
    "YearOfCost",
    "annuity",
    "bullet",
    "capital_recovery_factor",
    "cost_parts",
    "dated_irr",
    "depreciate",
    "discount_path",
    "draw",
    "implied_cost_of_capital",
    "irr",
    "levelise",
    "moic",
    "npv",
    "own_or_rent",
    "payback_years",
    "recovery",
    "runway_months",
    "sculpt",
    "size_debt",
    "straight_line",
    "yearly_shares",
]
