"""Moist air: saturation, humidity, enthalpy and wet bulb, on arrays or single values.

Every function takes floats or arrays that broadcast against each other and
gives the same back: floats where all arguments are floats, arrays otherwise.
Air and vapour are ideal gases; the enhancement factor of saturated air
(about 1.004 at sea level) is left out, as in the handbook's own examples.

References
----------
.. [1] ASHRAE, "Handbook of Fundamentals (SI)", 2017, chapter 1.
.. [2] R. W. Hyland and A. Wexler, "Formulations for the thermodynamic properties
   of the saturated phases of H2O from 173.15 K to 473.15 K", ASHRAE Transactions
   89(2A), 1983, 500-519.
"""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Value = TypeVar("Value", float, Array)

_ZERO_C_K = 273.15
_TRIPLE_POINT_C = 0.01
_MASS_RATIO = 0.621945
"""Molar mass of water over that of dry air."""
_GAS_CONSTANT_DRY_AIR = 287.042
"""J/(kg K)."""
_NEWTON_STEPS = 7
"""Enough for 1e-9 K everywhere in the valid range; the hardest value of an array decides, without masks."""

# Hyland and Wexler, ln of the saturation pressure in Pa over T in K [1]_ equations 5 and 6:
# c1/T + c2 + c3 T + c4 T2 + c5 T3 + c6 T4 + c7 ln T.
_ICE = (
    -5.6745359e03, 6.3925247e00, -9.677843e-03, 6.2215701e-07, 2.0747825e-09, -9.484024e-13, 4.1635019e00,
)  # fmt: skip
_WATER = (-5.8002206e03, 1.3914993e00, -4.8640239e-02, 4.1764768e-05, -1.4452093e-08, 0.0, 6.5459673e00)


def _give(result: float | Array, like: Value) -> Value:
    """Return an array as it is and a scalar as a float."""
    del like  # only carries the type
    return cast("Value", result if np.ndim(result) else float(result))


def _within(name: str, values: Array, low: float, high: float) -> None:
    """Refuse what lies outside the valid range, NaN included."""
    if not np.all((values >= low) & (values <= high)):
        worst = values[~((values >= low) & (values <= high))].flat[0]
        raise ValueError(f"{name} is {worst:g}, outside {low:g} to {high:g}")


def _ln_saturation(kelvin: Array, c: tuple[float, ...]) -> Array:
    poly = c[1] + kelvin * (c[2] + kelvin * (c[3] + kelvin * (c[4] + kelvin * c[5])))
    return np.asarray(c[0] / kelvin + poly + c[6] * np.log(kelvin))


def _ln_saturation_slope(kelvin: Array, c: tuple[float, ...]) -> Array:
    poly = c[2] + kelvin * (2 * c[3] + kelvin * (3 * c[4] + kelvin * 4 * c[5]))
    return np.asarray(-c[0] / kelvin**2 + poly + c[6] / kelvin)


def saturation_pressure_pa(dry_bulb_c: Value) -> Value:
    """Pressure of water vapour [Pa] in equilibrium with ice or liquid water.

    Hyland and Wexler's fits, over ice up to the triple point (0.01 °C), over water above.

    Parameters
    ----------
    dry_bulb_c
        Temperature [°C], -100 to 200.

    References
    ----------
    [1]_ equations 5 and 6.

    Examples
    --------
    >>> round(saturation_pressure_pa(25.0), 1)
    3169.2
    """
    celsius = np.asarray(dry_bulb_c, dtype=np.float64)
    _within("temperature in °C", celsius, -100.0, 200.0)
    kelvin = celsius + _ZERO_C_K
    frozen = celsius <= _TRIPLE_POINT_C
    if not frozen.any():
        ln_p = _ln_saturation(kelvin, _WATER)
    else:
        ln_p = np.where(frozen, _ln_saturation(kelvin, _ICE), _ln_saturation(kelvin, _WATER))
    return _give(np.asarray(np.exp(ln_p)), dry_bulb_c)


