"""What tables say, read off their columns: series by month, events by day, sources of inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.study.comparing.flatten import AXES, unit_of

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
LARGEST_ROWS = 200_000
"""Tables with more rows are not laid side by side."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the tables of one result say."""

    series: Mapping[tuple[str, ...], tuple[tuple[str, ...], Array, str]] = field(default_factory=dict)
    """By table, keys and column: axis, values, unit."""
    events: tuple[tuple[str, str, str, str], ...] = ()
    """Day, site, kind, text."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Path of an input -> its source."""
    catalogue: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Path of a catalogue's figure in use -> value and source."""


def facts_of_tables(listed: Mapping[str, Any], read: Callable[[str], pa.Table]) -> TableFacts:
    """Read what can be laid beside another result's tables.

    Parameters
    ----------
    listed
        Table -> its ``rows`` and ``columns``, as a manifest lists them.
    read
        Gives a table by name; called only for those that are needed.
    """
    series: dict[tuple[str, ...], tuple[tuple[str, ...], Array, str]] = {}
    events: list[tuple[str, str, str, str]] = []
    sources: dict[str, str] = {}
    catalogue: dict[str, tuple[str, str]] = {}
    for name, about in listed.items():
        columns = list(about.get("columns", ()))
        if int(about.get("rows", 0)) > LARGEST_ROWS:
            continue
        axis = next((a for a in AXES if a in columns), None)
        if axis is not None:
            series |= _series(name, read(name), axis)
        elif {"day", "kind", "text"} <= set(columns):
            events += [
                (str(row["day"]), str(row.get("site", "")), str(row["kind"]), str(row["text"]))
                for row in read(name).to_pylist()
            ]
        elif {"path", "value", "source"} <= set(columns):
            for row in read(name).to_pylist():
                sources[row["path"]] = row["source"]
                if row.get("origin") == "catalogue":
                    catalogue[row["path"]] = (row["value"], row["source"])
    return TableFacts(series, tuple(events), sources, catalogue)


def _series(
    table_name: str, table: pa.Table, axis: str
) -> dict[tuple[str, ...], tuple[tuple[str, ...], Array, str]]:
    import pyarrow.types as kinds

    numeric = [f.name for f in table.schema if f.name != axis and _is_number(kinds, f.type)]
    if not numeric:
        return {}
    first = table.column_names.index(numeric[0])
    keys = [
        f.name for f in list(table.schema)[:first] if f.name not in (axis, "unit") and kinds.is_string(f.type)
    ]
    rows = {name: table.column(name).to_pylist() for name in (axis, *keys, *numeric)}
    unit = table.column("unit").to_pylist() if "unit" in table.column_names else None
    found: dict[tuple[str, ...], tuple[tuple[str, ...], Array, str]] = {}
    for key, places in _groups([rows[k] for k in keys], table.num_rows):
        steps = tuple(str(rows[axis][i]) for i in places)
        for column in numeric:
            values = np.array([_number(rows[column][i]) for i in places])
            told = unit_of(column) if unit is None else unit[places[0]]
            found[(table_name, *key, column)] = (steps, values, str(told))
    return found


def _is_number(kinds: Any, of: Any) -> bool:
    return bool(kinds.is_floating(of) or kinds.is_integer(of))


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _groups(keys: list[list[Any]], rows: int) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """Rows of each combination of keys, in order of appearance."""
    places: dict[tuple[str, ...], list[int]] = {}
    for row in range(rows):
        places.setdefault(tuple(str(column[row]) for column in keys), []).append(row)
    yield from places.items()
