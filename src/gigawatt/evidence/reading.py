"""Between which numbers a statement is read, and when two statements can both be true."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.evidence.claim import Claim
from gigawatt.evidence.units import number, show

ROUNDING = 0.025
"""A figure said without qualifier is rounded to two or three digits: 2.5 % either side (assumed)."""
ABOUT = 0.10
"""'About' and 'almost' leave 10 % (assumed)."""
MORE_THAN = 2.0
"""Between two statements 'more than X' is read as up to 2 X (assumed); beside a plain figure as X or more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Least and most that a statement means, in the dimension's base unit."""

    low: float
    high: float

    def meets(self, other: Reading) -> bool:
        """Whether one number could make both true."""
        return self.low <= other.high and other.low <= self.high

    def times(self, factor: float) -> Reading:
        """Carry it into another unit."""
        return Reading(self.low * factor, self.high * factor)


def agree(one: Claim, other: Claim, times: tuple[float, float] = (1.0, 1.0)) -> bool:
    """Whether one number could make both claims true, each times its factor into a unit of both.

    'More than X' beside a plain figure is met by any figure from X on. Of two such statements the greater
    must lie within twice the lesser: who knows of a million does not say 'more than 100,000'.
    """
    ours, theirs = read(one).times(times[0]), read(other).times(times[1])
    if (one.qualifier == "more_than") != (other.qualifier == "more_than"):
        least, figure = (ours, theirs) if one.qualifier == "more_than" else (theirs, ours)
        return figure.high >= least.low
    return ours.meets(theirs)


def read(claim: Claim) -> Reading:
    """Read the number of a claim with its qualifier.

    exactly: 1 -+ 0.025; about: 1 -+ 0.1; almost: 0.9 to 1; more than: 1 to 2; up to: 0 to 1.

    Raises
    ------
    ValueError
        The claim has no number.
    """
    if claim.amount is None:
        raise ValueError(f"claim {claim.id} is in words")
    value = claim.amount.value
    low, high = {
        "exactly": (1 - ROUNDING, 1 + ROUNDING),
        "about": (1 - ABOUT, 1 + ABOUT),
        "almost": (1 - ABOUT, 1.0),
        "more_than": (1.0, MORE_THAN),
        "up_to": (0.0, 1.0),
    }[claim.qualifier]
    return Reading(value * low, value * high)


_IN_WORDS = {
    "exactly": "",
    "about": "about ",
    "almost": "almost ",
    "more_than": "more than ",
    "up_to": "up to ",
}


NOUNS = {"gpu": "GPUs", "superchip": "superchips", "node": "nodes", "rack": "racks", "h100e": "H100e"}
"""What a scope counts, in the plural."""


def noun(claim: Claim) -> str:
    """Name what a claim counts; empty where its unit says it."""
    return NOUNS.get(claim.within.count or "", "")


def in_words(claim: Claim) -> str:
    """Write what a claim says: its number with qualifier, or its names."""
    if claim.amount is None:
        return ", ".join(claim.states)
    scope = claim.within
    beside = " ".join(
        part
        for part in (
            {"it": "IT", "facility": "facility"}.get(scope.level or "", ""),
            scope.chip or "",
            scope.capital or "",
            scope.extent or "",
            scope.stage or "",
        )
        if part
    )
    number_told = show(claim.amount.value, claim.amount.dimension, noun(claim))
    return f"{_IN_WORDS[claim.qualifier]}{number_told} ({beside})"


def ratio_in_words(ratio: float) -> str:
    """Write a ratio.

    >>> ratio_in_words(3.4375)
    '3.438 times'
    """
    return f"{number(ratio)} times"
