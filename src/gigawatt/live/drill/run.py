"""The drill itself: jobs come, faults are done, and all of it must end well."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gigawatt.live.drill.hurt import Hurt
from gigawatt.live.drill.plan import KILLS, DrilledJob, Plan, draw_faults, draw_job
from gigawatt.live.drill.scene import Scene
from gigawatt.live.drill.verdict import Findings, Verdict, look_at_jobs, look_at_journal, look_at_logs
from gigawatt.live.drill.watch import Watcher
from gigawatt.live.transitions import ENDED

Tell = Callable[[str, float], None]
_UNFINISHED = 12
"""So many jobs at least wait or run while there are faults to be done: a quick machine gets more of them."""
_PAUSE_S = 0.1


@dataclass(slots=True)
class _Course:
    """Where a drill stands."""

    plan: Plan
    rng: np.random.Generator
    begun_s: float
    drawn: dict[int, DrilledJob] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def draw(self) -> DrilledJob:
        """Draw a job."""
        return draw_job(self.rng, self.plan.settings.gpus)

    def kills(self) -> int:
        """How many kills there were."""
        return sum(self.done[kind] for kind in KILLS)

    def left_s(self) -> float:
        """How long it may still take."""
        return self.begun_s + self.plan.limit_s - time.monotonic()


def run_drill(plan: Plan, folder: Path, tell: Tell | None = None) -> Verdict:
    """Bring a cluster up, hurt it while jobs run, take it down, and hold what is left against the rules.

    Whatever happens, also an interruption, no process is left.

    Parameters
    ----------
    plan
        How much, by which seed.
    folder
        A new or empty folder; the cluster's state lies in ``state`` in it.
    tell
        Is told what is going on, and the share done.
    """
    scene = Scene((folder / "state").absolute(), plan.settings)
    course = _Course(plan, np.random.default_rng(plan.seed), time.monotonic())
    found = Findings()
    hurt = Hurt(scene, np.random.default_rng([plan.seed, 1]))
    watcher: Watcher | None = None
    if tell:
        tell("bringing a cluster up", 0.0)
    try:
        scene.up()
        watcher = Watcher(scene)
        _hurt_all(scene, course, hurt, tell)
        _let_finish(scene, course, found, tell)
        for pid in scene.down():
            found.add("orphans", f"process {pid} is left")
    finally:
        if watcher is not None:
            watcher.stop()
        scene.clear_away()
    for rule, seen in (("twice", watcher.twice), ("part", watcher.partial), ("refusals", hurt.wrong)):
        for what in seen:
            found.add(rule, what)
    return _judge(scene, course, watcher.looks, found)


def _judge(scene: Scene, course: _Course, looks: int, found: Findings) -> Verdict:
    jobs, events = look_at_journal(scene.folder, found)
    again = look_at_jobs(scene.folder, course.drawn, jobs, found)
    look_at_logs(scene.folder, scene.settings.log_most_bytes, found)
    return Verdict(
        faults=dict(course.done),
        kills=course.kills(),
        jobs=len(jobs),
        restarts=sum(job.restarts for job in jobs.values()),
        preempted=sum(e.kind == "stopping" and e.data["why"] == "preempt" for e in events),
        events=len(events),
        looks=looks,
        ranks_again=again,
        wall_s=time.monotonic() - course.begun_s,
        broken=found.broken,
    )


def _hurt_all(scene: Scene, course: _Course, hurt: Hurt, tell: Tell | None) -> None:
    """Submit jobs and do faults, until all faults are done and all jobs submitted, or the time is over."""
    faults = draw_faults(course.rng, course.plan.kills, course.plan.others_every, course.plan.others)
    planned, jobs = len(faults), course.plan.jobs
    share = max(jobs // max(planned, 1), 1)
    while faults and course.left_s() > 0.0:
        states = scene.states()
        unfinished = sum(state not in ENDED for state in states.values())
        wanted = max(share if len(course.drawn) < jobs else 0, _UNFINISHED - unfinished)
        for _ in range(wanted):
            job = course.draw()
            course.drawn[scene.submit(job)] = job
        time.sleep(float(course.rng.exponential(_PAUSE_S)))
        if hurt.do(faults[0], course.draw()):
            course.done[faults.pop(0)] += 1
        course.drawn |= hurt.taken
        if tell:
            ended = sum(state in ENDED for state in states.values())
            told = f"{course.kills()} of {course.plan.kills} kills, {ended} of {len(course.drawn)} jobs done"
            tell(told, 0.9 * (1.0 - len(faults) / planned))
    while len(course.drawn) < jobs and course.left_s() > 0.0:
        job = course.draw()
        course.drawn[scene.submit(job)] = job


def _let_finish(scene: Scene, course: _Course, found: Findings, tell: Tell | None) -> None:
    """Wait until every job has ended, or the time is over."""
    while course.left_s() > 0.0:
        states = scene.states()
        left = sum(state not in ENDED for state in states.values())
        if tell:
            tell(f"{course.kills()} kills done, {left} jobs to go", 1.0 - 0.1 * left / max(len(states), 1))
        if not left:
            return
        time.sleep(0.2)
    seen = f"{course.kills()} of {course.plan.kills} kills, {len(course.drawn)} of {course.plan.jobs} jobs"
    found.add("time", f"{seen}, and not all had ended")
