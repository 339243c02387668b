"""Where a gang goes: GPUs by node and number, as few nodes as can be, and a port for its ranks to meet."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator, Mapping

from gigawatt.live.nodes.grants import Hands
from gigawatt.live.nodes.part import Part
from gigawatt.live.settings import Settings
from gigawatt.live.transitions import Job, Place


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


def ranks_on(job: Job, node: int) -> range:
    """Return the ranks of a gang that are on a node.

    >>> from gigawatt.live.transitions import JobSpec
    >>> ranks_on(Job(1, JobSpec("a", 5, ("true",), "/"), places=((2, (0, 1, 2)), (0, (4, 5)))), 0)
    range(3, 5)
    """
    first = 0
    for at, slots in job.places:
        if at == node:
            return range(first, first + len(slots))
        first += len(slots)
    return range(0)


def free_port(taken: Collection[int]) -> int:
    """A port of the loopback that nobody uses now, and none of the given ones."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def parts(job: Job, settings: Settings, cluster: str, hands: Hands) -> Iterator[tuple[int, Part]]:
    """Cut a gang that was placed into the parts of its nodes; rank 0 is on the first of them."""
    first = 0
    for index, (node, slots) in enumerate(job.places):
        part = Part(
            job=job.id,
            attempt=job.attempt,
            command=job.spec.command,
            cwd=job.spec.cwd,
            first_rank=first,
            slots=slots,
            world_size=job.spec.gpus,
            node_rank=index,
            nodes=len(job.places),
            port=job.port,
            checkpoint_dir=job.spec.checkpoint_dir,
            log_dir=f"logs/{job.id}/{job.attempt}",
            log_most_bytes=settings.log_most_bytes,
            mark=f"{cluster}-{node}",
            restarts=job.restarts,
            array_index=job.spec.array_index,
            master=hands.address_of(job.places[0][0]),
            devices=hands.devices_of(node, slots, settings),
        )
        first += len(slots)
        yield node, part
