"""The machines of a cluster, as counts of what is alike: nodes in racks, racks in pods, pods in halls."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

TIERS = ("node", "rack", "pod", "hall", "campus")
"""How far a job is spread: the smallest part of the tree that holds all of it."""


@dataclass(frozen=True, slots=True)
class Drain:
    """Nodes taken out of service for a while, as for maintenance.

    From ``from_s`` on nothing starts on them; what runs there may go on for ``grace_s``, then it returns to
    the queue and keeps its work. From ``until_s`` on they are used again.
    """

    from_s: float
    until_s: float
    nodes: int
    """How many; GPUs in a pool."""
    first_node: int = 0
    """The lowest-numbered of them; a pool has no numbers and takes what comes free."""
    grace_s: float = float("inf")
    """How long jobs may go on. Default inf: until they end."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.from_s < self.until_s:
            raise ValueError(f"a drain from {self.from_s} until {self.until_s} s; allowed: 0 <= from < until")
        if self.nodes < 1 or self.first_node < 0 or not self.grace_s >= 0.0:
            raise ValueError("a drain has nodes from 1, a first node from 0, a grace from 0")


@dataclass(frozen=True, slots=True)
class Machines:
    """Alike nodes in a tree of racks, pods and halls; nothing is held for a single GPU.

    Examples
    --------
    >>> Machines.pool(800)
    Machines(800 GPUs in one pool)
    >>> Machines.of(1_000_080, gpus_per_node=72, racks_per_pod=16, pods_per_hall=60)
    Machines(1,000,080 GPUs: 13,890 nodes of 72 in 13,890 racks, 869 pods, 15 halls)
    """

    nodes: int
    """How many there are."""
    gpus_per_node: int = 8
    """GPUs that share a box or a scale-up domain: 8 in a DGX, 72 in an NVL72 rack."""
    nodes_per_rack: int = 1
    racks_per_pod: int = 1_000_000_000
    """Default: one pod holds all."""
    pods_per_hall: int = 1_000_000_000
    """Default: one hall holds all."""
    placed: bool = True
    """False: one pool of GPUs, a gang fits wherever enough GPUs are free."""
    tier_speed_frac: tuple[float, float, float, float, float] = (1.0, 1.0, 1.0, 1.0, 1.0)
    """Speed of a job that spans a node, rack, pod, hall or several halls, against one in a node; see
    :func:`spread_speed_frac`. Default 1: a network that takes nothing."""
    loop_racks: int = 16
    """Racks on one cooling loop. Default 16: assumed (8 to 32), a row of liquid-cooled racks a CDU."""
    feed_racks: int = 32
    """Racks on one power feed. Default 32: assumed (16 to 64), a 2.5 MW transformer of NVL72 racks."""
    name: str = ""
    """Where several parts are simulated together: the name of this one. Default: its chip, or its number."""
    chip: str = ""
    """Its kind of chip; jobs may ask for kinds."""
    chip_speed: float = 1.0
    """Work by time of one of its GPUs against the chip for which durations are given."""
    in_service: tuple[tuple[float, int], ...] = ()
    """From each time, in seconds, so many GPUs are in service: the lowest-numbered nodes. A fall returns the
    jobs on the others to the queue; they keep their work. Default: all of them, always."""
    drains: tuple[Drain, ...] = ()
    """What is taken out for a while."""
    storage_gb_per_s: float = float("inf")
    """What the storage takes in of all jobs' checkpoints together; jobs that write at once slow each other.
    Needs ``checkpoint_gb`` of the jobs. Default inf: checkpoints do not get into each other's way."""

    def __post_init__(self) -> None:
        for name in (
            "nodes", "gpus_per_node", "nodes_per_rack", "racks_per_pod", "pods_per_hall", "loop_racks",
            "feed_racks",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed: whole numbers from 1")
        self._check_dates()
        if not self.storage_gb_per_s > 0.0:
            raise ValueError(f"storage_gb_per_s is {self.storage_gb_per_s}; allowed: above 0, or inf")
        if not 0.0 < self.chip_speed < float("inf"):
            raise ValueError(f"chip_speed is {self.chip_speed}; allowed: finite numbers above 0")
        speeds = self.tier_speed_frac
        if len(speeds) != len(TIERS) or not all(0.0 < s <= 1.0 for s in speeds):
            raise ValueError(f"tier_speed_frac is {speeds}; allowed: five numbers above 0, up to 1")

    def _check_dates(self) -> None:
        times = [at_s for at_s, _ in self.in_service]
        if times and (times[0] != 0.0 or any(b <= a for a, b in pairwise(times))):
            raise ValueError(f"in_service has the times {times}; allowed: 0 first, then rising")
        for at_s, gpus in self.in_service:
            if not 0 <= gpus <= self.gpus or gpus % self.gpus_per_node:
                raise ValueError(
                    f"in_service has {gpus} GPUs at {at_s} s; allowed: whole nodes of {self.gpus_per_node}, "
                    f"0 to {self.gpus}"
                )
        for drain in self.drains:
            if drain.first_node + drain.nodes > self.nodes:
                raise ValueError(
                    f"a drain of nodes {drain.first_node} to {drain.first_node + drain.nodes - 1}; "
                    f"there are {self.nodes}"
                )

    @classmethod
    def pool(cls, gpus: int, **fields: Any) -> Self:
        """So many GPUs without limits of placement; other fields of this class by name."""
        return cls(nodes=gpus, gpus_per_node=1, placed=False, **fields)

    @classmethod
    def of(
        cls,
        gpus: int,
        gpus_per_node: int = 8,
        nodes_per_rack: int = 1,
        racks_per_pod: int = 1_000_000_000,
        pods_per_hall: int = 1_000_000_000,
        tier_speed_frac: tuple[float, float, float, float, float] = (1.0, 1.0, 1.0, 1.0, 1.0),
        **fields: Any,
    ) -> Self:
        """So many GPUs in whole nodes, refused where they do not divide; other fields by name."""
        if gpus_per_node < 1:
            raise ValueError(f"gpus_per_node is {gpus_per_node}; allowed: whole numbers from 1")
        if gpus % gpus_per_node:
            less, more = gpus // gpus_per_node * gpus_per_node, -(-gpus // gpus_per_node) * gpus_per_node
            near = f"take {less:,} or {more:,}" if less else f"take {more:,}"
            raise ValueError(f"{gpus:,} GPUs do not fill nodes of {gpus_per_node}; {near}")
        return cls(
            nodes=gpus // gpus_per_node,
            gpus_per_node=gpus_per_node,
            nodes_per_rack=nodes_per_rack,
            racks_per_pod=racks_per_pod,
            pods_per_hall=pods_per_hall,
            tier_speed_frac=tier_speed_frac,
            **fields,
        )

    @property
    def gpus(self) -> int:
        """All of them."""
        return self.nodes * self.gpus_per_node

    @property
    def most_gpus(self) -> int:
        """The most that are in service at one time."""
        return max((gpus for _, gpus in self.in_service), default=self.gpus)

    @property
    def changes(self) -> bool:
        """Whether something changes as planned: dates, drains, a storage shared anew by the hour."""
        return bool(self.in_service or self.drains) or self.storage_gb_per_s < float("inf")

    @property
    def racks(self) -> int:
        """Racks, the last one perhaps not full."""
        return -(-self.nodes // self.nodes_per_rack)

    @property
    def pods(self) -> int:
        """Pods, the last one perhaps not full."""
        return -(-self.racks // self.racks_per_pod)

    @property
    def halls(self) -> int:
        """Halls, the last one perhaps not full."""
        return -(-self.pods // self.pods_per_hall)

    def __repr__(self) -> str:
        if not self.placed:
            return f"Machines({self.gpus:,} GPUs in one pool)"
        return (
            f"Machines({self.gpus:,} GPUs: {self.nodes:,} nodes of {self.gpus_per_node} in "
            f"{self.racks:,} racks, {self.pods:,} pods, {self.halls:,} halls)"
        )


def spread_speed_frac(communication_frac: float, oversubscription: float) -> float:
    r"""Speed of a job whose exposed communication crosses an oversubscribed tier.

    .. math:: v = \frac{1}{1 + c\,(o - 1)}

    Parameters
    ----------
    communication_frac
        Share c of a step's time spent in communication that nothing hides, at full bandwidth, 0 to 1.
    oversubscription
        Bandwidth o below the tier against that across it, >= 1.

    Notes
    -----
    Bandwidth alone, evenly shared: latency and other jobs' traffic are left out.

    Examples
    --------
    >>> spread_speed_frac(0.2, 3.0)
    0.7142857142857143
    """
    if not 0.0 <= communication_frac <= 1.0 or oversubscription < 1.0:
        raise ValueError(
            f"communication {communication_frac} (0 to 1), oversubscription {oversubscription} (from 1)"
        )
    return 1.0 / (1.0 + communication_frac * (oversubscription - 1.0))
