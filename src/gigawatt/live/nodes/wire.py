"""Messages between controller, agents and keepers: one JSON object a line."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import GigawattError

MOST_BYTES = 4 * 2**20
"""Longest message that is read."""
Message = dict[str, Any]


class BrokenMessageError(GigawattError):
    """The other side sent no message of ours; the connection is given up."""


def pack(message: Message) -> bytes:
    r"""Write a message as a line.

    >>> pack({"do": "go", "job": 1})
    b'{"do":"go","job":1}\n'
    """
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"


class Lines:
    r"""Bytes as they come, cut into messages.

    >>> lines = Lines()
    >>> lines.feed(b'{"a": 1}\n{"a"'), lines.feed(b': 2}\n')
    ([{'a': 1}], [{'a': 2}])
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes; give the messages that are whole now."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MOST_BYTES:
            raise BrokenMessageError(f"a message of more than {MOST_BYTES:,} bytes")
        try:
            messages = [json.loads(line) for line in whole]
        except ValueError as error:
            raise BrokenMessageError(f"no JSON: {error}") from error
        if not all(isinstance(message, dict) for message in messages):
            raise BrokenMessageError("a message that is no object")
        return messages


def connect(folder: Path, name: str) -> socket.socket:
    """Connect to a socket in a folder, whose path may be longer than a socket's may be.

    Raises
    ------
    OSError
        Nobody listens there.
    """
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(f"/proc/self/fd/{here}/{name}")
    except OSError:
        sock.close()
        raise
    finally:
        os.close(here)
    return sock


def write_private(path: Path, value: Message) -> None:
    """Write JSON that only this user may read; the file appears whole."""
    draft = path.with_suffix(f"{path.suffix}.partial")
    draft.unlink(missing_ok=True)
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        json.dump(value, file)
    draft.replace(path)


class Link:
    """A connection that gives and takes messages; ``open`` turns false when the other side has gone."""

    def __init__(self, sock: socket.socket, patience_s: float = 10.0) -> None:
        self.sock = sock
        self.open = True
        self._lines = Lines()
        sock.settimeout(patience_s)

    def fileno(self) -> int:
        """Return its descriptor."""
        return self.sock.fileno()

    def send(self, message: Message) -> None:
        """Send a message; where the other side has gone or does not read, give the connection up."""
        if not self.open:
            return
        try:
            self.sock.sendall(pack(message))
        except OSError:
            self.open = False

    def receive(self) -> list[Message]:
        """Read what is there; call it when the descriptor is ready."""
        try:
            data = self.sock.recv(65536)
            self.open = self.open and bool(data)
            return self._lines.feed(data)
        except (OSError, BrokenMessageError):
            self.open = False
            return []

    def close(self) -> None:
        """Close the connection."""
        self.open = False
        self.sock.close()
