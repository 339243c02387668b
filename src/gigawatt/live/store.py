"""Where a cluster keeps its state: a journal in SQLite, written before anything is acted on.

Events are appended in one transaction and are on the disk (WAL, ``synchronous = FULL``) when :meth:`append`
returns; where the disk is full nothing of them is kept and the caller's state is as it was. The tables of
jobs, nodes and tenants are the journal folded so far, for quick starts and for readers from outside;
:meth:`Store.check` folds it anew and compares.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import CheckFailedError, GigawattError, InputError, Problem
from gigawatt.live.clock import Clock, boot_id, monotonic_s
from gigawatt.live.nodes.lock import Lock
from gigawatt.live.power import Budget
from gigawatt.live.tenants import Tenant, fold
from gigawatt.live.transitions import Event, Job, Node, next_job, next_node, replay

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY, at_s REAL NOT NULL, at_unix_s REAL NOT NULL, kind TEXT NOT NULL,
  job INTEGER, node INTEGER, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nodes (id INTEGER PRIMARY KEY, state TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS energy (at_s REAL NOT NULL, source TEXT NOT NULL, joules REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tenants (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
"""
FORMAT = "gigawatt-live/1"
_MOST_READ_BYTES = 4 * 2**20
"""Of events that are read for one request."""


class StoreFullError(GigawattError):
    """The disk is full or may not be written: the events were not kept, and must not be acted on."""


