"""Nothing goes where it cannot be switched on."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.energise import Yard
from gigawatt.supply.allocation.problem import AllocationProblem, Counts


def readiness_gated(problem: AllocationProblem) -> Counts:
    """Deliver as :func:`gated` does; cumulative GPUs, (tenant, chip, period)."""
    return gated(problem)[0]


def gated(problem: AllocationProblem) -> tuple[Counts, Counts]:
    """Deliver only what the tenant's sites can switch on in the same period, in whole lots.

    Orders that are due come first, in the order of booking; then, so that no chip lies idle while a ready
    site lacks one, orders that are due later are filled early, the earliest due first. What nobody can
    switch on stays with the supplier.

    Returns
    -------
    Cumulative GPUs delivered, (tenant, chip, period), and energised, (site, chip, period).
    """
    yards = [Yard(problem, tenant, problem.on_time) for tenant in range(len(problem.tenants))]
    orders = problem.bookings
    by_order = sorted(range(len(orders)), key=lambda i: (orders[i].ordered, orders[i].due, i))
    left = [order.gpus for order in orders]
    got = np.zeros((len(problem.tenants), len(problem.chips)), dtype=np.int64)
    out = np.zeros((*got.shape, problem.periods), dtype=np.int64)
    on = np.zeros((len(problem.sites), len(problem.chips), problem.periods), dtype=np.int64)
    for period in range(problem.periods):
        for yard in yards:
            yard.begin(period)
        pool = (problem.stock[:, period] - got.sum(axis=0)).tolist()
        due_first = sorted(by_order, key=lambda i: max(orders[i].due - period, 0))
        for i in due_first:
            order = orders[i]
            if left[i] and pool[order.chip]:
                yard, lot = yards[order.tenant], int(problem.lot[order.chip])
                room = yard.room_everywhere(order.chip)
                gpus = min(left[i], pool[order.chip], room) // lot * lot
                yard.fill(order.chip, gpus)
                left[i] -= gpus
                pool[order.chip] -= gpus
                got[order.tenant, order.chip] += gpus
        out[:, :, period] = got
        for yard in yards:
            for site, there in zip(yard.sites, yard.on, strict=True):
                on[site, :, period] = there
    return out, on
