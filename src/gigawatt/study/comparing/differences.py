"""Two sides laid on each other: what differs, by how much, and what only one of them has."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.study.comparing.flatten import unit_of
from gigawatt.study.comparing.sides import Given, Happened, Series, Side, Value

Array = NDArray[np.float64]
TOLERANCE = 1e-9
"""Relative difference up to which two numbers are the same but for rounding."""
NOTHING = 1e-12
"""Absolute difference up to which they are: what is left of a zero."""
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_DATES = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Changed:
    """An input or a figure that is not the same on both sides."""

    path: str
    a: Value
    """None where A has none."""
    b: Value
    unit: str
    difference: float | None
    """B less A; in days where both are dates; None where there is no number on one side."""
    relative_frac: float | None
    """Difference over A's magnitude; None where A is zero or no number."""
    source_a: str = ""
    source_b: str = ""
    days: bool = False
    """Whether the difference is one of dates."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An event that happens on both sides, on another day."""

    site: str
    kind: str
    text: str
    """As B tells it."""
    day_a: str
    day_b: str
    days: int
    """B less A."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A series that is not the same on both sides, on one axis."""

    key: tuple[str, ...]
    """Table, keys and column."""
    unit: str
    axis: tuple[str, ...]
    a: Array
    """NaN where A has no value."""
    b: Array
    first: str
    """Step from which they differ by a thousandth of the largest difference or more."""
    largest: float
    """Difference of the largest magnitude, B less A."""
    largest_at: str
    sum_difference: float
    """Sum of B less A, over the steps that both have."""
    weight_frac: float
    """Sum of absolute differences over the sum of larger magnitudes, 0 to 1: how far they part."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What sets B apart from A."""

    a: Side
    b: Side
    inputs: tuple[Changed, ...]
    figures: tuple[Changed, ...]
    """Those of both sides first, and of these those near the top, as the results give them."""
    moved: tuple[Moved, ...]
    only_a: tuple[Happened, ...]
    only_b: tuple[Happened, ...]
    series: tuple[Parted, ...]
    figures_compared: int
    series_compared: int
    notes: tuple[str, ...]
    """What a reader must know before he reads the differences."""

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.inputs or self.figures or self.moved or self.only_a or self.only_b or self.series)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "a": _about(self.a),
            "b": _about(self.b),
            "same": self.is_same,
            "notes": list(self.notes),
            "inputs": [_plain(asdict(c)) for c in self.inputs],
            "figures_compared": self.figures_compared,
            "figures": [_plain(asdict(c)) for c in self.figures],
            "events": {
                "moved": [asdict(m) for m in self.moved],
                "only_a": [asdict(e) for e in self.only_a],
                "only_b": [asdict(e) for e in self.only_b],
            },
            "series_compared": self.series_compared,
            "series": [_plain({**asdict(p), "key": list(p.key), "axis": list(p.axis)}) for p in self.series],
        }


def _about(side: Side) -> dict[str, str]:
    return {name: getattr(side, name) for name in ("label", "kind", "title", "version", "command")}


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, np.ndarray):
            out[name] = [float(v) if math.isfinite(v) else None for v in value.tolist()]
        elif isinstance(value, float) and not math.isfinite(value):
            out[name] = None
        else:
            out[name] = value
    return out


def compare(a: Side, b: Side) -> Comparison:
    """Lay two results side by side.

    Numbers whose relative difference is at most 1e-9 are the same.

    Raises
    ------
    ValueError
        The two are of different kinds.
    """
    if a.kind != b.kind:
        raise ValueError(f"a {a.kind} and a {b.kind} have nothing to be compared by")
    moved, only_a, only_b = _events(a.events, b.events)
    figures = [
        changed
        for path in dict.fromkeys((*a.figures, *b.figures))
        if (changed := _changed(path, a.figures.get(path), b.figures.get(path), unit_of(*path.split("."))))
    ]
    figures.sort(key=lambda c: (c.a is None or c.b is None, c.path.count(".")))
    return Comparison(
        a=a,
        b=b,
        inputs=_inputs(a.inputs, b.inputs, both=a.whole_input and b.whole_input),
        figures=tuple(figures),
        moved=moved,
        only_a=only_a,
        only_b=only_b,
        series=_series(a.series, b.series),
        figures_compared=len(a.figures.keys() | b.figures.keys()),
        series_compared=len(a.series.keys() | b.series.keys()),
        notes=tuple(_notes(a, b)),
    )


def _notes(a: Side, b: Side) -> list[str]:
    notes = []
    if a.version and b.version and a.version != b.version:
        notes.append(
            f"A was made by version {a.version}, B by {b.version}: what differs may be the program's doing."
        )
    for name, side in (("A", a), ("B", b)):
        if not side.whole_input:
            told = ", ".join(side.inputs) or "nothing"
            notes.append(f"Of what {name} was made from, the result holds {told}: other inputs may differ.")
    return notes


def _inputs(a: Mapping[str, Given], b: Mapping[str, Given], *, both: bool) -> tuple[Changed, ...]:
    """Inputs that differ; where a side does not hold all of them, only those that both have."""
    nothing = Given(None, "")
    found = []
    for path in dict.fromkeys((*a, *b)):
        if not both and not (path in a and path in b):
            continue
        one, other = a.get(path, nothing), b.get(path, nothing)
        changed = _changed(path, one.value, other.value, other.unit or one.unit, (one.source, other.source))
        if changed is not None:
            found.append(changed)
    return tuple(found)


