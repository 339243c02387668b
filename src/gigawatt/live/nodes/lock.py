"""A lock that a process and its heirs hold, and that their end gives back, however they end."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """One holder at a time of a file, until its process and all that inherited it have ended.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first, second = Lock(Path(folder) / "lock"), Lock(Path(folder) / "lock")
    ...     print(first.take(), second.take())
    ...     first.release(); second.release()
    True False
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Take it; false where another process has it."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give it back."""
        os.close(self._fd)


def held(path: Path) -> bool:
    """Whether a process holds it; where there is no file, none does."""
    if not path.is_file():
        return False
    lock = Lock(path)
    try:
        return not lock.take()
    finally:
        lock.release()
