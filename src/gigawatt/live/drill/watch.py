"""A watcher of /proc: no rank twice at once, no GPU given twice, no gang in part for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterable

from gigawatt.live.drill.scene import Rank, Scene
from gigawatt.live.nodes.processes import alive

_PAUSE_S = 0.1
_PARTIAL_S = 20.0
"""A gang may be there in part while it starts and ends, and while nobody is there to end it; assumed: several
times what a new controller takes."""


class Watcher:
    """Looks at all ranks again and again until it is stopped."""

    def __init__(self, scene: Scene) -> None:
        self.looks = 0
        self.twice: list[str] = []
        self.partial: list[str] = []
        """What must never be seen."""
        self._scene = scene
        self._partial_since_s: dict[tuple[int, int], float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_PAUSE_S):
            ranks = list(self._scene.ranks())
            self.twice += overlaps(ranks)
            self._look_for_parts(ranks, time.monotonic())
            self.looks += 1

    def _look_for_parts(self, ranks: Iterable[Rank], now_s: float) -> None:
        there: dict[tuple[int, int], set[int]] = {}
        sizes: dict[tuple[int, int], int] = {}
        for rank in ranks:
            key = (rank.job, rank.attempt)
            there.setdefault(key, set()).add(rank.rank)
            sizes[key] = rank.world_size
        partial = {key for key, seen in there.items() if len(seen) < sizes[key]}
        self._partial_since_s = {key: self._partial_since_s.get(key, now_s) for key in partial}
        for key, since_s in self._partial_since_s.items():
            if now_s - since_s > _PARTIAL_S:
                seen = f"job {key[0]}, run {key[1]}: {len(there[key])} of {sizes[key]} ranks"
                self.partial.append(f"{seen} for {now_s - since_s:.0f} s")
                self._partial_since_s[key] = now_s


def overlaps(ranks: Iterable[Rank]) -> list[str]:
    """Say which ranks ran in two runs at once, and which GPUs were held by two jobs at once.

    Processes are read one after another: two that never lived at once may both be found. So the one found
    first must still be alive when the second one is known.
    """
    found = []
    by_rank: dict[Hashable, Rank] = {}
    by_gpu: dict[Hashable, Rank] = {}
    for rank in ranks:
        other = by_rank.setdefault((rank.job, rank.rank), rank)
        if other.attempt != rank.attempt and alive(other.pid):
            found.append(
                f"rank {rank.rank} of job {rank.job} in runs {other.attempt} and {rank.attempt} at once"
            )
        holder = by_gpu.setdefault(rank.gpu, rank)
        if holder.job != rank.job and alive(holder.pid):
            node = rank.gpu[0].rpartition("-")[2]
            found.append(f"GPU {rank.gpu[1]} of node {node} held by jobs {holder.job} and {rank.job}")
    return found