def _changed(path: str, a: Value, b: Value, unit: str, sources: tuple[str, str] = ("", "")) -> Changed | None:
    """Say how two values differ; None where they are the same."""
    if isinstance(a, float) and isinstance(b, float):
        if abs(b - a) <= max(TOLERANCE * max(abs(a), abs(b)), NOTHING):
            return None
        relative = (b - a) / abs(a) if a != 0.0 else None
        return Changed(path, a, b, unit, b - a, relative, *sources)
    if a == b:
        return None
    days = _days_between(a, b)
    return Changed(path, a, b, unit, days, None, *sources, days=days is not None)


def _days_between(a: Value, b: Value) -> float | None:
    if not (isinstance(a, str) and isinstance(b, str) and _DATE.fullmatch(a) and _DATE.fullmatch(b)):
        return None
    try:
        first, last = (date.fromisoformat(d if len(d) == 10 else f"{d}-01") for d in (a, b))
    except ValueError:
        return None
    return float((last - first).days)


def _events(
    a: tuple[Happened, ...], b: tuple[Happened, ...]
) -> tuple[tuple[Moved, ...], tuple[Happened, ...], tuple[Happened, ...]]:
    """Pair events of one site, kind and text, dates in the text apart; the first with the first.

    What then is left is paired once more with the numbers in the text apart.
    """
    moved: list[Moved] = []
    left_a, left_b = list(a), list(b)
    for alike in (_without_dates, _without_numbers):
        left_a, left_b = _pair(left_a, left_b, alike, moved)
    order = sorted(moved, key=lambda m: (m.day_a, m.site, m.text))
    return tuple(order), tuple(left_a), tuple(left_b)


def _pair(
    a: list[Happened], b: list[Happened], alike: Any, moved: list[Moved]
) -> tuple[list[Happened], list[Happened]]:
    waiting: dict[tuple[str, str, str], list[Happened]] = {}
    for event in b:
        waiting.setdefault((event.site, event.kind, alike(event.text)), []).append(event)
    left = []
    for event in a:
        twins = waiting.get((event.site, event.kind, alike(event.text)))
        if not twins:
            left.append(event)
            continue
        twin = next((t for t in twins if t.day == event.day), twins[0])
        twins.remove(twin)
        days = (date.fromisoformat(twin.day) - date.fromisoformat(event.day)).days
        if days:
            moved.append(Moved(event.site, event.kind, twin.text, event.day, twin.day, days))
    return left, [event for event in b if event in (twin for twins in waiting.values() for twin in twins)]


def _without_dates(text: str) -> str:
    return _DATES.sub("…", text)


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("…", text)


def _series(a: Mapping[tuple[str, ...], Series], b: Mapping[tuple[str, ...], Series]) -> tuple[Parted, ...]:
    """Series that differ, what part most first; one that stands in several tables is told once."""
    found: dict[tuple[Any, ...], Parted] = {}
    for key in dict.fromkeys((*a, *b)):
        parted = _parted(key, a.get(key), b.get(key))
        if parted is not None:
            alike = (parted.unit, parted.axis, _coarse(parted.a), _coarse(parted.b))
            found.setdefault(alike, parted)
    return tuple(sorted(found.values(), key=lambda p: -p.weight_frac))


def _coarse(values: Array) -> bytes:
    """Values without their rounding, to know a curve again; what is not known counts as nothing."""
    return np.nan_to_num(values).astype(np.float32).tobytes()


def _parted(key: tuple[str, ...], a: Series | None, b: Series | None) -> Parted | None:
    axis = _joined(a.axis if a else (), b.axis if b else ())
    left, right = (_laid(side, axis) for side in (a, b))
    known = np.isfinite(left) | np.isfinite(right)
    one, other = np.nan_to_num(left), np.nan_to_num(right)
    larger = np.maximum(np.abs(one), np.abs(other))
    gap = np.where(known, other - one, 0.0)
    differs = np.abs(gap) > max(TOLERANCE * float(np.max(larger, initial=0.0)), NOTHING)
    if not differs.any():
        return None
    at = int(np.argmax(np.abs(gap)))
    whole = float(larger.sum())
    return Parted(
        key=key,
        unit=(b or a).unit,  # type: ignore[union-attr]
        axis=axis,
        a=left,
        b=right,
        first=axis[int(np.flatnonzero(np.abs(gap) >= 1e-3 * np.abs(gap[at]))[0])],
        largest=float(gap[at]),
        largest_at=axis[at],
        sum_difference=float(gap.sum()) if abs(float(gap.sum())) > TOLERANCE * whole else 0.0,
        weight_frac=float(np.abs(gap).sum()) / whole if whole > 0.0 else 0.0,
    )


def _joined(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    """Both axes as one; times in seconds by size, all else by name."""
    steps = set(a) | set(b)
    try:
        return tuple(sorted(steps, key=float))
    except ValueError:
        return tuple(sorted(steps))


def _laid(series: Series | None, axis: tuple[str, ...]) -> Array:
    values = np.full(len(axis), np.nan)
    if series is not None:
        place = {step: i for i, step in enumerate(axis)}
        for step, value in zip(series.axis, series.values.tolist(), strict=True):
            values[place[step]] = value
    return values
