"""What supply costs: energy, demand charges, fuel, upkeep and rent by time, capital by item and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from gigawatt import catalog
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, PriceSeries
from gigawatt.power.fleet import generating_units, stores
from gigawatt.power.inputs import PowerInput
from gigawatt.power.models import GridRegion, fuel_model, generator_of, storage_of
from gigawatt.power.results import Dispatch

HOURS_A_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class EnergyCosts:
    """Operating cost of supply in USD of the tariff's and rows' years, not escalated; positive is a cost."""

    grid_energy_usd: Array
    """Shape (hours,)."""
    grid_demand_usd: Array
    """Shape (months,): the month's highest import times its price; by share where a month is cut."""
    fuel_usd: Array
    """Shape (hours,)."""
    variable_om_usd: Array
    """Generating units, shape (hours,)."""
    storage_maintenance_usd: Array
    """Shape (hours,)."""
    rent_usd: Array
    """Rented generating units, shape (hours,)."""

    def monthly_usd(self, clock: Clock) -> dict[str, Array]:
        """Each item by month, shape (months,)."""
        return {
            "grid_energy": clock.monthly_sum(self.grid_energy_usd),
            "grid_demand": self.grid_demand_usd,
            "fuel": clock.monthly_sum(self.fuel_usd),
            "variable_om": clock.monthly_sum(self.variable_om_usd),
            "storage_maintenance": clock.monthly_sum(self.storage_maintenance_usd),
            "rent": clock.monthly_sum(self.rent_usd),
        }


@dataclass(frozen=True, slots=True)
class CapitalItem:
    """One purchase; positive is a cost."""

    day: date
    item: str
    usd: float
    source: str


def _fuel_price_usd_per_mmbtu(power: PowerInput, fuel: str) -> float:
    if fuel == power.fuel and power.fuel_price_usd_per_mmbtu is not None:
        return power.fuel_price_usd_per_mmbtu
    return fuel_model(fuel).price_usd_per_mmbtu


def demand_charge_usd(grid_mw: Array, prices: PriceSeries, clock: Clock) -> Array:
    """Charge of each month's highest hourly import, shape (months,).

    A month that the clock cuts is charged by its share of days. Ratchets on earlier months' peaks and
    metering by quarter of an hour are left out.
    """
    month = clock.month_of_hour
    peak_mw = np.zeros(len(clock.months))
    np.maximum.at(peak_mw, month, grid_mw)
    price = clock.monthly_mean(prices.demand_usd_per_kw_month)
    stamps = np.array(clock.months, dtype="datetime64[M]")
    days = ((stamps + 1).astype("datetime64[D]") - stamps.astype("datetime64[D]")).astype(np.float64)
    there = np.bincount(clock.month_of_day, minlength=len(clock.months))
    return np.asarray(peak_mw * 1e3 * price * there / days)


def energy_costs(result: Dispatch, prices: PriceSeries, power: PowerInput, clock: Clock) -> EnergyCosts:
    """Price a dispatch.

    Parameters
    ----------
    result
        What :func:`gigawatt.power.dispatch` gave.
    prices
        What :func:`gigawatt.power.price_series` gave, on the same clock.
    power
        The supply that was dispatched: fuel price, rents, maintenance.
    clock
        The hours.

    Returns
    -------
    EnergyCosts
        USD, hourly but for the demand charges, which are monthly.
    """
    units = generating_units(power, clock)
    hours = clock.hours
    at = np.arange(hours)
    fuel, om, rent, upkeep = np.zeros(hours), np.zeros(hours), np.zeros(hours), np.zeros(hours)
    for g, unit in enumerate(units):
        price = _fuel_price_usd_per_mmbtu(power, unit.group.fuel or unit.model.fuel)
        fuel += result.group_fuel_mmbtu[g] * price
        om += result.group_output_mw[g] * unit.model.variable_om_usd_per_mwh
        rented = np.zeros(hours)
        rented[clock.hour_span(unit.group.from_, unit.group.until)] = 12.0 / HOURS_A_YEAR
        rent += rented * unit.group.units * unit.group.rent_usd_per_month
    for store in stores(power, clock):
        age_years = (at - store.first_hour) / HOURS_A_YEAR
        there = (at >= store.first_hour) & (at < store.end_hour)
        rise = (1.0 + store.model.maintenance_rise_frac_per_year) ** np.floor(np.maximum(age_years, 0.0))
        upkeep += there * rise * store.group.units * store.model.maintenance_usd_per_year / HOURS_A_YEAR
    return EnergyCosts(
        grid_energy_usd=result.grid_mw * prices.energy_usd_per_mwh,
        grid_demand_usd=demand_charge_usd(result.grid_mw, prices, clock),
        fuel_usd=fuel,
        variable_om_usd=om,
        storage_maintenance_usd=upkeep,
        rent_usd=rent,
    )


