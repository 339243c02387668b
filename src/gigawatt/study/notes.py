"""Doubts and limits that the reader of a run must know: the scenario's own, and those of its queues."""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.results import Note
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import LoadedScenario
from gigawatt.study.simulate import SiteHours


def scenario_notes(loaded: LoadedScenario[Scenario]) -> tuple[Note, ...]:
    """Return the notes that the scenario gives, with their sources."""
    out = []
    for i, note in enumerate(loaded.scenario.notes):
        found = loaded.evidence.get(("notes", i))
        out.append(Note(note.kind, note.title, note.text, found.source if found else "", note.effect))
    return tuple(out)


def queue_notes(hours: SiteHours) -> Iterator[Note]:
    """Say what was assumed where a trace is silent, and what a schedule does not know."""
    if hours.queues is None:
        return
    for name, result in hours.queues.results.items():
        at = hours.result.workloads.index(name)
        said = list(result.notes)
        shed_mwh = float(hours.result.shed_mw[at].sum())
        if shed_mwh > 0.0:
            said.append(
                f"{shed_mwh:,.1f} MWh were shed from it afterwards: its GPUs, heat and useful GPUs fall in "
                "proportion, the times of its jobs do not move"
            )
        if said:
            yield Note("limit", f"Jobs of {name}", "; ".join(said) + ".")
