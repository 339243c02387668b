"""Part-load laws of fans and pumps, and what they move."""

from __future__ import annotations

import numpy as np

from gigawatt.kernel.handover import Array

WATER_J_PER_M3_K = 4.17e6
"""Heat that a cubic metre of water takes up per kelvin, near 25 °C: 997 kg/m3 times 4,180 J/(kg K)."""


def fan_frac(flow_frac: Array, min_speed_frac: float) -> Array:
    """Fan power over its power at full flow: the cube of speed, with a floor where it cannot turn slower.

    P/P0 = max(s, s_min)^3, and 0 at no flow.

    Parameters
    ----------
    flow_frac
        Flow over design flow, 0 to 1 (more extrapolates the cube).
    min_speed_frac
        Slowest speed over full speed.

    Examples
    --------
    >>> fan_frac(np.array([0.0, 0.1, 0.5, 1.0]), 0.25)
    array([0.      , 0.015625, 0.125   , 1.      ])
    """
    return np.where(flow_frac > 0.0, np.maximum(flow_frac, min_speed_frac) ** 3, 0.0)


def pump_frac(flow_frac: Array, static_frac: float) -> Array:
    """Pump power over its power at full flow, for a head of a constant part and one that falls with flow².

    P/P0 = x (h0 + (1 - h0) x²).

    Parameters
    ----------
    flow_frac
        Flow over design flow x.
    static_frac
        Share h0 of the head that does not fall with flow.

    Examples
    --------
    >>> pump_frac(np.array([0.0, 0.5, 1.0]), 0.3)
    array([0.    , 0.2375, 1.    ])
    """
    return np.asarray(flow_frac * (static_frac + (1.0 - static_frac) * flow_frac**2))


def pump_mw_per_mw(pump_pa: float, rise_k: float) -> float:
    """Electrical power of a pump at full flow over the heat its water carries.

    P/Q = dp_el / (rho c dT), dp_el the electrical power over volume flow.

    Parameters
    ----------
    pump_pa
        Electrical power over volume flow [W per m3/s = Pa].
    rise_k
        Warming of the water [K].

    Examples
    --------
    >>> round(pump_mw_per_mw(301_200.0, 10.0), 5)
    0.00722
    """
    return pump_pa / (WATER_J_PER_M3_K * rise_k)


def air_fan_mw_per_mw(fan_pa: float, rise_k: float, density_kg_per_m3: float = 1.17) -> float:
    """Electrical power of a fan at full flow over the sensible heat its air carries.

    P/Q = dp_el / (rho c_p dT).

    Parameters
    ----------
    fan_pa
        Electrical power over volume flow [W per m3/s = Pa].
    rise_k
        Warming of the air [K].
    density_kg_per_m3
        Dry air per volume; 1.17 is room air of 25 °C at sea level.

    Examples
    --------
    >>> round(air_fan_mw_per_mw(600.0, 12.0), 4)
    0.0425
    """
    return fan_pa / (density_kg_per_m3 * 1006.0 * rise_k)
