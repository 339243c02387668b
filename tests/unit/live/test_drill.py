"""What a drill finds when a rule is broken: a drill that cannot fail would show nothing."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from gigawatt.live.drill.plan import KILLS, DrilledJob, draw_faults
from gigawatt.live.drill.scene import Rank, kill, wait_for_end
from gigawatt.live.drill.verdict import (
    Findings,
    Verdict,
    as_json,
    look_at_jobs,
    look_at_journal,
    look_at_logs,
    look_at_notes,
)
from gigawatt.live.drill.watch import overlaps
from gigawatt.live.store import Store
from gigawatt.live.transitions import Job, JobSpec

JOB = DrilledJob("plain", 2, 3, 0.01, 0)
GOOD = """begun 1 0 0
begun 1 1 0
step 1 0 1
step 1 1 1
begun 2 0 2
begun 2 1 1
step 2 1 2
step 2 0 3
step 2 1 3
ended 2 0 3
ended 2 1 3
"""


def notes(folder: Path, text: str) -> tuple[int, dict[str, list[str]]]:
    place = folder / "checkpoints" / "7"
    place.mkdir(parents=True, exist_ok=True)
    (place / "record").write_text(text, encoding="ascii")
    found = Findings()
    again = look_at_notes(folder, 7, JOB, 2, found)
    return again, {rule: told for rule, told in found.broken.items() if told}


def test_good_notes_break_no_rule_though_a_step_was_made_and_not_noted(tmp_path: Path):
    assert notes(tmp_path, GOOD) == (2, {})


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("begun 2 0 2", "begun 2 0 0", {"work"}),
        ("begun 2 0 2", "twice 2 0 0\nbegun 2 0 2", {"twice"}),
        ("ended 2 1 3\n", "", {"part"}),
        ("ended 2 1 3\n", "ended 2 1 3\nended 2 1 3\n", {"part"}),
        ("step 2 1 3\nended 2 0 3\nended 2 1 3", "ended 2 0 3\nended 2 1 2", {"lost"}),
        (GOOD, "", {"lost", "part"}),
    ],
)
def test_notes_that_break_a_rule_are_found(tmp_path: Path, old: str, new: str, rules: set[str]):
    text = GOOD.replace(old, new)
    assert text != GOOD
    assert set(notes(tmp_path, text)[1]) == rules


def test_two_runs_of_a_rank_and_two_jobs_on_a_gpu_are_found_while_both_live():
    sleepers = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
    first, second = (process.pid for process in sleepers)
    gpu, other = ("mark-0", "3"), ("mark-0", "4")
    try:
        again = [Rank(first, 1, 1, 0, gpu, 1), Rank(second, 1, 2, 0, other, 1)]
        shared = [Rank(first, 1, 1, 0, gpu, 1), Rank(second, 2, 1, 0, gpu, 1)]
        of_one_rank = [Rank(first, 1, 1, 0, gpu, 1), Rank(second, 1, 1, 0, gpu, 1)]
        assert (len(overlaps(again)), len(overlaps(shared)), overlaps(of_one_rank)) == (1, 1, [])
        kill([first])
        wait_for_end(first)
        assert overlaps(again) == overlaps(shared) == []
    finally:
        for process in sleepers:
            process.kill()
            process.wait()


def test_a_gpu_given_twice_a_clock_gone_back_a_job_gone_and_a_long_log_are_found(tmp_path: Path):
    store = Store(tmp_path)
    spec = asdict(JobSpec("a", 1, ("true",), "/"))
    places = {"places": [[0, [5]]], "port": 1}
    store.append([store.event("submitted", 4.0, job=n, spec=spec) for n in (1, 2)])
    store.append([store.event("started", at_s, job=n, **places) for n, at_s in ((1, 5.0), (2, 4.5))])
    store.close()
    found = Findings()
    jobs, events = look_at_journal(tmp_path, found)
    (tmp_path / "logs" / "1").mkdir(parents=True)
    (tmp_path / "logs" / "1" / "0.log").write_bytes(b"x" * 1000)
    look_at_logs(tmp_path, 500, found)
    look_at_jobs(tmp_path, {1: JOB, 3: JOB}, jobs, found)
    assert len(events) == 4
    assert {rule: len(told) for rule, told in found.broken.items() if told} == {
        "twice": 1, "journal": 1, "logs": 1, "lost": 2,
    }  # fmt: skip


def test_a_journal_that_differs_from_its_tables_is_found(tmp_path: Path):
    import sqlite3

    store = Store(tmp_path)
    store.append([store.event("submitted", job=1, spec=asdict(JobSpec("a", 1, ("true",), "/")))])
    store.close()
    with sqlite3.connect(tmp_path / "cluster.sqlite") as db:
        db.execute("UPDATE jobs SET data = replace(data, 'queued', 'running')")
    db.close()
    found = Findings()
    look_at_journal(tmp_path, found)
    assert found.broken["journal"]


def test_faults_come_in_number_and_a_broken_rule_fails_the_drill():
    faults = draw_faults(np.random.default_rng(0), 25, 5)
    assert sum(fault in KILLS for fault in faults) == 25
    assert {*KILLS} < set(faults)
    assert len(set(faults) - set(KILLS)) == 5
    assert faults != draw_faults(np.random.default_rng(1), 25, 5)
    broken = Verdict({}, 0, 0, 0, 0, 0, 0, 0, 0.0, {"twice": ["here"]})
    assert not broken.holds
    told = as_json(Verdict({}, 0, 0, 0, 0, 0, 0, 0, 0.0, Findings().broken))
    assert told["holds"]
    assert len(told["rules"]) == 9


def test_processes_are_killed_at_one_instant():
    sleepers = [subprocess.Popen(["sleep", "60"]) for _ in range(3)]
    kill([process.pid for process in sleepers])
    end_s = time.monotonic() + 10.0
    for process in sleepers:
        assert process.wait(end_s - time.monotonic()) == -9
    assert not any(Path(f"/proc/{process.pid}").exists() for process in sleepers)
    assert os.getpid()


def test_a_job_without_an_end_is_lost(tmp_path: Path):
    found = Findings()
    job = Job(4, JobSpec("a", 1, ("true",), "/"), "failed", reason="rank 0 ended with 5")
    look_at_jobs(tmp_path, {4: JOB}, {4: job}, found)
    assert found.broken["lost"] == ["job 4 (plain) is failed rank 0 ended with 5"]
