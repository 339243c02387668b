"""Who gets which chips, and when: one rule a file, each from a problem to cumulative deliveries."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.supply.allocation.policies.drf import dominant_fill, dominant_resource
from gigawatt.supply.allocation.policies.fcfs import first_come
from gigawatt.supply.allocation.policies.given import as_given
from gigawatt.supply.allocation.policies.max_min import max_min
from gigawatt.supply.allocation.policies.proportional import proportional
from gigawatt.supply.allocation.policies.readiness_gated import readiness_gated
from gigawatt.supply.allocation.problem import AllocationProblem, Counts

RULES: dict[str, Callable[[AllocationProblem], Counts]] = {
    "fcfs": first_come,
    "proportional": proportional,
    "max-min": max_min,
    "drf": dominant_resource,
    "readiness-gated": readiness_gated,
    "given": as_given,
}
"""Policies that are rules; ``value`` is a plan and stands in :mod:`gigawatt.supply.allocation.optimise`."""
POLICIES = ("fcfs", "proportional", "max-min", "drf", "readiness-gated", "value", "given")


def chosen(asked: str, problem: AllocationProblem) -> tuple[str, ...]:
    """Read the names of policies: one, several with commas between, or ``all``.

    ``all`` leaves ``given`` out where the file gives nothing.

    Raises
    ------
    InputError
        GW701: there is no such policy.
    """
    if asked.strip() == "all":
        return tuple(name for name in POLICIES if name != "given" or problem.given is not None)
    names = [name.strip() for name in asked.split(",")]
    unknown = [name for name in names if name not in POLICIES]
    if unknown:
        listed = ", ".join(POLICIES)
        near = [get_close_matches(name, [*POLICIES, "all"], n=1) for name in unknown]
        raise InputError(
            Problem(
                "GW701",
                f"there is no policy {name!r}",
                f"write {close[0]!r}" if close else f"choose one of {listed}, all",
            )
            for name, close in zip(unknown, near, strict=True)
        )
    return tuple(dict.fromkeys(names))


__all__ = ["POLICIES", "RULES", "chosen", "dominant_fill", "dominant_resource", "first_come"]
