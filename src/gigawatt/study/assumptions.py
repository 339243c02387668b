"""Every number that a result rests on: given, from the catalogue, or a default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from gigawatt import catalog
from gigawatt.kernel.inputs import bare_name
from gigawatt.kernel.units import suffix_of, unit_symbol
from gigawatt.results import Assumption
from gigawatt.scenario.campus import Campus
from gigawatt.scenario.evidence import Evidence

Path = tuple[str | int, ...]
_WORDS = {"name", "title", "description", "text", "note_to_reader", "kind", "effect"}
_NO_EVIDENCE = Evidence()


def assumptions(campus: Campus, evidence: Mapping[Path, Evidence]) -> tuple[Assumption, ...]:
    """List the scenario's values, given or defaulted, then the catalogue's rows in use."""
    scenario = list(_scenario_values(campus.scenario, (), evidence))
    return (*scenario, *_catalogue_values(campus))


def _scenario_values(model: BaseModel, path: Path, evidence: Mapping[Path, Evidence]) -> Iterator[Assumption]:
    for name, info in type(model).model_fields.items():
        key = info.alias or bare_name(name)
        given = name in model.model_fields_set
        yield from _values(getattr(model, name), name, (*path, key), given, info.description, evidence)


def _values(
    value: Any,
    name: str,
    path: Path,
    given: bool,
    described: str | None,
    evidence: Mapping[Path, Evidence],
) -> Iterator[Assumption]:
    if isinstance(value, BaseModel):
        yield from _scenario_values(value, path, evidence)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _values(item, name, (*path, key), given, described, evidence)
    elif isinstance(value, list | tuple) and value and isinstance(value[0], BaseModel):
        for i, item in enumerate(value):
            yield from _values(item, name, (*path, i), given, described, evidence)
    elif value is not None and name not in _WORDS and not (isinstance(value, str) and given):
        yield _assumption(value, name, path, given, described, evidence)


def _assumption(
    value: Any,
    name: str,
    path: Path,
    given: bool,
    described: str | None,
    evidence: Mapping[Path, Evidence],
) -> Assumption:
    own = evidence.get(path)
    around = _nearest(path, evidence)
    found = own or around
    if not given:
        return Assumption(
            path=".".join(map(str, path)),
            value=_shown(value, name),
            low="",
            high="",
            origin="default",
            source=" ".join((described or "").split()),
            as_of="",
            confidence="assumed" if "assumed" in (described or "") else "",
            note="",
        )
    return Assumption(
        path=".".join(map(str, path)),
        value=_shown(value, name),
        low="" if found.low is None or own is None else str(found.low),
        high="" if found.high is None or own is None else str(found.high),
        origin="given",
        source=found.source or around.source,
        as_of=found.as_of or around.as_of,
        confidence=found.confidence or around.confidence,
        note=found.note,
    )


def _nearest(path: Path, evidence: Mapping[Path, Evidence]) -> Evidence:
    """Return the evidence of the closest entry around a value that names a source or confidence."""
    for length in range(len(path) - 1, -1, -1):
        found = evidence.get(path[:length])
        if found is not None and (found.source or found.confidence):
            return found
    return _NO_EVIDENCE


def _shown(value: Any, name: str) -> str:
    suffix = suffix_of(name)
    unit = unit_symbol(suffix).replace("_", " ") if suffix else ""
    if isinstance(value, bool | str | date):
        return str(value)
    if isinstance(value, float):
        return f"{value:.10g} {unit}".strip()
    return f"{value} {unit}".strip()


def _catalogue_values(campus: Campus) -> Iterator[Assumption]:
    for kind, name in _rows_in_use(campus):
        row = catalog.row(kind, name)
        for field, value in row.values.items():
            source, as_of, confidence = row.provenance(field)
            yield Assumption(
                path=f"catalog.{kind}.{name}.{field}",
                value=_shown(value, field) if not isinstance(value, list | dict) else str(value),
                low="",
                high="",
                origin="catalogue",
                source=source,
                as_of=as_of,
                confidence=confidence,
                note=row.note,
            )


def _rows_in_use(campus: Campus) -> Iterator[tuple[str, str]]:
    """Name the rows that the campus draws on, each once, in a fixed order."""
    used: dict[tuple[str, str], None] = {}
    for site in campus.sites.values():
        power = site.site.power
        used[("climate", site.site.place.climate)] = None
        used[("tariff", power.tariff)] = None
        used[("grid_region", power.region)] = None
        used[("fuel", power.fuel)] = None
        for group in power.generators:
            used[("generator", group.model)] = None
        for store in power.storage:
            used[("storage", store.model)] = None
        for work in site.workloads:
            model = getattr(work, "model", None)
            if isinstance(model, str):
                used[("model", model)] = None
    for chip, system in campus.systems.items():
        used[("chip", chip)] = None
        used[("system", system.name)] = None
    yield from used
