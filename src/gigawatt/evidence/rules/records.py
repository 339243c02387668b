"""Statements that another source says are not so."""

from __future__ import annotations

from gigawatt.evidence import reading
from gigawatt.evidence.conflict import Conflict, Known


def disputed(known: Known) -> list[Conflict]:
    """Find claims that another claim disputes."""
    by_id = {c.id: c for c in known.claims}
    found = []
    for other in sorted(known.claims, key=lambda c: c.id):
        for name in other.disputes:
            claim = by_id.get(name)
            if claim is None:
                continue
            text = (
                f"{claim.id} ({claim.said_by}): {reading.in_words(claim)}; inconsistent with {other.id} "
                f"({other.said_by}, {_tier(known, other.source)}): {reading.in_words(other)}"
            )
            found.append(Conflict((claim.id, other.id), "claim_vs_record", text))
    return found


def _tier(known: Known, source: str) -> str:
    found = known.sources.get(source)
    return "" if found is None else found.tier
