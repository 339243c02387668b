"""Money: a campus's unit cost, what a lender would lend on it, and what is left for those who own it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gigawatt.finance.deal.campus import CampusFinance
from gigawatt.finance.inputs import CapitalItem, MoneyInput
from gigawatt.finance.unit_costs import PARTS, YearOfCost, capital_recovery_factor, cost_parts

if TYPE_CHECKING:
    from gigawatt.finance.construction import Drawn, draw
    from gigawatt.finance.deal.accounts import entities
    from gigawatt.finance.deal.bundled import deal_bytes, deal_names
    from gigawatt.finance.deal.cases import Outcomes, break_even_rent, downside, scenarios, tornado
    from gigawatt.finance.deal.drivers import Drivers
    from gigawatt.finance.deal.inputs import Deal
    from gigawatt.finance.deal.statement import Statement, run
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
    from gigawatt.finance.levelised import (
        Levelised,
        implied_cost_of_capital,
        levelise,
        own_or_rent,
        recovery,
        runway_months,
    )
    from gigawatt.finance.returns import Irr, dated_irr, irr, moic, npv, payback_years

_HOME = {
    "Deal": "gigawatt.finance.deal.inputs",
    "DebtSize": "gigawatt.finance.debt",
    "Drawn": "gigawatt.finance.construction",
    "Drivers": "gigawatt.finance.deal.drivers",
    "Irr": "gigawatt.finance.returns",
    "Levelised": "gigawatt.finance.levelised",
    "Outcomes": "gigawatt.finance.deal.cases",
    "Schedule": "gigawatt.finance.debt",
    "Statement": "gigawatt.finance.deal.statement",
    "annuity": "gigawatt.finance.debt",
    "break_even_rent": "gigawatt.finance.deal.cases",
    "bullet": "gigawatt.finance.debt",
    "dated_irr": "gigawatt.finance.returns",
    "deal_bytes": "gigawatt.finance.deal.bundled",
    "deal_names": "gigawatt.finance.deal.bundled",
    "depreciate": "gigawatt.finance.depreciation",
    "discount_path": "gigawatt.finance.debt",
    "downside": "gigawatt.finance.deal.cases",
    "draw": "gigawatt.finance.construction",
    "entities": "gigawatt.finance.deal.accounts",
    "implied_cost_of_capital": "gigawatt.finance.levelised",
    "irr": "gigawatt.finance.returns",
    "levelise": "gigawatt.finance.levelised",
    "moic": "gigawatt.finance.returns",
    "npv": "gigawatt.finance.returns",
    "own_or_rent": "gigawatt.finance.levelised",
    "payback_years": "gigawatt.finance.returns",
    "recovery": "gigawatt.finance.levelised",
    "run": "gigawatt.finance.deal.statement",
    "runway_months": "gigawatt.finance.levelised",
    "scenarios": "gigawatt.finance.deal.cases",
    "sculpt": "gigawatt.finance.debt",
    "size_debt": "gigawatt.finance.debt",
    "straight_line": "gigawatt.finance.debt",
    "tornado": "gigawatt.finance.deal.cases",
    "yearly_shares": "gigawatt.finance.depreciation",
}
"""Names that are imported when they are first used: a campus run needs none of them."""

__all__ = [
    "PARTS",
    "CampusFinance",
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


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
