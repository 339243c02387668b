"""The timeline's data: all runs in exact bins, and the runs with the most GPU time one by one."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.jobs import Floats, Ints
from gigawatt.cluster.lanes import Lanes, binned, gpu_seconds, most_held
from gigawatt.cluster.schedule import RUN_ENDS, RUNNING, WAITING, Schedule
from gigawatt.report.pack import Column, nice_step, pack
from gigawatt.report.payload.rounding import six

MOST_DRAWN = 20_000
"""Runs drawn one by one: more would neither fit into the file nor be told apart."""
CELLS = 250_000
"""Cells of lanes, classes and bins of time; half a megabyte in the file."""
MOST_BINS = 1_200
COLOURED = 5
"""Tenants with a colour of their own; the rest share one."""
SHARE_STEP = 0.0002
"""Shares of a lane are rounded to it."""
_LONGEST_ID = 60
"""Letters of a job's name that travel; the tables have all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Occupancy:
    """GPU time by lane, class and bin, in GPU-seconds; a last row is what reaches across lanes."""

    by_tenant: Floats
    """Shape (lanes + 1, COLOURED + 1, bins); the last class is all other tenants."""
    by_end: Floats
    """Shape (lanes + 1, RUN_ENDS, bins)."""
    coloured: Ints
    """Numbers of the tenants with a colour of their own, the one with the most GPU time first."""
    end_s: float


