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
    state: str
    """queued, running, paused, finished, failed or cancelled."""
    submitted: str | None
    started: str | None
    """Beginning of its latest run."""
    finished: str | None
    restarts: int
    exit_code: int | None
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


@_DESCRIBED
class NodeRow(TypedDict):
    """A node."""

    id: int
    gpus: int
    free: int
    state: str
    """up, drained, quarantined or lost."""
    pid: int | None
    """Of its agent; null for tenants."""


@_DESCRIBED
class ControllerRow(TypedDict):
    """The controller."""

    pid: int | None
    """Null for tenants."""
    policy: str
    engine: str


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


Overview = dict[str, Any]
"""What a page shows; described where it is made."""
