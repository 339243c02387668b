"""What is exported, from a live cluster's journal or from a file that describes a cluster to a replay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gigawatt.cluster.policies import Policy
from gigawatt.cluster.readers import read_policy
from gigawatt.live import transitions as t
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import Job
from gigawatt.live.twin.journal import read_recording

_SLUG = 40
_FAIR = "fair"


@dataclass(frozen=True, slots=True)
class Source:
    """A cluster as other schedulers are told of it."""

    nodes: int
    gpus_per_node: int
    policy: Policy
    tenants: tuple[Tenant, ...]
    """Those that are known, and those that have jobs; by name."""
    jobs: tuple[Job, ...] = ()
    """Those that wait, in the order of their submission."""
    running: tuple[int, ...] = ()
    """Numbers of the jobs that run here, and are not exported."""
    grace_s: float = 10.0

    @property
    def gpus(self) -> int:
        """All GPUs."""
        return self.nodes * self.gpus_per_node

    @property
    def borrowing(self) -> bool:
        """Whether tenants may hold more than their quotas while others leave theirs."""
        return self.policy.name != _FAIR or bool(self.policy.options[0])

    @property
    def reclaim(self) -> bool:
        """Whether borrowed GPUs are taken back from running jobs."""
        return self.policy.name == _FAIR and bool(self.policy.options[1])

    @property
    def preempts(self) -> bool:
        """Whether a more important job takes GPUs from one that runs."""
        return self.policy.name == "priority" and bool(self.policy.options[0])

    @property
    def unpromised_gpus(self) -> int:
        """GPUs that are in nobody's quota; below 0 where quotas promise more than there are."""
        return self.gpus - sum(int(tenant.quota_gpus or 0.0) for tenant in self.tenants)

    def notes(self) -> list[str]:
        """Say what was lost on the way, whatever the scheduler."""
        found = []
        if self.running:
            count = len(self.running)
            found.append(f"{count:,} running job{' stays' if count == 1 else 's stay'} behind")
        if self.unpromised_gpus < 0:
            found.append(
                f"quotas promise {-self.unpromised_gpus:,g} GPUs more than the {self.gpus:,} there are"
            )
        if any((one.quota_gpus or 0.0) % 1.0 for one in self.tenants):
            found.append("quotas are whole GPUs there: what is beyond is left to be borrowed")
        if self.policy.name not in {"fifo", "easy", "fair", "priority", "conservative"}:
            found.append(f"neither scheduler has the policy {self.policy.name}: backfill stands for it")
        elif self.policy.name != _FAIR and any(one.quota_gpus is not None for one in self.tenants):
            found.append(f"the policy {self.policy.name} does not look at quotas; the exported queues do")
        return found


def from_state(folder: Path) -> Source:
    """Read a live cluster's journal, whether it is up or not.

    Raises
    ------
    InputError
        GW802, GW853: no journal.
    """
    recording = read_recording(folder)
    jobs = [job for job in recording.state()[0].values() if job.state not in t.ENDED]
    known = dict(recording.tenants)
    for job in jobs:
        known.setdefault(job.spec.tenant, Tenant(job.spec.tenant))
    grace_s = [event.data["grace_s"] for event in recording.events if event.kind == "up"]
    return Source(
        nodes=recording.nodes,
        gpus_per_node=recording.gpus_per_node,
        policy=read_policy(recording.policy or "easy", "--policy"),
        tenants=tuple(known[name] for name in sorted(known)),
        jobs=tuple(job for job in jobs if job.state in t.WAITING),
        running=tuple(job.id for job in jobs if job.state == t.RUNNING),
        grace_s=grace_s[-1] if grace_s else 10.0,
    )


def from_file(path: Path, policy: str) -> Source:
    """Read machines and tenants from the file of ``gigawatt replay --cluster``; it has no jobs.

    Raises
    ------
    InputError
        GW2xx and GW3xx for the file; GW610: no such policy.
    """
    from gigawatt.cluster.readers.inputs import ClusterFile
    from gigawatt.scenario.read import read_text
    from gigawatt.scenario.yaml_text import read_bytes

    file = read_text(read_bytes(path, str(path)), ClusterFile, file=str(path)).scenario
    tenants = [Tenant(share.name, share.quota_gpus, share.weight) for share in file.tenants]
    return Source(
        nodes=file.gpus // file.gpus_per_node,
        gpus_per_node=file.gpus_per_node,
        policy=read_policy(policy, "--policy"),
        tenants=tuple(sorted(tenants, key=lambda one: one.name)),
    )


def slugs(names: tuple[str, ...]) -> dict[str, str]:
    """Give each name one that DNS allows (RFC 1123), no two the same.

    >>> slugs(("vision", "Team_A", "team-a"))
    {'vision': 'vision', 'Team_A': 'team-a', 'team-a': 'team-a-2'}
    """
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG].strip("-") or "tenant"
        slug, count = plain, 1
        while slug in found.values():
            count += 1
            slug = f"{plain}-{count}"
        found[name] = slug
    return found
