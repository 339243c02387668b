"""What brings agents to their nodes: the one thing in which one machine and many differ for a controller."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Protocol

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.nodes.grants import Hands, Key, Local
from gigawatt.live.nodes.machine import Machine
from gigawatt.live.nodes.wire import MOST_BYTES, connect
from gigawatt.live.settings import REAL, VIRTUAL, Settings
from gigawatt.live.store import Store

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


OnGrant = Callable[[Key, str], None]
"""Told of a gang's reservation: empty where it is granted, else why not."""


class Engine(Hands, Protocol):
    """Agents on nodes: started, reached, and known to be gone; and GPUs that are reserved for gangs."""

    settings: Settings
    """As they were told, and the nodes that there are."""

    def open(self, nodes: Sequence[int]) -> None:
        """Begin: let the agents come of all nodes on which nothing is left; do not wait for them."""

    def listen(self, on_grant: OnGrant) -> None:
        """Say who is told of reservations, within the loop that runs now."""

    async def connect(self, node: int) -> Streams:
        """Reach a node's agent; OSError where it does not answer."""

    async def revive(self, node: int) -> str:
        """See that an agent that does not answer comes; a state of :mod:`gigawatt.live.nodes.machine`."""

    async def clear(self, node: int, pid: int) -> bool:
        """End a node's agent and all that is left of it; true once nothing is."""

    async def end(self, node: int, pid: int) -> None:
        """Kill a node's agent."""

    def is_far(self, node: int) -> bool:
        """Whether a node's machine does not have the state folder."""

    async def close(self) -> None:
        """End what was begun, once all agents have ended."""


class Embedded(Local):
    """Virtual nodes of the controller's own machine, reached through sockets in the state folder."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.settings = settings
        self._machine = Machine(store.folder, store.meta("id") or "", settings.patience_s)

    def open(self, nodes: Sequence[int]) -> None:
        """Start the agents of nodes on which nothing is left, all at once."""
        for node in nodes:
            self._machine.revive(node)

    def listen(self, on_grant: OnGrant) -> None:
        """Nothing is told: no reservation is needed."""

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

    def is_far(self, node: int) -> bool:
        """It has: there is one machine."""
        del node
        return False

    async def close(self) -> None:
        """Nothing is left to end: agents are processes of their own."""


def make_engine(store: Store, settings: Settings) -> Engine:
    """Return the engine that a cluster is to have.

    Raises
    ------
    InputError
        GW805: the cluster had another shape before; and what Ray refuses.
    """
    for name, length in (("id", 8), ("secret", 32)):
        if store.meta(name) is None:
            store.set_meta(name, secrets.token_hex(length))
    _check_shape(store, settings)
    engine = _engine_of(store, settings)
    for name in ("engine", "address", "policy"):
        store.set_meta(name, getattr(settings, name))
    return engine


def _engine_of(store: Store, settings: Settings) -> Engine:
    if settings.engine == "embedded":
        return Embedded(store, settings)
    from gigawatt.live.on_ray.surroundings import surround

    surround(store.meta("secret") or "", own=not settings.address)
    # Only who wants Ray waits for its import.
    from gigawatt.live.on_ray.engine import RayEngine

    return RayEngine(store, settings)


def _check_shape(store: Store, settings: Settings) -> None:
    """Note the shape of a new cluster; refuse another one for one that exists."""
    shape = f"{settings.nodes} x {settings.gpus_per_node}"
    kind = REAL if settings.devices else VIRTUAL
    before = (store.meta("shape"), store.meta("gpus") or VIRTUAL)
    elsewhere = store.meta("seats") is not None
    same = elsewhere if settings.address else before == (shape, kind) and not elsewhere
    if before[0] is not None and not same:
        had = "the nodes of a Ray cluster" if elsewhere else f"{before[0]} {before[1]} GPUs"
        now = "those of a Ray cluster" if settings.address else f"{shape} {kind} ones"
        seen = f"this cluster has {had}, not {now} ({store.folder})"
        remedy = "give --nodes and --gpus-per-node, --real or --address as before, or another --state-dir"
        raise InputError(Problem("GW805", seen, remedy, file="--nodes"))
    if not settings.address:
        store.set_meta("gpus", kind)
        store.set_meta("shape", shape)
