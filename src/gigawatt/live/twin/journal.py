"""Reads what a cluster has written down, from outside: nothing is locked, and nothing written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.clock import boot_id, monotonic_s, on_tick
from gigawatt.live.nodes.processes import alive
from gigawatt.live.power import Budget
from gigawatt.live.store import FORMAT
from gigawatt.live.tenants import Tenant, fold
from gigawatt.live.transitions import Event, Job, Node, replay


@dataclass(frozen=True, slots=True)
class Recording:
    """A cluster's journal until now, and what follows from it."""

    folder: Path
    nodes: int
    gpus_per_node: int
    events: tuple[Event, ...]
    energy: tuple[tuple[float, str, float], ...]
    """When it was read, from what, and joules since the controller began to read."""
    is_up: bool
    now_s: float
    """The present on the cluster's clock; of one that is not up, its last event."""

    node_gpus: tuple[int, ...] = ()
    """GPUs by node, where they are not ``gpus_per_node`` each."""

    @property
    def gpus(self) -> int:
        """All GPUs."""
        return sum(self.node_gpus) if self.node_gpus else self.nodes * self.gpus_per_node

    def gpus_of(self, node: int) -> int:
        """Return the GPUs of a node."""
        return self.node_gpus[node] if self.node_gpus else self.gpus_per_node

    @property
    def policy(self) -> str:
        """The policy as it was written at the last ``up``; empty where the journal does not say."""
        told = [event.data["policy"] for event in self.events if event.kind == "up"]
        return str(told[-1]) if told else ""

    @property
    def policies(self) -> tuple[str, ...]:
        """All policies that it has had."""
        return tuple(dict.fromkeys(event.data["policy"] for event in self.events if event.kind == "up"))

    @property
    def power(self) -> Budget | None:
        """The power budget that was set last, or None."""
        told = [event.data for event in self.events if event.kind == "power"]
        return Budget.from_data(told[-1]) if told and told[-1] else None

    @property
    def tenants(self) -> Mapping[str, Tenant]:
        """What is known of tenants at the end."""
        return fold({}, self.events)

    def state(self) -> tuple[dict[int, Job], dict[int, Node]]:
        """Jobs and nodes at the end, by number."""
        return replay(self.events)


def read_recording(folder: Path) -> Recording:
    """Read the journal of a cluster, live or ended.

    Raises
    ------
    InputError
        GW802: it cannot be read; GW853: there is none.
    """
    file = folder / "cluster.sqlite"
    if not file.is_file():
        seen = "there is no journal of a cluster in this folder"
        raise InputError(Problem("GW853", seen, "name the state folder of one", file=str(folder)))
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("BEGIN")
            return _read(folder, db)
    except sqlite3.Error as error:
        seen = f"the cluster's database cannot be read ({file}): {error}"
        raise InputError(Problem("GW802", seen, "give another --state-dir", file=str(folder))) from None


def _read(folder: Path, db: sqlite3.Connection) -> Recording:
    meta: dict[str, str] = dict(db.execute("SELECT name, value FROM meta"))
    if meta.get("format") != FORMAT or "shape" not in meta:
        seen = f"this cluster was written by another version ({folder})"
        raise InputError(Problem("GW802", seen, "give another --state-dir", file=str(folder)))
    rows = db.execute("SELECT kind, at_s, at_unix_s, job, node, data FROM journal ORDER BY seq")
    events = tuple(Event(k, at, wall, job, node, json.loads(data)) for k, at, wall, job, node, data in rows)
    there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'energy'").fetchone()
    energy = db.execute("SELECT at_s, source, joules FROM energy ORDER BY at_s").fetchall() if there else []
    nodes, _, gpus = meta["shape"].partition(" x ")
    last_s = events[-1].at_s if events else 0.0
    is_up = _is_up(folder) and meta.get("boot_id") == boot_id()
    present_s = on_tick(monotonic_s() - float(meta["clock_zero_s"])) if is_up else last_s
    of_ray = tuple(int(one) for _, one in json.loads(meta.get("seats", "[]")))
    return Recording(
        folder, int(nodes), int(gpus), events, tuple(energy), is_up, max(present_s, last_s), of_ray
    )  # fmt: skip


def _is_up(folder: Path) -> bool:
    try:
        door: dict[str, Any] = json.loads((folder / "api.json").read_text(encoding="utf-8"))
        return alive(int(door["pid"]))
    except (OSError, ValueError, KeyError):
        return False
