"""One pass over a cluster's journal: runs, waits, orders, and how many GPUs and jobs were in which state."""

from __future__ import annotations

from dataclasses import dataclass, field

from gigawatt.cluster.schedule import FAILED, OPEN, PREEMPTED, STRUCK
from gigawatt.live import transitions as t
from gigawatt.live.transitions import Event, Job
from gigawatt.live.twin.journal import Recording

_DONE = 0
"""Index of 'finished' in :data:`gigawatt.cluster.schedule.RUN_ENDS`."""
_ENDS = {
    t.PREEMPT: PREEMPTED, t.POWER: PREEMPTED, t.DOWN: PREEMPTED, t.LOST: STRUCK, t.LIMIT: FAILED,
    t.CANCEL: FAILED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A gang held its GPUs."""

    start_s: float
    end_s: float
    """Of one that runs: the present."""
    gpus: int
    node: int
    """The lowest-numbered one."""
    end: int
    """How it ended, an index into :data:`gigawatt.cluster.schedule.RUN_ENDS`."""
    why: str = ""
    """Why it was stopped, if it was."""


@dataclass(slots=True)
class History:
    """What became of each job, by number."""

    jobs: dict[int, Job] = field(default_factory=dict)
    stretches: dict[int, list[Stretch]] = field(default_factory=dict)
    wait_s: dict[int, float] = field(default_factory=dict)
    ordered_s: dict[int, float] = field(default_factory=dict)
    """Time between the policy's orders to start and the ends or orders to stop."""
    ended_s: dict[int, float] = field(default_factory=dict)
    orders: list[tuple[float, int]] = field(default_factory=list)
    """When the policy ordered the start of which job."""
    levels: list[tuple[float, int, int, int, int]] = field(default_factory=list)
    """From each time: GPUs held, GPUs out with their nodes, jobs waiting, GPUs that these ask for."""

    def last_dependency(self, number: int) -> int:
        """The job that ended last of those that one waited for, or -1."""
        return max(self.jobs[number].spec.after, key=lambda n: self.ended_s.get(n, float("inf")), default=-1)


class _Reader:
    """Folds events one by one."""

    def __init__(self, recording: Recording) -> None:
        self.history = History()
        self._recording = recording
        self._out = dict.fromkeys(range(recording.nodes), False)
        self._held = dict.fromkeys(range(recording.nodes), 0)
        self._waits_since_s: dict[int, float] = {}
        self._waiting_gpus = 0
        self._ordered_since_s: dict[int, float] = {}
        self._dependents: dict[int, set[int]] = {}

    def take(self, event: Event) -> None:
        """Fold an event."""
        if event.job is not None:
            self._of_job(event, event.job)
        elif event.kind == "node" and event.node is not None:
            self._out[event.node] = event.data["state"] != t.UP
        self._level(event.at_s)

    def close(self, now_s: float) -> None:
        """Book what still runs."""
        h = self.history
        for number, job in h.jobs.items():
            if job.state == t.RUNNING:
                self._stretch(job, number, now_s, OPEN, job.stopping)
                h.ordered_s[number] += now_s - self._ordered_since_s.get(number, now_s)
        self._level(now_s)

    def _of_job(self, event: Event, number: int) -> None:
        h = self.history
        was = h.jobs.get(number)
        job = h.jobs[number] = t.next_job(was, event)
        if event.kind == "submitted":
            h.stretches[number], h.wait_s[number], h.ordered_s[number] = [], 0.0, 0.0
            for other in job.spec.after:
                self._dependents.setdefault(other, set()).add(number)
            self._queue(number, event.at_s)
        elif event.kind == "decided":
            self._order(event, number)
        elif event.kind == "started":
            h.wait_s[number] += event.at_s - self._leave_queue(number, event.at_s)
            for node, slots in job.places:
                self._held[node] += len(slots)
        elif event.kind in {"stopped", "finished"} and was is not None:
            self._left(event, was, job)
        elif event.kind == "cancelled":
            self._leave_queue(number, event.at_s)
            h.ended_s[number] = event.at_s

    def _order(self, event: Event, number: int) -> None:
        if event.data["order"] == "start":
            self._ordered_since_s[number] = event.at_s
            self.history.orders.append((event.at_s, number))
        else:
            self._add_ordered(number, event.at_s)

    def _add_ordered(self, number: int, at_s: float) -> None:
        self.history.ordered_s[number] += at_s - self._ordered_since_s.pop(number, at_s)

    def _left(self, event: Event, was: Job, job: Job) -> None:
        number = job.id
        for node, slots in was.places:
            self._held[node] -= len(slots)
        why = was.stopping
        if why not in {
            t.PREEMPT,
            t.POWER,
        }:  # these were ordered; the job may be ordered to start again by now
            self._add_ordered(number, event.at_s)
        ended_badly = FAILED if job.state in t.ENDED else STRUCK
        self._stretch(was, number, event.at_s, _ENDS.get(why, ended_badly) if why else _DONE, why)
        if job.state in t.ENDED:
            self.history.ended_s[number] = event.at_s
            if job.state == t.FINISHED:
                for other in sorted(self._dependents.get(number, ())):
                    self._queue(other, event.at_s)
        else:
            self._queue(number, event.at_s)

    def _stretch(self, job: Job, number: int, end_s: float, end: int, why: str) -> None:
        nodes = [node for node, _ in job.places]
        start_s = end_s if job.started_s is None else job.started_s
        self.history.stretches[number].append(
            Stretch(start_s, end_s, job.spec.gpus, min(nodes, default=-1), end, why)
        )

    def _queue(self, number: int, at_s: float) -> None:
        job = self.history.jobs[number]
        jobs = self.history.jobs
        if job.state in t.WAITING and all(jobs[n].state == t.FINISHED for n in job.spec.after):
            self._waits_since_s[number] = at_s
            self._waiting_gpus += job.spec.gpus

    def _leave_queue(self, number: int, at_s: float) -> float:
        """Since when it waited."""
        if number in self._waits_since_s:
            self._waiting_gpus -= self.history.jobs[number].spec.gpus
        return self._waits_since_s.pop(number, at_s)

    def _level(self, at_s: float) -> None:
        gpus_of, held = self._recording.gpus_of, self._held
        out = sum(gpus_of(node) - held[node] for node, is_out in self._out.items() if is_out)
        row = (at_s, sum(self._held.values()), out, len(self._waits_since_s), self._waiting_gpus)
        if self.history.levels and self.history.levels[-1][0] == at_s:
            self.history.levels[-1] = row
        else:
            self.history.levels.append(row)


def history_of(recording: Recording) -> History:
    """Read a journal once through."""
    reader = _Reader(recording)
    for event in recording.events:
        reader.take(event)
    reader.close(recording.now_s)
    return reader.history
