"""Parts and wholes, rates and terms."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.evidence import reading, units
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.factors import power_of_ten
from gigawatt.evidence.rules.grouping import dimension, grouped

TOLERANCE = 0.01
"""Parts that make the whole to 1 % add up: headline figures have two or three digits."""


def parts_of(known: Known) -> list[tuple[Claim, tuple[Claim, ...]]]:
    """Pair each whole with its parts: those that name it, or equity and debt of one key beside a total."""
    by_id = {c.id: c for c in known.claims}
    named: dict[str, list[Claim]] = {}
    for claim in sorted(known.claims, key=lambda c: c.id):
        if claim.part_of in by_id and dimension(claim) == dimension(by_id[claim.part_of]) != "":
            named.setdefault(claim.part_of, []).append(claim)
    found = [(by_id[whole], tuple(parts)) for whole, parts in sorted(named.items())]
    for group in grouped(known.claims, lambda c: (*c.key, c.within.stage, c.within.extent, dimension(c))):
        if dimension(group[0]) != "money" or group[0].within.extent != "whole":
            continue
        sides = {s: [c for c in group if c.within.capital == s] for s in ("equity", "debt", "total")}
        if all(len(claims) == 1 for claims in sides.values()):
            equity, debt, total = (sides[s][0] for s in ("equity", "debt", "total"))
            alike = equity.when.is_same_as(total.when) and debt.when.is_same_as(total.when)
            if alike and total.id not in named:
                found.append((total, (equity, debt)))
    return found


def total_of(parts: Sequence[Claim]) -> float:
    """Add up the numbers of parts."""
    return sum(p.amount.value for p in parts if p.amount is not None)


def sums(known: Known) -> list[Conflict]:
    """Find wholes that their parts do not make."""
    found = []
    for whole, parts in parts_of(known):
        if whole.amount is None:
            continue
        total = total_of(parts)
        meant = reading.read(whole)
        slack = TOLERANCE * whole.amount.value
        exact = whole.qualifier == "exactly"
        low = whole.amount.value - slack if exact else meant.low - slack
        high = whole.amount.value + slack if exact else meant.high + slack
        if low <= total <= high or (whole.within.extent != "whole" and total <= high):
            continue
        made = " + ".join(units.number(p.amount.value / _scale(whole)) for p in parts if p.amount)
        text = (
            f"{' + '.join(p.id for p in parts)}: {made} = {units.show(total, dimension(whole))}, "
            f"inconsistent with {whole.id}, {reading.in_words(whole)}, by "
            f"{units.number(100 * abs(total / whole.amount.value - 1))} %"
        )
        ids = (whole.id, *(p.id for p in parts))
        found.append(Conflict(ids, "sums_do_not_add", text))
    return found


def first_above_whole(known: Known) -> list[Conflict]:
    """Find a first instalment that is more than the whole it is the first of."""
    found = []
    money = [c for c in known.claims if dimension(c) == "money"]
    for group in grouped(money, lambda c: (*c.key, c.within.capital, c.within.stage)):
        for first in (c for c in group if c.within.extent == "first"):
            for whole in (c for c in group if c.within.extent == "whole" and c.when.is_same_as(first.when)):
                if reading.read(first).low > reading.read(whole).high:
                    text = (
                        f"{first.id} says {reading.in_words(first)}, {whole.id} {reading.in_words(whole)} of "
                        f"{whole.subject}: a first part is inconsistent with a smaller whole"
                    )
                    found.append(Conflict((first.id, whole.id), "sums_do_not_add", text))
    return found


def _scale(claim: Claim) -> float:
    assert claim.amount is not None  # noqa: S101 - for the type checker; the callers told
    value = claim.amount.value
    if dimension(claim) not in {"money", "money_rate"}:
        return 1.0
    return next((s for s in (1e12, 1e9, 1e6) if value >= s), 1.0)


def rate_sets(known: Known) -> list[tuple[Claim, Claim, Claim]]:
    """Find a rate, a term and a total of one actor, subject and instrument."""
    found = []
    for group in grouped(known.claims, lambda c: c.key):
        rates, terms, totals = (
            [c for c in group if dimension(c) == d] for d in ("money_rate", "time", "money")
        )
        found += [
            (rate, term, total)
            for rate in rates
            for term in terms
            for total in totals
            if total.within.extent == "whole"
        ]
    return found


def rates_times_terms(known: Known) -> list[Conflict]:
    """Find rates that, times their term, do not make the total."""
    found = []
    for rate, term, total in rate_sets(known):
        if rate.amount is None or term.amount is None or total.amount is None:
            continue
        product = rate.amount.value * term.amount.value
        low = reading.read(rate).low * reading.read(term).low
        high = reading.read(rate).high * reading.read(term).high
        if reading.Reading(low, high).meets(reading.read(total)):
            continue
        ids = (rate.id, term.id, total.id)
        told = (
            f"{units.show(rate.amount.value, 'money_rate')} x {units.number(term.amount.value)} months = "
            f"{units.show(product, 'money')}, inconsistent with {total.id}, {reading.in_words(total)}"
        )
        found.append(Conflict(ids, "rate_times_term", told))
        big, small = sorted((product, total.amount.value), reverse=True)
        if small and (ten := power_of_ten(big / small)):
            text = f"{told}: apart by just {ten:,}, as where 'billion' is carried wrongly between languages"
            found.append(Conflict(ids, "factor_of_ten", text))
    return found
