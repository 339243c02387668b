"""One result as names and values: inputs, figures, events and series, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.study.comparing.flatten import figures_of, inputs_of, made_of, series_of_lists
from gigawatt.study.comparing.tables import TableFacts, facts_of_tables

if TYPE_CHECKING:
    from gigawatt.finance import Statement
    from gigawatt.results import Run

Array = NDArray[np.float64]
Value = float | str | None
"""A number, a text (dates among them), or nothing."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input as it was used."""

    value: Value
    unit: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event on a day."""

    day: str
    site: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values along an axis: months ('YYYY-MM'), years, or seconds."""

    axis: tuple[str, ...]
    values: Array
    unit: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two results."""

    label: str
    """As it was named: a folder, a file, a scenario with its overrides."""
    kind: str
    """'run', 'replay', 'deal' or another result's name."""
    title: str
    version: str
    inputs: Mapping[str, Given]
    """By path."""
    figures: Mapping[str, Value]
    """By path."""
    events: tuple[Happened, ...] = ()
    series: Mapping[tuple[str, ...], Series] = field(default_factory=dict)
    """By table, keys and column."""
    command: str = ""
    """What makes it again; empty where that is not known."""
    whole_input: bool = True
    """Whether ``inputs`` are all that it was made from."""

    def __repr__(self) -> str:
        return (
            f"Side({self.label!r}, {self.kind}, {len(self.inputs):,} inputs, {len(self.figures):,} figures, "
            f"{len(self.events):,} events, {len(self.series):,} series)"
        )


def side_of_manifest(
    manifest: Mapping[str, Any], facts: TableFacts, *, label: str, kind: str, command: str = ""
) -> Side:
    """Lay out what a manifest and the tables beside it say."""
    resolved = manifest.get("resolved")
    whole = isinstance(resolved, Mapping)
    if isinstance(resolved, Mapping):
        inputs = {
            path: Given(value, unit, facts.sources.get(place, ""))
            for path, place, value, unit in inputs_of(resolved)
        }
        inputs |= {path: Given(value, "", source) for path, (value, source) in facts.catalogue.items()}
    else:
        inputs = {key: Given(value, "") for key, value in made_of(manifest)}
    return Side(
        label=label,
        kind=kind,
        title=str(manifest.get("title") or manifest.get("scenario") or manifest.get("trace") or label),
        version=str(manifest.get("version", "")),
        inputs=inputs,
        figures=figures_of(manifest),
        events=tuple(Happened(*event) for event in facts.events),
        series={key: Series(*told) for key, told in facts.series.items()},
        command=command,
        whole_input=whole,
    )


def side_of_run(run: Run, *, label: str = "", command: str = "") -> Side:
    """Lay out a run that was just made.

    Parameters
    ----------
    run
        What the engine left.
    label
        How it is to be called. Default: its scenario's name.
    command
        What makes it again.
    """
    from gigawatt.results.folder import manifest_of
    from gigawatt.results.tables import tables

    made = tables(run)
    listed = {name: {"rows": table.num_rows, "columns": table.column_names} for name, table in made.items()}
    return side_of_manifest(
        manifest_of(run, listed),
        facts_of_tables(listed, made.__getitem__),
        label=label or run.scenario,
        kind="run",
        command=command,
    )


def side_of_deal(statement: Statement, *, label: str = "", command: str = "") -> Side:
    """Lay out a deal that was just run."""
    from gigawatt.results.tables import finance_table
    from gigawatt.study.financing import deal_result

    done = deal_result(statement)
    table = finance_table(done)
    listed = {"finance": {"rows": table.num_rows, "columns": table.column_names}}
    deal = statement.deal
    resolved = deal.model_dump(mode="json", by_alias=False)
    from gigawatt.kernel.version import VERSION

    manifest = {"title": deal.title or deal.name, "version": VERSION, **done.figures, "resolved": resolved}
    return side_of_manifest(
        manifest,
        facts_of_tables(listed, lambda _name: table),
        label=label or deal.name,
        kind="deal",
        command=command,
    )


def side_of_json(told: Mapping[str, Any], *, label: str) -> Side:
    """Lay out what a command printed with ``--json``."""
    if "sources_usd" in told:
        kind = "deal"
    elif "sites" in told and "scenario" in told:
        kind = "run"
    elif "makespan_s" in told:
        kind = "replay"
    else:
        kind = "result"
    series = {
        path: Series(axis, np.array(values, dtype=np.float64), unit)
        for path, (axis, values, unit) in series_of_lists(told).items()
    }
    return Side(
        label=label,
        kind=kind,
        title=str(told.get("title") or told.get("scenario") or told.get("trace") or label),
        version=str(told.get("version", "")),
        inputs={key: Given(value, "") for key, value in made_of(told)},
        figures=figures_of(told),
        series=series,
        whole_input=False,
    )
