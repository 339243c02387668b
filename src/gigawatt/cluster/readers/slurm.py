"""What Slurm's ``sacct`` prints with ``--parsable2``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.sort import NO_TENANT, Columns, finish
from gigawatt.cluster.readers.text import header, load, read_words, refuse
from gigawatt.cluster.readers.trace import Bools, Floats, Limits, Trace

COMMAND = (
    "sacct -a -X -P --format=JobID,Account,User,Submit,ElapsedRaw,Timelimit,AllocTRES,ReqTRES,Priority,State"
)
"""The command whose output is read."""
_WANTED = (
    "JobID", "JobIDRaw", "Account", "User", "Submit", "ElapsedRaw", "Elapsed", "TimelimitRaw", "Timelimit",
    "AllocTRES", "ReqTRES", "Priority", "State",
)  # fmt: skip
_ELAPSED = r"^(?:(?P<d>[0-9]{1,6})-)?(?:(?P<h>[0-9]{1,6}):)?(?P<m>[0-9]{1,6}):(?P<s>[0-9]{1,6}(?:\.[0-9]+)?)$"
_NO_LIMIT = ("", "UNLIMITED", "PARTITION_LIMIT", "INVALID", "UNKNOWN", "NONE")
_GOOD_END = "COMPLETED"
_NOT_ENDED = ("PENDING", "RUNNING", "REQUEUED", "RESIZING", "SUSPENDED", "CONFIGURING", "COMPLETING")
_STATES = (
    _GOOD_END, *_NOT_ENDED, "BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY",
    "PREEMPTED", "REVOKED", "SPECIAL_EXIT", "STOPPED", "TIMEOUT",
)  # fmt: skip
STEP, UNENDED, NO_GPU = "a step of a job", "has not ended", "asked for no GPU"


def read_sacct(path: Path, *, skip_malformed: bool = False, limits: Limits | None = None) -> Trace:
    """Read Slurm's accounting.

    Columns, in any order: ``JobID``, ``Submit``, ``ElapsedRaw`` (s) or
    ``Elapsed`` (D-HH:MM:SS), GPUs in ``AllocTRES`` or ``ReqTRES``
    (``gres/gpu=8``, or the sum of typed ones); and where they are there
    ``Account`` or ``User`` (tenant), ``TimelimitRaw`` (min) or ``Timelimit``
    (estimate), ``Priority`` (Slurm's larger ones go first), ``State``. Steps
    (``123.batch``), jobs without a GPU and jobs that have not ended are left
    out and counted. A state other than COMPLETED ends the job, after the time
    that it ran for, without completing it.

    Parameters
    ----------
    path
        Output of :data:`COMMAND`; gzip is unpacked.
    skip_malformed
        Leave malformed rows out instead of refusing the file.
    limits
        Largest sizes; default :class:`Limits`.

    Raises
    ------
    InputError
        GW601 to GW607; see docs/reference/traces.md.
    """
    bounds = limits or Limits()
    data = load(path, bounds)
    found = header(data, "|")
    _check_header(found, path)
    rows = read_words(data, path, bounds, delimiter="|", wanted=_WANTED, quoted=False)
    return finish(rows, _columns(rows), path=path, form="slurm", skip_malformed=skip_malformed)


def _check_header(found: list[str], path: Path) -> None:
    either = (("JobID", "JobIDRaw"), ("Submit",), ("ElapsedRaw", "Elapsed"), ("AllocTRES", "ReqTRES"))
    missing = [names[0] for names in either if not any(name in found for name in names)]
    if missing:
        seen = f"the first line has no column {', '.join(missing)}; it has {', '.join(found)[:200]}"
        raise refuse("GW604", seen, f"write the trace with: {COMMAND}", path, 1)


def _columns(rows: Rows) -> Columns:
    import pyarrow.compute as pc

    have = rows.columns
    names = rows.names("JobID" if "JobID" in have else "JobIDRaw")
    step = _bools(pc.match_substring_regex(names, r"\.[A-Za-z0-9]+$"))
    state, known = _state(rows)
    if state is not None:
        rows.mark(~known & ~step, "a state of Slurm", "State")
    ended = np.ones(len(rows), dtype=bool) if state is None else ~_bools(_is_in(state, _NOT_ENDED))
    skip = step | ~ended
    gpus = _gpus(rows)
    submit_s, stamped = rows.times("Submit", optional=True)
    rows.mark(np.isnan(submit_s) & ~skip & ~rows.bad, "a time", "Submit")
    tenant = next((n for n in ("Account", "User") if n in have), None)
    priority = rows.numbers("Priority", low=0, high=2**53, optional=True) if "Priority" in have else None
    failed = None if state is None else ended & ~_bools(pc.equal(state, _GOOD_END))
    return Columns(
        submit_s=submit_s,
        stamped=stamped,
        duration_s=_elapsed(rows, skip),
        gpus=gpus,
        tenant=rows.names(tenant, empty=NO_TENANT) if tenant else None,
        estimate_s=_limit(rows),
        priority=None if priority is None else -priority,
        failed=failed,
        names=names,
        leave_out={STEP: step, UNENDED: ~ended, NO_GPU: ~(gpus > 0)},
        notes=() if stamped else ("Submit holds plain numbers, taken as seconds",),
    )


def _state(rows: Rows) -> tuple[Any, Bools]:
    """Return each row's state without details ('CANCELLED by 1000'), and whether Slurm has such a state."""
    import pyarrow.compute as pc

    if "State" not in rows.columns:
        return None, np.ones(len(rows), dtype=bool)
    state = pc.utf8_upper(pc.replace_substring_regex(rows.names("State"), r"[ +].*$", ""))
    return state, _bools(_is_in(state, _STATES))


def _gpus(rows: Rows) -> Floats:
    """GPUs of ``AllocTRES``; where nothing was allocated, of ``ReqTRES``; 0 where there are none."""
    found = np.zeros(len(rows))
    for column in ("AllocTRES", "ReqTRES"):
        if column in rows.columns:
            words = rows.words(column)
            here = _one_gpu_number(words)
            here = np.where(np.isnan(here), _typed_gpus(words), here)
            found = np.where(found > 0.0, found, here)
            rows.mark(found > rows.limits.max_gpus, f"at most {rows.limits.max_gpus:,} GPUs", column)
    return found


def _one_gpu_number(words: Any) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    got = pc.struct_field(pc.extract_regex(words, r"(?:^|,)gres/gpu=(?P<n>[0-9]{1,9})(?:,|$)"), "n")
    return np.asarray(pc.fill_null(got.cast(pa.float64()), np.nan), dtype=np.float64)


def _typed_gpus(words: Any) -> Floats:
    """Sum ``gres/gpu:h100=4,gres/gpu:a100=2``; only where there are such words, one by one."""
    import re

    import pyarrow.compute as pc

    total = np.zeros(len(words))
    for index in np.flatnonzero(_bools(pc.match_substring(words, "gres/gpu:"))):
        text = words[int(index)].as_py()
        total[index] = sum(float(n) for n in re.findall(r"(?:^|,)gres/gpu:[^=,]+=([0-9]{1,9})(?=,|$)", text))
    return total


def _elapsed(rows: Rows, skip: Bools) -> Floats:
    most = rows.limits.max_time_s
    if "ElapsedRaw" in rows.columns:
        read = rows.numbers("ElapsedRaw", low=0.0, high=most, optional=True)
        rows.mark(np.isnan(read) & ~skip & ~rows.bad, "a number of seconds", "ElapsedRaw")
        return read
    return _clock_times(rows, "Elapsed", wrong=lambda unread, _: unread & ~skip)


def _limit(rows: Rows) -> Floats | None:
    if "TimelimitRaw" in rows.columns:
        import pyarrow.compute as pc

        known = _bools(pc.match_substring_regex(rows.words("TimelimitRaw"), r"^[0-9]{1,9}(\.[0-9]+)?$"))
        words = pc.if_else(known, rows.words("TimelimitRaw"), "nan")
        minutes = np.asarray(words.cast("double"), dtype=np.float64)
        return np.where(minutes > 0.0, 60.0 * minutes, np.nan)
    if "Timelimit" in rows.columns:
        read = _clock_times(rows, "Timelimit", wrong=lambda unread, nothing: unread & ~nothing)
        return np.where(read > 0.0, read, np.nan)
    return None


def _clock_times(rows: Rows, column: str, wrong: Callable[[Bools, Bools], Bools]) -> Floats:
    """Read D-HH:MM:SS; ``wrong`` chooses what is malformed from the unread and those that say nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = rows.words(column)
    parts = pc.extract_regex(words, _ELAPSED)
    unread = _bools(pc.is_null(parts))
    total = np.zeros(len(rows))
    for name, seconds in (("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)):
        part = pc.struct_field(parts, name)
        part = pc.if_else(pc.equal(pc.utf8_length(part), 0), "0", part)
        total += seconds * np.asarray(pc.fill_null(part.cast(pa.float64()), 0.0), dtype=np.float64)
    nothing = _bools(_is_in(pc.utf8_upper(words), _NO_LIMIT))
    unread |= total > rows.limits.max_time_s
    rows.mark(wrong(unread, nothing), "a time such as 1-02:03:04", column)
    return np.where(unread, np.nan, total)


def _is_in(words: Any, listed: tuple[str, ...]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(words, value_set=pa.array(listed, pa.string()))


def _bools(values: Any) -> Bools:
    return np.asarray(values, dtype=bool)