def humidity_ratio(vapour_pressure_pa: Value, pressure_pa: float | Array) -> Value:
    """Humidity ratio [kg of vapour per kg of dry air] from the vapour's partial pressure.

    W = 0.621945 p_w / (p - p_w) [1]_ equation 20.

    Parameters
    ----------
    vapour_pressure_pa
        Partial pressure of water vapour [Pa], from 0 to below ``pressure_pa``.
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(humidity_ratio(1705.0, 101325.0), 5)
    0.01064
    """
    vapour = np.asarray(vapour_pressure_pa, dtype=np.float64)
    total = np.asarray(pressure_pa, dtype=np.float64)
    if not np.all((vapour >= 0.0) & (vapour < total)):
        raise ValueError("the vapour's pressure is not between zero and the barometric pressure")
    return _give(np.asarray(_MASS_RATIO * vapour / (total - vapour)), vapour_pressure_pa)


def saturation_humidity_ratio(dry_bulb_c: Value, pressure_pa: float | Array) -> Value:
    """Humidity ratio [kg/kg] of saturated air.

    Parameters
    ----------
    dry_bulb_c
        Temperature [°C], below the boiling point at ``pressure_pa``.
    pressure_pa
        Barometric pressure [Pa].

    References
    ----------
    [1]_ equation 21.

    Examples
    --------
    >>> round(saturation_humidity_ratio(25.0, 101325.0), 5)
    0.02008
    """
    return humidity_ratio(saturation_pressure_pa(dry_bulb_c), pressure_pa)


def humidity_ratio_from_dew_point(dew_point_c: Value, pressure_pa: float | Array) -> Value:
    """Humidity ratio [kg/kg] of air whose dew (or frost) point is known.

    Parameters
    ----------
    dew_point_c
        Dew point, or frost point below 0.01 °C [°C].
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(humidity_ratio_from_dew_point(15.0, 101325.0), 5)
    0.01065
    """
    return saturation_humidity_ratio(dew_point_c, pressure_pa)


def humidity_ratio_from_relative_humidity(
    dry_bulb_c: Value, rel_hum_frac: float | Array, pressure_pa: float | Array
) -> Value:
    """Humidity ratio [kg/kg] from relative humidity.

    p_w = phi p_ws(t) [1]_ equation 22.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C].
    rel_hum_frac
        Relative humidity, 0 to 1.
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(humidity_ratio_from_relative_humidity(25.0, 0.5, 101325.0), 5)
    0.00988
    """
    relative = np.asarray(rel_hum_frac, dtype=np.float64)
    _within("relative humidity", relative, 0.0, 1.0)
    vapour = np.asarray(relative * saturation_pressure_pa(np.asarray(dry_bulb_c, dtype=np.float64)))
    return _give(humidity_ratio(vapour, pressure_pa), dry_bulb_c)


def _wet_bulb_balance(t: Array, wet: Array, w_wet: Array, frozen: Mask) -> Array:
    """Humidity ratio of air at ``t`` that an adiabatic saturator brings to ``wet`` [1]_ equations 33, 35."""
    water = (2501.0 - 2.326 * wet) * w_wet - 1.006 * (t - wet)
    ice = (2830.0 - 0.24 * wet) * w_wet - 1.006 * (t - wet)
    return np.where(
        frozen,
        ice / (2830.0 + 1.86 * t - 2.1 * wet),
        water / (2501.0 + 1.86 * t - 4.186 * wet),
    )


def humidity_ratio_from_wet_bulb(
    dry_bulb_c: Value, wet_bulb_c: float | Array, pressure_pa: float | Array
) -> Value:
    """Humidity ratio [kg/kg] from dry and wet bulb, over ice below 0 °C wet bulb.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C].
    wet_bulb_c
        Thermodynamic wet bulb [°C], at most ``dry_bulb_c``.
    pressure_pa
        Barometric pressure [Pa].

    Returns
    -------
    Negative where no air is so dry that it has this wet bulb.

    References
    ----------
    [1]_ equations 33 and 35.

    Examples
    --------
    >>> round(humidity_ratio_from_wet_bulb(30.0, 25.0, 95461.0), 5)
    0.01922
    """
    t = np.asarray(dry_bulb_c, dtype=np.float64)
    wet = np.asarray(wet_bulb_c, dtype=np.float64)
    if not np.all(wet <= t):
        raise ValueError("the wet bulb is above the dry bulb")
    w_wet = saturation_humidity_ratio(wet, pressure_pa)
    return _give(_wet_bulb_balance(t, wet, w_wet, wet < 0.0), dry_bulb_c)


