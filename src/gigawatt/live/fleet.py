"""The agents of a cluster: brought up, talked to, reached again after a controller's end, cleared away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from gigawatt.live.core import Core
from gigawatt.live.engine import Engine, Streams
from gigawatt.live.machine import AWAY, FAILED, STARTED
from gigawatt.live.seen import CLEAR
from gigawatt.live.settings import Settings
from gigawatt.live.transitions import QUARANTINED
from gigawatt.live.wire import BrokenMessageError, Lines, Message, pack

_START_S = 20.0
"""An agent that does not answer so long after its start is started again. Assumed: 5 to 60 s."""


class Fleet:
    """One task a node, from the controller's start to its end."""

    def __init__(self, engine: Engine, settings: Settings, wake: Callable[[], None]) -> None:
        self.core: Core | None = None
        self._engine = engine
        self._settings = settings
        self._wake = wake
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
                    elif "ping" in message:
                        writer.write(pack({"do": "pong", "ping": message["ping"]}))
                self._wake()
        self._writers.pop(node, None)
        writer.close()

    async def _reach(self, node: int) -> Streams | None:
        """Connect to a node's agent, starting it where there is none.

        None where the cluster goes down, the agent ended before it answered, or its machine is away.
        """
        core = self._the_core()
        tried_s = 0.0
        pause_s = 0.005
        while not core.going_down:
            with suppress(OSError):
                return await self._engine.connect(node)
            state = await self._engine.revive(node)
            if state == FAILED or (state == AWAY and core.roster.agents[node] != CLEAR):
                return None
            if state == STARTED:
                core.roster.clear(node)
            if tried_s > _START_S:
                await self._engine.end(node, self._pids.get(node, 0))
                tried_s = 0.0
            await asyncio.sleep(pause_s)
            tried_s += pause_s
            pause_s = min(1.5 * pause_s, 0.1)
        return None

    async def _clear(self, node: int) -> None:
        """End an agent and all that is left of its node."""
        pause_s = 0.002
        while not await self._engine.clear(node, self._pids.get(node, 0)):
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, 0.1)
