"""Read the catalogue: one TOML file a kind in ``data/``, one table a row.

A row's table holds its values (the unit last in each name) and ``source``,
``as_of`` and ``confidence``. A value whose provenance differs from the row's
has its own entry in the sub-table ``sources``::

    [titan-130]
    technology = "turbine"
    capacity_mw = 16.5
    heat_rate_btu_per_kwh = 10650.0
    source = "..."
    as_of = "2025-07"
    confidence = "read in the source"
    note = "..."
    [titan-130.sources]
    heat_rate_btu_per_kwh = {source = "...", confidence = "from memory"}
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

CONFIDENCES = (
    "read in the source",
    "partly read",
    "reported",
    "estimate",
    "derived",
    "from memory",
    "assumed",
)
"""How far a figure can be trusted, most first."""

_META = {"source", "as_of", "confidence", "note", "sources"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the catalogue."""

    kind: str
    name: str
    values: Mapping[str, Any]
    source: str
    as_of: str
    confidence: str
    note: str = ""
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Provenance of single values where it differs from the row's."""

    def provenance(self, name: str) -> tuple[str, str, str]:
        """Return source, date and confidence of one value."""
        own = self.sources.get(name, {})
        return (
            own.get("source", self.source),
            own.get("as_of", self.as_of),
            own.get("confidence", self.confidence),
        )


@cache
def kinds() -> tuple[str, ...]:
    """Name the kinds of rows."""
    folder = files("gigawatt.catalog") / "data"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def rows(kind: str) -> Mapping[str, Row]:
    """Return every row of a kind by name.

    Raises
    ------
    InputError
        GW101: no such kind.
    """
    if kind not in kinds():
        raise _unknown("kind of row", kind, kinds())
    text = (files("gigawatt.catalog") / "data" / f"{kind}.toml").read_text(encoding="utf-8")
    read = {}
    for name, table in tomllib.loads(text).items():
        values = {k: v for k, v in table.items() if k not in _META}
        read[name] = Row(
            kind=kind,
            name=name,
            values=MappingProxyType(values),
            source=table["source"],
            as_of=table["as_of"],
            confidence=table["confidence"],
            note=table.get("note", ""),
            sources=MappingProxyType(table.get("sources", {})),
        )
    return MappingProxyType(read)


def names(kind: str) -> tuple[str, ...]:
    """Name the rows of a kind."""
    return tuple(rows(kind))


def row(kind: str, name: str) -> Row:
    """Return one row.

    Raises
    ------
    InputError
        GW101: no such kind or row; the message suggests the nearest.
    """
    table = rows(kind)
    if name not in table:
        raise _unknown(kind, name, tuple(table))
    return table[name]


def _unknown(what: str, seen: str, known: tuple[str, ...]) -> InputError:
    near = get_close_matches(seen, known, n=1)
    return InputError(
        Problem(
            code="GW101",
            message=f"the catalogue has no {what} {seen!r}",
            remedy=(f"write {near[0]!r}" if near else f"choose one of {', '.join(known)}"),
        )
    )
