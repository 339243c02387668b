"""The arrays that the compiled dispatch takes, built from a site's supply, its weather and its clock."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, Weather
from gigawatt.power.emissions import kg_per_mmbtu_ppm
from gigawatt.power.fleet import (
    SOURCE_NUMBER,
    Store,
    Unit,
    generating_units,
    grid_limit_by_hour_mw,
    permit_limits_kg,
    permits_in_order,
    ppm_of,
    stores,
)
from gigawatt.power.inputs import Permit, PowerInput
from gigawatt.power.models import POLLUTANTS
from gigawatt.power.outages import units_up
from gigawatt.power.solar import solar_output_mw
from gigawatt.power.thermal import full_load_heat_rate_mmbtu_per_mwh, unit_capacity_mw

YEAR_H = 8760


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site stands."""

    latitude_deg: float
    longitude_deg: float
    """East is positive."""
    elevation_m: float
    utc_offset_h: float
    """Local standard time less UTC."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that the compiled loop takes, in its order."""

    units: tuple[Unit, ...]
    stores: tuple[Store, ...]
    permits: tuple[Permit, ...]
    solar_mw: Array
    net_mw: Array
    limit_mw: Array
    order: NDArray[np.int64]
    forecast_mw: Array
    hold_mw: Array
    gp: Array
    pp: Array
    sp: Array
    cap_mw: Array
    heat_rate: Array
    up: NDArray[np.uint8]


def _group_rows(units: tuple[Unit, ...], permits: tuple[Permit, ...]) -> Array:
    from gigawatt.power import _kernel as k

    rows = np.zeros((len(units), k.N_GP))
    first = 0
    for row, unit in zip(rows, units, strict=True):
        model = unit.model
        row[k.SOURCE] = SOURCE_NUMBER[model.technology]
        row[k.FIRST], row[k.UNITS] = first, unit.group.units
        row[k.PERMIT] = len(permits) if unit.permit is None else permits.index(unit.permit)
        row[k.FROM], row[k.UNTIL] = unit.first_hour, unit.end_hour
        row[k.MIN_LOAD], row[k.NO_LOAD] = model.min_load_frac, model.no_load_frac
        row[k.START_H], row[k.EVENT_H] = model.start_duration_h, model.event_h
        row[k.MIN_UP], row[k.MIN_DOWN] = model.min_up_h, model.min_down_h
        row[k.START_FUEL] = model.start_fuel_mmbtu
        for r, pollutant in enumerate(POLLUTANTS):
            per_ppm = kg_per_mmbtu_ppm(pollutant, unit.fuel.f_factor_dscf_per_mmbtu)
            row[k.EF + r] = ppm_of(model)[r] * per_ppm
            row[k.EF_START + r] = ppm_of(model, starting=True)[r] * per_ppm
        first += unit.group.units
    return rows


def _permit_rows(permits: tuple[Permit, ...]) -> Array:
    from gigawatt.power import _kernel as k

    rows = np.full((len(permits) + 1, k.N_PP), inf)
    rows[:, k.PLANT_WIDE] = 0.0
    for row, permit in zip(rows, permits, strict=False):
        row[k.LIMIT : k.LIMIT + 3] = permit_limits_kg(permit)
        row[k.LIMIT + 3] = inf if permit.capacity_mw is None else permit.capacity_mw
        row[k.EVENTS] = inf if permit.start_events is None else permit.start_events
        row[k.PLANT_WIDE] = float(permit.start_events_scope == "plant")
        limit_h = permit.start_duration_limit_h
        row[k.EVENT_HOURS] = inf if limit_h is None else limit_h
    return rows


def _store_rows(found: tuple[Store, ...]) -> Array:
    from gigawatt.power import _kernel as k

    rows = np.zeros((len(found), k.N_SP))
    for row, store in zip(rows, found, strict=True):
        units = store.group.units
        row[k.S_FROM], row[k.S_UNTIL] = store.first_hour, store.end_hour
        row[k.S_POWER], row[k.S_ENERGY] = units * store.model.power_mw, units * store.model.energy_mwh
        row[k.S_ETA], row[k.S_RESERVE] = store.model.one_way_frac, store.group.reserve_frac
    return rows


