"""Compiled: the storage that all jobs write their checkpoints to: a closed queue that shares itself evenly.

Jobs compute for a while, write, and compute again. With n of them, each away for Z and alone done in s, the
time of a write follows by exact mean value analysis (Reiser and Lavenberg, Journal of the ACM 27 (1980) 313);
where they differ, each counts as often as it writes. It is found anew when their number has changed by a
fiftieth, and by the hour.
"""

from __future__ import annotations

from typing import Any

from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import part


@part
def find_stretch(sm: Sim) -> None:
    """Set by how much a write takes longer than alone."""
    s = sm.sim[0]
    s.stretch_at = s.writers
    s.stretch = 1.0
    if s.writers < 2:
        return
    alone = s.busy_frac / s.write_per_s
    think = s.writers / s.write_per_s
    queue = 0.0
    for n in range(1, s.writers + 1):
        here = alone * (1.0 + queue)
        queue = n * here / (think + here)
        s.stretch = here / alone


@part
def join_storage(sm: Sim, j: int, w: Any) -> None:
    """Count a job among those that write, and set how long its checkpoints take; its pace is set."""
    s = sm.sim[0]
    size_gb = sm.checkpoint_gb[j * sm.step[18]]
    if size_gb == 0.0 or w.every == 0:
        return
    alone_s = size_gb / s.storage_gb_per_s
    w.think_s = w.grid_s * w.every / w.rate
    s.writers += 1
    s.write_per_s += 1.0 / w.think_s
    s.busy_frac += alone_s / w.think_s
    if abs(s.writers - s.stretch_at) * 50 > s.writers:
        find_stretch(sm)
    w.stored_write_s = max(sm.checkpoint_write_s[j * sm.step[5]], alone_s) + alone_s * (s.stretch - 1.0)


@part
def leave_storage(sm: Sim, j: int, w: Any) -> None:
    """Count a job no longer."""
    s = sm.sim[0]
    s.writers -= 1
    s.write_per_s -= 1.0 / w.think_s
    s.busy_frac -= sm.checkpoint_gb[j * sm.step[18]] / s.storage_gb_per_s / w.think_s
    w.think_s = 0.0
