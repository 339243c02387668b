"""From a schedule of jobs to what each hour of the clock saw: pure array code, no cluster needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOUR_S = 3600.0


def service_steps(gpus: Array) -> tuple[tuple[float, int], ...]:
    """Say from which second on how many GPUs are in service.

    Parameters
    ----------
    gpus
        By hour, shape (hours,), at least one.

    Returns
    -------
    tuple
        (seconds from the first hour, GPUs), the first at 0, then one for each change.

    Examples
    --------
    >>> service_steps(np.array([0.0, 0.0, 72.0, 72.0, 144.0]))
    ((0.0, 0), (7200.0, 72), (14400.0, 144))
    """
    whole = np.rint(gpus).astype(np.int64)
    at = [0, *(np.flatnonzero(np.diff(whole)) + 1).tolist()]
    return tuple((hour * HOUR_S, int(whole[hour])) for hour in at)


def mean_by_hour(start_s: Array, end_s: Array, weight: Array, hours: int) -> Array:
    r"""Spread weighted stretches of time over hours.

    .. math:: y_h = \frac{1}{T} \sum_i w_i\, \left|[a_i, b_i) \cap [hT, (h+1)T)\right|

    with T = 3600 s, so that ``3600 * sum(y)`` is ``sum(weight * (end_s - start_s))``.

    Parameters
    ----------
    start_s, end_s
        Of each stretch, shape (n,), seconds, 0 <= start <= end <= 3600 * hours.
    weight
        Shape (n,).
    hours
        How many hours there are.

    Returns
    -------
    ndarray
        Shape (hours,).

    Examples
    --------
    Eight GPUs from 0:30 to 2:15:

    >>> mean_by_hour(np.array([1800.0]), np.array([8100.0]), np.array([8.0]), 4).tolist()
    [4.0, 8.0, 2.0, 0.0]
    """
    first = np.minimum((start_s // HOUR_S).astype(np.int64), hours - 1)
    last = np.minimum((end_s // HOUR_S).astype(np.int64), hours - 1)
    within = first == last
    seconds = np.zeros(hours)
    seconds += np.bincount(first[within], (weight * (end_s - start_s))[within], minlength=hours)
    a, b, w = first[~within], last[~within], weight[~within]
    seconds += np.bincount(a, w * ((a + 1) * HOUR_S - start_s[~within]), minlength=hours)
    seconds += np.bincount(b, w * (end_s[~within] - b * HOUR_S), minlength=hours)
    edges = np.bincount(a + 1, w, minlength=hours + 1) - np.bincount(b, w, minlength=hours + 1)
    between = np.cumsum(edges)[:hours]
    inside = np.bincount(a + 1, minlength=hours + 1) - np.bincount(b, minlength=hours + 1)
    between = np.where(np.cumsum(inside)[:hours] > 0, between, 0.0)  # no rest of rounding where nothing runs
    return np.asarray(seconds / HOUR_S + between)


def on_clock(curve: Array, end_s: float, hours: int) -> Array:
    """Lay a simulation's curve on hours: its last step may be short, after it nothing happens.

    Parameters
    ----------
    curve
        Mean of each hour, of the last one over the part of it that was simulated, shape (steps,).
    end_s
        End of the simulation, seconds.
    hours
        Hours to fill, at least as many as there are steps with any length.

    Examples
    --------
    >>> on_clock(np.array([8.0, 8.0]), 5400.0, 3).tolist()
    [8.0, 4.0, 0.0]
    """
    out = np.zeros(hours)
    steps = min(len(curve), hours)
    lasted_s = np.minimum(end_s - np.arange(steps) * HOUR_S, HOUR_S)
    out[:steps] = curve[:steps] * (np.maximum(lasted_s, 0.0) / HOUR_S)
    return out


def count_by_hour(at_s: Array, hours: int) -> Array:
    """Count instants by hour, shape (hours,); those outside are left out.

    >>> count_by_hour(np.array([0.0, 3599.0, 3600.0, 9e9]), 2).tolist()
    [2.0, 1.0]
    """
    inside = at_s[(at_s >= 0.0) & (at_s < hours * HOUR_S)]
    return np.bincount((inside // HOUR_S).astype(np.int64), minlength=hours).astype(np.float64)
