"""Any table with a column mapping: comma-separated text, and Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.cluster.readers.extras import booleans, read_extras
from gigawatt.cluster.readers.mapping import ColumnMap
from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.sort import NO_TENANT, Columns, finish
from gigawatt.cluster.readers.text import header, load, read_words, refuse
from gigawatt.cluster.readers.tokens import check_rate, no_tokens, read_work
from gigawatt.cluster.readers.trace import Floats, Limits, Trace


def read_csv(
    path: Path,
    columns: ColumnMap | None = None,
    *,
    skip_malformed: bool = False,
    limits: Limits | None = None,
    tokens_per_gpu_s: float | None = None,
) -> Trace:
    """Read a CSV whose first line names its columns.

    Parameters
    ----------
    path
        The file; gzip is unpacked.
    columns
        Which column holds what; default Gigawatt's own names (``submit_s``, ``duration_s``, ``gpus``,
        ``tenant``, ``estimate_s``, ``priority``, ``failed``, ``name``, ``after``, ``tokens``,
        ``tokens_per_gpu_s``).
    skip_malformed
        Leave malformed rows out instead of refusing the file.
    limits
        Largest sizes; default :class:`Limits`.
    tokens_per_gpu_s
        Tokens that a GPU works off in a second, for rows with tokens and no rate of their own.

    Raises
    ------
    InputError
        GW601 to GW607, GW615; see docs/reference/traces.md.
    """
    bounds = limits or Limits()
    data = load(path, bounds)
    check_rate(tokens_per_gpu_s, bounds.tokens_per_gpu_s, path)
    chosen = _present(columns, header(data, ","), path, tokens_per_gpu_s, line=1)
    rows = read_words(data, path, bounds, delimiter=",", wanted=list(chosen.columns.values()))
    return finish(
        rows,
        _columns(rows, chosen, path, tokens_per_gpu_s),
        path=path,
        form="csv",
        skip_malformed=skip_malformed,
    )


def read_parquet(
    path: Path,
    columns: ColumnMap | None = None,
    *,
    skip_malformed: bool = False,
    limits: Limits | None = None,
    tokens_per_gpu_s: float | None = None,
) -> Trace:
    """Read a Parquet file; as :func:`read_csv`, and a message's line is the row, counted from 1.

    Raises
    ------
    InputError
        GW601 to GW607; see docs/reference/traces.md.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    bounds = limits or Limits()
    check_rate(tokens_per_gpu_s, bounds.tokens_per_gpu_s, path)
    if not path.is_file():
        raise refuse("GW601", "there is no such file", "check the path", path)
    try:
        with pq.ParquetFile(path) as opened:
            _check_size(opened.metadata, path, bounds)
            chosen = _present(columns, opened.schema_arrow.names, path, tokens_per_gpu_s)
            kept = list(dict.fromkeys(chosen.columns.values()))
            table = opened.read(columns=kept)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        first = str(error).splitlines()[0][:200]
        raise refuse("GW602", f"this is no readable Parquet file: {first}", "write it again", path) from None
    for name in kept:
        _check_type(name, table.schema.field(name).type, path)
    words = {name: _plain(table.column(name)) for name in kept}
    rows = Rows(str(path), np.arange(1, table.num_rows + 1), words, bounds)
    read = _columns(rows, chosen, path, tokens_per_gpu_s)
    return finish(rows, read, path=path, form="parquet", skip_malformed=skip_malformed)


def _check_size(metadata: Any, path: Path, limits: Limits) -> None:
    if metadata.num_rows > limits.max_rows:
        seen = f"the file has {metadata.num_rows:,} rows; {limits.max_rows:,} are allowed"
        raise refuse("GW607", seen, "cut the trace into parts", path)
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if unpacked > limits.max_bytes:
        seen = f"the file unpacks to {unpacked / 2**20:,.0f} MiB; {limits.max_bytes / 2**20:,.0f} are allowed"
        raise refuse("GW601", seen, "cut the trace into parts", path)


def _check_type(name: str, kind: Any, path: Path) -> None:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (
        pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_timestamp,
        pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_decimal,
    )  # fmt: skip
    if not any(test(kind) for test in tests):
        seen = f"the column {name} holds {kind}; numbers, times and text can be read"
        raise refuse("GW604", seen, "map another column", path)


