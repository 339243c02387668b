"""What a rule finds: claims that cannot all be true, or that are easily taken for each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gigawatt.evidence.claim import Claim, Source

KINDS: dict[str, str] = {
    "same_key_different_value": "one key, two values that no number makes both true",
    "actor_drift": "one thing, described with other actors",
    "superseded_plan": "a plan that a later statement replaced",
    "changes_over_time": "stated at different times; both can be true, each at its own date",
    "time_dependent": "a sum that grew between two statements; the ledger by date tells both",
    "scope_mixed": "one number, told of two scopes",
    "stages_out_of_order": "more energised than installed, or the like",
    "sums_do_not_add": "parts that do not make the whole",
    "rate_times_term": "a rate times its term is not the total",
    "growth_does_not_fit": "a ratio that the figures do not give",
    "usd_per_gpu": "money per GPU outside what has been seen",
    "kw_per_gpu": "power per GPU outside what has been seen",
    "usd_per_mw": "money per megawatt outside what has been seen",
    "usd_per_gpu_h": "money per GPU-hour outside what has been seen",
    "factor_of_ten": "apart by just a power of ten, as where 'billion' is translated wrongly",
    "factor_of_72": "apart by just 72, 36 or 2, as where a rack or superchip is counted as a GPU",
    "count_not_said": "two counts that agree by one reading of the system and not by another; it is not said",
    "plan_told_as_fact": "told as done where another statement tells it as a plan",
    "aged_forecast": "a forecast that a later one replaced",
    "claim_vs_record": "disputed by another source",
    "evidence_left_out": "one source tells one side alone, where another side is known",
    "not_comparable": "figures of two kinds of facility",
    "homonym_risk": "one number, several things: kept apart",
}
"""Every kind of conflict, and what it means."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One finding of one rule."""

    ids: tuple[str, ...]
    kind: str
    """A key of :data:`KINDS`."""
    explanation: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules see."""

    claims: Sequence[Claim]
    sources: dict[str, Source]

    def rank(self, claim: Claim) -> int:
        """How near the claim's source is to the thing; 0 is nearest."""
        from gigawatt.evidence.claim import RANK

        found = self.sources.get(claim.source)
        return RANK[found.tier] if found is not None else max(RANK.values())


Rule = Callable[[Known], list[Conflict]]
"""Looks at all claims and returns what it finds; the order of the claims does not matter."""
