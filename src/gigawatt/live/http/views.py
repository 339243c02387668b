"""What a cluster says of itself and takes from its users: plain data on one side, the core on the other.

Each is called within a tick. A tenant sees and touches its own jobs only: another one's answers exactly like
one that is not there.
"""

from __future__ import annotations

import os
from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.core import Core
from gigawatt.live.http import answers
from gigawatt.live.http.telling import utc
from gigawatt.live.tenants import OWNER, Caller
from gigawatt.live.transitions import AWAY, DRAINED, ENDED, FINISHED, RUNNING, UP, Job, JobSpec, Node

MOST_WAITING = 50_000
"""So many jobs of one tenant may wait at once; the owner may submit more."""


def submit(
    core: Core, specs: list[JobSpec], caller: Caller = OWNER, checkpoints: Path | None = None
) -> list[int]:
    """Submit jobs that are alike; return their numbers.

    Raises
    ------
    InputError
        GW806: more GPUs than there are; GW808: it waits for a job that is not there or did not finish;
        GW849: too many jobs of the tenant wait.
    """
    problems = []
    wanted = specs[0]
    if wanted.gpus > core.settings.gpus:
        seen = f"{wanted.gpus:,} GPUs are asked for; this cluster has {core.settings.gpus:,}"
        problems.append(Problem("GW806", seen, "ask for fewer", file="--gpus"))
    for number in wanted.after:
        other = core.store.jobs.get(number)
        if other is None or not caller.sees(other):
            state = "not there"
        elif other.state in ENDED and other.state != FINISHED:
            state = other.state
        else:
            continue
        seen = f"job {number} is {state}: what waits for it would never start"
        problems.append(Problem("GW808", seen, "name a job that can still finish", file="--after"))
    if not caller.is_owner:
        waiting = sum(job.spec.tenant == caller.tenant for job in core.waiting())
        if waiting + len(specs) > MOST_WAITING:
            seen = f"{waiting:,} jobs of {caller.tenant} wait; with these more than {MOST_WAITING:,} would"
            problems.append(Problem("GW849", seen, "wait for some to end", file="submission"))
    if problems:
        raise InputError(problems)
    return core.submit(specs, checkpoints)


def cancel(core: Core, number: int, caller: Caller = OWNER) -> answers.Cancelled:
    """Cancel a job."""
    find(core, number, caller)
    return {"id": number, "cancelled": bool(core.cancel([number]))}


def drain(core: Core, node: int, *, undo: bool) -> answers.Drained:
    """Let a node take no more jobs, or take it back from drain and quarantine."""
    if node not in core.roster.agents:
        seen = f"there is no node {node}; there are 0 to {core.settings.nodes - 1}"
        raise InputError(Problem("GW809", seen, "name one of those", file="NODE"))
    core.set_node(node, UP if undo else DRAINED)
    return {"id": node, "state": core.store.nodes[node].state}


def find(core: Core, number: int, caller: Caller = OWNER) -> Job:
    """Return a job by its number.

    Raises
    ------
    InputError
        GW807: it is not there, or not for this caller to see.
    """
    job = core.store.jobs.get(number)
    if job is None or not caller.sees(job):
        raise InputError(Problem("GW807", f"there is no job {number}", "see gigawatt status", file="JOB"))
    return job


def job(core: Core, number: int, caller: Caller = OWNER) -> answers.OneJob:
    """One job, and what its logs are found by."""
    found = find(core, number, caller)
    return {**_row(core, found), "attempt": found.attempt, "ranks": found.spec.gpus}


def status(core: Core, caller: Caller = OWNER) -> answers.Status:
    """Everything that a user may see; processes of the machine are for the owner alone."""
    free = core.roster.free(core.running())
    nodes = [core.store.nodes.get(node, Node(node)) for node in core.roster.agents]
    return {
        "jobs": [_row(core, job) for job in core.store.jobs.values() if caller.sees(job)],
        "nodes": [
            {
                "id": node.id,
                "gpus": core.settings.gpus_of(node.id),
                "free": len(free.get(node.id, ())),
                "state": AWAY if node.state == UP and not core.roster.usable(node.id) else node.state,
                "pid": node.pid if caller.is_owner else None,
            }
            for node in nodes
        ],
        "controller": _controller(core, caller),
    }


def _controller(core: Core, caller: Caller) -> answers.ControllerRow:
    row: answers.ControllerRow = {
        "pid": os.getpid() if caller.is_owner else None,
        "policy": core.settings.policy,
        "engine": core.settings.engine,
    }
    power = core.power_now()
    if power is not None:
        row["power"] = {
            "budget_kw": power["budget_kw"],
            "kept_kw": power["kept_kw"],
            "drawn_kw": power["drawn_kw"],
        }
    return row


def _row(core: Core, job: Job) -> answers.JobRow:
    row = job_row(job)
    if core.awaits_grant(job):
        row["reason"] = "its GPUs are not granted yet: others may hold them"
    return row


def job_row(job: Job) -> answers.JobRow:
    """One job, as ``status --json`` prints it; times are UTC, for display only."""
    return {
        "id": job.id,
        "tenant": job.spec.tenant,
        "gpus": job.spec.gpus,
        "state": job.state,
        "submitted": utc(job.submitted_unix_s),
        "started": utc(job.started_unix_s),
        "finished": utc(job.finished_unix_s),
        "restarts": job.restarts,
        "exit_code": job.exit_code,
        "nodes": [node for node, _ in job.places] if job.state == RUNNING else [],
        "reason": job.reason,
    }
