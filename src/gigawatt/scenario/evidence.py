"""A number and its source: taken out of the tree before it is validated.

Any single value may be written ``{value: 150 MW, source: ..., as_of: 2025-05,
confidence: reported}``, a guess ``{low: 1, mid: 2, high: 3, confidence:
assumed}``, and any mapping may carry ``source``, ``as_of``, ``confidence``
and ``note`` beside its own keys. Ranges with one ``link: NAME`` are one quantity
and move together. What the models validate is the plain value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from gigawatt.catalog import CONFIDENCES
from gigawatt.kernel.errors import Problem
from gigawatt.scenario.positions import OVERRIDE_FILE, Path, Position, named, nearest
from gigawatt.scenario.shapes import Shape, keys_of, narrowed, shape_of, step
from gigawatt.scenario.yaml_scalars import short

KEYS = ("source", "as_of", "confidence", "note")
"""What may stand beside the keys of any mapping."""
RANGE = ("low", "mid", "high")
LINK = "link"
"""What may stand beside low, mid and high: ranges of one link are one quantity, and move together."""
AS_OF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-Q[1-4])?")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value of the scenario comes from."""

    source: str = ""
    as_of: str = ""
    """When the source says so: YYYY, YYYY-Qn, YYYY-MM or YYYY-MM-DD."""
    confidence: str = ""
    """One of :data:`gigawatt.catalog.CONFIDENCES`, or empty."""
    note: str = ""
    low: str | float | None = None
    """Low end of a range, as written; None where no range was given."""
    high: str | float | None = None
    link: str = ""
    """Name that ranges of one source quantity share; empty: it moves alone."""

    @property
    def is_range(self) -> bool:
        """Whether the value was given as low, mid and high."""
        return self.low is not None


@dataclass(slots=True)
class Taken:
    """A tree without its evidence, and the evidence by path."""

    data: Any
    positions: dict[Path, Position]
    evidence: dict[Path, Evidence] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    file: str = ""

    def note(self, code: str, path: Path, seen: str, remedy: str) -> None:
        """Record a problem at a path of the tree as written."""
        place = nearest(self.positions, path)
        self.problems.append(problem_at(code, path, named(path, self.data), seen, remedy, place, self.file))


def problem_at(
    code: str,
    path: Path,
    shown: str,
    seen: str,
    remedy: str,
    place: Position,
    file: str,
    *,
    at_key: bool = False,
) -> Problem:
    """Build a problem whose message begins with the path that it is about."""
    line, column = (place.key_line, place.key_column) if at_key else (place.line, place.column)
    message = f"{shown}: {seen}" if shown else seen
    dots = ".".join(str(part) for part in path)
    return Problem(code, message, remedy, path=dots, file=place.file or file, line=line, column=column)


def take_evidence(data: Any, positions: dict[Path, Position], model: type[BaseModel], file: str) -> Taken:
    """Take the evidence out of a scenario.

    Parameters
    ----------
    data, positions
        Plain values and their places; left as they are.
    model
        What the scenario will be validated as. A field of that model named
        ``source`` or ``note`` is the model's own and stays.
    file
        What messages call the scenario.

    Examples
    --------
    >>> class Grid(BaseModel):
    ...     limit: float
    >>> taken = take_evidence({"limit": {"value": 3, "source": "permit"}}, {}, Grid, "a.yaml")
    >>> taken.data, taken.evidence["limit",].source
    ({'limit': 3}, 'permit')
    """
    taken = Taken(data, dict(positions), file=file)
    taken.data = _walk(data, (), shape_of(model), taken)
    _check_links(taken)
    return taken


def ranges_that_move(evidence: Mapping[Path, Evidence]) -> list[tuple[Path, ...]]:
    """Group the paths of ranges: those of one link together, every other alone; in the order of the file.

    >>> ends = {"low": 1, "high": 3}
    >>> gas = Evidence(**ends, link="gas")
    >>> ranges_that_move({("a",): gas, ("b",): Evidence(**ends), ("c",): gas})
    [(('a',), ('c',)), (('b',),)]
    """
    groups: dict[tuple[str, Path], list[Path]] = {}
    for path, proof in evidence.items():
        if proof.is_range:
            groups.setdefault((proof.link, () if proof.link else path), []).append(path)
    return [tuple(paths) for paths in groups.values()]


def _check_links(taken: Taken) -> None:
    """Refuse a link that ties nothing: its name is misspelt, or the other range was forgotten."""
    tied: dict[str, list[Path]] = {}
    for path, proof in taken.evidence.items():
        if proof.link:
            tied.setdefault(proof.link, []).append(path)
    if any(place.file == OVERRIDE_FILE for place in taken.positions.values()):
        return  # an override may have replaced the other range
    for link, paths in tied.items():
        if len(paths) == 1:
            close = get_close_matches(link, [name for name in tied if name != link], n=1)
            remedy = f"write link: {close[0]}" if close else "give another range the same link, or remove it"
            taken.note("GW226", (*paths[0], LINK), f"no other range has the link {link!r}", remedy)