def bins_for(lanes: int) -> int:
    """How many bins of time fit: the more lanes, the fewer.

    >>> bins_for(1), bins_for(15), bins_for(40)
    (1200, 1200, 508)
    """
    classes = COLOURED + 1 + len(RUN_ENDS)
    return min(MOST_BINS, CELLS // ((lanes + 1) * classes))


def occupancy(schedule: Schedule, lanes: Lanes, bins: int) -> Occupancy:
    """Add all runs up by lane, class and bin; what a lane cannot hold goes to the row across lanes.

    A gang counts in the lane of its lowest node. Where a lane then holds more than its GPUs in the mean of a
    bin, the excess lies in other lanes, and the schedule does not say in which.
    """
    runs = schedule.runs
    end_s = end_of(schedule)
    tenant = schedule.jobs.tenant[runs.job]
    held = np.bincount(tenant, weights=gpu_seconds(schedule), minlength=len(schedule.jobs.tenants))
    coloured = np.argsort(-held, kind="stable")[:COLOURED].astype(np.int64)
    class_of = np.full(held.size, COLOURED, dtype=np.int64)
    class_of[coloured] = np.arange(coloured.size)
    row = np.where(lanes.spans, len(lanes.lanes), lanes.of_run)
    tables = []
    for kind, kinds in ((class_of[tenant], COLOURED + 1), (schedule.runs.end, len(RUN_ENDS))):
        rows = len(lanes.lanes) + 1
        table = binned(
            runs.start_s,
            runs.end_s,
            runs.gpus,
            row * kinds + kind,
            groups=rows * kinds,
            bins=bins,
            end_of_bins_s=end_s,
        ).reshape(rows, kinds, bins)
        room = np.array([float(lane.gpus) for lane in lanes.lanes]) * end_s / bins
        total = table[:-1].sum(axis=1)
        over = np.maximum(total - room[:, None], 0.0)
        moved = table[:-1] * np.divide(over, total, out=np.zeros_like(over), where=total > 0.0)[:, None, :]
        table[:-1] -= moved
        table[-1] += moved.sum(axis=0)
        tables.append(table)
    return Occupancy(tables[0], tables[1], coloured, end_s)


def end_of(schedule: Schedule) -> float:
    """When the picture ends, seconds from the beginning: with the last run, or later while jobs still wait.

    Repairs may go on long after the last job has ended; that time is in the accounts, not in the picture.
    """
    last_s = float(schedule.runs.end_s.max(initial=0.0))
    left = (schedule.state == WAITING) | (schedule.state == RUNNING)
    return max(last_s, schedule.end_of_simulation_s) if left.any() or last_s == 0.0 else last_s


def reaches_across(schedule: Schedule, lanes: Lanes) -> bool:
    """Whether a gang reaches beyond its lane: too large for it, or more than it holds at one instant."""
    if len(lanes.lanes) < 2:
        return False
    if lanes.spans.any():
        return True
    room = np.array([each.gpus for each in lanes.lanes])
    return bool((most_held(schedule, lanes.of_run, room.size) > room).any())


def drawn_runs(schedule: Schedule, most: int) -> Ints:
    """Positions of the runs with the most GPU time, in the order of their start."""
    work = gpu_seconds(schedule)
    chosen = np.arange(work.size) if work.size <= most else np.argsort(-work, kind="stable")[:most]
    return np.asarray(chosen[np.argsort(schedule.runs.start_s[chosen], kind="stable")], dtype=np.int64)


def timeline(schedule: Schedule, lanes: Lanes, most_drawn: int = MOST_DRAWN) -> dict[str, Any]:
    """Return the timeline as plain data; its size does not depend on how many jobs there are."""
    if not schedule.runs.job.size:
        return {"lanes": [], "runs": 0}
    bins = bins_for(len(lanes.lanes))
    held = occupancy(schedule, lanes, bins)
    across = reaches_across(schedule, lanes)
    chosen = drawn_runs(schedule, most_drawn)
    work = gpu_seconds(schedule)
    names = schedule.jobs.tenants
    room = np.array([*(float(lane.gpus) for lane in lanes.lanes), float(schedule.gpus)]) * held.end_s / bins

    def shares(table: Floats) -> dict[str, Any]:
        kept = table if across else table[:-1]
        share = kept / room[: len(kept), None, None]
        return pack([Column("share", "", share.ravel(), SHARE_STEP)])

    return {
        "lanes": [_lane(schedule, each) for each in lanes.lanes],
        "across": across,
        "bins": bins,
        "end_s": held.end_s,
        "coloured": [names[t] for t in held.coloured],
        "other_tenants": int(np.unique(schedule.jobs.tenant[schedule.runs.job]).size - held.coloured.size),
        "ends": list(RUN_ENDS),
        "by_tenant": shares(held.by_tenant),
        "by_end": shares(held.by_end),
        "runs": int(work.size),
        "drawn": int(chosen.size),
        "drawn_frac": six(work[chosen].sum() / work.sum()) if work.sum() > 0.0 else 1.0,
        **_drawn(schedule, lanes, held, chosen),
    }


def _lane(schedule: Schedule, lane: Any) -> dict[str, Any]:
    name = schedule.jobs.tenants[lane.first] if lane.kind == "tenant" else lane.part
    return {"kind": lane.kind, "name": name, "first": lane.first, "last": lane.last, "gpus": lane.gpus}


def _drawn(schedule: Schedule, lanes: Lanes, held: Occupancy, chosen: Ints) -> dict[str, Any]:
    runs, jobs = schedule.runs, schedule.jobs
    job = runs.job[chosen]
    used, tenant = np.unique(jobs.tenant[job], return_inverse=True)
    lane = np.where(lanes.spans[chosen], len(lanes.lanes), lanes.of_run[chosen])
    step_s = nice_step(held.end_s, 4_000_000)
    # Ends are packed as lengths, but between rounded instants: what met before still meets.
    start = np.rint(runs.start_s[chosen] / step_s) * step_s
    length = np.rint(runs.end_s[chosen] / step_s) * step_s - start
    columns = (
        Column("start_s", "s", start, step_s),
        Column("length_s", "s", length, step_s),
        Column("gpus", "GPUs", runs.gpus[chosen].astype(float), 1.0),
        Column("lane", "", lane.astype(float), 1.0),
        Column("tenant", "", tenant.astype(float), 1.0),
        Column("end", "", schedule.runs.end[chosen].astype(float), 1.0),
        Column("restarts", "", schedule.restarts[job].astype(float), 1.0),
        Column("preemptions", "", schedule.preemptions[job].astype(float), 1.0),
    )
    return {
        "each": pack(columns),
        "names": packed_text([_short(str(name)) for name in jobs.ids[job]]),
        "tenants": packed_text([_short(jobs.tenants[t]) for t in used]),
    }


def _short(name: str) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONGEST_ID else plain[: _LONGEST_ID - 1] + "…"


def packed_text(lines: Sequence[str]) -> str:
    r"""Pack lines of text, compressed, for the page.

    >>> gzip.decompress(base64.b64decode(packed_text(["a", "b"]))).decode()
    'a\nb'
    """
    raw = "\n".join(lines).encode("utf-8")
    return base64.b64encode(gzip.compress(raw, compresslevel=6, mtime=0)).decode("ascii")
