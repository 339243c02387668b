"""Orders, deliveries, halls and crews: how many chips are where, in which state, on which day."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gigawatt.supply.build_out import (
    BuildOut,
    build_out,
    chips_in_order,
    crew_rate,
    hall_it_power_mw,
)
from gigawatt.supply.energise import Energised, energise
from gigawatt.supply.inputs import Announcement, Crew, Delivery, Hall, Tenant, owned_shares

if TYPE_CHECKING:
    from gigawatt.supply.allocation import (
        POLICIES,
        Allocation,
        AllocationInput,
        AllocationProblem,
        TenantFigures,
        allocate,
        allocate_all,
        lay_out,
    )

_HOME = {
    "Allocation": "gigawatt.supply.allocation",
    "AllocationInput": "gigawatt.supply.allocation",
    "AllocationProblem": "gigawatt.supply.allocation",
    "POLICIES": "gigawatt.supply.allocation",
    "TenantFigures": "gigawatt.supply.allocation",
    "allocate": "gigawatt.supply.allocation",
    "allocate_all": "gigawatt.supply.allocation",
    "lay_out": "gigawatt.supply.allocation",
}
"""Names that are imported when they are first used: a campus run needs none of them."""

__all__ = [
    "POLICIES",
    "Allocation",
    "AllocationInput",
    "AllocationProblem",
    "Announcement",
    "BuildOut",
    "Crew",
    "Delivery",
    "Energised",
    "Hall",
    "Tenant",
    "TenantFigures",
    "allocate",
    "allocate_all",
    "build_out",
    "chips_in_order",
    "crew_rate",
    "energise",
    "hall_it_power_mw",
    "lay_out",
    "owned_shares",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
