"""Open towers with heat exchangers, and water-cooled chillers for what the tower cannot reach.

Each loop has its own cells. The fans hold the water that the loop asks for (its supply less the heat
exchanger's approach) and slow down where they can; where full fans do not reach it, the chillers take the
share of the loop's rise that is left, and their condensers give its heat and their work to the same cells.
"""

from __future__ import annotations

import numpy as np

from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.chiller import Chiller, rated_chiller, staged_load
from gigawatt.cooling.inputs import OpenTower
from gigawatt.cooling.loops import Loop, PlantHours, air_loop, liquid_loop
from gigawatt.cooling.machines import fan_frac, pump_frac, pump_mw_per_mw
from gigawatt.cooling.tower import design_air_kg_per_s_per_mw, fan_mw_per_kg_per_s, run_tower
from gigawatt.kernel.handover import Array

_KG_PER_M3 = 997.0


def trim_chiller(plant: OpenTower) -> Chiller:
    """Return the law of the plant's water-cooled chillers.

    Examples
    --------
    >>> tower = OpenTower.model_validate({"name": "t", "from": "2025-01-01", "capacity": "100 MW"})
    >>> round(trim_chiller(tower).cop(33.0, 20.0), 1)
    9.9
    """
    return rated_chiller(
        plant.chiller_cop_ratio,
        plant.chiller_part_load_cop_ratio,
        evaporator_k=plant.evaporator_k,
        condenser_k=plant.condenser_k,
        min_lift_k=plant.min_lift_k,
        max_supply_c=plant.chiller_max_supply_c,
        fan_frac=0.0,
        water_cooled=True,
    )


def run_open_tower(
    plant: OpenTower, liquid_mw: Array, air_mw: Array, load_frac: Array, air: OutdoorAir
) -> PlantHours:
    """Reject heat for every hour.

    Parameters
    ----------
    plant
        The plant.
    liquid_mw, air_mw
        Heat that it takes from the cold plates and from the rooms [MW], shape (hours,).
    load_frac
        Its load over its capacity, 0 to 1.
    air
        Outdoor air.
    """
    chiller = trim_chiller(plant)
    of_liquid = _run_loop(plant, liquid_loop(plant, liquid_mw, load_frac), chiller, air)
    of_air = _run_loop(plant, air_loop(plant, air_mw, load_frac), chiller, air)
    return of_liquid + of_air


def _run_loop(plant: OpenTower, loop: Loop, chiller: Chiller, air: OutdoorAir) -> PlantHours:
    hours = loop.heat_mw.size
    result = PlantHours.nothing(hours)
    on = loop.heat_mw > 0.0
    if not on.any():
        return result
    work, tower_pump, fan, evaporated, rejected = (np.zeros(int(on.sum())) for _ in range(5))
    heat, x, outdoors = loop.heat_mw[on], loop.load_frac[on], air.where(on)
    pump_full = pump_mw_per_mw(plant.tower_pump_pa, plant.range_k)
    cells_mw = loop.design_mw[on] * (1.0 + pump_full)
    design_air = cells_mw * design_air_kg_per_s_per_mw(
        plant.design_wet_bulb_c, plant.approach_k, plant.range_k, plant.makeup_c
    )
    tower_pump = pump_full * loop.design_mw[on] * pump_frac(x, plant.pump_static_frac)
    wanted_c = loop.supply_c - plant.heat_exchanger_k
    free = run_tower(heat + tower_pump, outdoors, design_air, wanted_c, plant.range_k, plant.makeup_c)
    leaving, flow, evaporated = free.leaving_c, free.air_kg_per_s, free.evaporation_kg_per_s
    short = leaving > wanted_c + 1e-9
    if short.any():
        reach_c = leaving[short] + plant.heat_exchanger_k
        share = np.clip((reach_c - loop.supply_c) / loop.rise_k, 0.0, 1.0)
        unit = staged_load(x[short])
        work[short] = share * heat[short] * chiller.compressor_frac(leaving[short], loop.supply_c, unit)
        more = run_tower(
            heat[short] + tower_pump[short] + work[short],
            outdoors.where(short),
            design_air[short],
            wanted_c,
            plant.range_k,
            plant.makeup_c,
        )
        flow[short], evaporated[short] = more.air_kg_per_s, more.evaporation_kg_per_s
    fan = (
        fan_mw_per_kg_per_s(plant.tower_fan_frac)
        * design_air
        * fan_frac(flow / design_air, plant.min_fan_speed_frac)
    )
    rejected = heat + tower_pump + work
    circulating_m3_h = 3.6e9 * rejected / (4.17e6 * plant.range_k)
    evaporation_m3 = evaporated * 3600.0 / _KG_PER_M3

    def spread(values: Array) -> Array:
        out = np.zeros(hours)
        out[on] = values
        return out

    return PlantHours(
        fan_mw=spread(fan),
        pump_mw=loop.pump_mw + spread(tower_pump),
        chiller_mw=spread(work),
        air_mw=loop.air_mw,
        evaporation_m3=spread(evaporation_m3),
        drift_m3=spread(plant.drift_frac * circulating_m3_h),
        blowdown_m3=spread(evaporation_m3 / (plant.concentration_cycles - 1.0)),
        rejected_mw=spread(rejected),
        unmet_mw=np.zeros(hours),
    )
