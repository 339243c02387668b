"""Bounds on claims from a run of the site: what power, cooling, halls and crews allow, month by month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from gigawatt.evidence import Bound, Scope
from gigawatt.results import Run

SIDES: tuple[tuple[str, str, str], ...] = (
    ("power", "firm_power_mw", "firm power of the grid and of the units on the site"),
    ("cooling", "cooling_facility_mw", "cooling plant in service, in facility megawatts"),
    ("hall", "hall_facility_mw", "halls that are ready, in facility megawatts"),
)
"""Kind of bound, column of the daily table, and what it is."""


def bounds_from_run(run: Run, subjects: Mapping[str, str]) -> list[Bound]:
    """Turn a run's limits into bounds.

    One bound a site, month and side (firm power, cooling, halls): the highest facility megawatts that the
    side allowed on any day of the month. A claim in chips is laid beside it through kW per GPU as seen.
    What was ordered or delivered is no bound: scenarios take it from the very statements that are audited.

    Parameters
    ----------
    run
        From :func:`gigawatt.study.run_scenario`.
    subjects
        Site of the run -> subject of the claims.

    Raises
    ------
    KeyError
        The run has no such site.
    """
    found = []
    for site, subject in subjects.items():
        trace = run.sites[site]
        for month, (first, until, days) in enumerate(_months(run)):
            for kind, column, what in SIDES:
                most = float(np.max(trace.daily[column][days]))
                found.append(
                    Bound(
                        id=f"{subject} {kind} {run.clock.months[month]}",
                        subject=subject,
                        kind=kind,
                        low=most,
                        mid=most,
                        high=most,
                        dimension="power",
                        scope=Scope(level="facility", stage="energised"),
                        first=first,
                        until=until,
                        source=f"run of {run.scenario}, seed {run.seed}, site {site}",
                        arithmetic=f"the month's highest {column}: {what}",
                        modelled=True,
                    )
                )
    return found


def _months(run: Run) -> list[tuple[date, date, slice]]:
    of_day = run.clock.month_of_day
    edges = [int(np.searchsorted(of_day, m)) for m in range(len(run.clock.months) + 1)]
    return [
        (run.clock.day_of(first), run.clock.day_of(last - 1) + timedelta(days=1), slice(first, last))
        for first, last in pairwise(edges)
    ]


def pack_bounds(
    scenario: str, sites: Mapping[str, str], tell: Callable[[str, float], None] | None = None
) -> list[Bound]:
    """Run a scenario and turn its limits into bounds on claims.

    Raises
    ------
    InputError
        The scenario is wrong, or has no such site (GW401).
    """
    from difflib import get_close_matches

    from gigawatt.kernel.errors import InputError, Problem
    from gigawatt.scenario import read_scenario
    from gigawatt.study.run import run_scenario

    loaded = read_scenario(scenario)
    known = list(loaded.scenario.sites)
    unknown = [site for site in sites if site not in known]
    if unknown:
        raise InputError(
            [
                Problem(
                    "GW401",
                    f"model.sites: the scenario {scenario!r} has no site {site!r}",
                    f"write {(get_close_matches(site, known, n=1) or known)[0]!r}",
                    path=f"model.sites.{site}",
                )
                for site in unknown
            ]
        )
    return bounds_from_run(run_scenario(loaded, tell), sites)


__all__ = ["SIDES", "bounds_from_run", "pack_bounds"]
