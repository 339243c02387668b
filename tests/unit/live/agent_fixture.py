"""An agent in a process of its own, and a controller's side of it that tests drive by hand."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from gigawatt.live.nodes.part import MARK, Part
from gigawatt.live.nodes.processes import marked
from gigawatt.live.nodes.wire import Link, connect


def until(true, within_s: float = 10.0) -> None:
    """Wait for a condition; fail where it does not come."""
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)


class Hand:
    """One agent on node 0 of a cluster in a temporary folder."""

    def __init__(self, folder: Path, patience_s: float = 60.0) -> None:
        self.folder, self.mark = folder, f"test-{folder.name}"
        (folder / "nodes").mkdir(exist_ok=True)
        words = [sys.executable, "-m", "gigawatt.live.nodes.agent", str(folder), "0", str(patience_s)]
        self.process = subprocess.Popen(words, start_new_session=True)
        self.parts: dict[int, dict] = {}
        until((folder / "nodes" / "0.sock").exists)
        self.call()

    def call(self) -> None:
        def reached() -> bool:
            try:
                self.link = Link(connect(self.folder, "nodes/0.sock"))
            except OSError:
                return False
            return True

        until(reached)

    def prepare(self, job: int, *command: str, ranks: int = 1, log_most_bytes: int = 10_000) -> None:
        part = Part(
            job, 1, command, str(self.folder), 0, tuple(range(ranks)), ranks, 0, 1, 2000,
            str(self.folder / "saved"), str(self.folder / "logs" / str(job)), log_most_bytes, self.mark,
        )  # fmt: skip
        self.link.send({"do": "prepare", "part": asdict(part)})
        self.wait(job, "prepared")

    def say(self, word: str, job: int, **more: float) -> None:
        self.link.send({"do": word, "job": job, "attempt": 1, **more})

    def start(self, job: int, *command: str, **more: int) -> None:
        self.prepare(job, *command, **more)
        self.say("go", job)

    def wait(self, job: int, phase: str) -> dict[str, int]:
        while self.parts.get(job, {}).get("phase") != phase:
            assert self.link.open, "the agent has gone"
            for message in self.link.receive():
                for part in [*message.get("parts", []), *([message["part"]] if "part" in message else [])]:
                    self.parts[part["job"]] = part
        return self.parts[job]["codes"]

    def log(self, job: int, rank: int = 0) -> str:
        return (self.folder / "logs" / str(job) / f"{rank}.log").read_text(encoding="utf-8")

    def running(self) -> list[int]:
        return marked(MARK, self.mark)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        self.link.close()
        until(lambda: not self.running())
