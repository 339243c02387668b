"""From parts of lots to whole ones: round a linear plan down, and put the rest where it was meant to go."""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.energise import Yard, energise_tenant
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Counts, Floats

_EPS = 1e-6


def whole_energised(problem: AllocationProblem, lots: Counts, energised: Floats) -> Counts:
    """Round energised chips to whole GPUs within every limit.

    They follow the plan site by site; a tenant for whom switching on all at once is worth more does that.

    Parameters
    ----------
    problem
        The allotment.
    lots
        Cumulative GPUs delivered, (tenant, chip, period).
    energised
        Planned cumulative GPUs, (site, chip, period).

    Returns
    -------
    Cumulative GPUs, (site, chip, period).
    """
    on = np.zeros(energised.shape, dtype=np.int64)
    for tenant in range(len(problem.tenants)):
        mine = np.flatnonzero(problem.site_tenant == tenant)
        if mine.size:
            planned = _follow(problem, tenant, lots[tenant], energised[mine])
            at_once = energise_tenant(problem, tenant, lots[tenant])
            better = _worth(problem, tenant, mine, at_once) > _worth(problem, tenant, mine, planned)
            on[mine] = at_once if better else planned
    return on


def whole_deliveries(problem: AllocationProblem, delivered: Floats) -> Counts:
    """Round deliveries, cumulative GPUs (tenant, chip, period), to whole lots within stock and bookings.

    They are rounded down, never below what is owed, and the lots that this frees go to the tenants that
    lost most of one.
    """
    floor = owed(problem)
    out = np.zeros(delivered.shape, dtype=np.int64)
    for chip, lot in enumerate(problem.lot.tolist()):
        before = np.zeros(len(problem.tenants), dtype=np.int64)
        for period in range(problem.periods):
            meant = delivered[:, chip, period]
            down = np.floor(meant / lot + _EPS).astype(np.int64) * lot
            now = np.maximum(np.maximum(down, before), floor[:, chip, period])
            left = int(problem.stock[chip, period] - now.sum())
            for tenant in np.argsort(-(meant - now), kind="stable"):
                if meant[tenant] - now[tenant] <= _EPS * lot or left < lot:
                    break
                if now[tenant] + lot <= problem.booked[tenant, chip]:
                    now[tenant] += lot
                    left -= lot
            out[:, chip, period] = before = now
    return _within_stock(problem, out, floor)


def _within_stock(problem: AllocationProblem, out: Counts, floor: Counts) -> Counts:
    """Take back, from the last lots on, what rounding up for owed lots took beyond the stock."""
    for chip, lot in enumerate(problem.lot.tolist()):
        for period in range(problem.periods - 1, -1, -1):
            if period + 1 < problem.periods:
                out[:, chip, period] = np.minimum(out[:, chip, period], out[:, chip, period + 1])
            over = int(out[:, chip, period].sum() - problem.stock[chip, period])
            spare = out[:, chip, period] - floor[:, chip, period]
            for tenant in np.argsort(-spare, kind="stable"):
                if over <= 0:
                    break
                back = min(int(spare[tenant]), -(-over // lot) * lot)
                out[tenant, chip, period] -= back
                over -= back
    return out


def _follow(problem: AllocationProblem, tenant: int, delivered: Counts, planned: Floats) -> Counts:
    """Energise as planned, (site of the tenant, chip, period), as far as whole GPUs and limits allow."""
    yard = Yard(problem, tenant, problem.on_time)
    out = np.zeros(planned.shape, dtype=np.int64)
    down = np.floor(planned + _EPS).astype(np.int64)
    up = np.ceil(planned - _EPS).astype(np.int64)
    on = np.zeros(len(problem.lot), dtype=np.int64)
    for period in range(problem.periods):
        yard.begin(period)
        for wanted in (down[:, :, period], up[:, :, period]):
            waiting = delivered[:, period] - on
            if waiting.any():
                on = on + _take(yard, wanted, planned[:, :, period], waiting)
        out[:, :, period] = yard.on
    return out


def _take(yard: Yard, wanted: Counts, meant: Floats, waiting: Counts) -> Counts:
    """Let sites take GPUs up to what is wanted, those furthest behind the plan first; GPUs by chip."""
    now = np.array(yard.on)
    taken = np.zeros(now.shape[1], dtype=np.int64)
    short = wanted - now
    for flat in np.argsort(now - meant, axis=None, kind="stable"):
        at, chip = divmod(int(flat), now.shape[1])
        if short[at, chip] > 0:
            more = min(int(short[at, chip]), yard.room(at, chip), int(waiting[chip] - taken[chip]))
            if more > 0:
                yard.take(at, chip, more)
                taken[chip] += more
    return taken


def _worth(problem: AllocationProblem, tenant: int, sites: Counts, on: Counts) -> float:
    when = problem.discount * problem.months
    gain = (problem.value[tenant] + problem.idle[tenant])[None, :, None] * on
    brought = np.diff(on.sum(axis=1), axis=1, prepend=0)
    moved = (problem.logistics[sites][:, None] * brought * problem.discount).sum()
    return float((gain.sum(axis=(0, 1)) * when).sum() - moved)
