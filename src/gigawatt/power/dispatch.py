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
from gigawatt.power.emissions import SHORT_TON_KG
from gigawatt.power.fleet import Store
from gigawatt.power.inputs import PowerInput
from gigawatt.power.prepare import YEAR_H, Place, Prepared, prepare
from gigawatt.power.results import Dispatch, PermitUse

_NOTICEABLE_MW = 1e-6
_BOUND_BY = (
    (1, "NOx"), (2, "CO"), (4, "VOC"), (8, "output"), (16, "start events"), (32, "hours spent starting"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Raw:
    """What the compiled loop wrote."""

    out: Array
    by_group: Array
    used_kg: Array
    bind: NDArray[np.int64]


def _start_energy_mwh(found: tuple[Store, ...]) -> Array:
    """What the stores hold before the first hour: full where they were there before it, else empty."""
    return np.array(
        [
            s.group.units * s.model.energy_mwh if s.first_hour < 0 < s.end_hour else 0.0
            for s in found
        ]
    )  # fmt: skip


def _run(ready: Prepared, look: int, pp: Array, need_kg: Array | None) -> _Raw:
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


def _solve(power: PowerInput, ready: Prepared) -> _Raw:
    """Run without budgets of pollutants first; only where one would break, run again and ration it."""
    look = ceil(power.look_ahead_h)
    if not np.isfinite(ready.pp[:, :3]).any():
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
    ready = prepare(power, demand, weather, clock, place, rng)
    result = _result(power, demand, clock, ready, _solve(power, ready))
    if not power.curtailment.allowed and result.shed_mw.max() > _NOTICEABLE_MW:
        hour = int(result.shed_mw.argmax())
        raise InfeasibleError(
            f"{result.shed_mw[hour]:,.0f} MW of {demand[hour]:,.0f} MW cannot be served "
            f"({clock.stamp(hour)})\n"
            "    fix: raise grid.import_limit, add on-site supply, or set curtailment.allowed: true"
        )
    return result


def _result(power: PowerInput, demand: Array, clock: Clock, ready: Prepared, raw: _Raw) -> Dispatch:
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


def _permit_use(ready: Prepared, raw: _Raw, p: int) -> PermitUse:
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
    power: PowerInput, clock: Clock, ready: Prepared, raw: _Raw, shed: Array
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
