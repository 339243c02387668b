"""Questions of those who watch a cluster: its events in words, and what a page or a terminal shows."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from gigawatt.live.core import Core
from gigawatt.live.http.overview import overview
from gigawatt.live.http.requests import Query
from gigawatt.live.http.telling import MOST_EVENTS, tail


class Asked(Query):
    """Which events are asked for."""

    after: int | None = Field(default=None, ge=0, lt=2**63)
    """Behind this number. Default: the latest."""
    most: int = Field(default=100, ge=1, le=MOST_EVENTS)
    """So many at most."""


def events(core: Core, wanted: Asked, tenant: str | None = None) -> dict[str, Any]:
    """Tell events; call it within a tick. A tenant is told of its own jobs, and of nodes."""
    jobs = None
    if tenant is not None:
        jobs = {job.id for job in core.store.jobs.values() if job.spec.tenant == tenant}
    return tail(core.store, after=wanted.after, most=wanted.most, jobs=jobs)


def view(core: Core, tenant: str | None = None) -> dict[str, Any]:
    """Return what is shown of a cluster; call it within a tick."""
    return overview(core, tenant)
