"""What may become of a job and of a node: pure functions from a value and an event to the next value.

The journal holds the events in the order in which they were decided; folding them gives the cluster's state.
Nothing here reads a clock, a file or a process.

    queued -> running -> finished | failed | cancelled
       ^         |
       |         +-> paused (preempted, short of power, or the cluster went down) -> running
       +---------+   (a rank failed and may be restarted, or its node was lost)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
FINISHED, FAILED, CANCELLED = "finished", "failed", "cancelled"
WAITING = (QUEUED, PAUSED)
ENDED = (FINISHED, FAILED, CANCELLED)

PREEMPT, POWER, DOWN, LOST = "preempt", "power", "down", "lost"
FAULT, LIMIT, CANCEL = "fault", "limit", "cancel"
WHYS = (PREEMPT, POWER, DOWN, LOST, FAULT, LIMIT, CANCEL)
"""Why a running gang is stopped, the weakest first: a later, stronger reason replaces an earlier one."""

UP, DRAINED, QUARANTINED, AWAY = "up", "drained", "quarantined", "lost"
NODE_STATES = (UP, DRAINED, QUARANTINED, AWAY)


class TransitionError(ValueError):
    """An event that cannot happen to a job or node in its state: a fault of the caller, never of a user."""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a user asked for."""

    tenant: str
    gpus: int
    """GPUs of its gang, one rank each, >= 1."""
    command: tuple[str, ...]
    cwd: str
    priority: int = 100
    """Smaller numbers first."""
    estimate_s: float = 86_400.0
    """What the policies expect it to take: its time limit, else 24 h (assumed: 1 h to 7 days)."""
    time_limit_s: float | None = None
    """Time over all its runs after which it is stopped; None: none."""
    checkpoint_dir: str = ""
    after: tuple[int, ...] = ()
    """Jobs that must have finished before this one may start."""
    restarts: int = 0
    """How often it may be started again after one of its ranks failed."""
    array_index: int | None = None
    """Its number within an array, from 0."""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Build from what :func:`dataclasses.asdict` gave, also after JSON."""
        return cls(**{**data, "command": tuple(data["command"]), "after": tuple(data["after"])})


@dataclass(frozen=True, slots=True)
class Event:
    """One transition; times in seconds of the cluster's clock, wall time for display only."""

    kind: str
    at_s: float
    at_unix_s: float
    job: int | None = None
    node: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


