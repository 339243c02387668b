"""From what a person wrote about a cluster to the simulation's values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gigawatt.cluster.failures import Cause, Failures, Recovery
from gigawatt.cluster.jobs import Floats
from gigawatt.cluster.machines import Drain, Machines
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.readers.inputs import ClusterFile, FailuresFile, PartsFile
from gigawatt.cluster.readers.machine_inputs import MachinesPart, NamedPart, PowerLimits


@dataclass(frozen=True, slots=True)
class Shares:
    """Quotas and weights in the order of a trace's tenants; None where none was given."""

    quotas_gpus: tuple[float, ...] | None
    weights: tuple[float, ...] | None
    unknown: tuple[str, ...]
    """Tenants of the file that the trace does not have."""


def machines_of(part: MachinesPart) -> Machines:
    """Return the machines that a file, or one of its parts, describes."""
    s = part.speeds
    return Machines(
        nodes=part.gpus // part.gpus_per_node,
        gpus_per_node=part.gpus_per_node,
        nodes_per_rack=part.nodes_per_rack,
        racks_per_pod=part.racks_per_pod,
        pods_per_hall=part.pods_per_hall,
        tier_speed_frac=(1.0, s.rack_frac, s.pod_frac, s.hall_frac, s.campus_frac),
        loop_racks=part.loop_racks,
        feed_racks=part.feed_racks,
        name=part.name if isinstance(part, NamedPart) else "",
        chip=part.chip,
        chip_speed=part.chip_speed_ratio,
        in_service=tuple((step.from_s, step.gpus) for step in part.in_service),
        drains=tuple(
            Drain(d.from_s, d.until_s, d.nodes, d.first_node, np.inf if d.grace_s is None else d.grace_s)
            for d in part.drains
        ),
        storage_gb_per_s=np.inf if part.storage_gb_per_s is None else part.storage_gb_per_s,
    )


def _budget_kw(power: PowerLimits) -> Floats | None:
    """Budget by step; None where there is none."""
    if not power.budgets:
        return None if power.budget_kw is None else np.array([power.budget_kw])
    starts = [round(step.from_s) // power.step_s for step in power.budgets]
    lasts = np.diff([*starts, starts[-1] + 1])
    return np.repeat([step.budget_kw for step in power.budgets], lasts)


def power_of(part: MachinesPart) -> PowerBudget | None:
    """Return the power that a file, or one of its parts, describes, if it does."""
    return budget_of(part.power)


def budget_of(p: PowerLimits | None) -> PowerBudget | None:
    """Return the power that a file's ``power`` describes, if there is one."""
    if p is None:
        return None
    return PowerBudget(
        busy_kw_per_gpu=p.busy_kw_per_gpu,
        idle_kw_per_gpu=p.idle_kw_per_gpu,
        budget_kw=_budget_kw(p),
        step_s=float(p.step_s),
        least_speed_frac=p.least_speed_frac,
    )


def shares_of(file: ClusterFile | PartsFile, tenants: tuple[str, ...]) -> Shares:
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
        Cause(
            c.name, 1.0 / c.gpu_hours_between, c.scope, c.repair_median_s, c.repair_sigma, c.detect_s,
            c.slow_frac,
        )
        for c in file.causes
    )  # fmt: skip
    r = file.recovery
    memory = r.memory
    recovery = Recovery(restart=r.restart, whole_s=r.whole_s, swap_s=r.swap_s, partial_s=r.partial_s)
    if memory is not None:
        recovery = replace(
            recovery,
            memory_interval_s=memory.interval_s,
            memory_write_s=memory.write_s,
            memory_load_s=memory.load_s,
            memory_survives_gpus=memory.survives_gpus,
        )
    return Failures(
        causes,
        recovery,
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
        "checkpoint_gb": c.size_gb,
    }
