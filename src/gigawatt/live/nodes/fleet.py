"""The agents of a cluster: brought up, talked to, reached again after a controller's end, cleared away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gigawatt.live.clock import monotonic_s
from gigawatt.live.core import Core
from gigawatt.live.nodes.engine import Engine, Streams
from gigawatt.live.nodes.machine import AWAY, FAILED, STARTED
from gigawatt.live.nodes.mirror import PAUSE_S, Mirror, Source
from gigawatt.live.nodes.part import DONE
from gigawatt.live.nodes.placing import ranks_on
from gigawatt.live.nodes.seen import CLEAR
from gigawatt.live.nodes.wire import BrokenMessageError, Lines, Message, pack
from gigawatt.live.settings import Settings
from gigawatt.live.transitions import QUARANTINED

_LOGS_S = 5.0
"""So long a cluster that goes down waits for logs from other machines. Assumed: 1 to 60 s."""
_START_S = 20.0
"""An agent that does not answer so long after its start is started again. Assumed: 5 to 60 s."""


class Fleet:
    """One task a node, from the controller's start to its end."""

    def __init__(self, folder: Path, engine: Engine, settings: Settings, wake: Callable[[], None]) -> None:
        self.core: Core | None = None
        self._engine = engine
        self._settings = settings
        self._wake = wake
        self._mirror = Mirror(folder, self.send)
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._pids: dict[int, int] = {}
        self._unsettled = set(range(settings.nodes))

    def send(self, node: int, message: Message) -> None:
        """Send a message to a node's agent; one that is not there will say what it has when it comes."""
        writer = self._writers.get(node)
        if writer is not None:
            writer.write(pack(message))

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
                await self._engine.end(node, self._pids.get(node, 0))
                self._settle(node)
                await asyncio.sleep(0.1)
            else:
                await self._converse(node, *streams)
            core.roster.gone(node)
            self._wake()
            await self._clear(node)
            core.roster.clear(node)
            self._wake()

    async def quit(self) -> None:
        """Ask all agents to end, once what their ranks said is here."""
        end_s = monotonic_s() + _LOGS_S
        while self._mirror.is_behind() and monotonic_s() < end_s:
            await asyncio.sleep(PAUSE_S)
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
        asking = asyncio.create_task(self._ask_for_logs(node))
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
                        self._mirror_parts(node, message["parts"])
                    elif "part" in message:
                        self._mirror_parts(node, [message["part"]])
                        core.part_told(node, message["part"])
                    elif "log" in message:
                        self._mirror.take(node, message["log"])
                    elif "ping" in message:
                        writer.write(pack({"do": "pong", "ping": message["ping"]}))
                self._wake()
        asking.cancel()
        self._writers.pop(node, None)
        writer.close()

    async def _ask_for_logs(self, node: int) -> None:
        """Bring what a node's ranks say, as long as its agent is there."""
        while self._engine.is_far(node):
            self._mirror.ask(node)
            await asyncio.sleep(PAUSE_S)

    def _mirror_parts(self, node: int, parts: list[Message]) -> None:
        if not self._engine.is_far(node):
            return
        for part in parts:
            job = self._the_core().store.jobs.get(part["job"])
            if job is not None and job.attempt == part["attempt"]:
                sources = [Source(node, job.id, job.attempt, rank) for rank in ranks_on(job, node)]
                self._mirror.follow(sources, ended=part["phase"] == DONE)

    async def _reach(self, node: int) -> Streams | None:
        """Connect to a node's agent, starting it where there is none.

        None where the cluster goes down, the agent ended before it answered, or its machine is away.
        """
        core = self._the_core()
        since_s = time.monotonic()
        pause_s = 0.005
        while not core.going_down:
            with suppress(OSError):
                return await self._engine.connect(node)
            state = await self._engine.revive(node)
            if state == FAILED or (state == AWAY and core.roster.agents[node] != CLEAR):
                return None
            if state == STARTED:
                core.roster.clear(node)
            if time.monotonic() - since_s > _START_S:
                await self._engine.end(node, self._pids.get(node, 0))
                since_s = time.monotonic()
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, 0.1)
        return None

    async def _clear(self, node: int) -> None:
        """End an agent and all that is left of its node."""
        pause_s = 0.002
        while not await self._engine.clear(node, self._pids.get(node, 0)):
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, 0.1)
