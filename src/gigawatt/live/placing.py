"""Where a gang goes: GPUs by node and number, as few nodes as can be, and a port for its ranks to meet."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping

from gigawatt.live.transitions import Place


def place(gpus: int, free: Mapping[int, frozenset[int]]) -> tuple[Place, ...] | None:
    """Choose GPUs for a gang; None where there are not enough.

    Wholly given nodes first, the freest of them; the rest goes to the node where the fewest stay free. All
    nodes count as equally near. Any free GPUs will do: what fits by count can be placed.

    Parameters
    ----------
    gpus
        Size of the gang, >= 1.
    free
        Numbers of free GPUs by node; nodes that take no jobs left out.

    Examples
    --------
    >>> free = {0: frozenset({0, 1, 2, 3}), 1: frozenset({2, 3}), 2: frozenset({0, 1, 2, 3})}
    >>> place(5, free)
    ((0, (0, 1, 2, 3)), (1, (2,)))
    >>> place(2, free)
    ((1, (2, 3)),)
    >>> place(11, free) is None
    True
    """
    if sum(len(slots) for slots in free.values()) < gpus:
        return None
    left = dict(free)
    places: list[Place] = []
    while gpus:
        roomy = [node for node, slots in left.items() if len(slots) >= gpus]
        if roomy:
            node = min(roomy, key=lambda n: (len(left[n]), n))
        else:
            node = max(left, key=lambda n: (len(left[n]), -n))
        slots = tuple(sorted(left.pop(node))[:gpus])
        places.append((node, slots))
        gpus -= len(slots)
    return tuple(places)


def free_port(taken: Collection[int]) -> int:
    """A port of the loopback that nobody uses now, and none of the given ones."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
