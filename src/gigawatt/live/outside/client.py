"""A cluster from outside: brought up, asked, taken down. Loads neither arrays nor compiled policies.

What speaks HTTP is loaded when a cluster is asked: to bring one up is to be quick.
"""

from __future__ import annotations

import json
import os
import select
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.live.nodes.processes import SUPPORTED, alive
from gigawatt.live.settings import VIRTUAL, Settings

if TYPE_CHECKING:
    from gigawatt.live.outside.door import Door

_READY_S = 300.0
"""The first start compiles the policies, which takes up to a minute or two on a slow machine."""
_DOWN_S = 600.0
_LOG = "controller.log"
"""All that is left of a controller that refused its settings the first time."""


def default_folder() -> Path:
    """Where a cluster keeps its state if nothing else is said."""
    told = os.environ.get("GIGAWATT_STATE_DIR")
    if told:
        return Path(told)
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "gigawatt" / "cluster"


def told_before(folder: Path) -> dict[str, str]:
    """Return what was noted of a cluster that was up before; empty where there was none."""
    file = folder / "cluster.sqlite"
    if not file.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            told = db.execute(
                "SELECT name, value FROM meta "
                "WHERE name IN ('shape', 'gpus', 'engine', 'address', 'seats', 'policy')"
            ).fetchall()
    except sqlite3.Error as error:
        seen = f"the cluster's database cannot be read ({file}): {error}"
        raise InputError(Problem("GW802", seen, "give another --state-dir", file="--state-dir")) from None
    return dict(told)


def shape_of(folder: Path) -> tuple[int, int, str] | None:
    """Return nodes, GPUs per node and their kind of a cluster that was up before on one machine, or None."""
    told = told_before(folder)
    nodes, crossed, gpus = told.get("shape", "").partition(" x ")
    return (int(nodes), int(gpus), told.get("gpus", VIRTUAL)) if crossed and "seats" not in told else None


def bring_up(folder: Path, settings: Settings, controller: str = "gigawatt.live.controller") -> int:
    """Start a controller that outlives this process; return its process number when all is ready.

    Parameters
    ----------
    folder
        Where the cluster keeps its state; made where it is absent.
    settings
        Its shape and patience.
    controller
        The module that is run as its controller.

    Raises
    ------
    InputError
        GW801, GW802, GW805, GW815: what the controller refuses; GW804: not Linux; GW811: another folder;
        GW812: the controller ended, or was not ready in time.
    """
    if not SUPPORTED:
        seen = "a live cluster needs Linux: it asks the kernel to end what a killed agent leaves behind"
        raise InputError(Problem("GW804", seen, "run it on Linux", file="gigawatt up"))
    folder = folder.absolute()
    if folder.exists() and not (folder / "cluster.sqlite").exists():
        if not folder.is_dir() or any(one.name != _LOG for one in folder.iterdir()):
            seen = "this is neither an empty folder nor one of a cluster; it is left as it is"
            raise InputError(Problem("GW811", seen, "give another --state-dir", file=str(folder)))
        folder.chmod(0o700)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ours, theirs = os.pipe()
    words = [sys.executable, "-m", controller, str(folder), json.dumps(asdict(settings))]
    with (folder / _LOG).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [*words, str(theirs)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ranks inherit this environment: a token is not theirs to have.
            env={name: told for name, told in os.environ.items() if name != "GIGAWATT_TOKEN"},
            pass_fds=(theirs,),
            start_new_session=True,
        )
    os.close(theirs)
    try:
        with os.fdopen(ours, "rb") as pipe:
            # What is said fits a pipe's atomic write: it comes whole.
            line = pipe.readline() if select.select([pipe], [], [], _READY_S)[0] else b""
    except BaseException:
        process.terminate()
        raise
    told = json.loads(line) if line else {}
    if "problems" in told:
        process.wait()  # it has said all, and ends
        raise InputError([Problem(**problem) for problem in told["problems"]])
    if "ready" not in told:
        process.kill()
        process.wait()
        seen = "the controller did not come up"
        raise InputError(Problem("GW812", seen, f"see {folder / _LOG}", file=str(folder)))
    return int(told["ready"])


def url_of(folder: Path) -> str | None:
    """Return the address at which a cluster listens beside the loopback; None: at none."""
    try:
        url = json.loads((folder / "api.json").read_text(encoding="utf-8")).get("url")
    except (OSError, ValueError):
        return None
    return None if url is None else str(url)


def take_down(folder: Path) -> None:
    """Let a cluster go down; return when its controller and all its processes have ended."""
    pid = int(ask(folder, "POST", "/v1/down", {})["pid"])
    end_s = time.monotonic() + _DOWN_S
    while time.monotonic() < end_s:
        if not alive(pid):
            return
        time.sleep(0.02)
    raise GigawattError(f"the cluster was told to go down, and has not ended after {_DOWN_S:.0f} s")


def door(
    state_dir: Path | None = None,
    url: str | None = None,
    ca: Path | None = None,
    token_file: Path | None = None,
) -> Door:
    """Return the door of the cluster that options and environment name.

    Raises
    ------
    InputError
        GW803: no cluster runs on that folder; GW839, GW843: an address, token or certificate that cannot be.
    """
    from gigawatt.live.outside.door import find, of_folder

    return find(state_dir, url, ca, token_file) or of_folder(state_dir or default_folder())


def ask(folder: Path, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send a request to the controller of a folder and return its answer.

    Raises
    ------
    InputError
        GW803: no cluster runs on this folder; and what the controller refuses.
    GigawattError
        The controller could not do it.
    """
    from gigawatt.live.outside.door import of_folder

    return of_folder(folder).ask(method, path, body)
