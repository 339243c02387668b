"""Forward from now: the course of jobs equals the simulation's, and changes are those that were asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from journal_fixture import Written

from gigawatt.cluster import Jobs, Machines, simulate
from gigawatt.kernel.errors import InputError
from gigawatt.live.power import Budget
from gigawatt.live.twin.forecast import Change, forecast
from gigawatt.live.twin.journal import read_recording


def write_until(folder: Path, policy: str, jobs: Jobs, until_s: float) -> Written:
    """What a cluster of 4 GPUs would have written until then, had it done as the simulation says."""
    says = simulate(Machines.pool(4), jobs, policy)
    events = [(at, 0, "submit", j) for j, at in enumerate(jobs.submit_s.tolist())]
    events += [(at, 2, "start", j) for j, at in enumerate(says.start_s.tolist())]
    events += [(at, 1, "end", j) for j, at in enumerate(says.end_s.tolist())]
    written = Written(folder, policy)
    free = set(range(4))
    held: dict[int, list[int]] = {}
    for at, _, kind, j in sorted(events):
        if at > until_s:
            break
        if kind == "submit":
            written.submit(at, j + 1, int(jobs.gpus[j]), estimate_s=float(jobs.estimate_s[j]))
        elif kind == "start":
            held[j] = [free.pop() for _ in range(jobs.gpus[j])]
            written.start(at, j + 1, *held[j])
        else:
            written.add("finished", at, j + 1)
            free |= set(held.pop(j))
    return written


@pytest.mark.parametrize("policy", ["fifo", "easy", "conservative", "sjf", "fair"])
def test_the_course_is_that_of_the_simulation(tmp_path: Path, policy: str):
    rng = np.random.default_rng(4)
    n = 30
    jobs = Jobs(
        submit_s=np.sort(rng.integers(0, 12, n)),
        duration_s=rng.integers(2, 20, n),
        gpus=rng.integers(1, 5, n),
    )
    says = simulate(Machines.pool(4), jobs, policy)
    written = write_until(tmp_path, policy, jobs, 20.0)
    recording = read_recording(tmp_path)
    found = forecast(recording)
    assert found.gpus == 4
    open_jobs = [j for j in range(n) if says.end_s[j] > recording.now_s]
    assert set(found.courses) == {j + 1 for j in open_jobs}
    for j in open_jobs:
        course = found.courses[j + 1]
        assert course.end_s == says.end_s[j] - recording.now_s
        assert course.start_s == max(says.start_s[j] - recording.now_s, 0.0)
    assert len(open_jobs) > 10
    before = written.store.check()
    forecast(recording, Change("priority", 2, (0,)))
    assert written.store.check() == before  # it is left as it is
    written.store.close()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    made = Written(tmp_path, "priority")
    yield made
    made.store.close()


def starts(found) -> dict[int, float | None]:
    return {n: course.start_s for n, course in found.courses.items()}


def test_what_if_there_were_more_or_fewer_nodes_or_another_policy(written: Written):
    written.submit(0.0, 1, 4, estimate_s=10.0, priority=5)
    written.start(0.0, 1, 0, 1, 2, 3)
    written.submit(2.0, 2, 4, estimate_s=6.0, priority=5)
    written.submit(2.0, 3, 4, estimate_s=3.0, priority=9, after=(2,))
    recording = read_recording(written.folder)
    assert starts(forecast(recording)) == {1: 0.0, 2: 8.0, 3: 14.0}
    assert starts(forecast(recording, Change(add_nodes=1))) == {1: 0.0, 2: 0.0, 3: 6.0}
    moved = forecast(recording, Change(add_nodes=1, remove_nodes=(0,)))
    assert starts(moved) == {1: 0.0, 2: 8.0, 3: 14.0}
    written.submit(4.0, 4, 2, estimate_s=3.0, priority=1)
    recording = read_recording(written.folder)
    found = forecast(recording)
    assert found.courses[4].start_s == 0.0
    assert found.courses[1].taken_off == 1
    assert found.courses[1].end_s == 3.0 + 6.0
    assert starts(forecast(recording, Change("fifo"))) == {1: 0.0, 2: 6.0, 4: 12.0, 3: 15.0}
    for change in (Change(remove_nodes=(1,)), Change(remove_nodes=(0,))):
        with pytest.raises(InputError, match="GW856"):
            forecast(recording, change)
    with pytest.raises(InputError, match="GW610"):
        forecast(recording, Change("fiof"))


def test_estimates_that_were_outlived_nodes_that_are_out_and_power(written: Written):
    written.submit(0.0, 1, 2, estimate_s=3.0)
    written.start(0.0, 1, 0, 1)
    written.submit(5.0, 2, 4, estimate_s=3.0)
    found = forecast(read_recording(written.folder))
    assert found.overdue == (1,)
    assert starts(found) == {1: 0.0, 2: 0.0}
    written.add("power", 5.0, **Budget(5.0, 4.0, (4.0, 2.0, 4.0), 1.0, 0.0, lead_s=0.0).event())
    found = forecast(read_recording(written.folder))
    assert found.courses[2].taken_off == 0  # it is over before the drop
    assert found.courses[2].end_s == 3.0
    written.store.append([written.store.event("node", 5.0, node=0, state="drained", pid=1)])
    assert starts(forecast(read_recording(written.folder))) == {1: 0.0, 2: None}


def two_nodes(folder: Path, policy: str, running: dict[int, list[int]]) -> Written:
    """Two nodes of 4 GPUs on which these jobs of 5 s run, each on all GPUs of the nodes named."""
    folder.mkdir(exist_ok=True)
    written = Written(folder, policy)
    written.store.set_meta("shape", "2 x 4")
    written.store.append([written.store.event("node", 0.0, node=1, state="up", pid=1)])
    for job, nodes in running.items():
        written.submit(0.0, job, 4 * len(nodes), estimate_s=5.0)
        written.add("decided", 0.0, job, order="start")
        written.add("started", 0.0, job, places=[[node, [0, 1, 2, 3]] for node in nodes], port=job)
    return written


def drain(written: Written, at_s: float, node: int) -> None:
    written.store.append([written.store.event("node", at_s, node=node, state="drained", pid=1)])


def test_gpus_of_a_drained_node_are_not_given_out_once_its_gang_has_ended(tmp_path: Path):
    over_both = two_nodes(tmp_path / "both", "fifo", {1: [0, 1]})
    for job in (2, 3):
        over_both.submit(0.0, job, 4, estimate_s=5.0)
    drain(over_both, 1.0, 0)
    recording = read_recording(over_both.folder)
    found = forecast(recording)
    assert starts(found) == {1: 0.0, 2: 4.0, 3: 9.0}
    assert found.gpus == 4
    added = forecast(recording, Change(add_nodes=1))
    assert starts(added) == {1: 0.0, 2: 0.0, 3: 4.0}
    assert added.gpus == 8
    over_both.store.close()
    one_each = two_nodes(tmp_path / "each", "fifo", {1: [0], 2: [1]})
    one_each.submit(0.0, 3, 8, estimate_s=5.0)
    drain(one_each, 1.0, 1)
    assert starts(forecast(read_recording(one_each.folder))) == {1: 0.0, 2: 0.0, 3: None}
    one_each.store.close()


def test_gpus_of_a_drained_node_are_not_given_out_once_its_gang_was_taken_off(tmp_path: Path):
    written = two_nodes(tmp_path, "priority", {1: [0, 1]})
    drain(written, 1.0, 0)
    for job in (2, 3):
        written.submit(1.0, job, 4, estimate_s=3.0, priority=5)
    found = forecast(read_recording(tmp_path))
    assert starts(found) == {1: 0.0, 2: 0.0, 3: 3.0}
    assert found.courses[1].taken_off == 1
    assert found.courses[1].end_s is None  # 8 GPUs are not left
    written.store.close()
