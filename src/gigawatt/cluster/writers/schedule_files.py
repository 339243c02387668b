"""A schedule as tables (Parquet and CSV) and as a Chrome trace for a viewer."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.repeat import Repeated
from gigawatt.cluster.schedule import RUN_ENDS, STATES, Schedule
from gigawatt.cluster.writers.trace_files import trace_table
from gigawatt.cluster.writers.trace_of import trace_of

MOST_SHOWN = 200_000
"""Runs in a Chrome trace; viewers become slow beyond."""


def schedule_tables(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as Arrow tables.

    ``jobs`` has a row a job: what was asked (with the columns of a trace, so
    that the table can be replayed), and what happened. ``runs`` has a row for
    every stretch in which a gang held GPUs; ``curves`` one a step of time.
    """
    import pyarrow as pa

    jobs = trace_table(trace_of(schedule.jobs))
    happened = {
        "first_start_s": schedule.first_start_s,
        "start_s": schedule.start_s,
        "end_s": schedule.end_s,
        "wait_s": schedule.wait_s,
    }
    for name, values in happened.items():
        jobs = jobs.append_column(name, pa.array(values, mask=np.isnan(values)))
    jobs = jobs.append_column("restarts", pa.array(schedule.restarts))
    jobs = jobs.append_column("preemptions", pa.array(schedule.preemptions))
    jobs = jobs.append_column("state", pa.array(STATES, pa.string()).take(pa.array(schedule.state)))
    runs, curves = schedule.runs, schedule.curves
    steps = np.arange(len(curves.busy_gpus)) * curves.step_s
    names = jobs.column("name").combine_chunks()
    return {
        "jobs": jobs,
        "runs": pa.table(
            {
                "name": names.take(pa.array(runs.job)),
                "start_s": runs.start_s,
                "end_s": runs.end_s,
                "gpus": runs.gpus,
                "node": pa.array(runs.node, mask=np.asarray(runs.node) < 0),
                "part": pa.array([part.name for part in schedule.parts], pa.string()).take(
                    pa.array(runs.part)
                ),
                "end": pa.array(RUN_ENDS, pa.string()).take(pa.array(runs.end)),
            }
        ),
        "curves": pa.table(
            {
                "time_s": steps,
                "busy_gpus": curves.busy_gpus,
                "down_gpus": curves.down_gpus,
                "waiting_jobs": curves.waiting_jobs,
                "waiting_gpus": curves.waiting_gpus,
                "stranded_gpus": curves.stranded_gpus,
                "power_kw": curves.power_kw,
                "in_service_gpus": curves.in_service_gpus,
            }
        ),
    }


def seeds_table(repeated: Repeated) -> Any:
    """Return what each seed gave as an Arrow table, a row a seed; an answer that a replay lacks is null."""
    import pyarrow as pa

    columns = {"seed": pa.array(repeated.seeds)}
    columns |= {name: pa.array(v, mask=np.isnan(v)) for name, v in repeated.values.items()}
    return pa.table(columns)


def write_schedule(schedule: Schedule, folder: Path, repeated: Repeated | None = None) -> dict[str, Any]:
    """Write a schedule's tables as Parquet and CSV; return their rows and columns by name.

    Where several seeds were replayed, ``seeds`` holds what each gave. The same schedule gives the same bytes.
    """
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    tables = schedule_tables(schedule)
    if repeated is not None and len(repeated.seeds) > 1:
        tables["seeds"] = seeds_table(repeated)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        pa_csv.write_csv(table, folder / f"{name}.csv")
        listed[name] = {"rows": table.num_rows, "columns": table.column_names}
    return listed


def write_chrome_trace(schedule: Schedule, path: Path, *, most: int = MOST_SHOWN) -> int:
    """Write the runs for a trace viewer (Perfetto, ``chrome://tracing``); return how many are shown.

    A process is a tenant, a thread is a lane in which runs do not overlap; the
    curves of busy and broken GPUs and of waiting jobs are counters. Times are
    microseconds of the simulation. Beyond ``most`` runs those with the most
    GPU time are shown, and ``otherData`` says of how many.

    References
    ----------
    Trace Event Format, Google (2016), events X, C and M.
    """
    runs = schedule.runs
    work = (runs.end_s - runs.start_s) * runs.gpus
    chosen = np.arange(work.size)
    if work.size > most:
        chosen = np.sort(np.argsort(-work, kind="stable")[:most])
    head = {
        "displayTimeUnit": "ms",
        "otherData": {
            "policy": schedule.policy,
            "gpus": schedule.gpus,
            "runs": int(work.size),
            "shown": len(chosen),
        },
    }
    with path.open("w", encoding="utf-8", newline="\n") as opened:
        opened.write(json.dumps(head)[:-1] + ', "traceEvents": [\n')
        first = True
        for event in _events(schedule, chosen):
            opened.write(("" if first else ",\n") + json.dumps(event, allow_nan=False))
            first = False
        opened.write("\n]}\n")
    return len(chosen)


def _events(schedule: Schedule, chosen: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    jobs, runs = schedule.jobs, schedule.runs
    for i, name in enumerate(jobs.tenants):
        yield {"ph": "M", "pid": i + 1, "name": "process_name", "args": {"name": name}}
    yield {"ph": "M", "pid": 0, "name": "process_name", "args": {"name": "cluster"}}
    order = chosen[np.argsort(runs.start_s[chosen], kind="stable")]
    tenant = jobs.tenant[runs.job[order]]
    lanes = _lanes(runs.start_s[order], runs.end_s[order], tenant)
    for index, lane, owner in zip(order.tolist(), lanes, tenant.tolist(), strict=True):
        job = int(runs.job[index])
        yield {
            "ph": "X",
            "pid": owner + 1,
            "tid": lane,
            "ts": round(1e6 * float(runs.start_s[index])),
            "dur": round(1e6 * float(runs.end_s[index] - runs.start_s[index])),
            "name": str(jobs.ids[job]),
            "cat": STATES[int(schedule.state[job])],
            "args": {"gpus": int(runs.gpus[index]), "node": int(runs.node[index])},
        }
    curves = schedule.curves
    for i in range(len(curves.busy_gpus)):
        moment = {"ph": "C", "pid": 0, "ts": round(1e6 * i * curves.step_s)}
        gpus = {"busy": float(curves.busy_gpus[i]), "down": float(curves.down_gpus[i])}
        yield {**moment, "name": "GPUs", "args": gpus}
        yield {**moment, "name": "waiting jobs", "args": {"jobs": float(curves.waiting_jobs[i])}}


def _lanes(start_s: NDArray[np.float64], end_s: NDArray[np.float64], owner: NDArray[np.int64]) -> list[int]:
    """Give each run, in the order of starts, the lowest lane of its owner that is free by then."""
    busy: dict[int, list[tuple[float, int]]] = {}
    free: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    lanes = []
    for start, end, who in zip(start_s.tolist(), end_s.tolist(), owner.tolist(), strict=True):
        ends, idle = busy.setdefault(who, []), free.setdefault(who, [])
        while ends and ends[0][0] <= start:
            heapq.heappush(idle, heapq.heappop(ends)[1])
        if idle:
            lane = heapq.heappop(idle)
        else:
            lane = used[who] = used.get(who, 0) + 1
        heapq.heappush(ends, (end, lane))
        lanes.append(lane)
    return lanes
