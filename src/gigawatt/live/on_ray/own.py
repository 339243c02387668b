"""Ray on this machine for one cluster alone: begun, waited for, ended, and swept where it was killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.nodes.part import MARK
from gigawatt.live.nodes.processes import marked, send


class OwnRay:
    """Ray on this machine's loopback, for this cluster alone; it ends with this process."""

    def __init__(self, log: Path, cluster: str, resources: Mapping[str, int]) -> None:
        self._mark = f"{cluster}-ray"
        # The path of a socket must be short, a state folder's need not be.
        self.folder = Path(tempfile.gettempdir()) / f"gigawatt-{cluster[:8]}"
        self._log = log
        self._resources = json.dumps(dict(resources))
        self.begin()

    def begin(self) -> None:
        """Begin to start it, on this machine cleared of an earlier one."""
        self._sweep()
        words = [sys.executable, "-m", "gigawatt.live.on_ray.home", str(self.folder), self._resources]
        with self._log.open("ab") as file:
            self._process = subprocess.Popen(  # noqa: S603
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                env={**os.environ, MARK: self._mark},
                start_new_session=True,
            )

    def address(self) -> str:
        """Wait until Ray has come up, and return where.

        Raises
        ------
        InputError
            GW891: it did not.
        """
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            seen = "Ray did not come up on this machine"
            raise InputError(Problem("GW891", seen, "see ray.log in the state folder", file="--engine"))
        return str(json.loads(line)["address"])

    def has_ended(self) -> bool:
        """Whether it ended, or who looks after it."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, and all that is its own."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._sweep()

    def _sweep(self) -> None:
        """Kill what an earlier one left, where it was killed: a cluster has one controller, and one Ray."""
        while left := marked(MARK, self._mark):
            for pid in left:
                send(pid, signal.SIGKILL)
            time.sleep(0.01)
        if self.folder.is_dir() and self.folder.stat().st_uid == os.getuid():
            shutil.rmtree(self.folder, ignore_errors=True)


def become_successor() -> NoReturn:
    """Let this controller's process begin anew, on the same cluster and with the same number."""
    *words, folder, settings, _ = sys.orig_argv
    # What was newly told at ``up`` is in the journal.
    told = {**json.loads(settings), "power": None, "tenants": []}
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.set_inheritable(nobody, True)  # noqa: FBT003 - it takes no keyword
    os.execv(sys.executable, [*words, folder, json.dumps(told), str(nobody)])  # noqa: S606
