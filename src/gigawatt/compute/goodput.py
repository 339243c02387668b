"""How much of its time a training run makes progress, given failures, restarts and checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TimeShares:
    """What a run's wall-clock time goes into; the four shares add to 1. Scalars or arrays alike."""

    useful_frac: Array
    """Steps that count (goodput, ETTR)."""
    checkpoint_frac: Array
    """Standing still to write checkpoints that were kept."""
    lost_frac: Array
    """Work (and writing) after the last checkpoint, lost to an interruption."""
    restart_frac: Array
    """From an interruption to the first new step; the GPUs idle."""


def daly_interval_h(mtbf_h: float | Array, checkpoint_write_h: float) -> Array:
    r"""Useful work between two checkpoints that loses least time, in hours.

    For a write time :math:`\delta < 2M` (equation 37 of the reference), else :math:`M`:

    .. math:: \tau = \sqrt{2\delta M}\left[1 + \tfrac13\sqrt{\tfrac{\delta}{2M}}
              + \tfrac19\,\tfrac{\delta}{2M}\right] - \delta

    Parameters
    ----------
    mtbf_h
        Mean time M between interruptions of the whole run, > 0, hours; scalar or array.
    checkpoint_write_h
        Time that training stands still for one checkpoint, >= 0, hours.

    References
    ----------
    Daly, J. T., "A higher order estimate of the optimum checkpoint interval for restart dumps",
    Future Generation Computer Systems 22 (2006) 303-312, doi:10.1016/j.future.2004.11.016.

    Examples
    --------
    Sixteen thousand GPUs that fail every 50,700 h each, 10 s a checkpoint:

    >>> round(60 * float(daly_interval_h(50_700 / 16_384, 10 / 3600)), 1)
    7.8
    """
    mean_h = np.asarray(mtbf_h, dtype=np.float64)
    ratio = checkpoint_write_h / (2.0 * mean_h)
    series = np.sqrt(2.0 * checkpoint_write_h * mean_h) * (1.0 + np.sqrt(ratio) / 3.0 + ratio / 9.0)
    return np.where(ratio < 1.0, series - checkpoint_write_h, mean_h)


def time_shares(
    n_gpus: float | Array,
    failure_rate_per_gpu_h: float,
    restart_h: float,
    checkpoint_write_h: float,
    interval_h: float | None = None,
) -> TimeShares:
    r"""Split a synchronous training run's time, exactly for exponential interruptions.

    Interruptions come at the rate :math:`\Lambda = n\lambda`, at any time: in work, in writing and in
    restarting. A segment of useful work :math:`\tau` and its write :math:`\delta` takes on average

    .. math:: E[T] = \frac{1}{\Lambda}\, e^{\Lambda R}\left(e^{\Lambda(\tau+\delta)} - 1\right)

    so that the useful share is :math:`\tau/E[T]`, and restarts take :math:`1-e^{-\Lambda R}`.

    Parameters
    ----------
    n_gpus
        GPUs in the run, >= 0; scalar or array.
    failure_rate_per_gpu_h
        Interruptions per GPU-hour, >= 0.
    restart_h
        Time R from an interruption to the first new step, hours.
    checkpoint_write_h
        Time that training stands still for one checkpoint, hours.
    interval_h
        Useful work between checkpoints, hours; None takes :func:`daly_interval_h`.

    Notes
    -----
    Left out: failures that come in bursts, repairs that run out of spares, runs that shrink instead of
    stopping, and time lost to slow machines (that is in the MFU).

    References
    ----------
    Daly (2006), equation 20 ("complete model"). For small losses it tends to Kokolis et al.
    (arXiv 2410.21680): (1 - n rf (u0 + dt/2)) / (1 + w/dt).

    Examples
    --------
    >>> s = time_shares(16_384, 1 / 50_700, restart_h=1 / 6, checkpoint_write_h=10 / 3600)
    >>> round(float(s.useful_frac), 3), round(float(s.restart_frac), 3)
    (0.908, 0.052)
    """
    rate_per_h = np.asarray(n_gpus, dtype=np.float64) * failure_rate_per_gpu_h
    fails = rate_per_h > 0.0
    safe_rate = np.where(fails, rate_per_h, 1.0)
    if interval_h is None:
        work_h = daly_interval_h(1.0 / safe_rate, checkpoint_write_h)
    else:
        work_h = np.full_like(safe_rate, interval_h)
    up = np.exp(-safe_rate * restart_h)
    exposed = safe_rate * (work_h + checkpoint_write_h)
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse = np.exp(-exposed) / -np.expm1(-exposed)  # 1 / (e^x - 1), which cannot overflow
        useful = np.where(exposed > 0.0, safe_rate * work_h * inverse, 1.0) * up
        writing = np.where(work_h > 0.0, useful * checkpoint_write_h / work_h, 0.0)
    if interval_h is None:  # no failures, no checkpoints
        free_useful, free_writing = 1.0, 0.0
    else:
        free_useful = interval_h / (interval_h + checkpoint_write_h)
        free_writing = 1.0 - free_useful
    useful = np.where(fails, useful, free_useful)
    writing = np.where(fails, writing, free_writing)
    restart = np.where(fails, 1.0 - up, 0.0)
    return TimeShares(useful, writing, 1.0 - useful - writing - restart, restart)


def goodput_frac(
    n_gpus: float | Array,
    failure_rate_per_gpu_h: float,
    restart_h: float,
    checkpoint_write_h: float,
    interval_h: float | None = None,
) -> Array:
    """Share of a training run's time that makes progress (ETTR); see :func:`time_shares`.

    Examples
    --------
    >>> [round(float(goodput_frac(n, 1 / 50_700, 1 / 6, 10 / 3600)), 3) for n in (1_024, 16_384, 131_072)]
    [0.986, 0.908, 0.575]
    """
    return time_shares(n_gpus, failure_rate_per_gpu_h, restart_h, checkpoint_write_h, interval_h).useful_frac
