"""What a person may write about the machines of a cluster."""

from __future__ import annotations

from itertools import pairwise
from math import gcd
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import Count, InputModel, NonNegative, Positive, PositiveCount, PositiveFraction

_NO_LIMIT = 1_000_000_000
_BoundedCount = Annotated[PositiveCount, Field(le=_NO_LIMIT)]
_MOST_STEPS = 1_000_000
"""Steps of a budget: a century of hours."""


class TierSpeeds(InputModel):
    """Speed of a job by how far it is spread, against one inside a node."""

    rack_frac: PositiveFraction = 1.0
    """Within a rack. Default 1: a network that takes nothing."""
    pod_frac: PositiveFraction = 1.0
    """Within a pod. Default 1."""
    hall_frac: PositiveFraction = 1.0
    """Within a hall. Default 1."""
    campus_frac: PositiveFraction = 1.0
    """Across halls. Default 1."""


class BudgetStep(InputModel):
    """What may be drawn from a time on."""

    from_s: NonNegative
    """Since the beginning of the trace; the first step is at 0."""
    budget_kw: NonNegative
    """What all together may draw."""


class PowerLimits(InputModel):
    """IT power of a GPU's share of its system, and a budget."""

    busy_kw_per_gpu: NonNegative = 1.57
    """While a job steps. Default 1.57: GB200 in training, as computed in the compute room."""
    idle_kw_per_gpu: NonNegative = 0.57
    """Free, or held by a job that waits. Default 0.57: GB200 idle."""
    budget_kw: Positive | None = None
    """What all together may draw. Default: none, power is only metered."""
    budgets: tuple[BudgetStep, ...] = ()
    """The same where it changes with time."""
    least_speed_frac: PositiveFraction = 0.6
    """Slowest useful speed under the budget. Default 0.6: assumed (0.5 to 0.8)."""

    @property
    def step_s(self) -> int:
        """Longest step, in whole seconds, of which all times of ``budgets`` are multiples."""
        return gcd(*(round(step.from_s) for step in self.budgets)) or 3600

    @model_validator(mode="after")
    def _idle_draws_no_more(self) -> Self:
        if self.idle_kw_per_gpu > self.busy_kw_per_gpu:
            raise PydanticCustomError(
                "idle_above_busy",
                "a GPU draws {idle} kW idle and {busy} kW busy; idle may be at most busy",
                {
                    "idle": self.idle_kw_per_gpu,
                    "busy": self.busy_kw_per_gpu,
                    "remedy": "give both busy_kw_per_gpu and idle_kw_per_gpu, the larger one busy",
                },
            )
        return self

    @model_validator(mode="after")
    def _budgets_fit(self) -> Self:
        times = [round(step.from_s) for step in self.budgets]
        wrong = ""
        if self.budgets and self.budget_kw is not None:
            wrong = "budget and budgets are both given"
        elif times and (times[0] != 0 or any(b <= a for a, b in pairwise(times))):
            wrong = "the steps of budgets do not begin at 0 and rise by whole seconds"
        elif times and times[-1] // self.step_s > _MOST_STEPS:
            wrong = f"the budgets change at {times[-1] // self.step_s} steps of {self.step_s} s"
        if wrong:
            told = {"wrong": wrong, "remedy": "give one budget, or times in whole minutes or hours from 0"}
            raise PydanticCustomError("budgets_do_not_fit", "{wrong}", told)
        return self


class ServiceStep(InputModel):
    """How many GPUs are in service from a time on."""

    from_s: NonNegative
    """Since the beginning of the trace; the first step is at 0."""
    gpus: Count
    """Whole nodes; the lowest-numbered ones."""


class DrainWindow(InputModel):
    """Nodes taken out for a while, as for maintenance."""

    from_s: NonNegative
    """From here on nothing starts on them."""
    until_s: Positive
    """From here on they are used again."""
    nodes: PositiveCount
    """How many."""
    first_node: Count = 0
    """The lowest-numbered of them. Default 0."""
    grace_s: NonNegative | None = None
    """How long jobs may go on before they return to the queue. Default: until they end."""


class MachinesPart(InputModel):
    """Machines that are alike: nodes in racks, pods and halls; what they draw; when they are there."""

    gpus: _BoundedCount
    """GPUs in all, a multiple of those in a node."""
    gpus_per_node: _BoundedCount = 8
    """GPUs that share a box or a scale-up domain. Default 8: a DGX; 72 for an NVL72 rack."""
    nodes_per_rack: _BoundedCount = 1
    """Default 1."""
    racks_per_pod: _BoundedCount = _NO_LIMIT
    """Default: one pod holds all."""
    pods_per_hall: _BoundedCount = _NO_LIMIT
    """Default: one hall holds all."""
    loop_racks: _BoundedCount = 16
    """Racks on one cooling loop. Default 16: assumed (8 to 32)."""
    feed_racks: _BoundedCount = 32
    """Racks on one power feed. Default 32: assumed (16 to 64)."""
    speeds: TierSpeeds = TierSpeeds()
    """What spreading costs. Default: nothing."""
    chip: str = ""
    """Kind of chip; a job of the trace may ask for kinds. Default: not told."""
    chip_speed_ratio: Positive = 1.0
    """Work by time of one of its GPUs against the chip for which durations are given. Default 1."""
    in_service: tuple[ServiceStep, ...] = ()
    """Machines by date. Default: all of them, always."""
    drains: tuple[DrainWindow, ...] = ()
    """Default: none."""
    storage_gb_per_s: Positive | None = None
    """What the storage takes in of all checkpoints together; needs their size in the file of failures.
    Default: checkpoints do not get into each other's way."""
    power: PowerLimits | None = None
    """Default: power is not metered."""

    @model_validator(mode="after")
    def _whole_nodes(self) -> Self:
        for gpus in (self.gpus, *(step.gpus for step in self.in_service)):
            if gpus % self.gpus_per_node:
                raise PydanticCustomError(
                    "nodes_not_whole",
                    "{gpus} GPUs do not fill nodes of {per}",
                    {"gpus": gpus, "per": self.gpus_per_node, "remedy": "take a multiple of gpus_per_node"},
                )
        return self

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        nodes = self.gpus // self.gpus_per_node
        times = [step.from_s for step in self.in_service]
        wrong = ""
        if times and (times[0] != 0.0 or any(b <= a for a, b in pairwise(times))):
            wrong = "the steps of in_service do not begin at 0 and rise"
        elif any(step.gpus > self.gpus for step in self.in_service):
            wrong = f"in_service has more than the {self.gpus} GPUs that there are"
        elif any(drain.until_s <= drain.from_s for drain in self.drains):
            wrong = "a drain ends before it begins"
        elif any(drain.first_node + drain.nodes > nodes for drain in self.drains):
            wrong = f"a drain reaches beyond the last of {nodes} nodes"
        if wrong:
            told = {"wrong": wrong, "remedy": "correct the dates, or the number of machines"}
            raise PydanticCustomError("dates_do_not_fit", "{wrong}", told)
        return self


class NamedPart(MachinesPart):
    """One of several parts of a cluster."""

    name: str
    """In results."""
