"""The controller of a cluster, a process of its own.

    python -m gigawatt.live.controller STATE_DIR SETTINGS READY_FD

``SETTINGS`` is JSON. One line of JSON on the descriptor says that the cluster is ready, or why it is not.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

from gigawatt.cluster.readers import read_policy
from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.kernel.importing import in_haste
from gigawatt.live.core import Core
from gigawatt.live.deciding import Scheduler
from gigawatt.live.http.listening import far_door
from gigawatt.live.nodes.engine import make_engine
from gigawatt.live.nodes.fleet import Fleet
from gigawatt.live.nodes.grants import Key
from gigawatt.live.nodes.meter import Meter
from gigawatt.live.nodes.processes import say
from gigawatt.live.power import Budget
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store, StoreFullError
from gigawatt.live.tenants import Tenant

T = TypeVar("T")
_RETRY_S = 1.0
_METER_S = 30.0
"""Between two readings of energy. RAPL begins again after 262 kJ at the earliest: 15 min at 290 W."""


class Controller:
    """The loop that wakes the core, and the door through which other threads ask it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        policy = read_policy(settings.policy, "--policy")
        if policy.round_s:
            seen = f"{settings.policy} decides in rounds only; a live cluster decides when something happens"
            raise InputError(Problem("GW815", seen, "leave round_s away", file="--policy"))
        for name in ("nodes", "logs", "checkpoints"):
            (folder / name).mkdir(exist_ok=True)
        self.store = Store(folder)
        try:
            # What may be refused comes first: nothing is noted of a start that did not come about.
            self.far_door = far_door(settings)
            self._wake = asyncio.Event()
            self.engine = make_engine(self.store, settings)
            self.settings = settings = self.engine.settings
            _take_tenants(self.store, settings)
            self.store.append([self.store.event("up", policy=settings.policy, grace_s=settings.grace_s)])
            self.fleet = Fleet(folder, self.engine, settings, self._wake.set)
            self.engine.open(range(settings.nodes))
            # Loading the compiled policies, none of which calls BLAS, takes as long as the agents to come up.
            with in_haste(without=["scipy.linalg"]):
                scheduler = Scheduler(policy, settings.gpus, _power(self.store, settings))
            self.core = Core(self.store, settings, scheduler, self.fleet.send, self.engine)
        except BaseException:
            self.store.close()
            raise
        self.fleet.core = self.core
        self.ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: list[tuple[Callable[[], Any], Future[Any]]] = []

    def ask(self, request: Callable[[], T]) -> T:
        """Call a function within the next tick and return what it gives; from any other thread."""
        answer: Future[T] = Future()
        if self._loop is None or self.ended.is_set():
            raise GigawattError("the cluster is going down")
        self._loop.call_soon_threadsafe(self._take, request, answer)
        return answer.result(60.0)

    def _take(self, request: Callable[[], Any], answer: Future[Any]) -> None:
        self._inbox.append((request, answer))
        self._wake.set()

    def _grant_told(self, key: Key, denial: str) -> None:
        self.core.grant_told(key, denial)
        self._wake.set()

    async def run(self, ready: Callable[[], None]) -> None:
        """Run the cluster until it has gone down."""
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._take, self.core.go_down, Future())
        self.engine.listen(self._grant_told)
        for job in self.core.running():
            self.engine.reserve(job, again=True)
        metering = asyncio.create_task(self._meter())
        tending = [asyncio.create_task(self.fleet.tend(node)) for node in range(self.settings.nodes)]
        told = False
        while True:
            timeout_s = self._tick()
            if self.core.going_down and not self.core.running():
                break
            if self.core.settled and not told:
                ready()
                told = True
            for task in tending:
                if task.done() and task.exception() is not None:
                    task.result()
            try:
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            except TimeoutError:
                continue
            finally:
                self._wake.clear()
        metering.cancel()
        self.ended.set()
        self._answer_all(GigawattError("the cluster is going down"))
        await self.fleet.quit()
        await asyncio.gather(*tending)
        await self.engine.close()
        self.core.tick()

    async def _meter(self) -> None:
        """Note what the machine's counters of energy count, if it has any that may be read."""
        meter = await asyncio.to_thread(Meter)  # the GPUs' library may take a second
        try:
            while meter.counts:
                await asyncio.sleep(_METER_S)
                self.store.note_energy(meter.read())
        finally:
            if meter.counts:
                self.store.note_energy(meter.read())

    def _tick(self) -> float | None:
        """Let the core do what is due; return after how many seconds at the latest it is due again."""
        inbox, self._inbox = self._inbox, []
        calls = [_answering(request, answer) for request, answer in inbox]
        try:
            wake_s = self.core.tick(calls)
        except StoreFullError as error:
            say(f"{error}; trying again")
            for _, answer in inbox:
                if not answer.done():
                    answer.set_exception(error)
            return _RETRY_S
        left_s = wake_s - self.store.clock.now_s()
        return None if left_s == float("inf") else max(left_s, 0.0)

    def _answer_all(self, error: Exception) -> None:
        for _, answer in self._inbox:
            answer.set_exception(error)
        self._inbox.clear()


def _answering(request: Callable[[], Any], answer: Future[Any]) -> Callable[[], None]:
    def call() -> None:
        try:
            result = request()
        except (GigawattError, ValueError) as error:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    return call


def _take_tenants(store: Store, settings: Settings) -> None:
    """Note what is newly told of tenants; what else is known of them stays, their tokens too."""
    told = [replace(store.tenants.get(one["name"], Tenant(one["name"])), **one) for one in settings.tenants]
    news = [tenant for tenant in told if store.tenants.get(tenant.name) != tenant]
    if news:
        store.append([store.event("tenant", **tenant.event()) for tenant in news])


def _power(store: Store, settings: Settings) -> Budget | None:
    """Note a new power budget, which begins now, or the end of one; return the one in force."""
    lead_s = settings.grace_s + settings.kill_s
    before = store.power()
    if settings.power is not None:
        told = dict(settings.power)
        if told:
            told = Budget.from_data({**told, "from_s": store.clock.now_s(), "lead_s": lead_s}).event()
        store.append([store.event("power", **told)])
    elif before is not None and before.lead_s != lead_s:
        # Gangs are given another time to leave: drops count so much earlier.
        store.append([store.event("power", **replace(before, lead_s=lead_s).event())])
    return store.power()


def main(folder: str, settings: str, ready_fd: str) -> int:
    """Run a cluster until it is told to go down, or killed."""
    fd = int(ready_fd)
    os.set_inheritable(fd, False)  # noqa: FBT003 - it takes no keyword
    try:
        with in_haste():
            controller = Controller(Path(folder), Settings(**json.loads(settings)))
            from gigawatt.live.http.api import serve
    except InputError as error:
        _tell(fd, {"problems": [asdict(problem) for problem in error.problems]})
        return error.exit_code

    def ready() -> None:
        serve(controller)
        _tell(fd, {"ready": os.getpid()})

    asyncio.run(controller.run(ready))
    (Path(folder) / "api.json").unlink(missing_ok=True)
    controller.store.close()
    return 0


def _tell(fd: int, message: dict[str, Any]) -> None:
    try:
        os.write(fd, json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        # Who started the cluster has gone; the cluster goes on.
        return
    finally:
        os.close(fd)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
