"""What independent evidence allows at most, each bound with its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gigawatt.evidence import counting, reading, units
from gigawatt.evidence.claim import BoundInput, Claim, Scope
from gigawatt.evidence.periods import Period
from gigawatt.evidence.ranges import SeenRange, seen_ranges

ORDER = ("announced", "forecast", "contracted", "closed", "delivered", "installed", "energised", "utilised")
"""How far a thing has come; a bound on a stage bounds every later one."""
FACE_POINT = 0.02
"""A point is exceeded where a claim lies more than 2 % above it: what rounding hides."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that can have been of one thing, on a subject in a time."""

    id: str
    subject: str
    kind: str
    low: float
    mid: float
    high: float
    dimension: str
    scope: Scope
    first: date
    until: date | None
    source: str
    arithmetic: str = ""
    note: str = ""
    modelled: bool = False
    """Whether it comes from a run: a model does not outweigh a measurement or a record."""
    supports: bool = True
    """Whether a claim within it is likelier for that; not where the scenario took it from statements."""

    def chance_of(self, least: float) -> float:
        """Probability that the bound is at least ``least``: triangular on low, mid, high; 0 or 1 for a point.

        Reference: triangular distribution; P(B >= x) = (high-x)^2 / ((high-low)(high-mid)) above mid.
        """
        low, mid, high = self.low, self.mid, self.high
        if high - low <= 1e-9 * max(abs(high), 1e-300):
            return 1.0 if least <= mid * (1 + FACE_POINT) else 0.0
        if least <= low:
            return 1.0
        if least >= high:
            return 0.0
        if least >= mid:
            return (high - least) ** 2 / ((high - low) * (high - mid)) if high > mid else 0.0
        return 1.0 - (least - low) ** 2 / ((high - low) * (mid - low))


@dataclass(frozen=True, slots=True)
class Test:
    """A claim beside one bound, in the claim's own unit."""

    bound: Bound
    limit_low: float
    limit: float
    limit_high: float
    ratio: float
    """Claim over the middle of the bound."""
    chance: float
    """Probability that the bound leaves room for the least that the claim means."""
    steps: tuple[str, ...]

    __test__ = False  # no test class, whatever pytest thinks of its name


def from_inputs(bounds: Iterable[BoundInput], titles: Mapping[str, str] | None = None) -> list[Bound]:
    """Turn a pack's bounds into plain numbers.

    Parameters
    ----------
    bounds
        As written.
    titles
        Source key -> its title; the key stands where there is none.
    """
    found = []
    for b in bounds:
        mid = units.parse(b.quantity)
        low = mid.value if b.low is None else units.parse(b.low).value
        high = mid.value if b.high is None else units.parse(b.high).value
        title = (titles or {}).get(b.source, b.source)
        found.append(
            Bound(
                id=b.id, subject=b.subject, kind=b.kind, low=low, mid=mid.value, high=high,
                dimension=mid.dimension, scope=b.scope or Scope(), first=b.from_, until=b.until,
                source=title, arithmetic=b.arithmetic, note=b.note,
            )
        )  # fmt: skip
    return found


def lay_beside(claim: Claim, bounds: Sequence[Bound], as_of: date = date.max) -> list[Test]:
    """Lay a claim beside every bound that applies, tightest (greatest ratio) first.

    A bound applies where subject and time meet, the claim's stage is the bound's or a later one (a plan
    must meet every bound of its time), and the units convert: chips and megawatts through kW per GPU,
    money through USD per GPU or MW, facility and IT power through PUE. GPUs of a run bound GPUs alone, as its
    megawatts bound megawatts. Of bounds of one kind, scope and
    source that follow each other within the claim's period the highest counts: it was reached in that period.
    What is documented without an end says nothing of a plan for a time after ``as_of``: more may be built.
    """
    if claim.amount is None:
        return []
    when = _time_of(claim)
    if when is None:
        return []
    found: dict[tuple[str, str, str, str], Test] = {}
    for bound in bounds:
        if bound.subject.casefold() != claim.subject.casefold() or not _in_time(bound, when):
            continue
        if not _binds(bound, claim) or _is_silent(bound, claim, when, as_of):
            continue
        if claim.is_plan and not bound.supports:
            continue  # what was delivered so far says nothing of a plan
        test = _test(claim, bound)
        if test is None:
            continue
        series = (bound.kind, bound.dimension, bound.scope.model_dump_json(), bound.source)
        if series not in found or test.limit > found[series].limit:
            found[series] = test
    return sorted(found.values(), key=lambda t: (-t.ratio, t.bound.id))


