"""Forward from now: a cluster's jobs played on in virtual time by its policy, on other machines if asked.

The policy's view is built from the journal as a controller builds it, and then asked by the same compiled
functions; jobs take as long as their estimates say. Nothing is told to the cluster.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from math import inf

from gigawatt.cluster.readers import read_policy
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live import transitions as t
from gigawatt.live.deciding import Scheduler
from gigawatt.live.transitions import Event, Job
from gigawatt.live.twin.journal import Recording

_MOST_TURNS = 2_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """What would be different."""

    policy: str = ""
    """Empty: the cluster's own."""
    add_nodes: int = 0
    remove_nodes: tuple[int, ...] = ()
    """Their gangs are stopped, keep their work and wait."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a job would go on; seconds from now, None: not within the forecast."""

    start_s: float | None
    """When it starts next; 0 for one that runs."""
    end_s: float | None
    taken_off: int = 0
    """How often it is stopped for others, or for want of power."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How all jobs that have not ended would go on."""

    policy: str
    gpus: int
    """Of the nodes that take jobs."""
    courses: dict[int, Course]
    overdue: tuple[int, ...]
    """Jobs that have outlived their estimates: they are taken to end now."""


@dataclass(slots=True)
class _Play:
    """Jobs in virtual time."""

    scheduler: Scheduler
    jobs: dict[int, Job]
    down_gpus: int
    """On nodes that take no jobs, and held by none."""
    now_s: float
    held_out: dict[int, int] = field(default_factory=dict)
    """GPUs on such nodes by the job that still holds them."""
    left_s: dict[int, float] = field(default_factory=dict)
    since_s: dict[int, float] = field(default_factory=dict)
    """Of those that run."""
    starts_s: dict[int, float] = field(default_factory=dict)
    ends_s: dict[int, float] = field(default_factory=dict)
    taken_off: dict[int, int] = field(default_factory=dict)
    heap: list[tuple[float, int]] = field(default_factory=list)
    queued: set[int] = field(default_factory=set)
    dependents: dict[int, list[int]] = field(default_factory=dict)

    def run(self) -> None:
        """Play until nothing more can happen."""
        self.restore()
        for _ in range(_MOST_TURNS):
            self.decide()
            while self.heap and not self._holds(*self.heap[0]):
                heapq.heappop(self.heap)
            next_s = min(self.heap[0][0] if self.heap else inf, self.scheduler.wake_s)
            if next_s == inf or not (self.since_s or self.queued):
                return
            self.now_s = max(next_s, self.now_s)
            self._end()
        raise RuntimeError("the forecast does not come to an end")

    def _holds(self, end_s: float, number: int) -> bool:
        return number in self.since_s and self.since_s[number] + self.left_s[number] == end_s

    def restore(self) -> None:
        """Build the policy's view anew, as a controller does."""
        jobs = [
            replace(self.jobs[n], ran_s=self.jobs[n].spec.estimate_s - self.left_s[n])
            for n in sorted({*self.since_s, *self.queued})
        ]
        self.scheduler.restore(jobs, self.since_s, self.down_gpus)

    def decide(self) -> None:
        """Ask the policy, and do as it says; again where its orders freed GPUs that take no more jobs."""
        while True:
            if self.scheduler.stale:
                self.restore()
            for decision in self.scheduler.decide(self.now_s):
                if not decision.start:
                    self._take_off(decision.job)
                elif not self._start(decision.job):
                    break
            if not self.scheduler.stale:
                return

    def _start(self, number: int) -> bool:
        """Start a job, unless the policy gave it GPUs that went out of service with an order before."""
        free_gpus = self.scheduler.gpus - self.down_gpus - sum(self.jobs[n].spec.gpus for n in self.since_s)
        if self.scheduler.stale and self.jobs[number].spec.gpus > free_gpus:
            return False
        self.queued.discard(number)
        self.since_s[number] = self.now_s
        self.starts_s.setdefault(number, self.now_s)
        heapq.heappush(self.heap, (self.now_s + self.left_s[number], number))
        return True

    def _take_off(self, number: int) -> None:
        self.left_s[number] -= self.now_s - self.since_s.pop(number)
        self.queued.add(number)
        self.taken_off[number] = self.taken_off.get(number, 0) + 1
        self._left(number)

    def _left(self, number: int) -> None:
        """Keep GPUs that a gang leaves from being given out where their nodes take no jobs."""
        gpus = self.held_out.pop(number, 0)
        if gpus:
            self.down_gpus += gpus
            self.scheduler.stale = True

    def _end(self) -> None:
        while self.heap and self.heap[0][0] <= self.now_s:
            end_s, number = heapq.heappop(self.heap)
            if self._holds(end_s, number):
                del self.since_s[number]
                self.ends_s[number] = self.now_s
                self.scheduler.ended(self.now_s, number)
                self._left(number)
                self._release(number)

    def _release(self, ended: int) -> None:
        for number in self.dependents.get(ended, ()):
            job = self.jobs[number]
            unmet = [n for n in job.spec.after if n in self.jobs and n not in self.ends_s]
            if not unmet and job.spec.gpus <= self.scheduler.gpus:
                self.queued.add(number)
                self.scheduler.submit(self.now_s, job)


