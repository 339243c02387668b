"""The logs of a cluster from outside: found, their last lines, and followed while their job goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.outside import client
from gigawatt.live.transitions import ENDED

_CHUNK_BYTES = 65536
_PAUSE_S = 0.1
_ASK_S = 1.0
_GONE_S = 10.0
"""A cluster that does not answer for so long is gone; a new controller takes a few seconds."""


def runs(folder: Path, job: int) -> list[int]:
    """Return the numbers of a job's runs that have logs."""
    there = folder / "logs" / str(job)
    return sorted(int(one.name) for one in there.iterdir()) if there.is_dir() else []


def find_log(folder: Path, job: int, rank: int, run: int | None = None) -> tuple[int, Path]:
    """Return the run and the file of a rank's log; of the latest run where none is named.

    Raises
    ------
    InputError
        GW813: there is none.
    """
    there = runs(folder, job)
    of_run = run or (there[-1] if there else 1)
    place = folder / "logs" / str(job) / str(of_run)
    file = place / f"{rank}.log"
    if not file.is_file():
        logs = len(list(place.glob("*.log"))) if there else 0
        seen = (
            f"run {of_run} of job {job} has {logs} logs, none of rank {rank}"
            if there
            else f"job {job} has no logs"
        )
        remedy = "see gigawatt status: a job has logs once it has started"
        raise InputError(Problem("GW813", seen, remedy, file="JOB"))
    return of_run, file


def last_lines(data: bytes, lines: int | None) -> bytes:
    r"""Return the last lines of a log; all of it where no number is given.

    >>> last_lines(b"a\nb\nc\n", 2), last_lines(b"a\nb", 1), last_lines(b"a\n", 0)
    (b'b\nc\n', b'b', b'')
    """
    if lines is None:
        return data
    kept = data.splitlines(keepends=True)
    return b"".join(kept[max(len(kept) - lines, 0) :])


def check_rank(folder: Path, job: int, rank: int) -> None:
    """Refuse to follow a rank that there will never be.

    Raises
    ------
    InputError
        GW803: no cluster runs here; GW807: no such job; GW813: no such rank.
    """
    ranks = client.ask(folder, "GET", f"/v1/jobs/{job}")["ranks"]
    if rank >= ranks:
        seen = f"job {job} has ranks 0 to {ranks - 1}, none is {rank}"
        raise InputError(Problem("GW813", seen, "name one of those", file="--rank"))


def follow(folder: Path, job: int, rank: int, lines: int | None = None) -> Iterator[bytes]:
    """Give a rank's log as it grows, over all runs to come, until the job has ended or its cluster is gone.

    Parameters
    ----------
    folder
        The cluster's state.
    job, rank
        Whose log; it need not have begun.
    lines
        Begin so many lines before the log's present end; None: at its beginning.
    """
    there = runs(folder, job)
    run = there[-1] if there else 1
    at: int | None = None
    answered_s = time.monotonic()
    while True:
        # Asked before the log is read: what an ended job said last is in its log by then.
        ended, asked_s = _has_ended(folder, job), time.monotonic()
        if ended is not None:
            answered_s = asked_s
        gone = asked_s - answered_s > _GONE_S
        while True:
            # Looked for before the log is read: once there is a later run, this one says no more.
            later = any(number > run for number in runs(folder, job))
            data, at = _read(folder, job, rank, run, at, lines)
            if data:
                yield data
            elif later:
                run, at, lines = run + 1, 0, None
                yield f"[gigawatt: run {run} of job {job}]\n".encode()
            elif ended or gone or time.monotonic() - asked_s > _ASK_S:
                break
            else:
                time.sleep(_PAUSE_S)
        if gone:
            yield b"[gigawatt: the cluster does not answer any more]\n"
        if ended or gone:
            return


def _has_ended(folder: Path, job: int) -> bool | None:
    """Whether nothing more will be said; None where no cluster answers, though one may come up again."""
    try:
        return client.ask(folder, "GET", f"/v1/jobs/{job}")["state"] in ENDED
    except InputError as error:
        if error.problems[0].code == "GW803":
            return None
        raise


def _read(
    folder: Path, job: int, rank: int, run: int, at: int | None, lines: int | None
) -> tuple[bytes, int | None]:
    """Read what is new in a log since a place in it; where no place is known, its last lines."""
    try:
        with (folder / "logs" / str(job) / str(run) / f"{rank}.log").open("rb") as file:
            if at is None:
                data = file.read()
                return last_lines(data, lines), len(data)
            file.seek(at)
            data = file.read(_CHUNK_BYTES)
            return data, at + len(data)
    except FileNotFoundError:
        return b"", at
