"""Step 10: one site's hours into the ledger's four accounts, and its money for the unit costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt import power
from gigawatt.power.fleet import generating_units
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.study.accounts import (
    Book,
    EnergyFlows,
    book_carbon,
    book_energy,
    book_money,
    book_water,
)
from gigawatt.study.money import SiteMoney, site_money
from gigawatt.study.simulate import SiteHours

Array = NDArray[np.float64]

COST_NAMES = {
    "grid_energy": "grid energy",
    "grid_demand": "grid demand charge",
    "fuel": "fuel",
    "variable_om": "upkeep of generators",
    "storage_maintenance": "upkeep of stores",
    "rent": "rent of generators",
}
"""Items of the power room's costs, as the ledger names them."""


def book_site(book: Book, campus: Campus, site: SiteCampus, hours: SiteHours) -> SiteMoney:
    """Enter a site's energy, water, carbon and money; return the money."""
    dispatched, cooled = hours.dispatched, hours.cooled.total
    served = hours.overhead_frac
    book_energy(
        book,
        site.name,
        EnergyFlows(
            sources={
                "grid": dispatched.grid_mw,
                "turbine": dispatched.turbine_mw,
                "genset": dispatched.genset_mw,
                "solar": dispatched.solar_mw,
            },
            discharge=dispatched.battery_discharge_mw,
            charge=dispatched.battery_charge_mw,
            store_energy_mwh=dispatched.battery_energy_mwh,
            store_start_mwh=dispatched.battery_energy_start_mwh,
            store_arrived_mwh=-dispatched.battery_removed_mwh,
            store_loss_mwh=dispatched.battery_loss_mwh,
            uses={
                "it": hours.result.total_it_mw,
                "fans": cooled.fan_mw * served,
                "pumps": cooled.pump_mw * served,
                "chillers": cooled.chiller_mw * served,
                "room_air": cooled.air_mw * served,
                "electrical_loss": cooled.electrical_loss_mw * served,
            },
            facility_served=hours.facility_served_mw,
            curtailed=hours.curtailed_mw,
        ),
    )
    book_water(
        book,
        site.name,
        hours.water_by_source_m3,
        cooled.evaporation_m3,
        cooled.drift_m3,
        cooled.blowdown_m3,
    )
    region = power.grid_region(site.site.power.region)
    book_carbon(
        book,
        site.name,
        _fuel_carbon_t(campus, site, dispatched),
        dispatched.co2_fuel_t,
        dispatched.grid_mw,
        region.co2_kg_per_mwh / 1e3,
        hours.co2_grid_t,
    )
    costs = power.energy_costs(dispatched, hours.prices, site.site.power, campus.clock)
    energy = {COST_NAMES[k]: usd for k, usd in costs.monthly_usd(campus.clock).items()}
    gpus = {w.name: hours.result.gpus[i] for i, w in enumerate(site.workloads)}
    money = site_money(campus, site, hours.build, energy, hours.water_by_source_m3, gpus)
    spent = sum([*money.capital.values(), *money.operating.values()], np.zeros(len(book.clock.months)))
    earned = sum(money.revenue.values(), np.zeros(len(book.clock.months)))
    book_money(book, site.name, money.capital, money.operating, money.revenue, earned - spent)
    return money


def _fuel_carbon_t(campus: Campus, site: SiteCampus, dispatched: power.Dispatch) -> dict[str, Array]:
    """Carbon that enters with each fuel, as tonnes of CO2 by hour, from the fuel that each group burnt."""
    entered: dict[str, Array] = {}
    for g, unit in enumerate(generating_units(site.site.power, campus.clock)):
        fuel = unit.group.fuel or unit.model.fuel
        burnt = dispatched.group_fuel_mmbtu[g] * (unit.fuel.co2_kg_per_mmbtu / 1e3)
        entered[fuel] = entered.get(fuel, np.zeros(campus.clock.hours)) + burnt
    return entered
