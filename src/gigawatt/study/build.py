"""Steps 2 to 4 of a run: what is installed, what power and cooling can carry, what is energised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt import cooling, power, supply
from gigawatt.compute import ComputeSystem
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import DesignConditions, FirmCapacity
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.scenario.models import CoolingInput

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteBuild:
    """One site's build-out by day."""

    built: supply.BuildOut
    systems: tuple[ComputeSystem, ...]
    """One for each chip of ``built.chips``."""
    kw_per_gpu: Array
    """IT power provisioned for one GPU, shape (chips,)."""
    pue_design: Array
    cooling_it_mw: Array
    firm: FirmCapacity
    energised: supply.Energised


@dataclass(frozen=True, slots=True)
class CoolingByDay:
    """What the plant in service allows and costs at the design hour, shape (days,)."""

    pue_design: Array
    it_capacity_mw: Array


def build_site(campus: Campus, site: SiteCampus) -> SiteBuild:
    """Run supply, firm power and cooling of one site, and energise what they allow."""
    clock = campus.clock
    chips = supply.chips_in_order(site.deliveries)
    systems = tuple(campus.systems[chip] for chip in chips)
    kw_per_gpu = np.array([s.provisioned_kw_per_gpu for s in systems])
    built = supply.build_out(
        site.name,
        site.deliveries,
        site.announcements,
        site.site.halls,
        site.site.crews,
        dict(zip(chips, kw_per_gpu.tolist(), strict=True)),
        clock,
    )
    liquid = liquid_share(built.installed, kw_per_gpu, systems)
    cooled = cooling_by_day(site.site.cooling, liquid, site.place.design, clock)
    firm = power.firm_capacity(site.site.power, clock, site.place.design, site.place.elevation_m)
    energised = supply.energise(built, kw_per_gpu, cooled.pue_design, firm.total_mw, cooled.it_capacity_mw)
    return SiteBuild(
        built=built,
        systems=systems,
        kw_per_gpu=kw_per_gpu,
        pue_design=cooled.pue_design,
        cooling_it_mw=cooled.it_capacity_mw,
        firm=firm,
        energised=energised,
    )


def liquid_share(installed: Array, kw_per_gpu: Array, systems: Sequence[ComputeSystem]) -> Array:
    """Share of the installed IT power whose heat goes to the liquid loop, shape (days,).

    Before anything is installed, the share of the first chip to come.
    """
    if not systems:
        return np.zeros(installed.shape[0])
    frac = np.array([s.provisioned_liquid_frac for s in systems])
    it_kw = installed * kw_per_gpu
    total = it_kw.sum(axis=1)
    return np.asarray(np.where(total > 0.0, (it_kw @ frac) / np.maximum(total, 1e-300), frac[0]))


def cooling_by_day(
    plant: CoolingInput, liquid_frac: Array, design: DesignConditions, clock: Clock
) -> CoolingByDay:
    """Find PUE at the design hour and IT capacity for each day's plant and heat mix.

    Computed once for each distinct set of plants and heat share (to 0.1 %). On a
    day without plant the PUE is that of the next set of plants to come, and the
    capacity is 0.
    """
    pue = np.full(clock.days, np.nan)
    capacity = np.zeros(clock.days)
    known: dict[tuple[tuple[str, ...], float], tuple[float, float]] = {}
    for day in range(clock.days):
        on = cooling.plants_on(plant.plants, clock.day_of(day))
        if not on:
            continue
        key = (tuple(p.name for p in on), round(float(liquid_frac[day]), 3))
        if key not in known:
            known[key] = (
                cooling.pue_design(on, plant.electrical, key[1], design),
                cooling.it_capacity_mw(on, plant.electrical, key[1]),
            )
        pue[day], capacity[day] = known[key]
    if np.isnan(pue).all():
        pue[:] = cooling.pue_design(plant.plants, plant.electrical, float(liquid_frac[0]), design)
    return CoolingByDay(pue_design=_filled(pue), it_capacity_mw=capacity)


def _filled(values: Array) -> Array:
    """Fill gaps with the next known value, and the end with the last."""
    known = np.flatnonzero(~np.isnan(values))
    at = np.searchsorted(known, np.arange(len(values)))
    return np.asarray(values[known[np.minimum(at, len(known) - 1)]])
