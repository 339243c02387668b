"""The journal in words: one sentence an event, for people who watch a cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gigawatt.live.store import Store
from gigawatt.live.transitions import AWAY, DRAINED, PREEMPT, QUARANTINED, UP, Event

MOST_EVENTS = 1000
"""So many events of the journal are read for one request."""
_NODES = {
    UP: "is up", AWAY: "was lost", DRAINED: "is drained: it takes no more jobs",
    QUARANTINED: "is quarantined: it kept losing its agent",
}  # fmt: skip
_FOR_ALL = ("node", "up", "power", "overdrawn")
"""Kinds of events that all tenants are told of."""


def words(event: Event) -> str:
    """Say what an event is.

    >>> words(Event("started", 1.0, 1.0, 7, data={"places": [[0, [0, 1]], [2, [5]]], "port": 1}))
    'job 7 started on 3 GPUs of nodes 0, 2'
    >>> words(Event("stopping", 1.0, 1.0, 7, data={"why": "fault", "reason": "rank 1 ended with 5"}))
    'job 7 is being stopped: rank 1 ended with 5'
    """
    return _of_cluster(event) if event.job is None else _of_job(event)


def _of_cluster(event: Event) -> str:
    """Say what an event of nodes, tenants or power is."""
    data = event.data
    if event.kind == "node":
        agent = f" (agent {data['pid']})" if data["state"] == UP and data.get("pid") else ""
        return f"node {event.node} {_NODES.get(data['state'], data['state'])}{agent}"
    if event.kind in {"tenant", "tenant_removed"}:
        return _of_tenant(data, removed=event.kind != "tenant")
    if event.kind == "up":
        return f"the cluster came up under {data['policy']}"
    if event.kind == "power":
        return _of_power(data)
    if event.kind == "overdrawn":
        return f"gangs draw {data['drawn_kw']:,.4g} kW, over the budget of {data['budget_kw']:,.4g} kW"
    return f"the cluster {event.kind}"


def _of_job(event: Event) -> str:
    """Say what an event of a job is."""
    data = event.data
    who = f"job {event.job}"
    if event.kind == "submitted":
        spec = data["spec"]
        return f"{who} was submitted by {spec['tenant']}: {_count(spec['gpus'])}"
    if event.kind == "decided":
        order = "starts" if data["order"] != PREEMPT else "takes off" if data.get("power") else "preempts"
        return f"the policy {order} {who}"
    if event.kind == "started":
        nodes = ", ".join(str(node) for node, _ in data["places"])
        held = _count(sum(len(slots) for _, slots in data["places"]))
        return f"{who} started on {held} of {'nodes' if len(data['places']) > 1 else 'node'} {nodes}"
    told = {"stopping": "is being stopped", "stopped": "has left its GPUs", "cancelled": "was cancelled"}
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"{who} {told.get(event.kind, event.kind)}{reason}"


def _of_tenant(data: Mapping[str, Any], *, removed: bool) -> str:
    """Say what a tenant may do now; of its token only whether there is one.

    >>> _of_tenant({"name": "vision", "quota_gpus": 16.0, "weight": 1.0, "token_sha256": ""}, removed=False)
    'tenant vision: quota 16 GPUs, weight 1, no token'
    """
    if removed:
        return f"tenant {data['name']} was removed"
    quota = "no quota" if data["quota_gpus"] is None else f"quota {data['quota_gpus']:,g} GPUs"
    token = "a token" if data["token_sha256"] else "no token"
    return f"tenant {data['name']}: {quota}, weight {data['weight']:g}, {token}"


def tail(
    store: Store, *, after: int | None, most: int, jobs: Collection[int] | None = None
) -> dict[str, Any]:
    """Return events of the journal in words, oldest first; call it within a tick.

    Parameters
    ----------
    store
        The cluster's journal.
    after
        Events behind this number; None: the latest.
    most
        How many events of the journal are read, at most :data:`MOST_EVENTS`.
    jobs
        Tell only of nodes and of these jobs; None: of all, tenants too.

    Returns
    -------
    dict
        ``events``: [{``seq``, ``at`` (UTC), ``kind``, ``job``, ``node``, ``words``}]; ``last``: ask for what
        comes after this number next. It also counts events that are not told.
    """
    rows = store.numbered(after, min(most, MOST_EVENTS))
    told = [
        {
            "seq": seq,
            "at": utc(event.at_unix_s),
            "kind": event.kind,
            "job": event.job,
            "node": event.node,
            "words": words(event if jobs is None else _without_process(event)),
        }
        for seq, event in rows
        if jobs is None or event.job in jobs or (event.job is None and event.kind in _FOR_ALL)
    ]
    return {"events": told, "last": rows[-1][0] if rows else after or 0}


def _without_process(event: Event) -> Event:
    """Leave the number of a process away: it is the owner's to know."""
    if "pid" not in event.data:
        return event
    return replace(event, data={name: told for name, told in event.data.items() if name != "pid"})


def utc(unix_s: float | None) -> str | None:
    """Write a time for display.

    >>> utc(0.25)
    '1970-01-01T00:00:00.250Z'
    """
    if unix_s is None:
        return None
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _of_power(data: Mapping[str, Any]) -> str:
    """Say what budget is in force.

    >>> _of_power({"budget_kw": [40.0, 25.5], "step_s": 3600.0})
    'a power budget is in force: 25.5 to 40 kW over 2 steps of 3600 s'
    """
    if not data:
        return "there is no power budget any more"
    low, high = min(data["budget_kw"]), max(data["budget_kw"])
    steps = f"{len(data['budget_kw']):,} steps of {data['step_s']:g} s"
    return f"a power budget is in force: {low:,.4g} to {high:,.4g} kW over {steps}"


def _count(gpus: int) -> str:
    return f"{gpus:,} GPU{'' if gpus == 1 else 's'}"
