"""What can be asked over HTTP: one table, of which requests are answered and the OpenAPI document is made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.live.http import answers, logs, tenancy, viewing, views
from gigawatt.live.http.paths import confine, own_folder
from gigawatt.live.http.requests import Drain, LogQuery, NewTenant, Submission, TenantChange
from gigawatt.live.tenants import Caller, Tenant

if TYPE_CHECKING:
    from gigawatt.live.controller import Controller


_BYTES, _HTML = "application/octet-stream", "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was checked."""

    controller: Controller
    caller: Caller
    named: dict[str, str] = field(default_factory=dict)
    """What stands in the path."""
    query: Any = None
    body: Any = None

    @property
    def number(self) -> int:
        """The number in the path."""
        return int(self.named["number"])

    @property
    def name(self) -> str:
        """The name in the path."""
        return self.named["name"]


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is no JSON."""

    data: bytes
    kind: str
    """Its media type."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked."""

    method: str
    path: str
    """``{number}`` stands for digits, ``{name}`` for any one segment."""
    action: Callable[[Asked], Any]
    answer: Any
    """Type of its answer; a media type where it is no JSON."""
    says: str
    """What it does, in a sentence."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    of_owner: bool = False
    """Whether only the owner may ask it."""
    public: bool = False
    """Whether it is told without a token."""

    def match(self, path: str) -> dict[str, str] | None:
        """Return what stands in a path, or None where it is another one."""
        pattern = self.path.replace("{number}", r"(?P<number>\d{1,12})").replace("{name}", r"(?P<name>[^/]+)")
        found = re.fullmatch(pattern, path, re.ASCII)
        return None if found is None else found.groupdict()


def _submit(asked: Asked) -> answers.Submitted:
    wanted: Submission = asked.body
    controller, caller = asked.controller, asked.caller
    name = caller.tenant or wanted.tenant
    if wanted.tenant not in {None, name}:
        seen = f"the token speaks for {name}, not for {wanted.tenant}"
        raise InputError(Problem("GW832", seen, "leave the tenant away", file="--tenant"))
    if name is None:
        seen = "the owner's token speaks for every tenant, and none is named"
        raise InputError(Problem("GW810", seen, "name one", file="--tenant"))
    tenant = controller.store.tenants.get(name, Tenant(name))
    own = own_folder(controller.folder, name)
    cwd = confine(wanted.cwd, "cwd", tenant, caller, controller.folder)
    checkpoints = confine(wanted.checkpoint_dir, "checkpoint_dir", tenant, caller, controller.folder)
    if not cwd or not caller.is_owner:
        try:
            own.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise GigawattError(f"the tenant's folder cannot be made: {error}") from None
    specs = wanted.specs(name, cwd or str(own), checkpoints)
    place = None if caller.is_owner else own
    numbers = controller.ask(lambda: views.submit(controller.core, specs, caller, place))
    return {"id": numbers[0]} if wanted.array is None else {"id": numbers[0], "ids": numbers}


def _down(asked: Asked) -> answers.GoingDown:
    asked.controller.ask(asked.controller.core.go_down)
    return {"pid": os.getpid()}


def _log(asked: Asked) -> Raw:
    job = asked.controller.ask(lambda: views.find(asked.controller.core, asked.number, asked.caller))
    part = logs.read(asked.controller.folder, job, asked.query)
    return Raw(part.data, _BYTES, part.headers())


def _openapi(_: Asked) -> dict[str, Any]:
    from gigawatt.live.http.openapi import document

    return document()


def _ask(request: Callable[..., Any], *read: str) -> Callable[[Asked], Any]:
    """Let a view be called within a tick with what it reads of a request."""

    def action(asked: Asked) -> Any:
        told = [getattr(asked, name) for name in read]
        return asked.controller.ask(lambda: request(asked.controller.core, *told))

    return action


def _events(asked: Asked) -> Any:
    core, caller = asked.controller.core, asked.caller
    return asked.controller.ask(lambda: viewing.events(core, asked.query, caller.tenant))


def _view(asked: Asked) -> Any:
    return asked.controller.ask(lambda: viewing.view(asked.controller.core, asked.caller.tenant))


def _page(_: Asked) -> Raw:
    from gigawatt.live.page import document

    data, headers = document()
    return Raw(data, _HTML, headers)


def _drain(asked: Asked) -> Any:
    core, undo = asked.controller.core, asked.body.undo
    return asked.controller.ask(lambda: views.drain(core, asked.number, undo=undo))


ROUTES = (
    Route("GET", "/", _page, _HTML, "The page; its key, which may only look, stands behind # in its address.",
          public=True),
    Route("GET", "/v1/openapi.json", _openapi, dict[str, Any], "This description.", public=True),
    Route("GET", "/v1/status", _ask(views.status, "caller"), answers.Status, "All that the caller may see."),
    Route("POST", "/v1/jobs", _submit, answers.Submitted, "Submit a job or an array.", body=Submission),
    Route("GET", "/v1/jobs/{number}", _ask(views.job, "number", "caller"), answers.OneJob, "One job."),
    Route(
        "GET", "/v1/jobs/{number}/log", _log, _BYTES,
        "Bytes of what a rank said.",
        query=LogQuery,
    ),
    Route(
        "POST", "/v1/jobs/{number}/cancel", _ask(views.cancel, "number", "caller"), answers.Cancelled,
        "Cancel a job: it leaves the queue, or its gang is stopped.",
    ),
    Route(
        "GET", "/v1/events", _events, answers.Events, "Events of the journal in words.", query=viewing.Asked
    ),
    Route("GET", "/v1/view", _view, answers.Overview, "What a page or a terminal shows."),
    Route(
        "POST", "/v1/nodes/{number}/drain", _drain, answers.Drained,
        "Let a node take no more jobs, or take it back.", body=Drain, of_owner=True,
    ),
    Route(
        "GET", "/v1/tenants", _ask(tenancy.rows), answers.Tenants, "Tenants, and what they hold.",
        of_owner=True,
    ),
    Route(
        "POST", "/v1/tenants", _ask(tenancy.add, "body"), answers.TenantRow, "Name a tenant.",
        body=NewTenant, of_owner=True,
    ),
    Route(
        "PATCH", "/v1/tenants/{name}", _ask(tenancy.change, "name", "body"), answers.TenantRow,
        "Change what a tenant may hold.", body=TenantChange, of_owner=True,
    ),
    Route(
        "DELETE", "/v1/tenants/{name}", _ask(tenancy.remove, "name"), answers.Removed, "Forget a tenant.",
        of_owner=True,
    ),
    Route(
        "POST", "/v1/tenants/{name}/token", _ask(tenancy.issue, "name"), answers.Token,
        "Give a tenant a new token; an earlier one is worth nothing from then on.", of_owner=True,
    ),
    Route(
        "DELETE", "/v1/tenants/{name}/token", _ask(tenancy.revoke, "name"), answers.TenantRow,
        "Let no token speak for a tenant.", of_owner=True,
    ),
    Route(
        "POST", "/v1/down", _down, answers.GoingDown, "Take the cluster down; gangs are paused.",
        of_owner=True,
    ),
)  # fmt: skip


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return what is asked, and what stands in its path.

    Raises
    ------
    InputError
        GW840: there is no such path; GW841: it is asked by other methods.

    Examples
    --------
    >>> find_route("POST", "/v1/jobs/12/cancel")[1]
    {'number': '12'}
    """
    fitting = [(route, named) for route in ROUTES if (named := route.match(path)) is not None]
    for route, named in fitting:
        if route.method == method:
            return route, named
    if fitting:
        methods = ", ".join(sorted({route.method for route, _ in fitting}))
        seen = f"{path[:100]} is not asked by {method[:20]!r}"
        raise InputError(Problem("GW841", seen, f"use {methods}", file="request"))
    raise InputError(Problem("GW840", f"there is no {path[:100]!r}", "see /v1/openapi.json", file="request"))
