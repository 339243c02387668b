"""From a trace to the simulation's jobs, saying what was assumed where the trace is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.readers.trace import Trace
from gigawatt.kernel.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Replay:
    """Jobs to simulate, and the sentences that a result must carry."""

    jobs: Jobs
    notes: tuple[str, ...]


def to_jobs(trace: Trace, *, estimate_factor: float | None = None, **columns: Any) -> Replay:
    """Turn a trace into jobs.

    Parameters
    ----------
    trace
        What a reader or a generator gave.
    estimate_factor
        Where the trace has no estimate, the job's estimate is its true duration times this (> 0). None: the
        true duration itself.
    **columns
        Further columns of :class:`~gigawatt.cluster.jobs.Jobs` (checkpoints, deadlines): numbers or arrays.

    Examples
    --------
    >>> from gigawatt.cluster.generate import lublin
    >>> import numpy as np
    >>> replay = to_jobs(lublin(3, 128, np.random.default_rng(0)), estimate_factor=2.0)
    >>> (replay.jobs.estimate_s / replay.jobs.duration_s).tolist()
    [2.0, 2.0, 2.0]
    """
    if estimate_factor is not None and not (np.isfinite(estimate_factor) and estimate_factor > 0.0):
        seen = f"the factor of estimates is {estimate_factor:g}; allowed: numbers above 0"
        raise InputError(Problem("GW608", seen, "give --estimate-factor 1 or more"))
    factor = 1.0 if estimate_factor is None else estimate_factor
    silent = np.isnan(trace.estimate_s)
    estimate_s = np.where(silent, factor * trace.duration_s, trace.estimate_s)
    jobs = Jobs(
        submit_s=trace.submit_s,
        duration_s=trace.duration_s,
        estimate_s=estimate_s,
        gpus=trace.gpus,
        tenant=trace.tenant,
        priority=trace.priority,
        after=trace.after,
        fails_at_frac=np.where(trace.failed, 1.0, np.inf) if trace.failed.any() else np.inf,
        ids=None if trace.names is None else np.array(trace.names, dtype=object),
        tokens=np.nan if trace.tokens is None else trace.tokens,
        tenants=trace.tenants,
        chip_sets=trace.chip_sets,
        **{**trace.more, **columns},
    )
    return Replay(jobs, (*_estimate_notes(int(silent.sum()), trace.jobs, estimate_factor), *_notes(trace)))


def _estimate_notes(silent: int, jobs: int, factor: float | None) -> list[str]:
    if not silent:
        return []
    which = "no job has an estimate" if silent == jobs else f"{silent:,} of {jobs:,} jobs have no estimate"
    taken = "its true duration was used" if factor is None else f"{factor:g} times its true duration was used"
    return [f"{which}: {taken}"]


def _notes(trace: Trace) -> list[str]:
    said = [f"{count:,} rows left out: {reason}" for reason, count in trace.left_out.items()]
    if trace.malformed:
        said.append(f"{trace.malformed:,} of {trace.rows:,} rows malformed and skipped, as asked")
    if trace.duplicates:
        said.append(f"{trace.duplicates:,} duplicate rows stay in")
    failed = int(trace.failed.sum())
    if failed:
        said.append(f"{failed:,} jobs did not complete: they end without success after their logged duration")
    return [*said, *trace.notes]
