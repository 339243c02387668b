"""What a gang's start and end take beyond its work, learnt from jobs whose work was known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.cluster.jobs import Floats, Ints
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live import transitions as t
from gigawatt.live.twin.history import history_of
from gigawatt.live.twin.journal import Recording
from gigawatt.live.twin.record import NOT_TOLD_S

_LEAST_RUNS = 5
"""Two numbers are learnt; the others tell how far off they are."""


@dataclass(frozen=True, slots=True)
class StartTimes:
    """Time for which a gang of g GPUs is held beyond its work: ``gang_s + gpu_s * g``."""

    gang_s: float
    gpu_s: float
    """For each of its ranks."""
    runs: int
    """From how many it was learnt."""
    error_s: float
    """Root mean square of what these were off."""

    def of(self, gpus: Ints) -> Floats:
        """Return it for gangs of so many GPUs, in seconds.

        >>> StartTimes(0.03, 0.004, runs=20, error_s=0.005).of(np.array([1, 16])).tolist()
        [0.034, 0.094]
        """
        return np.asarray(self.gang_s + self.gpu_s * gpus, dtype=np.float64)


def learn(recording: Recording) -> StartTimes:
    """Fit it by least squares to the jobs that finished in one run and had been given an estimate.

    These are to be probes: jobs that work for exactly as long as their estimates say, such as ``sleep``.

    Parameters
    ----------
    recording
        The journal of a cluster on the same machines.

    Raises
    ------
    InputError
        GW859: fewer than five such jobs, or they took no longer than their estimates.
    """
    history = history_of(recording)
    probes = [
        number
        for number, job in history.jobs.items()
        if job.state == t.FINISHED
        and job.spec.estimate_s != NOT_TOLD_S
        and len(history.stretches[number]) == 1
    ]
    remedy = (
        "record probes, jobs that work for exactly as long as their estimates say: --estimate 1s -- sleep 1"
    )
    where = str(recording.folder)
    if len(probes) < _LEAST_RUNS:
        seen = f"of jobs with an estimate {len(probes)} finished in one run; {_LEAST_RUNS} are needed"
        raise InputError(Problem("GW859", seen, remedy, file=where))
    specs = [history.jobs[number].spec for number in probes]
    gpus = np.array([spec.gpus for spec in specs])
    beyond_s = np.array([history.ordered_s[n] for n in probes]) - [spec.estimate_s for spec in specs]
    terms = np.column_stack([np.ones(len(probes)), gpus])
    if np.ptp(gpus) == 0:
        terms[:, 1] = 0.0  # of one size: what a rank takes cannot be told from what a gang takes
    (gang_s, gpu_s), *_ = np.linalg.lstsq(terms, beyond_s)
    found = StartTimes(
        float(gang_s),
        float(gpu_s),
        len(probes),
        float(np.sqrt(np.mean((terms @ (gang_s, gpu_s) - beyond_s) ** 2))),
    )
    shortest_s = float(found.of(gpus).min())
    if shortest_s <= 0.0:
        seen = f"jobs took no longer than their estimates (a start, by them, {shortest_s:.3g} s)"
        raise InputError(Problem("GW859", seen, remedy, file=where))
    return found
