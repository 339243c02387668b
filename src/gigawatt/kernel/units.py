"""Quantities as people write them, parsed once, at the door.

Inside Gigawatt a quantity is a plain float whose unit is the last part of its
name (``import_limit_mw``). :func:`parse_quantity` turns ``"150 MW"`` into that
float and refuses a unit of another kind.
"""

from __future__ import annotations

import math
import re

# Dimension -> unit as written (case matters only where SI makes it matter) -> factor to the
# dimension's base. Conversion between two units of one dimension is the ratio of factors.
_POWER = {"W": 1e-6, "kW": 1e-3, "MW": 1.0, "GW": 1e3}
_ENERGY = {"kWh": 1e-3, "MWh": 1.0, "GWh": 1e3, "TWh": 1e6}
_SHORT_TON_KG = 907.18474
_GALLON_M3 = 3.785411784e-3
_MASS = {"kg": 1.0, "t": 1e3, "short_ton": _SHORT_TON_KG, "short_tons": _SHORT_TON_KG, "lb": 0.45359237}
_TIME_H = {
    "s": 1 / 3600, "min": 1 / 60, "h": 1.0, "hour": 1.0, "hours": 1.0, "day": 24.0, "days": 24.0,
    "week": 168.0, "weeks": 168.0, "year": 8760.0, "years": 8760.0,
}  # fmt: skip
_MONEY = {"USD": 1.0, "k_USD": 1e3, "m_USD": 1e6, "M_USD": 1e6, "mn_USD": 1e6, "bn_USD": 1e9}
_VOLUME = {"L": 1e-3, "m3": 1.0, "gal": _GALLON_M3, "Mgal": 1e6 * _GALLON_M3}
_FLOW = {"m3/day": 1.0, "m3/h": 24.0, "MGD": 1e6 * _GALLON_M3, "L/s": 86.4}
_BTU_PER_KWH_J = 1055.05585262 / 3.6e6
_HEAT_RATE = {"Btu/kWh": 1.0, "kJ/kWh": 3.6e3 / 1055.05585262 / 3.6, "MMBtu/MWh": 1e3}

_DIMENSIONS: dict[str, dict[str, float]] = {
    "power": _POWER,
    "energy": _ENERGY,
    "mass": _MASS,
    "time": _TIME_H,
    "money": _MONEY,
    "volume": _VOLUME,
    "flow": _FLOW,
    "heat_rate": _HEAT_RATE,
    "temperature": {"degC": 1.0, "C": 1.0, "°C": 1.0},
    "temperature_difference": {"K": 1.0},
    "fraction": {"": 1.0, "%": 0.01},
    "concentration": {"ppm": 1.0},
    "energy_price": {"USD/MWh": 1.0, "USD/kWh": 1e3},
    "demand_price": {"USD/kW-month": 1.0, "USD/MW-month": 1e-3},
    "fuel_price": {"USD/MMBtu": 1.0},
    "gpu_hour_price": {"USD/GPU-h": 1.0},
    "volume_price": {"USD/m3": 1.0, "USD/kgal": 1 / (1e3 * _GALLON_M3)},
    "capital_power": {"USD/kW": 1.0, "USD/MW": 1e-3, "m_USD/MW": 1e3},
    "capital_power_year": {"USD/kW-year": 1.0, "m_USD/MW-year": 1e3},
    "capital_energy": {"USD/kWh": 1.0, "USD/MWh": 1e-3},
    "tokens": {"": 1.0, "tokens": 1.0, "M_tokens": 1e6, "B_tokens": 1e9, "T_tokens": 1e12},
    "token_rate": {"tokens/s": 1.0, "M_tokens/s": 1e6},
    "parameters": {"": 1.0, "M": 1e6, "B": 1e9, "T": 1e12},
    "count": {"": 1.0, "GPUs": 1.0, "units": 1.0, "k_GPUs": 1e3},
    "per_day": {"": 1.0, "GPUs/day": 1.0, "GPUs/week": 1 / 7},
    "pressure": {"Pa": 1.0, "kPa": 1e3, "hPa": 100.0},
    "length": {"m": 1.0, "ft": 0.3048},
    "angle": {"": 1.0, "deg": 1.0},
    "emission_rate": {"kg/MWh": 1.0, "lb/MWh": 0.45359237, "g/kWh": 1.0},
    "ratio": {"": 1.0, "x": 1.0},
    "data": {"GB": 1.0, "MB": 1e-3, "TB": 1e3},
    "data_rate": {"GB/s": 1.0, "TB/s": 1e3},
}

