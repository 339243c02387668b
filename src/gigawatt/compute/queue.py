"""What a queue of jobs may use, and what a simulation of it gives back: plain arrays on the run's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDING = 1e-6
"""GPUs that rounding errors may add."""


@dataclass(frozen=True, slots=True, eq=False)
class Allotment:
    """GPUs that a queue of jobs may use, known before any of its jobs is simulated."""

    hours: slice
    """The hours of its time on the clock."""
    gpus: Array
    """Whole nodes of each kind of GPU, shape (hours of the clock, systems); 0 outside its time."""
    group_gpus: tuple[int, ...]
    """GPUs of a node of each kind, for the kinds that it may use and holds at some time."""
    provisioned_mw: Array
    """IT power that halls, power and cooling are sized on for these GPUs, shape (hours of the clock,)."""
    working_kw_per_gpu: float
    """Measured power while a job runs: the mean over its GPU-hours where it holds several kinds."""
    idle_kw_per_gpu: float
    down_kw_per_gpu: float
    """Network, storage and management, which draw the same in every state; a broken GPU draws no more."""

    @property
    def total_gpus(self) -> Array:
        """All of them, shape (hours of the clock,)."""
        return np.asarray(self.gpus.sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class JobsUse:
    """What a queue of jobs did with its GPUs; every array has the shape (hours of the clock,).

    ``busy + down <= allotted`` and ``useful <= busy`` in every hour; the arrays are 0 outside its time.
    """

    busy_gpus: Array
    """Held by jobs, mean of the hour."""
    loaded_gpus: Array
    """GPUs at working power that draw as much as the busy ones did; equal to them at full speed."""
    down_gpus: Array
    """Broken or in repair."""
    useful_gpus: Array
    """Held for work that counted in the end, or still may: each job's work spread evenly over the time in
    which it held GPUs."""
    waiting_jobs: Array
    """In the queue, mean of the hour."""
    waiting_gpus: Array
    """Asked for by these."""
    submitted_jobs: Array
    """In the hour."""
    finished_jobs: Array
    """That did their work, in the hour of their end."""
    failed_jobs: Array
    """That ended by their user's fault or at their limit, in the hour of their end."""
    oversized_jobs: int = 0
    """That ask for more GPUs than are ever there; they never start."""
    mean_wait_h: float = 0.0
    """In the queue, over the jobs that started."""

    @classmethod
    def none(cls, hours: int) -> Self:
        """No use at all, on a clock of so many hours."""
        nothing = np.zeros(hours)
        return cls(
            busy_gpus=nothing,
            loaded_gpus=nothing,
            down_gpus=nothing,
            useful_gpus=nothing,
            waiting_jobs=nothing,
            waiting_gpus=nothing,
            submitted_jobs=nothing,
            finished_jobs=nothing,
            failed_jobs=nothing,
        )

    def refuse_unless_within(self, name: str, allotted_gpus: Array) -> None:
        """Raise ValueError where the use is none of the GPUs allotted, with the hour."""
        parts = {
            "busy_gpus + down_gpus": (self.busy_gpus + self.down_gpus, allotted_gpus),
            "useful_gpus": (self.useful_gpus, self.busy_gpus),
            "loaded_gpus": (self.loaded_gpus, self.busy_gpus),
        }
        for what, (part, most) in parts.items():
            if part.shape != most.shape:
                raise ValueError(f"{what} of {name} has the shape {part.shape}, not {most.shape}")
            wrong = np.flatnonzero(~((part >= -_ROUNDING) & (part <= most + _ROUNDING)))
            if wrong.size:
                hour = int(wrong[0])
                raise ValueError(
                    f"{what} of {name} is {part[hour]:g} in hour {hour}; allowed: 0 to {most[hour]:g}"
                )
