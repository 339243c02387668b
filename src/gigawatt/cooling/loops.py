"""What every plant shares: its two loops, their pumps and air handlers, and the sum of its parts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from gigawatt.cooling.inputs import Plant
from gigawatt.cooling.machines import air_fan_mw_per_mw, fan_frac, pump_frac, pump_mw_per_mw
from gigawatt.kernel.handover import Array


@dataclass(frozen=True)
class PlantHours:
    """What a plant does, by hour; powers in MW, water in m3."""

    fan_mw: Array
    pump_mw: Array
    chiller_mw: Array
    air_mw: Array
    evaporation_m3: Array
    drift_m3: Array
    blowdown_m3: Array
    rejected_mw: Array
    """Heat given off outside: from the halls, and every kilowatt of pumps, compressors and air handlers."""
    unmet_mw: Array
    """Heat that it cannot take at its supply temperature in this hour."""

    def __add__(self, other: Self) -> PlantHours:
        """Sum of two."""
        return PlantHours(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @classmethod
    def nothing(cls, hours: int) -> PlantHours:
        """Return a plant at rest."""
        return cls(**{f.name: np.zeros(hours) for f in fields(cls)})


@dataclass(frozen=True)
class HallHeat:
    """Heat of the halls that a plant takes, and what its two loops are built for; MW, shape (hours,)."""

    liquid_mw: Array
    air_mw: Array
    liquid_design_mw: Array
    """Heat of the cold plates when the plant is at its capacity, at the hour's split."""
    air_design_mw: Array


@dataclass(frozen=True)
class Loop:
    """One water loop of a plant for every hour: what it carries, and the hall machines that serve it."""

    supply_c: float
    rise_k: float
    heat_mw: Array
    """From the halls, with the heat of the loop's pumps and air handlers."""
    design_mw: Array
    """The same at full load."""
    load_frac: Array
    """Load over full load."""
    pump_mw: Array
    air_mw: Array

    @property
    def return_c(self) -> float:
        """Water that comes back from the halls."""
        return self.supply_c + self.rise_k


def air_handler_frac(plant: Plant) -> float:
    """Fan power of the room air handlers over the heat they take up, at full load.

    Examples
    --------
    >>> from gigawatt.cooling.inputs import OpenTower
    >>> tower = OpenTower.model_validate({"name": "t", "from": "2025-01-01", "capacity": "100 MW"})
    >>> round(air_handler_frac(tower), 4)
    0.0425
    """
    return air_fan_mw_per_mw(plant.room_fan_pa, plant.room_air_rise_k)


def liquid_loop(plant: Plant, heat: HallHeat) -> Loop:
    """Cold plates' loop: pumps in the distribution units and in the halls."""
    full = pump_mw_per_mw(plant.hall_pump_pa + plant.rack_pump_pa, plant.liquid_rise_k)
    temperatures = (plant.liquid_supply_c, plant.liquid_rise_k)
    return _loop(plant, temperatures, heat.liquid_mw, heat.liquid_design_mw, pump_full=full, fan_full=0.0)


def air_loop(plant: Plant, heat: HallHeat) -> Loop:
    """Air handlers' loop: hall pumps and the handlers' fans, whose heat it carries too."""
    pump = pump_mw_per_mw(plant.hall_pump_pa, plant.air_rise_k)
    temperatures = (plant.air_supply_c, plant.air_rise_k)
    fan = air_handler_frac(plant)
    return _loop(plant, temperatures, heat.air_mw, heat.air_design_mw, pump_full=pump, fan_full=fan)


def _loop(
    plant: Plant,
    temperatures: tuple[float, float],
    heat_mw: Array,
    design_mw: Array,
    *,
    pump_full: float,
    fan_full: float,
) -> Loop:
    there = design_mw > 0.0
    load_frac = np.where(there, heat_mw / np.where(there, design_mw, 1.0), 0.0)
    air = fan_full * design_mw * fan_frac(load_frac, plant.min_fan_speed_frac)
    pump = pump_full * design_mw * pump_frac(load_frac, plant.pump_static_frac)
    supply_c, rise_k = temperatures
    return Loop(
        supply_c=supply_c,
        rise_k=rise_k,
        heat_mw=heat_mw + air + pump,
        design_mw=design_mw * (1.0 + fan_full + pump_full),
        load_frac=load_frac,
        pump_mw=pump,
        air_mw=air,
    )
