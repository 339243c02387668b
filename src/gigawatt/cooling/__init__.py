"""Heat and weather into electricity and water: towers, chillers, dry coolers, and the electrical rooms.

>>> from gigawatt import cooling
>>> tower = cooling.OpenTower.model_validate({"name": "towers", "from": "2025-09-17", "capacity": "350 MW"})
>>> round(cooling.it_capacity_mw([tower], cooling.ElectricalInput(ups="none"), liquid_frac=0.75), 1)
342.8
"""

from gigawatt.cooling.air import OutdoorAir, air_at, air_of
from gigawatt.cooling.chiller import Chiller, rated_chiller
from gigawatt.cooling.inputs import (
    AirCooledChiller,
    DryCooler,
    ElectricalInput,
    OpenTower,
    Plant,
    PlantInput,
    WaterSource,
)
from gigawatt.cooling.site import SiteCooling, it_capacity_mw, plants_on, pue_design, simulate
from gigawatt.cooling.tower import evaporation_l_per_kwh, makeup_l_per_kwh

__all__ = [
    "AirCooledChiller",
    "Chiller",
    "DryCooler",
    "ElectricalInput",
    "OpenTower",
    "OutdoorAir",
    "Plant",
    "PlantInput",
    "SiteCooling",
    "WaterSource",
    "air_at",
    "air_of",
    "evaporation_l_per_kwh",
    "it_capacity_mw",
    "makeup_l_per_kwh",
    "plants_on",
    "pue_design",
    "rated_chiller",
    "simulate",
]
