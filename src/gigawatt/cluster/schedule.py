"""What a simulation gives back: when each job ran, what the GPUs did, and the answers drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.jobs import Floats, Ints, Jobs

FUTURE, WAITING, RUNNING, FINISHED, USER_FAILED, OVER_LIMIT, NEVER = 0, 1, 2, 3, 4, 5, 6
STATES = ("future", "waiting", "running", "finished", "user failed", "over limit", "never fits")
"""Names of a job's states, by number."""
FAILED, STRUCK, PREEMPTED, RESIZED, OPEN = 1, 2, 3, 4, 5
RUN_ENDS = ("finished", "failed", "struck", "preempted", "resized", "running")
"""How a run ended, by number: its job did its work; its user's fault or limit; machines broke and it returned
to the queue; taken off for another job, for power or for machines that leave; the job went on with more or
fewer GPUs; not yet."""


@dataclass(frozen=True, slots=True)
class Fates:
    """GPU-hours by what became of them; together they are all that the machines had until the last event."""

    useful: float
    """Work that counted in the end, as GPU time at full speed."""
    user_failed: float
    """Work of jobs that ended by their user's fault or at their time limit."""
    lost: float
    """Work after the last checkpoint, lost to failures."""
    checkpoint: float
    """Standing still to write checkpoints."""
    restart: float
    """From an interruption or a start to the first new step, GPUs held."""
    slowed: float
    """Held beyond what full speed would have needed: spread, power caps."""
    unfinished: float
    """Work of jobs that had not ended when the simulation stopped."""
    down: float
    """Broken, in repair, in quarantine or drained."""
    idle: float
    """Free or kept as spares."""

    @property
    def total(self) -> float:
        """All of them."""
        return float(sum(getattr(self, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Means over equal steps of time; every array has the shape (steps,)."""

    step_s: float
    busy_gpus: Floats
    down_gpus: Floats
    waiting_jobs: Floats
    waiting_gpus: Floats
    """GPUs that the waiting jobs ask for."""
    power_kw: Floats
    """IT power of the machines; zeros where no power was given."""
    stranded_gpus: Floats
    """Free GPUs on nodes that are partly taken (fragmentation); zeros in a pool."""
    in_service_gpus: Floats
    """GPUs that are in service by their date, drained and broken ones included."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Every stretch of time in which a gang held its GPUs, in the order of its end; shape (runs,)."""

    job: Ints
    """Position of the job."""
    start_s: Floats
    end_s: Floats
    gpus: Ints
    node: Ints
    """The lowest-numbered node of the gang; -1 in a pool."""
    part: Ints
    """The part of the machines, an index into ``Schedule.parts``."""
    end: Ints
    """How it ended, an index into :data:`RUN_ENDS`."""


@dataclass(frozen=True, slots=True, eq=False)
class PartAnswer:
    """What became of one part of the machines."""

    name: str
    chip: str
    gpus: int
    in_service: tuple[tuple[float, int], ...]
    """From each time so many GPUs are in service."""
    fates: Fates
    """Work is counted where its job ended: for a job that moved, their sum is exact, not each."""
    curves: Curves


def _gpu_seconds(in_service: tuple[tuple[float, int], ...], first_s: float, last_s: float) -> float:
    """GPU-seconds in service between two times."""
    ends = [at_s for at_s, _ in in_service[1:]] + [np.inf]
    return sum(
        gpus * max(min(end_s, last_s) - max(at_s, first_s), 0.0)
        for (at_s, gpus), end_s in zip(in_service, ends, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """When each job ran; arrays of the shape (jobs,), in their order; times not reached are NaN."""

    jobs: Jobs
    policy: str
    gpus: int
    """GPUs of the machines."""
    start_s: Floats
    """Start of the last run."""
    end_s: Floats
    first_start_s: Floats
    wait_s: Floats
    """Time in the queue, over all its stays there."""
    restarts: Ints
    """Interruptions by failures."""
    preemptions: Ints
    state: NDArray[np.int8]
    """Index into :data:`STATES`."""
    busy_kwh: Floats | None
    """Energy drawn by the GPUs that the job held; None where no power was given."""
    work_gpu_s: Floats
    """GPU time at full speed of the work of jobs that ended by themselves, good or bad; 0 for the others."""
    fates: Fates
    curves: Curves
    runs: Runs
    parts: tuple[PartAnswer, ...]
    """Each part of the machines by itself; one where they are all alike."""
    failures: int
    """Failures that struck, whether or not a job was there."""
    events: int
    """Events of all kinds that were handled."""
    decisions: int
    """Calls of the policy."""
    refused: int
    """Actions of the policy that could not be carried out."""
    over_budget_kwh: float
    """Energy drawn beyond the power budget, which serving and idling alone exceeded."""
    end_of_simulation_s: float
    wall_s: float
    """Wall-clock time that the simulation took."""
    notes: tuple[str, ...] = ()
    """What was assumed where the jobs did not say."""

    @property
    def finished(self) -> NDArray[np.bool_]:
        """Which jobs did their work."""
        return np.asarray(self.state == FINISHED)

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Which jobs came to an end, good or bad."""
        return np.asarray((self.state >= FINISHED) & (self.state <= OVER_LIMIT))

    @property
    def jct_s(self) -> Floats:
        """Completion times: end minus submission; NaN where a job has not ended."""
        return self.end_s - self.jobs.submit_s

    @property
    def in_time(self) -> NDArray[np.bool_]:
        """Which jobs did their work by their deadline; those without one by any time."""
        return np.asarray(self.finished & (self.end_s <= self.jobs.deadline_s))

    @property
    def makespan_s(self) -> float:
        """From the first submission to the last end."""
        if not self.ended.any():
            return 0.0
        return float(np.nanmax(self.end_s) - self.jobs.submit_s[0])

    @property
    def utilisation_frac(self) -> float:
        """GPU time held by jobs, over what the machines had from the first submission to the last end.

        Of jobs that still ran when the simulation stopped, the end is that time.
        """
        first_s = self.jobs.submit_s[0] if len(self.jobs) else 0.0
        last_s = max(first_s + self.makespan_s, self.runs.end_s.max(initial=0.0))
        available = sum(_gpu_seconds(p.in_service, first_s, last_s) for p in self.parts)
        held = float(((self.runs.end_s - self.runs.start_s) * self.runs.gpus).sum())
        return held / available if available > 0.0 else 0.0

    @property
    def goodput_frac(self) -> float:
        """Useful GPU time over GPU time held by jobs."""
        f = self.fates
        held = f.total - f.down - f.idle
        return f.useful / held if held > 0.0 else 0.0

    @property
    def done_tokens(self) -> Floats:
        """Tokens of the jobs that did their work, 0 for the others; NaN where a job's are not told."""
        return np.where(np.isnan(self.jobs.tokens), np.nan, np.where(self.finished, self.jobs.tokens, 0.0))

    def fairness(self) -> dict[str, float]:
        """Jain's index of the tenants' slow-downs, and the greatest over the mean of them.

        The slow-down of a job is its completion time over its duration (finish-time ratio against an empty
        cluster); a tenant's is the mean over its finished jobs.
        """
        done = self.finished
        ratio = (self.jct_s / self.jobs.duration_s)[done]
        count = np.bincount(self.jobs.tenant[done], minlength=len(self.jobs.tenants))
        total = np.bincount(self.jobs.tenant[done], weights=ratio, minlength=len(self.jobs.tenants))
        mean = total[count > 0] / count[count > 0]
        if not mean.size:
            return {"jain": 1.0, "worst_over_mean": 1.0}
        jain = float(mean.sum() ** 2 / (mean.size * (mean**2).sum()))
        return {"jain": jain, "worst_over_mean": float(mean.max() / mean.mean())}

    def summary(self) -> dict[str, Any]:
        """The answers on one page: the keys of ``gigawatt replay --json``."""
        result: dict[str, Any] = {"jobs": len(self.jobs), **self._of(np.ones(len(self.jobs), dtype=bool))}
        result["makespan_s"] = self.makespan_s
        result["utilisation_frac"] = self.utilisation_frac
        result["goodput_frac"] = self.goodput_frac
        due = np.isfinite(self.jobs.deadline_s)
        if due.any():
            result["deadlines"] = int(due.sum())
            result["deadlines_missed"] = int((due & ~self.in_time).sum())
        tokens = result["tokens"]
        told = tokens is not None and self.makespan_s > 0.0
        result["tokens_per_s"] = tokens / self.makespan_s if told else None
        result["events"] = self.events
        result["wall_s"] = self.wall_s
        result["tenants"] = {
            name: {"jobs": int(mine.sum()), **self._of(mine)}
            for i, name in enumerate(self.jobs.tenants)
            if (mine := self.jobs.tenant == i).any()
        }
        return result

    def _of(self, mine: NDArray[np.bool_]) -> dict[str, Any]:
        jct = self.jct_s[mine & self.ended]
        started = mine & ~np.isnan(self.first_start_s)
        held = np.bincount(
            self.runs.job,
            weights=(self.runs.end_s - self.runs.start_s) * self.runs.gpus,
            minlength=len(self.jobs),
        )
        tokens = self.done_tokens[mine]
        return {
            "finished": int((mine & self.finished).sum()),
            "mean_jct_s": float(jct.mean()) if jct.size else None,
            "p99_jct_s": float(np.percentile(jct, 99)) if jct.size else None,
            "mean_wait_s": float(self.wait_s[started].mean()) if started.any() else None,
            "preemptions": int(self.preemptions[mine].sum()),
            "gpu_hours": float(held[mine].sum()) / 3600.0,
            "tokens": None if np.isnan(tokens).all() else float(np.nansum(tokens)),
        }

    def __repr__(self) -> str:
        s = self.summary()
        jct = "none ended" if s["mean_jct_s"] is None else f"mean JCT {s['mean_jct_s']:,.0f} s"
        return (
            f"Schedule({self.policy}: {s['finished']:,} of {s['jobs']:,} jobs finished, {self.gpus:,} GPUs, "
            f"{jct}, utilisation {s['utilisation_frac']:.1%}, goodput {s['goodput_frac']:.1%})"
        )
