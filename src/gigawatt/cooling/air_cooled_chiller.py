"""Air-cooled chillers with dry coils that take over in part or fully where the air is cold enough.

The coil stands before the evaporator: it takes what the air allows, the chillers the rest. It runs where that
saves electricity.
"""

from __future__ import annotations

import numpy as np

from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.chiller import Chiller, staged_load
from gigawatt.cooling.dry_coil import run_coil
from gigawatt.cooling.inputs import AirCooledChiller
from gigawatt.cooling.loops import HallHeat, Loop, PlantHours, air_loop, liquid_loop


def run_air_cooled_chiller(plant: AirCooledChiller, heat: HallHeat, air: OutdoorAir) -> PlantHours:
    """Reject heat for every hour.

    Parameters
    ----------
    plant
        The plant.
    heat
        Heat that it takes from the cold plates and from the rooms.
    air
        Outdoor air.
    """
    chiller = plant.chiller
    of_liquid = _run_loop(plant, liquid_loop(plant, heat), chiller, air)
    of_air = _run_loop(plant, air_loop(plant, heat), chiller, air)
    return of_liquid + of_air


def _run_loop(plant: AirCooledChiller, loop: Loop, chiller: Chiller, air: OutdoorAir) -> PlantHours:
    unit = staged_load(loop.load_frac)
    work_frac = chiller.compressor_frac(air.dry_bulb_c, loop.supply_c, unit)
    work = loop.heat_mw * work_frac
    fan = chiller.fan_mw(loop.heat_mw, work)
    if plant.economiser:
        coil = run_coil(
            loop,
            air.dry_bulb_c,
            approach_k=plant.approach_k,
            air_rise_k=plant.coil_air_rise_k,
            fan_pa=plant.fan_pa,
            density_kg_per_m3=air.density_kg_per_m3,
            heat_capacity_j_per_kg_k=air.heat_capacity_j_per_kg_k,
            min_fan_speed_frac=plant.min_fan_speed_frac,
        )
        left = (1.0 - coil.taken_frac) * loop.heat_mw
        with_coil = coil.fan_mw + left * work_frac + chiller.fan_mw(left, left * work_frac)
        saves = with_coil < work + fan
        work = np.where(saves, left * work_frac, work)
        fan = np.where(saves, with_coil - left * work_frac, fan)
    zero = np.zeros(loop.heat_mw.size)
    return PlantHours(
        fan_mw=fan,
        pump_mw=loop.pump_mw,
        chiller_mw=work,
        air_mw=loop.air_mw,
        evaporation_m3=zero,
        drift_m3=zero,
        blowdown_m3=zero,
        rejected_mw=loop.heat_mw + work,
        unmet_mw=zero,
    )
