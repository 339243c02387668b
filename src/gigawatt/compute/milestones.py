"""When a training run starts and ends, and when a service falls short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gigawatt.compute.load import Milestone, MilestoneKind
from gigawatt.kernel.clock import Clock

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""Share of a target or a demand that rounding errors may hide."""


def milestones(
    clock: Clock,
    names: Sequence[str],
    kinds: Sequence[str],
    target_tokens: Array,
    gpus: Array,
    tokens: Array,
    demand_tokens: Array,
) -> tuple[Milestone, ...]:
    """Read the milestones off the hours, sorted by hour.

    Parameters
    ----------
    clock
        The run's clock.
    names, kinds
        Of each workload.
    target_tokens
        Of training runs, shape (workloads,).
    gpus, tokens, demand_tokens
        Shape (workloads, hours).
    """
    found: list[Milestone] = []
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if kind == "training":
            found += _training(clock, name, float(target_tokens[i]), gpus[i], tokens[i])
        elif kind == "serving":
            found += _serving(clock, name, tokens[i], demand_tokens[i])
    return tuple(sorted(found, key=lambda m: m.hour))


def _milestone(
    clock: Clock, kind: MilestoneKind, name: str, hour: int, amount: float, text: str
) -> Milestone:
    at = clock.stamp(hour)
    return Milestone(kind=kind, workload=name, hour=hour, at=at, amount=amount, text=f"{name} {text}")


def _training(clock: Clock, name: str, target: float, gpus: Array, tokens: Array) -> Iterator[Milestone]:
    held = np.flatnonzero(gpus > 0)
    if held.size == 0:
        text = "found no GPU that it may use"
        yield _milestone(clock, "training_short", name, len(gpus) - 1, target, text)
        return
    first, last = int(held[0]), int(held[-1])
    yield _milestone(
        clock, "training_started", name, first, float(gpus[first]), f"starts on {gpus[first]:,.0f} GPUs"
    )
    done = float(tokens.sum())
    if done >= target * (1.0 - _ROUNDING):
        hours = last - first + 1
        text = f"reaches {_trillions(target)} T tokens after {hours / 24:,.1f} days"
        yield _milestone(clock, "training_finished", name, last, done, text)
    else:
        text = f"has {done / target:.1%} of its {_trillions(target)} T tokens when it last holds GPUs"
        yield _milestone(clock, "training_short", name, last, target - done, text)


def _serving(clock: Clock, name: str, tokens: Array, demand: Array) -> Iterator[Milestone]:
    unmet = np.flatnonzero(tokens < demand * (1.0 - _ROUNDING))
    if unmet.size:
        missing = float((demand - tokens)[unmet].sum() / demand.sum())
        text = f"leaves demand unmet in {unmet.size:,} hours, {missing:.2%} of all tokens asked for"
        yield _milestone(clock, "demand_unmet", name, int(unmet[0]), float(unmet.size), text)


def _trillions(tokens: float) -> str:
    """Three significant digits, never as a power of ten."""
    value = tokens / 1e12
    return f"{value:,.0f}" if value >= 1000.0 else f"{value:.3g}"
