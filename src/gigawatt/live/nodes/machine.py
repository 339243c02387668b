"""The agents of a cluster's nodes on one machine: started, killed, and what they left behind swept.

A node is clear when its lock can be taken: its agent and all keepers have ended, and their ranks with them.
What lost even its keeper is found by the mark in its environment. Only then may a gang of it start anew.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gigawatt.live.nodes.agent import NODE_TAKEN
from gigawatt.live.nodes.lock import Lock
from gigawatt.live.nodes.part import MARK
from gigawatt.live.nodes.processes import marked, say, send

STARTED, COMING, HELD, FAILED, AWAY = "started", "coming", "held", "failed", "away"
"""An agent that does not answer: it was started now; it was before, and has not ended; something of the node
is left, so that it was not; the one that was started last has ended by a fault; its machine is not there."""
_KEEPERS_S = 2.0
"""Keepers end by themselves when their agent has; what has not by then is killed. Assumed: 1 to 10 s."""


class Machine:
    """One machine's folder of nodes; every question is answered at once."""

    def __init__(
        self,
        folder: Path,
        mark: str,
        patience_s: float,
        *,
        address: str = "",
        secret: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Agents listen on ports of the address, to who has the secret; else on sockets in the folder."""
        self.folder = folder
        self._mark = mark
        self._patience_s = patience_s
        self._address = address
        self._secret = secret
        self._environment = environment
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._clearing_since_s: dict[int, float] = {}

    def revive(self, node: int) -> str:
        """See that a node's agent, which does not answer, comes, where nothing is left of an earlier one."""
        process = self._processes.get(node)
        code = None if process is None else process.poll()
        if process is not None and code is None:
            return COMING
        if code not in {None, 0, NODE_TAKEN}:
            del self._processes[node]  # told once
            return FAILED
        if not self._is_free(node) or self._sweep(node):
            return HELD
        self._start(node)
        return STARTED

    def clear(self, node: int, pid: int) -> bool:
        """End a node's agent and all that is left of it; true once nothing is."""
        if not self._is_free(node):
            since_s = self._clearing_since_s.setdefault(node, time.monotonic())
            self.end(node, pid)
            if time.monotonic() - since_s > _KEEPERS_S:
                for one in self._of_node(node):
                    send(one, signal.SIGKILL)
            return False
        self._clearing_since_s.pop(node, None)
        if self._sweep(node):
            return False
        process = self._processes.get(node)
        if process is not None and process.poll() is None:
            return False
        self._processes.pop(node, None)
        return True

    def end(self, node: int, pid: int) -> None:
        """Kill a node's agent: the one that was started here, or that it said it is, or that there is."""
        process = self._processes.get(node)
        if process is not None and process.poll() is None:
            process.kill()
            return
        pid = pid or self.door(node).get("pid", 0)
        there = self._of_node(node)
        # A keeper is forked from its agent, and keeps its words.
        agents = [pid] if pid in there else [one for one, parent in there.items() if parent not in there]
        for one in agents:
            send(one, signal.SIGKILL)

    def _of_node(self, node: int) -> dict[int, int]:
        """Return a node's agent and keepers, and the parent of each; also where none of them answers."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError, ValueError, IndexError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    at = words.index(b"gigawatt.live.nodes.agent")
                    if words[at + 2] == str(node).encode() and (entry / "cwd").samefile(self.folder):
                        stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
                        found[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
        return found

    def door(self, node: int) -> dict[str, int]:
        """Return port and process of a node's agent that listens on a port; empty where it has told none."""
        try:
            return dict(json.loads((self.folder / "nodes" / f"{node}.port").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _start(self, node: int) -> None:
        """Start an agent; where the machine refuses, who waits for the agent asks again."""
        words = [sys.executable, "-m", "gigawatt.live.nodes.agent", str(self.folder), str(node)]
        words += [str(self._patience_s), *([self._address] if self._address else [])]
        try:
            with (self.folder / "nodes" / f"{node}.log").open("ab") as log:
                process = subprocess.Popen(  # noqa: S603
                    words,
                    stdin=subprocess.PIPE if self._address else subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self._environment,
                    start_new_session=True,
                )
        except OSError as error:
            say(f"the agent of node {node} cannot be started: {error}")
            return
        self._processes[node] = process
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as told:
                told.write(f"{self._secret}\n".encode())

    def _is_free(self, node: int) -> bool:
        lock = Lock(self.folder / "nodes" / f"{node}.lock")
        try:
            return lock.take()
        finally:
            lock.release()

    def _sweep(self, node: int) -> bool:
        """Kill what bears a node's mark, once its lock is free; true where there was something to kill."""
        left = marked(MARK, f"{self._mark}-{node}")
        for pid in left:
            send(pid, signal.SIGKILL)
        return bool(left)
