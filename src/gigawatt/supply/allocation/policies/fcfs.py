"""First come, first served: orders are filled by the day on which they were placed."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.problem import AllocationProblem, Booking, Counts


def first_come(problem: AllocationProblem) -> Counts:
    """Deliver in the order of booking, each from its due date on, ready or not.

    This is what the bookings say, so it is what every other plan is measured against. An order that the
    stock cannot fill takes what is there, in whole lots, and waits for the rest ahead of later ones.

    Returns
    -------
    Cumulative GPUs, (tenant, chip, period).
    """
    out = np.zeros((len(problem.tenants), len(problem.chips), problem.periods), dtype=np.int64)
    for order, period, gpus in deliveries_by_order(problem):
        out[order.tenant, order.chip, period:] += gpus
    return out


def owed(problem: AllocationProblem) -> Counts:
    """Cumulative GPUs that nobody may go below without breaking its word, (tenant, chip, period).

    What first come, first served gives; for a tenant that consents to swaps, from the day on which each
    order must be made good.
    """
    out = np.zeros((len(problem.tenants), len(problem.chips), problem.periods), dtype=np.int64)
    for order, period, gpus in deliveries_by_order(problem):
        since = max(period, order.make_good) if problem.consents[order.tenant] else period
        out[order.tenant, order.chip, since:] += gpus
    return out


def deliveries_by_order(problem: AllocationProblem) -> list[tuple[Booking, int, int]]:
    """List the deliveries of first come, first served: order, period, GPUs."""
    queue = sorted(
        range(len(problem.bookings)), key=lambda i: (problem.bookings[i].ordered, problem.bookings[i].due, i)
    )
    left = [order.gpus for order in problem.bookings]
    gone = [0] * len(problem.chips)
    found = []
    for period in range(problem.periods):
        pool = [int(n) - out for n, out in zip(problem.stock[:, period], gone, strict=True)]
        for i in queue:
            order = problem.bookings[i]
            lot = int(problem.lot[order.chip])
            gpus = min(left[i], pool[order.chip] // lot * lot)
            if order.due > period or gpus <= 0:
                continue
            left[i] -= gpus
            pool[order.chip] -= gpus
            gone[order.chip] += gpus
            found.append((order, period, gpus))
    return found
