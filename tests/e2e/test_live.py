"""A live cluster with real processes: gangs run whole, what is killed starts again, nothing is left."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import live_fixture as fixture
import numpy as np
import pytest
from live_fixture import until

from gigawatt.cluster import Jobs, Machines, simulate
from gigawatt.cluster.readers import read_policy
from gigawatt.cluster.schedule import RUN_ENDS
from gigawatt.kernel.errors import InputError
from gigawatt.live.nodes.processes import children
from gigawatt.live.twin.answer import twin_of

pytestmark = pytest.mark.engines("embedded", "ray")


def test_a_gang_over_two_nodes_runs_whole(make):
    cluster = make()
    number = cluster.submit(10, "sh", "-c", 'echo "$RANK/$WORLD_SIZE $NODE_RANK $MASTER_PORT"')
    cluster.wait([number], "finished")
    told = [cluster.log(number, rank).split() for rank in range(10)]
    assert [words[:2] for words in told] == [[f"{r}/10", str(r // 8)] for r in range(10)]
    assert len({words[2] for words in told}) == 1
    assert cluster.job(number)["exit_code"] == 0


def test_faults_are_started_again_from_the_checkpoint_up_to_a_limit(make):
    cluster = make(nodes=1)
    script = 'cd "$GIGAWATT_CHECKPOINT_DIR"; echo x >> seen; [ "$(wc -l < seen)" -ge 3 ] || exit 9'
    saved = cluster.submit(1, "sh", "-c", script, restarts=2)
    lost = cluster.submit(2, "sh", "-c", '[ "$RANK" = 1 ] && exit 5; sleep 60', restarts=1)
    cluster.wait([saved, lost], "finished", "failed")
    assert (cluster.job(saved)["state"], cluster.job(saved)["restarts"]) == ("finished", 2)
    assert (cluster.job(lost)["state"], cluster.job(lost)["exit_code"]) == ("failed", 5)
    assert cluster.job(lost)["reason"] == "rank 1 ended with 5"


def test_dependencies_arrays_limits_and_cancelling(make):
    cluster = make(nodes=1)
    first = cluster.submit(1, "sh", "-c", "sleep 0.3; exit 4")
    after = cluster.submit(1, "true", after=[first])
    then = cluster.submit(1, "true", after=[after])
    long = cluster.submit(1, "sleep", "60", time_limit_s=0.3)
    gone = cluster.submit(1, "sleep", "60")
    array = cluster.submit(1, "sh", "-c", 'echo "$GIGAWATT_ARRAY_INDEX"', array=3)
    good = cluster.submit(1, "true", after=[array, array + 1])
    fixture.client.ask(cluster.folder, "POST", f"/v1/jobs/{gone}/cancel")
    cluster.wait(range(1, good + 1), "finished", "failed", "cancelled")
    states = cluster.states()
    assert [states[n] for n in (first, after, then, long, gone)] == [
        "failed", "cancelled", "cancelled", "failed", "cancelled",
    ]  # fmt: skip
    assert [cluster.log(array + i).strip() for i in range(3)] == ["0", "1", "2"]
    assert states[good] == "finished"
    with pytest.raises(InputError, match="GW808"):
        cluster.submit(1, "true", after=[first, 999])
    with pytest.raises(InputError, match="GW806"):
        cluster.submit(9, "true")


def test_down_pauses_and_up_goes_on(make):
    cluster = make(nodes=2, gpus_per_node=2)
    number = cluster.submit(3, "sh", "-c", "sleep 0.6")
    waiting = cluster.submit(4, "true")
    until(lambda: len(cluster.ranks()) >= 3)
    cluster.end()
    cluster.up()
    cluster.wait([number, waiting], "finished")
    assert cluster.job(number)["restarts"] == 0


def test_a_drained_node_gets_no_jobs(make):
    cluster = make(nodes=2, gpus_per_node=2)
    running = cluster.submit(4, "sleep", "0.5")
    cluster.wait([running], "running")
    fixture.client.ask(cluster.folder, "POST", "/v1/nodes/0/drain")
    small = [cluster.submit(1, "sleep", "0.2") for _ in range(3)]
    wide = cluster.submit(3, "true")
    seen = set()
    until(
        lambda: (
            seen.update(n for j in cluster.status()["jobs"] if j["id"] in small for n in j["nodes"])
            or all(cluster.states()[n] == "finished" for n in small)
        )
    )
    assert seen == {1}
    assert cluster.states()[wide] == "queued"
    assert [node["state"] for node in cluster.status()["nodes"]] == ["drained", "up"]
    fixture.client.ask(cluster.folder, "POST", "/v1/nodes/0/drain", {"undo": True})
    cluster.wait([wide], "finished")


def test_a_node_that_keeps_losing_its_agent_is_quarantined(make):
    cluster = make(nodes=2, gpus_per_node=2, quarantine_after=2)
    number = cluster.submit(4, "sleep", "60")
    for _ in range(2):
        until(lambda: cluster.job(number)["state"] == "running" and len(cluster.ranks()) == 4)
        os.kill(cluster.status()["nodes"][1]["pid"], signal.SIGKILL)
        until(lambda: cluster.job(number)["state"] != "running" or cluster.job(number)["restarts"] > 0)
    until(lambda: cluster.status()["nodes"][1]["state"] == "quarantined")
    cluster.wait([number], "queued")
    fixture.client.ask(cluster.folder, "POST", "/v1/nodes/1/drain", {"undo": True})
    cluster.wait([number], "running")
    fixture.client.ask(cluster.folder, "POST", f"/v1/jobs/{number}/cancel")
    cluster.wait([number], "cancelled")


def test_an_agent_that_is_stopped_is_lost_and_its_gang_starts_elsewhere_once(make):
    cluster = make(nodes=2, gpus_per_node=2, silence_s=0.5)
    number = cluster.submit(1, "sleep", "2")
    cluster.wait([number], "running")
    [node] = cluster.job(number)["nodes"]
    os.kill(cluster.status()["nodes"][node]["pid"], signal.SIGSTOP)
    until(lambda: cluster.job(number)["restarts"] == 1, 40.0)
    assert len(cluster.ranks()) <= 1
    cluster.wait([number], "finished")


def test_an_agent_that_was_stopped_before_the_controller_came_is_lost_too(make):
    cluster = make(nodes=2, gpus_per_node=2, silence_s=0.5)
    number = cluster.submit(4, "sleep", "2")
    until(lambda: len(cluster.ranks()) == 4)
    agent = cluster.status()["nodes"][1]["pid"]
    [keeper] = children(agent)
    cluster.kill_controller()
    # The keeper too: it hears neither that its agent ends nor that it is to end itself.
    for pid in (agent, keeper):
        os.kill(pid, signal.SIGSTOP)
    cluster.up()
    cluster.wait([number], "finished", within_s=60.0)
    assert cluster.job(number)["restarts"] == 1
    assert not fixture.alive(agent)
    assert not fixture.alive(keeper)


def test_a_killed_controller_finds_its_gangs_again(make):
    cluster = make(nodes=2, gpus_per_node=2)
    number = cluster.submit(3, "sleep", "6")  # longer than a busy machine takes to come up again
    ended = cluster.submit(1, "sleep", "0.3")
    waiting = cluster.submit(4, "true")
    until(lambda: len(cluster.ranks()) >= 4)
    ranks = set(cluster.ranks())
    cluster.kill_controller()
    with pytest.raises(InputError, match="GW803"):
        cluster.status()
    time.sleep(0.5)
    cluster.up()
    assert set(cluster.ranks()) < ranks
    cluster.wait([number, ended, waiting], "finished")
    assert [cluster.job(n)["restarts"] for n in (number, ended)] == [0, 0]
    assert cluster.job(number)["attempt"] == 1


def test_a_second_controller_is_refused_and_disturbs_nothing(make):
    cluster = make(nodes=1)
    number = cluster.submit(1, "sleep", "0.5")
    with pytest.raises(InputError, match="GW801"):
        fixture.client.bring_up(cluster.folder, cluster.settings)
    cluster.wait([number], "finished")


def gigawatt(*words: str, folder: Path, code: int = 0) -> str:
    """Run the command; its standard output where it ends well, else its standard error."""
    command = [Path(sys.executable).with_name("gigawatt"), words[0], "--state-dir", str(folder), *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def test_the_commands_from_up_to_down(tmp_path: Path):
    folder = tmp_path / "a long name for a folder of state that no socket could have" / ("x" * 60)
    folder.parent.mkdir()
    cluster = fixture.Cluster(folder, nodes=2, gpus_per_node=2)
    assert "GW803" in gigawatt("status", folder=folder, code=1)
    assert not folder.exists()
    assert "GW610" in gigawatt("up", "--policy", "fiof", folder=folder, code=1)
    assert "GW815" in gigawatt("up", "--policy", "srtf:round_s=60", folder=folder, code=1)
    assert "GW814" in gigawatt("up", "--grace", "1 MW", folder=folder, code=1)
    assert [one.name for one in folder.iterdir()] == ["controller.log"]
    refused = ("up", "--nodes", "2", "--gpus-per-node", "2", "--policy", "fair", "--listen")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert "GW837" in gigawatt(*refused, address, folder=folder, code=1)
    try:
        told = json.loads(gigawatt("up", "--nodes", "2", "--gpus-per-node", "2", "--json", folder=folder))
        assert (told["nodes"], told["gpus"]) == (2, 4)
        assert [event.data["policy"] for event in cluster.events() if event.kind == "up"] == ["easy"]
        assert (folder.stat().st_mode & 0o777, (folder / "api.json").stat().st_mode & 0o777) == (0o700, 0o600)
        script = 'echo "$RANK of $WORLD_SIZE in $(pwd)"'
        told = json.loads(
            gigawatt("submit", "--gpus", "4", "--json", "--", "sh", "-c", script, folder=folder)
        )
        assert told == {"id": 1}
        assert gigawatt("submit", "--array", "2", "sleep", "60", folder=folder) == "jobs 2 to 3\n"
        assert "GW806" in gigawatt("submit", "--gpus", "5", "--", "true", folder=folder, code=1)
        assert "GW810" in gigawatt("submit", "--tenant", "a b", "--", "true", folder=folder, code=1)
        assert "GW810" in gigawatt("submit", "--", *["x" * 100_000] * 12, folder=folder, code=1)
        cluster.wait([1], "finished")
        cluster.wait([2, 3], "running")
        assert gigawatt("logs", "1", "--rank", "3", folder=folder) == f"3 of 4 in {folder.parent}\n"
        assert "GW813" in gigawatt("logs", "1", "--rank", "4", folder=folder, code=1)
        told = json.loads(gigawatt("status", "--json", folder=folder))
        assert set(told) == {"jobs", "nodes", "controller"}
        assert [job["state"] for job in told["jobs"]] == ["finished", "running", "running"]
        assert set(told["nodes"][0]) == {"id", "gpus", "free", "state", "pid"}
        assert told["controller"]["engine"] == "embedded"
        assert "3 jobs: 1 finished, 2 running" in gigawatt("status", folder=folder)
        assert gigawatt("cancel", "2", folder=folder) == "job 2 is cancelled\n"
        assert "GW807" in gigawatt("cancel", "77", folder=folder, code=1)
        assert gigawatt("drain", "1", folder=folder) == "node 1 is drained\n"
        assert "GW809" in gigawatt("drain", "2", folder=folder, code=1)
        assert "GW801" in gigawatt("up", folder=folder, code=1)
    finally:
        gigawatt("down", folder=folder)
    cluster.end()
    cluster.check()
    assert "GW805" in gigawatt("up", "--nodes", "3", folder=folder, code=1)
    for told in (("--policy", "fair"), ()):
        assert "are up under fair" in gigawatt("up", *told, folder=folder)
        gigawatt("down", folder=folder)
    assert not cluster.processes()


def test_requests_that_are_malformed_or_foreign_are_refused_and_disturb_nothing(make):
    cluster = make(nodes=1)
    number = cluster.submit(1, "sleep", "1")
    door = json.loads((cluster.folder / "api.json").read_text(encoding="utf-8"))

    def send(path: str, body: bytes, token: str = door["token"], method: str = "POST") -> int:
        link = http.client.HTTPConnection("127.0.0.1", door["port"], timeout=10)
        link.request(method, path, body, {"Authorization": f"Bearer {token}"})
        code = link.getresponse().status
        link.close()
        return code

    another = door["token"][::-1]
    good = {"tenant": "a", "gpus": 1, "command": ["true"], "cwd": "/"}
    assert send("/v1/jobs", json.dumps(good).encode(), another) == 401
    assert send("/v1/status", b"", "", method="GET") == 401
    assert send("/v1/nothing", b"{}") == 404
    for wrong in (
        b"{", b"[]", b"\xff\xfe", b"[" * 100_000, json.dumps({**good, "gpus": 0}).encode(),
        json.dumps({**good, "command": []}).encode(), json.dumps({**good, "more": 1}).encode(),
        json.dumps({**good, "command": ["a\0b"]}).encode(),
        json.dumps({**good, "time_limit_s": "x"}).encode(),
        json.dumps({**good, "cwd": "a\0"}).encode(), json.dumps({**good, "gpus": 10**30}).encode(),
    ):  # fmt: skip
        assert send("/v1/jobs", wrong) == 422, wrong[:60]
    assert send("/v1/jobs", json.dumps({**good, "command": ["x" * 10_000_000]}).encode()) == 413
    cluster.wait([number], "finished")
    assert len(cluster.states()) == 1


def draw_jobs(seed: int):
    rng = np.random.default_rng(seed)
    return [
        {
            "gpus": int(rng.choice([1, 2, 4, 8, 16], p=[0.3, 0.2, 0.2, 0.2, 0.1])),
            "tenant": str(rng.choice(["a", "b", "c"])),
            "priority": int(rng.integers(0, 3)),
            "seconds": float(rng.uniform(0.05, 0.5)),
            "pause_s": float(rng.exponential(0.01)),
        }
        for _ in range(50)
    ]


QUOTAS = {"a": (None, 1.0), "b": (8.0, 1.0), "c": (None, 2.0)}
"""Quota and weight by tenant."""


@pytest.mark.parametrize("policy", ["fifo", "easy", "fair", "priority", "fair with quotas", "fair:reclaim=0"])
def test_the_order_of_starts_is_that_of_the_simulation(make, policy: str):
    shares = QUOTAS if "quotas" in policy or ":" in policy else {}
    policy = policy.partition(" ")[0]
    told = [{"name": name, "quota_gpus": q, "weight": w} for name, (q, w) in shares.items()]
    cluster = make(policy=policy, tenants=tuple(told))
    drawn = draw_jobs(11)
    for job in drawn[:10] if shares else ():  # b comes first, and borrows all
        job["tenant"], job["seconds"] = "b", 0.5
    for job in drawn:
        cluster.submit(
            job["gpus"], "sleep", f"{job['seconds']:.3f}",
            tenant=job["tenant"], priority=job["priority"], estimate_s=2 * job["seconds"] + 0.5,
        )  # fmt: skip
        time.sleep(job["pause_s"])
    cluster.wait(range(1, 51), "finished", within_s=150.0)
    events = cluster.events()
    submit_s = {e.job: e.at_s for e in events if e.kind == "submitted"}
    held_s, since_s, decided, preempted, ordered = dict.fromkeys(submit_s, 0.0), {}, [], [], []
    for event in events:
        if event.kind == "decided" and event.data["order"] == "start":
            since_s[event.job] = event.at_s
            decided.append((event.at_s, event.job - 1))
            ordered.append(event.job)
        elif event.kind == "finished" or event.kind == "decided":
            held_s[event.job] += event.at_s - since_s.pop(event.job)
            if event.kind == "decided":
                preempted.append((event.at_s, event.job - 1))
            if event.job in ordered:
                ordered.remove(event.job)
        elif event.kind == "started":
            assert ordered.pop(0) == event.job
    tenants = list(dict.fromkeys(job["tenant"] for job in drawn))
    jobs = Jobs(
        submit_s=[submit_s[n] for n in range(1, 51)],
        duration_s=[held_s[n] for n in range(1, 51)],
        estimate_s=[2 * job["seconds"] + 0.5 for job in drawn],
        gpus=[job["gpus"] for job in drawn],
        tenant=[tenants.index(job["tenant"]) for job in drawn],
        priority=[job["priority"] for job in drawn],
        tenants=tuple(tenants),
    )
    more = {}
    if shares:
        more["quotas_gpus"] = tuple(shares[name][0] or np.inf for name in tenants)
        more["weights"] = tuple(shares[name][1] for name in tenants)
    runs = simulate(Machines.pool(32), jobs, read_policy(policy), **more).runs
    assert sorted(decided) == sorted(zip(runs.start_s.tolist(), runs.job.tolist(), strict=True))
    stopped = RUN_ENDS.index("preempted") == runs.end
    ends = zip(runs.end_s[stopped].tolist(), runs.job[stopped].tolist(), strict=True)
    assert sorted(preempted) == sorted(ends)
    assert bool(preempted) == (policy == "priority" or (policy == "fair" and bool(shares)))
    starts = twin_of(cluster.folder).answer()["predictions"][0]["starts"]
    assert starts["orders_at_the_same_instant"] == starts["orders"] == len(decided)
    assert len({at for at, _ in decided}) > 10
    assert max(np.array([at for at, _ in sorted(decided)]) - jobs.submit_s.min()) > 0.5


def test_when_all_who_watch_are_killed_at_once_the_next_up_finds_what_they_left(make):
    cluster = make(nodes=2, gpus_per_node=2)
    script = 'setsid sleep 60 & echo "$GIGAWATT_ATTEMPT"; [ "$GIGAWATT_ATTEMPT" = 2 ] || sleep 60'
    number = cluster.submit(4, "sh", "-c", script)
    until(lambda: len(cluster.ranks()) >= 12)
    before = cluster.ranks()
    agents = [node["pid"] for node in cluster.status()["nodes"]]
    watchers = [cluster.pid, *(child for agent in agents for child in children(agent)), *agents]
    for stopped in (signal.SIGSTOP, signal.SIGKILL):  # so that none sees another one die
        for pid in watchers:
            os.kill(pid, stopped)
    until(lambda: not any(fixture.alive(pid) for pid in watchers))
    assert any(fixture.alive(pid) for pid in before)
    cluster.up()
    assert not any(fixture.alive(pid) for pid in before)
    cluster.wait([number], "finished")
    assert cluster.job(number)["attempt"] == 2
    assert cluster.log(number, 3, 2) == "2\n"


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    mode = tmp_path.stat().st_mode
    with pytest.raises(InputError, match="GW811"):
        fixture.Cluster(tmp_path).up()
    with pytest.raises(InputError, match="GW815"):
        fixture.Cluster(tmp_path / "new", policy="srtf:round_s=60").up()
    assert tmp_path.stat().st_mode == mode
