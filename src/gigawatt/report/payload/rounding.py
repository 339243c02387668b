"""Round what goes into the file as plain text."""

from __future__ import annotations

import math
from collections.abc import Iterable


def six(value: float) -> float | None:
    """Six significant digits; None where the value is not finite, for JSON knows no NaN.

    >>> six(1234567.89), six(float("nan")), six(0.1 + 0.2)
    (1234570.0, None, 0.3)
    """
    return float(f"{float(value):.6g}") if math.isfinite(value) else None


def all_six(values: Iterable[float]) -> list[float | None]:
    """:func:`six` of each.

    >>> all_six([1.0, 2.00000001])
    [1.0, 2.0]
    """
    return [six(float(value)) for value in values]
