"""The keeper of one part of a gang: it starts the ranks, writes their logs, and ends when nothing is left.

An agent forks one keeper a part. It waits for the word (``go``), so that no rank begins before every keeper
of the gang is there. Its ranks die with it (PR_SET_PDEATHSIG), it dies with its agent, and what its ranks
left behind in sessions of their own becomes its child and is killed before it says ``done``.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from pathlib import Path
from typing import NoReturn

from gigawatt.live.nodes.part import DONE, GOING, PREPARED, Part, rank_environment
from gigawatt.live.nodes.processes import (
    adopt_orphans,
    die_with_parent,
    end_descendants,
    fork,
    reap,
    say,
    send_group,
)
from gigawatt.live.nodes.wire import Link

_CHUNK_BYTES = 65536
CANNOT_START = 127
"""Exit code of a rank whose command, folder or process cannot be made, as in a shell."""


class RankLog:
    """What a rank says, up to a size; what comes after is read and dropped, and the log says so."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._left_bytes = most_bytes
        self._most_bytes = most_bytes
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            say(f"there will be no log {path}: {error}")
            self._fd = os.open(os.devnull, os.O_WRONLY)

    def write(self, data: bytes) -> None:
        """Keep what there is room for; a full disk loses the log, not the rank."""
        kept, self._left_bytes = data[: self._left_bytes], max(self._left_bytes - len(data), 0)
        was_full = not kept and bool(data)
        self._put(kept)
        if not was_full and len(kept) < len(data):
            self._put(
                f"\n[gigawatt: the log is full at {self._most_bytes:,} bytes; no more is kept]\n".encode()
            )

    def _put(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            self._left_bytes = 0

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


class Keeper:
    """One part's life, in a process of its own."""

    def __init__(self, part: Part, agent: socket.socket) -> None:
        self.part = part
        self.link = Link(agent)
        self.codes: dict[int, int] = {}
        """Exit codes by rank."""
        self._ranks: dict[int, int] = {}
        self._kill_at_s = float("inf")
        self._stopped = False
        self._selector = selectors.DefaultSelector()
        self._logs: dict[int, RankLog] = {}

    def live(self) -> None:
        """Wait for the word, start the ranks, and stay until nothing of them is left."""
        woken, wake = os.pipe()
        for fd in (woken, wake):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._kill_now)
        self._selector.register(self.link, selectors.EVENT_READ)
        self._selector.register(woken, selectors.EVENT_READ)
        self._tell(PREPARED)
        while not self._stopped:
            self._step(woken)
        self.codes |= self._by_rank(end_descendants())
        self._drain()
        self._tell(DONE)

    def _step(self, woken: int) -> None:
        left_s = self._kill_at_s - time.monotonic()
        for key, _ in self._selector.select(None if left_s == float("inf") else max(left_s, 0.0)):
            if key.fileobj is self.link:
                self._listen()
            elif key.fd == woken:
                os.read(woken, _CHUNK_BYTES)
            else:
                self._read_log(key.fd)
        ended, _ = reap()
        told = self._by_rank(ended)
        if told:
            self.codes |= told
            self._tell(GOING)
        if len(self.codes) == len(self.part.slots) or time.monotonic() >= self._kill_at_s:
            self._stopped = True

    def _listen(self) -> None:
        for message in self.link.receive():
            if message.get("do") == "go" and not self._ranks and self._kill_at_s == float("inf"):
                self._go()
            elif message.get("do") == "stop":
                grace_s = float(message["grace_s"]) if self._ranks else 0.0
                self._kill_at_s = min(self._kill_at_s, time.monotonic() + grace_s)
                for pid, rank in self._ranks.items():
                    if rank not in self.codes:
                        send_group(pid, signal.SIGTERM)
        if not self.link.open:
            self._kill_now()

    def _kill_now(self, *_: object) -> None:
        self._kill_at_s = 0.0

    def _go(self) -> None:
        folder = Path(self.part.log_dir)
        for local in range(len(self.part.slots)):
            rank = self.part.first_rank + local
            ours, theirs = os.pipe()
            os.set_blocking(ours, False)
            self._logs[ours] = RankLog(folder / f"{rank}.log", self.part.log_most_bytes)
            self._selector.register(ours, selectors.EVENT_READ)
            keeper = os.getpid()
            # A SIGTERM that comes before the rank has its own handling waits until it has.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            pid = fork()
            if pid == 0:
                _become_rank(self.part, local, theirs, keeper)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            os.close(theirs)
            if pid is None:
                self.codes[rank] = CANNOT_START
            else:
                self._ranks[pid] = rank
        self._tell(GOING)

    def _read_log(self, fd: int) -> bool:
        """Copy what a rank has said; true where there may be more."""
        try:
            data = os.read(fd, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if data:
            self._logs[fd].write(data)
            return True
        self._selector.unregister(fd)
        os.close(fd)
        self._logs.pop(fd).close()
        return False

    def _drain(self) -> None:
        """Keep what the ranks said last; none of them lives, so there is an end of it."""
        for fd in list(self._logs):
            while self._read_log(fd):
                pass

    def _by_rank(self, codes: dict[int, int]) -> dict[int, int]:
        return {self._ranks[pid]: code for pid, code in codes.items() if pid in self._ranks}

    def _tell(self, phase: str) -> None:
        self.link.send({"phase": phase, "codes": {str(rank): code for rank, code in self.codes.items()}})


def run_keeper(part: Part, agent: socket.socket, agent_pid: int) -> NoReturn:
    """Be a part's keeper, in a process that an agent has just forked; never come back."""
    code = 1
    try:
        os.setsid()
        adopt_orphans()
        die_with_parent(agent_pid, signal.SIGTERM)
        Keeper(part, agent).live()
        code = 0
    finally:
        # Whatever went wrong: no handler of the agent's may run in this process.
        os._exit(code)


def _become_rank(part: Part, local: int, output: int, keeper: int) -> NoReturn:
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        die_with_parent(keeper)
        empty = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((empty, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        Path(part.checkpoint_dir).mkdir(parents=True, exist_ok=True)
        os.chdir(part.cwd)
        os.execvpe(part.command[0], part.command, rank_environment(part, local, os.environ))  # noqa: S606
    except (OSError, ValueError) as error:
        os.write(2, f"gigawatt: the command cannot be started: {error}\n".encode())
    finally:
        os._exit(CANNOT_START)
