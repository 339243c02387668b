"""The words of the audit's page: one table a language. Claims and arithmetic come from the pack."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "language": "en",
    "direction": "ltr",
    "page": "Audit of claims",
    "as_of": "What happened is known up to {day}.",
    "lead": "{claims} claims, {sources} sources, {conflicts} findings of the consistency rules.",
    "note": (
        "A verdict says what a claim is consistent or inconsistent with, and by what arithmetic; it says "
        "nothing of motives."
    ),
    "claims": "Claims",
    "conflicts": "Findings of the rules",
    "sources": "Sources",
    "verdicts": "What the verdicts mean",
    "column.claim": "Claim",
    "column.who": "Who",
    "column.when": "When said, about when",
    "column.bound": "Bound or evidence",
    "column.ratio": "Ratio",
    "column.verdict": "Verdict",
    "column.settles": "What would settle it",
    "open": "Arithmetic and sources",
    "key": "Key",
    "scope": "As read",
    "source": "Source",
    "article": "article {n}",
    "about": "about {period}",
    "timeless": "no time said",
    "chance": "the bound leaves room with probability {p}",
    "none": "–",
    "count": "{n} {verdict}",
    "column.kind": "Kind",
    "column.ids": "Claims",
    "column.explanation": "Why",
    "column.title": "Title",
    "column.tier": "Tier",
}
