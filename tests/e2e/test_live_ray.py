"""A live cluster on Ray: what is its own ends with it, and what others hold or kill loses no job."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import live_fixture as fixture
import pytest
from live_fixture import until

from gigawatt.kernel.errors import InputError
from gigawatt.live.nodes.part import MARK
from gigawatt.live.nodes.processes import alive, marked
from gigawatt.live.on_ray.seats import VIRTUAL
from gigawatt.live.on_ray.surroundings import surround

HOLDER = """
import sys, ray
from ray.util.placement_group import placement_group
ray.init(address=sys.argv[1], namespace="another", log_to_driver=False, configure_logging=False)
group = placement_group([{sys.argv[2]: 8}])
assert group.wait(20)
print("held", flush=True)
sys.stdin.read()
"""

TWO_MACHINES = """
import os, sys
from ray.cluster_utils import Cluster
more = {"num_cpus": 0, "num_gpus": 0, "object_store_memory": 80_000_000, "include_dashboard": False}
first = {**more, "node_name": "first", "resources": {"gigawatt_gpu": 2}}
cluster = Cluster(initialize_head=True, head_node_args=first)
os.environ["GIGAWATT_NODE_DIR"] = sys.argv[1]
cluster.add_node(**more, node_name="second", resources={"gigawatt_gpu": 3})
print(cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


def gigawatt(*words: str, folder: Path, code: int = 0) -> str:
    command = [Path(sys.executable).with_name("gigawatt"), words[0], "--state-dir", str(folder), *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def of_ray(cluster: fixture.Cluster) -> list[int]:
    """Processes of the Ray that was started for a cluster."""
    mark = cluster.marks()[0].removesuffix("-0")
    return [pid for pid in marked(MARK, f"{mark}-ray") if alive(pid)]


def named(pids: Iterable[int], word: bytes) -> list[int]:
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]:
                found.append(pid)
    return found


def answers(cluster: fixture.Cluster) -> bool:
    try:
        return bool(cluster.status())
    except InputError:
        return False


def open_ports(pids: list[int]) -> set[str]:
    """Addresses on which processes listen, as the kernel writes them."""
    sockets = set()
    for pid in pids:
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            try:
                sockets.add(str(fd.readlink()))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:
                found.add(words[1].partition(":")[0])
    return found


def test_ray_of_its_own_listens_here_alone_and_ends_with_its_controller(tmp_path: Path):
    folder = tmp_path / "state"
    cluster = fixture.Cluster(folder, nodes=2, gpus_per_node=2, engine="ray")
    up = ("up", "--engine", "ray", "--nodes", "2", "--gpus-per-node", "2", "--json")
    cluster.pid = json.loads(gigawatt(*up, folder=folder))["pid"]
    try:
        assert cluster.status()["controller"]["engine"] == "ray"
        own = of_ray(cluster)
        assert named(own, b"/raylet/raylet")
        loopback = {"0100007F", "0000000000000000FFFF00000100007F"}
        assert (
            open_ports([cluster.pid, *own, *(node["pid"] for node in cluster.status()["nodes"])]) <= loopback
        )
        number = cluster.submit(3, "sleep", "120")
        told = cluster.submit(1, "sh", "-c", "env | grep -c -E '^RAY_|^OMP_NUM' ; echo $MASTER_ADDR")
        until(lambda: len(cluster.ranks()) >= 3)
        cluster.wait([told], "finished")
        assert cluster.log(told).split() == ["0", "127.0.0.1"]
        ranks = set(cluster.ranks())
        cluster.kill_controller()
        until(lambda: not of_ray(cluster), told=lambda: of_ray(cluster))
        assert set(cluster.ranks()) == ranks
        cluster.up()
        [raylet] = named(of_ray(cluster), b"/raylet/raylet")
        os.kill(raylet, signal.SIGKILL)
        until(lambda: set(named(of_ray(cluster), b"/raylet/raylet")) - {raylet} and answers(cluster), 60.0)
        assert set(cluster.ranks()) == ranks
        assert cluster.status()["controller"]["pid"] == cluster.pid
        more = cluster.submit(1, "true")
        cluster.wait([more], "finished")
        assert (cluster.job(number)["state"], cluster.job(number)["attempt"]) == ("running", 1)
        fixture.client.ask(folder, "POST", f"/v1/jobs/{number}/cancel")
        cluster.wait([number], "cancelled")
    finally:
        cluster.end()
    cluster.check()
    assert not of_ray(cluster)
    assert not list(Path(tempfile.gettempdir()).glob(f"gigawatt-{cluster.marks()[0][:8]}*"))
    assert "GW805" in gigawatt("up", "--address", "127.0.0.1:1", folder=folder, code=1)


@pytest.mark.engines("ray")
def test_gpus_that_others_hold_in_ray_are_waited_for_and_others_wait_for_ours(make, ray_address: str):
    words = [sys.executable, "-c", HOLDER, ray_address, f"{VIRTUAL}0"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        cluster = make(nodes=2, gpus_per_node=8, grant_s=2.0)
        go = cluster.folder / "go"
        number = cluster.submit(16, "sh", "-c", f"while [ ! -e {go} ]; do sleep 0.1; done")
        until(lambda: any("Ray did not grant" in e.data.get("reason", "") for e in cluster.events()))
        until(lambda: "not granted yet" in cluster.job(number)["reason"])
        assert not (cluster.folder / "logs" / str(number)).exists()
        holder.stdin.close()
    until(lambda: len(cluster.ranks()) >= 16, told=lambda: cluster.job(number))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert cluster.job(number)["state"] == "running"
        go.touch()
        assert holder.stdout.readline() == "held\n"
        assert cluster.job(number)["state"] == "finished"
        holder.stdin.close()


@pytest.mark.engines("ray")
def test_a_killed_host_is_started_again_and_takes_no_gang_along(make):
    cluster = make(nodes=2, gpus_per_node=2)
    number = cluster.submit(3, "sleep", "4")
    until(lambda: len(cluster.ranks()) >= 3)
    ranks = set(cluster.ranks())
    hosts = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal() and _is_host(one)]
    assert hosts
    for pid in hosts:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert set(cluster.ranks()) == ranks
    other = cluster.submit(1, "true")
    cluster.wait([other], "finished")
    os.kill(cluster.status()["nodes"][1]["pid"], signal.SIGKILL)
    until(lambda: cluster.job(number)["restarts"] == 1)
    cluster.wait([number], "finished")


def _is_host(process: Path) -> bool:
    try:
        return (process / "cmdline").read_bytes().startswith(b"ray::Host")
    except OSError:
        return False


def test_the_nodes_of_a_ray_cluster_are_taken_and_what_their_ranks_say_comes_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for variable in list(os.environ):
        if variable.startswith("RAY_"):
            monkeypatch.delenv(variable)
    before = dict(os.environ)
    surround("of this test", own=True)
    mark, far, folder = secrets.token_hex(8), tmp_path / "far", tmp_path / "state"
    cluster = fixture.Cluster(folder, nodes=2)
    machines = subprocess.Popen(
        [sys.executable, "-c", TWO_MACHINES, far],
        env={**os.environ, MARK: mark}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        address = machines.stdout.readline().strip()
        told = json.loads(gigawatt("up", "--engine", "ray", "--address", address, "--json", folder=folder))
        assert (told["nodes"], told["gpus"]) == (2, 5)
        assert sorted(node["gpus"] for node in cluster.status()["nodes"]) == [2, 3]
        number = cluster.submit(5, "sh", "-c", 'echo "$RANK at $(pwd)"; seq 60000; sleep 1; echo end')
        cluster.wait([number], "finished")
        until(lambda: all(cluster.log(number, rank).endswith("\nend\n") for rank in range(5)))
        assert {len(cluster.log(number, rank)) for rank in range(5)} == {len(cluster.log(number, 0))}
        assert sorted(int(one.stem) for one in far.glob(f"*/logs/{number}/1/*.log")) in ([0, 1, 2], [2, 3, 4])
        raylets = named(marked(MARK, mark), b"/raylet/raylet")
        number = cluster.submit(5, "sleep", "2")
        until(lambda: len(cluster.ranks()) >= 5)
        for pid in raylets:  # that of the second machine; the first one's is needed by the controller
            if b"--node-name=second" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        cluster.wait([number], "finished")
        assert cluster.job(number)["attempt"] == 1
        agents = [node["pid"] for node in cluster.status()["nodes"]]
        gigawatt("down", folder=folder)
        assert not [pid for pid in agents if alive(pid)]
        assert "GW805" in gigawatt("up", "--engine", "embedded", folder=folder, code=1)
    finally:
        if folder.exists():
            cluster.end()
        machines.communicate()
        for pid in marked(MARK, mark):
            os.kill(pid, signal.SIGKILL)
        os.environ.clear()
        os.environ.update(before)
    cluster.check()


def test_an_address_at_which_no_ray_is_is_refused(tmp_path: Path):
    folder, nowhere = tmp_path / "state", ("--address", "127.0.0.1:1")
    assert "GW891" in gigawatt("up", "--engine", "ray", *nowhere, folder=folder, code=1)
    assert "GW895" in gigawatt("up", *nowhere, folder=folder, code=1)  # what was refused is not kept in mind
    assert "GW895" in gigawatt("up", "--engine", "embedded", *nowhere, folder=folder, code=1)