def enthalpy_j_per_kg(dry_bulb_c: Value, humidity_ratio: float | Array) -> Value:
    """Enthalpy of moist air [J per kg of dry air], zero for dry air at 0 °C.

    h = 1006 t + W (2,501,000 + 1860 t) [1]_ equation 30.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C].
    humidity_ratio
        Humidity ratio [kg/kg].

    Examples
    --------
    >>> round(enthalpy_j_per_kg(30.0, 0.02))
    81316
    """
    t = np.asarray(dry_bulb_c, dtype=np.float64)
    w = np.asarray(humidity_ratio, dtype=np.float64)
    return _give(np.asarray(1006.0 * t + w * (2.501e6 + 1860.0 * t)), dry_bulb_c)


def _vapour_pressure_pa(humidity_ratio: float | Array, pressure_pa: float | Array) -> Array:
    w = np.asarray(humidity_ratio, dtype=np.float64)
    return np.asarray(np.asarray(pressure_pa, dtype=np.float64) * w / (_MASS_RATIO + w))


def relative_humidity_frac(
    dry_bulb_c: Value, humidity_ratio: float | Array, pressure_pa: float | Array
) -> Value:
    """Relative humidity [1]: the vapour's pressure over that of saturation at the dry bulb.

    Above 1 the air is supersaturated; it is not cut.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C].
    humidity_ratio
        Humidity ratio [kg/kg].
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(relative_humidity_frac(25.0, 0.00988, 101325.0), 3)
    0.5
    """
    vapour = _vapour_pressure_pa(humidity_ratio, pressure_pa)
    saturation = saturation_pressure_pa(np.asarray(dry_bulb_c, dtype=np.float64))
    return _give(np.asarray(vapour / saturation), dry_bulb_c)


def dew_point_c_from_humidity_ratio(humidity_ratio: Value, pressure_pa: float | Array) -> Value:
    """Dew point, or frost point below 0.01 °C [°C], by Newton's method on ln p over 1/T.

    Parameters
    ----------
    humidity_ratio
        Humidity ratio [kg/kg], above 0; the dew point must lie within -100 to 200 °C.
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(dew_point_c_from_humidity_ratio(0.01065, 101325.0), 2)
    15.0
    """
    vapour = _vapour_pressure_pa(humidity_ratio, pressure_pa)
    lowest, highest = saturation_pressure_pa(-100.0), saturation_pressure_pa(200.0)
    _within("vapour pressure in Pa", vapour, lowest * (1 - 1e-12), highest * (1 + 1e-12))
    target = np.log(vapour)
    # Newton in 1/T, in which ln p is almost straight; the start is Magnus's inverse.
    ratio = np.log(vapour / 611.2)
    kelvin = _ZERO_C_K + 243.12 * ratio / (17.62 - ratio)
    frozen = vapour <= saturation_pressure_pa(_TRIPLE_POINT_C)
    for _ in range(_NEWTON_STEPS):
        ln_p = np.where(frozen, _ln_saturation(kelvin, _ICE), _ln_saturation(kelvin, _WATER))
        slope = np.where(frozen, _ln_saturation_slope(kelvin, _ICE), _ln_saturation_slope(kelvin, _WATER))
        kelvin = 1.0 / (1.0 / kelvin + (ln_p - target) / (slope * kelvin**2))
    return _give(np.asarray(kelvin - _ZERO_C_K), humidity_ratio)


