"""Scenario to campus: look up catalogue rows, check what needs several rooms, lay out the clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from gigawatt import climate, compute
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.references import reference_problems

_HERE = Path()


def resolve(scenario: Scenario, folder: Path = _HERE) -> Campus:
    """Look every name up and lay the scenario on its clock.

    Parameters
    ----------
    scenario
        What was read.
    folder
        Where the paths of its traces begin: the folder of its file.

    Raises
    ------
    InputError
        Every reference that leads nowhere (GW4xx), all at once, each with the
        path of its field.

    Examples
    --------
    >>> from gigawatt.scenario import read_scenario
    >>> resolve(read_scenario("reference-100mw").scenario).clock.hours
    26304
    """
    problems = reference_problems(scenario.model_dump(mode="json", by_alias=True), folder)
    if problems:
        raise InputError(problems)
    clock = Clock(scenario.start, scenario.end + timedelta(days=1))
    chips = {d.chip for d in scenario.deliveries if d.status == "firm"}
    return Campus(
        scenario=scenario,
        folder=folder,
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
