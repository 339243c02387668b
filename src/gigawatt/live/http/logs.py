"""Logs of ranks, told in parts to those who have no access to the cluster's folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.http.requests import LogQuery
from gigawatt.live.transitions import ENDED, Job


@dataclass(frozen=True, slots=True)
class LogPart:
    """Bytes of a log, and where they stand in it."""

    data: bytes
    run: int
    offset: int
    size: int
    """Of the log until now, in bytes."""
    ended: bool
    """Whether nothing more will be written to it."""

    def headers(self) -> dict[str, str]:
        """What HTTP says beside the bytes."""
        return {
            "Gigawatt-Run": str(self.run),
            "Gigawatt-Next-Offset": str(self.offset + len(self.data)),
            "Gigawatt-Size": str(self.size),
            "Gigawatt-Ended": "true" if self.ended else "false",
        }


def read(folder: Path, job: Job, asked: LogQuery) -> LogPart:
    """Read a part of what a rank said.

    Parameters
    ----------
    folder
        The cluster's.
    job
        Whose; looked at before its log is read, so that what an ended one said last is in it.
    asked
        Which rank, run and part.

    Raises
    ------
    InputError
        GW813: there is no such log.
    """
    place = folder / "logs" / str(job.id)
    there = sorted(int(one.name) for one in place.iterdir() if one.name.isdecimal()) if place.is_dir() else []
    run = asked.run or (there[-1] if there else 1)
    try:
        # A rank may put anything in its log's place: no link is followed, nothing is waited for.
        fd = os.open(place / str(run) / f"{asked.rank}.log", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        seen = f"run {run} of job {job.id} has no log of rank {asked.rank}"
        if asked.rank >= job.spec.gpus:
            seen = f"job {job.id} has ranks 0 to {job.spec.gpus - 1}, none is {asked.rank}"
        remedy = "see gigawatt status: a job has logs once it has started"
        raise InputError(Problem("GW813", seen, remedy, file="JOB")) from None
    try:
        data = os.pread(fd, asked.most, asked.offset)
        size = os.fstat(fd).st_size
    except OSError:
        data, size = b"", 0
    finally:
        os.close(fd)
    return LogPart(data, run, asked.offset, size, job.state in ENDED or run < job.attempt)
