"""The agents of a cluster as processes: started, reached again after a controller's end, and cleared away.

A node is clear when its lock can be taken: its agent and all keepers have ended, and their ranks with them.
What lost even its keeper is found by the mark in its environment. Only then may a gang of it start anew.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gigawatt.live.agent import NODE_TAKEN
from gigawatt.live.core import Core
from gigawatt.live.lock import Lock
from gigawatt.live.part import MARK
from gigawatt.live.processes import marked, send
from gigawatt.live.settings import Settings
from gigawatt.live.transitions import QUARANTINED
from gigawatt.live.wire import MOST_BYTES, BrokenMessageError, Lines, Message, connect, pack

_START_S = 20.0
"""An agent that does not answer so long after its start is started again. Assumed: 5 to 60 s."""


class Fleet:
    """One task a node, from the controller's start to its end."""

    def __init__(self, folder: Path, settings: Settings, mark: str, wake: Callable[[], None]) -> None:
        self.core: Core | None = None
        self._folder = folder
        self._settings = settings
        self._mark = mark
        self._wake = wake
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._pids: dict[int, int] = {}
        self._unsettled = set(range(settings.nodes))

    def send(self, node: int, message: Message) -> None:
        """Send a message to a node's agent; one that is not there will say what it has when it comes."""
        writer = self._writers.get(node)
        if writer is not None:
            writer.write(pack(message))

    def start_missing(self) -> None:
        """Start the agents of nodes on which nothing is left, all at once."""
        for node in range(self._settings.nodes):
            if not self._is_out(node) and self._lock_free(node) and not self._sweep(node):
                self._spawn(node)

    async def tend(self, node: int) -> None:
        """Keep a node's agent running until the cluster goes down."""
        core = self._the_core()
        while not core.going_down:
            if self._is_out(node):
                self._settle(node)
                await asyncio.sleep(0.2)
                continue
            streams = await self._reach(node)
            if streams is None:
                self._end_agent(node)
                await asyncio.sleep(0.1)
            else:
                await self._converse(node, *streams)
            core.roster.gone(node)
            self._wake()
            await self._clear(node)
            core.roster.clear(node)
            self._wake()

    def quit(self) -> None:
        """Ask all agents to end."""
        for node in list(self._writers):
            self.send(node, {"do": "quit"})

    def _the_core(self) -> Core:
        if self.core is None:
            raise RuntimeError("the fleet has no core yet")
        return self.core

    def _is_out(self, node: int) -> bool:
        known = self.core.store.nodes.get(node) if self.core else None
        return known is not None and known.state == QUARANTINED

    def _settle(self, node: int) -> None:
        self._unsettled.discard(node)
        if not self._unsettled and not self._the_core().settled:
            self._the_core().settled = True
            self._wake()

    async def _converse(self, node: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Listen to an agent until it is gone."""
        core = self._the_core()
        lines, asked = Lines(), False
        with suppress(OSError, BrokenMessageError):
            while True:
                try:
                    data = await asyncio.wait_for(reader.read(65536), self._settings.silence_s)
                except TimeoutError:
                    if asked:
                        break
                    asked = True
                    writer.write(pack({"do": "ping"}))
                    continue
                if not data:
                    break
                asked = False
                for message in lines.feed(data):
                    if "hello" in message:
                        self._pids[node] = message["hello"]["pid"]
                        self._writers[node] = writer
                        core.agent_came(node, message["hello"]["pid"], message["parts"])
                        self._settle(node)
                    elif "part" in message:
                        core.part_told(node, message["part"])
                self._wake()
        self._writers.pop(node, None)
        writer.close()

    async def _reach(self, node: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Connect to a node's agent, starting it where there is none.

        None where the cluster goes down, or the agent ended before it answered.
        """
        core = self._the_core()
        tried_s = 0.0
        pause_s = 0.005
        while not core.going_down:
            try:
                sock = connect(self._folder, f"nodes/{node}.sock")
            except OSError:
                if self._failed(node):
                    return None
                if not self._starts(node) and self._lock_free(node) and not self._sweep(node):
                    core.roster.clear(node)
                    self._spawn(node)
                if tried_s > _START_S:
                    self._end_agent(node)
                    tried_s = 0.0
                await asyncio.sleep(pause_s)
                tried_s += pause_s
                pause_s = min(1.5 * pause_s, 0.1)
                continue
            return await asyncio.open_unix_connection(sock=sock, limit=MOST_BYTES)
        return None

    def _lock_free(self, node: int) -> bool:
        lock = Lock(self._folder / "nodes" / f"{node}.lock")
        try:
            return lock.take()
        finally:
            lock.release()

    def _starts(self, node: int) -> bool:
        process = self._processes.get(node)
        return process is not None and process.poll() is None

    def _failed(self, node: int) -> bool:
        """Whether the agent that was started last has ended by a fault; told once."""
        process = self._processes.get(node)
        code = None if process is None else process.poll()
        if code in {None, 0, NODE_TAKEN}:
            return False
        del self._processes[node]
        return True

    def _spawn(self, node: int) -> None:
        words = [sys.executable, "-m", "gigawatt.live.agent", str(self._folder), str(node)]
        with (self._folder / "nodes" / f"{node}.log").open("ab") as log:
            self._processes[node] = subprocess.Popen(  # noqa: S603
                [*words, str(self._settings.patience_s)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _clear(self, node: int) -> None:
        """End an agent and all that is left of its node."""
        pause_s = 0.002
        while not self._lock_free(node):
            self._end_agent(node)
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, 0.1)
        while self._sweep(node):
            await asyncio.sleep(0.005)
        process = self._processes.pop(node, None)
        while process is not None and process.poll() is None:
            await asyncio.sleep(0.002)

    def _sweep(self, node: int) -> bool:
        """Kill what bears a node's mark, once its lock is free; true where there was something to kill."""
        left = marked(MARK, f"{self._mark}-{node}")
        for pid in left:
            send(pid, signal.SIGKILL)
        return bool(left)

    def _end_agent(self, node: int) -> None:
        """Kill a node's agent, if the process of that number is one."""
        process = self._processes.get(node)
        if process is not None and process.poll() is None:
            process.kill()
            return
        pid = self._pids.get(node, 0)
        with suppress(OSError):
            if pid and b"gigawatt.live.agent" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
