"""One key, one scope, one time: two values that cannot both be true."""

from __future__ import annotations

import math

from gigawatt.evidence import counting, reading
from gigawatt.evidence.bounds import ORDER
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.factors import power_of_ten, rack_factor
from gigawatt.evidence.rules.grouping import comparable, dimension, pairs, thing

PART = "part"


def different_values(known: Known) -> list[Conflict]:
    """Find claims with one key and scope whose readings do not meet, or whose names differ.

    Chips counted in racks, nodes, superchips, H100-equivalents and GPUs are compared in one unit; see
    :mod:`gigawatt.evidence.counting`.
    """
    found = []
    for one, other in pairs(known.claims, thing):
        if not one.when.is_same_as(other.when) or one.is_plan != other.is_plan:
            continue
        if one.is_plan and one.said != other.said:
            continue  # a plan that was changed: another rule tells
        if one.amount is None:
            found += _names(one, other)
        elif one.within.stage == other.within.stage and comparable(one, other):
            found += _numbers(one, other)
    return found


def _numbers(one: Claim, other: Claim) -> list[Conflict]:
    if one.amount is None or other.amount is None:
        return []
    if PART in (one.within.extent, other.within.extent) or one.part_of or other.part_of:
        return []  # several parts of one whole may differ
    fit, ids = counting.fit(one, other), (one.id, other.id)
    if not fit.never:
        return _open_count(one, other, fit)
    nearest = fit.nearest
    assert nearest is not None  # noqa: S101 - for the type checker; the fit is of comparable claims
    big, small = sorted(
        (one.amount.value * nearest.times[0], other.amount.value * nearest.times[1]), reverse=True
    )
    told = f"{one.id} says {reading.in_words(one)} of {_what(one)}, {other.id} says {reading.in_words(other)}"
    if words := counting.in_words(fit.differing):
        told += f" ({words})"
    ratio = f"; the two are apart by {reading.ratio_in_words(big / small)}" if small else ""
    found = [Conflict(ids, "same_key_different_value", f"{told}{ratio}: each is inconsistent with the other")]
    apart = [max(r.ratio, 1 / r.ratio) for r in fit.differing if 0.0 < r.ratio < math.inf]
    if ten := next((f for f in map(power_of_ten, apart) if f), None):
        text = f"{told}: apart by just {ten:,}, as where 'billion' is carried wrongly between languages"
        found.append(Conflict(ids, "factor_of_ten", text))
    factor = next((f for f in map(rack_factor, apart) if f), None)
    if dimension(one) == "chips" and factor:
        text = f"{told}: apart by just {factor}, as where a rack or a superchip is counted as a GPU"
        found.append(Conflict(ids, "factor_of_72", text))
    return found


def _open_count(one: Claim, other: Claim, fit: counting.Fit) -> list[Conflict]:
    """Tell where it hangs on a system that neither claim names whether two counts agree; else nothing."""
    if fit.always or not fit.agreeing:
        return []
    against = f"; not {counting.in_words(fit.differing)}" if fit.differing else ""
    text = (
        f"{one.id} says {reading.in_words(one)} of {_what(one)}, {other.id} says {reading.in_words(other)}: "
        f"consistent {counting.in_words(fit.agreeing)}{against}. Which system it is, is not said"
    )
    return [Conflict((one.id, other.id), "count_not_said", text)]


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
        if one.amount is None or other.amount is None or not comparable(one, other):
            continue
        if not one.when.is_same_as(other.when) or one.is_plan or other.is_plan:
            continue
        if not {one.within.stage, other.within.stage} <= set(ORDER) or one.within.stage == other.within.stage:
            continue
        early, late = sorted((one, other), key=lambda c: ORDER.index(c.within.stage or ""))
        found_in = counting.readings(late, early)
        if found_in and all(_is_more(late, early, r.times) for r in found_in):
            words = counting.in_words(found_in)
            text = (
                f"{late.id} says {reading.in_words(late)}, {early.id} says {reading.in_words(early)} of "
                f"{_what(one)}{f' ({words})' if words else ''}: {late.within.stage} cannot be more than "
                f"{early.within.stage}"
            )
            found.append(Conflict((early.id, late.id), "stages_out_of_order", text))
    return found


def _is_more(late: Claim, early: Claim, times: tuple[float, float]) -> bool:
    return reading.read(late).times(times[0]).low > reading.read(early).times(times[1]).high


def _what(claim: Claim) -> str:
    return f"{claim.actor}, {claim.subject}, {claim.instrument}, {claim.period}"
