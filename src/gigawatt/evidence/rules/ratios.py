"""Money and power per GPU, money per megawatt and per GPU-hour, beside what has been seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigawatt.evidence import counting, reading, units
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.ranges import SeenRange, seen_ranges
from gigawatt.evidence.rules.grouping import dimension, grouped

TENS = (10.0, 100.0, 1000.0)
RACK = (72.0,)
_KIND = {
    ("money", "chips"): "usd_per_gpu",
    ("power", "chips"): "kw_per_gpu",
    ("money", "power"): "usd_per_mw",
    ("money_rate", "chips"): "usd_per_gpu_h",
}
_COUNTS_MONEY = {"total", "spending", "debt"}


@dataclass(frozen=True, slots=True)
class Derived:
    """A ratio of two claims, beside what has been seen."""

    ids: tuple[str, ...]
    kind: str
    value: float
    seen: SeenRange
    low: float
    high: float
    """Least and most that the two statements leave, with their qualifiers: 'more than' as up to twice."""
    arithmetic: str

    @property
    def holds(self) -> bool:
        """Whether what has been seen leaves room for it."""
        return self.low <= self.seen.high and self.high >= self.seen.low

    def in_words(self) -> str:
        """Write the division and the range."""
        inside = self.seen.holds(self.value)
        fit = "within" if inside else "with what was left open, within" if self.holds else "outside"
        return (
            f"{self.arithmetic} = {units.number(self.value)} {self.seen.unit}: {fit} "
            f"{units.number(self.seen.low)} to {units.number(self.seen.high)}, what has been seen "
            f"({self.seen.source})"
        )


def derived(known: Known) -> list[Derived]:
    """Form every ratio that claims allow.

    Two claims are divided where one names the other under ``for``; else where actor, subject, time and
    being plan or fact agree, the time is said, money is the whole of a total or of spending, and no other
    instrument in the same unit stands beside it.
    """
    by_id = {c.id: c for c in known.claims}
    found: list[Derived] = []
    for claim in sorted(known.claims, key=lambda c: c.id):
        found += [d for other in claim.for_ if other in by_id for d in _ratio(known, claim, by_id[other])]
        found += _direct(claim)
    by_thing = grouped(
        (c for c in known.claims if c.amount is not None and not c.for_), lambda c: (c.key[:2], c.is_plan)
    )
    for group in by_thing:
        for one in group:
            for other in group:
                pair = (dimension(one), dimension(other))
                if pair in _KIND and _go_together(one, other) and _alone(one, group):
                    found += _ratio(known, one, other)
    return list(dict.fromkeys(found))


def _go_together(one: Claim, other: Claim) -> bool:
    if one.when.is_open or not one.when.is_same_as(other.when):
        return False
    if one.within.extent in {"first", "part"} or other.within.extent in {"first", "part"}:
        return False
    if one.part_of or other.part_of:
        return False  # the chips of one kind are not all that the site's power is for
    if dimension(one) == "power":
        return one.within.stage == other.within.stage
    return one.within.capital in {"total", "spending"} or dimension(one) == "money_rate"


def _alone(one: Claim, group: list[Claim]) -> bool:
    """Whether no other instrument in the same unit stands beside it; else it is not known which is meant."""
    beside = {c.key[2] for c in group if dimension(c) == dimension(one) and c.when.is_same_as(one.when)}
    return len(beside) == 1


def _ratio(known: Known, one: Claim, other: Claim) -> list[Derived]:
    kind = _KIND.get((dimension(one), dimension(other)))
    if kind is None or one.amount is None or other.amount is None or other.amount.value <= 0.0:
        return []
    if dimension(one) == "money" and one.within.capital not in _COUNTS_MONEY:
        return []
    top, below = one.amount.value, other.amount.value
    bottom = f"{units.show(below, dimension(other), reading.noun(other))} ({other.id})"
    ids: tuple[str, ...] = (one.id, other.id)
    spread = 1.0
    if dimension(other) == "chips":
        held = counting.holdings(other.within.count or "", other.within.chip)
        if not held:
            return []
        each, spread = held[-1].gpus, held[-1].gpus / held[0].gpus
        before = _before(known, other) if other.is_plan and dimension(one) == "money" else None
        if before is not None and before.amount is not None and below > before.amount.value:
            bottom = (
                f"({units.show(below, 'chips', reading.noun(other))} ({other.id}) - "
                f"{units.show(before.amount.value, 'chips', reading.noun(other))} ({before.id}))"
            )
            below -= before.amount.value
            ids = (*ids, before.id)
        below *= each
        bottom += f" x {' or '.join(h.told for h in held)}" if other.within.count != "gpu" else ""
    value, scale = top / below, ""
    if kind == "kw_per_gpu":
        value, scale = value * 1e3, " x 1,000 kW/MW"
    if kind == "usd_per_gpu_h":
        value, scale = value / units.HOURS_PER_MONTH, f" / {units.HOURS_PER_MONTH:g} h"
    name = f"kw_per_gpu_{one.within.level}" if kind == "kw_per_gpu" else kind
    above, under = reading.read(one), reading.read(other)
    low = value * (above.low / top) / (under.high / other.amount.value) if top else 0.0
    high = (
        value * spread * (above.high / top) / (under.low / other.amount.value)
        if top and under.low
        else math.inf
    )
    told = f"{units.show(top, dimension(one))} ({one.id}) / {bottom}{scale}"
    return [Derived(ids, kind, value, seen_ranges()[name], low, high, told)]


def _before(known: Known, plan: Claim) -> Claim | None:
    """Return the number of chips there before a plan to have more: the last fact of the same key."""
    facts = [
        c
        for c in known.claims
        if c.key == plan.key
        and not c.is_plan
        and c.amount is not None
        and c.within.count == plan.within.count
        and c.when.last is not None
        and plan.when.last is not None
        and c.when.last < plan.when.last
        and c.said <= plan.said
    ]
    return max(facts, key=lambda c: (c.when.last, c.id), default=None)


def _direct(claim: Claim) -> list[Derived]:
    """A claim whose own unit is one of the ratios."""
    kind = dimension(claim)
    if claim.amount is None or kind not in {"usd_per_gpu", "kw_per_gpu", "usd_per_mw", "usd_per_gpu_h"}:
        return []
    name = f"kw_per_gpu_{claim.within.level}" if kind == "kw_per_gpu" else kind
    meant = reading.read(claim)
    seen = seen_ranges()[name]
    return [Derived((claim.id,), kind, claim.amount.value, seen, meant.low, meant.high, claim.id)]


def out_of_range(known: Known) -> list[Conflict]:
    """Find ratios outside what has been seen, and the slips that would explain them."""
    found = []
    for ratio in derived(known):
        if ratio.holds:
            continue
        found.append(Conflict(ratio.ids, ratio.kind, f"{ratio.in_words()}: inconsistent with it"))
        told = f"{ratio.in_words()}; with a factor of"
        if ratio.kind != "usd_per_mw" and _explains(ratio, RACK):
            text = f"{told} 72, as where a rack is counted as a GPU, it would be inside"
            found.append(Conflict(ratio.ids, "factor_of_72", text))
        elif ten := _explains(ratio, TENS):
            text = f"{told} {ten:,.0f}, as where 'billion' is carried wrongly, it would be inside"
            found.append(Conflict(ratio.ids, "factor_of_ten", text))
    return found


_TYPICAL = 1.5
"""A slip explains a ratio where undoing it comes within a factor of 1.5 of the middle of what was seen."""


def _explains(ratio: Derived, factors: tuple[float, ...]) -> float | None:
    def near(value: float) -> bool:
        return ratio.seen.mid / _TYPICAL <= value <= ratio.seen.mid * _TYPICAL

    return next((f for f in factors if near(ratio.value / f) or near(ratio.value * f)), None)


__all__ = ["Derived", "derived", "out_of_range"]
