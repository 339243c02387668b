"""Slips that leave a trace: a power of ten in a translation, a rack or superchip counted as a GPU."""

from __future__ import annotations

CLOSE = 0.02
"""How near a ratio must come to a factor to be told as that factor: 2 %, the rounding of headlines."""


def power_of_ten(ratio: float) -> int | None:
    """Return 10, 100 or 1,000 where a ratio is just that.

    Ten is what Chinese units (yi, 1e8) lose, a thousand what milliard and billion confuse.

    >>> power_of_ten(10.0), power_of_ten(9.2)
    (10, None)
    """
    return next((f for f in (10, 100, 1000) if abs(ratio / f - 1) <= CLOSE), None)


def rack_factor(ratio: float) -> int | None:
    """Return 72 or 36 (GPUs or superchips in a rack) or 2 (GPUs in a superchip) where a ratio is just that.

    >>> rack_factor(72.4), rack_factor(2.0), rack_factor(3.0)
    (72, 2, None)
    """
    return next((f for f in (72, 36, 2) if abs(ratio / f - 1) <= CLOSE), None)
