"""Allot: one problem, one policy, one result."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.supply.allocation.energise import energise
from gigawatt.supply.allocation.fair import fairest_plan
from gigawatt.supply.allocation.inputs import AllocationInput
from gigawatt.supply.allocation.optimise import MILP_GAP, MILP_TIME_S, Method, best_plan, most_worth_usd
from gigawatt.supply.allocation.policies import RULES, chosen
from gigawatt.supply.allocation.policies.readiness_gated import gated
from gigawatt.supply.allocation.problem import AllocationProblem, lay_out
from gigawatt.supply.allocation.results import Allocation, measure


def allocate(
    problem: AllocationProblem | AllocationInput,
    policy: str = "value",
    *,
    method: Method = "lp",
    gap: float = MILP_GAP,
    time_s: float = MILP_TIME_S,
    fair_within_frac: float | None = None,
) -> Allocation:
    """Allot scarce chips between tenants by one policy.

    Parameters
    ----------
    problem
        Who booked what, what arrives, whose site is ready when.
    policy
        ``fcfs``, ``proportional``, ``max-min``, ``drf``, ``readiness-gated``, ``value`` or ``given``.
    method, gap, time_s
        Of ``value``: a linear program with rounding (``lp``), or branch and bound (``milp``) down to a
        relative gap or for so many seconds.
    fair_within_frac
        Of ``value``: share of the worth that may be given up for the lexicographically fairest plan; see
        :mod:`gigawatt.supply.allocation.fair`. It is then a linear program, whatever the method.

    Raises
    ------
    InputError
        GW310, GW401 to GW405: the input contradicts itself; GW701: no such policy; GW702: nothing is given.

    Examples
    --------
    >>> from gigawatt.supply import AllocationInput
    >>> one = allocate(AllocationInput.model_validate({
    ...     "name": "one", "start": "2024-01-01", "end": "2024-12-31", "period": "month",
    ...     "chips": [{"name": "h100", "it_power": "1.4 kW", "gpus_per_rack": 32, "value": "2 USD/GPU-h"}],
    ...     "tenants": [{"name": "A"}],
    ...     "sites": [{"name": "a", "tenant": "A", "power": [{"from": "2024-08-01", "it_power": "20 MW"}]}],
    ...     "supply": [{"chip": "h100", "date": "2024-01-01", "gpus": 12000}],
    ...     "bookings": [{"tenant": "A", "chip": "h100", "gpus": 12000, "ordered": "2023-12-01",
    ...                   "due": "2024-01-01"}],
    ... }), "fcfs")
    >>> one.useful_gpu_months, one.idle_gpu_months
    (60000.0, 84000.0)
    """
    return allocate_all(
        problem, policy, method=method, gap=gap, time_s=time_s, fair_within_frac=fair_within_frac
    )[0]


def allocate_all(
    problem: AllocationProblem | AllocationInput,
    policies: str | Sequence[str] = "all",
    *,
    method: Method = "lp",
    gap: float = MILP_GAP,
    time_s: float = MILP_TIME_S,
    fair_within_frac: float | None = None,
) -> list[Allocation]:
    """Allot by several policies, side by side; as :func:`allocate`.

    ``policies`` is ``all``, names with commas between, or a sequence of names.
    """
    laid = lay_out(problem) if isinstance(problem, AllocationInput) else problem
    names = chosen(policies if isinstance(policies, str) else ",".join(policies), laid)
    most = most_worth_usd(laid)
    found = []
    for name in names:
        bound = most
        if name == "value":
            if fair_within_frac is None:
                plan = best_plan(laid, method, gap=gap, time_s=time_s)
            else:
                plan = fairest_plan(laid, fair_within_frac)
            delivered, energised, bound = plan.delivered, plan.energised, plan.bound_usd
        elif name == "readiness-gated":
            delivered, energised = gated(laid)
        else:
            delivered = RULES[name](laid)
            energised = energise(laid, delivered)
        found.append(measure(laid, name, delivered, energised, bound, most))
    return found
