"""Racks, nodes, superchips, H100-equivalents and GPUs in one unit, by the catalogue's systems.

How many GPUs a rack holds depends on the system. Where a claim names its chip, the catalogue's system of that
chip says it. Where it does not, every system of the catalogue is tried, and what follows is told for each:
nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from gigawatt import catalog
from gigawatt.evidence import reading
from gigawatt.evidence.claim import Claim, Scope
from gigawatt.evidence.units import number, show

_FIELDS = {"superchip": "gpus_per_superchip", "node": "gpus_per_node", "rack": "gpus_per_rack"}
_H100 = "h100"


@dataclass(frozen=True, slots=True)
class Holding:
    """How many GPUs are in one of what a scope counts, by one reading of it."""

    gpus: float
    told: str
    """The factor in words; empty where GPUs are counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Two claims in one unit, by one reading of each."""

    times: tuple[float, float]
    """Factor of each claim into the common unit."""
    unit: str
    agrees: bool
    ratio: float
    """The first over the second, both in the common unit; infinite beside a zero."""
    told: str
    """The conversion in words."""
    certain: bool = True
    """Whether the scopes name every factor of it; else others are as possible."""


@cache
def holdings(count: str, chip: str | None = None) -> tuple[Holding, ...]:
    """Return how many GPUs one superchip, node or rack holds: of one chip, or of every system there is.

    Parameters
    ----------
    count
        ``gpu``, ``superchip``, ``node`` or ``rack``; other words have no GPUs, and give nothing.
    chip
        Row of the catalogue's kind 'chip'; None where it is not said.

    Examples
    --------
    >>> [h.gpus for h in holdings("rack", "gb200")], [h.gpus for h in holdings("rack")]
    ([72.0], [64.0, 72.0])
    """
    if count == "gpu":
        return (Holding(1.0, ""),)
    if count not in _FIELDS:
        return ()
    names = [str(catalog.row("chip", chip).values["system"])] if chip else catalog.names("system")
    found: dict[float, list[str]] = {}
    for name in names:
        held = catalog.row("system", name).values.get(_FIELDS[count])
        if held is not None:
            found.setdefault(float(held), []).append(name)
    return tuple(
        Holding(gpus, f"{number(gpus)} GPUs a {count} ({', '.join(systems)})")
        for gpus, systems in sorted(found.items())
    )


@cache
def h100e_per_gpu(chip: str) -> float:
    """Return the H100-equivalents in one GPU: dense 8-bit peak over the H100's, or bf16 where it has none.

    This is how Epoch AI counts them (https://epoch.ai/data/data-centers).

    >>> round(h100e_per_gpu("gb200"), 3), round(h100e_per_gpu("a100-80"), 3)
    (2.527, 0.315)
    """
    ours, theirs = catalog.row("chip", chip).values, catalog.row("chip", _H100).values
    peak = "fp8_tflops" if "fp8_tflops" in ours else "bf16_tflops"
    return float(ours[peak]) / float(theirs[peak])


def readings(one: Claim, other: Claim) -> list[Reading]:
    """Carry two claims of chips into one unit, by every reading that their scopes leave open.

    Counts of one kind stay as they are. Racks, nodes and superchips become GPUs. Beside H100-equivalents GPUs
    become such: of the chip that either claim names, else of anything between the catalogue's
    weakest chip and its strongest, as a site may mix them.

    Returns
    -------
    Empty where no reading is known: a superchip of a chip that has none.
    """
    ours, theirs = one.within, other.within
    if ours.count == theirs.count:
        return [_reading(one, other, (1.0, 1.0), reading.NOUNS.get(ours.count or "", ""), ())]
    if "h100e" in (ours.count, theirs.count):
        return _with_h100e(one, other)
    return [
        _reading(one, other, (a.gpus, b.gpus), "GPUs", (a.told, b.told))
        for a in holdings(ours.count or "", ours.chip)
        for b in holdings(theirs.count or "", theirs.chip)
    ]


def _with_h100e(one: Claim, other: Claim) -> list[Reading]:
    first = one.within.count == "h100e"
    counted, power = (other.within, one.within) if first else (one.within, other.within)
    chip = counted.chip or power.chip
    if chip is None:
        return _with_some_chip(one, other, counted.count or "", first=first)
    each = h100e_per_gpu(chip)
    told = f"{number(each)} H100e a {chip} GPU (8-bit peak)"
    return [
        _reading(one, other, _pair(held.gpus * each, first=first), "H100e", (held.told, told))
        for held in holdings(counted.count or "", chip)
    ]


def _with_some_chip(one: Claim, other: Claim, count: str, *, first: bool) -> list[Reading]:
    """Try what lies between the weakest chip and the strongest: a site may mix them."""
    each = {
        name: held.gpus * h100e_per_gpu(name)
        for name in catalog.names("chip")
        for held in holdings(count, name)
    }
    if not each or one.amount is None or other.amount is None:
        return []
    least, most = min(each, key=lambda n: (each[n], n)), max(each, key=lambda n: (each[n], n))
    power, counted = (
        (one.amount.value, other.amount.value) if first else (other.amount.value, one.amount.value)
    )
    wanted = power / counted if counted else each[most]
    factor = min(max(wanted, each[least]), each[most])
    told = (
        f"{number(factor)} H100e a {count}, where the chip is not said and the catalogue's have "
        f"{number(each[least])} ({least}) to {number(each[most])} ({most})"
    )
    return [_reading(one, other, _pair(factor, first=first), "H100e", (told,), certain=False)]


def _pair(factor: float, *, first: bool) -> tuple[float, float]:
    return (1.0, factor) if first else (factor, 1.0)


def _reading(
    one: Claim,
    other: Claim,
    times: tuple[float, float],
    unit: str,
    told: tuple[str, ...],
    *,
    certain: bool = True,
) -> Reading:
    assert one.amount is not None  # noqa: S101 - for the type checker; the callers told
    assert other.amount is not None  # noqa: S101
    ours, theirs = one.amount.value * times[0], other.amount.value * times[1]
    ratio = ours / theirs if theirs else float("inf")
    words = "; ".join(part for part in told if part)
    if words:
        pair = f"{show(ours, 'chips', unit)} beside {show(theirs, 'chips', unit)}"
        words = f"at {words}: {pair}"
    return Reading(times, unit, reading.agree(one, other, times), ratio, words, certain)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether two claims can both be true, over every reading that their scopes leave open."""

    agreeing: tuple[Reading, ...]
    differing: tuple[Reading, ...]
    certain: bool

    @property
    def always(self) -> bool:
        """Whether they agree whatever was meant."""
        return bool(self.agreeing) and not self.differing and self.certain

    @property
    def never(self) -> bool:
        """Whether they disagree whatever was meant."""
        return bool(self.differing) and not self.agreeing

    @property
    def nearest(self) -> Reading | None:
        """The reading whose ratio is nearest to 1."""
        found = (*self.agreeing, *self.differing)
        return min(found, key=lambda r: (_distance(r.ratio), r.told), default=None)


def _distance(ratio: float) -> float:
    return max(ratio, 1.0 / ratio) if ratio > 0.0 else float("inf")


def fit(one: Claim, other: Claim) -> Fit:
    """Lay two claims beside each other by every reading; claims of anything but chips have just one."""
    found = readings(one, other)
    return Fit(
        tuple(r for r in found if r.agrees),
        tuple(r for r in found if not r.agrees),
        len(found) == 1 and found[0].certain,
    )


def convertible(one: Scope, other: Scope) -> bool:
    """Whether two scopes of chips count things that some reading carries into one unit."""
    if one.count == other.count:
        return True
    if "h100e" not in (one.count, other.count):
        return bool(holdings(one.count or "", one.chip)) and bool(holdings(other.count or "", other.chip))
    counted = other if one.count == "h100e" else one
    chip = one.chip or other.chip
    return bool(holdings(counted.count or "", chip))


def in_words(found: Iterable[Reading], most: int = 3) -> str:
    """Write the conversions of some readings; the rest are counted."""
    told = [each.told for each in found if each.told]
    more = f" (and {len(told) - most} more readings)" if len(told) > most else ""
    return "; or ".join(told[:most]) + more
