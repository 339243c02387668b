"""The water-side economiser plant of Lei and Masanet: a hall cooled by air, towers, heat exchanger, chiller.

A published model of another plant than ours, kept apart so that its printed
example can be reproduced to the last digit; the simulation does not use it. Its
own property relations and regression are used as published (they differ from
:mod:`gigawatt.kernel.psychrometrics` by up to 0.3 K of wet bulb).

Heat of the hall is IT, losses of supply and distribution, and lights; at the sensible heat ratio s the coils
take heat / s. Water comes back to the coil at a temperature that the coil's effectiveness sets. With the
tower water beyond the heat exchanger at t_reach = t_wb + approach of tower + approach of exchanger, the
economiser takes

- all of the heat where t_reach is at most the supply temperature,
- the share (t_return - t_reach) / (t_return - t_supply) between supply and return,
- none above the return; the chiller takes the rest.

References
----------
.. [1] N. Lei, E. Masanet, "Statistical analysis for predicting location-specific data center PUE and its
   improvement potential", Energy 201, 2020, 117556. https://doi.org/10.1016/j.energy.2020.117556
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from gigawatt.kernel.handover import Array

_AIR_KJ_PER_KG_K = 1.01
_WATER_KJ_PER_KG_K = 4.2
_WATER_KG_PER_M3 = 1000.0
_BISECTIONS = 64


@dataclass(frozen=True)
class LeiMasanetPlant:
    """The plant's 26 parameters, in the published order."""

    ups_efficiency_frac: float
    distribution_loss_frac: float
    lighting_frac: float
    """Over IT power."""
    supply_air_c: float
    air_rise_k: float
    water_rise_k: float
    tower_range_k: float
    room_fan_pa: float
    room_fan_efficiency_frac: float
    tower_fan_pa: float
    tower_fan_efficiency_frac: float
    humidifier_pa: float
    humidifier_efficiency_frac: float
    economiser_pump_pa: float
    economiser_pump_efficiency_frac: float
    chilled_pump_pa: float
    chilled_pump_efficiency_frac: float
    tower_pump_pa: float
    tower_pump_efficiency_frac: float
    tower_approach_k: float
    exchanger_approach_k: float
    coil_effectiveness_frac: float
    sensible_heat_frac: float
    chiller_load_frac: float
    chiller_cop_excess_frac: float
    """Deviation of the chiller's COP from the regression, e.g. 0.1 for 10 % better."""
    water_to_air_ratio: float
    """Tower water over tower air, by mass."""

    @classmethod
    def from_vector(cls, values: Sequence[float]) -> Self:
        """Read the 26 values in their published order."""
        names = [f.name for f in fields(cls)]
        if len(values) != len(names):
            raise ValueError(f"the plant has {len(names)} parameters, not {len(values)}")
        return cls(**dict(zip(names, (float(v) for v in values), strict=True)))


@dataclass(frozen=True)
class LeiMasanetPower:
    """Powers over IT power, arrays of the weather's shape (or single values)."""

    electrical: Array
    """Supply, distribution and lights."""
    room_fan: Array
    humidifier: Array
    economiser_pump: Array
    chiller: Array
    chilled_pump: Array
    tower_pump: Array
    tower_fan: Array
    economiser_share: Array
    """Share of the heat that the economiser takes: 1 full, between 0 and 1 partial, 0 none."""

    @property
    def pue(self) -> Array:
        """Facility over IT power."""
        return np.asarray(
            1.0
            + self.electrical
            + self.room_fan
            + self.humidifier
            + self.economiser_pump
            + self.chiller
            + self.chilled_pump
            + self.tower_pump
            + self.tower_fan
        )


def wet_bulb_of_paper_c(dry_bulb_c: Array, rel_hum_frac: Array, pressure_pa: Array) -> Array:
    """Wet bulb as the temperature of saturated air of the same enthalpy, with the paper's Buck equation.

    Parameters
    ----------
    dry_bulb_c, rel_hum_frac, pressure_pa
        Outdoor air.

    Examples
    --------
    >>> wet_bulb_of_paper_c(np.array([20.0]), np.array([0.4]), np.array([101325.0])).round(4)
    array([12.3045])
    """
    vapour = rel_hum_frac * _buck_pa(dry_bulb_c, 611.21)
    wanted = _enthalpy_kj_per_kg(dry_bulb_c, vapour, pressure_pa)
    low = np.full(np.shape(wanted), -90.0)
    high = dry_bulb_c + 1.0 + 0.0 * wanted
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        rich = _enthalpy_kj_per_kg(middle, _buck_pa(middle, 611.2), pressure_pa) > wanted
        high, low = np.where(rich, middle, high), np.where(rich, low, middle)
    return np.asarray(0.5 * (low + high))


