"""Persistent and skewed noise, and how much of it re-centring takes away."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def persistent(white: Array, lag_one: float) -> Array:
    """Turn white noise of unit variance into a first-order autoregression of unit variance.

    x[t] = r x[t-1] + sqrt(1 - r2) e[t], started in its stationary state. Summed by doubling:
    each pass adds the history twice as far back, until r to that power is below 1e-16.

    Parameters
    ----------
    white
        Independent standard normal values; along the first axis.
    lag_one
        Correlation r of neighbours, 0 to below 1.

    Examples
    --------
    >>> persistent(np.array([1.0, 0.0, 0.0]), 0.5)
    array([1.  , 0.5 , 0.25])
    """
    x = white * np.sqrt(1.0 - lag_one**2)
    x[0] = white[0]
    step, weight = 1, lag_one
    while step < len(x) and weight > 1e-16:
        moved = x[:-step] * weight
        x[step:] += moved
        step, weight = 2 * step, weight * weight
    return np.asarray(x)


def skewed(normal: Array, skewness: float | Array) -> Array:
    """Bend a standard normal variable to a given skewness, keeping mean 0 and variance 1.

    (z + s (z2 - 1)) / sqrt(1 + 2 s2), whose skewness is (6 s + 8 s3) / (1 + 2 s2)^1.5.

    Parameters
    ----------
    normal
        Standard normal values.
    skewness
        -1 to 1; the inversion for s is a series, good to 0.02 there.

    Examples
    --------
    >>> skewed(np.array([-2.0, 0.0, 2.0]), -0.6).round(2)
    array([-2.28,  0.1 ,  1.68])
    """
    g = np.asarray(skewness, dtype=np.float64) / 6.0
    s = g + 5.0 / 3.0 * g**3  # inverse of 6 s - 10 s3, the expansion of the skewness
    return np.asarray((normal + s * (normal**2 - 1.0)) / np.sqrt(1.0 + 2.0 * s**2))


@cache
def recentred_spread(lag_one: float) -> float:
    """Standard deviation that a unit autoregression keeps after noon lines and re-centring.

    Daily values are carried to the hours in straight lines between noons, and each month is
    brought back to its mean by a broken line through the middles of months; both take variance
    away. A process divided by this number shows the published spread again.

    The exact variance, mean over the middle two of six months of thirty days.

    Examples
    --------
    >>> round(recentred_spread(0.65), 3)
    0.844
    """
    months, days = 6, 30
    n = months * days
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    covariance = lag_one**lag
    # Mean of a day under lines between noons: 1/8, 3/4, 1/8 of the neighbours.
    smooth = np.zeros((n, n))
    for shift, weight in ((-1, 0.125), (0, 0.75), (1, 0.125)):
        index = np.clip(np.arange(n) + shift, 0, n - 1)
        np.add.at(smooth, (np.arange(n), index), weight)
    position = (np.arange(n) + 0.5) / days - 0.5
    before = np.clip(np.floor(position).astype(int), 0, months - 2)
    share = np.clip(position - before, 0.0, 1.0)
    hats = np.zeros((n, months))
    hats[np.arange(n), before] = 1.0 - share
    hats[np.arange(n), before + 1] += share
    means = np.kron(np.eye(months), np.full((1, days), 1.0 / days))
    project = np.eye(n) - hats @ np.linalg.inv(means @ hats) @ means
    kept = project @ smooth
    variance = np.einsum("ij,jk,ik->i", kept, covariance, kept)
    return float(np.sqrt(variance[2 * days : 4 * days].mean()))
