"""The controller's mind alone: agents are made up, and what is sent to them is written down."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.cluster import policies
from gigawatt.live.core import Core
from gigawatt.live.deciding import Scheduler
from gigawatt.live.nodes.seen import CLEAR, CONNECTED, GONE, PartSeen, judge
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store, StoreFullError
from gigawatt.live.transitions import Job, JobSpec

SPEC = JobSpec("a", 3, ("true",), "/")


class Made:
    """A core with two made-up nodes of two GPUs."""

    def __init__(self, folder: Path, policy=None) -> None:
        self.folder = folder
        self.policy = policy or policies.fifo()
        self.open()

    def open(self) -> None:
        self.said: list[tuple[int, str]] = []
        self.store = Store(self.folder)
        scheduler = Scheduler(self.policy, 4)
        self.core = Core(self.store, Settings(2, 2, patience_s=1.0), scheduler, self.hear)

    def hear(self, node, message) -> None:
        self.said.append((node, message["do"]))

    def come(self, *parts) -> None:
        for node in (0, 1):
            self.core.agent_came(node, 100 + node, [p for n, p in parts if n == node])
        self.core.settled = True
        self.core.tick()

    def submit(self, *specs: JobSpec) -> list[int]:
        answer: list[int] = []
        self.core.tick([lambda: answer.extend(self.core.submit(list(specs)))])
        return answer

    def tell(self, node: int, job: int, phase: str, codes=None, attempt: int = 1) -> None:
        self.core.part_told(node, part(job, phase, codes, attempt))

    def states(self) -> list[str]:
        return [job.state for job in self.store.jobs.values()]

    def words(self) -> list[tuple[int, str]]:
        said, self.said = self.said, []
        return said


def part(job: int, phase: str, codes=None, attempt: int = 1):
    return {"job": job, "attempt": attempt, "phase": phase, "codes": codes or {}}


@pytest.fixture
def made(tmp_path: Path):
    one = Made(tmp_path)
    one.come()
    yield one
    one.store.check()
    one.store.close()


def test_no_rank_starts_before_every_part_is_ready(made):
    made.submit(SPEC)
    assert made.words() == [(0, "prepare"), (1, "prepare")]
    made.tell(0, 1, "prepared")
    made.core.tick()
    assert made.words() == []
    made.tell(1, 1, "prepared")
    made.core.tick()
    assert made.words() == [(0, "go"), (1, "go")]


def test_a_job_goes_back_to_the_queue_only_when_all_its_parts_are_known_to_be_gone(made):
    made.submit(SPEC)
    made.core.roster.gone(0)
    made.core.tick()
    assert made.store.jobs[1].stopping == "lost"
    made.tell(1, 1, "done")
    made.core.tick()
    assert made.states() == ["running"]
    made.core.roster.clear(0)
    made.core.tick()
    assert made.states() == ["queued"]


def test_a_full_disk_lets_nothing_be_done_and_nothing_be_forgotten(made, monkeypatch):
    def full(_events):
        raise StoreFullError("full")

    made.submit(replace(SPEC, gpus=4))
    waiting = made.submit(SPEC)
    made.words()
    for node in (0, 1):
        made.tell(node, 1, "done", {"0": 0, "1": 0} if node == 0 else {"2": 0, "3": 0})
    monkeypatch.setattr(made.store, "append", full)
    for _ in range(2):
        with pytest.raises(StoreFullError):
            made.core.tick()
    assert made.words() == []
    assert made.states() == ["running", "queued"]
    monkeypatch.undo()
    made.core.tick()
    assert made.states() == ["finished", "running"]
    assert (0, "prepare") in made.words()
    assert waiting == [2]


def test_a_new_controller_waits_for_its_agents_and_takes_what_they_have(tmp_path: Path):
    made = Made(tmp_path)
    made.come()
    made.submit(SPEC, replace(SPEC, gpus=1))
    made.store.close()
    made.open()
    made.core.tick()
    assert (made.words(), made.states()) == ([], ["running", "running"])
    made.come((0, part(1, "running")), (1, part(1, "prepared")))
    # The first gang had the word on one node only: it becomes whole. The second never reached its node.
    assert (1, "go") in made.words()
    assert made.store.jobs[1].attempt == 1
    assert (made.store.jobs[2].attempt, made.store.jobs[2].restarts) == (2, 1)
    made.store.close()


def test_an_agent_that_comes_with_a_run_that_is_over_ends_and_forgets_it(made):
    made.core.agent_came(0, 7, [part(9, "running"), part(8, "done")])
    assert made.words() == [(0, "stop"), (0, "forget")]


def test_a_preempted_gang_leaves_before_the_next_one_comes(tmp_path: Path):
    made = Made(tmp_path, policies.priority())
    made.come()
    made.submit(replace(SPEC, gpus=4))
    made.words()
    made.submit(replace(SPEC, gpus=2, priority=1))
    assert made.words() == [(0, "stop"), (1, "stop")]
    assert made.states() == ["running", "queued"]
    made.tell(0, 1, "done")
    made.tell(1, 1, "done")
    made.core.tick()
    assert made.states() == ["paused", "running"]
    assert made.store.jobs[1].faults == 0
    made.store.close()


def test_a_time_limit_wakes_the_controller(made):
    made.submit(replace(SPEC, time_limit_s=1000.0))
    assert 900.0 < made.core.tick() - made.store.clock.now_s() <= 1000.0
    assert math.isinf(Scheduler(policies.fifo(), 1).wake_s)


def test_more_jobs_and_tenants_than_there_was_room_for(made, monkeypatch):
    monkeypatch.setattr("gigawatt.live.deciding._ROOM_JOBS", 4)
    made.core.scheduler.restore((), {}, 0)
    numbers = made.submit(*(replace(SPEC, tenant=f"t{n}", gpus=4) for n in range(70)))
    for number in numbers:
        made.core.tick()
        assert made.store.jobs[number].state == "running"
        made.tell(0, number, "done", {"0": 0, "1": 0})
        made.tell(1, number, "done", {"2": 0, "3": 0})
    made.core.tick()
    assert set(made.states()) == {"finished"}


def running(**more) -> Job:
    places = ((0, (0, 1)), (1, (0,)))
    return Job(
        1, replace(SPEC, time_limit_s=10.0), "running", places=places, started_s=0.0, attempt=1, **more
    )


@pytest.mark.parametrize(
    ("parts", "agents", "now_s", "kind", "why"),
    [
        ({0: PartSeen("done", {0: 0, 1: 0}), 1: PartSeen("done", {2: 0})}, {}, 1.0, "finished", None),
        ({0: PartSeen("done", {0: 0, 1: 0}), 1: PartSeen("running")}, {}, 1.0, "", None),
        ({0: PartSeen("done", {0: 0}), 1: PartSeen("running")}, {}, 1.0, "stopping", "lost"),
        ({0: PartSeen("running", {0: 3}), 1: PartSeen("running")}, {}, 1.0, "stopping", "fault"),
        ({0: PartSeen("running"), 1: PartSeen("running")}, {1: GONE}, 1.0, "stopping", "lost"),
        ({0: PartSeen("running"), 1: PartSeen("running")}, {}, 10.0, "stopping", "limit"),
        # Told before its node was lost: the work is done.
        ({0: PartSeen("done", {0: 0, 1: 0}), 1: PartSeen("done", {2: 0})}, {1: CLEAR}, 1.0, "finished", None),
    ],
)
def test_what_follows_from_what_is_seen(parts, agents, now_s: float, kind: str, why: str | None):
    verdict = judge(running(), parts, {0: CONNECTED, 1: CONNECTED, **agents}, now_s)
    assert (verdict.kind, verdict.data.get("why")) == (kind, why)
