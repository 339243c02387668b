"""Comma-separated jobs in the form in which Microsoft's Philly trace is passed around."""

from __future__ import annotations

from pathlib import Path

from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.sort import NO_TENANT, Columns, finish
from gigawatt.cluster.readers.text import header, load, read_words, refuse
from gigawatt.cluster.readers.trace import Limits, Trace

REQUIRED = ("timestamp", "duration", "num_gpus")
TENANTS = ("cluster", "vc")


def read_philly(path: Path, *, skip_malformed: bool = False, limits: Limits | None = None) -> Trace:
    """Read a Philly-style CSV.

    The first line names the columns, in any order: ``timestamp`` (of the
    submission, ``2017-10-09 07:01:55``, UTC), ``duration`` (s), ``num_gpus``;
    ``cluster`` or ``vc`` (virtual cluster: the tenant) where it is there.
    Others, such as ``gpu_time``, are not read.

    Parameters
    ----------
    path
        The file; gzip is unpacked.
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
    found = header(data, ",")
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        seen = f"the first line has no column {', '.join(missing)}; it has {', '.join(found)[:200]}"
        raise refuse("GW604", seen, "name the columns with --map submit=...,duration=...,gpus=...", path, 1)
    tenant = next((name for name in TENANTS if name in found), None)
    wanted = [*REQUIRED, *([tenant] if tenant else [])]
    rows = read_words(data, path, bounds, delimiter=",", wanted=wanted)
    return finish(rows, _columns(rows, tenant), path=path, form="philly", skip_malformed=skip_malformed)


def _columns(rows: Rows, tenant: str | None) -> Columns:
    submit_s, stamped = rows.times("timestamp")
    return Columns(
        submit_s=submit_s,
        stamped=stamped,
        duration_s=rows.numbers("duration", low=0.0, high=rows.limits.max_time_s),
        gpus=rows.numbers("num_gpus", low=1, high=rows.limits.max_gpus, whole=True),
        tenant=rows.names(tenant, empty=NO_TENANT) if tenant else None,
    )
