"""Dispatch of a site: who serves its demand, hour by hour, within limits, outages and permits.

The rule in numbered steps, with its reasons, stands in docs/explanation/power.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.kernel.handover import Array, Weather
from gigawatt.power.emissions import SHORT_TON_KG, kg_per_mmbtu_ppm
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
from gigawatt.power.results import Dispatch, PermitUse
from gigawatt.power.solar import solar_output_mw
from gigawatt.power.thermal import full_load_heat_rate_mmbtu_per_mwh, unit_capacity_mw

YEAR_H = 8760
_NOTICEABLE_MW = 1e-6
_BOUND_BY = (
    (1, "NOx"), (2, "CO"), (4, "VOC"), (8, "output"), (16, "start events"), (32, "hours spent starting"),
)  # fmt: skip


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
class _Prepared:
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


@dataclass(frozen=True, slots=True)
class _Raw:
    """What the compiled loop wrote."""

    out: Array
    by_group: Array
    used_kg: Array
    bind: NDArray[np.int64]


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


def _prepare(
    power: PowerInput, demand_mw: Array, weather: Weather, clock: Clock, place: Place,
    rng: np.random.Generator | None,
) -> _Prepared:  # fmt: skip
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
    return _Prepared(
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


def _start_energy_mwh(found: tuple[Store, ...]) -> Array:
    """What the stores hold before the first hour: full where they were there before it, else empty."""
    return np.array(
        [
            s.group.units * s.model.energy_mwh if s.first_hour < 0 < s.end_hour else 0.0
            for s in found
        ]
    )  # fmt: skip


def _run(ready: _Prepared, look: int, pp: Array, need_kg: Array | None) -> _Raw:
    from gigawatt.power import _kernel as k

    hours = ready.net_mw.size
    n_p, n_g, n_u, n_s = pp.shape[0], len(ready.units), ready.up.shape[1], len(ready.stores)
    state = np.zeros((n_s, k.N_SS))
    state[:, k.HELD] = _start_energy_mwh(ready.stores)
    units = np.zeros((n_u, k.N_US), dtype=np.int64)
    units[:, k.SINCE] = -(10**9)
    totals = (hours // 24 + 2, n_p, 3)
    raw = _Raw(
        out=np.zeros((hours, k.N_OUT)),
        by_group=np.zeros((hours, n_g, k.N_OUT_G)),
        used_kg=np.zeros((hours, n_p, 3)),
        bind=np.zeros((hours, n_p), dtype=np.int64),
    )
    k.run(
        ready.net_mw, ready.limit_mw, ready.order, look, need_kg is not None, ready.forecast_mw,
        ready.hold_mw, np.zeros((1, n_p, 3)) if need_kg is None else need_kg, ready.gp, pp, ready.sp,
        ready.cap_mw, ready.heat_rate, ready.up.copy(), units, np.zeros((n_g, k.N_GS)),
        np.zeros((n_p, k.N_PS)), state, np.zeros(totals), np.zeros(totals), raw.out, raw.by_group,
        raw.used_kg, raw.bind,
    )  # fmt: skip
    return raw


def rolling_year(hourly: Array) -> Array:
    """Sum over the trailing 8,760 hours, the present one included, along the first axis.

    >>> float(rolling_year(np.ones(9000))[-1])
    8760.0
    """
    total = np.cumsum(hourly, axis=0)
    trailing = total.copy()
    trailing[YEAR_H:] -= total[:-YEAR_H]
    return trailing


def _within_budgets(ready: _Prepared) -> bool:
    return not np.isfinite(ready.pp[:-1, :3]).any()


def _solve(power: PowerInput, ready: _Prepared) -> _Raw:
    """Run without budgets of pollutants first; only where one would break, run again and ration it."""
    look = ceil(power.look_ahead_h)
    if _within_budgets(ready):
        return _run(ready, look, ready.pp, None)
    free = ready.pp.copy()
    free[:, :3] = inf
    raw = _run(ready, look, free, None)
    limits = ready.pp[:, :3] * (1.0 - 1e-9)
    if (rolling_year(raw.used_kg) <= limits[None]).all():
        return raw
    return _run(ready, look, ready.pp, raw.used_kg)


def dispatch(
    power: PowerInput,
    demand_mw: Array,
    weather: Weather,
    clock: Clock,
    place: Place,
    rng: np.random.Generator | None = None,
) -> Dispatch:
    """Serve a site's demand, hour by hour.

    Hourly means: what happens within an hour (a training job's swings of seconds, ramps, frequency) is left
    out. The look-ahead knows demand, sun and temperature, but no outage before it happens.

    Parameters
    ----------
    power
        The site's supply.
    demand_mw
        Facility demand, at least 0, shape (hours,).
    weather
        ``dry_bulb_c`` derates the units, ``ghi_w_per_m2`` drives the solar plants; shape (hours,).
    clock
        The hours.
    place
        Where the site stands.
    rng
        Draws forced outages; None: no unit ever breaks.

    Returns
    -------
    Dispatch
        Hourly arrays, use of permits, events.

    Raises
    ------
    ValueError
        Demand of another shape than the clock, negative or not finite.
    InfeasibleError
        Load would be shed and ``power.curtailment.allowed`` is false.

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.power.inputs import GridStep
    >>> clock = Clock(date(2026, 1, 1), date(2026, 1, 2))
    >>> mild = np.full(24, 15.0)
    >>> weather = Weather(mild, mild, mild, np.full(24, 101325.0), np.zeros(24))
    >>> site = PowerInput(grid=(GridStep(from_=date(2026, 1, 1), import_limit_mw=100.0),), region="srtv")
    >>> result = dispatch(site, np.full(24, 120.0), weather, clock, Place(35.0, -90.0, 80.0, -6.0))
    >>> float(result.grid_mw.sum()), float(result.shed_mw.sum())
    (2400.0, 480.0)
    """
    demand = np.asarray(demand_mw, dtype=np.float64)
    if demand.shape != (clock.hours,):
        raise ValueError(f"demand has the shape {demand.shape}, the clock has {clock.hours} hours")
    if not np.isfinite(demand).all() or (demand < 0.0).any():
        raise ValueError("demand has hours that are negative or not finite")
    ready = _prepare(power, demand, weather, clock, place, rng)
    result = _result(power, demand, clock, ready, _solve(power, ready))
    if not power.curtailment.allowed and result.shed_mw.max() > _NOTICEABLE_MW:
        hour = int(result.shed_mw.argmax())
        raise InfeasibleError(
            f"{result.shed_mw[hour]:,.0f} MW of {demand[hour]:,.0f} MW cannot be served ({clock.stamp(hour)})\n"
            "    fix: raise grid.import_limit, add on-site supply, or set curtailment.allowed: true"
        )
    return result


def _result(power: PowerInput, demand: Array, clock: Clock, ready: _Prepared, raw: _Raw) -> Dispatch:
    from gigawatt.power import _kernel as k

    def column(index: int) -> Array:
        return np.ascontiguousarray(raw.out[:, index])

    def by_group(index: int) -> Array:
        return np.ascontiguousarray(raw.by_group[:, :, index].T)

    def of_kind(values: Array, technology: str) -> Array:
        return np.asarray(values[[u.model.technology == technology for u in ready.units]].sum(axis=0))

    output, fuel, starts = by_group(k.OUTPUT), by_group(k.FUEL), by_group(k.STARTS)
    co2 = np.array([u.fuel.co2_kg_per_mmbtu / 1e3 for u in ready.units])
    pollutants = raw.used_kg.sum(axis=1)
    uses = tuple(_permit_use(ready, raw, p) for p in range(len(ready.permits)))
    shed = column(k.SHED)
    fields: dict[str, Any] = {
        "demand_mw": demand,
        "grid_mw": column(k.GRID),
        "turbine_mw": of_kind(output, "turbine"),
        "genset_mw": of_kind(output, "genset"),
        "solar_mw": ready.solar_mw,
        "battery_discharge_mw": column(k.DISCHARGE),
        "battery_charge_mw": column(k.CHARGE),
        "battery_energy_mwh": column(k.ENERGY),
        "battery_energy_start_mwh": float(_start_energy_mwh(ready.stores).sum()),
        "battery_loss_mwh": column(k.LOSS),
        "battery_removed_mwh": column(k.REMOVED),
        "curtailed_mw": column(k.CURTAILED),
        "shed_mw": shed,
        "turbine_fuel_mmbtu": of_kind(fuel, "turbine"),
        "genset_fuel_mmbtu": of_kind(fuel, "genset"),
        "co2_fuel_t": co2 @ fuel,
        "nox_kg": pollutants[:, 0],
        "co_kg": pollutants[:, 1],
        "voc_kg": pollutants[:, 2],
        "units_online": by_group(k.ONLINE).sum(axis=0),
        "starts": starts.sum(axis=0),
    }
    return Dispatch(
        **fields,
        groups=tuple(u.group.name for u in ready.units),
        group_output_mw=output,
        group_fuel_mmbtu=fuel,
        group_online=by_group(k.ONLINE),
        group_starts=starts,
        permits=uses,
        events=_events(power, clock, ready, raw, shed),
    )


def _permit_use(ready: _Prepared, raw: _Raw, p: int) -> PermitUse:
    from gigawatt.power import _kernel as k

    under = [g for g, unit in enumerate(ready.units) if unit.permit is ready.permits[p]]
    event_h = np.array([ready.units[g].model.event_h for g in under])
    starts = raw.by_group[:, under, k.STARTS]
    kg = rolling_year(raw.used_kg[:, p, :])
    return PermitUse(
        name=ready.permits[p].name,
        nox_short_tons=kg[:, 0] / SHORT_TON_KG,
        co_short_tons=kg[:, 1] / SHORT_TON_KG,
        voc_short_tons=kg[:, 2] / SHORT_TON_KG,
        start_events=rolling_year(starts.sum(axis=1)),
        start_h=rolling_year(starts @ event_h),
        output_mw=np.asarray(raw.by_group[:, under, k.OUTPUT].sum(axis=1)),
        bound=(raw.bind[:, p] != 0).astype(np.float64),
    )


def _events(
    power: PowerInput, clock: Clock, ready: _Prepared, raw: _Raw, shed: Array
) -> tuple[tuple[int, str, str], ...]:
    found: list[tuple[int, str, str]] = []
    if (shed > _NOTICEABLE_MW).any():
        hour = int(np.argmax(shed > _NOTICEABLE_MW))
        total = f"{shed.sum() / 1e3:,.1f} GWh in {int((shed > _NOTICEABLE_MW).sum()):,} hours in all"
        found.append((hour, "shed", f"first load shed, {shed[hour]:,.1f} MW; {total}"))
    for p, permit in enumerate(ready.permits):
        for bit, what in _BOUND_BY:
            bound = (raw.bind[:, p] & bit) != 0
            if bound.any():
                text = f"permit {permit.name}: its limit of {what} binds for the first time; "
                text += f"{int(bound.sum()):,} hours in all"
                found.append((int(np.argmax(bound)), "permit_binds", text))
        end = None if permit.until is None else clock.day_index(permit.until)
        if end is not None and 0 <= end < clock.days:
            units = sum(u.group.units for u in ready.units if u.permit is permit)
            found.append((24 * end, "permit_ends", f"permit {permit.name} ends; {units} units run under it"))
    for outage in power.grid_outages:
        hour = 24 * clock.day_index(outage.day) + outage.hour
        if 0 <= hour < clock.hours:
            text = f"grid limited to {outage.import_limit_mw:,.0f} MW for {outage.duration_h:g} h"
            found.append((hour, "grid_outage", text))
    return tuple(sorted(found))
