"""Gangs that an engine was asked to reserve GPUs for: which it has granted, and which not yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gigawatt.live.settings import Settings
from gigawatt.live.transitions import Job

Key = tuple[int, int]
"""A job and the number of its run."""


class Hands(Protocol):
    """What a controller's mind asks of its engine."""

    def reserve(self, job: Job, *, again: bool = False) -> bool:
        """Reserve a gang's GPUs; False where the answer comes later. ``again``: it runs on them already."""

    def release(self, key: Key) -> None:
        """Give a gang's GPUs back."""

    def address_of(self, node: int) -> str:
        """Return where ranks on other nodes reach those of a node."""

    def devices_of(self, node: int, slots: Sequence[int], settings: Settings) -> tuple[str, ...]:
        """Return what CUDA calls the GPUs in slots of a node; empty: they are counted."""


class Local:
    """One machine, whose GPUs nobody else gives out."""

    def reserve(self, job: Job, *, again: bool = False) -> bool:
        """Need nobody's grant."""
        del job, again
        return True

    def release(self, key: Key) -> None:
        """Nothing was reserved."""

    def address_of(self, node: int) -> str:
        """All nodes share the loopback."""
        del node
        return "127.0.0.1"

    def devices_of(self, node: int, slots: Sequence[int], settings: Settings) -> tuple[str, ...]:
        """Return the names of GPUs that were found on this machine."""
        del node
        return tuple(settings.devices[slot] for slot in slots if settings.devices)


class Grants:
    """Reservations that are asked for.

    Examples
    --------
    >>> from gigawatt.live.transitions import JobSpec
    >>> grants = Grants(Local())
    >>> job = Job(7, JobSpec("a", 1, ("true",), "/"), attempt=1)
    >>> grants.ask(job), grants.awaits((7, 1))
    (True, False)
    """

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self._awaited: set[Key] = set()
        self._denied: dict[Key, str] = {}

    def ask(self, job: Job) -> bool:
        """Reserve a gang's GPUs; True where its keepers may be prepared now."""
        if self.hands.reserve(job):
            return True
        self._awaited.add((job.id, job.attempt))
        return False

    def told(self, key: Key, denial: str) -> bool:
        """Take an answer, empty or why not; True where the gang's keepers may be prepared now."""
        if key not in self._awaited:
            return False
        if denial:
            self._denied[key] = denial
            return False
        self._awaited.discard(key)
        return True

    def awaits(self, key: Key) -> bool:
        """Whether no keeper of a gang can have been prepared yet."""
        return key in self._awaited

    def denial(self, key: Key) -> str:
        """Return why a gang cannot have its GPUs; empty: nothing is known against it."""
        return self._denied.get(key, "")

    def release(self, key: Key) -> None:
        """A gang has left."""
        self._awaited.discard(key)
        self._denied.pop(key, None)
        self.hands.release(key)
