"""Whatever is sent to a cluster's door is answered or refused with a reason, and nothing else is disturbed.

Two tenants and the owner speak to a real controller; a gang runs all the while, and must end as if nothing
had happened. What is sent is drawn: raw bytes near HTTP, and requests made of the OpenAPI document, good and
bad ones, with tokens that fit and that do not.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
import subprocess
import sys
import time
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live_fixture import Cluster, Speaker, speakers, until

from gigawatt.live.http.openapi import document

STEADY = 'i=0; while [ ! -e go ]; do i=$((i+1)); echo "$RANK $i"; sleep 0.05; done; echo "end $RANK"'
REFUSED = {400, 401, 403, 404, 405, 408, 409, 411, 413, 422, 431, 505}
FUZZ = settings(
    max_examples=300, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


MEDIA = {"application/json", "application/octet-stream", "text/html"}
PUBLIC = {"/", "/v1/openapi.json"}


class World:
    """A cluster with a gang that runs, and those who speak to it."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.owner, self.vision, self.speech = speakers(cluster, "vision", "speech")
        self.stranger = Speaker(self.owner.port, "gwt_" + "x" * 43)
        self.nobody = Speaker(self.owner.port, "")
        self.place = folder
        self.steady = cluster.submit(2, "sh", "-c", STEADY, tenant="owner", cwd=str(folder))
        self.kept = self.vision.submit("sleep", "300")
        cluster.wait([self.steady, self.kept], "running")
        self.before = self.threads_and_files()

    def threads_and_files(self) -> tuple[int, int]:
        process = Path(f"/proc/{self.cluster.pid}")
        threads = re.search(r"Threads:\t(\d+)", (process / "status").read_text(encoding="ascii"))
        assert threads is not None
        return int(threads[1]), len(list((process / "fd").iterdir()))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("fuzzed")
    cluster = Cluster(folder / "state", nodes=2, gpus_per_node=4)
    cluster.up()
    one = World(cluster, folder)
    yield one
    (folder / "go").touch()
    cluster.wait([one.steady], "finished")
    steady, kept = cluster.job(one.steady), cluster.job(one.kept)
    assert (steady["attempt"], steady["restarts"], steady["exit_code"]) == (1, 0, 0)
    for rank in (0, 1):
        lines = cluster.log(one.steady, rank).splitlines()
        assert lines == [*(f"{rank} {i}" for i in range(1, len(lines))), f"end {rank}"]
    assert (kept["state"], kept["attempt"]) == ("running", 1)
    until(
        lambda: one.threads_and_files() <= (one.before[0] + 2, one.before[1] + 8), 25.0, one.threads_and_files
    )
    assert "Traceback" not in (cluster.folder / "controller.log").read_text(encoding="utf-8")
    told = {event.kind for event in cluster.events() if event.job == one.steady}
    assert told == {"submitted", "decided", "started", "finished"}
    cluster.end()
    cluster.check()


class Told(io.BytesIO):
    """All that a server has sent, read one answer after another."""

    def makefile(self, _mode: str) -> Told:
        return self

    def close(self) -> None:
        """Stay open for the next answer."""


def exchange(port: int, raw: bytes) -> list[tuple[int, bytes, Any]]:
    """Send bytes and no more; return what is answered: status, body, headers."""
    told = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10.0) as sock,
        contextlib.suppress(ConnectionError),
    ):
        with contextlib.suppress(ConnectionError):
            sock.sendall(raw)
            sock.shutdown(socket.SHUT_WR)
        while data := sock.recv(2**20):
            told += data
    left, answers = Told(told), []
    while left.tell() < len(told):
        bodiless = raw.startswith(b"HEAD ") and not answers
        response = HTTPResponse(left, method="HEAD" if bodiless else "GET")
        response.begin()
        answers.append((response.status, response.read(), response.headers))
    return answers


def check_refusal(status: int, data: bytes) -> None:
    assert status in REFUSED, (status, data)
    problems = json.loads(data)["problems"]
    assert problems
    for problem in problems:
        assert re.fullmatch(r"GW8\d\d", problem["code"]), problem
        assert problem["message"]
        assert problem["remedy"]
        assert "Traceback" not in problem["message"]
        assert len(problem["message"]) < 1000


