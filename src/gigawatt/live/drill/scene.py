"""The cluster of a drill: brought up again after each end, asked, looked into, and cleared away for good."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from gigawatt.kernel.errors import GigawattError
from gigawatt.live.drill.plan import DrilledJob
from gigawatt.live.nodes.part import MARK
from gigawatt.live.nodes.processes import alive, marked, send
from gigawatt.live.outside import client
from gigawatt.live.settings import Settings

_JUMPING = "gigawatt.live.drill.jumping"
_END_S = 60.0


@dataclass(frozen=True, slots=True)
class Rank:
    """A process of a job."""

    pid: int
    job: int
    attempt: int
    rank: int
    gpu: tuple[str, str]
    """Its node's mark, and the number of the GPU on it."""
    world_size: int


class Scene:
    """One cluster in a folder of its own."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.pid = 0
        self._mark = b""

    def up(self) -> None:
        """Bring it up, or up again."""
        self.pid = client.bring_up(self.folder, self.settings, _JUMPING)
        with closing(sqlite3.connect(self.folder / "cluster.sqlite")) as db:
            (mark,) = db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()
        self._mark = f"{MARK}={mark}-".encode()

    def submit(self, job: DrilledJob) -> int:
        """Submit a job; return its number."""
        return int(client.ask(self.folder, "POST", "/v1/jobs", job.body(self.folder))["id"])

    def states(self) -> dict[int, str]:
        """Return the state of every job."""
        rows = client.ask(self.folder, "GET", "/v1/status")["jobs"]
        return {int(row["id"]): str(row["state"]) for row in rows}

    def ranks(self) -> Iterator[Rank]:
        """Give the processes of jobs that bear this cluster's mark, whoever their parents are."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                words = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            mark = next((word for word in words if word.startswith(self._mark)), None)
            if mark is None or not self._mark or not alive(int(entry.name)):
                continue
            env = dict(word.decode(errors="replace").partition("=")[::2] for word in words)
            if "GIGAWATT_JOB" not in env:  # of a Ray that was started for the cluster
                continue
            yield Rank(
                int(entry.name), int(env["GIGAWATT_JOB"]), int(env["GIGAWATT_ATTEMPT"]), int(env["RANK"]),
                (mark.decode(), env["GIGAWATT_GPU"]), int(env["WORLD_SIZE"]),
            )  # fmt: skip

    def watchers(self) -> dict[str, list[int]]:
        """Return the live processes of the controller, agents and keepers, by kind."""
        found: dict[str, list[int]] = {"controller": [], "agent": [], "keeper": []}
        agents = {pid: parent for pid, parent, word in self._own() if word == "gigawatt.live.nodes.agent"}
        for pid, _, word in self._own():
            if word == _JUMPING:
                found["controller"].append(pid)
            elif pid in agents:
                # A keeper is forked from an agent, and keeps its words.
                found["keeper" if agents[pid] in agents else "agent"].append(pid)
        return found

    def _own(self) -> Iterator[tuple[int, int, str]]:
        """Give process, parent and module of what has this cluster's folder on its command line."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and alive(int(entry.name)):
                with suppress(OSError, ValueError, IndexError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if str(self.folder).encode() in words and b"-m" in words:
                        stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
                        parent = int(stat.rpartition(")")[2].split()[1])
                        yield int(entry.name), parent, words[words.index(b"-m") + 1].decode()

    def everything(self) -> list[int]:
        """Return all live processes of the cluster, of its jobs, and of a Ray that was started for it."""
        watchers = [pid for pids in self.watchers().values() for pid in pids]
        return watchers + [rank.pid for rank in self.ranks()] + self._of_own_ray()

    def _of_own_ray(self) -> list[int]:
        own = self._mark.partition(b"=")[2].decode() + "ray"
        return [pid for pid in marked(MARK, own) if alive(pid)] if self._mark else []

    def limit_files(self, most_bytes: int, pids: list[int]) -> None:
        """Let processes write no file beyond a size: 0 is a full disk to them, -1 no limit."""
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))

    def down(self) -> list[int]:
        """Take it down; return the processes that are left all the same."""
        client.take_down(self.folder)
        end_s = time.monotonic() + 5.0
        while self.everything() and time.monotonic() < end_s:
            time.sleep(0.02)
        return self.everything()

    def clear_away(self) -> None:
        """End all that is left, however it is: nothing of a drill may outlive it."""
        end_s = time.monotonic() + _END_S
        while left := self.everything():
            for pid in left:
                send(pid, signal.SIGKILL)
            time.sleep(0.01)
            if time.monotonic() > end_s:
                raise GigawattError(f"the drill cannot end processes {', '.join(map(str, left))}")


def shift_file(folder: Path) -> Path:
    """Return the file that says by how many seconds a controller's wall clock is off."""
    return folder.with_name(f"{folder.name}.clock")


def wait_for_end(pid: int) -> None:
    """Wait until a killed process is gone."""
    end_s = time.monotonic() + _END_S
    while alive(pid):
        if time.monotonic() > end_s:
            raise GigawattError(f"process {pid} was killed, and has not ended after {_END_S:.0f} s")
        time.sleep(0.002)


def kill(pids: list[int]) -> None:
    """Kill processes at one instant: all are stopped first, so that none sees another one die."""
    for number in (signal.SIGSTOP, signal.SIGKILL) if len(pids) > 1 else (signal.SIGKILL,):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
