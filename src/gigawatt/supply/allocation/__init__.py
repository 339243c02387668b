"""Allotting scarce chips between tenants whose sites are ready or are not.

:func:`allocate` takes an :class:`AllocationInput` (what a person wrote) or an :class:`AllocationProblem`
(the same on its clock) and a policy, and gives an :class:`Allocation`.
"""

from gigawatt.supply.allocation.allocate import allocate, allocate_all
from gigawatt.supply.allocation.inputs import AllocationInput
from gigawatt.supply.allocation.policies import POLICIES
from gigawatt.supply.allocation.problem import AllocationProblem, lay_out
from gigawatt.supply.allocation.results import Allocation, TenantFigures

__all__ = [
    "POLICIES",
    "Allocation",
    "AllocationInput",
    "AllocationProblem",
    "TenantFigures",
    "allocate",
    "allocate_all",
    "lay_out",
]
