"""What a controller sees of its nodes, and what follows from it for a running gang: pure functions.

Nothing of it is kept on the disk: agents tell it again to a new controller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gigawatt.live.nodes.part import DONE, PREPARED
from gigawatt.live.transitions import FAULT, LIMIT, LOST, Job

CONNECTING, CONNECTED, GONE, CLEAR = "connecting", "connected", "gone", "clear"
"""A node's agent: not reached yet; there; lost, its processes may still run; lost, none of them is left."""


@dataclass(frozen=True, slots=True)
class PartSeen:
    """The latest word about a part of a gang."""

    phase: str = "new"
    codes: Mapping[int, int] = field(default_factory=dict)
    """Exit codes by rank, of those that have ended."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a running job: the kind of an event and its data; ``go``: its ranks may start."""

    kind: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    go: bool = False


def judge(job: Job, parts: Mapping[int, PartSeen], agents: Mapping[int, str], now_s: float) -> Verdict:
    """Say what follows for a running job from what is seen of it.

    A gang has left its GPUs only when each of its parts is known to be gone: told by its agent, or because
    the node's lock could be taken. What is not known counts as running, so no job runs twice.

    Parameters
    ----------
    job
        A job whose state is ``running``.
    parts
        Its parts by node.
    agents
        The state of agents by node.
    now_s
        The present, on the cluster's clock.

    Examples
    --------
    >>> from gigawatt.live.transitions import JobSpec
    >>> job = Job(1, JobSpec("a", 1, ("true",), "/"), "running", places=((0, (0,)),), started_s=0.0)
    >>> judge(job, {0: PartSeen("done", {0: 0})}, {0: "connected"}, 1.0).kind
    'finished'
    >>> judge(job, {0: PartSeen("running")}, {0: "gone"}, 1.0).data["why"]
    'lost'
    """
    seen = {node: parts.get(node, PartSeen()) for node, _ in job.places}
    codes = {rank: code for part in seen.values() for rank, code in part.codes.items()}
    ended = [part.phase == DONE or agents[node] == CLEAR for node, part in seen.items()]
    if job.stopping:
        return Verdict("stopped") if all(ended) else Verdict()
    failed = {rank: code for rank, code in codes.items() if code != 0}
    if failed:
        rank = min(failed)
        reason = f"rank {rank} ended with {failed[rank]}"
        return Verdict("stopping", {"why": FAULT, "reason": reason, "exit_code": failed[rank]})
    for node, slots in job.places:
        part = seen[node]
        gone = agents[node] in {GONE, CLEAR} or part.phase == DONE
        if gone and len(part.codes) < len(slots):
            return Verdict("stopping", {"why": LOST, "reason": f"node {node} lost its part"})
    if all(ended) and len(codes) == job.spec.gpus:
        return Verdict("finished")
    if now_s >= ends_by_s(job):
        reason = f"over its time limit of {job.spec.time_limit_s:g} s"
        return Verdict("stopping", {"why": LIMIT, "reason": reason})
    waiting = [part.phase == PREPARED for part in seen.values()]
    begun = [part.phase not in {"new", PREPARED} for part in seen.values()]
    return Verdict(go=any(waiting) and all(w or b for w, b in zip(waiting, begun, strict=True)))


def ends_by_s(job: Job) -> float:
    """When a running job's time is over, on the cluster's clock; inf: it has no limit."""
    if job.spec.time_limit_s is None or job.started_s is None:
        return float("inf")
    return job.started_s + job.spec.time_limit_s - job.ran_s
