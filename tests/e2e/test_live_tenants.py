"""Tenants over HTTP with real jobs: each sees and touches its own, and the owner all."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from live_fixture import Speaker, certificate, speakers, until


def test_a_tenant_sees_and_touches_its_own_jobs_only(make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIGAWATT_TOKEN", "of whoever brings it up")
    cluster = make(nodes=1)
    owner, vision, speech = speakers(cluster, "vision", "speech")
    mine = vision.submit("sh", "-c", 'pwd; echo "$GIGAWATT_CHECKPOINT_DIR $GIGAWATT_TOKEN"; sleep 60')
    other = speech.submit("sleep", "60")
    cluster.wait([mine, other], "running")
    assert [job["id"] for job in vision.ask("GET", "/v1/status")[1]["jobs"]] == [mine]
    assert [job["id"] for job in owner.ask("GET", "/v1/status")[1]["jobs"]] == [mine, other]
    assert vision.ask("GET", "/v1/status")[1]["nodes"] == [
        {"id": 0, "gpus": 8, "free": 6, "state": "up", "pid": None}
    ]
    for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/log")):
        foreign = speech.ask(method, f"/v1/jobs/{mine}{path}")
        nothing = speech.ask(method, f"/v1/jobs/999{path}")
        assert foreign[0] == nothing[0] == 404
        assert json.dumps(foreign[1]).replace(f"job {mine}", "job 999") == json.dumps(nothing[1])
    for number in (mine, 999):
        body = {"gpus": 1, "command": ["true"], "after": [number]}
        status, told = speech.ask("POST", "/v1/jobs", body)
        assert (status, told["problems"][0]["message"]) == (
            422, f"job {number} is not there: what waits for it would never start",
        )  # fmt: skip
    told = speech.ask("GET", "/v1/events?after=0&most=1000")[1]["events"]
    assert {event["job"] for event in told} == {None, other}
    assert {event["kind"] for event in told if event["job"] is None} <= {"node", "up"}
    assert "vision" not in json.dumps(told)
    assert "vision" not in json.dumps(speech.ask("GET", "/v1/view")[1])
    assert speech.code("POST", "/v1/jobs", {"tenant": "vision", "gpus": 1, "command": ["true"]}) == (
        403,
        "GW832",
    )
    for method, path, body in (
        ("POST", "/v1/nodes/0/drain", {}), ("POST", "/v1/down", {}), ("GET", "/v1/tenants", None),
        ("POST", "/v1/tenants", {"name": "x"}), ("PATCH", "/v1/tenants/speech", {"weight": 9.0}),
        ("POST", "/v1/tenants/vision/token", {}), ("DELETE", "/v1/tenants/vision", None),
    ):  # fmt: skip
        assert speech.code(method, path, body) == (403, "GW831"), path
    until(lambda: vision.ask("GET", f"/v1/jobs/{mine}/log")[1][0].count(b"\n") == 2)
    status, (data, headers) = vision.ask("GET", f"/v1/jobs/{mine}/log")
    own = cluster.folder / "checkpoints" / "tenants" / "vision"
    assert data.decode() == f"{own}\n{own / str(mine)} \n"
    size = len(data)
    assert (headers["Gigawatt-Next-Offset"], headers["Gigawatt-Ended"]) == (str(size), "false")
    status, (data, headers) = vision.ask("GET", f"/v1/jobs/{mine}/log?offset=3&most=4")
    assert (data.decode(), headers["Gigawatt-Next-Offset"]) == (str(own)[3:7], "7")
    assert vision.code("GET", f"/v1/jobs/{mine}/log?rank=1") == (404, "GW813")
    assert vision.ask("POST", f"/v1/jobs/{mine}/cancel")[1] == {"id": mine, "cancelled": True}
    cluster.wait([mine], "cancelled")
    assert owner.ask("GET", f"/v1/jobs/{mine}/log?offset={size}")[1][1]["Gigawatt-Ended"] == "true"
    assert cluster.states()[other] == "running"


def test_tokens_are_rotated_revoked_and_outlive_the_controller(make):
    cluster = make(nodes=1)
    owner, vision = speakers(cluster, "vision")
    number = vision.submit("sleep", "60")
    cluster.kill_controller()
    cluster.up()
    owner, vision = speakers(cluster)[0], Speaker(0, vision.token)
    vision.port = owner.port
    assert vision.ask("GET", f"/v1/jobs/{number}")[0] == 200
    again = Speaker(owner.port, owner.ask("POST", "/v1/tenants/vision/token")[1]["token"])
    assert vision.code("GET", "/v1/status") == (401, "GW830")
    assert again.ask("GET", f"/v1/jobs/{number}")[0] == 200
    assert owner.code("DELETE", "/v1/tenants/vision") == (409, "GW835")
    assert owner.ask("DELETE", "/v1/tenants/vision/token")[1]["token"] is False
    assert again.code("GET", "/v1/status") == (401, "GW830")
    again.token = owner.ask("POST", "/v1/tenants/vision/token")[1]["token"]
    owner.ask("POST", f"/v1/jobs/{number}/cancel")
    cluster.wait([number], "cancelled")
    assert owner.ask("DELETE", "/v1/tenants/vision") == (200, {"name": "vision"})
    assert again.code("GET", "/v1/status") == (401, "GW830")
    assert owner.code("POST", "/v1/tenants/vision/token") == (404, "GW834")
    journal = "".join(json.dumps(event.data) for event in cluster.events())
    assert again.token not in journal
    assert vision.token not in journal


def test_paths_of_a_tenant_stay_in_its_folders(make, tmp_path: Path):
    cluster = make(nodes=1)
    owner, vision = speakers(cluster, "vision")
    own = cluster.folder / "checkpoints" / "tenants" / "vision"
    shared = tmp_path / "shared"
    (shared / "deep").mkdir(parents=True)
    own.mkdir(parents=True)
    (own / "away").symlink_to(tmp_path)
    (own / "loop").symlink_to(own / "loop")
    (own / "near").symlink_to(own / "here")
    outside = [
        "/", "/etc", "../speech", "a/../../speech", str(own.parent), f"{own}/../speech", f"{own}x", "away",
        "away/x", "loop", "loop/x", str(shared), f"{own}/away/shared", "~", str(cluster.folder),
    ]  # fmt: skip
    refused = set(outside) - {"~"}  # a name like another
    for field in ("checkpoint_dir", "cwd"):
        for path in outside:
            body = {"gpus": 1, "command": ["true"], field: path}
            expected = (422, "GW833") if path in refused else (200, "")
            assert vision.code("POST", "/v1/jobs", body) == expected, path
    owner.ask("PATCH", "/v1/tenants/vision", {"roots": [str(shared)]})
    assert owner.code("PATCH", "/v1/tenants/vision", {"roots": ["relative"]}) == (422, "GW845")
    assert owner.code("PATCH", "/v1/tenants/vision", {"roots": [str(tmp_path / "none")]}) == (422, "GW845")
    echo = ("sh", "-c", 'pwd; echo "$GIGAWATT_CHECKPOINT_DIR"')
    numbers = [
        vision.submit(*echo, cwd=str(shared / "deep"), checkpoint_dir=f"{own}/away/shared/kept"),
        vision.submit(*echo, cwd="", checkpoint_dir="near/now"),
        vision.submit(*echo, cwd=".", checkpoint_dir="run/../other"),
        owner.submit(*echo, tenant="vision", cwd=str(tmp_path), checkpoint_dir=str(tmp_path / "any")),
    ]
    cluster.wait(numbers, "finished")
    assert [cluster.log(number).split() for number in numbers] == [
        [str(shared / "deep"), str(shared / "kept")],
        [str(own), str(own / "here" / "now")],
        [str(own), str(own / "other")],
        [str(tmp_path), str(tmp_path / "any")],
    ]


def test_shares_change_while_the_cluster_runs(make):
    cluster = make(nodes=1, policy="fair:borrowing=0")
    owner = speakers(cluster)[0]
    assert owner.ask("POST", "/v1/tenants", {"name": "a", "quota_gpus": 2.0})[0] == 200
    assert owner.code("POST", "/v1/tenants", {"name": "a"}) == (409, "GW835")
    numbers = [cluster.submit(1, "sleep", "60") for _ in range(4)]
    cluster.wait(numbers[:2], "running")
    assert [cluster.states()[n] for n in numbers[2:]] == ["queued", "queued"]
    told = owner.ask("PATCH", "/v1/tenants/a", {"quota_gpus": 3.0, "weight": 2.0})[1]
    assert (told["quota_gpus"], told["weight"], told["gpus"]) == (3.0, 2.0, 2)
    cluster.wait(numbers[:3], "running")
    assert cluster.states()[numbers[3]] == "queued"
    owner.ask("PATCH", "/v1/tenants/a", {"quota_gpus": None})
    cluster.wait(numbers, "running")
    [row] = owner.ask("GET", "/v1/tenants")[1]["tenants"]
    assert (row["name"], row["quota_gpus"], row["weight"], row["gpus"], row["running"]) == (
        "a",
        None,
        2.0,
        4,
        4,
    )


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a b", "x" * 61, "a\0", "a\n", "../a"])
def test_a_tenants_name_is_a_folders_name(name: str):
    from gigawatt.kernel.errors import InputError
    from gigawatt.live.http.requests import NewTenant, checked

    with pytest.raises(InputError, match="GW810"):
        checked(NewTenant, {"name": name}, "request")


def gigawatt(*words: str, code: int = 0, **environment: str) -> str:
    """Run the command as somebody else; its standard output where it ends well, else its standard error."""
    command = [Path(sys.executable).with_name("gigawatt"), *words]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIGAWATT_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=kept | environment)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def test_a_tenant_elsewhere_works_over_tls(make, tmp_path: Path):
    cert, key = certificate(tmp_path)
    cluster = make(nodes=1, listen="0.0.0.0:0", tls_cert=cert, tls_key=key)
    folder = str(cluster.folder)
    at = json.loads((cluster.folder / "api.json").read_text(encoding="utf-8"))["url"].rpartition(":")[2]
    url = f"https://localhost:{at}"
    assert "quota 4 GPUs" in gigawatt("tenant", "add", "vision", "--quota", "4", "--state-dir", folder)
    token = gigawatt("tenant", "token", "vision", "--state-dir", folder).strip()
    me = {"GIGAWATT_URL": url, "GIGAWATT_TOKEN": token, "GIGAWATT_CA": cert}
    # In its first run rank 1 fails, while rank 0 still waits.
    script = (
        'echo "begin $RANK"; until [ -e go ]; do sleep 0.02; done; echo end; '
        '[ "$GIGAWATT_ATTEMPT" = 2 ] || { [ "$RANK" = 0 ] && sleep 60; exit 1; }'
    )
    assert gigawatt("submit", "--gpus", "2", "--restarts", "1", "--", "sh", "-c", script, **me) == "job 1\n"
    words = [Path(sys.executable).with_name("gigawatt"), "logs", "1", "--follow", "--rank", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | me) as followed:
        assert followed.stdout is not None
        assert followed.stdout.readline() == "begin 1\n"
        (cluster.folder / "checkpoints" / "tenants" / "vision" / "go").touch()
        told = followed.stdout.read().splitlines()
    assert told == ["end", "[gigawatt: run 2 of job 1]", "begin 1", "end"]
    assert gigawatt("logs", "1", "--rank", "1", "--attempt", "1", **me) == "begin 1\nend\n"
    assert gigawatt("logs", "1", "--tail", "1", **me) == "end\n"
    assert "1 jobs: 1 finished" in gigawatt("status", **me)
    assert "GW813" in gigawatt("logs", "1", "--follow", "--rank", "2", code=1, **me)
    assert "GW831" in gigawatt("drain", "0", code=1, **me)
    assert "GW842" in gigawatt("status", code=1, **{**me, "GIGAWATT_CA": ""})
    wrong_name = {**me, "GIGAWATT_URL": f"https://127.0.0.1:{at}"}
    assert "not valid for '127.0.0.1'" in gigawatt("status", code=1, **wrong_name)
    assert "GW830" in gigawatt("status", code=1, **{**me, "GIGAWATT_TOKEN": token[::-1]})
    # One that speaks no TLS, and one that does not speak, hold nobody up.
    with socket.create_connection(("127.0.0.1", int(at)), timeout=10) as silent:
        with socket.create_connection(("127.0.0.1", int(at)), timeout=10) as plain:
            plain.sendall(b"GET /v1/status HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                assert b"HTTP" not in plain.recv(1000)
        assert "vision" in gigawatt("tenant", "list", "--state-dir", folder)
        assert "1 jobs" in gigawatt("status", **me)
        silent.close()