# Suffix of a name -> (dimension, factor of that suffix to the dimension's base).
SUFFIXES: dict[str, tuple[str, float]] = {
    "w": ("power", 1e-6), "kw": ("power", 1e-3), "mw": ("power", 1.0),
    "kwh": ("energy", 1e-3), "mwh": ("energy", 1.0), "twh": ("energy", 1e6),
    "kg": ("mass", 1.0), "t": ("mass", 1e3), "short_tons": ("mass", _SHORT_TON_KG),
    "s": ("time", 1 / 3600), "h": ("time", 1.0), "days": ("time", 24.0), "years": ("time", 8760.0),
    "usd": ("money", 1.0), "usd_per_month": ("money", 1.0), "usd_per_gpu": ("money", 1.0),
    "usd_per_unit": ("money", 1.0), "usd_per_year": ("money", 1.0),
    "m3": ("volume", 1.0), "m3_per_day": ("flow", 1.0),
    "btu_per_kwh": ("heat_rate", 1.0),
    "c": ("temperature", 1.0), "k": ("temperature_difference", 1.0),
    "frac": ("fraction", 1.0), "ppm": ("concentration", 1.0),
    "usd_per_mwh": ("energy_price", 1.0), "usd_per_kw_month": ("demand_price", 1.0),
    "usd_per_mmbtu": ("fuel_price", 1.0), "usd_per_gpu_h": ("gpu_hour_price", 1.0),
    "usd_per_m3": ("volume_price", 1.0), "usd_per_kw": ("capital_power", 1.0),
    "usd_per_kw_year": ("capital_power_year", 1.0),
    "usd_per_kwh": ("capital_energy", 1.0),
    "tokens": ("tokens", 1.0), "tokens_per_s": ("token_rate", 1.0),
    "parameters": ("parameters", 1.0),
    "gpus": ("count", 1.0), "units": ("count", 1.0), "events": ("count", 1.0),
    "gpus_per_day": ("per_day", 1.0),
    "pa": ("pressure", 1.0), "m": ("length", 1.0), "deg": ("angle", 1.0),
    "gb": ("data", 1.0), "gb_per_s": ("data_rate", 1.0),
    "kg_per_mwh": ("emission_rate", 1.0), "cycles": ("ratio", 1.0), "ratio": ("ratio", 1.0),
}  # fmt: skip

_QUANTITY = re.compile(
    r"^(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>.*)$"
)


LONGEST = 100
"""Characters of the longest text that is read as a quantity."""


class QuantityError(ValueError):
    """A quantity could not be read; the text says what was seen and what is allowed."""


def suffix_of(name: str) -> str | None:
    """Return the unit suffix of a field name, or None where it carries none.

    >>> suffix_of("import_limit_mw"), suffix_of("demand_usd_per_kw_month"), suffix_of("source")
    ('mw', 'usd_per_kw_month', None)
    """
    parts = name.split("_")
    for start in range(len(parts)):
        candidate = "_".join(parts[start:])
        if candidate in SUFFIXES and start > 0:
            return candidate
    return None


def unit_symbol(suffix: str) -> str:
    """Return how the unit of a suffix is written for people; empty where it has no dimension.

    >>> unit_symbol("mw"), unit_symbol("usd_per_kw_month"), unit_symbol("frac")
    ('MW', 'USD/kW-month', '')
    """
    dimension, factor = SUFFIXES[suffix]
    return next((u for u, f in _DIMENSIONS[dimension].items() if f == factor), suffix)


def units_of(suffix: str) -> list[str]:
    """List the units that a quantity with this suffix may be written in."""
    return [u for u in _DIMENSIONS[SUFFIXES[suffix][0]] if u]


def _normalise(unit: str) -> str:
    unit = unit.replace("$", "USD").replace("short ton", "short_ton")
    unit = re.sub(r"^(k|m|M|mn|bn|million|billion)\s+(?=USD)", r"\1_", unit)
    unit = unit.replace("million_USD", "m_USD").replace("billion_USD", "bn_USD")
    unit = re.sub(r"^(M|B|T)\s+tokens", r"\1_tokens", unit)
    return re.sub(r"^k\s+GPUs", "k_GPUs", unit)


def parse_quantity(text: str, suffix: str) -> float:
    """Read a quantity such as ``"150 MW"`` as a float in the unit that ``suffix`` names.

    Parameters
    ----------
    text
        Number and unit; thousands may be set apart by commas.
    suffix
        Unit suffix of the field, a key of :data:`SUFFIXES`.

    Raises
    ------
    QuantityError
        No number, a unit of another kind, a missing unit, or a value that is not finite.

    Examples
    --------
    >>> parse_quantity("1.2 bn USD", "usd")
    1200000000.0
    >>> parse_quantity("12 weeks", "days")
    84.0
    >>> parse_quantity("13 MGD", "m3_per_day")
    49210.353192
    """
    dimension, factor = SUFFIXES[suffix]
    table = _DIMENSIONS[dimension]
    allowed = ", ".join(u for u in table if u) or "a bare number"
    match = _QUANTITY.match(text.strip()) if len(text) <= LONGEST else None
    if match is None or not any(c.isdigit() for c in match["number"]):
        seen = repr(text) if len(text) <= LONGEST else f"a text of {len(text):,} characters"
        raise QuantityError(f"{seen} is not a number with a unit ({allowed})")
    unit = _normalise(match["unit"])
    if unit not in table:
        seen = f"has the unit {match['unit']!r}" if unit else "has no unit"
        raise QuantityError(f"{text!r} {seen}; allowed: {allowed}")
    value = float(match["number"].replace(",", "")) * table[unit] / factor
    if not math.isfinite(value):
        raise QuantityError(f"{text!r} is not a finite number")
    return value
