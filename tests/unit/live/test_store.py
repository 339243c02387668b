"""The journal: nothing is half written, one controller holds it, and its clock does not jump."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from gigawatt.kernel.errors import CheckFailedError, InputError
from gigawatt.live.clock import TICKS_PER_S, Clock, on_tick
from gigawatt.live.store import Store, StoreFullError
from gigawatt.live.transitions import JobSpec, TransitionError


def spec(gpus: int = 1) -> dict[str, object]:
    return asdict(JobSpec("a", gpus, ("true",), "/"))


def test_long_events_are_read_in_parts(tmp_path: Path):
    store = Store(tmp_path)
    long = [{**spec(), "command": ("x" * 1_000_000,)} for _ in range(10)]
    store.append([store.event("submitted", job=n, spec=one) for n, one in enumerate(long, 1)])
    assert [seq for seq, _ in store.numbered(None, 1000)] == [6, 7, 8, 9, 10]
    assert [seq for seq, _ in store.numbered(2, 1000)] == [3, 4, 5, 6, 7]
    assert [seq for seq, _ in store.numbered(2, 2)] == [3, 4]
    store.close()


@pytest.fixture
def store(tmp_path: Path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_what_was_appended_is_there_after_a_new_start(tmp_path: Path):
    store = Store(tmp_path)
    store.append([store.event("submitted", job=1, spec=spec()), store.event("submitted", job=2, spec=spec())])
    store.append([store.event("started", job=2, places=[[0, [3]]], port=4000)])
    store.append([store.event("node", node=0, state="up", pid=5, losses_s=[1.0])])
    before = store.jobs, store.nodes
    store.close()
    again = Store(tmp_path)
    assert (again.jobs, again.nodes) == before
    assert again.jobs[2].places == ((0, (3,)),)
    assert again.check() == 4
    again.close()


def test_a_second_controller_is_refused(store: Store, tmp_path: Path):
    with pytest.raises(InputError, match="GW801"):
        Store(tmp_path)


def test_a_full_disk_keeps_nothing_and_changes_nothing(store: Store):
    store.append([store.event("submitted", job=1, spec=spec())])
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    many = [store.event("submitted", job=j, spec=spec()) for j in range(2, 400)]
    with pytest.raises(StoreFullError, match="full"):
        store.append(many)
    assert list(store.jobs) == [1]
    assert store.check() == 1
    store._db.execute("PRAGMA max_page_count = 100000")
    store.append(many)
    assert store.check() == 399


def test_one_impossible_event_keeps_all_of_them_out(store: Store):
    with pytest.raises(TransitionError, match="queued"):
        store.append([store.event("submitted", job=1, spec=spec()), store.event("finished", job=1)])
    assert store.jobs == {}
    assert store.check() == 0


def test_tables_that_say_something_else_than_the_journal_are_found(store: Store, tmp_path: Path):
    store.append([store.event("submitted", job=1, spec=spec())])
    with sqlite3.connect(tmp_path / "cluster.sqlite") as other:
        other.execute("DELETE FROM journal")
    other.close()
    with pytest.raises(CheckFailedError, match="differ"):
        store.check()


def test_another_versions_cluster_is_refused(tmp_path: Path):
    store = Store(tmp_path)
    store.set_meta("format", "gigawatt-live/99")
    store.close()
    with pytest.raises(InputError, match="GW802"):
        Store(tmp_path)


def test_the_clock_goes_on_after_a_new_start_of_controller_or_machine(tmp_path: Path):
    store = Store(tmp_path)
    store.append([store.event("submitted", at_s=1000.0, job=1, spec=spec())])
    store.set_meta("boot_id", "another")
    store.close()
    again = Store(tmp_path)
    assert 1000.0 <= again.clock.now_s() < 1010.0
    again.close()


def test_a_wall_clock_that_jumps_moves_no_duration(store: Store, monkeypatch: pytest.MonkeyPatch):
    before = store.event("submitted", job=1, spec=spec())
    monkeypatch.setattr(time, "time", lambda: 0.0)
    after = store.event("finished", job=1)
    assert after.at_unix_s == 0.0
    assert 0.0 <= after.at_s - before.at_s < 5.0


def test_ticks_add_up_exactly():
    times = [on_tick(t) for t in (0.1, 1234.56789, 1e6 + 1 / 3)]
    assert all((t * TICKS_PER_S).is_integer() for t in times)
    assert times[0] + (times[1] - times[0]) == times[1]
    clock = Clock(0.0, 1e12)
    assert clock.now_s() == clock.now_s() == 1e12
