"""The site's groups, permits and limits laid on the clock, in one canonical order."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array
from gigawatt.power.emissions import SHORT_TON_KG
from gigawatt.power.inputs import GeneratorGroup, Permit, PowerInput, StorageGroup
from gigawatt.power.models import (
    POLLUTANTS,
    FuelModel,
    GeneratorModel,
    StorageModel,
    fuel_model,
    generator_of,
    storage_of,
)

SOURCE_NUMBER = {"grid": 0, "turbine": 1, "genset": 2}


@dataclass(frozen=True, slots=True)
class Unit:
    """A generator group with its figures, its permit and the hours in which it may run."""

    group: GeneratorGroup
    model: GeneratorModel
    fuel: FuelModel
    permit: Permit | None
    first_hour: int
    """From the clock's start; negative where it began earlier."""
    end_hour: int


@dataclass(frozen=True, slots=True)
class Store:
    """A storage group with its figures and the hours in which it is there."""

    group: StorageGroup
    model: StorageModel
    first_hour: int
    end_hour: int


def generating_units(power: PowerInput, clock: Clock) -> tuple[Unit, ...]:
    """Order the groups by kind, heat rate and name, whatever their order in the scenario."""
    permits = {p.name: p for p in power.permits}
    found = []
    for group in power.generators:
        model = generator_of(group)
        permit = permits.get(group.permit) if group.permit is not None else None
        starts = [group.from_] + ([permit.from_] if permit else [])
        ends = [day for day in (group.until, permit.until if permit else None) if day is not None]
        end_day = min((clock.day_index(day) for day in ends), default=clock.days + 1)
        found.append(
            Unit(
                group,
                model,
                fuel_model(group.fuel or model.fuel),
                permit,
                24 * max(clock.day_index(day) for day in starts),
                24 * end_day,
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda u: (SOURCE_NUMBER[u.model.technology], u.model.heat_rate_btu_per_kwh, u.group.name),
        )
    )


def stores(power: PowerInput, clock: Clock) -> tuple[Store, ...]:
    """Order the stores by name."""
    return tuple(
        Store(
            group,
            storage_of(group),
            24 * clock.day_index(group.from_),
            24 * (clock.days + 1 if group.until is None else clock.day_index(group.until)),
        )
        for group in sorted(power.storage, key=lambda s: s.name)
    )


def permits_in_order(power: PowerInput) -> tuple[Permit, ...]:
    """Order the permits by name."""
    return tuple(sorted(power.permits, key=lambda p: p.name))


def permit_limits_kg(permit: Permit) -> tuple[float, float, float]:
    """Yearly budgets of NOx, CO and VOC; infinite where there is none."""
    nox, co, voc = (
        np.inf if limit is None else limit * SHORT_TON_KG
        for limit in (permit.nox_limit_short_tons, permit.co_limit_short_tons, permit.voc_limit_short_tons)
    )
    return nox, co, voc


def ppm_of(model: GeneratorModel, starting: bool = False) -> tuple[float, ...]:
    """Concentrations of NOx, CO and VOC in normal operation or while starting and stopping."""
    suffix = "_start_ppm" if starting else "_ppm"
    return tuple(getattr(model, pollutant + suffix) for pollutant in POLLUTANTS)


def grid_limit_by_day_mw(power: PowerInput, clock: Clock) -> Array:
    """Import limit of each day by the latest step on or before it, shape (days,)."""
    limit = np.zeros(clock.days)
    for step in power.grid:
        limit[clock.span(step.from_, None)] = step.import_limit_mw
    return limit


def grid_limit_by_hour_mw(power: PowerInput, clock: Clock) -> Array:
    """Import limit of each hour, outages and demand responses included, shape (hours,)."""
    limit = np.repeat(grid_limit_by_day_mw(power, clock), 24)
    for outage in power.grid_outages:
        first = 24 * clock.day_index(outage.day) + outage.hour
        last = min(first + ceil(outage.duration_h), clock.hours)
        if last > max(first, 0):
            limit[max(first, 0) : last] = np.minimum(limit[max(first, 0) : last], outage.import_limit_mw)
    return limit
