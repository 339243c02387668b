"""An audit: every claim its verdict, every rule its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gigawatt.evidence.bounds import Bound
from gigawatt.evidence.claim import Claim, Source
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules import find
from gigawatt.evidence.verdict import WORST_FIRST, Verdict, gather, judge


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit says."""

    verdicts: tuple[Verdict, ...]
    """One a claim, in the claims' order."""
    conflicts: tuple[Conflict, ...]

    def worst_first(self) -> list[Verdict]:
        """The verdicts, contradicted claims first and supported ones last, else as the pack has them."""
        return sorted(self.verdicts, key=lambda verdict: WORST_FIRST.index(verdict.verdict))

    def of(self, claim_id: str) -> Verdict:
        """Return the verdict on one claim.

        Raises
        ------
        KeyError
            There is no such claim.
        """
        for verdict in self.verdicts:
            if verdict.id == claim_id:
                return verdict
        raise KeyError(claim_id)

    def as_json(self) -> dict[str, Any]:
        """Return what ``gigawatt audit --json`` prints."""
        return {
            "claims": [
                {
                    "id": v.id,
                    "verdict": v.verdict,
                    "binding": v.binding,
                    "ratio": v.ratio,
                    "steps": list(v.steps),
                    "settles": v.settles,
                }
                for v in self.verdicts
            ],
            "conflicts": [
                {"ids": list(c.ids), "kind": c.kind, "explanation": c.explanation} for c in self.conflicts
            ],
        }

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
        told = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
        return f"Audit({len(self.verdicts)} claims: {told}; {len(self.conflicts)} conflicts)"


def audit(
    claims: Sequence[Claim],
    bounds: Sequence[Bound] = (),
    *,
    sources: Mapping[str, Source] | None = None,
    as_of: date | None = None,
) -> Audit:
    """Lay claims beside bounds and beside each other.

    Parameters
    ----------
    claims
        As written; ids are unique.
    bounds
        What independent evidence allows at most: :func:`gigawatt.evidence.from_inputs`, or from a run.
    sources
        Source key -> source; its tier decides which of two statements outweighs the other. A source that is
        not there counts as secondary.
    as_of
        Day up to which it is known what happened. Default: the last day on which anything was said.

    Raises
    ------
    ValueError
        Two claims have one id.

    Examples
    --------
    >>> from gigawatt.evidence import Claim
    >>> claim = Claim(id="A", actor="X", subject="Site", instrument="GPUs", period="2025-03",
    ...     quantity="100,000 GPUs", scope={"count": "gpu", "stage": "energised"}, said="2025-03-19",
    ...     said_by="X", source="s", confidence="reported", words={"en": "it runs 100,000"})
    >>> audit([claim]).of("A").verdict
    'unverifiable'
    """
    ids = [c.id for c in claims]
    if len(set(ids)) != len(ids):
        raise ValueError("two claims have one id")
    known = Known(tuple(claims), dict(sources or {}))
    day = as_of or max((c.said for c in claims), default=date.min)
    evidence = gather(known, bounds, day)
    return Audit(tuple(judge(c, evidence) for c in claims), tuple(find(known)))
