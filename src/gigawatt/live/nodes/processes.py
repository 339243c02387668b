"""Processes that leave none behind: the kernel is asked, no list is kept.

A process that calls :func:`adopt_orphans` becomes the parent of whatever its descendants leave behind, also
of what they put into sessions of their own. It can then kill all of them, and is told by the kernel when none
is left. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
SUPPORTED = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if SUPPORTED else None


def adopt_orphans() -> None:
    """Become the parent of what descendants leave behind (PR_SET_CHILD_SUBREAPER)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int, by: int = signal.SIGKILL) -> None:
    """Let the kernel send a signal to this process when its parent ends; end now where it already has."""
    _prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if _libc is None or _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


def children(pid: int) -> Iterator[int]:
    """Give the children of a process, of all its threads; none where it has ended."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            yield from (int(word) for word in (task / "children").read_text(encoding="ascii").split())


def descendants(pid: int) -> list[int]:
    """Give children, grandchildren and so on of a process."""
    found = list(children(pid))
    for one in found:
        found += children(one)
    return found


def reap(besides: frozenset[int] = frozenset()) -> tuple[dict[int, int], bool]:
    """Collect exit codes of ended children, and whether no child is left but those named.

    A code is that of a shell: 128 and the signal's number where a signal ended it.
    """
    codes: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return codes, True
        if pid == 0:
            return codes, not (set(children(os.getpid())) - besides)
        code = os.waitstatus_to_exitcode(status)
        codes[pid] = code if code >= 0 else 128 - code


def end_descendants(besides: frozenset[int] = frozenset()) -> dict[int, int]:
    """Kill all that descends from this process but the named children, until none is left.

    A process that the kernel will not end (it waits for a device) is waited for: what it holds is not free.
    """
    codes: dict[int, int] = {}
    pause_s = 0.0005
    while True:
        ended, none_left = reap(besides)
        codes |= ended
        if none_left:
            return codes
        for child in set(children(os.getpid())) - besides:
            for pid in (child, *descendants(child)):
                send(pid, signal.SIGKILL)
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.05)


def fork() -> int | None:
    """Fork this process; None where the machine has no room for another one."""
    try:
        return os.fork()
    except OSError as error:
        say(f"no process can be made: {error}")
        return None


def say(text: str) -> None:
    """Write a line to standard error, which may be a file on a full disk: then it is lost."""
    with suppress(OSError):
        os.write(2, f"{text}\n".encode())


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def send_group(pid: int, number: int) -> None:
    """Send a signal to a process group that may have ended, or whose leader has not yet made it one."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        send(pid, number)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not.

    >>> alive(os.getpid())
    True
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    # The name before the last bracket may hold anything.
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}


def marked(name: str, value: str) -> list[int]:
    """Find this user's processes that were started with a variable in their environment.

    The last resort after supervisors and controller were all killed: what runs on is found by its mark.
    """
    wanted = f"{name}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found
