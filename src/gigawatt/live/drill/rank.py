"""One rank of a drill's job; standard library alone, so that it begins within ten milliseconds.

    python -I -S rank.py KIND STEPS STEP_S

It takes a lock that lives as long as it and whatever it starts, waits for the other ranks of its gang as a
collective would, and then does step after step, each behind a checkpoint and noted in ``record``.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from pathlib import Path

TWICE = 99
"""Exit code of a rank that finds another run of itself alive."""
FAULTY = 5
_FLOOD = b"x" * 65_535 + b"\n"


def main(kind: str, steps: str, step_s: str) -> int:
    """Work; return the exit code."""
    rank, attempt = int(os.environ["RANK"]), int(os.environ["GIGAWATT_ATTEMPT"])
    os.chdir(os.environ["GIGAWATT_CHECKPOINT_DIR"])
    record = os.open("record", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(word: str, step: int) -> None:
        os.write(record, f"{word} {attempt} {rank} {step}\n".encode())

    lock = os.open(f"{rank}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note("twice", 0)
        return TWICE
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if kind == "escaping":
        _escape()
    at = _read_step(rank)
    note("begun", at)
    _wait_for_all(attempt, rank)
    for step in range(at + 1, last_step(kind, int(steps), rank) + 1):
        if kind == "faulty" and attempt == 1 and step > int(steps) // 2:
            return FAULTY
        if kind == "flooding":
            os.write(1, _FLOOD)
        time.sleep(float(step_s))
        draft = Path(f"{rank}.draft")
        draft.write_text(str(step), encoding="ascii")
        draft.replace(f"{rank}.step")
        note("step", step)
    note("ended", _read_step(rank))
    return 0


def last_step(kind: str, steps: int, rank: int) -> int:
    """Return the last step of a rank: every second one of a job that leaves halfway stops there.

    >>> last_step("plain", 6, 1), last_step("leaving", 6, 1), last_step("leaving", 6, 2)
    (6, 3, 6)
    """
    return steps // 2 if kind == "leaving" and rank % 2 else steps


def _read_step(rank: int) -> int:
    file = Path(f"{rank}.step")
    return int(file.read_text(encoding="ascii")) if file.exists() else 0


def _wait_for_all(attempt: int, rank: int) -> None:
    """Wait until every rank of this run is there: a gang in part would stand here for ever."""
    here = Path("here") / str(attempt)
    here.mkdir(parents=True, exist_ok=True)
    (here / str(rank)).touch()
    while len(os.listdir(here)) < int(os.environ["WORLD_SIZE"]):  # noqa: PTH208 - of names alone
        time.sleep(0.005)


def _escape() -> None:
    """Leave a process in a session of its own that holds the lock and would sleep on for ten minutes."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
