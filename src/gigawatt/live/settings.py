"""What a cluster is told when it comes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REAL, VIRTUAL = "real", "virtual"
"""Kinds of GPUs: found on the machine and given to ranks, or counted only."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The shape of a cluster and the patience of its controller.

    Times are assumed, not measured; the range that makes sense stands with each.
    """

    nodes: int
    gpus_per_node: int
    policy: str = "easy"
    grace_s: float = 10.0
    """From SIGTERM to SIGKILL; assumed: 1 s to 5 min, as long as a checkpoint takes."""
    patience_s: float = 60.0
    """How long agents go on without a controller; assumed: 10 s to 10 min."""
    silence_s: float = 5.0
    """An agent that says nothing for so long is asked; after twice as long it is lost. Assumed: 1 to 30 s."""
    quarantine_after: int = 3
    """So many losses of a node's agent within ``quarantine_s`` take the node out; assumed: 2 to 10."""
    quarantine_s: float = 600.0
    log_most_bytes: int = 10 * 2**20
    """Kept of what a rank says in one run; assumed: 1 to 1,000 MiB."""
    kill_s: float = 1.0
    """From SIGKILL to the word that a gang is gone; a drop of the power budget is met so much earlier, the
    grace on top. Assumed: 0.1 s to 5 s, more on a machine that is short of cores."""
    power: dict[str, Any] | None = None
    """A new power budget: ``step_s``, ``budget_kw``, ``busy_kw_per_gpu``, ``idle_kw_per_gpu``; empty: none
    from now on. Default: the one before goes on."""
    tenants: tuple[dict[str, Any], ...] = ()
    """``name``, ``quota_gpus`` and ``weight`` of tenants of which something new is told."""

    devices: tuple[str, ...] = ()
    """Names of the GPUs of the one node, by slot; empty: GPUs are virtual, and only counted."""
    listen: str = ""
    """``ADDRESS:PORT`` of a second door; empty: only that on the loopback."""
    tls_cert: str = ""
    """File of its certificate, with those that vouch for it."""
    tls_key: str = ""
    """File of the certificate's key."""

    engine: str = "embedded"
    address: str = ""
    """Of the Ray cluster whose nodes are taken; empty: one is started on this machine."""
    grant_s: float = 10.0
    """GPUs that Ray has not granted by then are given up, and their job waits again. Assumed: 2 to 60 s."""
    node_gpus: tuple[int, ...] = ()
    """GPUs by node, where they are not ``gpus_per_node`` each."""

    @property
    def gpus(self) -> int:
        """All GPUs of the cluster."""
        return sum(self.node_gpus) if self.node_gpus else self.nodes * self.gpus_per_node

    def gpus_of(self, node: int) -> int:
        """Return the GPUs of a node.

        >>> Settings(2, 8).gpus_of(1), Settings(2, 8, node_gpus=(8, 4)).gpus_of(1)
        (8, 4)
        """
        return self.node_gpus[node] if self.node_gpus else self.gpus_per_node
