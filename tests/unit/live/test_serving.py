"""The HTTP server alone: whatever comes, it answers or closes within its limits, and has room again."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.live.http import serving
from gigawatt.live.http.serving import Exchange, Server

LIMIT = 1000


def echo(exchange: Exchange) -> None:
    """Answer with what was sent."""
    try:
        data = exchange.read_body(LIMIT)
    except InputError as error:
        exchange.refuse(exchange.status, error.problems)
    else:
        exchange.send(200, data, "application/json")


@contextmanager
def serve() -> Iterator[Server]:
    one = Server(("127.0.0.1", 0), most_of_one=6)
    one.answer = echo
    thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()
    thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as one:
        yield one


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that loses its patience quickly."""
    for name, seconds in (("REQUEST_S", 1.0), ("IDLE_S", 1.0), ("ANSWER_S", 0.5), ("LINGER_S", 0.3)):
        monkeypatch.setattr(serving, name, seconds)
    with serve() as one:
        yield one


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_port), timeout=10)


def answer_to(sock: socket.socket, method: str = "POST") -> tuple[int, bytes]:
    response = HTTPResponse(sock, method=method)
    response.begin()
    data = response.read()
    return response.status, data


def send(server: Server, raw: bytes) -> tuple[int, str]:
    """Send bytes; return the status and the problem's code."""
    with connect(server) as sock:
        sock.sendall(raw)
        status, data = answer_to(sock)
    return status, json.loads(data)["problems"][0]["code"] if status != 200 else data.decode()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 200),
        (b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", 200),
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: +2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 0x2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 411),
        (b"POST / HTTP/1.1 more\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"POST / HTTP/9.9\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nA: " + b"b" * 200_000 + b"\r\n\r\n", 431),
        (b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n", 431),
    ],
)
def test_requests_of_wrong_length_or_form_are_told_so(server: Server, raw: bytes, status: int):
    told = send(server, raw)
    assert told == ((200, "{}") if status == 200 else (status, "GW810"))


def test_a_body_that_was_not_read_is_not_taken_for_the_next_request(server: Server):
    hidden = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
    with connect(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + hidden)
        assert answer_to(sock)[0] == 413
        assert sock.recv(100) == b""


def test_a_connection_serves_several_requests(server: Server):
    link = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    for body in (b"{}", b"[1]", b""):
        link.request("POST", "/", body)
        assert link.getresponse().read() == body
    link.close()


def test_a_large_body_is_refused_before_it_comes_and_the_client_reads_why(server: Server):
    with connect(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n")
        assert answer_to(sock)[0] == 413
    assert send(server, b"POST / HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 10_000_000) == (
        413,
        "GW810",
    )
    with connect(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"{}")
        assert answer_to(sock) == (200, b"{}")


@pytest.mark.parametrize(
    "begun", [b"P", b"POST / HTTP/1.1\r\nA: ", b"POST / HTTP/1.1\r\nContent-Length: 500\r\n\r\n"]
)
def test_a_client_that_sends_a_byte_now_and_then_is_given_up(hasty: Server, begun: bytes):
    with connect(hasty) as sock:
        began_s = time.monotonic()
        sock.sendall(begun)
        sock.settimeout(0.05)
        told = b""
        while b"}" not in told and time.monotonic() < began_s + 8.0:
            try:
                told += sock.recv(10_000)
            except TimeoutError:
                sock.sendall(b"x")
    assert b" 408 " in told.split(b"\r\n")[0]
    assert b"GW844" in told


def test_silent_clients_are_let_go_and_their_seats_given_away(hasty: Server):
    silent = [connect(hasty) for _ in range(6)]
    time.sleep(0.1)
    assert send(hasty, b"POST / HTTP/1.1\r\n\r\n") == (503, "GW847")
    for sock in silent:
        assert sock.recv(100) == b""
        sock.close()
    end_s = time.monotonic() + 5.0
    while send(hasty, b"POST / HTTP/1.1\r\n\r\n")[0] != 200:
        assert time.monotonic() < end_s


def test_a_client_that_does_not_take_its_answer_is_given_up(hasty: Server):
    hasty.answer = lambda exchange: exchange.send(200, b"x" * 50_000_000, "text/plain")
    with connect(hasty) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        time.sleep(2.0)
        hasty.answer = echo
        read = 0
        while data := sock.recv(2**20):
            read += len(data)
    assert read < 50_000_000


def test_a_fault_of_ours_ends_one_connection_only(server: Server, capsys: pytest.CaptureFixture[str]):
    def fail(_: Exchange) -> None:
        raise KeyError("ours")

    server.answer = fail
    with connect(server) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert sock.recv(100) == b""
    server.answer = echo
    assert send(server, b"POST / HTTP/1.1\r\n\r\n") == (200, "")
    told, end_s = "", time.monotonic() + 5.0
    while "ours" not in told:  # it is written after the connection is closed
        assert time.monotonic() < end_s
        told += capsys.readouterr().err
