"""What a person would have noticed: dated inputs, milestones, and the days on which the binding changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from gigawatt.kernel.clock import Clock
from gigawatt.results import BINDINGS, Event, SiteTrace
from gigawatt.scenario.campus import SiteCampus
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import LoadedScenario
from gigawatt.study.simulate import SiteHours

NOTICEABLE_MW = 1e-6
MIN_DAYS = 5
"""A binding that lasts shorter is left out of the list of events (it stays in the daily table)."""


def site_events(
    site: SiteCampus, hours: SiteHours, trace: SiteTrace, clock: Clock, loaded: LoadedScenario[Scenario]
) -> list[Event]:
    """List a site's events within the clock."""
    found = [
        *_dated_inputs(site, loaded),
        *_deliveries(site, loaded),
        *_binding_changes(site, trace, clock),
        *_milestones(site, hours, clock),
        *_power_events(site, hours, clock),
        *_heat_unmet(site, trace, clock),
    ]
    return [e for e in found if clock.start <= e.day < clock.end]


def _dated_inputs(site: SiteCampus, loaded: LoadedScenario[Scenario]) -> Iterator[Event]:
    at = ("sites", site.name)
    inputs = site.site
    for i, hall in enumerate(inputs.halls):
        text = f"hall {hall.name} ready: {hall.it_power_mw:,.0f} MW of IT"
        yield Event(hall.from_, site.name, "hall", text, _source(loaded, (*at, "halls", i)))
    for i, step in enumerate(inputs.power.grid):
        text = f"grid import up to {step.import_limit_mw:,.0f} MW"
        yield Event(step.from_, site.name, "grid", text, _source(loaded, (*at, "power", "grid", i)))
    for kind, things in (
        ("generator", inputs.power.generators),
        ("storage", inputs.power.storage),
        ("solar", inputs.power.solar),
        ("permit", inputs.power.permits),
    ):
        key = "generators" if kind == "generator" else "permits" if kind == "permit" else kind
        for i, thing in enumerate(things):
            source = _source(loaded, (*at, "power", key, i))
            yield from _comes_and_goes(site.name, kind, thing, source)
    for i, plant in enumerate(inputs.cooling.plants):
        source = _source(loaded, (*at, "cooling", "plants", i))
        yield from _comes_and_goes(site.name, "cooling", plant, source)


def _comes_and_goes(site: str, kind: str, thing: Any, source: str) -> Iterator[Event]:
    units = getattr(thing, "units", None)
    what = f"{units} x {thing.name}" if units else str(thing.name)
    yield Event(thing.from_, site, kind, f"{what} in service", source)
    if thing.until is not None:
        yield Event(thing.until, site, kind, f"{what} out of service", source)


def _deliveries(site: SiteCampus, loaded: LoadedScenario[Scenario]) -> Iterator[Event]:
    for i, lot in enumerate(loaded.scenario.deliveries):
        if lot.site == site.name and lot.status == "firm":
            text = f"{lot.gpus:,} {lot.chip.upper()} delivered"
            yield Event(lot.arrives_by, site.name, "delivery", text, _source(loaded, ("deliveries", i)))


def _binding_changes(site: SiteCampus, trace: SiteTrace, clock: Clock) -> Iterator[Event]:
    """Say from when which limit binds, for spells of at least ``MIN_DAYS``."""
    edges = np.flatnonzero(np.diff(trace.binding)) + 1
    starts = np.concatenate([[0], edges])
    ends = np.concatenate([edges, [clock.days]])
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        name = BINDINGS[int(trace.binding[start])]
        if name in ("none", "delivery") or end - start < MIN_DAYS:
            continue
        text = f"{name} binds until {clock.day_of(end - 1)}"
        yield Event(clock.day_of(start), site.name, "binding", text)


def _milestones(site: SiteCampus, hours: SiteHours, clock: Clock) -> Iterator[Event]:
    for milestone in hours.result.milestones:
        yield Event(_day(milestone.hour, clock), site.name, "milestone", milestone.text)


def _power_events(site: SiteCampus, hours: SiteHours, clock: Clock) -> Iterator[Event]:
    for hour, kind, text in hours.dispatched.events:
        yield Event(_day(hour, clock), site.name, kind, text)


def _heat_unmet(site: SiteCampus, trace: SiteTrace, clock: Clock) -> Iterator[Event]:
    """Say from when heat found no plant, where that happened at all."""
    unmet = trace.hourly["heat_unmet_mw"]
    hours = np.flatnonzero(unmet > NOTICEABLE_MW)
    if hours.size:
        text = (
            f"heat of up to {unmet.max():,.1f} MW finds no cooling plant, "
            f"{hours.size:,} hours and {unmet.sum():,.0f} MWh in all"
        )
        yield Event(_day(int(hours[0]), clock), site.name, "cooling", text)


def _day(hour: int, clock: Clock) -> date:
    return clock.day_of(min(hour, clock.hours - 1) // 24)


def _source(loaded: LoadedScenario[Scenario], path: tuple[str | int, ...]) -> str:
    found = loaded.evidence.get(path)
    return found.source if found else ""