METHODS = st.sampled_from(
    [b"GET", b"POST", b"PATCH", b"DELETE", b"PUT", b"HEAD", b"OPTIONS", b"get", b"G\0T", b""]
)
TARGETS = st.sampled_from(
    [b"/v1/status", b"/v1/jobs", b"/v1/jobs/1", b"/v1/jobs/1/log?rank=x",
     b"/v1/jobs/99999999999999999999", b"/", b"//v1/status", b"/v1/%2e%2e/status",
     b"/v1/jobs/%31", b"/v1/jobs/\xd9\xa3", b"/v1/tenants/%00", b"*", b"http://[",
     b"http://x/v1/status", b"/v1/jobs/1/log?rank=0&rank=0&offset=-1", b"/v1/events?after=1;2",
     b"/v1/tenants/..%2f..%2f", b"/v1/jobs/1 2", b"/\xff\xfe", b"/v1/down/", b"/V1/DOWN",
     b"/v1/down?x=1"]
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=50),
    st.sampled_from(
        [b"", b"{}", b"[]", b"null", b"{", b"[" * 100_000, b'{"a":' * 50_000, b'{"gpus": 1e999}',
         b"\xff\xfe{}", b'{"gpus": NaN}', b'{"gpus": ' + b"9" * 5000 + b"}",
         b'{"gpus": 1, "command": ["a\\u0000b"]}', b'{"gpus": 1, "command": ["\\ud800"]}',
         b'{"gpus": true, "command": ["true"]}', b"\0" * 100,
         b'{"gpus": 1, "command": ["' + b"x" * 200_000 + b'"]}', b'{"\\ud800": 1}',
         b"{}" + b" " * 100_000]
    ),
)  # fmt: skip
HEADERS = st.lists(
    st.sampled_from(
        [b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: 1000000000000",
         b"Content-Length: -1", b"Content-Length: 1e3", b"Transfer-Encoding: chunked",
         b"Transfer-Encoding: identity", b"Connection: close", b"Connection: keep-alive",
         b"Expect: 100-continue", b"Content-Encoding: gzip", b"no colon", b": no name", b" folded",
         b"A: \0", b"Host: " + b"h" * 9000, b"Authorization: Basic eDp4", b"Authorization:",
         b"Authorization: Bearer", b"Upgrade: h2c"]
    ),
    max_size=4,
)  # fmt: skip


