"""What the plan and the account of a site's computers hand on: arrays on the run's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigawatt.compute.queue import JobsUse
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import HeatLoad

Array = NDArray[np.float64]

MilestoneKind = Literal[
    "training_started",
    "training_finished",
    "training_short",
    "demand_unmet",
    "jobs_finished",
    "jobs_short",
    "jobs_oversized",
]


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something worth telling that happened to a workload."""

    kind: MilestoneKind
    workload: str
    hour: int
    """Index on the clock."""
    at: str
    """The same as a stamp, '2031-07-14 20:00Z'."""
    amount: float
    """training_started: GPUs held; training_finished: tokens; training_short: tokens missing at the end;
    demand_unmet: hours with unmet demand from here to the end of the clock; jobs_finished: jobs that did
    their work; jobs_short: jobs that had not ended at the end; jobs_oversized: jobs that can never start."""
    text: str
    """One sentence."""


@dataclass(frozen=True, slots=True, repr=False)
class ComputeLoad:
    """What a site's workloads ask for, before power is known. Arrays are (workloads, hours) or (hours,).

    ``sum(gpus) + idle_gpus == energised_gpus`` in every hour.
    """

    clock: Clock
    workloads: tuple[str, ...]
    kinds: tuple[str, ...]
    shed_order: tuple[int, ...]
    """Workloads in the order in which they lose power, after the idle GPUs."""
    target_tokens: Array
    """Of training runs, shape (workloads,); infinite for the others."""
    energised_gpus: Array
    gpus: Array
    """Held by each workload."""
    idle_gpus: Array
    """Held by nobody."""
    it_mw: Array
    """Mean power of the hour by workload, its share of network, storage and management included."""
    idle_it_mw: Array
    liquid_mw: Array
    """Part of ``it_mw`` that becomes heat in the cold plates."""
    idle_liquid_mw: Array
    useful_gpus: Array
    """GPUs that bring forward what they are held for: training times goodput, busy servers, used leases."""
    goodput_frac: Array
    """Useful share of held GPU time: goodput in training, utilisation times goodput in a queue of jobs,
    utilisation elsewhere; 0 where none is held."""
    tokens: Array
    """Trained or served in the hour; 0 for leases and other work."""
    demand_tokens: Array
    """Asked for in the hour by serving; 0 elsewhere."""
    provisioned_mw: Array
    """Provisioned IT power of the energised GPUs, (hours,)."""
    milestones: tuple[Milestone, ...]
    used: Mapping[str, JobsUse] = field(default_factory=dict)
    """What each queue of jobs did, by the name of the workload."""

    @property
    def total_it_mw(self) -> Array:
        """All IT power, (hours,)."""
        return np.asarray(self.it_mw.sum(axis=0) + self.idle_it_mw)

    @property
    def heat(self) -> HeatLoad:
        """Where the heat goes, (hours,)."""
        liquid = self.liquid_mw.sum(axis=0) + self.idle_liquid_mw
        return HeatLoad(liquid_mw=liquid, air_mw=self.total_it_mw - liquid)

    @property
    def useful_frac(self) -> Array:
        """Useful over energised GPUs, (hours,); 0 where none is energised."""
        return _ratio(self.useful_gpus.sum(axis=0), self.energised_gpus)

    def __repr__(self) -> str:
        return _table(self, "ComputeLoad", self.it_mw, self.idle_it_mw)


@dataclass(frozen=True, slots=True, repr=False)
class ComputeResult:
    """What was done with the power that was served. Arrays are (workloads, hours) or (hours,).

    ``sum(it_mw) + idle_it_mw + shed_it_mw`` is the load's total; ``sum(gpus) + idle_gpus + shed_gpus`` its
    energised GPUs.
    """

    clock: Clock
    workloads: tuple[str, ...]
    kinds: tuple[str, ...]
    energised_gpus: Array
    gpus: Array
    idle_gpus: Array
    shed_gpus: Array
    """Switched off for want of power, (hours,), idle ones included."""
    it_mw: Array
    idle_it_mw: Array
    shed_mw: Array
    """Taken from each workload."""
    shed_it_mw: Array
    """Taken in all, idle GPUs included, (hours,)."""
    heat: HeatLoad
    useful_gpus_by_workload: Array
    goodput_frac: Array
    tokens: Array
    demand_tokens: Array
    milestones: tuple[Milestone, ...]

    @property
    def total_it_mw(self) -> Array:
        """IT power served, (hours,)."""
        return np.asarray(self.it_mw.sum(axis=0) + self.idle_it_mw)

    @property
    def useful_gpus(self) -> Array:
        """Useful GPUs of all workloads, (hours,)."""
        return np.asarray(self.useful_gpus_by_workload.sum(axis=0))

    @property
    def useful_frac(self) -> Array:
        """Useful over energised GPUs, (hours,); 0 where none is energised."""
        return _ratio(self.useful_gpus, self.energised_gpus)

    def __repr__(self) -> str:
        return _table(self, "ComputeResult", self.it_mw, self.idle_it_mw)


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _table(value: ComputeLoad | ComputeResult, name: str, it_mw: Array, idle_mw: Array) -> str:
    clock = value.clock
    lines = [
        f"{name}, {clock.start} to {clock.end}: mean {float((it_mw.sum(axis=0) + idle_mw).mean()):,.1f} MW IT"
    ]
    lines += [
        f"  {kind:9} {workload:24} {float(gpus.mean()):12,.0f} GPUs {float(mw.mean()):9,.1f} MW"
        for workload, kind, gpus, mw in zip(value.workloads, value.kinds, value.gpus, it_mw, strict=True)
    ]
    lines.append(
        f"  {'':9} {'idle':24} {float(value.idle_gpus.mean()):12,.0f} GPUs {float(idle_mw.mean()):9,.1f} MW"
    )
    return "\n".join(lines)
