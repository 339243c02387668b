"""What those see who watch a live cluster: events in words, an overview, logs as they grow."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from live_fixture import Cluster, client, until

from gigawatt.kernel.errors import InputError
from gigawatt.live.outside import reading

GIGAWATT = Path(sys.executable).with_name("gigawatt")


@pytest.fixture
def cluster(tmp_path: Path):
    cluster = Cluster(tmp_path / "state", nodes=2, gpus_per_node=4)
    cluster.up()
    yield cluster
    cluster.end()
    cluster.check()


def ask(cluster: Cluster, path: str):
    return client.ask(cluster.folder, "GET", path)


def test_what_is_shown_of_a_cluster_and_why_jobs_wait(cluster: Cluster):
    wide = cluster.submit(6, "sleep", "60", tenant="vision")
    cluster.wait([wide], "running")
    behind = cluster.submit(8, "sh", "-c", "echo '<b>'", tenant="speech")
    after = cluster.submit(1, "true", after=[wide], tenant="speech")
    ended = cluster.submit(1, "sh", "-c", "exit 3", estimate_s=1)
    cluster.wait([ended], "failed", "finished")
    client.ask(cluster.folder, "POST", "/v1/nodes/1/drain")
    told = ask(cluster, "/v1/view")
    assert told["counts"] == {"running": 1, "queued": 2, "failed": 1}
    slots = [slot for node in told["nodes"] for slot in node["slots"]]
    assert (slots.count(wide), slots.count(None)) == (6, 2)
    assert [node["state"] for node in told["nodes"]] == ["up", "drained"]
    assert [(row["id"], row["why"]) for row in told["waiting"]] == [
        (behind, "needs 8 GPUs; 2 are out with their nodes"),
        (after, f"waits for job {wide} to finish"),
    ]
    assert told["waiting"][0]["command"] == "sh -c 'echo '\"'\"'<b>'\"'\"''"
    assert [(row["name"], row["gpus"], row["waiting_gpus"]) for row in told["tenants"]] == [
        ("vision", 6, 0), ("speech", 0, 9), ("a", 0, 0),
    ]  # fmt: skip
    assert (told["ended"][0]["id"], told["ended"][0]["exit_code"]) == (ended, 3)
    client.ask(cluster.folder, "POST", f"/v1/jobs/{wide}/cancel")
    cluster.wait([after], "cancelled")


def test_events_are_told_in_words_and_none_twice(cluster: Cluster):
    number = cluster.submit(6, "true", tenant="vision")
    cluster.wait([number], "finished")
    told, last = [], 0
    while True:
        answer = ask(cluster, f"/v1/events?after={last}&most=3")
        if not answer["events"]:
            break
        told += answer["events"]
        last = answer["last"]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    said = [event["words"] for event in told if event["job"] == number]
    assert said == [
        "job 1 was submitted by vision: 6 GPUs",
        "the policy starts job 1",
        "job 1 started on 6 GPUs of nodes 0, 1",
        "job 1 finished",
    ]
    latest = ask(cluster, "/v1/events?most=2")
    assert [event["seq"] for event in latest["events"]] == [last - 1, last]
    assert ask(cluster, f"/v1/events?after={last}") == {"events": [], "last": last}
    for wrong in (
        "after=-1",
        "after=x",
        "after=1&more=2",
        "most=0",
        "most=9999999",
        "after=1e400",
        "&&=",
        "%00",
    ):
        with pytest.raises(InputError, match="GW810"):
            ask(cluster, f"/v1/events?{wrong}")


def test_a_log_is_followed_over_a_restart_until_the_job_has_ended(cluster: Cluster):
    script = (
        'if [ "$RANK" = 0 ] && [ "$GIGAWATT_ATTEMPT" = 1 ]; then exec sleep 60; fi; '
        'echo "run $GIGAWATT_ATTEMPT of $RANK"; until [ -e go ]; do sleep 0.05; done; echo end; '
        '[ "$GIGAWATT_ATTEMPT" = 2 ]'
    )
    number = cluster.submit(2, "sh", "-c", script, restarts=1)
    until((cluster.folder / "logs" / str(number) / "1" / "1.log").exists)
    words = [GIGAWATT, "logs", str(number), "--state-dir", str(cluster.folder), "--rank", "1"]
    with subprocess.Popen([*words, "--follow"], stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout.readline() == "run 1 of 1\n"
        (cluster.folder / "go").touch()
        lines = following.communicate(timeout=60)[0].splitlines()
    assert lines == ["end", "[gigawatt: run 2 of job 1]", "run 2 of 1", "end"]
    assert following.returncode == 0
    assert cluster.job(number)["state"] == "finished"
    told = subprocess.run([*words, "--tail", "1", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == {"id": number, "attempt": 2, "rank": 1, "text": "end\n"}
    for more, code in ((["--rank", "7"], "GW813"), (["--json"], "GW860")):
        told = subprocess.run([*words, "-f", *more], capture_output=True, text=True, check=False)
        assert (told.returncode, code in told.stderr) == (1, True), told.stderr


def test_following_outlives_a_controller_and_ends_when_the_cluster_goes_down(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    number = cluster.submit(
        1, "sh", "-c", "echo here; until [ -e go ]; do sleep 0.05; done; echo there; sleep 60"
    )
    until((cluster.folder / "logs" / str(number)).is_dir)
    monkeypatch.setattr(reading, "_GONE_S", 60.0)
    following = reading.follow(cluster.folder, number, 0)
    assert next(following) == b"here\n"
    cluster.kill_controller()
    (cluster.folder / "go").touch()
    assert next(following) == b"there\n"
    cluster.up()
    monkeypatch.setattr(reading, "_GONE_S", 0.5)
    cluster.end()
    assert list(following) == [b"[gigawatt: the cluster does not answer any more]\n"]


def on_terminal(folder: Path, *words: str) -> tuple[int, int]:
    """Start the command on a pseudo-terminal of 100 columns; its process and the terminal's other end."""
    pid, end = pty.fork()
    if pid == 0:
        os.environ.update(COLUMNS="100", LINES="40", TERM="xterm-256color")
        os.execv(GIGAWATT, ["gigawatt", *words, "--state-dir", str(folder)])  # noqa: S606
    return pid, end


