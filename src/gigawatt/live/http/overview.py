"""What a page or a terminal shows of a cluster: small however many jobs wait.

Everything is counted over all jobs; of gangs, waiting and ended jobs the first few are named. A tenant is
told of its own jobs; of others only which GPUs are taken.
"""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any

from gigawatt.live.core import Core
from gigawatt.live.http.telling import utc
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import AWAY, ENDED, FINISHED, RUNNING, UP, Job, Node

MOST_GANGS, MOST_NAMED = 1000, 100
"""So many gangs, and so many waiting and ended jobs, are named; all are counted."""
_MOST_COMMAND = 200
_OTHERS = -1
"""Stands for a job of somebody else."""


def overview(core: Core, tenant: str | None = None) -> dict[str, Any]:
    """Return what is shown of a cluster; call it within a tick.

    Parameters
    ----------
    core
        The controller's mind.
    tenant
        Who asks; None: whoever runs the cluster, and may see all.
    """
    mine = [job for job in core.store.jobs.values() if tenant in {None, job.spec.tenant}]
    free_gpus = sum(len(slots) for slots in core.roster.free(core.running()).values())
    ended = [job for job in mine if job.state in ENDED]
    running = [job for job in core.running() if tenant in {None, job.spec.tenant}]
    waiting = [job for job in core.waiting() if tenant in {None, job.spec.tenant}][:MOST_NAMED]
    ended.sort(key=lambda job: job.finished_unix_s or 0.0, reverse=True)
    return {
        "controller": {
            "pid": os.getpid() if tenant is None else None,
            "policy": core.settings.policy,
            "engine": core.settings.engine,
            "gpus": core.settings.gpus,
            "free": free_gpus,
            "now": utc(core.store.event("now").at_unix_s),
            "going_down": core.going_down,
            "power": core.power_now(),
        },
        "counts": dict(Counter(job.state for job in mine)),
        "nodes": _nodes(core, {job.id for job in running}, told=tenant is None),
        "tenants": _tenants(mine, core.store.tenants, tenant),
        "running": [{**_named(job), "places": _places(job)} for job in running[:MOST_GANGS]],
        "waiting": [
            {**_named(job), "why": why_waiting(core, job, free_gpus)} for job in waiting[:MOST_NAMED]
        ],
        "ended": [_named(job) for job in ended[:MOST_NAMED]],
    }


def why_waiting(core: Core, job: Job, free_gpus: int) -> str:
    """Say in words why a job does not run; ``free_gpus`` can be given out now."""
    unmet = [n for n in job.spec.after if core.store.jobs[n].state != FINISHED]
    if unmet:
        more = f" and {len(unmet) - 1:,} more" if len(unmet) > 1 else ""
        return f"waits for job {unmet[0]}{more} to finish"
    if core.going_down:
        return "the cluster goes down"
    if core.is_ordered(job.id):
        return "is next: starts when the GPUs it was given are really free"
    out_gpus = core.roster.out_gpus(core.running())
    if job.spec.gpus > core.settings.gpus - out_gpus:
        return f"needs {job.spec.gpus:,} GPUs; {out_gpus:,} are out with their nodes"
    if job.spec.gpus > free_gpus:
        return f"needs {job.spec.gpus:,} GPUs; {free_gpus:,} {'is' if free_gpus == 1 else 'are'} free"
    return _why_held_back(core, job)


def _why_held_back(core: Core, job: Job) -> str:
    """Say in words why a job does not run whose GPUs are free."""
    power = core.power_now()
    now_s = core.store.clock.now_s()
    if power is not None and not core.scheduler.carries(now_s, core.held_gpus() + job.spec.gpus):
        return f"its {job.spec.gpus:,} GPUs do not fit into the power budget of {power['kept_kw']:,.4g} kW"
    return f"would fit; the policy {core.settings.policy} keeps the GPUs for others"


def _nodes(core: Core, named: set[int], *, told: bool) -> list[dict[str, Any]]:
    """Nodes with what each of their GPUs holds: a job's number, -1 for somebody else's, None for nothing.

    ``told``: whether the numbers of their agents' processes are told.
    """
    holders: dict[tuple[int, int], int] = {}
    for job in core.running():
        for at, slots in job.places:
            holders |= {(at, slot): job.id if job.id in named else _OTHERS for slot in slots}
    rows = []
    for number in core.roster.agents:
        node = core.store.nodes.get(number, Node(number))
        away = node.state == UP and not core.roster.usable(number)
        rows.append(
            {
                "id": number,
                "state": AWAY if away else node.state,
                "pid": node.pid if told else None,
                "losses": len(node.losses_s),
                "slots": [holders.get((number, slot)) for slot in range(core.settings.gpus_of(number))],
            }
        )
    return rows


def _tenants(jobs: list[Job], named: Mapping[str, Tenant], only: str | None) -> list[dict[str, Any]]:
    """What each tenant holds, may hold and waits for; who holds most comes first."""
    names = {job.spec.tenant for job in jobs} | {name for name in named if only in {None, name}}
    rows: dict[str, dict[str, Any]] = {}
    for name in names:
        known = named.get(name, Tenant(name))
        limits = {"quota_gpus": known.quota_gpus, "weight": known.weight}
        held = {"gpus": 0, "running": 0, "waiting": 0, "waiting_gpus": 0, "ended": 0}
        rows[name] = {"name": name, **limits, **held}
    for job in jobs:
        row = rows[job.spec.tenant]
        if job.state == RUNNING:
            row["running"] += 1
            row["gpus"] += job.spec.gpus
        elif job.state in ENDED:
            row["ended"] += 1
        else:
            row["waiting"] += 1
            row["waiting_gpus"] += job.spec.gpus
    return sorted(rows.values(), key=lambda row: (-row["gpus"], -row["waiting"], row["name"]))


def _named(job: Job) -> dict[str, Any]:
    command = shlex.join(job.spec.command)
    return {
        "id": job.id,
        "tenant": job.spec.tenant,
        "gpus": job.spec.gpus,
        "state": job.state,
        "command": command if len(command) <= _MOST_COMMAND else command[: _MOST_COMMAND - 3] + "...",
        "submitted": utc(job.submitted_unix_s),
        "started": utc(job.started_unix_s),
        "finished": utc(job.finished_unix_s),
        "restarts": job.restarts,
        "exit_code": job.exit_code,
        "reason": job.reason,
        "stopping": job.stopping,
    }


def _places(job: Job) -> list[list[Any]]:
    return [[node, list(slots)] for node, slots in job.places]
