"""From bounds, evidence and checks to one of six verdicts, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gigawatt.evidence import counting, reading, settling
from gigawatt.evidence.bounds import Bound, Test, lay_beside
from gigawatt.evidence.claim import Claim
from gigawatt.evidence.conflict import Known
from gigawatt.evidence.rules.grouping import comparable, dimension
from gigawatt.evidence.rules.ledger import Growth, growths
from gigawatt.evidence.rules.ratios import Derived, derived
from gigawatt.evidence.rules.sums import parts_of, rate_sets, total_of

VerdictName = Literal["supported", "plausible", "premature", "overstated", "contradicted", "unverifiable"]
VERDICTS: Mapping[str, str] = {
    "supported": "independent evidence says the same",
    "plausible": "within every bound, or near what independent evidence says",
    "premature": "not so at the time, but reached later",
    "overstated": "above what independent evidence allows",
    "contradicted": "inconsistent with a better source",
    "unverifiable": "nothing independent speaks for or against it",
}
"""Every verdict and its meaning."""
WORST_FIRST = ("contradicted", "overstated", "premature", "unverifiable", "plausible", "supported")
"""The order in which a reader wants to see them."""
NO_ROOM = 0.05
"""A bound is exceeded where it leaves room with less than this probability."""
NEAR = 0.10
"""Better evidence within 10 % makes a claim plausible, not contradicted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the arithmetic says of one claim."""

    id: str
    verdict: VerdictName
    binding: str | None
    """Id of the bound or claim that decided."""
    ratio: float | None
    """Claim over that bound or evidence."""
    steps: tuple[str, ...]
    settles: str
    bound: str = ""
    """The bound or evidence in words, for a table."""
    chance: float | None = None
    """Probability that the bound leaves room; None where none was tested."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that verdicts rest on, gathered once."""

    known: Known
    bounds: Sequence[Bound]
    ratios: Sequence[Derived]
    growths: Sequence[Growth]
    by_thing: Mapping[tuple[str, str, str], Sequence[Claim]]
    disputes: Mapping[str, Sequence[Claim]]
    wholes: Mapping[str, Sequence[tuple[Claim, ...]]]
    """Id of a whole -> its parts."""
    rates: Mapping[str, Sequence[tuple[Claim, Claim]]]
    """Id of a total -> rates and terms of the same key."""
    as_of: date


