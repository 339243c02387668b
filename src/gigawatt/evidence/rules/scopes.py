"""One number told of two scopes: equity and total, IT and facility, superchip and GPU, first and whole."""

from __future__ import annotations

from gigawatt.evidence import reading
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import pairs, sides, thing

SAME = 0.005
"""Numbers within half a per cent are the same headline."""


def mixed_scopes(known: Known) -> list[Conflict]:
    """Find claims with one key and number whose scopes differ."""
    found = []
    for one, other in pairs(known.claims, thing):
        if one.amount is None or other.amount is None or sides(one) == sides(other):
            continue
        if one.amount.value == 0.0:
            continue  # nothing is nothing in every scope
        close = abs(one.amount.value - other.amount.value) <= SAME * max(one.amount.value, other.amount.value)
        if not close or not (one.when.is_same_as(other.when) or one.when.is_open or other.when.is_open):
            continue
        text = (
            f"one number, two scopes: {one.id} says {reading.in_words(one)}, {other.id} "
            f"{reading.in_words(other)}, of {one.subject}: inconsistent with each other unless one names "
            "the wrong scope"
        )
        found.append(Conflict((one.id, other.id), "scope_mixed", text))
    return found
