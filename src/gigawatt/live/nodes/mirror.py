"""What ranks say on machines that do not have the state folder, brought there as they say it.

An agent keeps the logs of its ranks on its own machine's disk. The controller asks for what it does not have
yet, a piece at a time, and appends it to the file of the same name in the state folder: who reads a log reads
it there, also when the machine is gone.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gigawatt.live.nodes.processes import say
from gigawatt.live.nodes.wire import Message

PIECE_BYTES = 2**18
PAUSE_S = 0.3


def piece_of(message: Message) -> Message:
    """An agent's answer: a piece of a rank's log, empty where there is no more of it now."""
    key = {name: int(message[name]) for name in ("job", "attempt", "rank", "offset")}
    data = b""
    file = log_file(Path(), key["job"], key["attempt"], key["rank"])
    if file.is_file():
        with file.open("rb") as log:
            log.seek(key["offset"])
            data = log.read(PIECE_BYTES)
    return {"log": {**key, "data": base64.b64encode(data).decode("ascii")}}


def log_file(folder: Path, job: int, attempt: int, rank: int) -> Path:
    """Return where a rank's log is, in the state folder and in that of an agent."""
    return folder / "logs" / str(job) / str(attempt) / f"{rank}.log"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One rank's log on a node."""

    node: int
    job: int
    attempt: int
    rank: int


class Mirror:
    """The logs that are brought here now."""

    def __init__(self, folder: Path, send: Callable[[int, Message], None]) -> None:
        self._folder = folder
        self._send = send
        self._going: dict[Source, bool] = {}
        """Whether the rank may say more."""

    def follow(self, sources: Iterable[Source], *, ended: bool) -> None:
        """Bring logs until their ranks have ended and all of them is here."""
        for source in sources:
            self._going[source] = not ended

    def ask(self, node: int) -> None:
        """Ask a node's agent for the next piece of each log."""
        for source in sorted(self._going):
            if source.node == node:
                self._ask(source)

    def take(self, node: int, told: Message) -> None:
        """Keep a piece, and ask for the next one where there was something; drop what is here already."""
        source = Source(node, int(told["job"]), int(told["attempt"]), int(told["rank"]))
        data = base64.b64decode(told["data"])
        if source not in self._going:
            return
        if not data:
            if not self._going[source]:
                del self._going[source]
            return
        try:
            if int(told["offset"]) != self._bytes(source):
                return
            file = self._file(source)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("ab") as log:
                log.write(data)
        except OSError as error:
            say(f"a log is not brought here: {error}")
            return
        self._ask(source)

    def is_behind(self) -> bool:
        """Whether there are logs of ended ranks that are not all here."""
        return not all(self._going.values())

    def _ask(self, source: Source) -> None:
        key = {"job": source.job, "attempt": source.attempt, "rank": source.rank}
        self._send(source.node, {"do": "read", **key, "offset": self._bytes(source)})

    def _file(self, source: Source) -> Path:
        return log_file(self._folder, source.job, source.attempt, source.rank)

    def _bytes(self, source: Source) -> int:
        file = self._file(source)
        return file.stat().st_size if file.is_file() else 0
