"""What would settle a claim, and its bound in words for a table."""

from __future__ import annotations

from gigawatt.evidence import units
from gigawatt.evidence.bounds import Test
from gigawatt.evidence.claim import Claim

_BY_DIMENSION = {
    "chips": (
        "delivery notes and acceptance records of the chips at {subject}, with dates, "
        "or a filing that counts them"
    ),
    "power": "the utility's meter readings and the on-site units' records for {subject} in {period}",
    "money": "closing documents or a filing of {actor} that tells equity from debt, and committed from drawn",
    "money_rate": "the contract of {actor} on {subject}: rate, term, notice",
    "time": "the contract or filing that names the term",
    "energy": "statistics of the period, with their vintage",
    "jobs": "the commitment in the agreement on {subject}, by year",
    "area": "the land register's entry for {subject}",
}
_IN_WORDS = "the primary document on {instrument} of {subject}, with its date"
_PLAN = "what stands at {subject} on the plan's own date; until then orders and permits"


def sentence(claim: Claim) -> str:
    """Say which document would settle a claim of this kind."""
    dimension = "" if claim.amount is None else claim.amount.dimension
    if claim.is_plan and dimension in {"chips", "power"}:
        text = _PLAN
    else:
        text = _BY_DIMENSION.get(dimension, _IN_WORDS)
    period = "its time" if claim.when.is_open else claim.period
    return text.format(actor=claim.actor, subject=claim.subject, instrument=claim.instrument, period=period)


def limit_in_words(claim: Claim, test: Test) -> str:
    """Write a bound in the claim's unit, with its range."""
    dimension = "" if claim.amount is None else claim.amount.dimension
    text = f"at most {units.show(test.limit, dimension)}"
    if test.limit_low != test.limit_high:
        low, high = units.show(test.limit_low, dimension), units.show(test.limit_high, dimension)
        text += f" ({low} to {high})"
    return f"{text}, from {test.bound.kind}"
