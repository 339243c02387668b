"""Scheduling policies, each one pure function over arrays; see :mod:`gigawatt.cluster.state`.

>>> from gigawatt.cluster import policies
>>> policies.easy(depth=100)
Policy('easy', options=(100.0,))
>>> policies.named("fifo").name
'fifo'
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from gigawatt.cluster.policies.base import Decide, Policy


def fifo() -> Policy:
    """First in, first out: nothing passes the head of the queue."""
    return Policy("fifo", "gigawatt.cluster.policies._fifo")


def easy(depth: float = inf) -> Policy:
    """EASY backfill: jobs may pass the head if they do not delay it, by the estimates.

    ``depth``: how many waiting jobs behind the head are looked at.
    """
    return Policy("easy", "gigawatt.cluster.policies._easy", (depth,))


_BY_NAME: dict[str, Callable[[], Policy]] = {"fifo": fifo, "easy": easy}
NAMES = tuple(_BY_NAME)
"""Names that :func:`named` knows."""


def named(name: str) -> Policy:
    """Return the policy of that name with its default options."""
    if name not in _BY_NAME:
        raise ValueError(f"there is no policy {name!r}; there are {', '.join(NAMES)}")
    return _BY_NAME[name]()


__all__ = ["NAMES", "Decide", "Policy", "easy", "fifo", "named"]
