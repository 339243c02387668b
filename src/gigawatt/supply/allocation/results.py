"""What an allotment amounts to: figures by tenant, the same for every policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.supply.allocation.energise import by_tenant, energise_tenant
from gigawatt.supply.allocation.objective import worth_usd
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Counts

SOLVER_TOLERANCE = 1e-9
"""Relative difference between a plan and its bound that is rounding in the solver."""


@dataclass(frozen=True, slots=True)
class TenantFigures:
    """One tenant under one policy."""

    useful_gpu_months: float
    """Energised GPUs over time."""
    idle_gpu_months: float
    """Delivered GPUs that wait for power, cooling, racks or crews."""
    receipt_delay_days: float
    """Mean days that a booked GPU arrives after its due date; what never arrives counts until the end."""
    energisation_delay_days: float
    """Mean days that a delivered GPU waits until it runs; what never runs counts until the end."""
    regret_frac: float | None
    """1 - useful / what its booking, delivered when due, would have made useful; negative: better off.
    None where its booking would have made nothing useful."""
    envy_frac: float | None
    """What it would gain with the deliveries of whom it envies most, scaled to its own booking, as a share
    of the same; 0: it envies nobody."""
    envies: str
    """Whom it envies most; empty: nobody."""
    booked_gpus: int
    """Due within the horizon."""
    delivered_gpus: int
    energised_gpus: int
    """At the horizon's end."""


@dataclass(frozen=True, slots=True, repr=False)
class Allocation:
    """Who got which chips when under one policy, and what it amounts to."""

    policy: str
    problem: AllocationProblem
    delivered: Counts
    """Cumulative GPUs, (tenant, chip, period)."""
    energised: Counts
    """Cumulative GPUs, (site, chip, period), on the P50 dates."""
    tenants: dict[str, TenantFigures]
    held_gpu_months: float
    """What the supplier holds over time."""
    objective_usd: float
    bound_usd: float
    """No allotment is worth more: of the linear program, for ``value`` within what is owed."""
    price_of_fairness_frac: float | None
    """Share of the most that any allotment could be worth that this policy forgoes."""
    breaks_word_to: tuple[str, ...]
    """Tenants that get less than their bookings say, beyond what they consented to."""

    @property
    def gap(self) -> float | None:
        """(bound - objective) / |bound|; None where the bound is 0."""
        return None if self.bound_usd == 0.0 else _share(self.bound_usd - self.objective_usd, self.bound_usd)

    @property
    def useful_gpu_months(self) -> float:
        """Of all tenants."""
        return sum(t.useful_gpu_months for t in self.tenants.values())

    @property
    def idle_gpu_months(self) -> float:
        """Of all tenants."""
        return sum(t.idle_gpu_months for t in self.tenants.values())

    def __repr__(self) -> str:
        return (
            f"Allocation({self.policy!r} of {self.problem.name!r}: {self.useful_gpu_months:,.0f} useful and "
            f"{self.idle_gpu_months:,.0f} idle GPU-months, {self.objective_usd:,.0f} USD)"
        )

    def as_data(self) -> dict[str, Any]:
        """Plain data, as ``gigawatt allocate --json`` prints it."""
        return {
            "tenants": {
                name: {field: getattr(figures, field) for field in TenantFigures.__slots__}
                for name, figures in self.tenants.items()
            },
            "useful_gpu_months": self.useful_gpu_months,
            "idle_gpu_months": self.idle_gpu_months,
            "held_gpu_months": self.held_gpu_months,
            "objective_usd": self.objective_usd,
            "bound_usd": self.bound_usd,
            "gap": self.gap,
            "price_of_fairness_frac": self.price_of_fairness_frac,
            "breaks_word_to": list(self.breaks_word_to),
        }


def _share(part: float, whole: float) -> float:
    """Part of a whole; what lies within the solver's tolerance is nothing."""
    share = part / abs(whole)
    return 0.0 if abs(share) < SOLVER_TOLERANCE else share