def read_until(end: int, wanted: str, within_s: float = 30.0) -> None:
    """Read what a command says on its terminal until something is said."""
    told, end_s = b"", time.monotonic() + within_s
    while wanted not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told.decode(errors="replace")):
        assert time.monotonic() < end_s, told[-3000:]
        if select.select([end], [], [], 0.2)[0]:
            told += os.read(end, 65536)


def drain(end: int) -> None:
    """Read what is there: a command whose terminal nobody reads stands still."""
    with contextlib.suppress(OSError):
        while select.select([end], [], [], 0.0)[0]:
            os.read(end, 65536)


def test_top_shows_the_cluster_says_when_it_is_gone_and_ends_with_q(cluster: Cluster):
    number = cluster.submit(6, "sleep", "60", tenant="vision")
    cluster.wait([number], "running")
    pid, end = on_terminal(cluster.folder, "top", "--every", "0.2")
    try:
        read_until(end, "aaaa")
        read_until(end, "job 1 started on 6 GPUs of nodes 0, 1")
        cluster.kill_controller()
        read_until(end, "does not answer")
        cluster.up()
        read_until(end, "6 of 8 GPUs at work")
        os.write(end, b"q")
        until(lambda: (drain(end), os.waitpid(pid, os.WNOHANG))[1] == (pid, 0))
    finally:
        os.close(end)
    once = subprocess.run(
        [GIGAWATT, "top", "--once", "--state-dir", str(cluster.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "6 of 8 GPUs at work, 2 free" in once.stdout
    assert "\x1b" not in once.stdout
    cluster.end()
    words = [GIGAWATT, "top", "--state-dir", str(cluster.folder)]
    gone = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (gone.returncode, "GW803" in gone.stderr) == (1, True)


FAKE_NVML = """
NVML_DEVICE_MIG_ENABLE = 1
class NVMLError(Exception): pass
class Memory: total = 80 * 2**30
def nvmlInit(): pass
def nvmlShutdown(): pass
def nvmlDeviceGetCount(): return 4
def nvmlDeviceGetHandleByIndex(number): return number
def nvmlDeviceGetMigMode(handle): return [0, 0]
def nvmlDeviceGetUUID(handle): return f"GPU-{handle}{handle}"
def nvmlDeviceGetName(handle): return "NVIDIA H100"
def nvmlDeviceGetMemoryInfo(handle): return Memory
"""


def test_gpus_that_are_found_are_given_to_ranks_by_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "pynvml.py").write_text(FAKE_NVML, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'fake'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    cluster = Cluster(tmp_path / "state", nodes=1, gpus_per_node=4)

    def up(*words: str) -> subprocess.CompletedProcess[str]:
        command = [GIGAWATT, "up", "--state-dir", cluster.folder, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    try:
        told = up("--json")
        assert json.loads(told.stdout)["devices"] == ["GPU-00", "GPU-11", "GPU-22", "GPU-33"]
        first = cluster.submit(1, "sh", "-c", 'echo "$CUDA_VISIBLE_DEVICES"; sleep 60')
        cluster.wait([first], "running")
        then = cluster.submit(3, "sh", "-c", 'echo "$CUDA_VISIBLE_DEVICES $LOCAL_RANK $GIGAWATT_DEVICE"')
        cluster.wait([then], "finished")
        assert [cluster.log(then, rank).split() for rank in range(3)] == [
            ["GPU-11,GPU-22,GPU-33", str(rank), f"GPU-{rank + 1}{rank + 1}"] for rank in range(3)
        ]
        assert cluster.log(first).strip() == "GPU-00"
        client.ask(cluster.folder, "POST", f"/v1/jobs/{first}/cancel")
    finally:
        cluster.end()
    refused = up("--nodes", "1", "--gpus-per-node", "4")
    assert (refused.returncode, "GW805" in refused.stderr) == (1, True), refused.stderr
    refused = up("--real", "--nodes", "1")
    assert (refused.returncode, "GW864" in refused.stderr) == (1, True), refused.stderr
    assert not cluster.processes()
