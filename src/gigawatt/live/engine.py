"""What brings agents to their nodes: the one thing in which one machine and many differ for a controller."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from gigawatt.live.machine import Machine
from gigawatt.live.wire import MOST_BYTES, connect

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Engine(Protocol):
    """Agents on nodes: started, reached, and known to be gone."""

    name: str

    def open(self, nodes: Sequence[int]) -> None:
        """Begin: let the agents come of all nodes on which nothing is left; do not wait for them."""

    async def connect(self, node: int) -> Streams:
        """Reach a node's agent; OSError where it does not answer."""

    async def revive(self, node: int) -> str:
        """See that an agent that does not answer comes; a state of :mod:`gigawatt.live.machine`."""

    async def clear(self, node: int, pid: int) -> bool:
        """End a node's agent and all that is left of it; true once nothing is."""

    async def end(self, node: int, pid: int) -> None:
        """Kill a node's agent."""

    async def close(self) -> None:
        """End what was begun, once all agents have ended."""


class Embedded:
    """Virtual nodes of the controller's own machine, reached through sockets in the state folder."""

    name = "embedded"

    def __init__(self, folder: Path, mark: str, patience_s: float) -> None:
        self._machine = Machine(folder, mark, patience_s)

    def open(self, nodes: Sequence[int]) -> None:
        """Start the agents of nodes on which nothing is left, all at once."""
        for node in nodes:
            self._machine.revive(node)

    async def connect(self, node: int) -> Streams:
        """Reach a node's agent."""
        sock = connect(self._machine.folder, f"nodes/{node}.sock")
        return await asyncio.open_unix_connection(sock=sock, limit=MOST_BYTES)

    async def revive(self, node: int) -> str:
        """Start an agent where none is."""
        return self._machine.revive(node)

    async def clear(self, node: int, pid: int) -> bool:
        """End what is left of a node."""
        return self._machine.clear(node, pid)

    async def end(self, node: int, pid: int) -> None:
        """Kill a node's agent."""
        self._machine.end(node, pid)

    async def close(self) -> None:
        """Nothing is left to end: agents are processes of their own."""
