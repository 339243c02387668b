"""From the simulation's jobs back to a trace, so that they can be written in any format."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.readers.trace import Trace


def trace_of(jobs: Jobs, *, source: str = "jobs", start_s: float = 0.0, stamped: bool = False) -> Trace:
    """Lay jobs out as a trace.

    Parameters
    ----------
    jobs
        At least one.
    source
        Name of where they come from.
    start_s
        Time of the first submission, s: since 1970-01-01 UTC where ``stamped``.
    stamped
        Whether ``start_s`` is a calendar time.

    Notes
    -----
    Checkpoints have no place in a trace and are left out. A job that fails by its user's fault has the
    duration after which it does, and the tokens that it works off until then.

    Examples
    --------
    >>> trace_of(Jobs([0, 60], [10, 20], gpus=[8, 1], fails_at_frac=[0.5, np.inf])).duration_s.tolist()
    [5.0, 20.0]
    """
    count = len(jobs)
    failed = jobs.fails_at_frac <= 1.0
    share = np.where(failed, np.minimum(jobs.fails_at_frac, 1.0), 1.0)
    first = float(jobs.submit_s[0]) if count else 0.0
    plain = np.array_equal(jobs.ids, np.arange(count))
    return Trace(
        source=source,
        form="jobs",
        submit_s=_frozen(jobs.submit_s - first),
        duration_s=_frozen(jobs.duration_s * share),
        gpus=_frozen(jobs.gpus.copy()),
        tenant=_frozen(jobs.tenant.copy()),
        tenants=jobs.tenants,
        estimate_s=_frozen(jobs.estimate_s.copy()),
        priority=_frozen(jobs.priority.copy()),
        failed=_frozen(failed),
        after=_frozen(jobs.after.copy()),
        tokens=None if np.isnan(jobs.tokens).all() else _frozen(jobs.tokens * share),
        more=MappingProxyType(
            {
                name: _frozen(_shifted(jobs, name, first))
                for name, silent in _silent(jobs).items()
                if not silent
            }
        ),
        chip_sets=jobs.chip_sets,
        names=None if plain else tuple(str(name) for name in jobs.ids),
        start_s=start_s + first,
        stamped=stamped,
        rows=count,
    )


def _shifted(jobs: Jobs, name: str, first_s: float) -> Any:
    """A column, times counted from the first submission on."""
    values = getattr(jobs, name)
    return values - first_s if name in {"deadline_s", "reserved_s"} else values.copy()


def _silent(jobs: Jobs) -> dict[str, bool]:
    """For each further column whether it says nothing."""
    return {
        "min_gpus": np.array_equal(jobs.min_gpus, jobs.gpus),
        "max_gpus": np.array_equal(jobs.max_gpus, jobs.gpus),
        "deadline_s": bool(np.isinf(jobs.deadline_s).all()),
        "reserved_s": bool(np.isinf(jobs.reserved_s).all()),
        "limit_s": bool(np.isinf(jobs.limit_s).all()),
        "serving": not jobs.serving.any(),
        "chip_set": jobs.chip_sets == ((),),
    }


def _frozen(array: Any) -> Any:
    array.setflags(write=False)
    return array
