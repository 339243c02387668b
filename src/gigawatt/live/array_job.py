"""An array of jobs as one piece of work: submitted, watched to its end, cancelled where that is given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import GigawattError, InputError
from gigawatt.live import client

_LOOK_S = 0.2
_PATIENCE_S = 60.0
"""How long a controller may be away: agents go on without one for as long (``gigawatt up --patience``)."""


def run_array(
    folder: Path,
    command: Sequence[str],
    count: int,
    *,
    tenant: str,
    restarts: int,
    tell: Callable[[], None],
) -> list[int]:
    """Run equal jobs of one GPU each on a cluster, told apart by GIGAWATT_ARRAY_INDEX, to their end.

    Parameters
    ----------
    folder
        Where the cluster keeps its state.
    command
        What each job runs.
    count
        How many.
    tenant
        Who asks.
    restarts
        How often each may start again after its process failed or was killed.
    tell
        Called now and then while they run.

    Returns
    -------
    list of int
        The jobs' numbers.

    Raises
    ------
    InputError
        No cluster runs there (GW803), or it refuses the jobs.
    GigawattError
        A job failed or was cancelled.
    """
    body = {
        "tenant": tenant,
        "gpus": 1,
        "command": list(command),
        "cwd": str(Path.cwd()),
        "array": count,
        "restarts": restarts,
    }
    numbers = [int(number) for number in client.ask(folder, "POST", "/v1/jobs", body)["ids"]]
    try:
        _wait(folder, numbers, tell)
    except BaseException:
        _cancel(folder, numbers)
        raise
    return numbers


def _wait(folder: Path, numbers: list[int], tell: Callable[[], None]) -> None:
    left = list(numbers)
    seen_s = time.monotonic()
    while left:
        time.sleep(_LOOK_S)
        tell()
        try:
            jobs = [client.ask(folder, "GET", f"/v1/jobs/{number}") for number in left]
        except InputError:
            # Its controller may have been killed, and come up again.
            if time.monotonic() - seen_s > _PATIENCE_S:
                raise
            continue
        seen_s = time.monotonic()
        for job in jobs:
            _refuse_failed(job)
        left = [int(job["id"]) for job in jobs if job["state"] != "finished"]
    tell()


def _refuse_failed(job: dict[str, Any]) -> None:
    if job["state"] in {"failed", "cancelled"}:
        why = f"; {job['reason']}" if job["reason"] else ""
        raise GigawattError(f"job {job['id']} {job['state']}{why}; see gigawatt logs {job['id']}")


def _cancel(folder: Path, numbers: list[int]) -> None:
    for number in numbers:
        try:
            client.ask(folder, "POST", f"/v1/jobs/{number}/cancel", {})
        except GigawattError:
            return  # no controller: what was wrong is told already
