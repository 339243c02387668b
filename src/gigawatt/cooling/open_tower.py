"""Open towers with heat exchangers, and water-cooled chillers for what the tower cannot reach.

Each loop has its own cells. The fans hold the water that the loop asks for (its supply less the heat
exchanger's approach) and slow down where they can; where full fans do not reach it, the chillers take the
share of the loop's rise that is left, and their condensers give its heat and their work to the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.chiller import Chiller, staged_load
from gigawatt.cooling.inputs import OpenTower
from gigawatt.cooling.loops import HallHeat, Loop, PlantHours, air_loop, liquid_loop
from gigawatt.cooling.machines import WATER_J_PER_M3_K, fan_frac, pump_frac, pump_mw_per_mw
from gigawatt.cooling.tower import design_air_kg_per_s_per_mw, fan_mw_per_kg_per_s, run_tower
from gigawatt.kernel.handover import Array

_KG_PER_M3 = 997.0
_PASSES = 4


def run_open_tower(plant: OpenTower, heat: HallHeat, air: OutdoorAir) -> PlantHours:
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


@dataclass(frozen=True)
class _Cells:
    """A loop's towers and chillers in the hours in which it carries heat."""

    work_mw: Array
    air_kg_per_s: Array
    evaporation_kg_per_s: Array
    rejected_mw: Array


def _run_loop(plant: OpenTower, loop: Loop, chiller: Chiller, air: OutdoorAir) -> PlantHours:
    hours = loop.heat_mw.size
    on = loop.heat_mw > 0.0
    if not on.any():
        return PlantHours.nothing(hours)
    pump_full = pump_mw_per_mw(plant.tower_pump_pa, plant.range_k)
    design_mw = loop.design_mw[on]
    tower_pump = pump_full * design_mw * pump_frac(loop.load_frac[on], plant.pump_static_frac)
    design_air = (
        design_mw
        * (1.0 + pump_full)
        * design_air_kg_per_s_per_mw(plant.design_wet_bulb_c, plant.approach_k, plant.range_k, plant.makeup_c)
    )
    cells = _run_cells(plant, loop, chiller, air.where(on), on, tower_pump, design_air)
    speed = fan_frac(cells.air_kg_per_s / design_air, plant.min_fan_speed_frac)
    fan = fan_mw_per_kg_per_s(plant.tower_fan_frac) * design_air * speed
    evaporation_m3 = cells.evaporation_kg_per_s * 3600.0 / _KG_PER_M3
    circulating_m3 = 3.6e9 * cells.rejected_mw / (WATER_J_PER_M3_K * plant.range_k)

    def spread(values: Array) -> Array:
        out = np.zeros(hours)
        out[on] = values
        return out

    return PlantHours(
        fan_mw=spread(fan),
        pump_mw=loop.pump_mw + spread(tower_pump),
        chiller_mw=spread(cells.work_mw),
        air_mw=loop.air_mw,
        evaporation_m3=spread(evaporation_m3),
        drift_m3=spread(plant.drift_frac * circulating_m3),
        blowdown_m3=spread(evaporation_m3 / (plant.concentration_cycles - 1.0)),
        rejected_mw=spread(cells.rejected_mw),
        unmet_mw=np.zeros(hours),
    )


def _run_cells(
    plant: OpenTower,
    loop: Loop,
    chiller: Chiller,
    air: OutdoorAir,
    on: NDArray[np.bool_],
    tower_pump_mw: Array,
    design_air: Array,
) -> _Cells:
    """Cool a loop by its tower, and by chillers where that does not reach.

    The chillers' work warms the tower's water, which asks for more work: a fixed point that each pass nears
    about tenfold.
    """
    wanted_c = loop.supply_c - plant.heat_exchanger_k
    heat = loop.heat_mw[on]
    tower_mw = heat + tower_pump_mw
    work = np.zeros(heat.size)
    free = run_tower(tower_mw, air, design_air, wanted_c, plant.range_k, plant.makeup_c)
    flow, evaporation = free.air_kg_per_s, free.evaporation_kg_per_s
    short = free.leaving_c > wanted_c
    if short.any():
        outdoors, most_air, warm = air.where(short), design_air[short], free.leaving_c[short]
        unit = staged_load(loop.load_frac[on][short])
        for _ in range(_PASSES):
            left = np.clip((warm - wanted_c) / loop.rise_k, 0.0, 1.0)
            trim = left * heat[short] * chiller.compressor_frac(warm, loop.supply_c, unit)
            more = run_tower(
                tower_mw[short] + trim, outdoors, most_air, wanted_c, plant.range_k, plant.makeup_c
            )
            warm = more.leaving_c
        work[short], flow[short] = trim, more.air_kg_per_s
        evaporation[short] = more.evaporation_kg_per_s
    return _Cells(
        work_mw=work, air_kg_per_s=flow, evaporation_kg_per_s=evaporation, rejected_mw=tower_mw + work
    )
