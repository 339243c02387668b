"""What the page says of a replay beside its schedule: what was asked for, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gigawatt.cluster import Failures, Machines, PowerBudget
from gigawatt.report.format import quantity, significant
from gigawatt.report.schedule.words import tell


@dataclass(frozen=True, slots=True)
class About:
    """What a schedule was made of, and how it is made again."""

    trace: str
    """Name of the trace, or the generator's text."""
    machines: Machines | tuple[Machines, ...]
    seed: int | None = None
    """Of the jobs or failures that were drawn. Default: nothing was."""
    command: str = ""
    """What a person types to get the same. Default: empty, it was made from Python."""
    failures: Failures | None = None
    power: PowerBudget | tuple[PowerBudget | None, ...] | None = None
    notes: tuple[str, ...] = ()
    """What was assumed, and what a reader must know."""
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Low and high of a figure, by its key in :meth:`~gigawatt.cluster.Schedule.summary`, in its unit."""
    interval_of: str = ""
    """What the intervals are: '95 % over 20 seeds'."""
    measured: bool = False
    """True where it is no simulation but the record of a live cluster."""


def settings(about: About, policy: str, version: str) -> list[list[str]]:
    """Pairs of a name and what was set.

    >>> settings(About("a.csv", Machines.pool(8)), "easy", "0.1.0")[1]
    ['Machines', '8 GPUs in one pool']
    """
    parts = about.machines if isinstance(about.machines, tuple) else (about.machines,)
    rows = {
        "trace": about.trace,
        "machines": "; ".join(repr(part).removeprefix("Machines(").removesuffix(")") for part in parts),
        "policy": policy,
        "failures": _failures(about.failures),
        "power": "; ".join(_power(power) for power in _each(about.power)),
        "seed": tell("setting.seed.none") if about.seed is None else str(about.seed),
        "version": version,
    }
    return [[tell(f"setting.{name}"), text] for name, text in rows.items()]


def _failures(failures: Failures | None) -> str:
    if failures is None:
        return tell("setting.failures.none")
    rate = failures.rate_per_gpu_h
    return tell(
        "setting.failures.some",
        n=str(len(failures.causes)),
        hours=quantity(1.0 / rate if rate > 0.0 else None, "GPU-h"),
        restart=failures.recovery.restart,
        spares=quantity(float(failures.spare_gpus), "GPUs"),
    )


def _each(power: PowerBudget | tuple[PowerBudget | None, ...] | None) -> tuple[PowerBudget | None, ...]:
    return power if isinstance(power, tuple) else (power,)


def _power(power: PowerBudget | None) -> str:
    if power is None:
        return tell("setting.power.none")
    text = tell(
        "setting.power.metered",
        busy=quantity(power.busy_kw_per_gpu, "kW"),
        idle=quantity(power.idle_kw_per_gpu, "kW"),
    )
    if power.budget_kw is None:
        return text
    low, high = float(power.budget_kw.min()), float(power.budget_kw.max())
    span = quantity(high, "kW") if low == high else f"{significant(low)} to {quantity(high, 'kW')}"
    return tell("setting.power.budget", metered=text, budget=span)
