"""Allotting scarce chips between tenants whose sites are ready or are not.

:func:`allocate` takes an :class:`AllocationInput` (what a person wrote) or an :class:`AllocationProblem`
(the same on its clock) and a policy, and gives an :class:`Allocation`.
"""

from gigawatt.supply.allocation.allocate import allocate, allocate_all
from gigawatt.supply.allocation.futures import Futures, draw_futures
from gigawatt.supply.allocation.inputs import AllocationInput
from gigawatt.supply.allocation.marginal import Marginal, marginal_values
from gigawatt.supply.allocation.policies import POLICIES
from gigawatt.supply.allocation.problem import AllocationProblem, lay_out
from gigawatt.supply.allocation.results import Allocation, TenantFigures
from gigawatt.supply.allocation.swaps import Swap, find_swaps
from gigawatt.supply.allocation.turning import Turning, turning_dates
from gigawatt.supply.allocation.uncertain import Uncertainty, plan_over_readiness

__all__ = [
    "POLICIES",
    "Allocation",
    "AllocationInput",
    "AllocationProblem",
    "Futures",
    "Marginal",
    "Swap",
    "TenantFigures",
    "Turning",
    "Uncertainty",
    "allocate",
    "allocate_all",
    "draw_futures",
    "find_swaps",
    "lay_out",
    "marginal_values",
    "plan_over_readiness",
    "turning_dates",
]
