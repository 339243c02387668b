"""A trace written in each of the formats that can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.readers.trace import Trace
from gigawatt.kernel.errors import InputError, Problem

Floats = NDArray[np.float64]


def write_trace(trace: Trace, path: Path, form: str) -> None:
    """Write a trace in one of the formats philly, slurm, swf, parquet and csv.

    Reading it back gives the same jobs as far as the format has room for them:
    see the table in docs/reference/traces.md. Slurm's and the Standard
    Workload Format count whole seconds, so that times are rounded (durations
    up, so that none becomes 0).

    Raises
    ------
    InputError
        GW609: the format is unknown, or a name cannot be written in it.
    """
    writers = {
        "philly": _write_philly,
        "slurm": _write_sacct,
        "swf": _write_swf,
        "parquet": _write_parquet,
        "csv": _write_csv,
    }
    if form not in writers:
        raise _refuse(f"there is no format {form[:60]!r} to write", f"choose from {', '.join(writers)}", path)
    writers[form](trace, path)


def trace_table(trace: Trace) -> Any:
    """Return a trace as an Arrow table with Gigawatt's own column names."""
    import pyarrow as pa

    columns = {
        "name": pa.array(_names(trace)),
        "tenant": _tenants(trace),
        "submit_s": pa.array(trace.start_s + trace.submit_s),
        "duration_s": pa.array(trace.duration_s),
        "gpus": pa.array(trace.gpus),
        "estimate_s": pa.array(trace.estimate_s, mask=np.isnan(trace.estimate_s)),
        "priority": pa.array(trace.priority),
        "failed": pa.array(trace.failed),
    }
    if trace.tokens is not None:
        silent = np.isnan(trace.tokens)
        columns["tokens"] = pa.array(trace.tokens, mask=silent)
        columns["tokens_per_gpu_s"] = pa.array(trace.tokens / (trace.gpus * trace.duration_s), mask=silent)
    for name, values in trace.more.items():
        if name == "chip_set":
            words = np.array(["|".join(chips) for chips in trace.chip_sets], dtype=object)
            columns["chips"] = pa.array(words[values])
        elif name in {"deadline_s", "reserved_s", "limit_s"}:
            shift = 0.0 if name == "limit_s" else trace.start_s
            columns[name] = pa.array(shift + values, mask=np.isinf(values))
        else:
            columns[name] = pa.array(values)
    if (trace.after >= 0).any():
        columns["after"] = pa.array(_after_names(trace))
    return pa.table(columns)


def _write_parquet(trace: Trace, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(trace_table(trace), path, compression="zstd")


def _write_csv(trace: Trace, path: Path) -> None:
    import pyarrow.csv as pa_csv

    pa_csv.write_csv(trace_table(trace), path)


def _write_philly(trace: Trace, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    table = pa.table(
        {
            "timestamp": _stamps(trace.start_s + trace.submit_s, " "),
            "duration": pa.array(trace.duration_s),
            "num_gpus": pa.array(trace.gpus),
            "gpu_time": pa.array(trace.gpus * trace.duration_s),
            "cluster": _tenants(trace),
        }
    )
    pa_csv.write_csv(table, path)


def _write_sacct(trace: Trace, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pa_csv

    _check_words(trace, path, '|"\r\n', "slurm")
    silent = np.isnan(trace.estimate_s)
    limit = _clock_words(np.where(silent, 60.0, trace.estimate_s))
    tres = pc.binary_join_element_wise("billing=1,gres/gpu=", pa.array(trace.gpus).cast(pa.string()), "")
    state = np.where(trace.failed, "FAILED", "COMPLETED")
    table = pa.table(
        {
            "JobID": pa.array(_names(trace)),
            "Account": _tenants(trace),
            "Submit": _stamps(np.round(trace.start_s + trace.submit_s), "T"),
            "ElapsedRaw": pa.array(np.ceil(trace.duration_s).astype(np.int64)),
            "Timelimit": pc.if_else(pa.array(silent), "UNLIMITED", limit),
            "AllocTRES": tres,
            # Slurm's numbers are at least 0 and larger ones go first: turned over, the order stays.
            "Priority": pa.array(np.max(trace.priority, initial=0) - trace.priority),
            "State": pa.array(state),
        }
    )
    pa_csv.write_csv(
        table, path, pa_csv.WriteOptions(delimiter="|", quoting_style="none", quoting_header="none")
    )


def _write_swf(trace: Trace, path: Path) -> None:
    count = trace.jobs
    silent = np.isnan(trace.estimate_s)
    estimate = np.where(silent, -1, np.ceil(np.where(silent, 1.0, trace.estimate_s))).astype(np.int64)
    begin = trace.start_s if trace.stamped else 0.0
    columns = np.full((count, 18), -1, dtype=np.int64)
    columns[:, 0] = np.arange(1, count + 1)
    columns[:, 1] = np.round((0.0 if trace.stamped else trace.start_s) + trace.submit_s)
    columns[:, 3] = np.ceil(trace.duration_s)
    columns[:, 4] = trace.gpus
    columns[:, 7] = trace.gpus
    columns[:, 8] = estimate
    columns[:, 10] = np.where(trace.failed, 0, 1)
    columns[:, 12] = trace.tenant + 1
    columns[:, 16] = np.where(trace.after >= 0, trace.after + 1, -1)
    head = ["; Version: 2", f"; MaxJobs: {count}", f"; MaxRecords: {count}", "; Note: processors are GPUs"]
    if trace.stamped:
        head.append(f"; UnixStartTime: {round(begin)}")
    head += [f"; Note: group {i} is {_one_line(name)}" for i, name in enumerate(trace.tenants, 1)]
    with path.open("w", encoding="utf-8", newline="\n") as opened:
        opened.write("\n".join(head) + "\n")
        np.savetxt(opened, columns, fmt="%d")


def _names(trace: Trace) -> list[str]:
    return list(trace.names) if trace.names is not None else [str(i) for i in range(1, trace.jobs + 1)]


def _after_names(trace: Trace) -> list[str]:
    names = _names(trace)
    return [names[i] if i >= 0 else "" for i in trace.after]


def _tenants(trace: Trace) -> Any:
    import pyarrow as pa

    return pa.array(trace.tenants, pa.string()).take(pa.array(trace.tenant))


def _stamps(seconds: Floats, between: str) -> Any:
    """Words such as ``2017-10-09 07:01:55``, with six decimals where the seconds are not whole."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = bool((seconds == np.floor(seconds)).all())
    kind = pa.timestamp("s") if whole else pa.timestamp("us")
    ticks = np.round(seconds if whole else seconds * 1e6).astype(np.int64)
    return pc.strftime(pa.array(ticks).cast(kind), format=f"%Y-%m-%d{between}%H:%M:%S")


def _clock_words(seconds: Floats) -> Any:
    """Words such as ``1-02:03:04``."""
    import pyarrow as pa

    whole = np.ceil(seconds).astype(np.int64)
    days, rest = np.divmod(whole, 86_400)
    return pa.array(
        [f"{d}-{r // 3600:02d}:{r // 60 % 60:02d}:{r % 60:02d}" for d, r in zip(days, rest, strict=True)],
        pa.string(),
    )


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _check_words(trace: Trace, path: Path, forbidden: str, form: str) -> None:
    for name in (*trace.tenants, *(trace.names or ())):
        if any(sign in name for sign in forbidden):
            raise _refuse(f"the name {name[:60]!r} cannot be written in the format {form}", "rename it", path)


def _refuse(message: str, remedy: str, path: Path) -> InputError:
    return InputError(Problem("GW609", message, remedy, file=str(path)))