def forecast(recording: Recording, change: Change | None = None) -> Forecast:
    """Play a cluster's jobs on from now.

    Parameters
    ----------
    recording
        Its journal.
    change
        What would be different. Default: nothing.

    Raises
    ------
    InputError
        GW610: no such policy; GW854: the journal does not say the cluster's; GW856: nodes that are not there,
        or none would be left.
    """
    change = change or Change()
    _check(recording, change)
    named = change.policy or recording.policy
    jobs, nodes = recording.state()
    kept = [n for n in range(recording.nodes) if n not in change.remove_nodes]
    per_node = recording.gpus_per_node
    gpus = per_node * (len(kept) + change.add_nodes)
    jobs = {n: _settled(job, recording, change) for n, job in jobs.items() if job.state not in t.ENDED}
    jobs = {n: job for n, job in jobs.items() if job.state not in t.ENDED}
    out = {n for n, node in nodes.items() if n in kept and _is_out(node.state, recording)}
    held_out = _held(jobs.values(), out)
    play = _Play(
        Scheduler(read_policy(named, "--policy"), gpus, recording.power),
        jobs,
        per_node * len(out) - sum(held_out.values()),
        recording.now_s,
        held_out,
    )
    submitted = (event.data["spec"] for event in recording.events if event.kind == "submitted")
    play.scheduler.know(spec["tenant"] for spec in submitted)
    play.scheduler.share(recording.tenants)
    overdue = _fill(play, gpus)
    play.run()
    courses = {n: _course(play, n, recording.now_s) for n in sorted(jobs)}
    return Forecast(named, gpus - per_node * len(out), courses, overdue)


def _check(recording: Recording, change: Change) -> None:
    if not change.policy and not recording.policy:
        seen = "the journal does not say under which policy the cluster came up"
        raise InputError(Problem("GW854", seen, "give --policy NAME", file=str(recording.folder)))
    wrong = [n for n in change.remove_nodes if n >= recording.nodes]
    if wrong:
        seen = f"there is no node {wrong[0]}; there are 0 to {recording.nodes - 1}"
        raise InputError(Problem("GW856", seen, "name one of those", file="--remove-nodes"))
    if len(set(change.remove_nodes)) == recording.nodes and not change.add_nodes:
        raise InputError(Problem("GW856", "no node would be left", "leave one", file="--remove-nodes"))


def _settled(job: Job, recording: Recording, change: Change) -> Job:
    """A job without what is just happening to it: one that is being stopped has stopped."""
    stopped = Event("stopped", recording.now_s, 0.0, job.id)
    if job.stopping:
        return t.next_job(job, stopped)
    if any(node in change.remove_nodes for node, _ in job.places):
        going = Event("stopping", recording.now_s, 0.0, job.id, data={"why": t.PREEMPT})
        return t.next_job(t.next_job(job, going), stopped)
    return job


def _is_out(state: str, recording: Recording) -> bool:
    """Whether a node takes no jobs; one of a cluster that is down comes back with it."""
    return state in {t.DRAINED, t.QUARANTINED} or (state == t.AWAY and recording.is_up)


def _held(jobs: Collection[Job], nodes: Collection[int]) -> dict[int, int]:
    """GPUs on these nodes by the job that holds them; none that holds nothing there."""
    held = {job.id: sum(len(slots) for node, slots in job.places if node in nodes) for job in jobs}
    return {number: gpus for number, gpus in held.items() if gpus}


def _fill(play: _Play, gpus: int) -> tuple[int, ...]:
    """Give the play its jobs; return those that have outlived their estimates."""
    overdue = []
    for number, job in play.jobs.items():
        for other in set(job.spec.after):
            play.dependents.setdefault(other, []).append(number)
        play.left_s[number] = max(job.spec.estimate_s - job.ran_s, 0.0)
        if job.state == t.RUNNING and job.started_s is not None:
            if job.started_s + play.left_s[number] < play.now_s:
                overdue.append(number)
            play.since_s[number] = job.started_s
            heapq.heappush(play.heap, (job.started_s + play.left_s[number], number))
        elif job.spec.gpus <= gpus and not any(n in play.jobs for n in job.spec.after):
            play.queued.add(number)
    return tuple(overdue)


def _course(play: _Play, number: int, now_s: float) -> Course:
    job = play.jobs[number]
    start_s = now_s if job.state == t.RUNNING else play.starts_s.get(number)
    end_s = play.ends_s.get(number)
    return Course(
        None if start_s is None else start_s - now_s,
        None if end_s is None else end_s - now_s,
        play.taken_off.get(number, 0),
    )
