"""A live cluster in a temporary folder, what its journal says, and what must never be left behind."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from gigawatt.live.nodes.part import MARK
from gigawatt.live.nodes.processes import alive, marked
from gigawatt.live.outside import client
from gigawatt.live.power import Budget
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.transitions import Event, Job, next_job


def until(true: Callable[[], Any], within_s: float = 30.0, told: Callable[[], Any] = lambda: "") -> None:
    """Wait for a condition; fail where it does not come."""
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, f"waited in vain; {told()}"
        time.sleep(0.02)


def certificate(folder: Path) -> tuple[str, str]:
    """Make a self-signed certificate of localhost and its key, as the how-to says; return their files."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    cert, key = str(folder / "cluster.pem"), str(folder / "cluster.key")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    more = ["-subj", "/CN=gigawatt", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert]
    subprocess.run([*words.split(), *more], check=True, capture_output=True)
    return cert, key


class Cluster:
    """A cluster that tests bring up, hurt and look into."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.settings = Settings(**{"nodes": 4, "gpus_per_node": 8, "grace_s": 2.0, **settings})
        self.pid = 0

    def up(self) -> None:
        self.pid = client.bring_up(self.folder, self.settings)

    def submit(self, gpus: int, *command: str, **more: Any) -> int:
        body = {"tenant": "a", "gpus": gpus, "command": list(command), "cwd": str(self.folder), **more}
        return client.ask(self.folder, "POST", "/v1/jobs", body)["id"]

    def status(self) -> dict[str, Any]:
        return client.ask(self.folder, "GET", "/v1/status")

    def states(self) -> dict[int, str]:
        return {job["id"]: job["state"] for job in self.status()["jobs"]}

    def job(self, number: int) -> dict[str, Any]:
        return client.ask(self.folder, "GET", f"/v1/jobs/{number}")

    def wait(self, numbers: Iterable[int], *states: str, within_s: float = 30.0) -> None:
        wanted = set(numbers)
        until(
            lambda: all(s in states for n, s in self.states().items() if n in wanted), within_s, self.states
        )

    def log(self, number: int, rank: int = 0, attempt: int = 1) -> str:
        return (self.folder / "logs" / str(number) / str(attempt) / f"{rank}.log").read_text(encoding="utf-8")

    def kill_controller(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: not alive(self.pid))

    def marks(self) -> list[str]:
        with sqlite3.connect(self.folder / "cluster.sqlite") as db:
            (mark,) = db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()
        db.close()
        return [f"{mark}-{node}" for node in range(self.settings.nodes)]

    def ranks(self) -> list[int]:
        """Processes of jobs, whoever their parents are."""
        return [pid for mark in self.marks() for pid in marked(MARK, mark)]

    def processes(self) -> list[int]:
        """Controllers, agents and keepers: they have the cluster's folder on their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and alive(int(entry.name)):
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if b"-m" in words and str(self.folder).encode() in words:
                    found.append(int(entry.name))
        return found

    def end(self) -> None:
        """Take it down, and see that nothing is left."""
        if self.processes():
            client.take_down(self.folder)
        until(
            lambda: not self.processes() and not self.ranks(), 10.0, lambda: (self.processes(), self.ranks())
        )

    def events(self) -> list[Event]:
        with sqlite3.connect(self.folder / "cluster.sqlite") as db:
            rows = db.execute(
                "SELECT kind, at_s, at_unix_s, job, node, data FROM journal ORDER BY seq"
            ).fetchall()
        db.close()
        return [Event(*row[:5], json.loads(row[5])) for row in rows]

    def over_budget(self, budget: Budget) -> list[tuple[float, ...]]:
        """Where the journal says that gangs drew more than the budget: when, and both in kW.

        A gang counts from its start until the word that nothing of it is left; looked at when anything
        happened, and at every step of the budget.
        """
        held: dict[int, int] = {}
        found = []
        steps_s = [budget.from_s + k * budget.step_s for k in range(len(budget.budget_kw))]
        moments = [(at_s, None) for at_s in steps_s] + [(e.at_s, e) for e in self.events()]
        for at_s, event in sorted(moments, key=lambda m: (m[0], m[1] is not None)):
            found += self._too_much(budget, at_s, held)
            if event is not None and event.kind == "started":
                held[event.job] = sum(len(slots) for _, slots in event.data["places"])
                found += self._too_much(budget, at_s, held)
            elif event is not None and event.kind in {"stopped", "finished"}:
                del held[event.job]
        return found

    def _too_much(
        self, budget: Budget, at_s: float, held: dict[int, int]
    ) -> list[tuple[float, float, float]]:
        drawn_kw = budget.drawn_kw(self.settings.gpus, sum(held.values()))
        allowed_kw = budget.at_kw(at_s)
        return [(at_s, drawn_kw, allowed_kw)] if held and drawn_kw > allowed_kw * (1 + 1e-9) else []

    def check(self) -> None:
        """After its end: the journal is consistent, and no GPU was ever held twice."""
        store = Store(self.folder)
        try:
            assert store.check() > 0
            events = store.events()
        finally:
            store.close()
        jobs: dict[int, Job] = {}
        for event in events:
            if event.job is None:
                continue
            jobs[event.job] = next_job(jobs.get(event.job), event)
            held = [(n, s) for job in jobs.values() for n, slots in job.places for s in slots]
            assert len(held) == len(set(held)), event


