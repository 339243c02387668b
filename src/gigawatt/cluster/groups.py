"""Waits and completion times by tenant and by size of the gang."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.jobs import Floats, Ints
from gigawatt.cluster.lanes import gpu_seconds
from gigawatt.cluster.schedule import Schedule

SIZE_FACTOR = 8
"""A class of sizes reaches to so many times its lower neighbour: 1, 2 to 8, 9 to 64, ..."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean and three percentiles; None where there is nothing to take them of."""

    mean: float | None
    p50: float | None
    p90: float | None
    p99: float | None

    @classmethod
    def of(cls, values: Floats) -> Spread:
        """Take them, linearly between neighbours.

        >>> Spread.of(np.arange(101.0))
        Spread(mean=50.0, p50=50.0, p90=90.0, p99=99.0)
        """
        if not values.size:
            return cls(None, None, None, None)
        p50, p90, p99 = np.percentile(values, (50, 90, 99))
        return cls(float(values.mean()), float(p50), float(p90), float(p99))


@dataclass(frozen=True, slots=True)
class Group:
    """What became of some of the jobs."""

    name: str
    """Of the tenant; empty for a class of sizes."""
    least_gpus: int
    most_gpus: int
    jobs: int
    finished: int
    gpu_hours: float
    """Held, over all runs."""
    wait_s: Spread
    """In the queue, over the jobs that started."""
    jct_s: Spread
    """From submission to end, over the jobs that ended."""
    slowdown: float | None
    """Mean of completion time over duration (finish-time ratio), over the jobs that finished."""


def by_tenant(schedule: Schedule) -> tuple[Group, ...]:
    """Group the jobs by tenant, the one that held the most GPU time first."""
    names = schedule.jobs.tenants
    found = _groups(schedule, schedule.jobs.tenant, names)
    return tuple(sorted(found, key=lambda group: (-group.gpu_hours, group.name)))


def by_size(schedule: Schedule) -> tuple[Group, ...]:
    """Group the jobs by the GPUs that they ask for, the smallest first.

    Examples
    --------
    >>> from gigawatt.cluster import Jobs, Machines, simulate
    >>> jobs = Jobs(submit_s=[0, 0, 0], duration_s=[60, 60, 60], gpus=[1, 8, 16])
    >>> groups = by_size(simulate(Machines.pool(16), jobs, "fifo"))
    >>> [(g.least_gpus, g.most_gpus, g.wait_s.p50) for g in groups]
    [(1, 1, 0.0), (2, 8, 0.0), (9, 64, 60.0)]
    """
    gpus = schedule.jobs.gpus
    if not gpus.size:
        return ()
    bounds = [1]
    while bounds[-1] < gpus.max():
        bounds.append(bounds[-1] * SIZE_FACTOR)
    size = np.searchsorted(bounds, gpus)
    return tuple(_groups(schedule, size, ("",) * len(bounds), bounds))


def _groups(
    schedule: Schedule,
    group: Ints | NDArray[np.intp],
    names: tuple[str, ...],
    bounds: list[int] | None = None,
) -> Iterator[Group]:
    jobs = schedule.jobs
    held = np.bincount(schedule.runs.job, weights=gpu_seconds(schedule), minlength=len(jobs)) / 3600.0
    jct_s, ended, finished = schedule.jct_s, schedule.ended, schedule.finished
    started = ~np.isnan(schedule.first_start_s)
    order = np.argsort(group, kind="stable")
    cuts = np.searchsorted(group[order], np.arange(len(names) + 1))
    for i, name in enumerate(names):
        mine = order[cuts[i] : cuts[i + 1]]
        if not mine.size:
            continue
        done = mine[finished[mine]]
        yield Group(
            name=name,
            least_gpus=int(jobs.gpus[mine].min()) if bounds is None else bounds[i - 1] + 1 if i else 1,
            most_gpus=int(jobs.gpus[mine].max()) if bounds is None else bounds[i],
            jobs=int(mine.size),
            finished=int(done.size),
            gpu_hours=float(held[mine].sum()),
            wait_s=Spread.of(schedule.wait_s[mine[started[mine]]]),
            jct_s=Spread.of(jct_s[mine[ended[mine]]]),
            slowdown=float((jct_s[done] / jobs.duration_s[done]).mean()) if done.size else None,
        )
