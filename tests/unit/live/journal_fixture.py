"""Journals written by hand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from gigawatt.live.store import Store
from gigawatt.live.transitions import JobSpec


class Written:
    """A journal of one node of 4 GPUs, written event by event."""

    def __init__(self, folder: Path, policy: str = "fifo") -> None:
        self.folder = folder
        self.store = Store(folder)
        self.store.set_meta("shape", "1 x 4")
        self.add("up", 0.0, policy=policy, grace_s=1.0)
        self.store.append([self.store.event("node", 0.0, node=0, state="up", pid=1)])

    def add(self, kind: str, at_s: float, job: int | None = None, **data: object) -> None:
        self.store.append([self.store.event(kind, at_s, job=job, **data)])

    def submit(self, at_s: float, job: int, gpus: int, **more: object) -> None:
        spec = JobSpec(**{"tenant": "a", "gpus": gpus, "command": ("true",), "cwd": "/", **more})
        self.add("submitted", at_s, job, spec=asdict(spec))

    def start(self, at_s: float, job: int, *slots: int) -> None:
        self.add("decided", at_s, job, order="start")
        self.add("started", at_s, job, places=[[0, list(slots)]], port=1)

    def stop(self, at_s: float, job: int, why: str, gone_s: float) -> None:
        if why in {"preempt", "power"}:
            self.add("decided", at_s, job, order="preempt")
        self.add("stopping", at_s, job, why=why, reason=why)
        self.add("stopped", gone_s, job)
