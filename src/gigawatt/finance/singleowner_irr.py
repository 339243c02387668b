"""The rate of return as the System Advisor Model reports it: a chord method that stops early.

It holds the slope at its first guess and stops once what is left of the net present value is below a
millionth of the largest flow, so it can be some 1e-4 percentage points off the root: good enough to be told
beside a rate of return, and to be reproduced when it is compared with ours. Our own is
:func:`gigawatt.finance.irr`.
"""

from __future__ import annotations

from math import isfinite, nan, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOLERANCE = 1e-6
MOST_STEPS = 100


def reported_irr(cash: Array) -> float:
    """Rate of return to that module's stopping rule; NaN where it gives up.

    References
    ----------
    System Advisor Model, ssc, lib_financial.cpp: rule and starting guesses.

    Examples
    --------
    >>> round(reported_irr(np.array([-100.0, 60.0, 60.0])), 6)
    0.130662
    """
    if cash.size < 2 or cash[0] > 0.0:
        return nan
    scale = float(np.abs(cash).max()) or 1.0
    for guess in (_first_guess(cash), 0.1, -0.1, 0.0):
        rate, steps = _chord(cash, guess, scale)
        if isfinite(rate) and _holds(cash, rate, steps, scale):
            return rate
    return nan


def _first_guess(cash: Array) -> float:
    if cash[0] == 0.0:
        return -2.0
    first = float(cash[1] / cash[0])
    if cash.size < 3:
        return -(1.0 + first)
    b = 2.0 + first
    under = b * b - 4.0 * (1.0 + first + float(cash[2] / cash[0]))
    if under < 0.0:
        return nan
    low = -0.5 * b - 0.5 * sqrt(under)
    return low if 0.0 < low < 1.0 else -0.5 * b + 0.5 * sqrt(under)


def _value(cash: Array, rate: float) -> float:
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return float(np.sum(cash / (1.0 + rate) ** np.arange(cash.size)))


def _chord(cash: Array, guess: float, scale: float) -> tuple[float, int]:
    if not isfinite(guess) or guess == -1.0:
        return nan, 0
    years = np.arange(cash.size)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        slope = -float(np.sum(cash * years / (1.0 + guess) ** (years + 1)))
    if slope == 0.0 or not isfinite(slope):
        return guess, 0
    rate, steps = guess - _value(cash, guess) / slope, 1
    while not abs(_value(cash, rate) / scale) <= TOLERANCE and steps < MOST_STEPS:
        if not isfinite(rate) or rate == -1.0:
            return nan, steps
        rate -= _value(cash, rate) / slope
        steps += 1
    return rate, steps


def _holds(cash: Array, rate: float, steps: int, scale: float) -> bool:
    if rate == -1.0 or steps >= MOST_STEPS:
        return False
    left = _value(cash, rate)
    return abs(left / scale) < TOLERANCE and left > _value(cash, rate + 0.001)
