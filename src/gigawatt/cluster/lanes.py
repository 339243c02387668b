"""Where runs took place: lanes of a timeline, and the GPU time of each lane in equal bins of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigawatt.cluster.jobs import Bools, Floats, Ints
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.schedule import Schedule

LaneKind = Literal["hall", "pod", "rack", "node", "pool", "tenant", "tenants"]
"""What a lane stands for; ``tenants``: all those without a lane of their own."""

MOST_LANES = 40
"""Halls, pods and tenants beyond this are laid together: more do not fit on a page."""
MOST_SMALL = 16
"""The same of racks and nodes: in small lanes most gangs would reach across."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: neighbouring parts of the machines, or tenants of a pool."""

    kind: LaneKind
    gpus: int
    """GPUs that it can hold; of tenants: the most that they held at one time."""
    first: int = 0
    """Number of its first hall, pod, rack, node or tenant, from 0."""
    last: int = 0
    part: str = ""
    """Name of its part of the machines, where there are several."""


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Lanes, and which run belongs to which."""

    lanes: tuple[Lane, ...]
    of_run: Ints
    """Position of the lane that holds the lowest node of each gang, shape (runs,)."""
    spans: Bools
    """Whether a gang is too large for its lane, so that it surely reaches into others, shape (runs,)."""


def lanes_of(schedule: Schedule, machines: Machines | tuple[Machines, ...]) -> Lanes:
    """Return halls as lanes; pods, racks or nodes where there is but one; tenants where all is one pool.

    Parameters
    ----------
    schedule
        Its runs say the lowest node of their gangs, counted in the run's part.
    machines
        What the schedule was made on; several parts where the runs have a ``part``.

    Examples
    --------
    >>> from gigawatt.cluster import Jobs, simulate
    >>> machines = Machines.of(32, 8, racks_per_pod=2)
    >>> jobs = Jobs(submit_s=[0, 0], duration_s=[60, 60], gpus=[16, 16])
    >>> lanes = lanes_of(simulate(machines, jobs, "fifo"), machines)
    >>> [(lane.kind, lane.first, lane.gpus) for lane in lanes.lanes], lanes.of_run.tolist()
    ([('pod', 0, 16), ('pod', 1, 16)], [0, 1])
    """
    parts = machines if isinstance(machines, tuple) else (machines,)
    runs = schedule.runs
    if len(parts) == 1 and not parts[0].placed:
        return _tenants(schedule)
    part_of: Ints = runs.part
    lanes: list[Lane] = []
    of_run = np.zeros(runs.job.size, dtype=np.int64)
    spans = np.zeros(runs.job.size, dtype=bool)
    for number, part in enumerate(parts):
        kind, unit_nodes, units = _tier(part)
        most = MOST_LANES if kind in {"hall", "pod"} else MOST_SMALL
        merged = -(-units // max(most // len(parts), 1))
        nodes = unit_nodes * merged
        mine = part_of == number
        node = np.maximum(runs.node[mine], 0)
        of_run[mine] = len(lanes) + node // nodes
        needed = -(-runs.gpus[mine] // part.gpus_per_node)
        end = np.minimum((node // nodes + 1) * nodes, part.nodes)
        spans[mine] = part.placed & (node + needed > end)
        for first in range(0, units, merged):
            last = min(first + merged, units) - 1
            held = min((last + 1) * unit_nodes, part.nodes) - first * unit_nodes
            name = part.name or part.chip if len(parts) > 1 else ""
            lanes.append(Lane(kind, held * part.gpus_per_node, first, last, name))
    return Lanes(tuple(lanes), of_run, spans)


def _tier(machines: Machines) -> tuple[LaneKind, int, int]:
    """Return the coarsest tier of which there are several, the nodes in one of it, and how many there are."""
    if not machines.placed:
        return "pool", machines.nodes, 1
    rack = machines.nodes_per_rack
    pod = rack * machines.racks_per_pod
    if machines.halls > 1:
        return "hall", pod * machines.pods_per_hall, machines.halls
    if machines.pods > 1:
        return "pod", pod, machines.pods
    if machines.racks > 1:
        return ("node" if rack == 1 else "rack"), rack, machines.racks
    return "node", 1, machines.nodes


def _tenants(schedule: Schedule) -> Lanes:
    """Tenants in the order of their GPU time; beyond what fits the rest share the last lane."""
    runs, jobs = schedule.runs, schedule.jobs
    tenant = jobs.tenant[runs.job]
    held = np.bincount(tenant, weights=gpu_seconds(schedule), minlength=len(jobs.tenants))
    order = np.argsort(-held, kind="stable")
    order = order[held[order] > 0.0]
    alone = order if order.size <= MOST_LANES else order[: MOST_LANES - 1]
    lane = np.full(len(jobs.tenants), alone.size, dtype=np.int64)
    lane[alone] = np.arange(alone.size)
    of_run = lane[tenant]
    most = most_held(schedule, of_run, int(alone.size) + 1)
    lanes = [Lane("tenant", int(most[i]), int(t), int(t)) for i, t in enumerate(alone)]
    if order.size > alone.size:
        lanes.append(Lane("tenants", int(most[-1]), 0, int(order.size - alone.size) - 1))
    return Lanes(tuple(lanes), of_run, np.zeros(tenant.size, dtype=bool))


def most_held(schedule: Schedule, group: Ints, groups: int) -> Ints:
    """Most GPUs that the runs of each group held at one time, shape (groups,).

    Examples
    --------
    >>> from gigawatt.cluster import Jobs, simulate
    >>> jobs = Jobs(submit_s=[0, 10, 60], duration_s=[60, 20, 10], gpus=[2, 3, 4])
    >>> schedule = simulate(Machines.pool(8), jobs, "fifo")
    >>> most_held(schedule, np.zeros(3, dtype=np.int64), 1).tolist()
    [5]
    """
    runs = schedule.runs
    lane = np.concatenate([group, group])
    change = np.concatenate([-runs.gpus, runs.gpus])
    # What ends at an instant ends before what starts at it.
    order = np.lexsort((change, np.concatenate([runs.end_s, runs.start_s]), lane))
    most = np.zeros(groups, dtype=np.int64)
    # The changes of each group add up to nothing, so one running sum serves for all.
    np.maximum.at(most, lane[order], np.cumsum(change[order]))
    return most


def gpu_seconds(schedule: Schedule) -> Floats:
    """GPU time that each run held, in GPU-seconds, shape (runs,)."""
    runs = schedule.runs
    return (runs.end_s - runs.start_s) * runs.gpus


def binned(
    start_s: Floats, end_s: Floats, gpus: Ints, group: Ints, *, groups: int, bins: int, end_of_bins_s: float
) -> Floats:
    r"""GPU time of runs by group and bin of time, in GPU-seconds, shape (groups, bins); nothing is lost.

    .. math:: B_{gk} = \sum_{i \in g} n_i \, |[s_i, e_i] \cap [k w, (k+1) w]|

    Parameters
    ----------
    start_s, end_s, gpus, group
        Of each run, shape (runs,); times from 0 to ``end_of_bins_s``.
    groups, bins
        How many there are.
    end_of_bins_s
        End of the last bin; all are equally long.

    Examples
    --------
    >>> binned(np.array([0.0]), np.array([15.0]), np.array([4]), np.array([0]), groups=1, bins=2,
    ...     end_of_bins_s=20.0)
    array([[40., 20.]])
    """
    width_s = end_of_bins_s / bins
    part = np.zeros(groups * bins)
    whole = np.zeros((groups, bins + 1))
    for at_s, sign in ((start_s, 1.0), (end_s, -1.0)):
        k = np.minimum((at_s / width_s).astype(np.int64), bins - 1)
        left_s = (k + 1) * width_s - at_s
        part += sign * np.bincount(group * bins + k, weights=gpus * left_s, minlength=groups * bins)
        steps = np.bincount(group * (bins + 1) + k + 1, weights=gpus, minlength=groups * (bins + 1))
        whole += sign * steps.reshape(groups, bins + 1)
    return part.reshape(groups, bins) + np.cumsum(whole, axis=1)[:, :bins] * width_s
