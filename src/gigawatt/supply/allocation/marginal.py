"""What one more week of power, or one more crew, would be worth at each site."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gigawatt.supply.allocation.linear import solve
from gigawatt.supply.allocation.optimise import build
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import AllocationProblem, Readiness


@dataclass(frozen=True, slots=True)
class Marginal:
    """What would change at one site; from the plan that is worth most, made anew."""

    site: str
    tenant: str
    power_earlier_usd: float
    """Power and cooling one period (a week, or a month) earlier."""
    one_more_crew_usd: float
    """One more crew wherever crews work; 0 where crews are not limited."""

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def marginal_values(problem: AllocationProblem) -> list[Marginal]:
    """Solve the plan again with one thing changed, site by site; the largest first.

    Not read from the dual prices: a step of power is no marginal megawatt, and the dual price, which is one
    of several where plans tie, would overstate it.
    """
    floor = owed(problem)

    def worth(ready: Readiness) -> float:
        return solve(build(problem, [ready], [1.0], floor).program).objective

    base = worth(problem.on_time)
    found = []
    for site, name in enumerate(problem.sites):
        mw = problem.on_time.mw.copy()
        mw[site, :-1] = mw[site, 1:]
        crew = problem.on_time.crew_gpus.copy()
        crew[site] += problem.one_crew[site]
        earlier = worth(replace(problem.on_time, mw=mw)) - base
        crewed = (
            worth(replace(problem.on_time, crew_gpus=crew)) - base if problem.one_crew[site].any() else 0.0
        )
        tenant = problem.tenants[int(problem.site_tenant[site])]
        found.append(Marginal(name, tenant, _clean(earlier, base), _clean(crewed, base)))
    return sorted(found, key=lambda m: -max(m.power_earlier_usd, m.one_more_crew_usd))


def _clean(change: float, base: float) -> float:
    """Call a change below the solver's own tolerance nothing."""
    return float(np.where(abs(change) <= 1e-7 * max(abs(base), 1.0), 0.0, change))
