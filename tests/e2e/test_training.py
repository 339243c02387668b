"""The training job on a live cluster: the same losses on 1, 2 and 4 ranks, after kills, and after a pause."""

from __future__ import annotations

import itertools
import os
import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import live_fixture
import numpy as np
import pytest

from gigawatt.training.checkpoint import last_checkpoint
from gigawatt.training.record import losses, read_record

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "train-on-a-cluster.md").read_text(encoding="utf-8")
STEPS = 100
EVERY = 10
"""The defaults of steps and of checkpoints, as the page says."""
ROUNDING = 1e-5
"""Single precision has 6e-8; sums in another order differ by some of it, and 100 steps carry that on."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = live_fixture.Cluster(tmp_path_factory.mktemp("training") / "state", grace_s=20.0)
    made.up()
    yield made
    made.end()
    made.check()


@pytest.fixture(scope="module")
def alone(cluster):
    """The losses of one rank."""
    number = submit(cluster, 1)
    cluster.wait([number], "finished", "failed", within_s=120.0)
    return losses_of(cluster, number)


def submit(cluster, gpus, *more):
    return cluster.submit(gpus, sys.executable, "-m", "gigawatt.training", *more, restarts=5)


def folder_of(cluster, number):
    return cluster.folder / "checkpoints" / str(number)


def losses_of(cluster, number):
    assert cluster.job(number)["state"] == "finished", cluster.log(
        number, attempt=cluster.job(number)["restarts"] + 1
    )
    found = losses(folder_of(cluster, number))
    assert list(found) == list(range(1, STEPS + 1))
    return np.array(list(found.values()))


def ranks_of(cluster, number):
    """Processes of a job's ranks."""
    found = []
    for pid in cluster.ranks():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"GIGAWATT_JOB={number}".encode() in environment:
            found.append(pid)
    return found


def last_step(cluster, number):
    return max(losses(folder_of(cluster, number)), default=0)


def runs(folder):
    """Steps of each run of a training, in order."""
    out = []
    for line in read_record(folder):
        if "run_from_step" in line:
            out.append([])
        elif "loss" in line:
            out[-1].append(line["step"])
    return out


def test_it_learns_more_than_how_frequent_each_byte_is(alone):
    text = (ROOT / "src" / "gigawatt" / "training" / "supercluster.txt").read_bytes()
    shares = np.bincount(np.frombuffer(text, dtype=np.uint8)) / len(text)
    entropy_nats = -np.sum(shares[shares > 0] * np.log(shares[shares > 0]))
    assert abs(alone[0] - np.log(256)) < 0.6
    assert alone[-10:].mean() < entropy_nats - 0.3


def test_the_page_takes_a_new_user_to_a_finished_job_of_four_ranks_in_five_commands(tmp_path, alone):
    block = re.search(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    commands = [line.split("  #")[0].strip() for line in block[1].splitlines()]
    assert len(commands) == 5
    assert commands[0] == "pip install '.[train]'"
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = dict(os.environ, PATH=places, GIGAWATT_STATE_DIR=str(tmp_path / "state"))
    told = []
    try:
        for line in commands[1:]:
            done = subprocess.run(
                shlex.split(line),
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            told.append(done.stdout)
    finally:
        subprocess.run(["gigawatt", "down"], env=env, capture_output=True, check=False, timeout=60)
    assert "on 4 ranks" in told[-1] or "on 4 ranks" in told[-2]
    found = losses(tmp_path / "state" / "checkpoints" / "1")
    np.testing.assert_allclose(list(found.values()), alone, rtol=ROUNDING)


def test_losses_are_the_same_with_kills_and_no_more_than_an_interval_is_done_again(cluster, alone):
    killed = submit(cluster, 2)
    draw = random.Random(4)
    for number, after_step in enumerate((22, 57), 1):
        live_fixture.until(lambda: last_step(cluster, killed) >= after_step, 120.0)  # noqa: B023
        os.kill(draw.choice(ranks_of(cluster, killed)), signal.SIGKILL)
        live_fixture.until(lambda: cluster.job(killed)["restarts"] == number, 60.0)  # noqa: B023
    cluster.wait([killed], "finished", "failed", within_s=120.0)
    assert cluster.job(killed)["restarts"] == 2
    np.testing.assert_allclose(losses_of(cluster, killed), alone, rtol=ROUNDING)
    done = runs(folder_of(cluster, killed))
    assert len(done) == 3
    for before, after in itertools.pairwise(done):
        assert 0 <= before[-1] + 1 - after[0] <= EVERY


def test_a_cluster_that_goes_down_loses_no_step(tmp_path, alone):
    cluster = live_fixture.Cluster(tmp_path / "state", nodes=1, gpus_per_node=2, grace_s=20.0)
    cluster.up()
    try:
        number = submit(cluster, 2)
        live_fixture.until(lambda: last_step(cluster, number) >= 12, 120.0)
        cluster.end()
        saved = last_checkpoint(folder_of(cluster, number))
        assert saved.step == last_step(cluster, number)
        cluster.up()
        cluster.wait([number], "finished", "failed", within_s=120.0)
        assert cluster.job(number)["restarts"] == 0
        assert [step for run in runs(folder_of(cluster, number)) for step in run] == list(range(1, STEPS + 1))
        np.testing.assert_allclose(losses_of(cluster, number), alone, rtol=ROUNDING)
    finally:
        cluster.end()


@pytest.mark.engines("ray")
def test_losses_are_the_same_on_ray(make, alone):
    cluster = make(nodes=1, gpus_per_node=2, grace_s=20.0)
    number = submit(cluster, 2)
    live_fixture.until(lambda: last_step(cluster, number) >= 33, 120.0)
    os.kill(random.Random(8).choice(ranks_of(cluster, number)), signal.SIGKILL)
    cluster.wait([number], "finished", "failed", within_s=120.0)
    assert cluster.job(number)["restarts"] == 1
    np.testing.assert_allclose(losses_of(cluster, number), alone, rtol=ROUNDING)
    first, second = runs(folder_of(cluster, number))
    assert 0 <= first[-1] + 1 - second[0] <= EVERY