def wet_bulb_c(dry_bulb_c: Value, dew_point_c: float | Array, pressure_pa: float | Array) -> Value:
    """Thermodynamic wet bulb [°C] from dry bulb and dew point.

    Newton's method with the exact slope on the adiabatic saturator's balance,
    held between dew point and dry bulb, at most seven steps. Below 0 °C the
    wick is iced. Between the iced and the wet wick the handbook's equations
    overlap: up to 0.7 K above 0 °C both have a solution, and the wet one is taken.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C], -90 to 90.
    dew_point_c
        Dew point (frost point below 0.01 °C) [°C], -90 up to ``dry_bulb_c``.
    pressure_pa
        Barometric pressure [Pa], above the saturation pressure at ``dry_bulb_c``.

    References
    ----------
    [1]_ equations 33 and 35; converged to 1e-9 K.

    Examples
    --------
    >>> round(wet_bulb_c(35.0, 22.0, 100000.0), 2)
    25.47
    """
    t, dew, pressure = np.broadcast_arrays(
        np.asarray(dry_bulb_c, dtype=np.float64),
        np.asarray(dew_point_c, dtype=np.float64),
        np.asarray(pressure_pa, dtype=np.float64),
    )
    _within("dry bulb in °C", t, -90.0, 90.0)
    _within("dew point in °C", dew, -90.0, 90.0)
    if not np.all(dew <= t):
        raise ValueError("the dew point is above the dry bulb")
    target = saturation_humidity_ratio(dew, pressure)
    zero = np.zeros_like(t)
    at_zero = _wet_bulb_balance(
        t, zero, saturation_humidity_ratio(zero, pressure), np.zeros_like(t, dtype=np.bool_)
    )
    frozen = (t < 0.0) | (target < at_zero)
    lower = np.where(frozen, dew, np.maximum(dew, 0.0))
    upper = np.where(frozen, np.minimum(t, 0.0), t)
    wet = np.clip(t - (t - dew) / 3.0, lower, upper)  # the one-third rule
    for _ in range(_NEWTON_STEPS):
        step = _newton_step(t, wet, pressure, target, frozen)
        wet = np.clip(wet - step, lower, upper)
        if np.abs(step).max(initial=0.0) < 1e-7:  # convergence is quadratic: the next step is below 1e-12
            break
    return _give(wet, dry_bulb_c)


def _newton_step(t: Array, wet: Array, pressure: Array, target: Array, frozen: Mask) -> Array:
    """Residual of the saturator's balance over its slope, multiplied out to drop the quotient."""
    kelvin = wet + _ZERO_C_K
    over_ice = wet <= _TRIPLE_POINT_C
    if over_ice.any():
        ln_p = np.where(over_ice, _ln_saturation(kelvin, _ICE), _ln_saturation(kelvin, _WATER))
        slope = np.where(over_ice, _ln_saturation_slope(kelvin, _ICE), _ln_saturation_slope(kelvin, _WATER))
    else:
        ln_p, slope = _ln_saturation(kelvin, _WATER), _ln_saturation_slope(kelvin, _WATER)
    saturation = np.exp(ln_p)
    w_wet = _MASS_RATIO * saturation / (pressure - saturation)
    w_slope = w_wet * slope * pressure / (pressure - saturation)
    latent = np.where(frozen, 2830.0, 2501.0)
    vapour_less_wick = np.where(frozen, -0.24, -2.326)
    wick = np.where(frozen, -2.1, -4.186)
    residual = (
        (latent + vapour_less_wick * wet) * w_wet
        - 1.006 * (t - wet)
        - target * (latent + 1.86 * t + wick * wet)
    )
    gradient = (latent + vapour_less_wick * wet) * w_slope + vapour_less_wick * w_wet + 1.006 - target * wick
    return np.asarray(residual / gradient)


def moist_air_volume_m3_per_kg(
    dry_bulb_c: Value, humidity_ratio: float | Array, pressure_pa: float | Array
) -> Value:
    """Volume of moist air [m3 per kg of dry air].

    v = 287.042 T (1 + 1.607858 W) / p [1]_ equation 26.

    Parameters
    ----------
    dry_bulb_c
        Dry bulb [°C].
    humidity_ratio
        Humidity ratio [kg/kg].
    pressure_pa
        Barometric pressure [Pa].

    Examples
    --------
    >>> round(moist_air_volume_m3_per_kg(30.0, 0.02, 95461.0), 4)
    0.9409
    """
    t = np.asarray(dry_bulb_c, dtype=np.float64)
    w = np.asarray(humidity_ratio, dtype=np.float64)
    pressure = np.asarray(pressure_pa, dtype=np.float64)
    volume = _GAS_CONSTANT_DRY_AIR * (t + _ZERO_C_K) * (1.0 + 1.607858 * w) / pressure
    return _give(np.asarray(volume), dry_bulb_c)


def standard_pressure_pa(elevation_m: Value) -> Value:
    """Barometric pressure of the standard atmosphere [Pa].

    p = 101325 (1 - 2.25577e-5 z)^5.2559 [1]_ equation 3.

    Parameters
    ----------
    elevation_m
        Height above sea level [m], -5,000 to 11,000.

    Examples
    --------
    >>> round(standard_pressure_pa(1000.0))
    89875
    """
    height = np.asarray(elevation_m, dtype=np.float64)
    _within("elevation in m", height, -5000.0, 11000.0)
    return _give(np.asarray(101325.0 * (1.0 - 2.25577e-5 * height) ** 5.2559), elevation_m)
