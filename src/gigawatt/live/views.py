"""What a cluster says of itself and takes from its users: plain data on one side, the core on the other."""

from __future__ import annotations

import os
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.core import Core
from gigawatt.live.telling import utc
from gigawatt.live.transitions import AWAY, DRAINED, ENDED, FINISHED, RUNNING, UP, Job, JobSpec, Node

MOST_ARRAY = 10_000
"""Largest array of one submission."""


class Submission(BaseModel):
    """What a user sends to submit a job, or an array of equal ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: str = Field(min_length=1, max_length=100, pattern=r"^[\w.-]+$")
    gpus: int = Field(ge=1, le=1_000_000)
    command: list[Annotated[str, Field(pattern=r"^[^\x00]*$")]] = Field(min_length=1, max_length=10_000)
    """What each rank runs; a null byte cannot be in it."""
    cwd: str = Field(pattern=r"^/", max_length=4096)
    priority: int = Field(default=100, ge=-(2**31), lt=2**31)
    time_limit_s: float | None = Field(default=None, gt=0, le=1e9)
    estimate_s: float | None = Field(default=None, gt=0, le=1e9)
    checkpoint_dir: str = Field(default="", max_length=4096, pattern=r"^(/.*)?$")
    after: list[int] = Field(default_factory=list, max_length=1000)
    restarts: int = Field(default=0, ge=0, le=1_000_000)
    array: int | None = Field(default=None, ge=1, le=MOST_ARRAY)

    def specs(self) -> list[JobSpec]:
        """One job, or those of the array."""
        told = self.model_dump(exclude={"array", "estimate_s"})
        told |= {"command": tuple(self.command), "after": tuple(self.after)}
        estimate_s = self.estimate_s or self.time_limit_s
        if estimate_s is not None:
            told["estimate_s"] = estimate_s
        if self.array is None:
            return [JobSpec(**told)]
        return [JobSpec(**told, array_index=index) for index in range(self.array)]


def submit(core: Core, wanted: Submission) -> dict[str, Any]:
    """Submit; call it within a tick.

    Raises
    ------
    InputError
        GW806: more GPUs than there are; GW808: it waits for a job that is not there or did not finish.
    """
    problems = []
    if wanted.gpus > core.settings.gpus:
        seen = f"{wanted.gpus:,} GPUs are asked for; this cluster has {core.settings.gpus:,}"
        problems.append(Problem("GW806", seen, "ask for fewer", file="--gpus"))
    for number in wanted.after:
        other = core.store.jobs.get(number)
        if other is None or (other.state in ENDED and other.state != FINISHED):
            state = "not there" if other is None else other.state
            seen = f"job {number} is {state}: what waits for it would never start"
            problems.append(Problem("GW808", seen, "name a job that can still finish", file="--after"))
    if problems:
        raise InputError(problems)
    numbers = core.submit(wanted.specs())
    return {"id": numbers[0]} if wanted.array is None else {"id": numbers[0], "ids": numbers}


def cancel(core: Core, number: int) -> dict[str, Any]:
    """Cancel a job; call it within a tick."""
    find(core, number)
    return {"id": number, "cancelled": bool(core.cancel([number]))}


def drain(core: Core, node: int, *, undo: bool) -> dict[str, Any]:
    """Let a node take no more jobs, or take it back from drain and quarantine; call it within a tick."""
    if node not in core.roster.agents:
        seen = f"there is no node {node}; there are 0 to {core.settings.nodes - 1}"
        raise InputError(Problem("GW809", seen, "name one of those", file="NODE"))
    core.set_node(node, UP if undo else DRAINED)
    return {"id": node, "state": core.store.nodes[node].state}


def find(core: Core, number: int) -> Job:
    """Return a job by its number."""
    job = core.store.jobs.get(number)
    if job is None:
        raise InputError(Problem("GW807", f"there is no job {number}", "see gigawatt status", file="JOB"))
    return job


def status(core: Core) -> dict[str, Any]:
    """Everything that a user may see."""
    free = core.roster.free(core.running())
    nodes = [core.store.nodes.get(node, Node(node)) for node in core.roster.agents]
    return {
        "jobs": [job_row(job) for job in core.store.jobs.values()],
        "nodes": [
            {
                "id": node.id,
                "gpus": core.settings.gpus_per_node,
                "free": len(free.get(node.id, ())),
                "state": AWAY if node.state == UP and not core.roster.usable(node.id) else node.state,
                "pid": node.pid,
            }
            for node in nodes
        ],
        "controller": {"pid": os.getpid(), "policy": core.settings.policy, "engine": "embedded"},
    }


def job_row(job: Job) -> dict[str, Any]:
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
