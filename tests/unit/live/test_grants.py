"""Gangs whose GPUs an engine grants later, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.cluster import policies
from gigawatt.live.core import Core
from gigawatt.live.deciding import Scheduler
from gigawatt.live.nodes.grants import Local
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.transitions import JobSpec

SPEC = JobSpec("a", 3, ("true",), "/")
REASON = "others hold some of them"


class Slow(Local):
    """An engine that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.released: list[tuple[int, int]] = []

    def reserve(self, job, *, again=False) -> bool:
        del again
        self.asked.append((job.id, job.attempt))
        return False

    def release(self, key) -> None:
        self.released.append(key)


class Made:
    """A core on two made-up nodes of two GPUs, to which one job was submitted."""

    def __init__(self, folder: Path) -> None:
        self.hands = Slow()
        self.said: list[tuple[int, str]] = []
        self.store = Store(folder)
        scheduler = Scheduler(policies.fifo(), 4)
        self.core = Core(self.store, Settings(2, 2), scheduler, self.hear, self.hands)
        for node in (0, 1):
            self.core.agent_came(node, 100 + node, [])
        self.core.settled = True
        self.core.tick([lambda: self.core.submit([SPEC])])

    def hear(self, node, message) -> None:
        self.said.append((node, message["do"]))

    @property
    def job(self):
        return self.store.jobs[1]


@pytest.fixture
def made(tmp_path: Path):
    one = Made(tmp_path)
    yield one
    one.store.check()
    one.store.close()


def test_no_keeper_is_made_before_the_gpus_are_granted(made):
    assert (made.hands.asked, made.said) == ([(1, 1)], [])
    made.core.agent_came(0, 100, [])  # an agent that comes again has no part of it, and has lost none
    made.core.tick()
    assert not made.job.stopping
    made.core.grant_told((1, 1), "")
    assert made.said == [(0, "prepare"), (1, "prepare")]
    made.core.grant_told((1, 1), "")
    assert len(made.said) == 2


def test_what_is_not_granted_goes_back_to_the_queue_and_is_asked_for_again(made):
    made.core.grant_told((1, 1), REASON)
    made.core.tick()
    assert (made.job.state, made.job.attempt, made.job.faults) == ("running", 2, 0)
    assert (made.hands.released, made.hands.asked) == ([(1, 1)], [(1, 1), (1, 2)])
    assert [e.data["reason"] for e in made.store.events() if e.kind == "stopping"] == [REASON]
    assert "prepare" not in [word for _, word in made.said]


def test_who_is_cancelled_while_it_waits_for_its_gpus_is_cancelled_at_once(made):
    made.core.tick([lambda: made.core.cancel([1])])
    made.core.tick()
    assert (made.job.state, made.hands.released) == ("cancelled", [(1, 1)])
    made.core.grant_told((1, 1), "")
    assert "prepare" not in [word for _, word in made.said]
