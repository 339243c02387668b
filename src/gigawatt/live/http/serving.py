"""HTTP/1.1 within limits of size, time and number, whoever is at the other end.

Python's own server reads the requests; what it leaves open is closed here: how long a whole request may take
(a client that sends a byte now and then holds a thread for ever otherwise), how many bytes its head may have,
how many connections there may be, and bodies whose length is not told or told twice.
"""

from __future__ import annotations

import io
import json
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

HANDSHAKE_S = 10.0
"""TLS must be agreed on after so long."""
IDLE_S = 10.0
"""A connection on which nothing is asked for so long is closed."""
REQUEST_S = 20.0
"""A request must be here after so long, head and body."""
ANSWER_S = 30.0
"""A client must have taken its answer after so long."""
LINGER_S = 2.0
"""How long what a refused client still sends is read and dropped, so that it reads why."""
MOST_HEAD_BYTES = 64 * 2**10
MOST_CONNECTIONS = 64
MOST_OF_ONE = 16
"""Connections from one address, where clients come from elsewhere."""
_SEAT_S = 0.5
_LINGER_BYTES = 32 * 2**20
_BUFFER_BYTES = 8192


class TooLongError(Exception):
    """More was sent than is read."""


class _Incoming(io.RawIOBase):
    """What a client sends, within a time and a size."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._left_bytes = 0
        self._end_s = 0.0

    def allow(self, most_bytes: int, within_s: float | None = None) -> None:
        """Read so many more bytes, until so long from now, or until the time that was set before."""
        self._left_bytes = most_bytes
        if within_s is not None:
            self._end_s = time.monotonic() + within_s

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there."""
        left_s = self._end_s - time.monotonic()
        if left_s <= 0.0:
            raise TimeoutError
        if self._left_bytes <= 0:
            raise TooLongError
        self._sock.settimeout(left_s)
        count = self._sock.recv_into(memoryview(buffer)[: self._left_bytes])
        self._left_bytes -= count
        return count


class _Outgoing(io.BufferedIOBase):
    """What a client is sent; it must take all of it in time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Send all."""
        end_s = time.monotonic() + ANSWER_S
        view = memoryview(data)
        done = 0
        while done < len(view):
            left_s = end_s - time.monotonic()
            if left_s <= 0.0:
                raise TimeoutError
            self._sock.settimeout(left_s)
            done += self._sock.send(view[done : done + 65536])
        return done


