"""Scenario to campus: look up catalogue rows, check what needs several rooms, lay out the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path

from gigawatt import catalog, climate, compute
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import Problem, ProblemList
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.scenario.models import Scenario, Site


def resolve(scenario: Scenario) -> Campus:
    """Look every name up and lay the scenario on its clock.

    Raises
    ------
    InputError
        Every reference that leads nowhere (GW4xx), all at once, each with the
        path of its field.
    """
    problems = ProblemList()
    _check_references(scenario, problems)
    for name, site in scenario.sites.items():
        _check_site(name, site, problems)
    problems.raise_if_any()
    clock = Clock(scenario.start, scenario.end + timedelta(days=1))
    chips = {d.chip for d in scenario.deliveries if d.status == "firm"}
    return Campus(
        scenario=scenario,
        clock=clock,
        systems={chip: compute.system(chip) for chip in sorted(chips)},
        sites={
            name: SiteCampus(
                name=name,
                title=site.title or name,
                site=site,
                place=climate.place(site.place.climate),
                deliveries=tuple(d for d in scenario.deliveries if d.site == name),
                announcements=tuple(a for a in scenario.announcements if a.site == name),
                workloads=tuple(w for w in scenario.workloads if w.site == name),
            )
            for name, site in scenario.sites.items()
        },
    )


def _lookup(problems: ProblemList, path: str, code: str, what: str, seen: str, known: Iterable[str]) -> None:
    """Note a name that is not among the known ones, with the nearest as remedy."""
    names = list(known)
    if seen in names:
        return
    near = get_close_matches(seen, names, n=1)
    listed = ", ".join(names) if names else "none is declared"
    remedy = f"write {near[0]!r}" if near else f"choose one of: {listed}"
    problems.add(Problem(code, f"{what} {seen!r} does not exist", remedy, path=path))


def _check_references(scenario: Scenario, problems: ProblemList) -> None:
    sites = list(scenario.sites)
    tenants = [t.name for t in scenario.tenants]
    chips = catalog.names("chip")
    for i, lot in enumerate(scenario.deliveries):
        _lookup(problems, f"deliveries.{i}.site", "GW401", "delivery to no site:", lot.site, sites)
        _lookup(problems, f"deliveries.{i}.chip", "GW402", "chip", lot.chip, chips)
    for i, said in enumerate(scenario.announcements):
        _lookup(problems, f"announcements.{i}.site", "GW401", "site", said.site, sites)
    for i, item in enumerate(scenario.money.capital_items):
        _lookup(problems, f"money.capital_items.{i}.site", "GW401", "site", item.site, sites)
    for i, told in enumerate(scenario.reported):
        _lookup(problems, f"reported.{i}.site", "GW401", "site", told.site, sites)
    for i, work in enumerate(scenario.workloads):
        _lookup(problems, f"workloads.{i}.site", "GW401", "site", work.site, sites)
        if work.tenant is not None:
            _lookup(problems, f"workloads.{i}.tenant", "GW403", "tenant", work.tenant, tenants)
        for k, chip in enumerate(work.chips or ()):
            _lookup(problems, f"workloads.{i}.chips.{k}", "GW402", "chip", chip, chips)
        model = getattr(work, "model", None)
        if isinstance(model, str):
            names = catalog.names("model")
            _lookup(problems, f"workloads.{i}.model", "GW404", "model", model, names)
        profile = getattr(work, "hourly_profile", None)
        if isinstance(profile, str):
            names = catalog.names("demand_profile")
            _lookup(problems, f"workloads.{i}.hourly_profile", "GW404", "profile", profile, names)
    for name, count in Counter(w.name for w in scenario.workloads).items():
        if count > 1:
            text = f"{count} workloads are called {name!r}"
            problems.add(Problem("GW405", text, "give each its own name", path="workloads"))


def _check_site(name: str, site: Site, problems: ProblemList) -> None:
    at = f"sites.{name}"
    places = catalog.names("climate")
    _lookup(problems, f"{at}.place.climate", "GW404", "climate", site.place.climate, places)
    if site.place.weather_file is not None and not Path(site.place.weather_file).is_file():
        problems.add(
            Problem(
                "GW406",
                f"weather file {site.place.weather_file!r} does not exist",
                "give the path of an EPW or TMY3 file, or leave it out for synthetic weather",
                path=f"{at}.place.weather_file",
            )
        )
    water = [w.name for w in site.water]
    for i, plant in enumerate(site.cooling.plants):
        if plant.water is not None:
            path = f"{at}.cooling.plants.{i}.water"
            _lookup(problems, path, "GW407", "water source", plant.water, water)
    power = site.power
    _lookup(problems, f"{at}.power.tariff", "GW404", "tariff", power.tariff, catalog.names("tariff"))
    regions = catalog.names("grid_region")
    _lookup(problems, f"{at}.power.region", "GW404", "grid region", power.region, regions)
    _lookup(problems, f"{at}.power.fuel", "GW404", "fuel", power.fuel, catalog.names("fuel"))
    for i, group in enumerate(power.generators):
        path = f"{at}.power.generators.{i}"
        models = catalog.names("generator")
        _lookup(problems, f"{path}.model", "GW404", "generator model", group.model, models)
        if group.fuel is not None:
            _lookup(problems, f"{path}.fuel", "GW404", "fuel", group.fuel, catalog.names("fuel"))
    for i, store in enumerate(power.storage):
        path = f"{at}.power.storage.{i}.model"
        _lookup(problems, path, "GW404", "storage model", store.model, catalog.names("storage"))