def lei_masanet_power(
    plant: LeiMasanetPlant,
    dry_bulb_c: float | Array,
    rel_hum_frac: float | Array,
    pressure_pa: float | Array,
) -> LeiMasanetPower:
    """Powers of the plant over IT power, for weather of any shape.

    Parameters
    ----------
    plant
        Its parameters.
    dry_bulb_c, rel_hum_frac, pressure_pa
        Outdoor air [°C, 1, Pa].

    Examples
    --------
    The published example (20 °C, 40 %, 101,325 Pa), in full economiser operation:

    >>> plant = LeiMasanetPlant.from_vector([
    ...     0.980302734, 0.00560546875, 0.00181445313, 27.3671875, 18.8856337, 7.50488281, 4.13867188,
    ...     416.992188, 0.713720703, 148.339844, 0.745947266, 6500976.56, 0.674023438, 156284.191,
    ...     0.668945312, 171884.552, 0.745117188, 210534.68, 0.709960938, 6.50576172, 2.29404297,
    ...     0.816601563, 0.986289063, 0.224023438, 0.105488281, 1.11914062])
    >>> round(float(lei_masanet_power(plant, 20.0, 0.4, 101325.0).pue), 9)
    1.088716818
    """
    dry, humid, pressure = (np.asarray(v, dtype=np.float64) for v in (dry_bulb_c, rel_hum_frac, pressure_pa))
    wet_c = wet_bulb_of_paper_c(dry, humid, pressure)
    electrical = (
        (1.0 / plant.ups_efficiency_frac - 1.0)
        + (1.0 / (1.0 - plant.distribution_loss_frac) - 1.0)
        + plant.lighting_frac
    )
    heat = 1.0 + electrical
    cooling = heat / plant.sensible_heat_frac

    return_air_c = plant.supply_air_c + plant.air_rise_k
    supply_water_c = return_air_c - plant.air_rise_k / plant.coil_effectiveness_frac
    return_water_c = supply_water_c + plant.water_rise_k
    reach_c = wet_c + plant.tower_approach_k + plant.exchanger_approach_k
    share = np.clip((return_water_c - reach_c) / plant.water_rise_k, 0.0, 1.0)

    economised, chilled = share * cooling, (1.0 - share) * cooling
    chiller = chilled / (
        chiller_cop_of_paper(plant.chiller_load_frac, wet_c + plant.tower_approach_k)
        * (1.0 + plant.chiller_cop_excess_frac)
    )
    condensed = (cooling - heat) / _latent_kj_per_kg(0.5 * (supply_water_c + return_water_c))
    tower_water = (cooling + chiller) / (_WATER_KJ_PER_KG_K * plant.tower_range_k)
    room_air = heat / (_AIR_KJ_PER_KG_K * plant.air_rise_k)
    flow_per_heat = 1.0 / (_WATER_KJ_PER_KG_K * plant.water_rise_k)
    return LeiMasanetPower(
        electrical=np.asarray(electrical),
        room_fan=_moved(
            room_air / _air_kg_per_m3(np.asarray(plant.supply_air_c), pressure),
            plant.room_fan_pa,
            plant.room_fan_efficiency_frac,
        ),
        humidifier=_moved(
            np.asarray(condensed / _WATER_KG_PER_M3), plant.humidifier_pa, plant.humidifier_efficiency_frac
        ),
        economiser_pump=_moved(
            economised * flow_per_heat / _WATER_KG_PER_M3,
            plant.economiser_pump_pa,
            plant.economiser_pump_efficiency_frac,
        ),
        chiller=np.asarray(chiller),
        chilled_pump=_moved(
            chilled * flow_per_heat / _WATER_KG_PER_M3,
            plant.chilled_pump_pa,
            plant.chilled_pump_efficiency_frac,
        ),
        tower_pump=_moved(
            tower_water / _WATER_KG_PER_M3, plant.tower_pump_pa, plant.tower_pump_efficiency_frac
        ),
        tower_fan=_moved(
            tower_water / plant.water_to_air_ratio / _air_kg_per_m3(dry, pressure),
            plant.tower_fan_pa,
            plant.tower_fan_efficiency_frac,
        ),
        economiser_share=share,
    )


def chiller_cop_of_paper(load_frac: float, tower_water_c: Array) -> Array:
    """COP of the chiller by the paper's regression on part load and the water that enters its condenser.

    Examples
    --------
    >>> chiller_cop_of_paper(0.7, np.array([24.0])).round(3)
    array([7.798])
    """
    t, x = tower_water_c, load_frac
    return np.asarray(
        16.798751 + 9.885294 * x - 8.528931 * x**2 - 0.760621 * t + 0.00884 * t**2 + 0.084615 * x * t
    )


def _buck_pa(celsius: Array, at_zero_pa: float) -> Array:
    return np.asarray(at_zero_pa * np.exp((18.678 - celsius / 234.5) * celsius / (celsius + 257.14)))


def _enthalpy_kj_per_kg(celsius: Array, vapour_pa: Array, pressure_pa: Array) -> Array:
    ratio = 0.62198 * vapour_pa / (pressure_pa - vapour_pa)
    return np.asarray(1.01 * celsius + (2500.0 + 1.84 * celsius) * ratio)


def _air_kg_per_m3(celsius: Array, pressure_pa: Array) -> Array:
    return np.asarray(1.293 * (pressure_pa / 101325.0) * 273.15 / (273.15 + celsius))


def _latent_kj_per_kg(celsius: float) -> float:
    return 2500.5 - 2.3097 * celsius - 0.0013 * celsius**2


def _moved(volume_m3_per_s: Array, head_pa: float, efficiency_frac: float) -> Array:
    """Power [kW] that moves a volume flow against a head."""
    return np.asarray(1e-3 * volume_m3_per_s * head_pa / efficiency_frac)