def measure(
    problem: AllocationProblem,
    policy: str,
    delivered: Counts,
    energised: Counts,
    bound_usd: float,
    most_usd: float | None,
) -> Allocation:
    """Count what deliveries and energised chips amount to.

    Parameters
    ----------
    problem, policy
        What was allotted, by which policy.
    delivered
        Cumulative GPUs, (tenant, chip, period).
    energised
        Cumulative GPUs, (site, chip, period).
    bound_usd
        What no allotment within the policy's limits is worth more than.
    most_usd
        What no allotment at all is worth more than; None where it is not known.
    """
    worth = worth_usd(problem, delivered, energised)
    on = by_tenant(problem, energised)
    as_booked = useful_if(problem, problem.due)
    broken = np.asarray((delivered < owed(problem)).any(axis=(1, 2)))
    held = ((problem.stock - delivered.sum(axis=0)) * problem.months).sum()
    price = None if most_usd is None or most_usd <= 0 else _share(most_usd - worth, most_usd)
    return Allocation(
        policy=policy,
        problem=problem,
        delivered=delivered,
        energised=energised,
        tenants={
            name: _figures(problem, tenant, delivered, on[tenant], as_booked[tenant])
            for tenant, name in enumerate(problem.tenants)
        },
        held_gpu_months=float(held),
        objective_usd=worth,
        bound_usd=bound_usd,
        price_of_fairness_frac=price,
        breaks_word_to=tuple(
            name for name, is_broken in zip(problem.tenants, broken.tolist(), strict=True) if is_broken
        ),
    )


def useful_if(problem: AllocationProblem, delivered: Counts) -> list[float]:
    """Useful GPU-months of each tenant from cumulative deliveries, on the P50 dates."""
    return [
        float((energise_tenant(problem, tenant, delivered[tenant]).sum(axis=(0, 1)) * problem.months).sum())
        for tenant in range(len(problem.tenants))
    ]


def _figures(
    problem: AllocationProblem, tenant: int, delivered: Counts, on: Counts, as_booked: float
) -> TenantFigures:
    mine, due = delivered[tenant], problem.due[tenant]
    useful = float((on.sum(axis=0) * problem.months).sum())
    waiting = (mine - on).sum(axis=0)
    late = np.maximum(due - mine, 0).sum(axis=0)
    booked, got = int(due[:, -1].sum()), int(mine[:, -1].sum())
    envy, whom = _envy(problem, tenant, delivered, useful)
    return TenantFigures(
        useful_gpu_months=useful,
        idle_gpu_months=float((waiting * problem.months).sum()),
        receipt_delay_days=float((late * problem.days).sum()) / booked if booked else 0.0,
        energisation_delay_days=float((waiting * problem.days).sum()) / got if got else 0.0,
        regret_frac=None if as_booked == 0.0 else 1.0 - useful / as_booked,
        envy_frac=None if as_booked == 0.0 else envy / as_booked,
        envies=whom,
        booked_gpus=booked,
        delivered_gpus=got,
        energised_gpus=int(on[:, -1].sum()),
    )


def _envy(problem: AllocationProblem, tenant: int, delivered: Counts, useful: float) -> tuple[float, str]:
    """Largest gain in useful GPU-months with another's deliveries, scaled to one's own booking; and whose."""
    mine = problem.booked[tenant].astype(np.float64)
    most, whom = 0.0, ""
    for other, name in enumerate(problem.tenants):
        theirs = problem.booked[other]
        if other == tenant or not theirs.any():
            continue
        scale = np.divide(mine, theirs, out=np.zeros_like(mine), where=theirs > 0)
        lots = np.floor(delivered[other] * (scale / problem.lot)[:, None] + 1e-9).astype(np.int64)
        having = lots * problem.lot[:, None]
        energised = energise_tenant(problem, tenant, having)
        gain = float((energised.sum(axis=(0, 1)) * problem.months).sum()) - useful
        if gain > most + 1e-9:
            most, whom = gain, name
    return most, whom