def _time_of(claim: Claim) -> Period | None:
    if not claim.when.is_open:
        return claim.when
    return None if claim.is_plan else Period(claim.said, claim.said)


def _in_time(bound: Bound, when: Period) -> bool:
    if when.first is None or when.last is None:
        return False
    return bound.first <= when.last and (bound.until is None or when.first < bound.until)


def _is_silent(bound: Bound, claim: Claim, when: Period, as_of: date) -> bool:
    return claim.is_plan and bound.until is None and when.last is not None and when.last > as_of


def _binds(bound: Bound, claim: Claim) -> bool:
    stage = claim.within.stage or ""
    if claim.is_plan or stage == bound.scope.stage:
        return True
    if stage not in ORDER or bound.scope.stage not in ORDER:
        return False
    return ORDER.index(stage) >= ORDER.index(bound.scope.stage)


@dataclass(frozen=True, slots=True)
class _Span:
    low: float
    mid: float
    high: float

    def times(self, low: float, mid: float, high: float) -> _Span:
        return _Span(self.low * low, self.mid * mid, self.high * high)

    def over(self, seen: SeenRange, scale: float = 1.0) -> _Span:
        return _Span(self.low * scale / seen.high, self.mid * scale / seen.mid, self.high * scale / seen.low)


def _test(claim: Claim, bound: Bound) -> Test | None:
    assert claim.amount is not None  # noqa: S101 - lay_beside() told
    steps = [_bound_in_words(bound)]
    span = _convert(claim, bound, steps)
    if span is None or span.mid <= 0.0:
        return None
    value, dimension = claim.amount.value, claim.amount.dimension
    least = reading.read(claim).low if claim.qualifier != "up_to" else value
    limit = Bound(
        bound.id, bound.subject, bound.kind, span.low, span.mid, span.high, dimension, bound.scope,
        bound.first, bound.until, bound.source,
    )  # fmt: skip
    chance = limit.chance_of(least)
    ratio = value / span.mid
    most = units.show(span.mid, dimension, reading.noun(claim))
    steps.append(
        f"{reading.in_words(claim)} / {most} = {units.number(ratio)}"
        + ("" if span.low == span.high else f"; the bound leaves room with probability {chance:.2f}")
    )
    if not bound.supports and chance > 0.0:
        steps.append(f"to stay within {bound.id} proves nothing: the scenario takes it from statements")
    return Test(bound, span.low, span.mid, span.high, ratio, chance, tuple(steps))


def _bound_in_words(bound: Bound) -> str:
    noun = reading.NOUNS.get(bound.scope.count or "", "")
    low, mid, high = (units.show(end, bound.dimension, noun) for end in (bound.low, bound.mid, bound.high))
    text = mid if bound.low == bound.high else f"{mid} ({low} to {high})"
    level = {"it": "IT ", "facility": "facility "}.get(bound.scope.level or "", "")
    until = f" until {bound.until}" if bound.until else ""
    made = f" = {bound.arithmetic}" if bound.arithmetic else ""
    return (
        f"bound {bound.id}: {level}{bound.kind} of {bound.subject} from {bound.first}{until}: "
        f"{text}{made} ({bound.source})"
    )


def _convert(claim: Claim, bound: Bound, steps: list[str]) -> _Span | None:
    """Carry a bound into the claim's dimension and scope; None where it does not reach."""
    assert claim.amount is not None  # noqa: S101 - _test() told
    span = _Span(bound.low, bound.mid, bound.high)
    have, want = bound.dimension, claim.amount.dimension
    if have == want:
        return _same_kind(claim, bound, span, steps)
    seen = seen_ranges()
    if have == "power" and want == "chips":
        used = seen[f"kw_per_gpu_{bound.scope.level}"]
        return _chips(claim, span.over(used, 1e3), used, steps)
    if have == "money" and want == "chips" and bound.scope.capital in {"total", "spending"}:
        return _chips(claim, span.over(seen["usd_per_gpu"]), seen["usd_per_gpu"], steps)
    if have == "money" and want == "power" and bound.scope.capital in {"total", "spending"}:
        steps.append(seen["usd_per_mw"].in_words("divided by"))
        return span.over(seen["usd_per_mw"])
    if have == "chips" and want == "power" and not bound.modelled:
        return _watts(bound.scope, span, seen[f"kw_per_gpu_{claim.within.level}"], steps)
    return None


