"""Evidence: public claims beside bounds and beside each other, and the verdict that follows.

A claim is data (:class:`Claim`), keyed by actor, subject, instrument and period. :func:`audit` lays claims
beside :class:`Bound` values from independent sides and beside each other, and says what is inconsistent
with what, with the arithmetic; it says nothing of motives.
"""

from gigawatt.evidence.audit import Audit, audit
from gigawatt.evidence.bounds import Bound, from_inputs
from gigawatt.evidence.claim import BoundInput, Claim, ClaimPack, ModelledSites, Scope, Source, Words
from gigawatt.evidence.conflict import KINDS, Conflict
from gigawatt.evidence.verdict import VERDICTS, Verdict

__all__ = [
    "KINDS",
    "VERDICTS",
    "Audit",
    "Bound",
    "BoundInput",
    "Claim",
    "ClaimPack",
    "Conflict",
    "ModelledSites",
    "Scope",
    "Source",
    "Verdict",
    "Words",
    "audit",
    "from_inputs",
]
