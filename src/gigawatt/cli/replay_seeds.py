"""``gigawatt replay --seeds``: what is drawn anew for each seed, and what is gathered from each replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigawatt.cli.progress import Tell
    from gigawatt.cli.replay_setup import Setup
    from gigawatt.cluster import Jobs, PowerBudget, Prices, Repeated, Schedule


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws the jobs of a seed from a generator; it crosses to other processes."""

    source: str
    gpus: int
    estimate_factor: float | None
    columns: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, seed: int) -> Jobs:
        """The jobs of a seed."""
        from gigawatt.cluster.generate import generate
        from gigawatt.cluster.readers import to_jobs

        trace = generate(self.source, self.gpus, seed)
        return to_jobs(trace, estimate_factor=self.estimate_factor, **self.columns).jobs


@dataclass(frozen=True, slots=True)
class Gathered:
    """Draws the numbers of a replay from its schedule, with what it costs where there are prices."""

    prices: Prices | None
    power: PowerBudget | tuple[PowerBudget | None, ...] | None
    quotas_gpus: tuple[float, ...] | None

    def __call__(self, done: Schedule) -> dict[str, float | None]:
        """The numbers of one replay, by name."""
        from gigawatt.cluster import cost_by_tenant
        from gigawatt.cluster.repeat import scalars

        found = scalars(done)
        if self.prices is not None:
            costs = cost_by_tenant(done, self.prices, power=self.power, quotas_gpus=self.quotas_gpus)
            total = costs.as_data()["total"]
            for name in ("usd", "energy_mwh", "usd_per_useful_gpu_h", "usd_per_million_tokens"):
                found[f"costs.{name}"] = total[name]
        return found


def repeat_setup(setup: Setup, seeds: int, workers: int, tell: Tell | None) -> Repeated:
    """Replay with each seed."""
    from gigawatt.cluster import repeat

    def told(done: float, count: int) -> None:
        if tell is not None:
            tell(f"simulate: {int(done):,} of {count:,} replays done", 0.95 * done / count)

    return repeat(
        setup.machines,
        setup.jobs if setup.drawn is None else setup.drawn,
        setup.policy,
        failures=setup.failures,
        power=setup.power,
        seed=setup.seed,
        seeds=seeds,
        workers=workers,
        measure=Gathered(setup.prices, setup.power, setup.quotas_gpus),
        progress=told,
        quotas_gpus=setup.quotas_gpus,
        weights=setup.weights,
    )
