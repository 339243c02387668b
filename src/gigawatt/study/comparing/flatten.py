"""Nested values as paths: a manifest's figures, a scenario's inputs, lists that run by month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gigawatt.kernel.inputs import bare_name
from gigawatt.kernel.units import SUFFIXES, suffix_of, unit_symbol

Value = float | str | None
AXES = ("month", "period", "when", "time_s")
"""Columns and keys along which a series runs."""
LONGEST_TEXT = 200

_NOT_FIGURES = frozenset(
    {
        "format", "scenario", "title", "trace", "version", "seed", "run_dir", "scenario_sha256", "overrides",
        "residuals", "tables", "resolved", "notes", "wall_s", "command", "trace_runs", "machines", "policy",
        "draws",
    }
)  # fmt: skip
"""Keys that name the result or say how it was made; residuals are rounding errors."""
_MADE_OF = ("scenario", "trace", "policy", "gpus", "machines", "seed", "draws", "overrides")
"""Keys of a result that does not hold its whole input, but says something of it."""
_NAMES = ("name", "id", "covenant", "policy", "site", "tenant")
_ITEM = re.compile(r"[a-z][a-z0-9_]*")
_UNITS = {"frac": "frac", "years": "years", "days": "days", "months": "months", "t": "t", "h": "h"}
_INSIDE = sorted((s for s in SUFFIXES if len(s) > 1), key=len, reverse=True)


def unit_of(*path: str) -> str:
    """Read the unit off the names of a path, the last first; empty where none tells one.

    >>> unit_of("finance", "sources_usd", "vehicle debt"), unit_of("useful_gpu_h"), unit_of("gpus_energised")
    ('USD', 'GPU-h', 'GPUs')
    >>> unit_of("energy_mwh_grid"), unit_of("irr_frac"), unit_of("binding")
    ('MWh', 'frac', '')
    """
    for name in reversed(path):
        if not _ITEM.fullmatch(name):
            continue
        if name.endswith("gpu_h") and not name.endswith("per_gpu_h"):
            return "GPU-h"
        if name == "months":
            return "months"
        suffix = suffix_of(name) or (name if name in SUFFIXES and len(name) > 1 else None)
        if suffix is None:
            suffix = next((s for s in _INSIDE if f"_{s}_" in f"_{name}_"), None)
        if suffix is not None:
            return _symbol(suffix)
    return ""


def _symbol(suffix: str) -> str:
    if suffix == "gpus":
        return "GPUs"
    return _UNITS.get(suffix) or unit_symbol(suffix).replace("_", " ")


def made_of(told: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Yield what a result without its whole input says of it."""
    for key in _MADE_OF:
        value = told.get(key)
        if value is not None and value != [] and not isinstance(value, Mapping):
            yield key, _plain(value)


def inputs_of(resolved: Mapping[str, Any]) -> Iterator[tuple[str, str, Value, str]]:
    """Yield each input: path with names, path with places in lists, value and unit.

    Keys are written as in a file, without their unit; items of a list by their name where each has one.
    """
    yield from _inputs(resolved, (), (), "")


def _inputs(
    value: Any, path: tuple[str, ...], place: tuple[str, ...], field: str
) -> Iterator[tuple[str, str, Value, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            key = "from" if name == "from_" else bare_name(str(name))
            yield from _inputs(item, (*path, key), (*place, key), str(name))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        _, names = _names(value)
        for number, item in enumerate(value):
            yield from _inputs(item, (*path, names[number]), (*place, str(number)), field)
    elif value is not None and value != []:
        suffix = suffix_of(field)
        unit = _symbol(suffix) if suffix else ""
        is_year = field.endswith("year") and isinstance(value, int)
        yield ".".join(path), ".".join(place), str(value) if is_year else _plain(value), unit


def _names(items: list[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """Name each item of a list by its own name, or by its place where a name is missing or twice there.

    Returns
    -------
    tuple
        Key under which the names stand, empty where places stand in; the names.
    """
    for key in _NAMES:
        names = [item.get(key) for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return key, [str(name) for name in names]
    return "", [str(number) for number in range(len(items))]


def _plain(value: Any) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def figures_of(told: Mapping[str, Any]) -> dict[str, Value]:
    """Return every number and short text of a nested answer by its path; lists by month are series."""
    return dict(_figures({k: v for k, v in told.items() if k not in _NOT_FIGURES}, ()))


def _figures(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name != "residuals":
                yield from _figures(item, (*path, str(name)))
    elif isinstance(value, list):
        if value and all(isinstance(item, Mapping) for item in value) and _axis_of(value[0]) is None:
            key, names = _names(value)
            for number, item in enumerate(value):
                rest = {name: inner for name, inner in item.items() if name != key}
                yield from _figures(rest, (*path, names[number]))
    elif value is None or isinstance(value, bool | int | float):
        is_year = path[-1].endswith("year") and isinstance(value, int)
        yield ".".join(path), str(value) if is_year else None if value is None else _plain(value)
    elif isinstance(value, str) and len(value) <= LONGEST_TEXT:
        yield ".".join(path), value


def _axis_of(item: Mapping[str, Any]) -> str | None:
    return next((axis for axis in AXES if axis in item), None)


def series_of_lists(
    told: Mapping[str, Any],
) -> dict[tuple[str, ...], tuple[tuple[str, ...], list[float], str]]:
    """Return each list of months in a nested answer as series: path -> axis, values, unit."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], list[float], str]] = {}
    _lists(told, (), found)
    return found


def _lists(value: Any, path: tuple[str, ...], found: dict[tuple[str, ...], Any]) -> None:
    if isinstance(value, Mapping):
        for name, item in value.items():
            _lists(item, (*path, str(name)), found)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        axis = _axis_of(value[0])
        if axis is None:
            return
        steps = tuple(str(item.get(axis, "")) for item in value)
        rows = [figures_of(item) for item in value]
        for name in dict.fromkeys(key for row in rows for key in row):
            values = [row.get(name) for row in rows]
            if name != axis and all(v is None or isinstance(v, float) for v in values):
                numbers = [float("nan") if v is None else float(v) for v in values]
                found[(*path, name)] = (steps, numbers, unit_of(*name.split(".")))
