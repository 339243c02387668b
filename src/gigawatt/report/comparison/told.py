"""Values of a comparison in words: two numbers with as many digits as tell them apart."""

from __future__ import annotations

import math

from gigawatt.kernel.inputs import bare_name
from gigawatt.report.comparison.words import WORDS, tell
from gigawatt.report.format import quantity, scale, significant
from gigawatt.study.comparing.differences import Changed
from gigawatt.study.comparing.sides import Value

MOST_DIGITS = 12
LONGEST = 140
"""Characters of a text that are shown."""


def pair(a: Value, b: Value, unit: str) -> tuple[str, str]:
    """Write both values alike, with three significant digits or as many as tell them apart.

    >>> pair(1.4246301, 1.4246333, "")
    ('1.4246301', '1.4246333')
    >>> pair(17656375645.5, 17656328166.0, "USD")
    ('17.65638 bn USD', '17.65633 bn USD')
    >>> pair(None, "2026-07", "")
    ('–', '2026-07')
    """
    numbers = [v for v in (a, b) if isinstance(v, float) and math.isfinite(v)]
    if not unit and all(v.is_integer() and abs(v) < 1e6 for v in numbers):
        return _whole(a), _whole(b)
    most = max(numbers, key=abs, default=0.0)
    factor, name = scale(most, unit)
    digits = 3
    while digits < MOST_DIGITS and len(numbers) == 2 and _told(a, factor, digits) == _told(b, factor, digits):
        digits += 1
    if digits > 3:
        digits += 1  # the last digit is rounded
    return _with_unit(a, factor, digits, name), _with_unit(b, factor, digits, name)


def _told(value: Value, factor: float, digits: int) -> str:
    if isinstance(value, float):
        return significant(value / factor, digits, keep=digits > 3)
    if value is None:
        return WORDS["number.missing"]
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _whole(value: Value) -> str:
    return f"{value:,.0f}" if isinstance(value, float) else _told(value, 1.0, 3)


def step_in_words(step: str) -> str:
    """Write a step of a curve: a month as it is, seconds with their unit.

    >>> step_in_words("2025-11"), step_in_words("7200.0")
    ('2025-11', '2 h')
    """
    try:
        seconds = float(step)
    except ValueError:
        return step
    return quantity(seconds, "s") if "." in step else step


def _with_unit(value: Value, factor: float, digits: int, name: str) -> str:
    text = _told(value, factor, digits)
    return f"{text} {name}" if name and isinstance(value, float) else text


def signed(value: float, unit: str) -> str:
    """Write a difference with its sign.

    >>> signed(-0.000104, "frac"), signed(122090.0, "USD")
    ('−0.0104 points', '+122,000 USD')
    """
    plus = "+" if value > 0.0 else ""
    if unit == "frac":
        return plus + tell("points", n=significant(100.0 * value))
    factor, name = scale(value, unit)
    text = plus + significant(value / factor)
    return f"{text} {name}" if name else text


def difference(changed: Changed) -> str:
    """Say by how much B is more than A; empty where there is no number."""
    if changed.difference is None:
        return ""
    if changed.days:
        return days(round(changed.difference))
    return signed(changed.difference, changed.unit)


def days(count: int) -> str:
    """Write a number of days with its sign.

    >>> days(86), days(-1)
    ('+86 days', '−1 day')
    """
    sign = "+" if count > 0 else WORDS["number.minus"]
    return tell("day" if abs(count) == 1 else "days", n=f"{sign}{abs(count):,}")


def relative(changed: Changed) -> str:
    """Write the difference as a share of A; empty where there is none."""
    if changed.relative_frac is None:
        return ""
    plus = "+" if changed.relative_frac > 0.0 else ""
    return f"{plus}{significant(100.0 * changed.relative_frac)} %"


def name_of(key: tuple[str, ...]) -> tuple[str, str]:
    """Name a series: what it is, and of what.

    >>> name_of(("monthly", "colossus-1", "energy_mwh_turbine")), name_of(("finance", "dscr_ratio"))
    (('energy MWh turbine', 'colossus-1, monthly'), ('DSCR', 'finance'))
    >>> name_of(("ledger", "colossus-1", "money", "cash", "operation", "fuel", "quantity"))
    ('fuel', 'colossus-1, money, cash, operation, ledger')
    """
    words = bare_name(key[-1]).replace(".", " ").split("_")
    what = " ".join(_SHORT.get(word, word) for word in words)
    around = key[1:-1]
    if key[-1] in _PLAIN and around:  # the last key says more than such a column
        what, around = around[-1], around[:-1]
    return what, ", ".join([*around, key[0]])


_PLAIN = ("quantity", "usd")


_SHORT = {
    "cfads": "CFADS", "co2": "CO₂", "dscr": "DSCR", "frac": "share", "gpu": "GPU", "gpus": "GPUs", "it": "IT",
    "llcr": "LLCR", "m3": "m³", "mw": "MW", "mwh": "MWh", "nox": "NOₓ", "pue": "PUE", "usd": "USD",
}  # fmt: skip
