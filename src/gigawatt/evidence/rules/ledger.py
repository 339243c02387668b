"""Sums that grow by dated parts: what was raised so far, at each date, and ratios said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gigawatt.evidence import reading, units
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import dimension, grouped

PARTS = frozenset({"part", "first"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """A stated sum and the parts that came after it, of one actor, subject and instrument."""

    base: Claim
    parts: tuple[Claim, ...]
    """By the day on which their period ends."""

    def at(self, day: date) -> float:
        """Return the sum with every part whose period had ended by the day."""
        return _value(self.base) + sum(_value(p) for p in self.parts if p.when.last and p.when.last <= day)

    def in_words(self) -> str:
        """Write the sum part by part."""
        total = _value(self.base)
        steps = [f"{self.base.id} {units.show(total, dimension(self.base))} ({self.base.period})"]
        for part in self.parts:
            total += _value(part)
            steps.append(
                f"+ {part.id} {units.show(_value(part), dimension(part))} ({part.period}) = "
                f"{units.show(total, dimension(part))}"
            )
        return " ".join(steps)


def _value(claim: Claim) -> float:
    return 0.0 if claim.amount is None else claim.amount.value


def ledgers(known: Known) -> list[Ledger]:
    """Find sums 'so far' that dated parts came on top of; plans are no part."""
    found = []
    facts = [c for c in known.claims if dimension(c) == "money" and not c.is_plan and not c.when.is_open]
    for group in grouped(facts, lambda c: (*c.key, c.within.capital, c.within.stage)):
        wholes = [c for c in group if c.within.extent == "whole"]
        if not wholes:
            continue
        base = min(wholes, key=lambda c: (c.when.last or date.max, c.id))
        parts = [
            c for c in group if c.within.extent in PARTS and c.when.is_after(base.when) and not c.part_of
        ]
        if parts:
            found.append(Ledger(base, tuple(sorted(parts, key=lambda c: (c.when.last or date.max, c.id)))))
    return found


def time_dependence(known: Known) -> list[Conflict]:
    """Tell where a sum said at one date was overtaken by later parts: not a contradiction."""
    return [
        Conflict(
            (ledger.base.id, *(p.id for p in ledger.parts)),
            "time_dependent",
            f"each total holds at its own date: {ledger.in_words()}",
        )
        for ledger in ledgers(known)
    ]


@dataclass(frozen=True, slots=True)
class Growth:
    """A ratio that was said, beside the one that the figures give."""

    claim: Claim
    before: float
    after: float
    fits: bool
    rests_on: tuple[str, ...]

    def in_words(self) -> str:
        """Write the division."""
        ratio = units.number(self.after / self.before)
        fit = "consistent with" if self.fits else "inconsistent with"
        return (
            f"{units.number(self.after)} / {units.number(self.before)} = {ratio}: {fit} {self.claim.id}, "
            f"{reading.in_words(self.claim)} ({', '.join(self.rests_on)})"
        )


def growths(known: Known) -> list[Growth]:
    """Lay each ratio beside figures of the same thing at both ends of its period."""
    found = []
    books = {(*b.base.key,): b for b in ledgers(known)}
    for claim in sorted(known.claims, key=lambda c: c.id):
        first, last = claim.when.first, claim.when.last
        if dimension(claim) != "ratio" or claim.amount is None or first is None or last is None:
            continue
        book = books.get(claim.key)
        if book is not None:
            ends = (book.at(first), book.at(last), (book.base.id, *(p.id for p in book.parts)))
        else:
            series = _series_ends(known, claim)
            if series is None:
                continue
            ends = series
        before, after, rests_on = ends
        if before > 0.0:
            ratio, meant = after / before, reading.read(claim)
            fits = meant.low * (1 - reading.ROUNDING) <= ratio <= meant.high * (1 + reading.ROUNDING)
            found.append(Growth(claim, before, after, fits, rests_on))
    return found


def _series_ends(known: Known, claim: Claim) -> tuple[float, float, tuple[str, ...]] | None:
    """Find one figure of the same subject and instrument in the period's first year, one in its last."""
    same = [
        c
        for c in sorted(known.claims, key=lambda c: c.id)
        if c.key[1:] == claim.key[1:] and c.amount is not None and dimension(c) not in {"ratio", "share"}
    ]
    first, last = claim.when.first, claim.when.last
    if first is None or last is None or first.year == last.year:
        return None
    early = [c for c in same if c.when.first and c.when.last and c.when.last.year == first.year]
    late = [c for c in same if c.when.first and c.when.last and c.when.first.year == last.year]
    near = [c for c in late if c.source == claim.source] or late
    if len(early) != 1 or len(near) != 1 or dimension(early[0]) != dimension(near[0]):
        return None
    return _value(early[0]), _value(near[0]), (early[0].id, near[0].id)


def growth(known: Known) -> list[Conflict]:
    """Find ratios that the figures do not give."""
    return [
        Conflict((g.claim.id, *g.rests_on), "growth_does_not_fit", g.in_words())
        for g in growths(known)
        if not g.fits
    ]
