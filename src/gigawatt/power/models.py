"""The figures that the engine takes of each kind of equipment, read from catalogue rows and overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from gigawatt import catalog
from gigawatt.power.inputs import GeneratorGroup, StorageGroup

POLLUTANTS = ("nox", "co", "voc")
"""Pollutants with budgets, in the order of every array that has one place for each."""


@dataclass(frozen=True, slots=True)
class FuelModel:
    """A fuel, per MMBtu of higher heating value."""

    co2_kg_per_mmbtu: float
    f_factor_dscf_per_mmbtu: float
    """Dry exhaust gas without excess air (EPA Method 19)."""
    price_usd_per_mmbtu: float


@dataclass(frozen=True, slots=True)
class GeneratorModel:
    """One unit: its output and heat rate at 15 degC and sea level, and how it runs."""

    technology: Literal["turbine", "genset"]
    fuel: str
    capacity_mw: float
    heat_rate_btu_per_kwh: float
    no_load_frac: float
    """Fuel at no load over fuel at full load: the intercept of the Willans line."""
    min_load_frac: float
    derate_frac_per_k: float
    """Output lost per kelvin above 15 degC; below it nothing is gained (the permit or the gearbox limits)."""
    derate_frac_per_km: float
    heat_rate_rise_frac_per_k: float
    start_duration_h: float
    stop_duration_h: float
    start_fuel_frac: float
    """Mean fuel flow of a start and stop over that of full load."""
    min_up_h: float
    min_down_h: float
    nox_ppm: float
    co_ppm: float
    voc_ppm: float
    nox_start_ppm: float
    co_start_ppm: float
    voc_start_ppm: float
    forced_outage_frac: float
    repair_h: float
    variable_om_usd_per_mwh: float
    capital_usd_per_kw: float

    @property
    def event_h(self) -> float:
        """Length of a start-and-stop event, as permits count it."""
        return self.start_duration_h + self.stop_duration_h

    @property
    def start_fuel_mmbtu(self) -> float:
        """Fuel of one start and stop."""
        full_mmbtu_per_h = self.capacity_mw * self.heat_rate_btu_per_kwh / 1e3
        return full_mmbtu_per_h * self.start_fuel_frac * self.event_h


@dataclass(frozen=True, slots=True)
class StorageModel:
    """One battery unit."""

    power_mw: float
    energy_mwh: float
    round_trip_frac: float
    capital_usd_per_unit: float
    maintenance_usd_per_year: float
    maintenance_rise_frac_per_year: float

    @property
    def one_way_frac(self) -> float:
        """Efficiency of charging and of discharging: the square root of the round trip."""
        return float(self.round_trip_frac**0.5)


@dataclass(frozen=True, slots=True)
class TariffModel:
    """Time-of-use prices of energy and of the month's peak."""

    on_peak_summer_months: tuple[int, ...]
    on_peak_summer_hours: tuple[int, int]
    on_peak_winter_hours: tuple[int, int]
    on_peak_energy_usd_per_mwh: float
    off_peak_blocks_h: tuple[float, ...]
    off_peak_energy_usd_per_mwh: tuple[float, ...]
    on_peak_demand_usd_per_kw_month: float
    maximum_demand_usd_per_kw_month: float
    facilities_usd_per_kw_month: float


@dataclass(frozen=True, slots=True)
class GridRegion:
    """Carbon of imported electricity, location-based, at the generators (losses of the grid left out)."""

    co2_kg_per_mwh: float
    """Mean of all generation: what an inventory books."""
    co2_nonbaseload_kg_per_mwh: float | None
    """Of the plants that follow the load: nearer to what one more megawatt-hour causes."""


def _pick(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f.name: tuple(values[f.name]) if isinstance(values[f.name], list) else values[f.name]
        for f in fields(kind)
    }


def generator_model(name: str) -> GeneratorModel:
    """Read a unit of the catalogue.

    >>> generator_model("solar-smt-130").capacity_mw
    16.5
    """
    return GeneratorModel(**_pick(GeneratorModel, catalog.row("generator", name).values))


def storage_model(name: str) -> StorageModel:
    """Read a battery unit of the catalogue.

    >>> storage_model("megapack-2xl-4h").energy_mwh
    3.9
    """
    return StorageModel(**_pick(StorageModel, catalog.row("storage", name).values))


def fuel_model(name: str) -> FuelModel:
    """Read a fuel of the catalogue.

    >>> fuel_model("natural-gas").co2_kg_per_mmbtu
    53.06
    """
    return FuelModel(**_pick(FuelModel, catalog.row("fuel", name).values))


def tariff_model(name: str) -> TariffModel:
    """Read a tariff of the catalogue.

    >>> tariff_model("tva-msb").on_peak_energy_usd_per_mwh
    74.47
    """
    return TariffModel(**_pick(TariffModel, catalog.row("tariff", name).values))


def grid_region(name: str) -> GridRegion:
    """Read a grid region of the catalogue.

    >>> grid_region("srtv").co2_kg_per_mwh
    408.61
    """
    values = catalog.row("grid_region", name).values
    return GridRegion(values["co2_kg_per_mwh"], values.get("co2_nonbaseload_kg_per_mwh"))


def _with_overrides(values: dict[str, Any], group: GeneratorGroup | StorageGroup) -> dict[str, Any]:
    given = {name: getattr(group, name, None) for name in values}
    return {name: values[name] if given[name] is None else given[name] for name in values}


def generator_of(group: GeneratorGroup) -> GeneratorModel:
    """Take a group's row with what the group overrides."""
    values = _pick(GeneratorModel, catalog.row("generator", group.model).values)
    return GeneratorModel(**_with_overrides(values, group))


def storage_of(group: StorageGroup) -> StorageModel:
    """Take a group's row with what the group overrides."""
    values = _pick(StorageModel, catalog.row("storage", group.model).values)
    return StorageModel(**_with_overrides(values, group))
