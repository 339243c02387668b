"""Where each key and value of a scenario stands in its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gigawatt.kernel.inputs import bare_name

Path = tuple[str | int, ...]
"""Keys and list indices from the top of a scenario to one value."""

OVERRIDE_FILE = "--set"
"""Stands as the file of a value that an override gave."""


class Position(NamedTuple):
    """Place of one value and of its key; lines and columns count from 1."""

    line: int
    column: int
    key_line: int
    """Line of the key; of the value itself where it has no key (list items, the whole file)."""
    key_column: int
    file: str = ""
    """Empty for the scenario's own file; ``--set`` for an override (then ``line`` says which one)."""


def dotted(path: Path) -> str:
    """Write a path with dots.

    >>> dotted(("sites", "memphis", "halls", 0, "ready_from"))
    'sites.memphis.halls.0.ready_from'
    """
    return ".".join(str(part) for part in path)


def named(path: Path, data: Any) -> str:
    """Write a path with dots, list items by their name where they have one.

    >>> named(("halls", 0, "ready_from"), {"halls": [{"name": "north", "ready_from": "2025"}]})
    'halls.north.ready_from'
    """
    parts: list[str] = []
    here = data
    for part in path:
        here = child(here, part)
        own = here.get("name") if isinstance(part, int) and isinstance(here, dict) else None
        parts.append(own if isinstance(own, str) and own.isprintable() and len(own) <= 80 else str(part))
    return ".".join(parts)


def child(value: Any, part: str | int) -> Any:
    """Return what stands under a key or an index, or None where nothing does."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return None


def find_part(value: Any, segments: list[str], *, exact: bool = False) -> tuple[str | int, int] | None:
    """Find which child the first segments of a dotted path name.

    Names may hold dots themselves, so the longest run of segments that names
    a child wins. A key may be meant with or without its unit (unless
    ``exact``); a list item by its index or its ``name``.

    Returns
    -------
    tuple or None
        The key or index, and how many segments it took.

    Examples
    --------
    >>> find_part({"hall 1.5": {}}, ["hall 1", "5", "capacity"])
    ('hall 1.5', 2)
    """
    for taken in range(len(segments), 0, -1):
        text = ".".join(segments[:taken])
        if isinstance(value, dict):
            if text in value:
                return text, taken
            continue
        if isinstance(value, list):
            if text.isascii() and text.isdigit() and len(text) < 9 and int(text) < len(value):
                return int(text), taken
            for index, item in enumerate(value):
                if isinstance(item, dict) and item.get("name") == text:
                    return index, taken
    if isinstance(value, dict) and not exact:
        for key in value:
            if segments[0] == bare_name(key) or key == bare_name(segments[0]):
                return key, 1
    return None


def find_path(data: Any, text: str) -> tuple[Path, list[str]]:
    """Follow a dotted path as far as it exists; return that part and the segments left over."""
    path: Path = ()
    left = text.split(".") if text else []
    here = data
    while left:
        found = find_part(here, left)
        if found is None:
            break
        part, taken = found
        path = (*path, part)
        here = child(here, part)
        left = left[taken:]
    return path, left


def nearest(positions: Mapping[Path, Position], path: Path) -> Position:
    """Return the position of a path, or of the nearest thing around it."""
    for length in range(len(path), -1, -1):
        found = positions.get(path[:length])
        if found is not None:
            return found
    return Position(1, 1, 1, 1)