def _forward_max(series: Array, window: int) -> Array:
    """Highest of each value and the ``window`` that follow it (van Herk's two running maxima)."""
    width = window + 1
    padded_size = ceil((series.size + window) / width) * width
    padded = np.zeros(padded_size)
    padded[: series.size] = series
    blocks = padded.reshape(-1, width)
    ahead = np.maximum.accumulate(blocks, axis=1).ravel()
    behind = np.maximum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.asarray(np.maximum(behind[: series.size], ahead[window : window + series.size]))


def _need_ahead(
    power: PowerInput, units: tuple[Unit, ...], net_mw: Array, limit_mw: Array, cap_mw: Array
) -> Array:
    """What each kind of unit is asked for if the sources before it give all they can, shape (hours, 2)."""
    hours = net_mw.size
    at = np.arange(hours)
    wanted = np.zeros((hours, 2))
    before = np.zeros(hours)
    for source in power.full_order:
        if source == "grid":
            before = before + limit_mw
            continue
        wanted[:, SOURCE_NUMBER[source] - 1] = np.maximum(net_mw - before, 0.0)
        by_permit: dict[str | None, Array] = {}
        for g, unit in enumerate(units):
            if unit.model.technology == source:
                serving = (at >= unit.first_hour) & (at < unit.end_hour)
                name = None if unit.permit is None else unit.permit.name
                by_permit[name] = by_permit.get(name, np.zeros(hours)) + (
                    serving * unit.group.units * cap_mw[:, g]
                )
        limits = {p.name: inf if p.capacity_mw is None else p.capacity_mw for p in power.permits}
        for permit_name, mw in by_permit.items():
            before = before + np.minimum(mw, inf if permit_name is None else limits[permit_name])
    return wanted


def _hold(power: PowerInput, permits: tuple[Permit, ...], forecast_mw: Array) -> Array:
    """Highest need within the look-ahead, and within the longer one of a permit short of starts."""
    look = ceil(power.look_ahead_h)
    windows = [look]
    for permit in permits:
        if permit.start_events:
            windows.append(min(max(ceil(YEAR_H / permit.start_events), look), 744))
        else:
            windows.append(look)
    windows.append(look)
    found = np.zeros((*forecast_mw.shape, len(windows)))
    for w, window in enumerate(windows):
        for s in range(2):
            found[:, s, w] = _forward_max(forecast_mw[:, s], window)
    return found


def prepare(
    power: PowerInput, demand_mw: Array, weather: Weather, clock: Clock, place: Place,
    rng: np.random.Generator | None,
) -> Prepared:  # fmt: skip
    """Lay a site's supply on the clock; arguments as :func:`gigawatt.power.dispatch` takes them."""
    units, permits, found_stores = (
        generating_units(power, clock),
        permits_in_order(power),
        stores(power, clock),
    )
    hours = clock.hours
    solar = np.zeros(hours)
    for plant in sorted(power.solar, key=lambda p: p.name):
        solar += solar_output_mw(plant, weather, place.latitude_deg, place.longitude_deg, clock)
    cap = np.zeros((hours, len(units)))
    heat_rate = np.zeros((hours, len(units)))
    up = np.ones((hours, sum(u.group.units for u in units)), dtype=np.uint8)
    streams = [None] * len(units) if rng is None else rng.spawn(len(units))
    first = 0
    for g, unit in enumerate(units):
        cap[:, g] = unit_capacity_mw(unit.model, weather.dry_bulb_c, place.elevation_m)
        heat_rate[:, g] = full_load_heat_rate_mmbtu_per_mwh(unit.model, weather.dry_bulb_c)
        last = first + unit.group.units
        up[:, first:last] = units_up(
            unit.group.units, hours, unit.model.forced_outage_frac, unit.model.repair_h, streams[g]
        ).T
        first = last
    net = np.array(demand_mw, dtype=np.float64) - solar
    limit = grid_limit_by_hour_mw(power, clock)
    forecast = _need_ahead(power, units, net, limit, cap)
    return Prepared(
        units=units,
        stores=found_stores,
        permits=permits,
        solar_mw=solar,
        net_mw=net,
        limit_mw=limit,
        order=np.array([SOURCE_NUMBER[s] for s in power.full_order], dtype=np.int64),
        forecast_mw=forecast,
        hold_mw=_hold(power, permits, forecast),
        gp=_group_rows(units, permits),
        pp=_permit_rows(permits),
        sp=_store_rows(found_stores),
        cap_mw=cap,
        heat_rate=heat_rate,
        up=up,
    )
