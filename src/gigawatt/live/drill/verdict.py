"""What a drill has shown: the rules of a cluster, each held against journal, notes and process table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import CheckFailedError
from gigawatt.live.drill.plan import DrilledJob
from gigawatt.live.drill.rank import last_step
from gigawatt.live.store import Store
from gigawatt.live.transitions import FINISHED, Event, Job, TransitionError, next_job

RULES = {
    "time": "all faults done and all jobs ended within the time limit",
    "lost": "no job lost: all have finished, each with every step",
    "twice": "none run twice at once, no GPU given twice",
    "part": "no gang in part",
    "work": "at most one checkpoint interval lost by a fault",
    "orphans": "no process left",
    "journal": "the database consistent, its clock never going back",
    "refusals": "what cannot be taken is refused, who is silent is given up",
    "logs": "no log above its limit",
}
_NOTICE_BYTES = 200
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a drill."""

    faults: Mapping[str, int]
    """How often each kind of fault was done."""
    kills: int
    jobs: int
    restarts: int
    preempted: int
    events: int
    looks: int
    """How often /proc was looked through."""
    ranks_again: int
    """Ranks that began another run, each at its last checkpoint: so many steps at most were lost."""
    wall_s: float
    broken: Mapping[str, list[str]] = field(default_factory=dict)
    """What was found against each rule; empty: it holds."""

    @property
    def holds(self) -> bool:
        """Whether every rule holds."""
        return not any(self.broken.values())


@dataclass(slots=True)
class Findings:
    """What is found against the rules, while it is looked for."""

    broken: dict[str, list[str]] = field(default_factory=lambda: {rule: [] for rule in RULES})

    def add(self, rule: str, what: str) -> None:
        """Note a finding, once; beyond a number no more are told."""
        told = self.broken[rule]
        if len(told) < _MOST_TOLD and what not in told:
            told.append(what)


def look_at_notes(folder: Path, number: int, job: DrilledJob, attempt: int, found: Findings) -> int:
    """Hold the notes of a finished job against the rules; return how many ranks began another run."""
    file = folder / "checkpoints" / str(number) / "record"
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    notes: dict[int, list[tuple[str, int, int]]] = {rank: [] for rank in range(job.gpus)}
    for line in lines:
        word, run, rank, step = line.split()
        notes[int(rank)].append((word, int(run), int(step)))
    again = 0
    for number_of, said in notes.items():
        who = f"rank {number_of} of job {number}"
        done = 0
        for word, of_run, at in said:
            if word == "twice":
                found.add("twice", f"{who} found another run of itself alive in run {of_run}")
                continue
            if word == "begun":
                again += of_run > 1
                if at < done:
                    found.add("work", f"{who} went back from step {done} to {at} in run {of_run}")
            done = at
        words = [word for word, of_run, _ in said if of_run == attempt]
        if words.count("begun") != 1 or words.count("ended") != 1:
            found.add("part", f"{who} has in its last run: {', '.join(words) or 'nothing'}")
        if done != last_step(job.kind, job.steps, number_of):
            found.add("lost", f"{who} ended behind step {done} of {job.steps}")
    return again


def look_at_journal(folder: Path, found: Findings) -> tuple[dict[int, Job], list[Event]]:
    """Hold the journal against the tables, and what it gave out against what there is."""
    store = Store(folder)
    try:
        store.check()
        events = store.events()
        jobs = dict(store.jobs)
    except (CheckFailedError, TransitionError) as error:
        found.add("journal", str(error))
        return dict(store.jobs), []
    finally:
        store.close()
    folded: dict[int, Job] = {}
    before_s = 0.0
    for event in events:
        if event.at_s < before_s:
            found.add("journal", f"the clock went back from {before_s} s to {event.at_s} s")
        before_s = event.at_s
        if event.job is None:
            continue
        folded[event.job] = next_job(folded.get(event.job), event)
        if event.kind == "started":
            held = [(n, s) for job in folded.values() for n, slots in job.places for s in slots]
            if len(held) != len(set(held)):
                found.add("twice", f"a GPU was given to job {event.job} that another one held")
    return jobs, events


def look_at_logs(folder: Path, most_bytes: int, found: Findings) -> None:
    """Hold the sizes of logs against their limit."""
    for file in (folder / "logs").rglob("*.log"):
        if file.stat().st_size > most_bytes + _NOTICE_BYTES:
            found.add("logs", f"{file.relative_to(folder)} has {file.stat().st_size:,} bytes")


def look_at_jobs(
    folder: Path, drawn: Mapping[int, DrilledJob], jobs: Mapping[int, Job], found: Findings
) -> int:
    """Hold every job that was acknowledged against its end; return how many ranks began another run."""
    again = 0
    for number, job in drawn.items():
        known = jobs.get(number)
        if known is None:
            found.add("lost", f"job {number} was taken, and is not in the journal")
        elif known.state != FINISHED:
            found.add("lost", f"job {number} ({job.kind}) is {known.state} {known.reason}".rstrip())
        else:
            again += look_at_notes(folder, number, job, known.attempt, found)
    return again


def as_json(verdict: Verdict) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "holds": verdict.holds,
        "kills": verdict.kills,
        "faults": dict(verdict.faults),
        "jobs": verdict.jobs,
        "restarts": verdict.restarts,
        "preempted": verdict.preempted,
        "events": verdict.events,
        "looks": verdict.looks,
        "ranks_again": verdict.ranks_again,
        "wall_s": round(verdict.wall_s, 1),
        "rules": [{"rule": text, "broken": list(verdict.broken[rule])} for rule, text in RULES.items()],
    }
