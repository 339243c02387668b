"""An open cooling tower: air flow and evaporation from its energy balance.

Air leaves saturated at the mean of the water's temperatures. Then, per kg of dry air,

    q = h_s(t_m) - h_in - (W_s(t_m) - W_in) c_w t_makeup,      t_m = t_leaving + range / 2,

is the heat it carries off (the last term is the enthalpy of the water that makes
up for what evaporates), so heat Q needs the air flow G = Q / q and evaporates
G (W_s(t_m) - W_in). With the fan at full speed, t_m follows from q = Q / G_design:
at less load or a drier hour the same air gives an approach that widens as it
does in real towers.

Left out: air that leaves below saturation in dry, cold weather, plume abatement, the enthalpy of
blowdown against make-up, ice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.cooling.air import OutdoorAir
from gigawatt.kernel import psychrometrics
from gigawatt.kernel.handover import Array

WATER_J_PER_KG_K = 4186.0
_VAPOUR_GAS_CONSTANT = 461.5
_NEWTON_STEPS = 6


def carried_j_per_kg(mean_water_c: Array, air: OutdoorAir, makeup_c: float) -> tuple[Array, Array]:
    """Heat carried off and water evaporated per kg of dry air.

    Parameters
    ----------
    mean_water_c
        Temperature t_m of the leaving, saturated air [°C].
    air
        Outdoor air.
    makeup_c
        Temperature of the make-up water [°C].

    Returns
    -------
    tuple
        Heat [J/kg] and evaporation [kg/kg]; both negative where the outdoor air is richer.
    """
    leaving = psychrometrics.saturation_humidity_ratio(mean_water_c, air.pressure_pa)
    evaporated = leaving - air.humidity_ratio
    enthalpy = psychrometrics.enthalpy_j_per_kg(mean_water_c, leaving)
    heat = enthalpy - air.enthalpy_j_per_kg - evaporated * WATER_J_PER_KG_K * makeup_c
    return np.asarray(heat), np.asarray(evaporated)


def evaporation_l_per_kwh(
    air: OutdoorAir, approach_k: float, range_k: float, makeup_c: float = 20.0
) -> Array:
    """Water evaporated per heat rejected [L/kWh], at a fixed approach to the wet bulb.

    Parameters
    ----------
    air
        Outdoor air.
    approach_k, range_k
        Leaving water above wet bulb, and cooling of the water [K].
    makeup_c
        Temperature of the make-up water [°C].

    Examples
    --------
    >>> from gigawatt.cooling.air import air_at
    >>> evaporation_l_per_kwh(air_at(30.0, 24.0, 101325.0), 4.0, 10.0).round(3)
    array([1.348])
    """
    heat, evaporated = carried_j_per_kg(air.wet_bulb_c + approach_k + range_k / 2.0, air, makeup_c)
    return np.asarray(3.6e6 * evaporated / heat)


def makeup_l_per_kwh(evaporation: Array, concentration_cycles: float) -> Array:
    """Evaporation and blowdown [L/kWh], drift apart: E + E / (cycles - 1).

    Examples
    --------
    >>> makeup_l_per_kwh(np.array([1.2]), 4.0).round(2)
    array([1.6])
    """
    return np.asarray(evaporation * concentration_cycles / (concentration_cycles - 1.0))


@dataclass(frozen=True)
class TowerHours:
    """What a tower does, by hour."""

    leaving_c: Array
    """Water that leaves it."""
    air_kg_per_s: Array
    evaporation_kg_per_s: Array


def design_air_kg_per_s_per_mw(
    wet_bulb_c: float,
    approach_k: float,
    range_k: float,
    makeup_c: float = 20.0,
    pressure_pa: float = 101325.0,
) -> float:
    """Dry air that a megawatt of heat needs at the hour the tower is selected for.

    The outdoor air is taken as 9 K warmer than its wet bulb; what the air carries hardly depends on it.

    Examples
    --------
    >>> round(design_air_kg_per_s_per_mw(25.6, 4.0, 10.0), 1)
    21.5
    """
    wet = np.array([wet_bulb_c])
    pressure = np.array([pressure_pa])
    humidity = psychrometrics.humidity_ratio_from_wet_bulb(wet + 9.0, wet, pressure)
    air = OutdoorAir(wet + 9.0, wet, humidity, pressure)
    heat, _ = carried_j_per_kg(wet + approach_k + range_k / 2.0, air, makeup_c)
    return float(1e6 / heat[0])


def fan_mw_per_kg_per_s(rated_fan_frac: float) -> float:
    """Fan power per air flow, from fan power over heat at the rating of ASHRAE 90.1.

    The rating: water from 35 to 29.44 °C at 23.89 °C wet bulb.

    Examples
    --------
    >>> round(1e6 * fan_mw_per_kg_per_s(0.0138))
    541
    """
    return rated_fan_frac / design_air_kg_per_s_per_mw(23.89, 5.55, 5.56)


def run_tower(
    heat_mw: Array, air: OutdoorAir, design_air: Array, wanted_c: float, range_k: float, makeup_c: float
) -> TowerHours:
    """Cool water to ``wanted_c``, or as far as the fans at full speed can.

    Parameters
    ----------
    heat_mw
        Heat into the tower, above 0 [MW].
    air
        Outdoor air.
    design_air
        Dry air at full fan speed [kg/s].
    wanted_c
        Leaving water wanted [°C]; the fans slow down where they can.
    range_k
        Cooling of the water [K]; its flow follows the load.
    makeup_c
        Temperature of the make-up water [°C].

    Returns
    -------
    TowerHours
        ``leaving_c`` is ``wanted_c`` or above.
    """
    heat_w = 1e6 * heat_mw
    mean = np.full(heat_mw.shape, wanted_c + range_k / 2.0)
    carried, _ = carried_j_per_kg(mean, air, makeup_c)
    short = carried * design_air < heat_w
    flow = np.where(short, design_air, heat_w / np.where(short, 1.0, carried))
    if short.any():
        mean[short] = _mean_water_c(heat_w[short] / design_air[short], air.where(short), makeup_c)
    _, evaporated = carried_j_per_kg(mean, air, makeup_c)
    return TowerHours(
        leaving_c=mean - range_k / 2.0,
        air_kg_per_s=flow,
        evaporation_kg_per_s=flow * evaporated,
    )


def _mean_water_c(carried: Array, air: OutdoorAir, makeup_c: float) -> Array:
    """Find the leaving air's temperature at which a kg of dry air carries this heat.

    Newton's method from a tabled first guess; the slope of saturation is Clausius and Clapeyron's, good to a
    few parts in a thousand, so that each step gains more than two digits.
    """
    pressure = float(np.mean(air.pressure_pa))
    wanted = carried + air.enthalpy_j_per_kg - air.humidity_ratio * WATER_J_PER_KG_K * makeup_c
    table_c = np.linspace(-30.0, 75.0, 211)
    table_w = psychrometrics.saturation_humidity_ratio(table_c, np.full(table_c.shape, pressure))
    table = psychrometrics.enthalpy_j_per_kg(table_c, table_w) - table_w * WATER_J_PER_KG_K * makeup_c
    t = np.interp(wanted, table, table_c)
    for _ in range(_NEWTON_STEPS):
        w = psychrometrics.saturation_humidity_ratio(t, air.pressure_pa)
        residual = psychrometrics.enthalpy_j_per_kg(t, w) - w * WATER_J_PER_KG_K * makeup_c - wanted
        latent = 2.501e6 - 2370.0 * t
        w_slope = w * (1.0 + w / 0.622) * latent / (_VAPOUR_GAS_CONSTANT * (t + 273.15) ** 2)
        slope = 1006.0 + 1860.0 * w + w_slope * (2.501e6 + 1860.0 * t - WATER_J_PER_KG_K * makeup_c)
        step = residual / slope
        t = t - step
        if np.abs(step).max() < 1e-11:
            break
    return np.asarray(t)
