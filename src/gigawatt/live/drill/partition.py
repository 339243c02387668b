"""A partition between the controller and an agent: a door in between that lets nothing through any more.

On one machine they speak through a Unix socket. The door takes its name, passes on what comes, and when it is
shut both sides live on and hear nothing. A new agent of the node takes its name back.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path

from gigawatt.live.nodes.wire import connect

_CHUNK_BYTES = 65536


class Door:
    """Stands before a node's agent; the controller must connect anew to go through it."""

    def __init__(self, folder: Path, node: int) -> None:
        self._folder = folder
        self._inner = f"nodes/{node}.inner"
        self._name = folder / "nodes" / f"{node}.sock"
        self._name.rename(folder / self._inner)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        here = folder / "nodes"
        self._bind(here, node)
        self._listener.listen()
        self.shut = threading.Event()
        self.passed = threading.Event()
        """Set once something has come through."""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._stand, daemon=True)
        self._thread.start()

    def _bind(self, here: Path, node: int) -> None:
        # As in wire.connect: the path of a socket must be short, a state folder's need not be.
        fd = os.open(here, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._listener.bind(f"/proc/self/fd/{fd}/{node}.sock")
        finally:
            os.close(fd)

    def close(self) -> None:
        """Take the door away."""
        self._closed.set()
        self._thread.join()
        (self._folder / self._inner).unlink(missing_ok=True)

    def _stand(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            ends: dict[socket.socket, socket.socket] = {}
            while not self._closed.is_set():
                for key, _ in selector.select(0.05):
                    if self.shut.is_set():
                        self._closed.wait(0.05)
                    elif key.fileobj is self._listener:
                        self._open(selector, ends)
                    elif isinstance(key.fileobj, socket.socket):
                        self._pass_on(key.fileobj, selector, ends)
            for one in (*ends, self._listener):
                one.close()

    def _open(self, selector: selectors.BaseSelector, ends: dict[socket.socket, socket.socket]) -> None:
        outer, _ = self._listener.accept()
        try:
            inner = connect(self._folder, self._inner)
        except OSError:
            outer.close()
            return
        ends |= {outer: inner, inner: outer}
        for one in (outer, inner):
            selector.register(one, selectors.EVENT_READ)

    def _pass_on(
        self, one: socket.socket, selector: selectors.BaseSelector, ends: dict[socket.socket, socket.socket]
    ) -> None:
        other = ends[one]
        with suppress(OSError):
            data = one.recv(_CHUNK_BYTES)
            if data:
                other.sendall(data)
                self.passed.set()
                return
        for end in (one, other):
            selector.unregister(end)
            end.close()
            del ends[end]
