"""A coil that cools water with outdoor air: dry coolers, and the economisers of air-cooled chillers.

Its heat is proportional to the difference between the water that enters it and the air (the initial
temperature difference): Q = Q_d (t_return - t_air) / (rise + approach) at full fan speed, which is how makers
rate dry coolers (EN 1048). At less air, heat falls with the 0.65th power of air flow, where the air-side
resistance dominates a finned coil.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.cooling.loops import Loop
from gigawatt.cooling.machines import fan_frac
from gigawatt.kernel.handover import Array

_AIR_EXPONENT = 0.65
"""Assumed, low 0.5 (water-side resistance matters), high 0.8 (Dittus and Boelter's on the air side alone)."""


@dataclass(frozen=True)
class CoilHours:
    """What a coil does, by hour."""

    taken_frac: Array
    """Share of the loop's heat that it takes."""
    air_kg_per_s: Array
    fan_mw: Array


def run_coil(
    loop: Loop,
    entering_air_c: Array,
    *,
    approach_k: float,
    air_rise_k: float,
    fan_pa: float,
    density_kg_per_m3: Array,
    heat_capacity_j_per_kg_k: Array,
    min_fan_speed_frac: float,
) -> CoilHours:
    """Take as much of a loop's heat as the air allows, with no more air than that needs.

    Parameters
    ----------
    loop
        The water loop; its flow follows the load, its return stays warm.
    entering_air_c
        Air that enters the coil [°C].
    approach_k
        Leaving water above entering air at full load [K].
    air_rise_k
        Warming of the air at full load [K].
    fan_pa
        Fans' electrical power over volume flow at full speed [Pa].
    density_kg_per_m3, heat_capacity_j_per_kg_k
        Of the outdoor air, per dry air.
    min_fan_speed_frac
        Slowest fan speed.
    """
    driving_k = np.maximum(loop.return_c - entering_air_c, 0.0)
    most = loop.design_mw * driving_k / (loop.rise_k + approach_k)
    needs = np.where(most > 0.0, loop.heat_mw / np.where(most > 0.0, most, 1.0), np.inf)
    enough = needs <= 1.0
    flow_frac = np.where(enough, np.minimum(needs, 1.0) ** (1.0 / _AIR_EXPONENT), 1.0)
    taken = np.where(enough, 1.0, 1.0 / np.where(needs > 0.0, needs, 1.0))
    on = (loop.heat_mw > 0.0) & (most > 0.0)
    taken, flow_frac = np.where(on, taken, 0.0), np.where(on, flow_frac, 0.0)
    design_air = 1e6 * loop.design_mw / (heat_capacity_j_per_kg_k * air_rise_k)
    fan = 1e-6 * fan_pa * design_air / density_kg_per_m3 * fan_frac(flow_frac, min_fan_speed_frac)
    return CoilHours(taken_frac=taken, air_kg_per_s=design_air * flow_frac, fan_mw=fan)