class Store:
    """The journal of one cluster, held by one controller.

    Examples
    --------
    >>> import tempfile
    >>> from gigawatt.live.transitions import JobSpec
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(Path(folder))
    ...     spec = asdict(JobSpec("a", 1, ("true",), "/"))
    ...     store.append([store.event("submitted", job=1, spec=spec)])
    ...     print(store.jobs[1].state, store.check())
    ...     store.close()
    queued 1
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock(folder / "controller.lock")
        if not self._lock.take():
            self._lock.release()
            seen = f"another controller runs this cluster ({folder})"
            raise InputError(
                Problem("GW801", seen, "use it, or give another --state-dir", file="--state-dir")
            )
        self._db = sqlite3.connect(folder / "cluster.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        if self.meta("format") not in {None, FORMAT}:
            self.close()
            seen = f"this cluster was written by another version ({self.folder})"
            raise InputError(Problem("GW802", seen, "give another --state-dir", file="--state-dir"))
        self.set_meta("format", FORMAT)
        rows = self._db.execute("SELECT data FROM jobs ORDER BY id")
        self.jobs: dict[int, Job] = {job.id: job for job in (Job.from_data(json.loads(d)) for (d,) in rows)}
        rows = self._db.execute("SELECT data FROM nodes ORDER BY id")
        self.nodes: dict[int, Node] = {n.id: n for n in (_node(json.loads(d)) for (d,) in rows)}
        rows = self._db.execute("SELECT data FROM tenants ORDER BY name")
        self.tenants: dict[str, Tenant] = {
            t.name: t for t in (Tenant.from_data(json.loads(d)) for (d,) in rows)
        }
        self.clock = self._open_clock()

    def close(self) -> None:
        """Give the cluster to the next controller."""
        self._db.close()
        self._lock.release()

    def event(
        self, kind: str, at_s: float | None = None, *, job: int | None = None, node: int | None = None,
        **data: Any,
    ) -> Event:  # fmt: skip
        """Make an event of now, or of a time of the cluster's clock."""
        from time import time

        return Event(kind, self.clock.now_s() if at_s is None else at_s, time(), job, node, data)

    def append(self, events: Sequence[Event]) -> None:
        """Write events, and then let them happen to ``jobs``, ``nodes`` and ``tenants``; all of them or none.

        Raises
        ------
        StoreFullError
            They could not be written. Nothing has changed.
        TransitionError
            One of them cannot happen. Nothing has changed.
        """
        jobs: dict[int, Job] = {}
        nodes: dict[int, Node] = {}
        for event in events:
            if event.job is not None:
                old = jobs.get(event.job, self.jobs.get(event.job))
                jobs[event.job] = next_job(old, event)
            elif event.node is not None:
                was = nodes.get(event.node, self.nodes.get(event.node))
                nodes[event.node] = next_node(was, event)
        tenants = fold(self.tenants, events)
        rows = [(e.at_s, e.at_unix_s, e.kind, e.job, e.node, _json(e.data)) for e in events]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(
                    "INSERT INTO journal (at_s, at_unix_s, kind, job, node, data) VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                )
                self._upsert("jobs", [(job.id, job.state, _json(asdict(job))) for job in jobs.values()])
                self._upsert("nodes", [(n.id, n.state, _json(asdict(n))) for n in nodes.values()])
                if tenants != self.tenants:
                    told = [(t.name, _json(asdict(t))) for t in tenants.values()]
                    self._db.execute("DELETE FROM tenants")
                    self._db.executemany("INSERT INTO tenants (name, data) VALUES (?, ?)", told)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise StoreFullError(f"the cluster's journal cannot be written: {error}") from error
        self.jobs |= jobs
        self.nodes |= nodes
        # Another one, not a changed one: other threads look a token's tenant up in it.
        self.tenants = tenants

    def _upsert(self, table: str, rows: list[tuple[int, str, str]]) -> None:
        # The table's name is one of ours, never a user's.
        self._db.executemany(f"INSERT OR REPLACE INTO {table} (id, state, data) VALUES (?, ?, ?)", rows)  # noqa: S608

    def meta(self, name: str) -> str | None:
        """Return what was noted under a name."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Note a value under a name."""
        self._db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def events(self) -> list[Event]:
        """Read the whole journal."""
        rows = self._db.execute("SELECT kind, at_s, at_unix_s, job, node, data FROM journal ORDER BY seq")
        return [Event(k, at, wall, job, node, json.loads(data)) for k, at, wall, job, node, data in rows]

    def numbered(self, after: int | None, most: int) -> list[tuple[int, Event]]:
        """Read some events with their numbers, oldest first: those behind a number, or the latest.

        Fewer where they are long, so that nobody who asks for many holds the controller up.
        """
        columns = "SELECT seq, kind, at_s, at_unix_s, job, node, data FROM journal"
        if after is None:
            found = self._db.execute(f"{columns} ORDER BY seq DESC LIMIT ?", (most,))
        else:
            found = self._db.execute(f"{columns} WHERE seq > ? ORDER BY seq LIMIT ?", (after, most))
        rows, left_bytes = [], _MOST_READ_BYTES
        for row in found:
            rows.append(row)
            left_bytes -= len(row[-1])
            if left_bytes < 0:
                break
        rows = rows[::-1] if after is None else rows
        return [(seq, Event(k, at, wall, j, n, json.loads(data))) for seq, k, at, wall, j, n, data in rows]

    def note_energy(self, joules: Mapping[str, float]) -> None:
        """Note what counters of energy have counted since the time before; where the disk is full, not."""
        at_s = self.clock.now_s()
        rows = [(at_s, source, counted) for source, counted in joules.items()]
        with suppress(sqlite3.OperationalError):
            self._db.executemany("INSERT INTO energy (at_s, source, joules) VALUES (?, ?, ?)", rows)

    def power(self) -> Budget | None:
        """Return the power budget that was set last, or None where there is none."""
        query = "SELECT data FROM journal WHERE kind = 'power' ORDER BY seq DESC LIMIT 1"
        row = self._db.execute(query).fetchone()
        told = {} if row is None else json.loads(row[0])
        return Budget.from_data(told) if told else None

    def check(self) -> int:
        """Fold the journal anew and compare; return how many events it holds.

        Raises
        ------
        CheckFailedError
            The database is damaged, or says something else than its journal.
        """
        told = self._db.execute("PRAGMA integrity_check").fetchone()[0]
        if told != "ok":
            raise CheckFailedError(f"the cluster's database is damaged: {told}")
        events = self.events()
        jobs, nodes = replay(events)
        if jobs != self.jobs or nodes != self.nodes or fold({}, events) != self.tenants:
            raise CheckFailedError("the cluster's journal and its tables differ")
        return len(events)

    def _open_clock(self) -> Clock:
        """Go on from the last known time; after a new start of the machine, from the journal's."""
        last_s = self._db.execute("SELECT max(at_s) FROM journal").fetchone()[0] or 0.0
        here = boot_id()
        zero = self.meta("clock_zero_s")
        if zero is None or self.meta("boot_id") != here:
            zero = repr(monotonic_s() - last_s)
            self.set_meta("clock_zero_s", zero)
            self.set_meta("boot_id", here)
        return Clock(float(zero), last_s)


def _node(data: dict[str, Any]) -> Node:
    return Node(**{**data, "losses_s": tuple(data["losses_s"])})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
