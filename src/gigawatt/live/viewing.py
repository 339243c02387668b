"""Questions of those who watch a cluster: its events in words, and what a page or a terminal shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.core import Core
from gigawatt.live.overview import overview
from gigawatt.live.telling import MOST_EVENTS, tail


class Asked(BaseModel):
    """Which events are asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: int | None = Field(default=None, ge=0, lt=2**63)
    """Behind this number; None: the latest."""
    most: int = Field(default=100, ge=1, le=MOST_EVENTS)


def asked(query: str) -> Asked:
    """Read the part of an address behind the question mark.

    >>> asked("after=12")
    Asked(after=12, most=100)
    """
    try:
        fields = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=10)
        return Asked.model_validate({name: values[-1] for name, values in fields.items()})
    except ValidationError as error:
        seen = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors(include_url=False))
    except ValueError as error:
        seen = str(error)
    remedy = "write it like /v1/events?after=120&most=100"
    raise InputError(Problem("GW810", f"the request is malformed: {seen[:200]}", remedy, file="request"))


def events(core: Core, wanted: Asked, tenant: str | None = None) -> dict[str, Any]:
    """Tell events; call it within a tick. A tenant is told of its own jobs, and of nodes."""
    jobs = None
    if tenant is not None:
        jobs = {job.id for job in core.store.jobs.values() if job.spec.tenant == tenant}
    return tail(core.store, after=wanted.after, most=wanted.most, jobs=jobs)


def view(core: Core, tenant: str | None = None) -> dict[str, Any]:
    """Return what is shown of a cluster; call it within a tick."""
    return overview(core, tenant)