@FUZZ
@given(data=st.data())
def test_bytes_that_are_hardly_http(world: World, data: st.DataObject) -> None:
    draw = data.draw
    body = draw(BODIES)
    version = draw(st.sampled_from([*[b"HTTP/1.1"] * 8, b"HTTP/1.0", b"x", b""]))
    lines = [b" ".join([draw(METHODS), draw(TARGETS), version])]
    token = draw(st.sampled_from([world.vision.token, world.speech.token, world.stranger.token, ""]))
    if token:
        lines.append(b"Authorization: Bearer " + token.encode())
    if draw(st.booleans()):
        lines.append(b"Content-Length: %d" % len(body))
    lines += draw(HEADERS)
    raw = b"\r\n".join(lines) + b"\r\n\r\n" + body
    if draw(st.integers(0, 9)) == 0:
        raw = draw(st.binary(min_size=1, max_size=200))
    raw = raw[: draw(st.sampled_from([None] * 6 + [5, 30, len(raw) - 1]))]
    for status, answer, headers in exchange(world.owner.port, raw):
        if status == 200:
            assert headers["Content-Type"].partition(";")[0] in MEDIA
        elif status != 100 and answer:  # none to HEAD
            check_refusal(status, answer)


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema of the document allows, small ones."""
    if "$ref" in schema:
        return from_schema(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return st.one_of([from_schema(one) for one in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "object":
        fields = {name: from_schema(one) for name, one in schema["properties"].items()}
        needed = schema.get("required", [])
        return st.fixed_dictionaries(
            {name: fields[name] for name in needed},
            optional={n: f for n, f in fields.items() if n not in needed},
        )
    if kind == "array":
        return st.lists(from_schema(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
    if kind == "integer":
        low = schema.get("minimum", 0)
        return st.integers(low, max(low, min(schema.get("maximum", 12), 12)))
    if kind == "number":
        return st.floats(0.001, 1000.0)
    if kind == "string":
        return st.sampled_from(["a", "vision", "x1", "..", "../../etc", "/", "~", "é", "a b"])
    return {"boolean": st.booleans(), "null": st.none()}[str(kind)]


WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**80), 2**80), st.text(max_size=5), st.just("x" * 5000),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@FUZZ
@given(data=st.data())
def test_requests_of_the_document_good_and_bad(world: World, data: st.DataObject) -> None:
    draw = data.draw
    told = document()
    path, operations = draw(st.sampled_from(sorted(told["paths"].items())), label="path")
    method, operation = draw(st.sampled_from(sorted(operations.items())), label="method")
    names = [
        "vision",
        "speech",
        "stranger",
        "nobody",
        *([] if path in {"/v1/down", "/v1/nodes/{number}/drain"} else ["owner"]),
    ]
    name = draw(st.sampled_from(names), label="who")
    caller: Speaker = getattr(world, name)
    number = draw(st.sampled_from([world.steady, world.kept, 0, 7, 10**11]))
    if name in {"owner", "vision"} and path.endswith("/cancel"):
        number = draw(st.sampled_from([0, 10**11]))  # what runs is left alone by those who may stop it
    tenant = draw(st.sampled_from(["x1", "x2", "..%2f", "%00", "é".encode().hex(), "."]))
    target = path.replace("{number}", str(number)).replace("{name}", tenant)
    query = [p for p in operation["parameters"] if p["in"] == "query"]
    if query and draw(st.booleans()):
        one = draw(st.sampled_from(query))
        value = draw(st.one_of(from_schema(one["schema"]), st.sampled_from(["x", "-1", "1.5", "", 2**70])))
        target += f"?{one['name']}={value if value is not None else ''}"
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = draw(from_schema(schema))
        if "gpus" in body:
            body |= {"command": ["true"], "priority": 100}
            body.pop("array", None)
        if draw(st.booleans()) and body:
            body[draw(st.sampled_from([*body, "more"]))] = draw(WRONG)
        if "command" in body and body["command"] != ["true"]:
            body["gpus"] = 0
    status, answer = caller.ask(method.upper(), target, body)
    if status == 200:
        assert name not in {"stranger", "nobody"} or path in PUBLIC
        assert name == "owner" or "owner alone" not in operation.get("description", "")
        content = operation["responses"]["200"]["content"]
        if "application/json" in content:
            schema = {**content["application/json"]["schema"], "components": told["components"]}
            jsonschema.validate(answer, schema)
        if name in {"vision", "speech"}:
            text = json.dumps(answer) if isinstance(answer, dict) else ""
            assert f'"tenant": "{"speech" if name == "vision" else "vision"}"' not in text
            assert '"tenant": "owner"' not in text
    else:
        check_refusal(status, json.dumps(answer).encode())
        jsonschema.validate(
            answer, {"$ref": "#/components/schemas/Refusal", "components": told["components"]}
        )
    if name in {"stranger", "nobody"} and path not in PUBLIC:
        assert status in {401, 404}


def test_ten_megabytes_of_command_are_refused_in_words(world: World) -> None:
    body = json.dumps({"gpus": 1, "command": ["x" * 10_000_000]}).encode()
    for token, status in ((world.vision.token, 413), (world.stranger.token, 401)):
        head = (
            f"POST /v1/jobs HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        [(told, data, _)] = exchange(world.owner.port, head.encode() + body)
        assert told == status
        check_refusal(told, data)
    long = [f"{'x' * 100_000}{i}" for i in range(12)]
    words = ["submit", "--state-dir", str(world.cluster.folder), "--", *long]
    command = [Path(sys.executable).with_name("gigawatt"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "GW810" in done.stderr
    assert "put long commands into a file" in done.stderr


def test_slow_and_silent_clients_hold_nobody_up(world: World) -> None:
    held = []
    try:
        for n in range(40):
            sock = socket.create_connection(("127.0.0.1", world.owner.port), timeout=5)
            sock.sendall(b"POST /v1/jobs HTTP/1.1\r\nContent-Length: 100\r\n\r\n"[: n + 1])
            held.append(sock)
        for _ in range(5):
            begun_s = time.monotonic()
            assert world.vision.ask("GET", "/v1/status")[0] == 200
            for sock in held:
                with contextlib.suppress(ConnectionError):
                    sock.sendall(b"x")
            assert time.monotonic() - begun_s < 5.0
    finally:
        for sock in held:
            sock.close()


def test_what_was_sent_has_left_the_tenants_as_they_were(world: World) -> None:
    rows = {row["name"]: row for row in world.owner.ask("GET", "/v1/tenants")[1]["tenants"]}
    for name in ("vision", "speech"):
        assert (rows[name]["quota_gpus"], rows[name]["weight"], rows[name]["roots"]) == (None, 1.0, [])
        assert rows[name]["token"]
    folder = world.cluster.folder / "checkpoints" / "tenants"
    assert not (world.cluster.folder.parent / "etc").exists()
    assert {one.name for one in (world.cluster.folder / "checkpoints").iterdir()} >= {"tenants"}
    assert all(re.fullmatch(r"[\w-][\w.-]*", one.name) for one in folder.iterdir())
