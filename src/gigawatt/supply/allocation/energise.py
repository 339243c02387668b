"""From delivered chips to energised ones: each tenant switches on what its sites can take, at once.

Chips go on in the order of what a kilowatt of them is worth, into sites in the order of the file, in
whole GPUs (chips arrive by the rack and are switched on by the tray); what runs stays on. The rule is the
same for every policy, so that their figures differ by who got what and by nothing else. It looks at no
later period: where a crew or a megawatt would be better kept for a chip that is still to come, the plan of
:mod:`gigawatt.supply.allocation.optimise` knows better.
"""

from __future__ import annotations

import numpy as np

from gigawatt.supply.allocation.problem import AllocationProblem, Counts, Readiness

_EPS = 1e-9


class Yard:
    """The sites of one tenant on their way through time; advances period by period.

    A small mutable thing inside pure functions: :func:`energise` and the readiness gate make one, use it
    and drop it.
    """

    def __init__(self, problem: AllocationProblem, tenant: int, ready: Readiness) -> None:
        self.kw = problem.kw.tolist()
        self.per_rack = problem.gpus_per_rack.tolist()
        self.sites = np.flatnonzero(problem.site_tenant == tenant).tolist()
        self.mw = [ready.mw[s].tolist() for s in self.sites]
        self.racks = [ready.racks[s].tolist() for s in self.sites]
        self.crew = [ready.crew_gpus[s].tolist() for s in self.sites]
        worth = problem.value[tenant] / problem.kw
        self.order = sorted(range(len(self.kw)), key=lambda c: (-worth[c], c))
        self.on = [[0] * len(self.kw) for _ in self.sites]
        self.used_mw = [0.0] * len(self.sites)
        self.used_racks = [0.0] * len(self.sites)
        self.left_crew = [0.0] * len(self.sites)

    def begin(self, period: int) -> None:
        """Let a period begin: crews are fresh, and what is ready by now is ready."""
        self.period = period
        self.left_crew = [crew[period] for crew in self.crew]

    def room(self, at: int, chip: int) -> int:
        """GPUs of a chip that the ``at``-th site can still switch on in this period."""
        mw = (self.mw[at][self.period] - self.used_mw[at]) * 1e3 / self.kw[chip]
        racks = (self.racks[at][self.period] - self.used_racks[at]) * self.per_rack[chip]
        return int(max(min(mw, racks, self.left_crew[at]) + _EPS, 0.0))

    def room_everywhere(self, chip: int) -> int:
        """GPUs of a chip that all sites together can still switch on in this period."""
        return sum(self.room(at, chip) for at in range(len(self.sites)))

    def take(self, at: int, chip: int, gpus: int) -> None:
        """Switch GPUs on at a site."""
        self.on[at][chip] += gpus
        self.used_mw[at] += gpus * self.kw[chip] / 1e3
        self.used_racks[at] += gpus / self.per_rack[chip]
        self.left_crew[at] -= gpus

    def fill(self, chip: int, waiting: int) -> int:
        """Switch on up to ``waiting`` GPUs of a chip; return how many went on."""
        left = waiting
        for at in range(len(self.sites)):
            if left <= 0:
                break
            gpus = min(self.room(at, chip), left)
            if gpus > 0:
                self.take(at, chip, gpus)
                left -= gpus
        return waiting - left


def energise_tenant(
    problem: AllocationProblem, tenant: int, delivered: Counts, ready: Readiness | None = None
) -> Counts:
    """Energised GPUs of one tenant, cumulative, (site of the tenant, chip, period).

    Parameters
    ----------
    problem
        The allotment.
    tenant
        Index of the tenant.
    delivered
        Cumulative GPUs that it received, (chip, period).
    ready
        What its sites can take; the P50 dates where it is left out.
    """
    yard = Yard(problem, tenant, problem.on_time if ready is None else ready)
    chips, periods = delivered.shape
    out = np.zeros((len(yard.sites), chips, periods), dtype=np.int64)
    if not yard.sites:
        return out
    rows = delivered.tolist()
    on = [0] * chips
    for period in range(periods):
        yard.begin(period)
        for chip in yard.order:
            waiting = rows[chip][period] - on[chip]
            if waiting > 0:
                on[chip] += yard.fill(chip, waiting)
        out[:, :, period] = yard.on
    return out


def energise(problem: AllocationProblem, delivered: Counts, ready: Readiness | None = None) -> Counts:
    """Energised GPUs, cumulative, (site, chip, period), from cumulative deliveries (tenant, chip, period)."""
    out = np.zeros((len(problem.sites), len(problem.chips), problem.periods), dtype=np.int64)
    for tenant in range(len(problem.tenants)):
        mine = np.flatnonzero(problem.site_tenant == tenant)
        if mine.size:
            out[mine] = energise_tenant(problem, tenant, delivered[tenant], ready)
    return out


def by_tenant(problem: AllocationProblem, energised: Counts) -> Counts:
    """Sum (site, chip, period) over the sites of each tenant."""
    out = np.zeros((len(problem.tenants), *energised.shape[1:]), dtype=np.int64)
    np.add.at(out, problem.site_tenant, energised)
    return out
