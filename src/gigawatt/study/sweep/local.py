"""Workers of a sweep as processes of this machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import IO

from gigawatt.kernel.errors import GigawattError
from gigawatt.study.sweep.work import Work, worker_command

Tell = Callable[[int], None]
"""Told how many runs are done."""
_LOOK_S = 0.1
MOST_VAIN = 3
"""So often a worker may end without one more run done before the sweep gives up."""


class _Worker:
    """A process, started again where it was killed."""

    def __init__(self, work: Work, number: int, workers: int) -> None:
        self._command = worker_command(work, workers, number, os.getpid())
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._vain = 0
        self._done_before = -1
        self.start()

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C is ours to handle."""
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            start_new_session=True,
        )

    def goes_on(self, done: int) -> bool:
        """Say whether it has still to work; start it again where it was killed.

        Raises
        ------
        GigawattError
            It has ended so often in vain that it always will.
        """
        code = self.process.poll()
        if code is None:
            return True
        if code == 0:
            return False
        self._vain = self._vain + 1 if done == self._done_before else 1
        self._done_before = done
        if self._vain >= MOST_VAIN:
            raise GigawattError(
                f"a worker ended {MOST_VAIN} times in vain (code {code}): {self._last_words()}"
            )
        self.start()
        return True

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def end(self) -> None:
        """Kill it, whatever it does: what it has kept is whole."""
        self.process.kill()
        self.process.wait()
        self._said.close()


def run_local(work: Work, workers: int, tell: Tell) -> None:
    """Let so many processes work a sweep off.

    They end with this process; one that is killed is started again and goes on where it was.

    Raises
    ------
    GigawattError
        A worker cannot do its work.
    """
    team: list[_Worker] = []
    try:
        team += [_Worker(work, number, workers) for number in range(workers)]
        while True:
            done = len(work.done())
            tell(done)
            still = [one for one in team if one.goes_on(done)]
            if not still:
                return
            time.sleep(_LOOK_S)
    finally:
        for one in team:
            one.end()
