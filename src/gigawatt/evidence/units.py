"""Quantities that a claim may name, each of one dimension, as numbers in the dimension's base unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_WORDS = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "M": 1e6, "billion": 1e9, "bn": 1e9,
    "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
HOURS_PER_MONTH = 730.0
"""8,760 h / 12."""

_COUNTABLE = {
    "GPUs": ("chips", 1.0), "GPU": ("chips", 1.0), "chips": ("chips", 1.0), "superchips": ("chips", 1.0),
    "nodes": ("chips", 1.0), "racks": ("chips", 1.0), "H100e": ("chips", 1.0),
    "USD": ("money", 1.0), "USD/month": ("money_rate", 1.0),
    "USD/year": ("money_rate", 1 / 12), "USD/GPU": ("usd_per_gpu", 1.0), "USD/MW": ("usd_per_mw", 1.0),
    "USD/kW": ("usd_per_mw", 1e3), "USD/GPU-h": ("usd_per_gpu_h", 1.0), "jobs": ("jobs", 1.0),
    "units": ("units", 1.0), "companies": ("units", 1.0), "m2": ("area", 1.0), "ft2": ("area", 0.09290304),
}  # fmt: skip
_PLAIN = {
    "W": ("power", 1e-6), "kW": ("power", 1e-3), "MW": ("power", 1.0), "GW": ("power", 1e3),
    "kWh": ("energy", 1e-3), "MWh": ("energy", 1.0), "GWh": ("energy", 1e3), "TWh": ("energy", 1e6),
    "kW/GPU": ("kw_per_gpu", 1.0), "W/GPU": ("kw_per_gpu", 1e-3), "days": ("time", 12 / 365.0),
    "weeks": ("time", 84 / 365.0), "months": ("time", 1.0), "quarters": ("time", 3.0),
    "years": ("time", 12.0),
    "%": ("share", 0.01), "x": ("ratio", 1.0), "MGD": ("flow", 3785.411784), "m3/day": ("flow", 1.0),
}  # fmt: skip

BASE: dict[str, str] = {
    "power": "MW", "energy": "MWh", "chips": "chips", "money": "USD", "money_rate": "USD/month",
    "time": "months", "share": "", "ratio": "x", "flow": "m3/day", "area": "m2", "jobs": "jobs",
    "units": "units", "usd_per_gpu": "USD/GPU", "usd_per_mw": "USD/MW", "usd_per_gpu_h": "USD/GPU-h",
    "kw_per_gpu": "kW/GPU",
}  # fmt: skip
"""Dimension -> the unit in which its numbers are held."""
COUNTED_AS = {"superchips": "superchip", "nodes": "node", "racks": "rack", "H100e": "h100e"}
"""Unit of a number of chips -> the count that its scope must name."""

NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"^\s*(?P<number>{NUMBER})\s*(?P<rest>.*?)\s*$")
_GROUPED = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][-+]?\d+)?")
_LONGEST = 100


class UnitError(ValueError):
    """A quantity could not be read; the text says what was seen and what is allowed."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in its dimension's base unit."""

    value: float
    dimension: str
    """A key of :data:`BASE`."""
    unit: str
    """As written, without 'million' and the like."""


def units() -> list[str]:
    """List every unit that a quantity may have."""
    return [*_PLAIN, *_COUNTABLE]


def parse(text: str) -> Quantity:
    """Read a quantity with its unit.

    Parameters
    ----------
    text
        Number, optionally 'thousand', 'million', 'billion' or 'trillion' (or k, m, bn, tn), and a unit.

    Raises
    ------
    UnitError
        No number, no unit, or one that is not known.

    Examples
    --------
    >>> parse("1.25 bn USD/month").value, parse("350 kW").value, parse("1 million GPUs").dimension
    (1250000000.0, 0.35, 'chips')
    """
    match = _QUANTITY.match(text) if len(text) <= _LONGEST else None
    if match is None or not _GROUPED.fullmatch(match["number"]):
        raise UnitError(f"{text[:_LONGEST]!r} is not a number with a unit")
    rest = match["rest"].replace("$", "USD").replace("m²", "m2")
    factor = 1.0
    if rest not in _PLAIN and rest not in _COUNTABLE:
        word, _, unit = rest.partition(" ")
        if unit in _COUNTABLE and word in _WORDS:
            factor, rest = _WORDS[word], unit
    found = _PLAIN.get(rest) or _COUNTABLE.get(rest)
    if found is None:
        seen = f"has the unit {match['rest']!r}" if match["rest"] else "has no unit"
        raise UnitError(f"{text!r} {seen}; known are {', '.join(units())}")
    value = float(f"{float(match['number'].replace(',', '')) * factor * found[1]:.15g}")
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not a finite number")
    return Quantity(value, found[0], rest)


_LADDERS = {
    "money": ((1e12, "trillion USD"), (1e9, "bn USD"), (1e6, "m USD"), (1.0, "USD")),
    "money_rate": ((1e9, "bn USD/month"), (1e6, "m USD/month"), (1.0, "USD/month")),
    "usd_per_mw": ((1e9, "bn USD/MW"), (1e6, "m USD/MW"), (1.0, "USD/MW")),
    "energy": ((1e6, "TWh"), (1e3, "GWh"), (1.0, "MWh")),
    "share": ((0.01, "%"),),
}


def show(value: float, dimension: str, noun: str = "") -> str:
    """Write a number of a dimension for a step of arithmetic, to four significant digits.

    >>> show(41666.67, "usd_per_gpu"), show(1.0e10, "money"), show(290.9e3, "chips", "GPUs")
    ('41,670 USD/GPU', '10 bn USD', '290,900 GPUs')
    """
    factor, unit = 1.0, noun or BASE[dimension]
    for size, name in _LADDERS.get(dimension, ()):
        if abs(value) >= size * 0.99995 or size == _LADDERS[dimension][-1][0]:
            factor, unit = size, name
            break
    return f"{number(value / factor)} {unit}".strip()


def number(value: float) -> str:
    """Write a number to four significant digits with thousands set apart.

    >>> number(1909.09), number(0.12345), number(3.0)
    ('1,909', '0.1235', '3')
    """
    if value == 0.0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{float(f'{value:.4g}'):,.{min(digits, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
