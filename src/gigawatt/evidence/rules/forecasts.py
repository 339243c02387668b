"""Forecasts that a later vintage replaced, or that the world did."""

from __future__ import annotations

from gigawatt.evidence import reading
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import dimension, grouped


def aged_forecasts(known: Known) -> list[Conflict]:
    """Find a forecast beside a later one, or a later fact, of the same subject that it does not meet.

    Compared are the same year, and any later year for which the newer forecast is lower still: a growing
    quantity that is to be smaller later cannot have been larger before.
    """
    found = []
    numbers = [c for c in known.claims if c.amount is not None and not c.when.is_open]
    for group in grouped(numbers, lambda c: (c.key[1:], dimension(c), c.within.level, c.within.count)):
        for old in (c for c in group if c.within.stage == "forecast"):
            newer = [c for c in group if c.said > old.said and _does_not_fit(old, c)]
            if newer:
                told = "; ".join(
                    f"{c.id} (said {c.said}) {reading.in_words(c)} for {c.period}" for c in newer
                )
                text = (
                    f"{old.id} (said {old.said}) forecasts {reading.in_words(old)} for {old.period}, "
                    f"inconsistent with what came later: {told}"
                )
                found.append(Conflict((old.id, *(c.id for c in newer)), "aged_forecast", text))
    return found


def _does_not_fit(old: Claim, new: Claim) -> bool:
    ours, theirs = reading.read(old), reading.read(new)
    if old.when.is_same_as(new.when):
        return not reading.agree(old, new)
    return new.is_plan and new.when.is_after(old.when) and theirs.high < ours.low
