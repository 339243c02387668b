"""A heavy-tailed mix: mostly small and short jobs, most of the work in a few large and long ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.generate.arrivals import daily_arrivals
from gigawatt.cluster.generate.lublin import cycle_weights
from gigawatt.cluster.generate.made import made_trace
from gigawatt.cluster.readers.trace import Trace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEREN_MEAN_GPUS = 5.68
"""GPUs of a GPU job on Acme's cluster Seren: Hu et al., "Characterization of Large Language Model Development
in the Datacenter", NSDI 2024."""


def gpu_mix(
    jobs: int,
    gpus: int,
    rng: np.random.Generator,
    *,
    load_frac: float = 0.8,
    mean_gpus: float | None = None,
    largest_gpus: int | None = None,
    mean_duration_s: float = 1414.0,
    spread: float = 2.0,
    size_exponent: float = 0.5,
    longest_s: float = 30.0 * 86_400.0,
    tenants: int = 8,
    hours: Sequence[float] | Floats | None = None,
) -> Trace:
    r"""Draw jobs of GPUs in powers of two, with lognormal durations that grow with the size.

    .. math:: P(g = 2^k) \propto 2^{-ak}, \qquad
              \ln d \sim N(\mu + b \ln g,\, \sigma^2)

    with a and :math:`\mu` solved for the means that are asked for.

    Parameters
    ----------
    jobs
        How many, >= 1.
    gpus
        Size of the machine, >= 1.
    rng
        Source of randomness.
    load_frac
        Offered load: GPU-seconds of work a GPU-second of the machine, > 0. Default 0.8: assumed.
    mean_gpus
        Mean size of a job, 1 to the largest. Default 5.68: Acme's cluster Seren (Hu et al., NSDI 2024); on a
        machine too small for it, that of equal shares of all sizes.
    largest_gpus
        Largest job; default the machine, at most 1,024 (Seren's largest).
    mean_duration_s
        Mean duration, s. Default 1,414: Seren.
    spread
        Standard deviation of the logarithm of durations of one size. Default 2.0: 1.97 and 2.20 in the first
        and second half of Philly's 82,247 jobs.
    size_exponent
        b: how durations grow with size. Default 0.5: assumed; regressions give 1.35 and 1.08 in the halves of
        Philly, whose jobs have at most 128 GPUs.
    longest_s
        Longer draws are drawn again. Default 30 days: assumed.
    tenants
        How many; the k-th has a share proportional to 1/k. Default 8: assumed.
    hours
        Relative rate of arrivals in each equal part of the day; default the daily cycle of
        :func:`~gigawatt.cluster.generate.lublin.cycle_weights`.

    Notes
    -----
    Left out: bursts of one user's jobs, weekends, correlation between a
    tenant and its sizes. Redrawing above ``longest_s`` lowers the mean
    a little below the one asked for.

    Examples
    --------
    >>> trace = gpu_mix(50_000, 1024, np.random.default_rng(3))
    >>> largest_tenth = np.sort(trace.gpus * trace.duration_s)[-5_000:].sum() / (3600 * trace.gpu_hours)
    >>> round(float(trace.gpus.mean()), 1), bool(largest_tenth > 0.8)
    (5.6, True)
    """
    most = min(gpus, 1024) if largest_gpus is None else largest_gpus
    _check(jobs, gpus, most, tenants, (load_frac, mean_duration_s, spread, longest_s))
    equal = (2.0 ** most.bit_length() - 1.0) / most.bit_length()
    sizes, shares = size_shares(most, min(SEREN_MEAN_GPUS, equal) if mean_gpus is None else mean_gpus)
    size = rng.choice(sizes, size=jobs, p=shares)
    growth = float(shares @ sizes**size_exponent)
    log_median = math.log(mean_duration_s / growth) - 0.5 * spread**2
    duration_s = _durations_s(size, log_median, spread, size_exponent, longest_s, rng)
    weight = 1.0 / np.arange(1, tenants + 1)
    tenant = rng.choice(tenants, size=jobs, p=weight / weight.sum())
    span_s = float(size @ duration_s) / (gpus * load_frac)
    submit_s = daily_arrivals(jobs, span_s, cycle_weights() if hours is None else hours, rng)
    names = tuple(f"tenant-{k:0{len(str(tenants))}d}" for k in range(1, tenants + 1))
    return made_trace("mix", submit_s, duration_s, size, gpus=gpus, tenant=tenant, tenants=names)


def size_shares(largest: int, mean: float) -> tuple[Ints, Floats]:
    """Sizes in powers of two with their shares, solved for a mean by bisection.

    Examples
    --------
    >>> sizes, shares = size_shares(8, 2.0)
    >>> sizes.tolist(), shares.round(3).tolist(), round(float(shares @ sizes), 6)
    ([1, 2, 4, 8], [0.566, 0.26, 0.119, 0.055], 2.0)
    """
    if largest < 1:
        raise ValueError(f"the largest job is {largest} GPUs; allowed: from 1")
    sizes = 2 ** np.arange(largest.bit_length(), dtype=np.int64)
    if not 1.0 <= mean <= sizes[-1]:
        raise ValueError(f"a mean of {mean:g} GPUs; allowed: 1 to {sizes[-1]}, the largest power of two")
    k = np.log2(sizes)
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        logs = -middle * k
        shares = np.exp2(logs - logs.max())
        shares /= shares.sum()
        low, high = (middle, high) if shares @ sizes > mean else (low, middle)
    return sizes, shares


def _durations_s(
    size: Ints, log_median: float, spread: float, exponent: float, longest_s: float, rng: np.random.Generator
) -> Floats:
    centre = log_median + exponent * np.log(size)
    if (centre > math.log(longest_s) + spread).any():
        raise ValueError("the longest duration lies below that of most large jobs: they cannot be drawn")
    duration_s = np.empty(size.size)
    todo = np.arange(size.size)
    while todo.size:
        duration_s[todo] = np.exp(rng.normal(centre[todo], spread))
        todo = todo[duration_s[todo] > longest_s]
    return duration_s


def _check(jobs: int, gpus: int, largest: int, tenants: int, positive: Sequence[float]) -> None:
    if jobs < 1 or not 1 <= largest <= gpus or tenants < 1:
        seen = f"{jobs} jobs of at most {largest} GPUs and {tenants} tenants on {gpus} GPUs"
        raise ValueError(f"{seen}; allowed: at least one of each, jobs no larger than the machine")
    if not all(math.isfinite(value) and value > 0.0 for value in positive):
        raise ValueError("load, mean and longest duration and spread must be finite and above 0")
