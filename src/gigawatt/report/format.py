"""The one number formatter: three significant digits, a unit, and a dash for what is not known.

``page/format.js`` is its twin in the page; a browser test holds the two equal on thousands of values.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gigawatt.report.messages import MESSAGES, say

LADDERS: dict[str, tuple[tuple[float, str], ...]] = {
    "GPUs": ((1e6, "million GPUs"), (1.0, "GPUs")),
    "MWh": ((1e6, "TWh"), (1e3, "GWh"), (1.0, "MWh")),
    "USD": ((1e12, "trillion USD"), (1e9, "bn USD"), (1e6, "m USD"), (1.0, "USD")),
    "m3": ((1e6, "million m³"), (1.0, "m³")),
    "t": ((1e6, "million t"), (1.0, "t")),
    "t CO2": ((1e6, "million t CO₂"), (1.0, "t CO₂")),
    "kg": ((1e3, "t"), (1.0, "kg")),
    "tokens": ((1e12, "trillion tokens"), (1e9, "bn tokens"), (1e6, "m tokens"), (1.0, "tokens")),
    "frac": ((0.01, "%"),),
    "s": ((86_400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s")),
    "kW": ((1e6, "GW"), (1e3, "MW"), (1.0, "kW")),
    "GPU-h": ((1e6, "million GPU-h"), (1.0, "GPU-h")),
    "jobs": ((1e6, "million jobs"), (1.0, "jobs")),
}
"""Unit as stored -> (factor, unit as read), largest first; a unit that is not here stands as it is."""

PRINTED: dict[str, str] = {"degC": "°C", "m3": "m³", "L/kWh": "L/kWh", "USD/MWh": "USD/MWh"}
"""Units that are only written differently."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_words() -> dict[str, Any]:
    """What the page's twin of this formatter is told: units as stored, and as read."""
    return {
        "ladders": {unit: [list(step) for step in steps] for unit, steps in LADDERS.items()},
        "printed": PRINTED,
    }


def _rounded(value: float, digits: int) -> Decimal:
    """Round a magnitude to significant digits, ties away from zero (as JavaScript's toPrecision does)."""
    exact = Decimal(value)
    for _ in range(2):  # 99.96 becomes 100.0, which has one digit too many
        exact = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP)
    return exact


def significant(value: float | None, digits: int = 3, *, keep: bool = False) -> str:
    """Write a number with at most ``digits`` significant digits, thousands set apart.

    Below 1e-4 in magnitude the number is written as a power of ten; None, NaN and infinities
    become a dash. ``keep`` keeps trailing zeros, for figures that stand under each other.

    >>> significant(541238.0), significant(0.0456789), significant(-1999.5), significant(2.0)
    ('541,000', '0.0457', '−2,000', '2')
    >>> significant(2.4, keep=True)
    '2.40'
    >>> significant(3.21e-13), significant(float("nan"))
    ('3.21×10⁻¹³', '–')
    """
    if value is None or not math.isfinite(value):
        return MESSAGES["number.missing"]
    if value == 0.0:
        return "0"
    sign = MESSAGES["number.minus"] if value < 0 else ""
    rounded = _rounded(abs(value), digits)
    if rounded < Decimal("1e-4"):
        power = rounded.adjusted()
        mantissa = format(rounded.scaleb(-power), "f")
        return f"{sign}{_in_words(mantissa, keep)}×10{str(power).translate(_SUPERSCRIPT)}"
    return sign + _in_words(format(rounded, "f"), keep)


def _in_words(plain: str, keep: bool) -> str:
    """Set thousands apart, drop trailing zeros, and use the table's marks."""
    whole, _, part = plain.partition(".")
    if not keep:
        part = part.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", MESSAGES["number.group"])
    return grouped + (MESSAGES["number.decimal"] + part if part else "")


def scale(value: float, unit: str, digits: int = 3) -> tuple[float, str]:
    """Choose the factor and the printed unit in which a value reads best.

    >>> scale(3_214_000.0, "MWh"), scale(999_960.0, "MWh"), scale(442.0, "MW")
    ((1000000.0, 'TWh'), (1000000.0, 'TWh'), (1.0, 'MW'))
    """
    ladder = LADDERS.get(unit)
    if ladder is None:
        return 1.0, PRINTED.get(unit, unit)
    size = float(_rounded(abs(value), digits)) if math.isfinite(value) and value != 0.0 else 0.0
    for factor, name in ladder:
        if size >= factor:
            return factor, name
    return ladder[-1]


def quantity(value: float | None, unit: str, digits: int = 3, *, keep: bool = False) -> str:
    """Write a number with its unit.

    >>> quantity(3_214_000.0, "MWh"), quantity(0.634, "frac"), quantity(1_250_000_000.0, "USD")
    ('3.21 TWh', '63.4 %', '1.25 bn USD')
    >>> quantity(None, "MW")
    '–'
    """
    if value is None or not math.isfinite(value):
        return MESSAGES["number.missing"]
    factor, name = scale(value, unit, digits)
    number = significant(value / factor, digits, keep=keep)
    return f"{number} {name}" if name else number


def month_in_words(month: str) -> str:
    """Write a month as in a sentence.

    >>> month_in_words("2024-08")
    'August 2024'
    """
    return say("date.month_year", month=MESSAGES[f"date.month.{int(month[5:7])}"], year=month[:4])