def capital_items(power: PowerInput) -> tuple[CapitalItem, ...]:
    """List what is bought, at the day from which it runs, in the order of days and names.

    Payments before delivery, the grid connection and what is got back at the end are left out.

    Examples
    --------
    >>> from gigawatt.power.inputs import GridStep, StorageGroup
    >>> site = PowerInput(
    ...     grid=(GridStep(from_=date(2025, 5, 1), import_limit_mw=150.0),), region="srtv",
    ...     storage=(StorageGroup(name="m", model="megapack-2xl-4h", units=156, from_=date(2025, 5, 1)),),
    ... )
    >>> round(capital_items(site)[0].usd / 1e6)
    291
    """
    items = []
    for group in power.generators:
        model = generator_of(group)
        usd = group.units * model.capacity_mw * 1e3 * model.capital_usd_per_kw
        if usd > 0.0:
            given = group.capital_usd_per_kw is not None
            source = (
                "given"
                if given
                else catalog.row("generator", group.model).provenance("capital_usd_per_kw")[0]
            )
            items.append(CapitalItem(group.from_, f"generators: {group.name}", usd, source))
    for store in power.storage:
        usd = store.units * storage_of(store).capital_usd_per_unit
        if usd > 0.0:
            given = store.capital_usd_per_unit is not None
            row = catalog.row("storage", store.model)
            source = "given" if given else row.provenance("capital_usd_per_unit")[0]
            items.append(CapitalItem(store.from_, f"storage: {store.name}", usd, source))
    for plant in power.solar:
        given = "capital_usd_per_kw" in plant.model_fields_set
        source = "given" if given else "ATB as in PyPSA technology-data, USD of 2022"
        usd = plant.capacity_mw * 1e3 * plant.capital_usd_per_kw
        if usd > 0.0:
            items.append(CapitalItem(plant.from_, f"solar: {plant.name}", usd, source))
    return tuple(sorted(items, key=lambda i: (i.day, i.item)))


def grid_co2_t(grid_mw: Array, region: GridRegion, nonbaseload: bool = False) -> Array:
    """Location-based carbon of imported energy, t in each hour.

    Parameters
    ----------
    grid_mw
        Import, shape (hours,).
    region
        Row of the catalogue, read by :func:`gigawatt.power.grid_region`.
    nonbaseload
        Take the plants that follow the load instead of the mean of all.

    Raises
    ------
    ValueError
        The region has no non-baseload figure.

    Examples
    --------
    >>> from gigawatt.power.models import grid_region
    >>> round(float(grid_co2_t(np.array([150.0]), grid_region("srtv"))[0]), 2)
    61.29
    """
    each = region.co2_nonbaseload_kg_per_mwh if nonbaseload else region.co2_kg_per_mwh
    if each is None:
        raise ValueError("the region has no non-baseload figure in the catalogue")
    return np.asarray(grid_mw * each / 1e3)