def _plain(column: Any) -> Any:
    """Undo dictionaries; text in the one type that the rest expects; no missing text."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int8())
    if pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
    text = pa.types.is_string(column.type) or pa.types.is_binary(column.type)
    return column.fill_null(pa.scalar("", column.type)) if text else column


def _present(
    columns: ColumnMap | None,
    found: list[str],
    path: Path,
    tokens_per_gpu_s: float | None,
    line: int = 0,
) -> ColumnMap:
    """Return the columns that are there; those of a map that a person wrote must all be."""
    twice = {name for name in found if found.count(name) > 1}
    wanted = columns or ColumnMap.own()
    has = {field: name for field, name in wanted.columns.items() if name in found}
    if columns:
        missing = [name for name in wanted.columns.values() if name not in found]
    else:
        needed = _NEEDED if "tokens" in has else (*_NEEDED, "duration")
        missing = [name for field, name in wanted.columns.items() if field in needed and name not in found]
    doubled = sorted(twice & set(has.values()))
    if missing or doubled:
        what = f"no column {', '.join(missing)}" if missing else f"the column {doubled[0]} twice"
        seen = f"the table has {what}; its columns are {', '.join(found)[:200]}"
        raise refuse(
            "GW604", seen, "name the columns with --map submit=...,duration=...,gpus=...", path, line
        )
    timed = "duration" in has or {"start", "end"} <= has.keys()
    if not timed and "tokens_per_gpu_s" not in has and tokens_per_gpu_s is None:
        seen = "the table has tokens, but neither durations nor a column tokens_per_gpu_s"
        raise refuse("GW604", seen, "pass --tokens-per-gpu-s, or map one of these columns", path, line)
    return ColumnMap(has, wanted.scale)


_NEEDED = ("submit", "gpus")


def _columns(rows: Rows, chosen: ColumnMap, path: Path, tokens_per_gpu_s: float | None) -> Columns:
    has, scale = chosen.columns, chosen.scale
    most = rows.limits.max_time_s
    submit_s, stamped = rows.times(has["submit"], scale["submit"])
    estimate = None
    if "estimate" in has:
        read = rows.numbers(has["estimate"], low=0.0, high=most, optional=True, scale=scale["estimate"])
        estimate = np.where(read > 0.0, read, np.nan)
    priority = None
    if "priority" in has:
        priority = rows.numbers(has["priority"], low=-(2**53), high=2**53, whole=True, optional=True)
    found = Columns(
        submit_s=submit_s,
        stamped=stamped,
        duration_s=_duration(rows, chosen),
        gpus=rows.numbers(has["gpus"], low=1, high=rows.limits.max_gpus, whole=True),
        tenant=rows.names(has["tenant"], empty=NO_TENANT) if "tenant" in has else None,
        estimate_s=estimate,
        priority=priority,
        failed=booleans(rows, has["failed"]) if "failed" in has else None,
        names=rows.names(has["name"]) if "name" in has else None,
        after_name=rows.names(has["after"]) if "after" in has else None,
    )
    found.more = read_extras(rows, chosen, path, submit_s=submit_s, stamped=stamped, gpus=found.gpus)
    if "tokens" in has:
        work = read_work(
            rows,
            path,
            duration_s=found.duration_s,
            duration_column=has.get("duration", has.get("end")),
            gpus=found.gpus,
            columns=(has["tokens"], has.get("tokens_per_gpu_s")),
            tokens_per_gpu_s=tokens_per_gpu_s,
        )
        found.duration_s, found.tokens, found.notes = work.duration_s, work.tokens, work.notes
    elif tokens_per_gpu_s is not None:
        raise no_tokens("this table", path)
    return found


def _duration(rows: Rows, chosen: ColumnMap) -> Floats:
    """Durations; NaN where there are none, which is allowed where tokens can stand instead."""
    has, scale = chosen.columns, chosen.scale
    tokens = "tokens" in has
    if "duration" in has:
        most = rows.limits.max_time_s
        return rows.numbers(has["duration"], low=0.0, high=most, scale=scale["duration"], optional=tokens)
    if not {"start", "end"} <= has.keys():
        return np.full(len(rows), np.nan)
    start_s, _ = rows.times(has["start"], scale["start"], optional=tokens)
    end_s, _ = rows.times(has["end"], scale["end"], optional=tokens)
    with np.errstate(invalid="ignore"):
        wrong = (end_s < start_s) | (end_s - start_s > rows.limits.max_time_s)
    rows.mark(wrong, f"a time after {has['start']}", has["end"])
    return np.where(wrong, np.nan, end_s - start_s)
