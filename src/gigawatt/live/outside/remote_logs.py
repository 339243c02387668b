"""Logs of a cluster to whose folder one has no access, read through its door."""

from __future__ import annotations

import time
from collections.abc import Iterator

from gigawatt.kernel.errors import InputError
from gigawatt.live.outside.door import Door
from gigawatt.live.outside.reading import last_lines
from gigawatt.live.transitions import ENDED

_PAUSE_S = 0.3


def whole(door: Door, job: int, rank: int, run: int | None = None) -> tuple[int, bytes]:
    """Return the run and all that a rank has said in it until now; of the latest run where none is named.

    Raises
    ------
    InputError
        GW807: there is no such job; GW813: no such log.
    """
    first = door.log(job, rank, run)
    parts = [first.data]
    offset = first.next_offset
    while offset < first.size:
        part = door.log(job, rank, first.run, offset, min(first.size - offset, 2**20))
        if not part.data:
            break
        parts.append(part.data)
        offset = part.next_offset
    return first.run, b"".join(parts)


def follow(door: Door, job: int, rank: int, lines: int | None = None) -> Iterator[bytes]:
    """Give a rank's log as it grows, over all runs to come, until the job has ended.

    Parameters
    ----------
    door
        The cluster's.
    job, rank
        Whose log; it need not have begun.
    lines
        Begin so many lines before the log's present end; None: at its beginning.

    Raises
    ------
    InputError
        GW807: there is no such job; GW813: no such rank; GW842: the cluster went away.
    """
    run, offset = 1, 0
    begun = False
    while True:
        told = door.ask("GET", f"/v1/jobs/{job}")
        if not begun:
            run = max(told["attempt"], 1)
        try:
            part = door.log(job, rank, run, offset)
        except InputError as error:
            # A run that has just begun, or lost its node at once, has no log yet.
            if error.problems[0].code != "GW813" or rank >= told["ranks"]:
                raise
            part = None
        if part is not None and not begun and lines is not None:
            _, data = whole(door, job, rank, run)
            begun, offset = True, len(data)
            yield last_lines(data, lines)
            continue
        begun = True
        if part is not None and part.data:
            offset = part.next_offset
            yield part.data
        elif told["attempt"] > run:
            run, offset = run + 1, 0
            yield f"[gigawatt: run {run} of job {job}]\n".encode()
        elif told["state"] in ENDED:
            return
        else:
            time.sleep(_PAUSE_S)
