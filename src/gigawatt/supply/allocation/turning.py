"""The readiness date at which the verdict turns, and from which day on another should go first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.supply.allocation.energise import energise_tenant
from gigawatt.supply.allocation.policies.fcfs import first_come
from gigawatt.supply.allocation.problem import AllocationProblem, Counts, Floats, Readiness
from gigawatt.supply.allocation.swaps import find_swaps


@dataclass(frozen=True, slots=True)
class Turning:
    """How the worth of an exchange depends on the day on which one tenant's first site is ready."""

    tenant: str
    against: str
    """What is laid beside the bookings: ``given``, or ``swaps`` that were found."""
    ready: str | None
    """Day on which its first power is there as things stand; None: not within the horizon."""
    gain_gpu_months: float
    """Useful GPU-months of the exchange over the bookings as things stand."""
    harms: tuple[str, ...]
    """Tenants that energise fewer chips in some period than by the bookings, as things stand."""
    gains_from: str | None
    """First readiness day from which on the exchange makes more useful GPU-months; None: on no day."""
    harms_nobody_from: str | None
    """First readiness day from which on nobody energises later than by the bookings; None: on no day."""
    curve: tuple[tuple[str, float], ...]
    """Gain by readiness day."""

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        data = {name: getattr(self, name) for name in self.__slots__}
        curve = [{"ready": day, "gain_gpu_months": gain} for day, gain in self.curve]
        return {**data, "harms": list(self.harms), "curve": curve}


def turning_dates(problem: AllocationProblem) -> list[Turning]:
    """For each tenant whose deliveries the exchange changes: the readiness dates at which the verdict turns.

    The exchange is what really happened, where the file gives it, else the swaps that are found. All sites
    of the tenant move together, so that its first power comes in each period in turn; deliveries stay.
    """
    booked = first_come(problem)
    if problem.given is not None:
        other, against = problem.given, "given"
    else:
        other, against = find_swaps(problem)[1], "swaps"
    now = {
        tenant: (
            energise_tenant(problem, tenant, booked[tenant]).sum(axis=0),
            energise_tenant(problem, tenant, other[tenant]).sum(axis=0),
        )
        for tenant in range(len(problem.tenants))
    }
    return [
        _turning(problem, tenant, booked[tenant], other[tenant], now, against)
        for tenant in range(len(problem.tenants))
        if (other[tenant] < booked[tenant]).any() and (problem.site_tenant == tenant).any()
    ]


def _turning(
    problem: AllocationProblem,
    tenant: int,
    booked: Counts,
    other: Counts,
    now: dict[int, tuple[Counts, Counts]],
    against: str,
) -> Turning:
    months = problem.months
    rest = sum(_gain(*pair, months) for k, pair in now.items() if k != tenant)
    others_harmed = any(_harmed(*pair) for k, pair in now.items() if k != tenant)
    first = _first_power(problem, tenant)
    gains, harmless = [], []
    for ready in range(problem.periods):
        shifted = shift(problem, tenant, ready - first)
        pair = (
            energise_tenant(problem, tenant, booked, shifted).sum(axis=0),
            energise_tenant(problem, tenant, other, shifted).sum(axis=0),
        )
        gains.append(rest + _gain(*pair, months))
        harmless.append(not others_harmed and not _harmed(*pair))
    day = [start.isoformat() for start in problem.starts]
    return Turning(
        tenant=problem.tenants[tenant],
        against=against,
        ready=day[first] if first < problem.periods else None,
        gain_gpu_months=rest + _gain(*now[tenant], months),
        harms=tuple(problem.tenants[k] for k, pair in now.items() if _harmed(*pair)),
        gains_from=_from(day, [gain > 1e-9 for gain in gains]),
        harms_nobody_from=_from(day, harmless),
        curve=tuple(zip(day[:-1], gains, strict=True)),
    )


def _gain(booked: Counts, other: Counts, months: Floats) -> float:
    return float(((other - booked).sum(axis=0) * months).sum())


def _harmed(booked: Counts, other: Counts) -> bool:
    return bool((other.sum(axis=0) < booked.sum(axis=0)).any())


def _from(day: list[str], holds: list[bool]) -> str | None:
    """First day from which on something holds to the end; None where it does not hold at the end."""
    if not holds or not holds[-1]:
        return None
    last_false = max((i for i, each in enumerate(holds) if not each), default=-1)
    return day[last_false + 1]


def _first_power(problem: AllocationProblem, tenant: int) -> int:
    there = (problem.on_time.mw[problem.site_tenant == tenant] > 0).any(axis=0)
    return int(np.argmax(there)) if there.any() else problem.periods


def shift(problem: AllocationProblem, tenant: int, periods: int) -> Readiness:
    """Move power, cooling and racks of a tenant's sites by whole periods; crews stay.

    Earlier by some periods, the last known step holds to the end.
    """
    mine = problem.site_tenant == tenant
    return Readiness(
        mw=_moved(problem.on_time.mw, mine, periods),
        racks=_moved(problem.on_time.racks, mine, periods),
        crew_gpus=problem.on_time.crew_gpus,
    )


def _moved(values: Floats, sites: Any, periods: int) -> Floats:
    out = values.copy()
    count = values.shape[1]
    at = np.clip(np.arange(count) - periods, -1, count - 1)
    out[sites] = np.where(at < 0, 0.0, values[sites][:, np.maximum(at, 0)])
    return out
