"""The nodes that a Ray cluster has for us, and how they keep their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

VIRTUAL = "gigawatt_node_"
"""A Ray node with a resource ``gigawatt_node_N`` carries a node of so many counted GPUs, and maybe more."""
COUNTED = "gigawatt_gpu"
"""GPUs of a Ray node that Ray does not know as such: counted, not found."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One node of the cluster, on a Ray node."""

    name: str
    """What it is known by, also after Ray was started anew."""
    gpus: int
    resource: str = "GPU"
    """Which resource of Ray's holds its GPUs."""
    host: str = ""
    """The Ray node's id; empty: Ray does not have it now."""
    address: str = ""

    def bundle(self, gpus: int) -> dict[str, float]:
        """Return what Ray is asked for, for so many of its GPUs."""
        return {self.resource: float(gpus)}

    @property
    def pin(self) -> dict[str, str]:
        """The label by which Ray takes this node and no other; a virtual node's resource is unique."""
        return {} if self.resource.startswith(VIRTUAL) else {"ray.io/node-id": self.host}


def find_seats(nodes: Iterable[Mapping[str, Any]]) -> list[Seat]:
    """Return the nodes that a Ray cluster has, by name.

    Parameters
    ----------
    nodes
        What ``ray.nodes()`` gives.

    Raises
    ------
    InputError
        GW892: two Ray nodes have one name.

    Examples
    --------
    >>> find_seats([{"Alive": True, "NodeID": "f0", "NodeName": "box", "NodeManagerAddress": "10.0.0.7",
    ...              "Resources": {"CPU": 64.0, "GPU": 8.0}}])
    [Seat(name='box', gpus=8, resource='GPU', host='f0', address='10.0.0.7')]
    """
    seats = []
    for node in nodes:
        if not node["Alive"]:
            continue
        has = node["Resources"]
        where = {"host": node["NodeID"], "address": node["NodeManagerAddress"]}
        virtual = sorted(name for name in has if re.fullmatch(rf"{VIRTUAL}\d+", name))
        if virtual:
            seats += [Seat(name, int(has[name]), name, **where) for name in virtual]
            continue
        resource = COUNTED if COUNTED in has else "GPU"
        if has.get(resource, 0) >= 1:
            seats.append(Seat(node["NodeName"], int(has[resource]), resource, **where))
    twice = [name for name, count in Counter(seat.name for seat in seats).items() if count > 1]
    if twice:
        seen = f"two Ray nodes are called {twice[0]}: they could not be told apart after a restart"
        remedy = "give each a name of its own: ray start --node-name"
        raise InputError(Problem("GW892", seen, remedy, file="--address"))
    return sorted(seats, key=_order)


def take_seats(
    found: Sequence[Seat], before: Sequence[tuple[str, int]], most_nodes: int = 0, most_gpus: int = 0
) -> list[Seat]:
    """Number the nodes: those of before keep their numbers, there or not; new ones come after them.

    Parameters
    ----------
    found
        Nodes that are there.
    before
        Name and GPUs of those that have numbers, in their order.
    most_nodes, most_gpus
        How many nodes, besides those of before, and GPUs of each, are taken at most; 0: all.

    Examples
    --------
    >>> seats = take_seats([Seat("a", 8, host="1"), Seat("c", 4, host="2")], [("b", 8), ("c", 4)])
    >>> [(seat.name, seat.gpus, seat.host) for seat in seats]
    [('b', 8, ''), ('c', 4, '2'), ('a', 8, '1')]
    """
    there = {seat.name: seat for seat in found}
    known = [there.get(name, Seat(name, gpus)) for name, gpus in before]
    new = [seat for seat in found if seat.name not in dict(before)]
    # One that has a number is not dropped: jobs may run there.
    seats = [*known, *new][: max(most_nodes, len(known)) if most_nodes else None]
    return [replace(seat, gpus=min(seat.gpus, most_gpus or seat.gpus)) for seat in seats]


def _order(seat: Seat) -> tuple[str, int, str]:
    """Names with a number at their end in its order."""
    digits = re.search(r"\d{0,9}$", seat.name)
    number = digits.group() if digits else ""
    return seat.name.removesuffix(number), int(number or -1), seat.name
