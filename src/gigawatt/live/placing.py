"""Where a gang goes: GPUs by node and number, as few nodes as can be."""

from __future__ import annotations

from collections.abc import Mapping

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