class Exchange(BaseHTTPRequestHandler):
    """A connection, and the request that is answered on it now."""

    protocol_version = "HTTP/1.1"
    # Where the first line says no version: such a client reads a head too.
    default_request_version = "HTTP/1.0"
    server_version, sys_version = "gigawatt", ""
    server: Server
    # An answer may be due before the first line was read.
    command = requestline = ""
    request_version = protocol_version
    status = 0
    """HTTP's word for what is wrong with this request, where it is already known."""

    @property
    def method(self) -> str:
        """What is done: GET, POST ..."""
        return self.command

    @property
    def target(self) -> str:
        """Path and query."""
        return self.path

    def header(self, name: str) -> str:
        """Return a header's value; empty: it is not there."""
        return str(self.headers.get(name, ""))

    def setup(self) -> None:
        """Take a connection, first over TLS where that is spoken here."""
        self.connection = self.server.secured(self.request)
        self.raw = _Incoming(self.connection)
        self.rfile = self.reader = io.BufferedReader(self.raw, _BUFFER_BYTES)
        self.wfile = _Outgoing(self.connection)

    def finish(self) -> None:
        """Close it; what is still on the way was dropped before."""
        self.rfile.close()
        with suppress(OSError):
            self.connection.close()

    def handle_one_request(self) -> None:
        """Read one request within its limits, and have it answered."""
        self.close_connection = True
        self.status, self.command, self._expects, self._read = 0, "", False, False
        self.requestline, self.request_version = "", self.protocol_version
        begun = False
        try:
            self.raw.allow(MOST_HEAD_BYTES, IDLE_S)
            begun = bool(self.reader.peek(1))
            if not begun:
                return
            self.raw.allow(MOST_HEAD_BYTES, REQUEST_S)
            self.raw_requestline = self.rfile.readline(MOST_HEAD_BYTES)
            if len(self.raw_requestline) == MOST_HEAD_BYTES:
                raise TooLongError
            if not self.parse_request():
                return  # and it was said why
            self.server.answer(self)
        except TimeoutError:
            if begun:
                seen = f"the request was not here after {REQUEST_S:.0f} s"
                self._give_up(408, Problem("GW844", seen, "send it at once", file="request"))
        except TooLongError:
            seen = f"the request's head has more than {MOST_HEAD_BYTES:,} bytes"
            self._give_up(431, Problem("GW810", seen, "send fewer headers", file="request"))

    def _give_up(self, status: int, problem: Problem) -> None:
        with suppress(OSError):
            self.close_connection = True
            self.refuse(status, [problem])

    def say_nothing(self) -> None:
        """Close the connection: nobody answers here yet."""
        self.close_connection = True

    def read_body(self, most_bytes: int) -> bytes:
        """Read the body.

        Raises
        ------
        InputError
            GW810: it is too long, or does not say how long it is.
        """
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers:
            raise self._unread(411, "it does not say how long its body is (Transfer-Encoding)")
        told = lengths[0].strip() if lengths else "0"
        if len(lengths) > 1 or not (told.isascii() and told.isdecimal()):
            raise self._unread(400, f"its body has {', '.join(lengths)[:60]!r} bytes")
        if len(told) > 12 or int(told) > most_bytes:
            raise self._unread(413, f"a body of {told[:20]} bytes; allowed: up to {most_bytes:,}")
        wanted = int(told)
        self.raw.allow(wanted + _BUFFER_BYTES)
        if self._expects:
            self.send_response_only(100)
            self.end_headers()
        data = self.rfile.read(wanted)
        if len(data) < wanted:
            raise self._unread(400, f"its body has {len(data):,} bytes, not {wanted:,}")
        self._read = True
        return data

    def handle_expect_100(self) -> bool:
        """Ask for the body when it is read, not before it is known whether it will be."""
        self._expects = True
        return True

    def _unread(self, status: int, seen: str) -> InputError:
        self.status, self.close_connection = status, True
        remedy = "put long commands into a file" if status == 413 else "mend it"
        return InputError(Problem("GW810", f"the request is malformed: {seen}", remedy, file="request"))

    def refuse(self, status: int, problems: Iterable[Problem]) -> None:
        """Say what is wrong; a request that was not read to its end is the last one of its connection."""
        body = json.dumps({"problems": [asdict(problem) for problem in problems]}).encode()
        told = getattr(self, "headers", None)
        if (
            not self._read
            and told is not None
            and {"content-length", "transfer-encoding"} & {name.lower() for name in told}
        ):
            self.close_connection = True
        more = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        self.send(status, body, "application/json", more)
        if self.close_connection:
            self._linger()

    def send(self, status: int, data: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": str(len(data)), "Cache-Control": "no-store"}
        told |= {"X-Content-Type-Options": "nosniff", **(headers or {})}
        if self.close_connection:
            told["Connection"] = "close"
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _linger(self) -> None:
        """Drop what a refused client still sends: a connection closed before takes the answer with it."""
        left_bytes, end_s = _LINGER_BYTES, time.monotonic() + LINGER_S
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while left_bytes > 0 and time.monotonic() < end_s:
                self.connection.settimeout(max(end_s - time.monotonic(), 0.01))
                count = len(self.connection.recv(65536))
                if not count:
                    return
                left_bytes -= count

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say what is wrong with a request that could not be read; Python's server calls it."""
        if self.raw_requestline.startswith(b"HEAD "):
            self.command = "HEAD"
        self.close_connection = True
        seen = f"the request is malformed: {message or explain or code}"
        self.refuse(code, [Problem("GW810", seen[:300], "mend it", file="request")])

    def log_message(self, *_: object) -> None:
        """Keep requests out of the log: the journal has what matters."""


class Server(ThreadingHTTPServer):
    """A door: connections in threads, so many at once and no more."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        tls: Callable[[], ssl.SSLContext] | None = None,
        most_of_one: int = MOST_CONNECTIONS,
    ) -> None:
        self.answer: Callable[[Exchange], None] = Exchange.say_nothing
        """Answers requests; to be set before any is served."""
        self._tls = tls
        self._most_of_one = most_of_one
        self._seats = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._of_one: Counter[str] = Counter()
        self._counting = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Exchange)

    def server_bind(self) -> None:
        """Take the address; its name is not asked for, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        host = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.server_port}"

    def secured(self, sock: socket.socket) -> socket.socket:
        """Agree on TLS in the connection's own thread, where that is spoken here."""
        if self._tls is None:
            return sock
        sock.settimeout(HANDSHAKE_S)
        return self._tls().wrap_socket(sock, server_side=True)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread where there is a seat; else say that there is none."""
        host = str(client_address[0])
        if not self._sit(host):
            self._turn_away(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the machine has no thread to give
            self._rise(host)
            self._turn_away(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection until it is closed."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._rise(str(client_address[0]))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let go of a connection that broke; what is a fault of ours goes into the log."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _sit(self, host: str) -> bool:
        with self._counting:
            if self._of_one[host] >= self._most_of_one:
                return False
            self._of_one[host] += 1
        if self._seats.acquire(timeout=_SEAT_S):
            return True
        self._leave(host)
        return False

    def _rise(self, host: str) -> None:
        self._seats.release()
        self._leave(host)

    def _leave(self, host: str) -> None:
        with self._counting:
            self._of_one[host] -= 1
            if not self._of_one[host]:
                del self._of_one[host]

    def _turn_away(self, request: socket.socket) -> None:
        problem = Problem("GW847", "too many connections", "try again", file="request")
        body = json.dumps({"problems": [asdict(problem)]}).encode()
        head = (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Retry-After: 1\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with suppress(OSError):
            request.settimeout(0.0)
            if self._tls is None:
                request.send(head.encode() + body)
        self.shutdown_request(request)
