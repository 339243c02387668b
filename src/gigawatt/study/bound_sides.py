"""The sides that bound a site, day by day, from steps 1 to 4 of a run: no hour is needed for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt import catalog
from gigawatt.compute import ComputeSystem
from gigawatt.kernel.clock import Clock
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.study.build import SiteBuild, build_site
from gigawatt.study.money import capital_of
from gigawatt.supply import Crew

Array = NDArray[np.float64]

MEGAWATTS = ("power", "cooling", "hall")
"""Sides in facility megawatts; the others are in GPUs."""
RESTS_ON_STATEMENTS = frozenset({"chips", "time"})
"""Sides that the scenario takes from what was said: to stay within them makes nothing likelier."""
STAGE = {"chips": "delivered", "time": "installed", "crew": "installed", "rack": "installed"}
"""Side in GPUs -> the stage that it bounds, and every later one."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What each side allows on each day."""

    most: Mapping[str, Array]
    """Side -> facility megawatts or GPUs, shape (days,); a side that the site does not name is left out."""
    told: Mapping[str, str]
    """Side -> its arithmetic; what :attr:`parts` holds is filled in for a day."""
    parts: Mapping[str, Mapping[str, Array]]
    """Side -> name in the arithmetic -> daily figures."""

    def in_words(self, side: str, day: int) -> str:
        """Write the arithmetic of a side on a day."""
        figures = {name: f"{values[day]:,.6g}" for name, values in self.parts.get(side, {}).items()}
        return self.told[side].format(**figures)


def sides_of(campus: Campus, site: SiteCampus) -> Sides:
    """Find what power, cooling, halls, racks, crews, chips and time allow on each day.

    Power, cooling and halls are the run's daily columns ``firm_power_mw``, ``cooling_facility_mw`` and
    ``hall_facility_mw``. Racks are whole racks that the halls' IT power feeds, of the site's chip that gives
    most GPUs; crews what they could have installed since their first day, chips at hand or not; chips what
    was delivered; time what was installed.
    """
    build = build_site(campus, site)
    most: dict[str, Array] = {
        "power": build.energised.firm_power_mw,
        "cooling": build.energised.cooling_facility_mw,
        "hall": build.energised.hall_facility_mw,
        "chips": build.built.delivered.sum(axis=1),
        "time": build.built.installed.sum(axis=1),
    }
    told = {
        "power": "the month's highest firm_power_mw: firm power of the grid and of the units on the site",
        "cooling": "the month's highest cooling_facility_mw: cooling plant in service, in facility megawatts",
        "hall": "the month's highest hall_facility_mw: halls that are ready, in facility megawatts",
        "chips": f"{_sum_of(build.built.chips)} delivered by the month's end (deliveries of the scenario)",
        "time": f"{_sum_of(build.built.chips)} installed by the month's end, in halls, by crews",
    }
    parts: dict[str, Mapping[str, Array]] = {
        "chips": _by_chip(build, build.built.delivered),
        "time": _by_chip(build, build.built.installed),
    }
    racks = _racks(build)
    if racks is not None:
        most["rack"], told["rack"], parts["rack"] = racks
    if site.site.crews:
        most["crew"], told["crew"], parts["crew"] = _crews(site.site.crews, campus.clock)
    return Sides(most, told, parts)


def _sum_of(chips: Sequence[str]) -> str:
    return " + ".join(f"{{{chip}}} {chip}" for chip in chips) or "nothing"


def _by_chip(build: SiteBuild, counts: Array) -> dict[str, Array]:
    return {chip: counts[:, c] for c, chip in enumerate(build.built.chips)}


def _racks(build: SiteBuild) -> tuple[Array, str, dict[str, Array]] | None:
    """Whole racks that halls feed, floor(IT kW / kW a rack), in GPUs; None where no rack is known."""
    found = None
    for system in build.systems:
        each = catalog.row("system", system.name).values.get("gpus_per_rack")
        if each is None:
            continue
        rack_kw = float(each) * system.provisioned_kw_per_gpu
        racks = np.floor(build.built.hall_it_mw * 1e3 / rack_kw + 1e-9)
        if found is None or racks[-1] * each > found[0][-1]:
            found = (racks * each, _rack_words(system, float(each), rack_kw), {
                "it_mw": build.built.hall_it_mw, "racks": racks
            })  # fmt: skip
    return found


def _rack_words(system: ComputeSystem, each: float, rack_kw: float) -> str:
    return (
        f"{{it_mw}} MW of IT in halls that are ready / {rack_kw:,.4g} kW a rack of {system.name} = "
        f"{{racks}} racks x {each:g} GPUs"
    )


def _crews(crews: Sequence[Crew], clock: Clock) -> tuple[Array, str, dict[str, Array]]:
    """GPUs that crews could have installed since their first day: the sum of rate times days of each step."""
    steps = sorted(crews, key=lambda c: c.from_)
    days = np.arange(clock.days)
    ends = [*(clock.day_index(step.from_) for step in steps[1:]), clock.days]
    parts: dict[str, Array] = {}
    total, words = np.zeros(clock.days), []
    for n, (step, end) in enumerate(zip(steps, ends, strict=True)):
        worked = np.clip(np.minimum(days + 1, end) - clock.day_index(step.from_), 0, None).astype(np.float64)
        total += worked * step.rate_gpus_per_day
        parts[f"days{n}"] = worked
        words.append(f"{{days{n}}} days x {step.rate_gpus_per_day:,.6g} GPUs a day")
    return np.floor(total + 1e-9), f"crews since {steps[0].from_}: {' + '.join(words)}", parts


def capital_needed(campus: Campus, site: SiteCampus) -> tuple[float, str]:
    """USD that a delivered GPU needs in chips, halls and power plant, at its least over all months.

    The most favourable month: a bound on GPUs from capital is then never too tight. Capital is what the run
    books, what was paid before its start included.

    Returns
    -------
    USD a GPU, infinite where nothing is delivered; and the arithmetic.
    """
    build = build_site(campus, site)
    paid = capital_of(campus, site, build)
    months = np.sum(list(paid.months.values()) or [np.zeros(len(campus.clock.months))], axis=0)
    so_far = sum(paid.before.values()) + np.cumsum(months)
    last = np.searchsorted(campus.clock.month_of_day, np.arange(len(campus.clock.months)), side="right") - 1
    gpus = build.built.delivered.sum(axis=1)[last]
    if not gpus.any():
        return float("inf"), "the run delivers nothing"
    each = np.where(gpus > 0.0, so_far / np.maximum(gpus, 1.0), np.inf)
    at = int(np.argmin(each))
    return float(each[at]), (
        f"({so_far[at] / 1e9:,.4g} bn USD of capital needed by {campus.clock.months[at]} / {gpus[at]:,.0f} "
        f"GPUs delivered = {each[at]:,.4g} USD a GPU, the least of all months)"
    )
