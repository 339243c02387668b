"""From what a person wrote about a cluster to the simulation's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.failures import Cause, Failures, Recovery
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.readers.inputs import ClusterFile, FailuresFile


@dataclass(frozen=True, slots=True)
class Shares:
    """Quotas and weights in the order of a trace's tenants; None where none was given."""

    quotas_gpus: tuple[float, ...] | None
    weights: tuple[float, ...] | None
    unknown: tuple[str, ...]
    """Tenants of the file that the trace does not have."""


def machines_of(file: ClusterFile) -> Machines:
    """Return the machines that a file describes."""
    s = file.speeds
    return Machines(
        nodes=file.gpus // file.gpus_per_node,
        gpus_per_node=file.gpus_per_node,
        nodes_per_rack=file.nodes_per_rack,
        racks_per_pod=file.racks_per_pod,
        pods_per_hall=file.pods_per_hall,
        tier_speed_frac=(1.0, s.rack_frac, s.pod_frac, s.hall_frac, s.campus_frac),
        loop_racks=file.loop_racks,
        feed_racks=file.feed_racks,
    )


def power_of(file: ClusterFile) -> PowerBudget | None:
    """Return the power that a file describes, if it does."""
    p = file.power
    if p is None:
        return None
    return PowerBudget(
        busy_kw_per_gpu=p.busy_kw_per_gpu,
        idle_kw_per_gpu=p.idle_kw_per_gpu,
        budget_kw=None if p.budget_kw is None else np.array([p.budget_kw]),
        least_speed_frac=p.least_speed_frac,
    )


def shares_of(file: ClusterFile, tenants: tuple[str, ...]) -> Shares:
    """Lay quotas and weights out in the order of a trace's tenants.

    Examples
    --------
    >>> file = ClusterFile(gpus=16, tenants=({"name": "b", "quota": 8},))
    >>> shares_of(file, ("a", "b")).quotas_gpus
    (inf, 8.0)
    """
    by_name = {tenant.name: tenant for tenant in file.tenants}
    quotas = [by_name[n].quota_gpus if n in by_name else None for n in tenants]
    weights = [by_name[n].weight if n in by_name else 1.0 for n in tenants]
    return Shares(
        tuple(np.inf if q is None else q for q in quotas) if any(q is not None for q in quotas) else None,
        tuple(weights) if any(w != 1.0 for w in weights) else None,
        tuple(name for name in by_name if name not in tenants),
    )


def failures_of(file: FailuresFile) -> Failures:
    """Return the failures that a file describes."""
    causes = tuple(
        Cause(c.name, 1.0 / c.gpu_hours_between, c.scope, c.repair_median_s, c.repair_sigma, c.detect_s)
        for c in file.causes
    )
    r = file.recovery
    return Failures(
        causes,
        Recovery(restart=r.restart, whole_s=r.whole_s, swap_s=r.swap_s, partial_s=r.partial_s),
        spare_gpus=file.spare_gpus,
        lemon_frac=file.lemon_frac,
        lemon_multiplier=file.lemon_multiplier,
        quarantine_after=file.quarantine_after,
        infant_multiplier=file.infant_multiplier,
    )


def checkpoint_columns(file: FailuresFile) -> dict[str, Any]:
    """Return the columns of :class:`~gigawatt.cluster.jobs.Jobs` that a file's checkpoints set."""
    c = file.checkpoints
    if c is None:
        return {}
    return {
        "checkpoint_interval_s": c.interval_s,
        "checkpoint_write_s": c.write_s,
        "checkpoint_load_s": c.load_s,
    }
