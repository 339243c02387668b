"""``--set path=value``: change any field of a scenario from the command line."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.kernel.inputs import bare_name
from gigawatt.scenario.positions import OVERRIDE_FILE, Path, Position, child, dotted, find_part, named
from gigawatt.scenario.shapes import shape_at
from gigawatt.scenario.yaml_reader import MAX_DEPTH, MAX_KEY, Tree, read_yaml
from gigawatt.scenario.yaml_scalars import short
from gigawatt.scenario.yaml_text import decode

_EXAMPLE = "write a field and its value, such as sites.memphis.title=Memphis"
_MAX_LISTED = 20
_DAYS = re.compile(r"([+-]\d{1,6}) ?(d|days?)")
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def apply_overrides(tree: Tree, overrides: Sequence[str], model: type[BaseModel]) -> Tree:
    """Return a tree in which each ``path=value`` is set, in order.

    A path has keys, list indices or the ``name`` of a list's item, set apart
    by dots. The value is read as YAML; ``+36d`` moves a date that is written
    there by so many days. Mappings that the file does not write
    are made; names that the path goes through must exist.

    Raises
    ------
    InputError
        GW217: not of the form ``path=value``. GW218: a path that leads
        nowhere; what exists there is listed. GW219: days are added to what
        is no date. Reading errors of the value.

    Examples
    --------
    >>> class Site(BaseModel):
    ...     limit: str
    >>> tree = read_yaml("limit: 150 MW", "a.yaml")
    >>> apply_overrides(tree, ["limit=200 MW"], Site).data
    {'limit': '200 MW'}
    """
    changed = Tree(copy.deepcopy(tree.data) if overrides else tree.data, dict(tree.positions))
    problems: list[Problem] = []
    for number, text in enumerate(overrides, start=1):
        try:
            _apply(changed, text, number, model)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return changed


def _apply(tree: Tree, text: str, number: int, model: type[BaseModel]) -> None:
    dots, equals, written = text.partition("=")
    segments = dots.strip().split(".")
    if not equals or not written.strip():
        raise _problem("GW217", number, f"{short(text)} is not path=value", _EXAMPLE)
    if len(segments) > MAX_DEPTH or not all(0 < len(part) <= MAX_KEY for part in segments):
        raise _problem("GW217", number, f"{short(dots)} is not a path of keys set apart by dots", _EXAMPLE)
    value = _read_value(written, number, len(dots) + 1)
    path = _find(tree.data, segments, number, model)
    moved = _moved(tree.data, path, written.strip(), number)
    if moved is not None:
        value = Tree(moved, value.positions)
    _put(tree.data, path, value.data)
    _place(tree.positions, path, value.positions, number)


def _read_value(written: str, number: int, offset: int) -> Tree:
    """Read the right-hand side; its places count from the beginning of the whole argument."""
    try:
        raw = written.encode("utf-8", errors="surrogateescape")
        value = read_yaml(decode(raw, OVERRIDE_FILE), OVERRIDE_FILE)
    except InputError as error:
        raise InputError(
            replace(p, line=number, column=p.column + offset if p.line <= 1 else p.column)
            for p in error.problems
        ) from None
    moved = {
        path: Position(
            number,
            place.column + offset if place.line == 1 else place.column,
            number,
            place.key_column + offset if place.key_line == 1 else place.key_column,
            OVERRIDE_FILE,
        )
        for path, place in value.positions.items()
    }
    return Tree(value.data, moved)


def _moved(data: Any, path: Path, written: str, number: int) -> str | None:
    """Move a date by whole days, ``+36d`` or ``-5d``; None where the text is another value."""
    told = _DAYS.fullmatch(written)
    if told is None:
        return None
    here = data
    for part in path:
        here = child(here, part)
    if isinstance(here, dict):
        here = here.get("value", here.get("mid"))
    if isinstance(here, str) and _DAY.fullmatch(here):
        day = date.fromisoformat(here if len(here) == 10 else f"{here}-01")
        with suppress(OverflowError):
            return (day + timedelta(days=int(told[1]))).isoformat()
    if told[2] != "d":
        return None  # a duration may be written so too
    seen = f"{named(path, data)} is moved by {short(written)}, and no date is written there"
    remedy = "write the date itself: YYYY-MM-DD"
    raise _problem("GW219", number, seen, remedy, path)


def _find(data: Any, segments: list[str], number: int, model: type[BaseModel]) -> Path:
    """Follow a path through what exists, then through what the model would hold there."""
    path: Path = ()
    here, left = data, segments
    while left:
        found = find_part(here, left, exact=True)
        if found is not None:
            path, here, left = (*path, found[0]), child(here, found[0]), left[found[1] :]
        elif isinstance(here, dict) or here is None:
            _may_be_made(data, here or {}, path, left, number, model)
            path, here, left = (*path, left[0]), None, left[1:]
        else:
            raise _leads_nowhere(data, here, path, left, number)
    return path


def _may_be_made(
    data: Any, here: dict[str, Any], path: Path, left: list[str], number: int, model: type[BaseModel]
) -> None:
    shape = shape_at(model, data, path)
    if len(left) == 1 or not shape.is_known:
        return
    if shape.values is not None and not shape.models:
        raise _leads_nowhere(data, here, path, left, number)
    if shape.items is not None and not shape.models:
        where = named(path, data)
        seen = f"{where} is a list that the file does not write"
        raise _problem("GW218", number, seen, f"set the whole list: {where}=[...]", path)


def _put(data: Any, path: Path, value: Any) -> None:
    """Set a value in place, making the mappings on the way to it."""
    here = data
    for part in path[:-1]:
        if isinstance(part, str) and here.get(part) is None:
            here[part] = {}
        here = here[part]
    last = path[-1]
    if isinstance(last, str):
        # The same field may be written with its unit in the key or in the value; one of them stays.
        for twin in [
            key for key in here if key != last and (bare_name(key) == last or bare_name(last) == key)
        ]:
            del here[twin]
    here[last] = value


def _place(positions: dict[Path, Position], path: Path, inner: Mapping[Path, Position], number: int) -> None:
    for old in [p for p in positions if p[: len(path)] == path]:
        del positions[old]
    for length in range(1, len(path)):
        positions.setdefault(path[:length], Position(number, 1, number, 1, OVERRIDE_FILE))
    for below, place in inner.items():
        key_column = place.key_column if below else 1
        positions[(*path, *below)] = place._replace(key_column=key_column)


def _leads_nowhere(data: Any, here: Any, path: Path, left: list[str], number: int) -> InputError:
    where = named(path, data) or "the scenario"
    if not isinstance(here, dict | list):
        seen = f"{where} is a single value; there is nothing below it, so no {short('.'.join(left))}"
        return _problem("GW218", number, seen, f"set {where} itself", path)
    if isinstance(here, dict):
        known = [str(key) for key in here]
    else:
        known = [
            str(item["name"]) if isinstance(item, dict) and isinstance(item.get("name"), str) else str(index)
            for index, item in enumerate(here)
        ]
    close = get_close_matches(left[0], known, n=1)
    listed = ", ".join(known[:_MAX_LISTED]) + (", …" if len(known) > _MAX_LISTED else "")
    seen = f"there is no {short(left[0])} in {where}; it has {listed or 'nothing'}"
    return _problem("GW218", number, seen, f"write {close[0]!r}" if close else "name one of those", path)


def _problem(code: str, number: int, seen: str, remedy: str, path: Path = ()) -> InputError:
    return InputError(
        Problem(code, seen, remedy, path=dotted(path), file=OVERRIDE_FILE, line=number, column=1)
    )