def _walk(value: Any, path: Path, shape: Shape, taken: Taken) -> Any:
    if isinstance(value, list):
        return [_walk(item, (*path, i), step(shape, value, i), taken) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    own = {key for model in narrowed(shape, value) for key in keys_of(model)}
    if _is_evidence_form(value, shape, own):
        return _walk(_unwrap(value, path, taken), path, shape, taken)
    beside = {
        key: value[key]
        for key in KEYS
        if key in value and key not in own and _is_beside(key, value[key], shape)
    }
    if beside:
        taken.evidence[path] = _evidence(beside, path, taken)
    for key in beside:
        taken.positions.pop((*path, key), None)
    return {
        key: _walk(inner, (*path, key), step(shape, value, key), taken)
        for key, inner in value.items()
        if key not in beside
    }


def _is_beside(key: str, value: Any, shape: Shape) -> bool:
    """Tell an entry's own evidence from a thing that a person named 'source' or 'note'."""
    if shape.values is None or shape.models:
        return True
    if not isinstance(value, str):
        return False
    return key == "as_of" or not value[:1].isdigit() or not shape_of(shape.values).takes_scalar


def _is_evidence_form(value: dict[str, Any], shape: Shape, own: set[str]) -> bool:
    if shape.values is not None or (shape.models and not shape.takes_scalar):
        return False
    marks = {"value", *RANGE}
    if marks & value.keys() & own:
        return False
    if marks & value.keys():
        return True
    return bool(value) and not shape.models and shape.is_known and value.keys() <= set(KEYS)


def _unwrap(value: dict[str, Any], path: Path, taken: Taken) -> Any:
    """Record the evidence of one written value and return the value itself."""
    allowed = ("value", *RANGE, *KEYS, LINK)
    for key in value:
        if key not in allowed:
            close = get_close_matches(key, allowed, n=1)
            remedy = f"write {close[0]!r}" if close else f"keep only {', '.join(allowed)}"
            taken.note(
                "GW220", (*path, key), f"{short(key)} is not a part of a value with its source", remedy
            )
    is_range = bool(value.keys() & set(RANGE))
    if is_range and ("value" in value or not set(RANGE) <= value.keys()):
        have = ", ".join(key for key in ("value", *RANGE) if key in value)
        remedy = "write low, mid and high, or value alone"
        taken.note("GW223", path, f"a range needs low, mid and high and no value; here {have}", remedy)
    elif not is_range and "value" not in value:
        taken.note(
            "GW223", path, "there is a source here, but no value", "add value: ..., or low, mid and high"
        )
    elif is_range and not (value.get("source") or value.get("confidence")):
        remedy = "add confidence: assumed, or the source"
        taken.note("GW224", path, "a range without a source must be marked as assumed", remedy)
    if LINK in value and not _is_link(value, is_range=is_range):
        seen = f"link {short(str(value[LINK]))} is no name" if is_range else "link stands beside no range"
        taken.note(
            "GW226", (*path, LINK), seen, "write a name of 1 to 64 characters beside low, mid and high"
        )
    part = "mid" if is_range else "value"
    meta = {key: value[key] for key in KEYS if key in value}
    proof = _evidence(meta, path, taken)
    if is_range and set(RANGE) <= value.keys():
        proof = _with_range(proof, value, path, taken)
    taken.evidence[path] = proof
    _move_positions(taken.positions, path, part, value)
    return value.get(part, value.get("value"))


def _with_range(proof: Evidence, value: dict[str, Any], path: Path, taken: Taken) -> Evidence:
    ends = (value["low"], value["high"])
    if any(isinstance(end, bool) or not isinstance(end, str | int | float) for end in ends):
        taken.note("GW223", path, "low and high are not single values", "write a quantity or a date for each")
        return proof
    link = value[LINK] if LINK in value and _is_link(value, is_range=True) else ""
    return Evidence(proof.source, proof.as_of, proof.confidence, proof.note, ends[0], ends[1], link)


def _is_link(value: dict[str, Any], *, is_range: bool) -> bool:
    name = value[LINK]
    return is_range and isinstance(name, str) and 0 < len(name) <= 64


def _move_positions(positions: dict[Path, Position], path: Path, part: str, value: dict[str, Any]) -> None:
    """Let the value stand where its number stands; keep the places of a range's ends."""
    outer = positions.get(path)
    inner = positions.get((*path, part))
    if outer is not None and inner is not None:
        positions[path] = Position(inner.line, inner.column, outer.key_line, outer.key_column, inner.file)
    if isinstance(value.get(part), list | dict):
        prefix = (*path, part)
        for old in [p for p in positions if p[: len(prefix)] == prefix and len(p) > len(prefix)]:
            positions[(*path, *old[len(prefix) :])] = positions.pop(old)


def _evidence(meta: Mapping[str, Any], path: Path, taken: Taken) -> Evidence:
    read = {}
    for key, value in meta.items():
        text = (
            str(value) if key == "as_of" and isinstance(value, int) and not isinstance(value, bool) else value
        )
        if not isinstance(text, str):
            taken.note(
                "GW221", (*path, key), f"{key} must be a text", "write it in quotes, or remove the key"
            )
            continue
        if key == "confidence" and text not in CONFIDENCES:
            close = get_close_matches(text, CONFIDENCES, n=1)
            remedy = f"write {close[0]!r}" if close else f"write one of {', '.join(CONFIDENCES)}"
            seen = f"{short(text)} is not a degree of confidence ({', '.join(CONFIDENCES)})"
            taken.note("GW222", (*path, key), seen, remedy)
            continue
        if key == "as_of" and not AS_OF.fullmatch(text):
            taken.note(
                "GW221", (*path, key), f"{short(text)} is not a date", "write YYYY, YYYY-MM or YYYY-MM-DD"
            )
            continue
        read[key] = text
    return Evidence(**read)
