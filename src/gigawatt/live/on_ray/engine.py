"""The engine of a cluster on Ray's nodes: hosts start agents there, placement groups hold the GPUs."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from gigawatt import __version__
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.clock import monotonic_s
from gigawatt.live.nodes.engine import OnGrant, Streams
from gigawatt.live.nodes.grants import Key
from gigawatt.live.nodes.handshake import answer
from gigawatt.live.nodes.machine import AWAY
from gigawatt.live.nodes.processes import say
from gigawatt.live.nodes.wire import MOST_BYTES
from gigawatt.live.on_ray.driver import connect
from gigawatt.live.on_ray.gangs import Gangs
from gigawatt.live.on_ray.host import HERE, Host
from gigawatt.live.on_ray.own import OwnRay, become_successor
from gigawatt.live.on_ray.seats import VIRTUAL, Seat, find_seats, take_seats
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.transitions import Job

ANSWER_S = 10.0
"""A host that does not answer so long is away. Assumed: 3 to 60 s; a new start of it takes 1 to 2 s."""
MARGIN_S = 15.0
"""So long after its patience an agent has surely ended all: it looks each second, and then kills."""
_START_S = 60.0
_LOOK_S = 1.0
_LATE_S = 2.0
"""So long after ``grant_s`` a gang is denied its GPUs even if Ray says nothing at all."""


class RayEngine:
    """Nodes on Ray."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Find the nodes, where Ray is there; begin to start it, where it is not."""
        self.cluster = store.meta("id") or ""
        self._secret = store.meta("secret") or ""
        self._token = secrets.token_hex(8)
        self._store = store
        self._own: OwnRay | None = None
        self._hosts: dict[str, Any] = {}
        self._far: dict[str, bool] = {}
        self._lost_s: dict[int, float] = {}
        self._on_grant: OnGrant | None = None
        self._watch: asyncio.Task[None] | None = None
        if settings.address:
            connect(settings.address, self._namespace)
            before = [(str(n), int(g)) for n, g in json.loads(store.meta("seats") or "[]")]
            found = find_seats(_ray_nodes())
            self.seats = take_seats(found, before, settings.nodes, settings.gpus_per_node)
            if not self.seats:
                seen = "no node of this Ray cluster has GPUs"
                remedy = "ray start --num-gpus 8, or --resources '{\"gigawatt_gpu\": 8}' to count them"
                raise InputError(Problem("GW893", seen, remedy, file="--address"))
            gpus = tuple(seat.gpus for seat in self.seats)
            store.set_meta("seats", json.dumps([[seat.name, seat.gpus] for seat in self.seats]))
            store.set_meta("shape", f"{len(gpus)} x {max(gpus)}")
            settings = replace(settings, nodes=len(gpus), gpus_per_node=max(gpus), node_gpus=gpus)
        else:
            names = [f"{VIRTUAL}{node}" for node in range(settings.nodes)]
            self.seats = [Seat(name, settings.gpus_per_node, name) for name in names]
            resources = dict.fromkeys(names, settings.gpus_per_node)
            self._own = OwnRay(store.folder / "ray.log", self.cluster, resources)
        self.settings = settings
        self._gangs = Gangs(self.seats, settings.grant_s, self._answered)

    @property
    def _namespace(self) -> str:
        return f"gigawatt-{self.cluster}"

    def open(self, nodes: Sequence[int]) -> None:
        """Put a host on each Ray node, and let all agents come at once."""
        self._join()
        for node in nodes:
            if actor := self._hosts.get(self.seats[node].host):
                actor.revive.remote(node)

    def _join(self) -> None:
        if self._own is not None:
            connect(self._own.address(), self._namespace)
            there = {seat.name: seat for seat in find_seats(_ray_nodes())}
            self.seats[:] = [there[seat.name] for seat in self.seats]
        (self._store.folder / HERE).write_text(self._token, encoding="utf-8")
        for seat in self.seats:
            if seat.host and seat.host not in self._hosts:
                self._hosts[seat.host] = self._put_host(seat)
        told = {host: actor.about.remote() for host, actor in self._hosts.items()}
        for host, asked in told.items():
            try:
                self._note_host(host, ray.get(asked, timeout=_START_S))
            except RayError as error:
                last = str(error).splitlines()[-1]
                seen = f"Ray cannot run the agents' host on its node {host[:8]}: {last}"
                remedy = f"install gigawatt {__version__} there, and see Ray's logs"
                raise InputError(Problem("GW894", seen, remedy, file="--address")) from None

    def _note_host(self, host: str, told: dict[str, Any]) -> None:
        if told["version"] != __version__:
            seen = f"Ray's node {host[:8]} has gigawatt {told['version']}, this machine {__version__}"
            raise InputError(Problem("GW894", seen, "install one version on all", file="--address"))
        self._far[host] = not told["sees_state"]

    def _put_host(self, seat: Seat) -> Any:
        where = NodeAffinitySchedulingStrategy(seat.host, soft=False)
        kind = ray.remote(Host).options(
            num_cpus=0, max_restarts=-1, max_task_retries=-1, scheduling_strategy=where
        )
        state = str(self._store.folder)
        return kind.remote(
            self.cluster, state, self._token, self.settings.patience_s, self._secret, seat.address
        )

    async def _ask(self, node: int, method: str, *words: Any) -> Any:
        """Ask a node's host.

        Raises
        ------
        ConnectionError
            It does not answer.
        """
        host = self._hosts.get(self.seats[node].host)
        if host is None:
            raise ConnectionError(f"node {node} is away")
        asked: Awaitable[Any] = getattr(host, method).remote(node, *words)
        try:
            return await asyncio.wait_for(asked, ANSWER_S)
        except (RayError, TimeoutError) as error:
            raise ConnectionError(f"the host of node {node} does not answer: {error}") from error

    async def connect(self, node: int) -> Streams:
        """Reach a node's agent, and see that each side has the secret."""
        port = int(await self._ask(node, "port"))
        if not port:
            raise ConnectionError(f"the agent of node {node} does not listen yet")
        seat = self.seats[node]
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection(seat.address, port, limit=MOST_BYTES)
            try:
                told, expected = answer(self._secret, node, json.loads(await reader.readline()))
                writer.write(json.dumps(told).encode() + b"\n")
                proof = json.loads(await reader.readline())
            except ValueError:
                proof = {}
            except BaseException:
                writer.close()
                raise
            if proof != {"proof": expected}:
                writer.close()
                raise ConnectionError(f"who listens on port {port} is no agent of ours")
        self._lost_s.pop(node, None)
        return reader, writer

    def is_far(self, node: int) -> bool:
        """Whether a node's machine does not have the state folder."""
        return self._far.get(self.seats[node].host, False)

    async def revive(self, node: int) -> str:
        """See that an agent that does not answer comes."""
        try:
            return str(await self._ask(node, "revive"))
        except ConnectionError:
            await self._look_for(node)
            return AWAY

    async def clear(self, node: int, pid: int) -> bool:
        """End what is left of a node; where its machine does not answer, wait until its agent has ended all.

        An agent ends all when no controller has answered it for its patience; it asks before it counts.
        """
        lost_s = self._lost_s.setdefault(node, monotonic_s())
        try:
            clear = bool(await self._ask(node, "clear", pid))
        except ConnectionError:
            await self._look_for(node)
            clear = monotonic_s() - lost_s > self.settings.patience_s + MARGIN_S
        if clear:
            self._lost_s.pop(node, None)
        return clear

    async def _look_for(self, node: int) -> None:
        """See whether a node that was away has come again, as another Ray node of the same name."""
        seat = self.seats[node]
        try:
            found = await asyncio.to_thread(lambda: find_seats(_ray_nodes()))
        except (RayError, RuntimeError, InputError) as error:
            say(f"Ray's nodes cannot be seen: {error}")
            return
        for other in found:
            if other.name == seat.name and other.host != seat.host:
                self.seats[node] = replace(other, gpus=seat.gpus)
                if other.host not in self._hosts:
                    self._hosts[other.host] = actor = self._put_host(other)
                    try:
                        self._note_host(other.host, await asyncio.wait_for(actor.about.remote(), _START_S))
                    except (RayError, TimeoutError, InputError) as error:
                        del self._hosts[other.host]
                        say(f"node {node} has come again, and cannot be used: {error}")

    async def _tend_own(self, own: OwnRay) -> None:
        """Begin anew where a Ray of one's own has ended: as after a controller's end, gangs are found again.

        The process becomes its successor: one that has lost its raylet cannot join another Ray.
        """
        while not own.has_ended():
            await asyncio.sleep(_LOOK_S)
        say("Ray has ended; the controller begins anew with another one")
        become_successor()

    async def end(self, node: int, pid: int) -> None:
        """Kill a node's agent, where it can be reached."""
        try:
            await self._ask(node, "end", pid)
        except ConnectionError:
            return

    def reserve(self, job: Job, *, again: bool = False) -> bool:
        """Ask Ray for a gang's GPUs; the answer comes to ``on_grant``."""
        self._gangs.reserve(job, again=again)
        if not again:
            late_s = self.settings.grant_s + _LATE_S
            asyncio.get_running_loop().call_later(late_s, self._gangs.give_up, (job.id, job.attempt))
        return False

    def release(self, key: Key) -> None:
        """Give a gang's GPUs back to Ray."""
        self._gangs.release(key)

    def listen(self, on_grant: OnGrant) -> None:
        """Say who is told, within the loop that runs now, whether a gang's GPUs are granted."""
        loop = asyncio.get_running_loop()

        def tell(key: Key, denial: str) -> None:
            loop.call_soon_threadsafe(on_grant, key, denial)

        self._on_grant = tell
        if self._own is not None:
            self._watch = asyncio.create_task(self._tend_own(self._own))

    def address_of(self, node: int) -> str:
        """Return where ranks on other nodes reach those of a node."""
        return self.seats[node].address or "127.0.0.1"

    def devices_of(self, node: int, slots: Sequence[int], settings: Settings) -> tuple[str, ...]:
        """Return what CUDA calls the GPUs: where Ray knows them as such, by their numbers."""
        if self.seats[node].resource == "GPU":
            return tuple(str(slot) for slot in slots)
        return tuple(settings.devices[slot] for slot in slots if settings.devices)

    def _answered(self, key: Key, granted: bool) -> None:
        if self._on_grant is not None:
            waited = f"{self.settings.grant_s:g} s"
            denial = f"Ray did not grant its GPUs within {waited}: others hold some of them"
            self._on_grant(key, "" if granted else denial)

    async def close(self) -> None:
        """Leave Ray; end it where it was ours."""
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.to_thread(self._gangs.close)
        ray.shutdown()
        if self._own is not None:
            self._own.close()


def _ray_nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]
