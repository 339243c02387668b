"""Plans: told as done, replaced, or overtaken; and facts that changed with time."""

from __future__ import annotations

from itertools import combinations, pairwise

from gigawatt.evidence import counting, reading
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import comparable, grouped, thing

SAME = 0.05
"""A plan and a 'fact' within 5 % are the same number told twice."""


def plans_told_as_fact(known: Known) -> list[Conflict]:
    """Find what one claim tells as done while another still tells it as a plan.

    The plan must be said in the same month or later than the fact, or be for a time after the fact's, by a
    source that is as near to the thing or nearer; a plan that was later carried out is no conflict.
    """
    found = []
    for group in grouped((c for c in known.claims if c.amount is not None), thing):
        for fact in (c for c in group if not c.is_plan and c.within.stage != "contracted"):
            plans = [c for c in group if c.is_plan and _is_same_thing(fact, c) and _still_open(fact, c)]
            plans = [p for p in plans if known.rank(p) <= known.rank(fact)]
            if not plans:
                continue
            told = "; ".join(f"{p.id} (said {p.said}) {reading.in_words(p)}" for p in plans)
            text = (
                f"{fact.id} (said {fact.said}) tells {reading.in_words(fact)} as so in {fact.period}, "
                f"inconsistent with what tells it as a plan: {told}"
            )
            found.append(Conflict((fact.id, *(p.id for p in plans)), "plan_told_as_fact", text))
    return found


def _is_same_thing(fact: Claim, plan: Claim) -> bool:
    if fact.amount is None or plan.amount is None or fact.within.level != plan.within.level:
        return False
    if fact.amount.value == 0.0 or not counting.convertible(fact.within, plan.within):
        return False
    found = counting.readings(plan, fact)
    return bool(found) and all(r.certain and abs(r.ratio - 1) <= SAME for r in found)


def _still_open(fact: Claim, plan: Claim) -> bool:
    same_month = (plan.said.year, plan.said.month) >= (fact.said.year, fact.said.month)
    # Said before, for a time after: "next year" cannot be done this year.
    return same_month or (plan.when.is_after(fact.when) and plan.said <= fact.said)


def superseded_plans(known: Known) -> list[Conflict]:
    """Find plans that a later statement about the same key gives another value or place."""
    found = []
    for group in grouped(known.claims, thing):
        for one, other in combinations(sorted(group, key=lambda c: (c.said, c.id)), 2):
            if not one.is_plan or one.said == other.said or one.part_of or other.part_of:
                continue
            if _replaces(one, other):
                state = "a plan" if other.is_plan else "told as so"
                text = (
                    f"the plan of {one.id} (said {one.said}): {reading.in_words(one)}; later {other.id} "
                    f"(said {other.said}, {state}): {reading.in_words(other)}. The plan was superseded"
                )
                found.append(Conflict((one.id, other.id), "superseded_plan", text))
    return found


def _replaces(plan: Claim, later: Claim) -> bool:
    if plan.amount is None or later.amount is None:
        both_in_words = plan.amount is None and later.amount is None
        return both_in_words and not _states(plan) & _states(later)
    ours, theirs = plan.within, later.within
    if not comparable(plan, later):
        return False
    if "part" in (ours.extent, theirs.extent):
        return False  # one part of several does not replace another
    if ours.stage == "forecast" or theirs.stage == "forecast":
        return False  # a forecast ages: another rule tells
    about_same_time = plan.when.is_same_as(later.when) or (
        not later.is_plan and plan.when.last is not None and plan.when.last == later.when.last
    )
    return about_same_time and counting.fit(plan, later).never


def _states(claim: Claim) -> set[str]:
    return {s.casefold() for s in claim.states}


def changes(known: Known) -> list[Conflict]:
    """Find facts in words that differ at different times: both can be true, each at its own date."""
    found = []
    in_words = (c for c in known.claims if c.amount is None and not c.is_plan and not c.when.is_open)
    for group in grouped(in_words, thing):
        ordered = sorted(group, key=lambda c: (c.when.first, c.id))
        for one, other in pairwise(ordered):
            if _states(one) != _states(other) and not one.when.is_same_as(other.when):
                text = (
                    f"{one.id} says {reading.in_words(one)} for {one.period}, {other.id} says "
                    f"{reading.in_words(other)} for {other.period}: each holds at its own time"
                )
                found.append(Conflict((one.id, other.id), "changes_over_time", text))
    return found


__all__ = ["changes", "plans_told_as_fact", "superseded_plans"]
