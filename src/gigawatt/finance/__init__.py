"""Money: what a campus's capital and running cost come to for each unit that it makes."""

from gigawatt.finance.inputs import CapitalItem, MoneyInput
from gigawatt.finance.unit_costs import PARTS, YearOfCost, capital_recovery_factor, cost_parts

__all__ = [
    "PARTS",
    "CapitalItem",
    "MoneyInput",
    "YearOfCost",
    "capital_recovery_factor",
    "cost_parts",
]
