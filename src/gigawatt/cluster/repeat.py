"""The same simulation with several seeds: means with their intervals, and percentiles over the seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.failures import Failures
from gigawatt.cluster.jobs import Floats, Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.policies.base import Decide, Policy
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.schedule import Schedule
from gigawatt.cluster.simulate import simulate
from gigawatt.kernel.processes import in_processes
from gigawatt.kernel.student import t_quantile

Draw = Callable[[int], Jobs]
"""Draws the jobs of a seed."""
Scalars = Mapping[str, float | None]
Told = Callable[[float, int], None]
"""Called now and then with the replays done (parts of one included) and their number."""

INSIDE_FRAC = 0.95
"""Probability with which an interval holds the mean."""
ALL_ALIKE = (
    "nothing here depends on the seed (no failures, no generated jobs): one replay stands for all, "
    "and there is no interval"
)


@dataclass(frozen=True, slots=True)
class Spread:
    """One answer over the seeds."""

    count: int
    """Replays that have this answer."""
    mean: float | None
    sd: float | None
    """Standard deviation over the seeds, of a sample (n - 1); None where fewer than two have the answer."""
    low: float | None
    """Low end of the 95 % interval of the mean; None where fewer than two have the answer, or all that have
    it have the same: how it would vary is then not known."""
    high: float | None
    p10: float | None
    """Percentiles over the seeds, interpolated between the nearest ones."""
    p50: float | None
    p90: float | None


def spread(values: Floats) -> Spread:
    r"""Describe one answer over independent seeds.

    .. math:: \bar x \pm t_{0.975,\,n-1}\,\frac{s}{\sqrt n}

    Parameters
    ----------
    values
        One a seed, shape (seeds,); NaN where a replay has no such answer.

    Notes
    -----
    The interval is of the mean, not of a single run; percentiles are of single runs. Student's t is exact for
    normal values and close for means of many jobs; a heavy tail (p99) with few seeds is covered less often.

    References
    ----------
    Student, "The probable error of a mean", Biometrika 6 (1908) 1-25.

    Examples
    --------
    >>> found = spread(np.array([1.0, 2.0, 3.0]))
    >>> found.mean, found.sd, round(found.low, 3), round(found.high, 3), round(found.p90, 3)
    (2.0, 1.0, -0.484, 4.484, 2.8)
    """
    has = values[~np.isnan(values)]
    n = has.size
    if not n:
        return Spread(0, None, None, None, None, None, None, None)
    mean = float(has.mean())
    p10, p50, p90 = (float(p) for p in np.percentile(has, (10.0, 50.0, 90.0)))
    if n < 2:
        return Spread(n, mean, None, None, None, p10, p50, p90)
    if has.min() == has.max():
        return Spread(n, float(has[0]), 0.0, None, None, p10, p50, p90)
    sd = float(has.std(ddof=1))
    half = t_quantile(INSIDE_FRAC, n - 1) * sd / math.sqrt(n)
    return Spread(n, mean, sd, mean - half, mean + half, p10, p50, p90)


def scalars(schedule: Schedule) -> dict[str, float | None]:
    """Return the single numbers among a schedule's answers, by the names that ``gigawatt replay`` gives them.

    A dot stands between an answer and its part: ``gpu_hours_by_fate.lost``.

    Examples
    --------
    >>> done = simulate(Machines.pool(8), Jobs([0, 0], [60, 60], gpus=[6, 6]), "fifo")
    >>> found = scalars(done)
    >>> found["makespan_s"], found["mean_wait_s"], found["fairness.jain"]
    (120.0, 30.0, 1.0)
    """
    summary = schedule.summary()
    found = {n: v for n, v in summary.items() if v is None or isinstance(v, int | float)}
    del found["wall_s"]  # of the machine that simulates, not of the cluster
    found["failures"] = schedule.failures
    fates = schedule.fates
    found |= {f"gpu_hours_by_fate.{name}": getattr(fates, name) for name in fates.__slots__}
    found |= {f"fairness.{name}": value for name, value in schedule.fairness().items()}
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Repeated:
    """What several seeds gave."""

    first: Schedule
    """The schedule of the first seed."""
    seeds: tuple[int, ...]
    values: Mapping[str, Floats]
    """For each answer one number a seed, shape (seeds,); NaN where a replay has no such answer."""
    notes: tuple[str, ...] = ()

    def spread(self, name: str) -> Spread:
        """Describe one answer over the seeds."""
        return spread(self.values[name])

    def summary(self) -> dict[str, Any] | None:
        """``count``, and each answer's spread, parts under their answer; None where there is one seed."""
        if len(self.seeds) < 2:
            return None
        told: dict[str, Any] = {"count": len(self.seeds)}
        for name in self.values:
            place = told
            *above, last = name.split(".")
            for part in above:
                place = place.setdefault(part, {})
            place[last] = asdict(self.spread(name))
        return told

    def __repr__(self) -> str:
        if len(self.seeds) < 2:
            return f"Repeated(one seed, {self.seeds[0]}; {'; '.join(self.notes)})"
        which = f"{len(self.seeds)} seeds, {self.seeds[0]} to {self.seeds[-1]}"
        lines = [f"Repeated({which}; mean, 95 % interval)"]
        for name in self.values:
            s = self.spread(name)
            if s.mean is not None:
                ends = "" if s.low is None or s.high is None else f"  {s.low:,.6g} to {s.high:,.6g}"
                lines.append(f"  {name:<32} {s.mean:,.6g}{ends}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Case:
    """All of a simulation but its seed; it crosses to other processes."""

    machines: Machines | Sequence[Machines]
    jobs: Jobs | Draw
    policy: Policy | Decide | str
    failures: Failures | Sequence[Failures | None] | None
    power: PowerBudget | Sequence[PowerBudget | None] | None
    options: Mapping[str, Any]
    measure: Callable[[Schedule], Scalars]

    def run(self, seed: int, progress: Callable[[int, int, float], None] | None = None) -> Schedule:
        jobs = self.jobs if isinstance(self.jobs, Jobs) else self.jobs(seed)
        return simulate(
            self.machines,
            jobs,
            self.policy,
            self.failures,
            self.power,
            seed,
            progress=progress,
            **self.options,
        )

    def measured(self, seed: int) -> dict[str, float | None]:
        return dict(self.measure(self.run(seed)))

    def others(
        self, seeds: tuple[int, ...], workers: int, tell: Callable[[float], None]
    ) -> Generator[tuple[int, dict[str, float | None]]]:
        """Give the seeds after the first, by position, as they are done."""
        if workers > 1:
            yield from in_processes(self.measured, seeds, workers)
            return
        for i, seed in enumerate(seeds):

            def within(ended: int, of: int, _now_s: float, before: int = i + 1) -> None:
                tell(before + ended / max(of, 1))

            done = self.run(seed, within)
            yield i, dict(self.measure(done))


def repeat(
    machines: Machines | Sequence[Machines],
    jobs: Jobs | Draw,
    policy: Policy | Decide | str,
    failures: Failures | Sequence[Failures | None] | None = None,
    power: PowerBudget | Sequence[PowerBudget | None] | None = None,
    seed: int = 0,
    *,
    seeds: int = 10,
    workers: int = 1,
    measure: Callable[[Schedule], Scalars] = scalars,
    progress: Told | None = None,
    **options: Any,
) -> Repeated:
    """Simulate with the seeds ``seed`` to ``seed + seeds - 1`` and gather each answer.

    Parameters
    ----------
    machines, policy, failures, power
        As in :func:`~gigawatt.cluster.simulate`.
    jobs
        The same jobs for all seeds, or a function that draws those of a seed.
    seed
        The first one.
    seeds
        How many, from 2.
    workers
        Processes for the seeds after the first, which runs here. The results are the same for any number.
        Beyond 1, what is given must be such that it can be pickled, and a script of one's own needs
        ``if __name__ == "__main__":`` around what it does.
    measure
        Draws the numbers to be gathered from a schedule. Default: :func:`scalars`.
    progress
        Told of replays done, and of how many there are.
    **options
        Further options of :func:`~gigawatt.cluster.simulate` (quotas, weights, ``until_s``).

    Returns
    -------
    Repeated
        With one seed and a note where nothing depends on the seed: the same jobs, and nothing fails.

    Notes
    -----
    One schedule at a time is held in each process, and the first one.

    Examples
    --------
    The mean time in a queue with one server at half load, 2 s in theory:

    >>> def draw(seed: int) -> Jobs:
    ...     rng = np.random.default_rng(seed)
    ...     return Jobs(rng.exponential(2.0, 2000).cumsum(), rng.exponential(1.0, 2000))
    >>> found = repeat(Machines.pool(1), draw, "fifo", seeds=8).spread("mean_jct_s")
    >>> round(found.low, 2), round(found.mean, 2), round(found.high, 2)
    (1.84, 1.93, 2.02)
    """
    if seeds < 2 or workers < 1:
        raise ValueError(f"{seeds} seeds and {workers} workers; allowed: from 2 seeds and 1 worker")
    case = _Case(machines, jobs, policy, failures, power, options, measure)
    several = failures if isinstance(failures, Sequence) else (failures,)
    fails = any(each is not None and each.rate_per_gpu_h > 0.0 for each in several)
    alike = isinstance(jobs, Jobs) and not fails
    chosen = (seed,) if alike else tuple(range(seed, seed + seeds))
    count = len(chosen)

    def tell(done: float) -> None:
        if progress is not None:
            progress(done, count)

    # The first one runs here: a mistake is then told once, and others find its compiled code.
    first = case.run(seed, lambda ended, of, _now_s: tell(ended / max(of, 1)))
    found = [dict(measure(first))]
    tell(1.0)
    found += [{} for _ in chosen[1:]]
    with closing(case.others(chosen[1:], workers, tell)) as others:
        for done, (i, told) in enumerate(others, 2):
            found[i + 1] = told
            tell(float(done))
    return Repeated(first, chosen, _columns(found), (ALL_ALIKE,) if alike else ())


def _columns(found: list[dict[str, float | None]]) -> dict[str, Floats]:
    """Each answer over the seeds; one that no replay has is left out."""
    names = list(dict.fromkeys(name for one in found for name in one if one[name] is not None))
    return {
        name: np.array(
            [math.nan if (v := one.get(name)) is None else float(v) for one in found], dtype=np.float64
        )
        for name in names
    }
