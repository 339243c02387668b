"""Electricity of a site: grid, generating units, batteries and sun, dispatched within their permits.

>>> from gigawatt import power
>>> power.generator_model("titan-350").capacity_mw
38.0
"""

from gigawatt.power.costs import CapitalItem, EnergyCosts, capital_items, energy_costs, grid_co2_t
from gigawatt.power.dispatch import dispatch
from gigawatt.power.emissions import co2_kg_per_mwh, kg_per_mmbtu_ppm, pollutant_lb_per_mwh
from gigawatt.power.firm import firm_capacity
from gigawatt.power.inputs import (
    Curtailment,
    GeneratorGroup,
    GridOutage,
    GridStep,
    Permit,
    PowerInput,
    SolarPlant,
    StorageGroup,
)
from gigawatt.power.models import (
    FuelModel,
    GeneratorModel,
    GridRegion,
    StorageModel,
    TariffModel,
    fuel_model,
    generator_model,
    grid_region,
    storage_model,
    tariff_model,
)
from gigawatt.power.outages import units_available
from gigawatt.power.prepare import Place
from gigawatt.power.results import Dispatch, PermitUse
from gigawatt.power.solar import solar_output_mw
from gigawatt.power.tariff import price_series
from gigawatt.power.thermal import fuel_mmbtu_per_h, unit_capacity_mw

__all__ = [
    "CapitalItem",
    "Curtailment",
    "Dispatch",
    "EnergyCosts",
    "FuelModel",
    "GeneratorGroup",
    "GeneratorModel",
    "GridOutage",
    "GridRegion",
    "GridStep",
    "Permit",
    "PermitUse",
    "Place",
    "PowerInput",
    "SolarPlant",
    "StorageGroup",
    "StorageModel",
    "TariffModel",
    "capital_items",
    "co2_kg_per_mwh",
    "dispatch",
    "energy_costs",
    "firm_capacity",
    "fuel_mmbtu_per_h",
    "fuel_model",
    "generator_model",
    "grid_co2_t",
    "grid_region",
    "kg_per_mmbtu_ppm",
    "pollutant_lb_per_mwh",
    "price_series",
    "solar_output_mw",
    "storage_model",
    "tariff_model",
    "unit_capacity_mw",
    "units_available",
]
