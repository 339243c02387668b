"""Compiled progress of one job: work, checkpoints on a grid of its work, pauses, in closed form."""

from __future__ import annotations

from math import ceil, floor, inf
from typing import Any

import numpy as np

from gigawatt.cluster._queue import hot, part

_F, _S = np.float64, np.int32

WORK = np.dtype(
    [
        ("duration_s", _F),
        ("target_s", _F),  # work at which it ends, good or bad
        ("grid_s", _F),  # work between checkpoints of any kind
        ("write_s", _F),  # each of them
        ("stored_write_s", _F),  # more for each that goes to storage
        ("load_s", _F),
        ("memory_load_s", _F),
        ("limit_s", _F),
        ("done_s", _F),  # work done when the present segment began
        ("kept_gpu_s", _F),  # GPU time at full speed that it took, lost work left out
        ("saved_s", _F),  # work in the last stored checkpoint
        ("memory_s", _F),  # work in the last checkpoint of any kind
        ("pause_s", _F),  # standing still at the beginning of the segment
        ("rate", _F),  # work by wall-clock time
        ("spread", _F),  # speed that its placement leaves
        ("segment_s", _F),  # when it began
        ("end_s", _F),  # when the job will end unless something happens
        ("run_s", _F),  # when the present run began
        ("ran_s", _F),  # wall-clock time of the runs before
        ("setup_s", _F),  # to be paid at the next start
        ("think_s", _F),  # between two writes to a storage that others use as well; 0: it does not
        ("pause_kind", _S),
        ("end_state", _S),
        ("every", _S),  # each so many-th checkpoint is stored; 0: none
        ("chunk", _S),  # first of its chunks of nodes, or -1
        ("struck", _S),  # GPUs lost to the failure in hand
        ("next_free", _S),  # of the slots that are free
    ],
    align=True,
)
SETUP, WRITE = 1, 2


@part
def grid_index(work_s: float, grid_s: float) -> int:
    """The last grid point at or below so much work, exact where the work is a multiple of the grid."""
    if grid_s == inf:
        return 0
    i = floor(work_s / grid_s)
    if (i + 1) * grid_s <= work_s:
        i += 1
    return i


@part
def grid_before(work_s: float, grid_s: float) -> int:
    """The last grid point strictly below so much work: none is written at the very end."""
    if grid_s == inf:
        return 0
    m = ceil(work_s / grid_s) - 1
    if m * grid_s >= work_s:
        m -= 1
    return max(m, 0)


@part
def writes_s(w: Any, first: int, last: int) -> float:
    """Time to write the checkpoints after grid point ``first``, up to ``last``."""
    total = (last - first) * w.write_s
    if w.every > 0:
        total += (last // w.every - first // w.every) * w.stored_write_s
    return float(total)


@hot
def wall_s(w: Any, until_s: float, rate: float) -> float:
    """Time from the work done to so much work, with the checkpoints between."""
    if until_s <= w.done_s:
        return 0.0
    if w.grid_s == inf:
        # A division costs as much as all the rest of this.
        return float(until_s - w.done_s if rate == 1.0 else (until_s - w.done_s) / rate)
    first = grid_index(w.done_s, w.grid_s)
    last = max(grid_before(until_s, w.grid_s), first)
    return float((until_s - w.done_s) / rate + writes_s(w, first, last))


@part
def keep(w: Any) -> None:
    """The checkpoint at the present work is complete."""
    w.memory_s = w.done_s
    if w.every > 0 and grid_index(w.done_s, w.grid_s) % w.every == 0:
        w.saved_s = w.done_s


@part
def _stand(w: Any, dt_s: float) -> float:
    """Spend time in the pause at the beginning of the segment; return how much."""
    used = min(w.pause_s, dt_s)
    w.pause_s -= used
    if used > 0.0 and w.pause_s <= 0.0 and w.pause_kind == WRITE:
        keep(w)
    return float(used)


@part
def _last_written(w: Any, dt_s: float, first: int, last: int) -> int:
    """The last grid point whose checkpoint is complete after some time of working and writing."""
    low = first
    high = last
    while low < high:
        middle = (low + high + 1) // 2
        if (middle * w.grid_s - w.done_s) / w.rate + writes_s(w, first, middle) <= dt_s:
            low = middle
        else:
            high = middle - 1
    return low


@hot
def progress(w: Any, dt_s: float) -> tuple[float, float, float]:
    """Carry a job on by some time within its segment.

    Returns the time in setup, in writing, in work; updates the work done and saved and the pause left.
    """
    paused = _stand(w, dt_s)
    setup = paused if w.pause_kind != WRITE else 0.0
    written = paused - setup
    rest = dt_s - paused
    if w.pause_s > 0.0 or rest <= 0.0:
        return setup, written, 0.0
    start_s = w.done_s
    if w.grid_s == inf:
        if rest * w.rate < w.target_s - start_s:
            w.done_s += rest * w.rate
        else:
            w.done_s = w.target_s
        return setup, written, rest if w.done_s < w.target_s else (w.done_s - start_s) / w.rate
    first = grid_index(start_s, w.grid_s)
    last = max(grid_before(w.target_s, w.grid_s), first)
    low = _last_written(w, rest, first, last)
    if low > first:
        w.done_s = low * w.grid_s
        rest -= (w.done_s - start_s) / w.rate + writes_s(w, first, low)
        written += writes_s(w, first, low)
        w.memory_s = w.done_s
        if w.every > 0 and low // w.every > first // w.every:
            w.saved_s = (low // w.every) * w.every * w.grid_s
    next_s = (low + 1) * w.grid_s if low < last else w.target_s
    if rest * w.rate < next_s - w.done_s:
        w.done_s += rest * w.rate
    else:
        writing = rest - (next_s - w.done_s) / w.rate
        w.done_s = next_s
        if low < last:
            whole = writes_s(w, low, low + 1)
            w.pause_s = max(whole - writing, 0.0)
            w.pause_kind = WRITE
            written += min(writing, whole)
            if w.pause_s == 0.0:
                keep(w)
    return setup, written, (w.done_s - start_s) / w.rate
