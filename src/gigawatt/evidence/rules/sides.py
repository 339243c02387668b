"""Two sides of one question: evidence that one source leaves out, and figures of different things."""

from __future__ import annotations

from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Conflict, Known
from gigawatt.evidence.rules.grouping import grouped


def left_out(known: Known) -> list[Conflict]:
    """Find sources that tell one side of a topic alone, where another tells the other side of the same."""
    found = []
    sided = [c for c in known.claims if c.side is not None]
    for group in grouped(sided, lambda c: ((c.topic or "").casefold(), c.subject.casefold())):
        for told in grouped(group, lambda c: c.source):
            sides = {c.side for c in told}
            missing = [c for c in group if c.side not in sides and c.source != told[0].source]
            if len(sides) == 1 and missing and told[0].side == "for":
                found.append(_omission(told, missing))
    return found


def _omission(told: list[Claim], missing: list[Claim]) -> Conflict:
    ours, theirs = (", ".join(c.id for c in claims) for claims in (told, missing))
    text = (
        f"on {told[0].topic}, {told[0].subject}, source {told[0].source} tells one side alone ({ours}); "
        f"left out: {theirs}, told by {', '.join(sorted({c.source for c in missing}))}"
    )
    return Conflict((*(c.id for c in told), *(c.id for c in missing)), "evidence_left_out", text)


def not_comparable(known: Known) -> list[Conflict]:
    """Find figures on both sides of one topic that are of two kinds of facility."""
    found = []
    sided = [c for c in known.claims if c.side is not None and c.subject_kind is not None]
    for group in grouped(sided, lambda c: ((c.topic or "").casefold(), c.instrument.casefold())):
        for one in (c for c in group if c.side == "for"):
            for other in (c for c in group if c.side == "against"):
                ours, theirs = one.subject_kind or "", other.subject_kind or ""
                if ours.casefold() != theirs.casefold():
                    text = (
                        f"{one.id} is about a {ours}, {other.id} about a {theirs}: their {one.instrument} "
                        "are not comparable, and neither refutes the other"
                    )
                    found.append(Conflict((one.id, other.id), "not_comparable", text))
    return found
