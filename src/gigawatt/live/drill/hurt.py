"""The faults of a drill, each done to a live cluster; true where there was something to do it to."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from gigawatt.kernel.errors import GigawattError, InputError
from gigawatt.live.drill.partition import Door
from gigawatt.live.drill.plan import DrilledJob
from gigawatt.live.drill.scene import Scene, kill, shift_file, wait_for_end
from gigawatt.live.nodes.processes import alive
from gigawatt.live.outside import client

_LOST_S = 40.0
"""An agent that says nothing is lost by then, unless something is wrong."""
_FULL_S = 0.6
_ANEW_FRAC = 0.5
"""So often the controller is killed before an agent is stopped."""


class Hurt:
    """Does faults to a scene, and keeps what a controller had promised when it was killed."""

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self.scene = scene
        self.rng = rng
        self.wrong: list[str] = []
        """What the cluster did not do when it was hurt."""
        self.taken: dict[int, DrilledJob] = {}
        """Jobs that were submitted while the controller was killed, and acknowledged."""
        self._doings: dict[str, Callable[[], bool]] = {
            "rank": self._kill_rank,
            "keeper": lambda: self._kill_one("keeper"),
            "agent": lambda: self._kill_one("agent"),
            "controller": self._kill_controller,
            "watchers": self._kill_watchers,
            "frozen agent": self._freeze,
            "partition": self._part,
            "full disk": self._fill,
            "clock jump": self._jump,
            "second controller": self._second,
        }

    def do(self, fault: str, job: DrilledJob) -> bool:
        """Do a fault; ``job`` is submitted while the controller is killed."""
        self._job = job
        return self._doings[fault]()

    def _kill_rank(self) -> bool:
        return self._kill([rank.pid for rank in self.scene.ranks()])

    def _kill_one(self, kind: str) -> bool:
        return self._kill(self.scene.watchers()[kind])

    def _kill(self, pids: list[int]) -> bool:
        if not pids:
            return False
        try:
            os.kill(int(self.rng.choice(pids)), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _kill_controller(self) -> bool:
        """Kill it while a job is submitted: what it acknowledged must be there when it is up again."""

        def submit() -> None:
            with suppress(GigawattError):
                self.taken[self.scene.submit(self._job)] = self._job

        asking = threading.Thread(target=submit, daemon=True)
        asking.start()
        time.sleep(float(self.rng.uniform(0.0, 0.03)))
        kill([self.scene.pid])
        wait_for_end(self.scene.pid)
        asking.join()
        self.scene.up()
        return True

    def _kill_watchers(self) -> bool:
        pids = [pid for pids in self.scene.watchers().values() for pid in pids]
        kill(pids)
        for pid in pids:
            wait_for_end(pid)
        self.scene.up()
        return True

    def _freeze(self) -> bool:
        """Stop an agent: it says nothing any more, and its ranks run on until it is lost."""
        agents = self.scene.watchers()["agent"]
        if not agents:
            return False
        agent = int(self.rng.choice(agents))
        anew = self.rng.random() < _ANEW_FRAC
        if anew:  # the next controller has never heard of it
            kill([self.scene.pid])
            wait_for_end(self.scene.pid)
        with suppress(ProcessLookupError):
            os.kill(agent, signal.SIGSTOP)
        if anew:
            self.scene.up()
        return self._must_be_lost(agent, "an agent that was stopped")

    def _part(self) -> bool:
        """Put a door between controller and agent, and shut it."""
        kill([self.scene.pid])
        wait_for_end(self.scene.pid)
        node = int(self.rng.integers(self.scene.settings.nodes))
        try:
            door = Door(self.scene.folder, node)
        except FileNotFoundError:
            self.scene.up()
            return False
        try:
            self.scene.up()
            if not door.passed.wait(5.0):  # a new agent has taken its name back
                return False
            agent = next((n["pid"] for n in self._nodes() if n["id"] == node), 0)
            door.shut.set()
            return agent > 0 and self._must_be_lost(agent, "an agent behind a partition")
        finally:
            door.close()

    def _nodes(self) -> list[dict[str, int]]:
        return list(client.ask(self.scene.folder, "GET", "/v1/status")["nodes"])

    def _must_be_lost(self, agent: int, what: str) -> bool:
        end_s = time.monotonic() + _LOST_S
        while alive(agent) and time.monotonic() < end_s:
            time.sleep(0.05)
        if alive(agent):
            self.wrong.append(f"{what} (process {agent}) was not given up within {_LOST_S:.0f} s")
        return True

    def _fill(self) -> bool:
        """Let controller, agents and what they start write nothing: what is submitted must be refused."""
        scene = self.scene
        scene.limit_files(0, [scene.pid, *scene.watchers()["agent"]])
        try:
            number = scene.submit(self._job)
        except GigawattError as error:
            if "journal" not in str(error):
                self.wrong.append(f"when nothing could be written: {error}")
            time.sleep(_FULL_S)
        else:
            self.wrong.append(f"job {number} was taken though nothing could be written")
        finally:
            # What was started meanwhile has inherited the limit; what is started now may still.
            for _ in range(3):
                scene.limit_files(-1, scene.everything())
        return True

    def _jump(self) -> bool:
        """Let the wall clock jump by up to ten days, back or forth."""
        shift_s = float(self.rng.uniform(-864_000.0, 864_000.0))
        shift_file(self.scene.folder).write_text(repr(shift_s), encoding="ascii")
        return True

    def _second(self) -> bool:
        """Start a second controller on the same folder: it must be refused."""
        try:
            client.bring_up(self.scene.folder, self.scene.settings)
        except InputError as error:
            if error.problems[0].code != "GW801":
                self.wrong.append(f"a second controller was refused otherwise: {error.problems[0]}")
        else:
            self.wrong.append("a second controller was not refused")
        return True
