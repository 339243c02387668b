"""What really happened."""

from __future__ import annotations

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.supply.allocation.problem import AllocationProblem, Counts


def as_given(problem: AllocationProblem) -> Counts:
    """Repeat the deliveries that the file gives.

    Raises
    ------
    InputError
        GW702: the file gives none.
    """
    if problem.given is None:
        raise InputError(
            Problem(
                "GW702",
                f"{problem.name} has no list 'given': what really happened is not known",
                "add given: [{tenant, chip, gpus, date}], or choose another policy",
            )
        )
    return problem.given
