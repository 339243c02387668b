"""An array of jobs as one piece of work: submitted, watched to its end, cancelled where that is given up."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import GigawattError, InputError
from gigawatt.live.outside import client
from gigawatt.live.outside.reading import find_log, last_lines
from gigawatt.live.settings import Settings

_LOOK_S = 0.2
_PATIENCE_S = 60.0
"""How long a controller may be away: agents go on without one for as long (``gigawatt up --patience``)."""


@contextmanager
def own_cluster(settings: Settings, note: Path) -> Iterator[Path]:
    """Bring a cluster up for one piece of work, give its folder, and take it down with all that it held.

    Parameters
    ----------
    settings
        Its shape.
    note
        A file that says where it is while it is up: where this process is killed, the next call that is given
        the same note takes it down.

    Raises
    ------
    InputError
        It cannot be brought up; as :func:`gigawatt.live.outside.client.bring_up`.
    """
    # In the system's temporary folder: the path of a Unix socket has no room for a long one.
    _end_left_over(note)
    folder = Path(tempfile.mkdtemp(prefix="gigawatt-"))
    note.write_text(str(folder), encoding="utf-8")
    try:
        client.bring_up(folder, settings)
    except InputError as error:
        # What went wrong stands in its logs: the folder stays.
        told = [replace(p, message=f"{p.message} (state folder {folder})") for p in error.problems]
        raise InputError(told) from None
    try:
        yield folder
    finally:
        _end(folder)
        note.unlink(missing_ok=True)


def _end_left_over(note: Path) -> None:
    """Take down a cluster whose owner was killed; a note that names none of ours is no order."""
    if not note.exists():
        return
    folder = Path(note.read_text(encoding="utf-8"))
    if folder.name.startswith("gigawatt-") and (folder / "cluster.sqlite").is_file():
        with suppress(InputError):  # it is down already
            client.take_down(folder)
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink()


def _end(folder: Path) -> None:
    client.take_down(folder)
    shutil.rmtree(folder, ignore_errors=True)


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
            _refuse_failed(folder, job)
        left = [int(job["id"]) for job in jobs if job["state"] != "finished"]
    tell()


def _refuse_failed(folder: Path, job: dict[str, Any]) -> None:
    if job["state"] not in {"failed", "cancelled"}:
        return
    why = [f"job {job['id']} {job['state']}", *([job["reason"]] if job["reason"] else [])]
    raise GigawattError("; ".join([*why, *_last_words(folder, job["id"])]))


def _last_words(folder: Path, number: int) -> list[str]:
    """What its process said last; nothing where there is no log."""
    try:
        said = last_lines(find_log(folder, number, 0)[1].read_bytes(), 1)
    except (InputError, OSError):
        return []
    return [f"it said: {said.decode('utf-8', 'replace').strip()}"] if said.strip() else []


def _cancel(folder: Path, numbers: list[int]) -> None:
    for number in numbers:
        try:
            client.ask(folder, "POST", f"/v1/jobs/{number}/cancel", {})
        except GigawattError:
            return  # no controller: what was wrong is told already
