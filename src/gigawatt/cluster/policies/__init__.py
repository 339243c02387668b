"""Scheduling policies, each one pure function over arrays; see :mod:`gigawatt.cluster.state`.

>>> from gigawatt.cluster import policies
>>> policies.easy(depth=100)
Policy('easy', options=(100.0,))
>>> policies.named("fifo").name
'fifo'
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from gigawatt.cluster.policies.base import Decide, Policy

_HERE = "gigawatt.cluster.policies."


def _whole(name: str, value: float, least: int) -> float:
    if not value >= least or not (value == inf or float(value).is_integer()):
        raise ValueError(f"{name} is {value:g}; allowed: whole numbers from {least}, or inf")
    return float(value)


def _flag(name: str, value: float) -> float:
    if value not in (0, 1):
        raise ValueError(f"{name} is {value:g}; allowed: 0 for no, 1 for yes")
    return float(value)


def _round_s(value: float) -> float:
    if not 0.0 <= value < inf:
        raise ValueError(f"round_s is {value:g}; allowed: finite numbers from 0")
    return value


def fifo() -> Policy:
    """First in, first out: nothing passes the head of the queue."""
    return Policy("fifo", _HERE + "_fifo")


def easy(depth: float = inf) -> Policy:
    """EASY backfill: jobs may pass the head if they do not delay it, by the estimates.

    ``depth``: how many waiting jobs behind the head are looked at.
    """
    return Policy("easy", _HERE + "_easy", (_whole("depth", depth, 0),))


def conservative(depth: float = 100) -> Policy:
    """Conservative backfill: no job within the depth is delayed by one behind it, by the estimates."""
    return Policy("conservative", _HERE + "_conservative", (_whole("depth", depth, 1),))


def sjf(*, pass_blocked: bool = False) -> Policy:
    """Shortest job first by the estimate, without preemption.

    ``pass_blocked``: jobs may pass a shortest one that does not fit.
    """
    return Policy("sjf", _HERE + "_sjf", (_flag("pass_blocked", pass_blocked),))


def edf(*, pass_blocked: bool = False) -> Policy:
    """Earliest deadline first, without preemption; jobs without a deadline come last.

    ``pass_blocked``: jobs may pass a first one that does not fit.
    """
    return Policy("edf", _HERE + "_edf", (_flag("pass_blocked", pass_blocked),))


def srtf(round_s: float = 0.0) -> Policy:
    """Shortest remaining time first, with preemption, greedy fill."""
    return Policy("srtf", _HERE + "_srtf", (0.0,), _round_s(round_s))


def srsf(round_s: float = 0.0) -> Policy:
    """Shortest remaining service (time x GPUs) first, with preemption, greedy fill."""
    return Policy("srsf", _HERE + "_srtf", (1.0,), _round_s(round_s))


def las(
    thresholds_gpu_s: tuple[float, ...] = (57_600.0,), *, running_first: bool = True, round_s: float = 0.0
) -> Policy:
    """Least attained service in discretised queues (Tiresias), with preemption, greedy fill.

    ``thresholds_gpu_s``: attained GPU-seconds at which a job falls into the next queue; 57,600 (16 GPU-hours)
    by default, as in the logged runs that this is held against. ``running_first``: within a queue running
    jobs come before waiting ones, then submission; else submission alone.
    """
    for threshold in thresholds_gpu_s:
        if not threshold > 0.0:
            raise ValueError(f"thresholds_gpu_s has {threshold:g}; allowed: numbers above 0")
    options = (_flag("running_first", running_first), *(float(t) for t in thresholds_gpu_s))
    return Policy("las", _HERE + "_las", options, _round_s(round_s))


def fair(*, borrowing: bool = True, reclaim: bool = True) -> Policy:
    """Fair share between tenants (dominant resource) with quotas, borrowing and reclaim.

    Without ``borrowing`` elastic jobs do not grow past their tenant's quota either.
    """
    options = (_flag("borrowing", borrowing), _flag("reclaim", reclaim))
    return Policy("fair", _HERE + "_fair", options, keeps_quotas=not borrowing)


def priority(*, preemption: bool = True) -> Policy:
    """The smallest priority number first; greedy fill with preemption, or strictly in order without."""
    return Policy("priority", _HERE + "_priority", (_flag("preemption", preemption),))


def pack(patience_s: float = 1800.0) -> Policy:
    """First in, first out, but a gang waits up to ``patience_s`` for a place that does not spread it.

    Default 30 min: assumed (5 min to 2 h); in a pool this is FIFO.
    """
    if not patience_s >= 0.0:
        raise ValueError(f"patience_s is {patience_s:g}; allowed: numbers from 0, or inf")
    return Policy("pack", _HERE + "_pack", (float(patience_s),))


def power_aware(depth: float = inf, look_ahead_steps: float = 24) -> Policy:
    """EASY backfill that starts no job which a coming step of the power budget could not carry."""
    options = (_whole("depth", depth, 0), _whole("look_ahead_steps", look_ahead_steps, 0))
    return Policy("power-aware", _HERE + "_power_aware", options)


_BY_NAME: dict[str, Callable[[], Policy]] = {
    "fifo": fifo,
    "easy": easy,
    "conservative": conservative,
    "sjf": sjf,
    "edf": edf,
    "srtf": srtf,
    "srsf": srsf,
    "las": las,
    "fair": fair,
    "priority": priority,
    "pack": pack,
    "power-aware": power_aware,
}
NAMES = tuple(_BY_NAME)
"""Names that :func:`named` knows."""


def named(name: str) -> Policy:
    """Return the policy of that name with its default options."""
    if name not in _BY_NAME:
        raise ValueError(f"there is no policy {name!r}; there are {', '.join(NAMES)}")
    return _BY_NAME[name]()


__all__ = [
    "NAMES",
    "Decide",
    "Policy",
    "conservative",
    "easy",
    "edf",
    "fair",
    "fifo",
    "las",
    "named",
    "pack",
    "power_aware",
    "priority",
    "sjf",
    "srsf",
    "srtf",
]
