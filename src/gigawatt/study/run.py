"""A scenario, run: every site through its hours, then ledger, costs, notes and the run value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gigawatt.compute import QueuedJobs
from gigawatt.kernel.errors import InputError
from gigawatt.kernel.handover import Weather
from gigawatt.kernel.version import VERSION
from gigawatt.results import Run, SiteTrace, UnitCost
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import LoadedScenario, folder_of, locate
from gigawatt.scenario.resolve import resolve
from gigawatt.study.accounts import Book
from gigawatt.study.assumptions import assumptions
from gigawatt.study.booking import book_site
from gigawatt.study.events import site_events
from gigawatt.study.financing import finance_campus
from gigawatt.study.money import SiteMoney, token_costs, unit_costs
from gigawatt.study.months import monthly_figures
from gigawatt.study.notes import queue_notes, scenario_notes
from gigawatt.study.simulate import SiteHours, simulate_site, weather_of
from gigawatt.study.trace import site_trace
from gigawatt.supply import owned_shares

if TYPE_CHECKING:
    from gigawatt.study.queue_run import Queue

Progress = Callable[[str, float], None]
"""Called with a stage in words and the share of the run that is done, 0 to 1."""


def resolve_loaded(loaded: LoadedScenario[Scenario]) -> Campus:
    """Resolve a scenario that was read; problems get their place in its file.

    Raises
    ------
    InputError
        GW4xx, every reference that leads nowhere.
    """
    try:
        return resolve(loaded.scenario, folder_of(loaded.file))
    except InputError as error:
        raise _placed(loaded, error) from None


def _placed(loaded: LoadedScenario[Scenario], error: InputError) -> InputError:
    """Give the problems that name a field their place; those that name a file keep it."""
    return InputError([p if p.file else locate(loaded, p) for p in error.problems])


def run_scenario(loaded: LoadedScenario[Scenario], progress: Progress | None = None) -> Run:
    """Run a scenario that was read.

    Parameters
    ----------
    loaded
        From :func:`gigawatt.scenario.read_scenario`.
    progress
        Told of each stage.

    Raises
    ------
    InputError
        A name that does not exist, a trace that cannot be read, and the like.
    InfeasibleError
        Load would have to be shed where the scenario forbids it.
    """
    tell = progress or (lambda _stage, _share: None)
    tell("resolve", 0.0)
    campus = resolve_loaded(loaded)
    queues = _read_queues(campus)
    tell("climate", 0.05)
    weather = weather_of(campus)
    book = Book(campus.clock)
    traces: dict[str, SiteTrace] = {}
    sums: dict[str, SiteMoney] = {}
    monthly: dict[str, dict[str, Any]] = {}
    costs: list[UnitCost] = []
    events = []
    notes = list(scenario_notes(loaded))
    for i, site in enumerate(campus.sites.values()):
        at = _at(tell, 0.1 + 0.8 * i / len(campus.sites))
        at(f"simulate {site.name}")
        hours = _simulate_site(loaded, campus, site, weather[site.name], queues, at)
        notes += queue_notes(hours)
        trace = site_trace(site, hours, campus.clock)
        money = sums[site.name] = book_site(book, campus, site, hours)
        traces[site.name] = trace
        monthly[site.name] = monthly_figures(trace, campus.clock)
        hourly_costs = unit_costs(
            site.name,
            money,
            trace.daily["installed_gpus"],
            monthly[site.name]["useful_gpu_h"],
            campus.scenario.money,
            campus.clock,
        )
        costs += [*hourly_costs, *token_costs(hourly_costs, trace.workloads, campus.clock)]
        events += site_events(site, hours, trace, campus.clock, loaded)
    tell("account", 0.9)
    scenario = campus.scenario
    run = Run(
        scenario=scenario.name,
        title=scenario.title or scenario.name,
        description=scenario.description,
        version=VERSION,
        seed=scenario.seed,
        clock=campus.clock,
        sites=traces,
        ledger=book.ledger(),
        monthly=monthly,
        unit_costs=tuple(costs),
        events=tuple(sorted(events, key=lambda e: (e.day, e.site, e.kind, e.text))),
        assumptions=assumptions(campus, loaded.evidence),
        notes=tuple(notes),
        resolved=scenario.model_dump(mode="json", by_alias=False),
        scenario_sha256=loaded.text_sha256,
        overrides=loaded.overrides,
        tenants=owned_shares(scenario.tenants),
        reported=_reported(loaded),
        finance=finance_campus(campus, sums, traces),
    )
    tell("done", 1.0)
    return run


def _simulate_site(
    loaded: LoadedScenario[Scenario],
    campus: Campus,
    site: SiteCampus,
    weather: Weather,
    queues: dict[str, Queue],
    tell: Callable[[str], None],
) -> SiteHours:
    try:
        return simulate_site(campus, site, weather, queues, tell)
    except InputError as error:
        raise _placed(loaded, error) from None


def _at(tell: Progress, share: float) -> Callable[[str], None]:
    return lambda stage: tell(stage, share)


def _read_queues(campus: Campus) -> dict[str, Queue]:
    """Read all traces before anything is simulated; the cluster room is loaded only where one is named."""
    if not any(isinstance(work, QueuedJobs) for work in campus.scenario.workloads):
        return {}
    from gigawatt.study.queues import read_queues

    return read_queues(campus)


def _reported(loaded: LoadedScenario[Scenario]) -> tuple[tuple[str, Any, float, str], ...]:
    out = []
    for i, told in enumerate(loaded.scenario.reported):
        found = loaded.evidence.get(("reported", i))
        out.append((told.site, told.date, float(told.gpus), found.source if found else ""))
    return tuple(out)
