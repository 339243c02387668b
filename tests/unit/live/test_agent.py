"""An agent runs ranks as real processes, and leaves none behind, whoever is killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gigawatt.live.nodes.lock import Lock
from gigawatt.live.nodes.processes import children

_spec = importlib.util.spec_from_file_location("agent_fixture", Path(__file__).with_name("agent_fixture.py"))
fixture = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fixture)
until = fixture.until

PYTHON = (sys.executable, "-c")
STUBBORN = "trap '' TERM; echo ready; while true; do sleep 0.05; done"
ESCAPE = "setsid sh -c 'sleep 60 & sleep 60' >/dev/null 2>&1 & sleep 0.05; echo left one behind"


@pytest.fixture
def hand(tmp_path: Path):
    made = fixture.Hand(tmp_path)
    yield made
    made.end()


def test_ranks_have_torchruns_environment_and_their_own_logs(hand):
    script = 'echo "$RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $MASTER_ADDR $MASTER_PORT $NODE_RANK"'
    hand.start(1, "sh", "-c", script + '; exit "$RANK"', ranks=3)
    assert hand.wait(1, "done") == {"0": 0, "1": 1, "2": 2}
    assert [hand.log(1, r).strip() for r in range(3)] == [f"{r} {r} 3 3 127.0.0.1 2000 0" for r in range(3)]


def test_nothing_runs_before_the_word(hand):
    hand.prepare(1, "sh", "-c", "echo begun")
    assert not hand.running()
    assert not (hand.folder / "logs").exists()
    hand.say("stop", 1, grace_s=5)
    assert hand.wait(1, "done") == {}


def test_a_command_that_is_not_there_says_so_in_its_log(hand):
    hand.start(1, "no-such-command")
    assert hand.wait(1, "done") == {"0": 127}
    assert "cannot be started" in hand.log(1)


def test_a_log_that_cannot_be_written_loses_the_log_and_not_the_rank(hand):
    (hand.folder / "logs").write_text("a file where the folder should be")
    hand.start(1, "sh", "-c", "echo hello; exit 6")
    assert hand.wait(1, "done") == {"0": 6}


def test_a_checkpoint_folder_that_cannot_be_made_fails_the_rank_alone(hand):
    (hand.folder / "saved").write_text("a file where the folder should be")
    hand.start(1, "true")
    assert hand.wait(1, "done") == {"0": 127}
    assert "File exists" in hand.log(1)


def test_grace_lets_a_rank_save_its_work(hand):
    script = "trap 'echo saved; exit 7' TERM; echo ready; while true; do sleep 0.02; done"
    hand.start(1, "sh", "-c", script)
    until(lambda: (hand.folder / "logs/1/0.log").exists() and "ready" in hand.log(1))
    hand.say("stop", 1, grace_s=10)
    assert hand.wait(1, "done") == {"0": 7}
    assert "saved" in hand.log(1)


def test_who_ignores_sigterm_is_killed_after_the_grace(hand):
    hand.start(1, "sh", "-c", STUBBORN, ranks=2)
    for rank in (0, 1):
        until(
            lambda rank=rank: (hand.folder / f"logs/1/{rank}.log").exists() and "ready" in hand.log(1, rank)
        )
    hand.say("stop", 1, grace_s=0.2)
    assert hand.wait(1, "done") == {"0": 137, "1": 137}
    assert not hand.running()


def test_what_a_rank_left_behind_in_a_session_of_its_own_is_ended(hand):
    hand.start(1, "sh", "-c", ESCAPE)
    assert hand.wait(1, "done") == {"0": 0}
    assert not hand.running()


def test_a_flood_is_read_but_not_kept(hand):
    hand.start(1, *PYTHON, "print('x' * 3_000_000)", log_most_bytes=5000)
    assert hand.wait(1, "done") == {"0": 0}
    assert hand.log(1).startswith("x" * 5000 + "\n[gigawatt: the log is full at 5,000 bytes")
    assert len(hand.log(1)) < 5200


def test_a_killed_keeper_takes_its_ranks_along(hand):
    hand.start(1, "sh", "-c", ESCAPE + "; sleep 60")
    until(lambda: len(hand.running()) >= 4)
    [keeper] = children(hand.process.pid)
    os.kill(keeper, signal.SIGKILL)
    assert hand.wait(1, "done") == {}
    assert not hand.running()


def test_a_killed_keeper_leaves_the_other_parts_alone(hand):
    hand.start(1, "sleep", "60")
    hand.wait(1, "running")
    [keeper] = children(hand.process.pid)
    hand.start(2, "sh", "-c", "sleep 0.3; echo survived")
    os.kill(keeper, signal.SIGKILL)
    hand.wait(1, "done")
    assert hand.wait(2, "done") == {"0": 0}
    assert "survived" in hand.log(2)


def test_a_killed_agent_takes_all_along_and_only_then_frees_its_lock(hand):
    hand.start(1, "sh", "-c", ESCAPE + "; sleep 60", ranks=2)
    until(lambda: len(hand.running()) >= 8)
    os.kill(hand.process.pid, signal.SIGKILL)
    lock = Lock(hand.folder / "nodes" / "0.lock")
    until(lock.take)
    assert not hand.running()
    lock.release()


def test_without_a_controller_it_goes_on_for_its_patience(hand):
    hand.start(1, "sh", "-c", "sleep 0.3; exit 3")
    hand.link.close()
    hand.parts.clear()
    hand.call()
    assert hand.wait(1, "done") == {"0": 3}
    hand.say("forget", 1)


def test_left_alone_for_too_long_it_ends_all(tmp_path: Path):
    hand = fixture.Hand(tmp_path, patience_s=0.3)
    hand.start(1, "sleep", "60")
    hand.wait(1, "running")
    hand.link.close()
    assert hand.process.wait(10) == 0
    hand.end()


def test_a_second_agent_on_one_node_ends_at_once(hand):
    words = [sys.executable, "-m", "gigawatt.live.nodes.agent", str(hand.folder), "0", "1"]
    assert subprocess.run(words, check=False).returncode == 3
