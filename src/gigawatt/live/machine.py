"""The agents of a cluster's nodes on one machine: started, killed, and what they left behind swept.

A node is clear when its lock can be taken: its agent and all keepers have ended, and their ranks with them.
What lost even its keeper is found by the mark in its environment. Only then may a gang of it start anew.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gigawatt.live.agent import NODE_TAKEN
from gigawatt.live.lock import Lock
from gigawatt.live.part import MARK
from gigawatt.live.processes import marked, say, send

STARTED, COMING, HELD, FAILED, AWAY = "started", "coming", "held", "failed", "away"
"""An agent that does not answer: it was started now; it was before, and has not ended; something of the node
is left, so that it was not; the one that was started last has ended by a fault; its machine is not there."""


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
            self.end(node, pid)
            return False
        if self._sweep(node):
            return False
        process = self._processes.get(node)
        if process is not None and process.poll() is None:
            return False
        self._processes.pop(node, None)
        return True

    def end(self, node: int, pid: int) -> None:
        """Kill a node's agent: the one that was started here, or the process that it said it is."""
        process = self._processes.get(node)
        if process is not None and process.poll() is None:
            process.kill()
            return
        pid = pid or self.door(node).get("pid", 0)
        with suppress(OSError):
            if pid and b"gigawatt.live.agent" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    def door(self, node: int) -> dict[str, int]:
        """Return port and process of a node's agent that listens on a port; empty where it has told none."""
        try:
            return dict(json.loads((self.folder / "nodes" / f"{node}.port").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _start(self, node: int) -> None:
        """Start an agent; where the machine refuses, who waits for the agent asks again."""
        words = [sys.executable, "-m", "gigawatt.live.agent", str(self.folder), str(node)]
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
