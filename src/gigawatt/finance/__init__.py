"""Money: a campus's unit cost, what a lender would lend on it, and what is left for those who own it."""

from gigawatt.finance.construction import Drawn, draw
from gigawatt.finance.deal.bundled import deal_bytes, deal_names
from gigawatt.finance.deal.cases import Outcomes, break_even_rent, downside, scenarios, tornado
from gigawatt.finance.deal.engine import Drivers
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.deal.statement import Statement, entities, run
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
    "Deal",
    "DebtSize",
    "Drawn",
    "Drivers",
    "Irr",
    "Levelised",
    "MoneyInput",
    "Outcomes",
    "Schedule",
    "Statement",
    "YearOfCost",
    "annuity",
    "break_even_rent",
    "bullet",
    "capital_recovery_factor",
    "cost_parts",
    "dated_irr",
    "deal_bytes",
    "deal_names",
    "depreciate",
    "discount_path",
    "downside",
    "draw",
    "entities",
    "implied_cost_of_capital",
    "irr",
    "levelise",
    "moic",
    "npv",
    "own_or_rent",
    "payback_years",
    "recovery",
    "run",
    "runway_months",
    "scenarios",
    "sculpt",
    "size_debt",
    "straight_line",
    "tornado",
    "yearly_shares",
]