@dataclass
class Speaker:
    """Somebody with a token."""

    port: int
    token: str

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        link = HTTPConnection("127.0.0.1", self.port, timeout=30)
        text = None if body is None else json.dumps(body)
        link.request(method, path, text, {"Authorization": f"Bearer {self.token}"})
        answer = link.getresponse()
        data = answer.read()
        link.close()
        if answer.getheader("Content-Type") == "application/json":
            return answer.status, json.loads(data)
        return answer.status, (data, dict(answer.getheaders()))

    def code(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        status, answer = self.ask(method, path, body)
        return status, answer["problems"][0]["code"] if "problems" in answer else ""

    def submit(self, *command: str, **more: Any) -> int:
        status, answer = self.ask("POST", "/v1/jobs", {"gpus": 1, "command": list(command), **more})
        assert status == 200, answer
        return answer["id"]


def speakers(cluster: Cluster, *names: str) -> list[Speaker]:
    """The owner, and named tenants."""
    door = json.loads((cluster.folder / "api.json").read_text(encoding="utf-8"))
    owner = Speaker(door["port"], door["token"])
    found = [owner]
    for name in names:
        assert owner.ask("POST", "/v1/tenants", {"name": name})[0] == 200
        status, told = owner.ask("POST", f"/v1/tenants/{name}/token")
        assert status == 200
        found.append(Speaker(door["port"], told["token"]))
    return found


@pytest.fixture(scope="session")
def ray_address(tmp_path_factory: pytest.TempPathFactory):
    """Start Ray on the loopback with four virtual nodes of 8 GPUs, for all tests that can share it."""
    from gigawatt.live.on_ray.own import OwnRay
    from gigawatt.live.on_ray.seats import VIRTUAL
    from gigawatt.live.on_ray.surroundings import surround

    log, name = tmp_path_factory.mktemp("ray") / "ray.log", secrets.token_hex(8)
    before = dict(os.environ)
    surround("of the tests", own=True)
    own = OwnRay(log, name, {f"{VIRTUAL}{node}": 8 for node in range(4)})
    yield own.address()
    own.close()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def make(tmp_path: Path, engine: str, request: pytest.FixtureRequest):
    """Bring clusters up; at the end take them down, and see that nothing is left and the journal is sound."""
    made = []
    where = {"engine": engine}
    if engine == "ray":
        where["address"] = request.getfixturevalue("ray_address")

    def up(**settings: Any) -> Cluster:
        settings = {**where, **settings}
        cluster = Cluster(tmp_path / "state", **settings)
        made.append(cluster)
        cluster.up()
        return cluster

    yield up
    for cluster in made:
        cluster.end()
        cluster.check()
