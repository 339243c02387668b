"""What a cluster answers: the shapes of its JSON objects, of which the OpenAPI document is made."""

from __future__ import annotations

from typing import Any, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

_DESCRIBED = with_config(ConfigDict(use_attribute_docstrings=True))


@_DESCRIBED
class JobRow(TypedDict):
    """A job; times are UTC."""

    id: int
    tenant: str
    gpus: int
    """Size of its gang."""
    state: str
    """queued, running, paused, finished, failed or cancelled."""
    submitted: str | None
    started: str | None
    """Beginning of its latest run."""
    finished: str | None
    restarts: int
    """Runs after the first one, preemptions left out."""
    exit_code: int | None
    """Of the first rank that failed; 0 of a job that finished."""
    nodes: list[int]
    """On which it runs."""
    reason: str
    """Why it did not finish, in words."""


@_DESCRIBED
class OneJob(JobRow):
    """A job by itself."""

    attempt: int
    """Number of its latest run, from 1."""
    ranks: int
    """How many it has, from 0."""


@_DESCRIBED
class NodeRow(TypedDict):
    """A node."""

    id: int
    gpus: int
    free: int
    """GPUs that can be given out now."""
    state: str
    """up, drained, quarantined or lost."""
    pid: int | None
    """Of its agent; null for tenants."""


@_DESCRIBED
class PowerRow(TypedDict):
    """A power budget."""

    budget_kw: float
    """What all GPUs may draw now."""
    kept_kw: float
    """The least of it from now until a gang that is told to go now is gone: starts go by it."""
    drawn_kw: float
    """What they draw by the model: idle ones, and those that gangs hold."""


@_DESCRIBED
class ControllerRow(TypedDict):
    """The controller."""

    pid: int | None
    """Null for tenants."""
    policy: str
    engine: str
    power: NotRequired[PowerRow]
    """Only where there is a power budget."""


@_DESCRIBED
class Status(TypedDict):
    """A cluster; a tenant's jobs are its own."""

    jobs: list[JobRow]
    nodes: list[NodeRow]
    controller: ControllerRow


@_DESCRIBED
class Submitted(TypedDict):
    """Numbers of what was submitted."""

    id: int
    ids: NotRequired[list[int]]
    """Of an array."""


@_DESCRIBED
class Cancelled(TypedDict):
    """A job that is being cancelled."""

    id: int
    cancelled: bool
    """False: it had ended before."""


@_DESCRIBED
class Drained(TypedDict):
    """A node's state."""

    id: int
    state: str


@_DESCRIBED
class TenantRow(TypedDict):
    """A tenant: what it may hold, and what it holds."""

    name: str
    quota_gpus: float | None
    weight: float
    roots: list[str]
    folder: str
    """Its own."""
    token: bool
    """Whether one is out."""
    gpus: int
    """Held now."""
    running: int
    waiting: int
    """Jobs."""


@_DESCRIBED
class Tenants(TypedDict):
    """Tenants that were named, and those that have jobs which have not ended."""

    tenants: list[TenantRow]


@_DESCRIBED
class Token(TypedDict):
    """A new token; it is told this once."""

    name: str
    token: str


@_DESCRIBED
class Removed(TypedDict):
    """What is no longer there."""

    name: str


@_DESCRIBED
class GoingDown(TypedDict):
    """The controller that goes down."""

    pid: int


@_DESCRIBED
class EventRow(TypedDict):
    """An event of the journal."""

    seq: int
    at: str | None
    """UTC."""
    kind: str
    job: int | None
    node: int | None
    words: str


@_DESCRIBED
class Events(TypedDict):
    """Events of the journal, oldest first."""

    events: list[EventRow]
    last: int
    """Ask for what comes after this number next."""


@_DESCRIBED
class ProblemRow(TypedDict):
    """What is wrong: a number that docs/reference/errors.md explains, what was seen, and what mends it."""

    code: str
    message: str
    remedy: str
    path: str
    file: str
    line: int
    column: int


@_DESCRIBED
class Refusal(TypedDict):
    """Why a request was refused; nothing was done."""

    problems: list[ProblemRow]


@_DESCRIBED
class ClockRow(TypedDict):
    """The controller, as a page shows it."""

    pid: int | None
    """Null for tenants."""
    policy: str
    gpus: int
    """Of the cluster."""
    free: int
    now: str | None
    """UTC."""
    going_down: bool


@_DESCRIBED
class SlotsRow(TypedDict):
    """A node and each of its GPUs."""

    id: int
    state: str
    pid: int | None
    """Of its agent; null for tenants."""
    losses: int
    """How often its agent was lost of late."""
    slots: list[int | None]
    """By GPU: the job that holds it, -1 for somebody else's, null for none."""


@_DESCRIBED
class HoldingRow(TypedDict):
    """What a tenant holds and waits for."""

    name: str
    gpus: int
    running: int
    waiting: int
    waiting_gpus: int
    ended: int


@_DESCRIBED
class NamedRow(TypedDict):
    """A job, as a page shows it."""

    id: int
    tenant: str
    gpus: int
    state: str
    command: str
    """Its beginning."""
    submitted: str | None
    started: str | None
    finished: str | None
    restarts: int
    exit_code: int | None
    reason: str
    stopping: str
    """Why its gang is being stopped; empty: it is not."""


@_DESCRIBED
class GangRow(NamedRow):
    """A job that runs."""

    places: list[list[Any]]
    """Node, and numbers of the GPUs held on it."""


@_DESCRIBED
class WaitingRow(NamedRow):
    """A job that waits."""

    why: str
    """Why it does not run, in words."""


@_DESCRIBED
class Overview(TypedDict):
    """A cluster, small however many jobs there are: all are counted, the first few named."""

    controller: ClockRow
    counts: dict[str, int]
    """Jobs by state."""
    nodes: list[SlotsRow]
    tenants: list[HoldingRow]
    running: list[GangRow]
    waiting: list[WaitingRow]
    ended: list[NamedRow]