def _watts(scope: Scope, chips: _Span, used: SeenRange, steps: list[str]) -> _Span | None:
    held = _gpus_in(scope, steps, "times")
    if held is None:
        return None
    steps.append(used.in_words("times"))
    kw = held.times(used.low, used.mid, used.high)
    return chips.times(kw.low / 1e3, kw.mid / 1e3, kw.high / 1e3)


def _gpus_in(scope: Scope, steps: list[str], verb: str) -> _Span | None:
    """GPUs in one of what a scope counts: a point where it is known, else from the fewest to the most.

    None for H100-equivalents: they are computing power, and watts and dollars do not tell how many.
    """
    held = counting.holdings(scope.count or "", scope.chip)
    if not held:
        return None
    if scope.count != "gpu":
        steps.append(f"{verb} {' or '.join(h.told for h in held)}")
    return _Span(held[0].gpus, held[-1].gpus, held[-1].gpus)


def _chips(claim: Claim, gpus: _Span, used: SeenRange, steps: list[str]) -> _Span | None:
    own: list[str] = []
    held = _gpus_in(claim.within, own, "divided by")
    if held is None:
        return None
    steps += [used.in_words("divided by"), *own]
    return gpus.times(1 / held.high, 1 / held.mid, 1 / held.low)


def _same_kind(claim: Claim, bound: Bound, span: _Span, steps: list[str]) -> _Span | None:
    ours, theirs = claim.within, bound.scope
    if bound.dimension == "chips" and ours.count != theirs.count:
        return _recounted(ours, theirs, span, steps)
    if bound.dimension == "power" and ours.level != theirs.level:
        pue = seen_ranges()["pue"]
        if ours.level == "it":
            steps.append(pue.in_words("divided by"))
            return span.over(pue)
        steps.append(pue.in_words("times"))
        return span.times(pue.low, pue.mid, pue.high)
    if bound.dimension in {"money", "money_rate"} and not _same_side(ours, theirs):
        return None
    return span


def _recounted(ours: Scope, theirs: Scope, span: _Span, steps: list[str]) -> _Span | None:
    """Carry a bound on chips into what the claim counts, by the catalogue's systems."""
    if "h100e" in (ours.count, theirs.count):
        counted, chip = (ours, ours.chip or theirs.chip) if theirs.count == "h100e" else (theirs, theirs.chip)
        chip = chip or ours.chip
        if chip is None:
            return None  # computing power: without a chip it does not tell how many
        counted = counted.model_copy(update={"chip": chip})
        held = _gpus_in(counted, steps, "with")
        if held is None:
            return None
        each = counting.h100e_per_gpu(chip)
        steps.append(f"with {units.number(each)} H100e a {chip} GPU (8-bit peak)")
        per = held.times(each, each, each)
        if ours.count == "h100e":
            return span.times(per.low, per.mid, per.high)
        return span.times(1 / per.high, 1 / per.mid, 1 / per.low)
    mine, other = _gpus_in(ours, steps, "divided by"), _gpus_in(theirs, steps, "times")
    if mine is None or other is None:
        return None
    return span.times(other.low / mine.high, other.mid / mine.mid, other.high / mine.low)


def _same_side(ours: Scope, theirs: Scope) -> bool:
    """Equity and debt are each at most the total; other sides of money are not comparable."""
    return ours.capital == theirs.capital or (
        theirs.capital == "total" and ours.capital in {"equity", "debt"}
    )


def reached_by(test: Test) -> bool:
    """Whether the bound clearly leaves no room: probability below 5 %, or a point exceeded by over 2 %."""
    return test.chance >= 0.05 and math.isfinite(test.ratio)
