"""The workload model of Lublin and Feitelson: sizes, run times and arrivals of rigid parallel jobs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.generate.arrivals import time_of_mass
from gigawatt.cluster.generate.made import made_trace
from gigawatt.cluster.readers.trace import Trace

Floats = NDArray[np.float64]

# Parameters of the model for jobs of one type, as its authors' program carries them (m_lublin99.c, the values
# for "typeless data").
SERIAL_FRAC = 0.244
POWER_OF_TWO_FRAC = 0.576
LOG2_LOW = 0.8
LOG2_BELOW_HIGH = 2.5
"""The kink of the two-stage uniform lies so far below the logarithm of the machine's size (1.5 to 3.5)."""
FIRST_STAGE_FRAC = 0.86
SHORT_SHAPE, SHORT_SCALE = 4.2, 0.94
LONG_SHAPE, LONG_SCALE = 312.0, 0.03
SHORT_FRAC_PER_NODE, SHORT_FRAC = -0.0054, 0.78
GAP_SHAPE, GAP_SCALE = 10.2303 * 1.0225, 0.4871
"""Logarithm of the time between arrivals in the rush hours, shape made larger for the whole day."""
CYCLE_SHAPE, CYCLE_SCALE = 8.1737, 3.9631
"""Half hour of the day, counted from one that begins before noon."""
LONGEST_LOG_S = 12.0
LONGEST_GAP_LOG_S = 13.0
HALF_HOURS = 48
DAY_BEGINS_AT = 11
_HALF_HOUR_S = 1800.0


def lublin(jobs: int, gpus: int, rng: np.random.Generator, *, load_frac: float | None = None) -> Trace:
    r"""Draw jobs from the Lublin-Feitelson model.

    Sizes: serial with probability 0.244; else 2 to the power of a two-stage
    uniform, rounded to a power of two with probability 0.576. Run times: the
    logarithm is a mixture of two gammas, whose share of short ones falls with
    the size, :math:`p = 0.78 - 0.0054 n`. Arrivals: gaps whose logarithm is a
    gamma, stretched by a daily cycle that is again a gamma's density.

    Parameters
    ----------
    jobs
        How many, >= 1.
    gpus
        Size of the machine and largest job, >= 2 (processors in the original).
    rng
        Source of randomness.
    load_frac
        Offered load: GPU-seconds of work a GPU-second of the machine between the first and the last
        arrival, > 0. None keeps the model's own arrivals; else they are stretched alike.

    Notes
    -----
    The two job types (batch, interactive) of the original are left out: this is
    its model for jobs of one type. The authors' program draws from another
    generator, so single jobs differ; the distributions do not. Sizes beyond the
    machine (a power of two above it) are drawn again. The share of short jobs
    is 0 above 144 GPUs, as published: the model was fitted on machines of at
    most 1,024 nodes, and beyond them it is out of its range.

    References
    ----------
    Lublin and Feitelson, "The workload on parallel supercomputers: modeling the characteristics of rigid
    jobs", J. Parallel and Distributed Computing 63 (2003) 1105-1122, doi:10.1016/S0743-7315(03)00108-4.

    Examples
    --------
    >>> trace = lublin(20_000, 256, np.random.default_rng(7))
    >>> round(float((trace.gpus == 1).mean()), 2), int(trace.gpus.max())
    (0.24, 256)
    """
    if jobs < 1 or gpus < 2:
        raise ValueError(f"{jobs} jobs on {gpus} GPUs; allowed: at least 1 job and 2 GPUs")
    size = _sizes(jobs, gpus, rng)
    duration_s = _run_times_s(size, rng)
    submit_s = np.floor(_arrivals_s(jobs, rng))
    return made_trace("lublin", submit_s, duration_s, size, gpus=gpus, load_frac=load_frac)


def cycle_weights() -> Floats:
    """Relative rate of arrivals in each half hour of the day, mean 1; shape (48,).

    Examples
    --------
    The busiest half hour begins at 13:30, the quietest at 05:00:

    >>> w = cycle_weights()
    >>> int(w.argmax()) / 2, int(w.argmin()) / 2
    (13.5, 5.0)
    """
    index = np.arange(DAY_BEGINS_AT, DAY_BEGINS_AT + HALF_HOURS)
    mass = np.array([_gamma_mass(i - 0.5, i + 0.5) for i in index])
    weights = np.empty(HALF_HOURS)
    weights[(index - 1) % HALF_HOURS] = mass
    return np.asarray(weights / weights.mean())


def _gamma_mass(low: float, high: float) -> float:
    """Probability that the cycle's gamma lies between two values, by Gauss-Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    x = (0.5 * (high - low) * nodes + 0.5 * (high + low)) / CYCLE_SCALE
    log_density = (CYCLE_SHAPE - 1.0) * np.log(x) - x - math.lgamma(CYCLE_SHAPE)
    return float(0.5 * (high - low) / CYCLE_SCALE * (weights @ np.exp(log_density)))


def _sizes(jobs: int, gpus: int, rng: np.random.Generator) -> NDArray[np.int64]:
    size = np.ones(jobs, dtype=np.int64)
    kind = rng.random(jobs)
    todo = np.flatnonzero(kind > SERIAL_FRAC)
    high = math.log2(gpus)
    kink = max(high - LOG2_BELOW_HIGH, LOG2_LOW)
    while todo.size:
        first = rng.random(todo.size) <= FIRST_STAGE_FRAC
        low_end, high_end = np.where(first, LOG2_LOW, kink), np.where(first, kink, high)
        exponent = low_end + (high_end - low_end) * rng.random(todo.size)
        power = kind[todo] <= SERIAL_FRAC + POWER_OF_TWO_FRAC
        exponent = np.where(power, np.floor(exponent + 0.5), exponent)
        size[todo] = np.floor(2.0**exponent + 0.5).astype(np.int64)
        todo = todo[size[todo] > gpus]
    return size


def _run_times_s(size: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    short = rng.random(size.size) <= SHORT_FRAC_PER_NODE * size + SHORT_FRAC
    log_s = np.empty(size.size)
    todo = np.arange(size.size)
    while todo.size:
        # The original draws the stage again as well; given the size, p stays the same.
        shape = np.where(short[todo], SHORT_SHAPE, LONG_SHAPE)
        scale = np.where(short[todo], SHORT_SCALE, LONG_SCALE)
        log_s[todo] = rng.gamma(shape, scale)
        todo = todo[log_s[todo] > LONGEST_LOG_S]
        short[todo] = rng.random(todo.size) <= SHORT_FRAC_PER_NODE * size[todo] + SHORT_FRAC
    return np.floor(np.exp(log_s))


def _arrivals_s(jobs: int, rng: np.random.Generator) -> Floats:
    log_gap = rng.gamma(GAP_SHAPE, GAP_SCALE, jobs)
    while (wrong := np.flatnonzero(log_gap > LONGEST_GAP_LOG_S)).size:
        log_gap[wrong] = rng.gamma(GAP_SHAPE, GAP_SCALE, wrong.size)
    points = np.cumsum(np.exp(log_gap) / _HALF_HOUR_S)
    return time_of_mass(cycle_weights(), points)
