"""The Standard Workload Format of the Parallel Workloads Archive."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.sort import Columns, finish
from gigawatt.cluster.readers.text import check_text, load, read_words
from gigawatt.cluster.readers.trace import Limits, Trace

FIELDS = (
    "job", "submit", "wait", "run", "allocated", "cpu", "memory", "requested", "estimate", "requested_memory",
    "status", "user", "group", "application", "queue", "partition", "preceding", "think",
)  # fmt: skip
"""The eighteen fields, in their order."""

_WANTED = (
    "job",
    "submit",
    "run",
    "allocated",
    "requested",
    "estimate",
    "status",
    "user",
    "group",
    "preceding",
)
_COMMENT = re.compile(rb"(?m)^[ \t]*;[^\n]*$")
_SPACES = re.compile(rb"[ \t]{2,}|\t")
_EDGES = re.compile(rb"(?m)^ +| +\r?$|\r$")
_START = re.compile(rb"(?mi)^[ \t]*;[ \t]*UnixStartTime:[ \t]*([0-9]{1,10})[ \t]*\r?$")
_NEVER_RAN = "never ran (its run time or its processors are unknown)"


def read_swf(path: Path, *, skip_malformed: bool = False, limits: Limits | None = None) -> Trace:
    """Read a trace in Standard Workload Format, version 2.

    Processors stand for GPUs: allocated ones (field 5), else requested ones
    (field 8). The group (field 13) is the tenant, else the user (field 12).
    The requested time (field 9) is the estimate. A job of status 0 or 5
    (failed, cancelled) ran for as long as it says, and then ended without
    completing. A preceding job (field 17) must end before; its think time is
    not read. -1 means unknown. Where the header has ``UnixStartTime``, times
    are calendar times.

    Parameters
    ----------
    path
        The file; gzip is unpacked, as the archive packs it.
    skip_malformed
        Leave malformed rows out instead of refusing the file.
    limits
        Largest sizes; default :class:`Limits`.

    Raises
    ------
    InputError
        GW601 to GW607; see docs/reference/traces.md.

    References
    ----------
    Chapin et al., "Benchmarks and Standards for the Evaluation of Parallel Job Schedulers", JSSPP 1999;
    https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
    """
    bounds = limits or Limits()
    data = load(path, bounds)
    check_text(data, path)
    began = _START.search(data[: 1 << 16])
    # Each step keeps the number of lines, so that a message names the file's own line.
    plain = _EDGES.sub(b"", _SPACES.sub(b" ", _COMMENT.sub(b"", data)))
    rows = read_words(plain, path, bounds, delimiter=" ", names=FIELDS, wanted=_WANTED, quoted=False)
    columns = _columns(rows, float(began.group(1)) if began else None)
    return finish(rows, columns, path=path, form="swf", skip_malformed=skip_malformed)


def _columns(rows: Rows, began_s: float | None) -> Columns:
    most = rows.limits.max_time_s
    submit_s = rows.numbers("submit", low=0.0, high=most)
    run_s = rows.numbers("run", low=0.0, high=most, optional=True, missing=-1.0)
    gpus = rows.limits.max_gpus
    allocated = rows.numbers("allocated", low=0, high=gpus, whole=True, optional=True, missing=-1.0)
    requested = rows.numbers("requested", low=0, high=gpus, whole=True, optional=True, missing=-1.0)
    with np.errstate(invalid="ignore"):
        size = np.where(allocated > 0, allocated, requested)
        estimate_s = rows.numbers("estimate", low=0.0, high=most, optional=True, missing=-1.0)
        status = rows.numbers("status", low=-1, high=5, whole=True, optional=True)
        never = np.isnan(run_s) | ~(size > 0)
    return Columns(
        submit_s=submit_s + (began_s or 0.0),
        stamped=began_s is not None,
        duration_s=run_s,
        gpus=size,
        tenant=_tenant(rows),
        estimate_s=np.where(estimate_s > 0.0, estimate_s, np.nan),
        failed=np.isin(status, (0.0, 5.0)),
        names=rows.names("job"),
        after_name=_preceding(rows),
        leave_out={_NEVER_RAN: never},
        notes=("processors of the Standard Workload Format stand for GPUs",),
    )


def _tenant(rows: Rows) -> object:
    import pyarrow.compute as pc

    group, user = rows.names("group"), rows.names("user")
    unknown = pc.equal(group, "-1")
    named = pc.if_else(
        unknown,
        pc.binary_join_element_wise("user", user, " "),
        pc.binary_join_element_wise("group", group, " "),
    )
    nobody = pc.and_(unknown, pc.equal(user, "-1"))
    if bool(pc.all(nobody).as_py()):
        return None
    return pc.if_else(nobody, "(none)", named)


def _preceding(rows: Rows) -> object:
    import pyarrow.compute as pc

    words = rows.names("preceding")
    nobody = pc.equal(words, "-1")
    return None if bool(pc.all(nobody).as_py()) else pc.if_else(nobody, "", words)
