"""Orders, deliveries, halls and crews: how many chips are where, in which state, on which day."""

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
from gigawatt.supply.build_out import (
    BuildOut,
    build_out,
    chips_in_order,
    crew_rate,
    hall_it_power_mw,
)
from gigawatt.supply.energise import Energised, energise
from gigawatt.supply.inputs import Announcement, Crew, Delivery, Hall, Tenant, owned_shares

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
