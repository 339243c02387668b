"""One number, several things: kept apart, and told as easily confused."""

from __future__ import annotations

from gigawatt.evidence import units
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import dimension, grouped

COUNTED = frozenset({"money", "money_rate", "power", "chips", "energy", "area"})
"""Dimensions of headline figures; small counts and shares are equal by chance all the time."""


def homonyms(known: Known) -> list[Conflict]:
    """Find headline numbers that two or more actors' claims share; each group is told once."""
    found = []
    headline = [c for c in known.claims if dimension(c) in COUNTED and c.amount is not None]
    for group in grouped(headline, lambda c: (dimension(c), _rounded(c))):
        things = {(c.key[0], c.key[1]) for c in group}
        if len(things) < 2 or _rounded(group[0]) == 0.0:
            continue
        what = "; ".join(f"{c.id}: {c.actor}, {c.subject}, {c.instrument}, {c.period}" for c in group)
        number = units.show(_rounded(group[0]), dimension(group[0]))
        text = f"{number} stands for {len(things)} things, which are kept apart: {what}"
        found.append(Conflict(tuple(c.id for c in group), "homonym_risk", text))
    return found


def _rounded(claim: Claim) -> float:
    return 0.0 if claim.amount is None else float(f"{claim.amount.value:.4g}")
