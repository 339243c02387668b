"""A read trace: one value of plain arrays, sorted by submission and then by position in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.errors import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

YEAR_S = 365.0 * 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What an untrusted file may ask for; a value beyond it makes its row malformed, or the file refused."""

    max_bytes: int = 4 * 2**30
    """Largest file, after unpacking, bytes."""
    max_rows: int = 20_000_000
    """Most rows; ten million jobs are a large cluster's year."""
    max_gpus: int = 10_000_000
    """Most GPUs that one job may ask for."""
    max_time_s: float = 100.0 * YEAR_S
    """Longest duration, estimate or relative time, s."""
    max_tokens: float = 1e18
    """Most tokens of one job; the largest runs have some 1e14."""
    tokens_per_gpu_s: tuple[float, float] = (1e-9, 1e9)
    """Slowest and fastest that one GPU may work off tokens, tokens/s."""
    max_name: int = 200
    """Longest name of a job or tenant, characters."""
    max_tenants: int = 100_000
    """Most tenants."""
    shown: int = 20
    """Malformed rows that are described; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Jobs as a file tells them. Every array has one entry a job and is read-only."""

    source: str
    """Name of the file or generator."""
    form: str
    """Format: philly, slurm, swf, parquet, csv or generated."""
    submit_s: Floats
    """Submission, seconds after the first one; ascending."""
    duration_s: Floats
    """Time that the job ran for, s."""
    gpus: Ints
    """GPUs of the gang (processors in a format that knows no GPUs)."""
    tenant: Ints
    """Index into ``tenants``."""
    tenants: tuple[str, ...]
    estimate_s: Floats
    """What its user said it would take, s; NaN where nothing was said."""
    priority: Ints
    """Smaller numbers first; 100 where nothing was said."""
    failed: Bools
    """Ended without completing: failed, was cancelled or ran out of time."""
    after: Ints
    """Index of the job that must end before; -1 where there is none."""
    tokens: Floats | None = None
    """Tokens that a job works off in its duration; NaN where nothing was said, None where no job has any."""
    more: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Further columns of :class:`~gigawatt.cluster.jobs.Jobs`, by their names there."""
    chip_sets: tuple[tuple[str, ...], ...] = ((),)
    """Sets of kinds of chip, to which the column ``chip_set`` points."""
    names: tuple[str, ...] | None = None
    """The file's own job names; None where it has none."""
    start_s: float = 0.0
    """Time of the first submission: since 1970-01-01 UTC where ``stamped``, else on the file's own clock."""
    stamped: bool = False
    """Whether the file has calendar times (taken as UTC where it names no zone)."""
    rows: int = 0
    """Rows in the file, empty lines and comments apart."""
    malformed: int = 0
    """Rows that were skipped because they make no sense."""
    problems: tuple[Problem, ...] = ()
    """The first malformed rows, each with its line."""
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Well-formed rows that are not jobs to replay, counted by reason."""
    notes: tuple[str, ...] = ()
    """How the file was read where it leaves room."""

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return len(self.submit_s)

    @property
    def estimates(self) -> int:
        """Jobs whose user gave an estimate."""
        return int(np.isfinite(self.estimate_s).sum())

    @property
    def duplicates(self) -> int:
        """Rows that repeat another one's submission, duration, size and tenant; they stay in the trace."""
        if self.jobs == 0:
            return 0
        keys = (self.tenant, self.gpus, self.duration_s, self.submit_s)
        order = np.lexsort(keys)
        same = np.ones(self.jobs - 1, dtype=bool)
        for key in keys:
            ordered = key[order]
            same &= ordered[1:] == ordered[:-1]
        return int(same.sum())

    @property
    def gpu_hours(self) -> float:
        """GPU-hours of all jobs."""
        return float(self.gpus @ self.duration_s) / 3600.0

    @property
    def span_s(self) -> float:
        """From the first submission to the last, s."""
        return float(self.submit_s[-1]) if self.jobs else 0.0

    def __repr__(self) -> str:
        lines = [
            f"Trace {self.source} ({self.form}): {self.jobs:,} jobs of {len(self.tenants):,} tenants",
            f"  {self.gpu_hours:,.0f} GPU-hours over {self.span_s / 86_400.0:,.1f} days of submissions",
            f"  {self.estimates:,} with an estimate; {self.duplicates:,} duplicate rows kept",
        ]
        if self.tokens is not None:
            told = self.tokens[np.isfinite(self.tokens)]
            lines.append(f"  {told.size:,} with tokens, {told.sum():,.4g} in all")
        if self.malformed:
            lines.append(f"  {self.malformed:,} of {self.rows:,} rows malformed and skipped")
        lines += [f"  {count:,} rows left out: {reason}" for reason, count in self.left_out.items()]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])
