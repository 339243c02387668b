"""Power that a site can rely on, by day."""

from __future__ import annotations

import numpy as np

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, DesignConditions, FirmCapacity
from gigawatt.power.emissions import kg_per_mmbtu_ppm
from gigawatt.power.fleet import (
    Unit,
    generating_units,
    grid_limit_by_day_mw,
    permit_limits_kg,
    permits_in_order,
    ppm_of,
    stores,
)
from gigawatt.power.inputs import Permit, PowerInput
from gigawatt.power.models import POLLUTANTS
from gigawatt.power.thermal import unit_capacity_mw

HOURS_A_YEAR = 8760.0


def sustained_mw(permit: Permit, unit: Unit) -> float:
    """Output that a permit's budgets allow in every hour of a year, with units of one kind at full load.

    The heat rate is that of 15 degC: hot hours and part load burn more, cold hours less. Starts are left
    out, being the exception in a year of full load.

    Examples
    --------
    The 87 short tons of NOx a year at Memphis, at 2 ppm, carry 253 MW:

    >>> from datetime import date
    >>> from gigawatt.power.inputs import GeneratorGroup
    >>> from gigawatt.power.fleet import Unit
    >>> from gigawatt.power.models import fuel_model, generator_of
    >>> group = GeneratorGroup(name="a", model="solar-smt-130", units=15, from_=date(2025, 7, 2))
    >>> unit = Unit(group, generator_of(group), fuel_model("natural-gas"), None, 0, 1)
    >>> round(sustained_mw(Permit(name="p", from_=date(2025, 7, 2), nox_limit_short_tons=87.0), unit), 1)
    253.1
    """
    lowest = np.inf if permit.capacity_mw is None else permit.capacity_mw
    heat_rate = unit.model.heat_rate_btu_per_kwh / 1e3
    for pollutant, limit_kg, ppm in zip(
        POLLUTANTS, permit_limits_kg(permit), ppm_of(unit.model), strict=True
    ):
        each_kg = ppm * kg_per_mmbtu_ppm(pollutant, unit.fuel.f_factor_dscf_per_mmbtu) * heat_rate
        if each_kg > 0.0:
            lowest = min(lowest, limit_kg / (HOURS_A_YEAR * each_kg))
    return float(lowest)


def _onsite_mw(power: PowerInput, clock: Clock, design: DesignConditions, elevation_m: float) -> Array:
    units = generating_units(power, clock)
    if not units:
        return np.zeros(clock.days)
    day_starts = 24 * np.arange(clock.days)
    each_mw = np.array([float(unit_capacity_mw(u.model, design.dry_bulb_c, elevation_m)) for u in units])
    count = np.array(
        [u.group.units * ((day_starts >= u.first_hour) & (day_starts < u.end_hour)) for u in units]
    )
    spare = np.full(clock.days, power.spare_units)
    for k in np.argsort(-each_mw, kind="stable"):
        taken = np.minimum(spare, count[k])
        count[k] -= taken
        spare = spare - taken
    output = count * each_mw[:, None]
    total = output[[k for k, u in enumerate(units) if u.permit is None]].sum(axis=0)
    for permit in permits_in_order(power):
        share_used = np.zeros(clock.days)
        under = [k for k, u in enumerate(units) if u.permit is permit]
        for k in under:
            # Budgets add up as shares: a unit at its sustained output uses the whole permit.
            share_used = share_used + output[k] / max(sustained_mw(permit, units[k]), 1e-12)
        allowed = output[under].sum(axis=0) / np.maximum(share_used, 1.0)
        total = total + allowed
    return np.asarray(total)


def _storage_mw(power: PowerInput, clock: Clock, steady_mw: Array) -> Array:
    firm, weighted = np.zeros(clock.days), np.zeros(clock.days)
    duration = power.storage_firm_duration_h
    day_starts = 24 * np.arange(clock.days)
    for store in stores(power, clock):
        there = store.group.units * ((day_starts >= store.first_hour) & (day_starts < store.end_hour))
        lasting = store.model.energy_mwh * store.model.one_way_frac / duration
        each = min(store.model.power_mw, lasting)
        firm += there * each
        weighted += there * each / store.model.round_trip_frac
    valley = power.load_valley_frac
    per_mwh_out = np.divide(weighted, firm, out=np.ones(clock.days), where=firm > 0.0)
    off_hours = 24.0 - duration
    if off_hours <= 0.0:
        return np.zeros(clock.days)
    rechargeable = steady_mw * valley / (1.0 - valley + per_mwh_out * duration / off_hours)
    return np.minimum(firm, rechargeable)


def firm_capacity(
    power: PowerInput, clock: Clock, design: DesignConditions, elevation_m: float
) -> FirmCapacity:
    """Power that can be relied on, by day.

    Grid: the day's import limit (planned outages and demand responses are for the dispatch). On-site
    units: those in service whose permit holds, at the 20-year dry bulb, less the ``spare_units`` largest;
    under a permit no more than its budgets sustain through a year of full load (:func:`sustained_mw`; units
    of several kinds share a budget in proportion). A store: the output P that it holds for
    ``storage_firm_duration`` d, and no more than can be recharged. With a load that lies a share v below
    its peak outside those d hours, and a steady supply F, a day's balance (24 - d)(F - (F + P)(1 - v))
    >= P d / eta gives P <= F v / (1 - v + d / (eta (24 - d))): nothing where the load is flat or where
    nothing else supplies. Sun counts for nothing.

    Parameters
    ----------
    power
        The site's supply.
    clock
        The days.
    design
        ``dry_bulb_c`` is used.
    elevation_m
        Height above the sea.

    Returns
    -------
    FirmCapacity
        MW at the facility, each of shape (days,).

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.power.inputs import GridStep
    >>> site = PowerInput(grid=(GridStep(from_=date(2025, 5, 8), import_limit_mw=150.0),), region="srtv")
    >>> design = DesignConditions(39.9, 24.0, 29.4, 33.0, 100000.0)
    >>> firm_capacity(site, Clock(date(2025, 5, 7), date(2025, 5, 9)), design, 80.0).total_mw.tolist()
    [0.0, 150.0]
    """
    if design.dry_bulb_c > 60.0:
        raise ValueError(f"a design dry bulb of {design.dry_bulb_c:g} degC is beyond 60 degC")
    grid = grid_limit_by_day_mw(power, clock)
    onsite = _onsite_mw(power, clock, design, elevation_m)
    return FirmCapacity(grid, onsite, _storage_mw(power, clock, grid + onsite))
