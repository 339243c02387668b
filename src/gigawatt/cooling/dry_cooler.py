"""Dry coolers with wetted pads before the coil, and air-cooled chillers for what they cannot reach.

Above the switch temperature the pads bring the air towards its wet bulb, t_in = t - e (t - t_wb), and take up
e (W_s(t_wb) - W) of water per kg of dry air: along the line of constant wet bulb.
"""

from __future__ import annotations

import numpy as np

from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.chiller import Chiller, staged_load
from gigawatt.cooling.dry_coil import run_coil
from gigawatt.cooling.inputs import DryCooler
from gigawatt.cooling.loops import HallHeat, Loop, PlantHours, air_loop, liquid_loop
from gigawatt.kernel.handover import Array

_KG_PER_M3 = 997.0


def entering_air(plant: DryCooler, air: OutdoorAir) -> tuple[Array, Array]:
    """Temperature of the air behind the pads [°C], and water that it took up [kg per kg of dry air].

    Examples
    --------
    >>> from gigawatt.cooling.air import air_at
    >>> plant = DryCooler.model_validate({"name": "d", "from": "2025-01-01", "capacity": "100 MW"})
    >>> behind, water = entering_air(plant, air_at(39.9, 25.0, 101325.0))
    >>> round(float(behind[0]), 2), round(float(water[0]), 5)
    (27.98, 0.00503)
    """
    wet = plant.pads & (air.dry_bulb_c > plant.pad_switch_c)
    effect = np.where(wet, plant.pad_effectiveness_frac, 0.0)
    behind = air.dry_bulb_c - effect * (air.dry_bulb_c - air.wet_bulb_c)
    return np.asarray(behind), np.asarray(effect * (air.wet_bulb_humidity_ratio - air.humidity_ratio))


def run_dry_cooler(plant: DryCooler, heat: HallHeat, air: OutdoorAir) -> PlantHours:
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


def _run_loop(plant: DryCooler, loop: Loop, chiller: Chiller, air: OutdoorAir) -> PlantHours:
    behind, water = entering_air(plant, air)
    coil = run_coil(
        loop,
        behind,
        approach_k=plant.approach_k,
        air_rise_k=plant.coil_air_rise_k,
        fan_pa=plant.fan_pa,
        density_kg_per_m3=air.density_kg_per_m3,
        heat_capacity_j_per_kg_k=air.heat_capacity_j_per_kg_k,
        min_fan_speed_frac=plant.min_fan_speed_frac,
    )
    left = (1.0 - coil.taken_frac) * loop.heat_mw
    zero = np.zeros(loop.heat_mw.size)
    coil_fan, coil_air = coil.fan_mw, coil.air_kg_per_s
    if plant.trim_chiller:
        work_frac = chiller.compressor_frac(air.dry_bulb_c, loop.supply_c, staged_load(loop.load_frac))

        def all_of(heat: Array) -> Array:
            return np.asarray(heat * work_frac + chiller.fan_mw(heat, heat * work_frac))

        saves = coil_fan + all_of(left) < all_of(loop.heat_mw)
        left = np.where(saves, left, loop.heat_mw)
        coil_fan, coil_air = np.where(saves, coil_fan, 0.0), np.where(saves, coil_air, 0.0)
        work, condenser_fan, unmet = left * work_frac, chiller.fan_mw(left, left * work_frac), zero
    else:
        work, condenser_fan, unmet = zero, zero, left
    evaporation_m3 = coil_air * water * 3600.0 / _KG_PER_M3
    return PlantHours(
        fan_mw=coil_fan + condenser_fan,
        pump_mw=loop.pump_mw,
        chiller_mw=work,
        air_mw=loop.air_mw,
        evaporation_m3=evaporation_m3,
        drift_m3=zero,
        blowdown_m3=evaporation_m3 / (plant.concentration_cycles - 1.0),
        rejected_mw=loop.heat_mw - unmet + work,
        unmet_mw=unmet,
    )
