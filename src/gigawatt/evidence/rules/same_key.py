"""One key, one scope, one time: two values that cannot both be true."""

from __future__ import annotations

from gigawatt.evidence import reading
from gigawatt.evidence.bounds import ORDER
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.factors import power_of_ten, rack_factor
from gigawatt.evidence.rules.grouping import dimension, pairs, sides, thing

PART = "part"


def different_values(known: Known) -> list[Conflict]:
    """Find claims with one key and scope whose readings do not meet, or whose names differ."""
    found = []
    for one, other in pairs(known.claims, thing):
        if not one.when.is_same_as(other.when) or one.is_plan != other.is_plan:
            continue
        if one.is_plan and one.said != other.said:
            continue  # a plan that was changed: another rule tells
        if one.amount is None:
            found += _names(one, other)
        elif one.within.stage == other.within.stage and sides(one) == sides(other):
            found += _numbers(one, other)
    return found


def _numbers(one: Claim, other: Claim) -> list[Conflict]:
    if one.amount is None or other.amount is None:
        return []
    if PART in (one.within.extent, other.within.extent) or one.part_of or other.part_of:
        return []  # several parts of one whole may differ
    if reading.agree(one, other):
        return []
    ids = (one.id, other.id)
    big, small = sorted((one.amount.value, other.amount.value), reverse=True)
    told = f"{one.id} says {reading.in_words(one)} of {_what(one)}, {other.id} says {reading.in_words(other)}"
    ratio = f"; the two are apart by {reading.ratio_in_words(big / small)}" if small else ""
    found = [Conflict(ids, "same_key_different_value", f"{told}{ratio}: each is inconsistent with the other")]
    if small and (ten := power_of_ten(big / small)):
        text = f"{told}: apart by just {ten:,}, as where 'billion' is carried wrongly between languages"
        found.append(Conflict(ids, "factor_of_ten", text))
    if small and dimension(one) == "chips" and (factor := rack_factor(big / small)):
        text = f"{told}: apart by just {factor}, as where a rack or a superchip is counted as a GPU"
        found.append(Conflict(ids, "factor_of_72", text))
    return found


def _names(one: Claim, other: Claim) -> list[Conflict]:
    ours, theirs = ({s.casefold() for s in c.states} for c in (one, other))
    if ours == theirs:
        return []
    kind = "actor_drift" if ours & theirs else "same_key_different_value"
    text = (
        f"of {_what(one)} {one.id} says {reading.in_words(one)}, {other.id} says {reading.in_words(other)}: "
        "inconsistent with each other"
    )
    return [Conflict((one.id, other.id), kind, text)]


def stages_out_of_order(known: Known) -> list[Conflict]:
    """Find more of a later stage than of an earlier one: more energised than installed."""
    found = []
    for one, other in pairs(known.claims, thing):
        if one.amount is None or other.amount is None or sides(one) != sides(other):
            continue
        if not one.when.is_same_as(other.when) or one.is_plan or other.is_plan:
            continue
        if not {one.within.stage, other.within.stage} <= set(ORDER) or one.within.stage == other.within.stage:
            continue
        early, late = sorted((one, other), key=lambda c: ORDER.index(c.within.stage or ""))
        if reading.read(late).low > reading.read(early).high:
            text = (
                f"{late.id} says {reading.in_words(late)}, {early.id} says {reading.in_words(early)} of "
                f"{_what(one)}: {late.within.stage} cannot be more than {early.within.stage}"
            )
            found.append(Conflict((early.id, late.id), "stages_out_of_order", text))
    return found


def _what(claim: Claim) -> str:
    return f"{claim.actor}, {claim.subject}, {claim.instrument}, {claim.period}"