Place = tuple[int, tuple[int, ...]]
"""A node and the numbers of the GPUs held on it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job and what became of it until now."""

    id: int
    spec: JobSpec
    state: str = QUEUED
    submitted_s: float = 0.0
    submitted_unix_s: float = 0.0
    started_s: float | None = None
    """Beginning of its latest run."""
    started_unix_s: float | None = None
    finished_unix_s: float | None = None
    attempt: int = 0
    """Number of its latest run, from 1."""
    restarts: int = 0
    """Runs after the first one, preemptions left out."""
    faults: int = 0
    """Runs that ended because a rank failed; counted against ``spec.restarts``."""
    ran_s: float = 0.0
    """Time over its runs before the present one."""
    exit_code: int | None = None
    places: tuple[Place, ...] = ()
    """Where it runs; empty where it does not."""
    port: int = 0
    """MASTER_PORT of its latest run."""
    stopping: str = ""
    """Why its gang is being stopped; empty: it is not."""
    reason: str = ""
    """Why it did not finish, in words."""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Build from what :func:`dataclasses.asdict` gave, also after JSON."""
        places = tuple((int(node), tuple(slots)) for node, slots in data["places"])
        return cls(**{**data, "spec": JobSpec.from_data(data["spec"]), "places": places})


@dataclass(frozen=True, slots=True)
class Node:
    """A node and its state."""

    id: int
    state: str = AWAY
    pid: int = 0
    """Of its agent; 0: none."""
    losses_s: tuple[float, ...] = ()
    """When its agent was lost, the last few times."""


def next_job(job: Job | None, event: Event) -> Job:
    """Return what a job becomes by an event.

    Raises
    ------
    TransitionError
        The event cannot happen in the job's state.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> spec = JobSpec("a", 2, ("true",), "/")
    >>> job = next_job(None, Event("submitted", 0.0, 0.0, 1, data={"spec": asdict(spec)}))
    >>> job = next_job(job, Event("started", 1.0, 1.0, 1, data={"places": [[0, [0, 1]]], "port": 2000}))
    >>> job.state, job.attempt
    ('running', 1)
    >>> next_job(next_job(job, Event("stopping", 2.0, 2.0, 1, data={"why": "preempt"})),
    ...          Event("stopped", 2.5, 2.5, 1)).state
    'paused'
    """
    if event.kind == "submitted":
        if job is not None or event.job is None:
            raise TransitionError(f"job {event.job} is submitted twice")
        spec = JobSpec.from_data(event.data["spec"])
        return Job(event.job, spec, submitted_s=event.at_s, submitted_unix_s=event.at_unix_s)
    if job is None:
        raise TransitionError(f"{event.kind}: there is no job {event.job}")
    steps = {
        "decided": _decided, "started": _started, "stopping": _stopping, "stopped": _stopped,
        "finished": _finished, "cancelled": _cancelled,
    }  # fmt: skip
    if event.kind not in steps:
        raise TransitionError(f"there is no event {event.kind!r} of a job")
    return steps[event.kind](job, event)


def next_node(node: Node | None, event: Event) -> Node:
    """Return what a node becomes by an event.

    >>> next_node(Node(3), Event("node", 1.0, 1.0, node=3, data={"state": "up", "pid": 71})).state
    'up'
    """
    if event.node is None or event.kind != "node" or event.data["state"] not in NODE_STATES:
        raise TransitionError(f"{event.kind} is no event of a node")
    old = Node(event.node) if node is None else node
    losses_s = tuple(event.data.get("losses_s", old.losses_s))
    return replace(old, state=event.data["state"], pid=event.data["pid"], losses_s=losses_s)


def replay(events: Iterable[Event]) -> tuple[dict[int, Job], dict[int, Node]]:
    """Fold a journal into jobs and nodes by their numbers."""
    jobs: dict[int, Job] = {}
    nodes: dict[int, Node] = {}
    for event in events:
        if event.job is not None:
            jobs[event.job] = next_job(jobs.get(event.job), event)
        elif event.node is not None:
            nodes[event.node] = next_node(nodes.get(event.node), event)
    return jobs, nodes


def _expect(job: Job, event: Event, *states: str) -> None:
    if job.state not in states:
        raise TransitionError(f"job {job.id} is {job.state}: it cannot be {event.kind}")


def _decided(job: Job, event: Event) -> Job:
    """What the policy ordered; kept for the comparison with a simulation, and changes nothing."""
    _expect(job, event, QUEUED, PAUSED, RUNNING)
    return job


def _started(job: Job, event: Event) -> Job:
    _expect(job, event, *WAITING)
    places = tuple((int(node), tuple(slots)) for node, slots in event.data["places"])
    if sum(len(slots) for _, slots in places) != job.spec.gpus:
        raise TransitionError(f"job {job.id} needs {job.spec.gpus} GPUs, and is given others")
    return replace(
        job,
        state=RUNNING,
        started_s=event.at_s,
        started_unix_s=event.at_unix_s,
        attempt=job.attempt + 1,
        restarts=job.restarts + (1 if job.state == QUEUED and job.attempt else 0),
        places=places,
        port=event.data["port"],
        stopping="",
        reason="",
        exit_code=None,
    )


def _stopping(job: Job, event: Event) -> Job:
    _expect(job, event, RUNNING)
    why = event.data["why"]
    if job.stopping and WHYS.index(why) <= WHYS.index(job.stopping):
        return job
    told = {key: event.data[key] for key in ("reason", "exit_code") if key in event.data}
    return replace(job, stopping=why, **told)


def _stopped(job: Job, event: Event) -> Job:
    _expect(job, event, RUNNING)
    if not job.stopping:
        raise TransitionError(f"job {job.id} stopped, but nobody stopped it")
    faults = job.faults + (job.stopping == FAULT)
    state = {
        PREEMPT: PAUSED,
        POWER: PAUSED,
        DOWN: PAUSED,
        LOST: QUEUED,
        FAULT: QUEUED if faults <= job.spec.restarts else FAILED,
        LIMIT: FAILED,
        CANCEL: CANCELLED,
    }[job.stopping]
    left = replace(_left(job, event), state=state, faults=faults, stopping="")
    if state not in ENDED:
        return left
    return replace(left, finished_unix_s=event.at_unix_s)


def _finished(job: Job, event: Event) -> Job:
    _expect(job, event, RUNNING)
    if job.stopping:
        raise TransitionError(f"job {job.id} is being stopped: it cannot be finished")
    left = _left(job, event)
    return replace(left, state=FINISHED, finished_unix_s=event.at_unix_s, exit_code=0, reason="")


def _cancelled(job: Job, event: Event) -> Job:
    _expect(job, event, *WAITING)
    reason = event.data.get("reason", "")
    return replace(job, state=CANCELLED, finished_unix_s=event.at_unix_s, reason=reason)


def _left(job: Job, event: Event) -> Job:
    """The job without its GPUs, its run added up."""
    ran_s = job.ran_s + event.at_s - (job.started_s or 0.0)
    return replace(job, places=(), ran_s=ran_s)