def gather(known: Known, bounds: Sequence[Bound], as_of: date) -> Evidence:
    """Gather what verdicts rest on."""
    by_thing: dict[tuple[str, str, str], list[Claim]] = {}
    disputes: dict[str, list[Claim]] = {}
    for claim in sorted(known.claims, key=lambda c: c.id):
        by_thing.setdefault(claim.key, []).append(claim)
        for name in claim.disputes:
            disputes.setdefault(name, []).append(claim)
    wholes: dict[str, list[tuple[Claim, ...]]] = {}
    for whole, parts in parts_of(known):
        wholes.setdefault(whole.id, []).append(parts)
    rates: dict[str, list[tuple[Claim, Claim]]] = {}
    for rate, term, total in rate_sets(known):
        rates.setdefault(total.id, []).append((rate, term))
    ratios, grown = derived(known), growths(known)
    return Evidence(known, bounds, ratios, grown, by_thing, disputes, wholes, rates, as_of)


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """Reach the verdict on one claim.

    In this order: exceeded or contradicted, but reached later: premature; a better source (or what became of
    a plan by its date) is inconsistent with it: contradicted; a bound leaves no room: overstated; an
    independent source of its own rank or better says the same: supported; within every bound, near better
    evidence, or a ratio within what has been seen: plausible; else unverifiable.
    """
    tests = lay_beside(claim, evidence.bounds, evidence.as_of)
    against, beside = _evidence_on(claim, evidence)
    checks = _checks(claim, evidence)
    reached = _reached_later(claim, evidence)
    steps = [step for test in tests for step in test.steps]
    steps += [_step(claim, other) for other in (*against, *beside)]
    steps += [text for text, _fits in checks]
    if claim.later or reached is not None:
        steps.append(f"later: {claim.later or _later(reached)}")
    documented = [o for o in beside if evidence.known.rank(o) == 0 and _says_the_same(claim, o)]
    outweighed = bool(documented) or evidence.known.rank(claim) == 0
    exceeded = _exceeded(tests, outweighed=outweighed)
    if outweighed and any(t.chance < NO_ROOM and t.bound.modelled for t in tests):
        steps.append("a bound from a run is exceeded; a model does not outweigh a measurement or a record")
    if exceeded is not None and documented:
        steps.append(f"bound {exceeded.bound.id} and {documented[0].id} are inconsistent with each other")
    fits = any(fits for _text, fits in checks)
    return _decide(_Case(claim, tests, against, beside, documented, exceeded, reached, steps, fits=fits))


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything found for and against one claim."""

    claim: Claim
    tests: Sequence[Test]
    against: Sequence[Claim]
    beside: Sequence[Claim]
    documented: Sequence[Claim]
    """Of those beside, measurements and records that say the same."""
    exceeded: Test | None
    reached: Claim | None
    steps: list[str]
    fits: bool
    """Whether a derived check speaks for it."""


def _decide(case: _Case) -> Verdict:
    claim, steps, exceeded = case.claim, case.steps, case.exceeded
    refuted = bool(case.against) or (exceeded is not None and not case.documented)
    if refuted and case.reached is not None and not claim.is_plan:
        return _told(claim, "premature", exceeded, case.against or [case.reached], steps)
    if case.against:
        return _told(claim, "contradicted", None, case.against, steps)
    if exceeded is not None:
        return _told(claim, "plausible" if case.documented else "overstated", exceeded, (), steps)
    return _unrefuted(case)


def _unrefuted(case: _Case) -> Verdict:
    claim, steps = case.claim, case.steps
    tight = next((t for t in case.tests if t.chance >= NO_ROOM and t.bound.supports), None)
    if case.beside:
        name: VerdictName = "supported" if _agrees(claim, case.beside) else "plausible"
        return _told(claim, name, tight, case.beside, steps)
    if any(test.bound.supports for test in case.tests) or case.fits:
        return _told(claim, "plausible", tight or next(iter(case.tests), None), (), steps)
    if not steps:
        steps.append("no bound and no independent source on the same actor, subject, instrument and period")
    return _told(claim, "unverifiable", None, (), steps)


def _exceeded(tests: Sequence[Test], *, outweighed: bool) -> Test | None:
    """Return the tightest bound that leaves no room; a modelled one yields to a measurement or a record."""
    return next((t for t in tests if t.chance < NO_ROOM and not (outweighed and t.bound.modelled)), None)


def _told(
    claim: Claim, verdict: VerdictName, test: Test | None, others: Sequence[Claim], steps: list[str]
) -> Verdict:
    settles = claim.settles or settling.sentence(claim)
    if test is not None:
        return Verdict(
            claim.id, verdict, test.bound.id, test.ratio, tuple(steps), settles,
            bound=settling.limit_in_words(claim, test), chance=test.chance,
        )  # fmt: skip
    if not others:
        return Verdict(claim.id, verdict, None, None, tuple(steps), settles)
    other = others[0]
    ratio = None
    alike = claim.amount is not None and other.amount is not None and dimension(claim) == dimension(other)
    if alike and other.amount is not None and other.amount.value > 0.0:
        nearest = counting.fit(claim, other).nearest
        ratio = None if nearest is None else nearest.ratio
    words = reading.in_words(other)
    return Verdict(claim.id, verdict, other.id, ratio, tuple(steps), settles, bound=words)


def _independent(claim: Claim, other: Claim) -> bool:
    return other.id != claim.id and other.source != claim.source


def _evidence_on(claim: Claim, evidence: Evidence) -> tuple[list[Claim], list[Claim]]:
    """Return what is inconsistent with a claim, and what says the same or nearly so."""
    rank = evidence.known.rank
    against = [o for o in evidence.disputes.get(claim.id, ()) if rank(o) < rank(claim)]
    beside: list[Claim] = []
    for other in evidence.by_thing.get(claim.key, ()):
        if not _independent(claim, other) or other.is_plan or not _comparable(claim, other):
            continue
        if _says_the_same(claim, other):
            # Who says a thing twice is no second witness; a record may refute its own author.
            if rank(other) <= rank(claim) and other.said_by.casefold() != claim.said_by.casefold():
                beside.append(other)
        elif rank(other) < rank(claim):
            (beside if _near(claim, other) else against).append(other)
    ordered = sorted(against, key=lambda o: (rank(o), o.id))
    return ordered, sorted(beside, key=lambda o: (not _says_the_same(claim, o), rank(o), o.id))


def _comparable(claim: Claim, other: Claim) -> bool:
    if dimension(claim) != dimension(other) or other.part_of or other.within.extent == "part":
        return False
    if claim.amount is not None and not comparable(claim, other):
        return False
    if claim.is_plan:
        # What became of the plan by its date; a plan without date, or for a time not over, stays a plan.
        due = claim.when.last
        return due is not None and other.when.last is not None and _about(due, other.when.last)
    return claim.within.stage == other.within.stage and claim.when.is_same_as(other.when)


def _about(due: date, seen: date) -> bool:
    return abs((seen - due).days) <= 45


def _says_the_same(claim: Claim, other: Claim) -> bool:
    if claim.amount is None or other.amount is None:
        return {s.casefold() for s in claim.states} == {s.casefold() for s in other.states}
    if claim.is_plan and claim.qualifier != "up_to":
        found = counting.readings(claim, other)
        return bool(found) and all(r.certain and _reaches(other, claim, r.times) for r in found)
    return counting.fit(claim, other).always


def _reaches(fact: Claim, claim: Claim, times: tuple[float, float]) -> bool:
    """Whether a fact may be as much as the least that is claimed; factors of the claim and of the fact."""
    return reading.read(fact).times(times[1]).high >= reading.read(claim).times(times[0]).low


def _near(claim: Claim, other: Claim) -> bool:
    """Whether two numbers lie within 10 %, or it hangs on a system that is not said whether they agree."""
    if claim.amount is None or other.amount is None or other.amount.value <= 0.0:
        return False
    return any(r.agrees or abs(r.ratio - 1) <= NEAR for r in counting.readings(claim, other))


def _agrees(claim: Claim, beside: Sequence[Claim]) -> bool:
    return any(_says_the_same(claim, other) for other in beside)


def _step(claim: Claim, other: Claim) -> str:
    fit = "consistent with" if _says_the_same(claim, other) else "inconsistent with"
    if other.amount is None or claim.amount is None or dimension(claim) != dimension(other):
        return f"{fit} {other.id} ({other.said_by}, {other.period}): {reading.in_words(other)}"
    found = counting.fit(claim, other)
    told = f"({other.said_by}, {other.period}): {reading.in_words(other)}"
    if found.agreeing and not found.always:
        against = f"; not {counting.in_words(found.differing)}" if found.differing else ""
        return f"beside {other.id} {told}: consistent {counting.in_words(found.agreeing)}{against}"
    divided = ""
    if other.amount.value > 0.0 and found.nearest is not None:
        divided = (
            f"; {reading.ratio_in_words(found.nearest.ratio)} as much is claimed" if fit[0] == "i" else ""
        )
    words = counting.in_words((*found.agreeing, *found.differing))
    return f"{fit} {other.id} {told}{', ' if words else ''}{words}{divided}"


def _reached_later(claim: Claim, evidence: Evidence) -> Claim | None:
    """Return the first later fact, independent and known by now, that reaches what was claimed."""
    if claim.amount is None:
        return None
    later = [
        o
        for o in evidence.by_thing.get(claim.key, ())
        if _independent(claim, o)
        and not o.is_plan
        and o.when.is_after(claim.when)
        and (o.when.last or date.max) <= evidence.as_of
        and dimension(o) == dimension(claim)
        and comparable(claim, o)
        and all(r.certain and _reaches(o, claim, r.times) for r in counting.readings(claim, o))
    ]
    return min(later, key=lambda o: (o.when.first or date.max, o.id), default=None)


def _later(other: Claim | None) -> str:
    return (
        "" if other is None else f"{other.id} ({other.said_by}): {reading.in_words(other)} in {other.period}"
    )


def _checks(claim: Claim, evidence: Evidence) -> list[tuple[str, bool]]:
    """Write the derived checks that a claim takes part in, and whether each speaks for it."""
    found = [(r.in_words(), r.holds and len(r.ids) > 1) for r in evidence.ratios if claim.id in r.ids]
    found += [(g.in_words(), g.fits) for g in evidence.growths if claim.id == g.claim.id]
    return [*found, *_sums(claim, evidence)]


def _sums(claim: Claim, evidence: Evidence) -> list[tuple[str, bool]]:
    found = []
    if claim.amount is None or dimension(claim) not in {"money", "chips", "power", "jobs", "units", "energy"}:
        return []
    for parts in evidence.wholes.get(claim.id, ()):
        total = total_of(parts)
        if total > 0.0:
            near = abs(claim.amount.value / total - 1) <= NEAR
            names = " + ".join(p.id for p in parts)
            ratio = reading.ratio_in_words(claim.amount.value / total)
            found.append((f"the parts {names} add up to {total:,.6g}: the claim is {ratio} that", near))
    for rate, term in evidence.rates.get(claim.id, ()):
        if rate.amount is not None and term.amount is not None:
            product = rate.amount.value * term.amount.value
            if product > 0.0:
                fits = abs(claim.amount.value / product - 1) <= NEAR
                ratio = reading.ratio_in_words(claim.amount.value / product)
                found.append(
                    (f"{rate.id} times {term.id} is {product:,.6g}: the claim is {ratio} that", fits)
                )
    return found
