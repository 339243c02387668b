"""Turn what a person wrote into the plain numbers that the plan works with; names are looked up here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt import catalog
from gigawatt.compute.inputs import Lease, Other, Precision, QueuedJobs, Recovery, Serving, Training
from gigawatt.compute.mfu import FixedMfu, MfuSource
from gigawatt.compute.models import LanguageModel, language_model, training_flops_per_token
from gigawatt.compute.serving import ServingSource, ServingTable, hourly_ratio, staffing_beta
from gigawatt.compute.systems import ComputeSystem
from gigawatt.kernel.clock import Clock

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every workload asks: when, of which systems, how many."""

    name: str
    kind: str
    hours: slice
    order: tuple[int, ...]
    """Indices of the systems it may use, the newest first."""
    share_frac: float | None
    """Of the energised GPUs of those systems; None where it asks for a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob(Job):
    """A training run."""

    gpus: float | None
    chips: tuple[str, ...]
    """Chip of each system, as the catalogue names it."""
    architectures: tuple[str, ...]
    group_gpus: Array
    """Multiples that are taken, by system."""
    peak_tokens_per_h: Array
    """Of one GPU at an utilisation of 1, by system."""
    target_tokens: float
    precision: Precision
    model: LanguageModel
    mfu: MfuSource
    recovery: Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingJob(Job):
    """A service."""

    demand_tokens_per_s: Array
    """Mean of each hour, shape (hours of the job,)."""
    rate_tokens_per_s: Array
    """Of one GPU at full load, by system."""
    group_gpus: Array
    user_speed_tokens_per_s: float
    burst_ratio: float
    beta: float
    max_share_frac: float
    elastic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedJob(Job):
    """A lease or other work: a share, used part of the time."""

    utilisation_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueJob(Job):
    """A queue of jobs, simulated elsewhere."""

    gpus: float | None
    group_gpus: Array
    """GPUs of a node, by system."""


Asked = TrainingJob | ServingJob | QueueJob | SharedJob


def jobs(
    workloads: Sequence[Training | Serving | QueuedJobs | Lease | Other],
    systems: Sequence[ComputeSystem],
    clock: Clock,
    utc_offset_h: float,
    mfu: MfuSource,
    serving: ServingSource | None,
) -> list[Asked]:
    """Look up models, profiles and rates; one job for each workload, in the order given.

    Raises
    ------
    InputError
        GW101: a model, chip or profile that the catalogue does not have.
    """
    found: list[Asked] = []
    for work in workloads:
        hours = clock.hour_span(work.from_, work.until)
        order = _newest_first(work.chips, systems)
        if isinstance(work, Training):
            found.append(_training(work, hours, order, systems, mfu))
        elif isinstance(work, Serving):
            found.append(_serving(work, hours, order, systems, clock, utc_offset_h, serving))
        elif isinstance(work, QueuedJobs):
            found.append(_queue(work, hours, order, systems))
        else:
            found.append(
                SharedJob(
                    name=work.name,
                    kind=work.kind,
                    hours=hours,
                    order=order,
                    share_frac=work.share_frac,
                    utilisation_frac=work.utilisation_frac,
                )
            )
    return found


def _newest_first(chips: tuple[str, ...] | None, systems: Sequence[ComputeSystem]) -> tuple[int, ...]:
    for chip in chips or ():
        catalog.row("chip", chip)
    allowed = [i for i, s in enumerate(systems) if chips is None or s.chip in chips]
    return tuple(sorted(allowed, key=lambda i: systems[i].shipped, reverse=True))


def _training(
    work: Training, hours: slice, order: tuple[int, ...], systems: Sequence[ComputeSystem], mfu: MfuSource
) -> TrainingJob:
    model = language_model(work.model)
    flops = training_flops_per_token(model)
    peak = np.array([s.peak_tflops(work.precision) for s in systems]) * 1e12
    group = [work.group_gpus or s.gpus_per_system for s in systems]
    return TrainingJob(
        name=work.name,
        kind=work.kind,
        hours=hours,
        order=order,
        share_frac=work.share_frac,
        gpus=None if work.gpus is None else float(work.gpus),
        chips=tuple(s.chip for s in systems),
        architectures=tuple(s.architecture for s in systems),
        group_gpus=np.array(group, dtype=np.float64),
        peak_tokens_per_h=3600.0 * peak / flops,
        target_tokens=work.target_tokens,
        precision=work.precision,
        model=model,
        mfu=mfu if work.mfu_frac is None else FixedMfu(work.mfu_frac),
        recovery=work.recovery,
    )


def _queue(
    work: QueuedJobs, hours: slice, order: tuple[int, ...], systems: Sequence[ComputeSystem]
) -> QueueJob:
    group = [work.gpus_per_node or s.gpus_per_system for s in systems]
    return QueueJob(
        name=work.name,
        kind=work.kind,
        hours=hours,
        order=order,
        share_frac=work.share_frac,
        gpus=None if work.gpus is None else float(work.gpus),
        group_gpus=np.array(group, dtype=np.float64),
    )


def _serving(
    work: Serving,
    hours: slice,
    order: tuple[int, ...],
    systems: Sequence[ComputeSystem],
    clock: Clock,
    utc_offset_h: float,
    serving: ServingSource | None,
) -> ServingJob:
    model = language_model(work.model)
    rates = serving if serving is not None else ServingTable.from_catalog()
    count = hours.stop - hours.start
    years = (np.arange(count) // 24) / 365.25
    first = max(-clock.day_index(work.from_), 0)  # days of growth before the clock began
    growth = (1.0 + work.annual_growth_frac) ** (years + first / 365.25)
    ratio = hourly_ratio(work.hourly_profile)[clock.local_hour(utc_offset_h)[hours]]
    return ServingJob(
        name=work.name,
        kind=work.kind,
        hours=hours,
        order=order,
        share_frac=None,
        demand_tokens_per_s=work.demand_tokens_per_s * growth * ratio,
        rate_tokens_per_s=np.array(
            [
                rates.output_tokens_per_s_per_gpu(
                    system=s, model=model, prompt_per_output=work.prompt_per_output_ratio
                )
                for s in systems
            ]
        ),
        group_gpus=np.array([s.gpus_per_system for s in systems], dtype=np.float64),
        user_speed_tokens_per_s=work.user_speed_tokens_per_s,
        burst_ratio=work.burst_ratio,
        beta=staffing_beta(work.wait_probability_frac),
        max_share_frac=work.max_share_frac,
        elastic=work.elastic,
    )
