"""A slow, plain simulator of jobs in one pool, written from the policies' descriptions alone.

Nothing of the engine is used: lists are sorted anew at every instant, and every decision is made from
scratch. It returns each stretch of time in which a job ran.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf


@dataclass
class Job:
    number: int
    submit: float
    duration: float
    estimate: float
    gpus: int
    tenant: int
    priority: int
    load: float = 0.0
    deadline: float = inf
    done: float = 0.0
    service: float = 0.0
    start: float = 0.0
    setup: float = 0.0
    runs: list[tuple[float, float]] = field(default_factory=list)

    def left(self) -> float:
        return self.setup + max(self.estimate - self.done, 0.0)

    def expected_end(self) -> float:
        return self.start + self.left()

    def true_end(self) -> float:
        return self.start + (self.setup + (self.duration - self.done))


def fifo(now, waiting, running, free, opt):
    chosen = []
    for job in sorted(waiting, key=lambda j: j.number):
        if job.gpus > free:
            break
        free -= job.gpus
        chosen.append(job)
    return chosen, []


def _shadow(now, running, free, gpus):
    ends = sorted((max(j.expected_end(), now), j.gpus) for j in running)
    for when, _ in ends:
        there = free + sum(g for end, g in ends if end <= when)
        if there >= gpus:
            return when, there - gpus
    return inf, inf


def easy(now, waiting, running, free, opt):
    queue = sorted(waiting, key=lambda j: j.number)
    chosen = []
    while queue and queue[0].gpus <= free:
        job = queue.pop(0)
        free -= job.gpus
        job.start = now
        chosen.append(job)
    if not queue:
        return chosen, []
    when, extra = _shadow(now, running + chosen, free, queue[0].gpus)
    for job in queue[1:] if opt.get("depth", inf) == inf else queue[1 : 1 + opt["depth"]]:
        if job.gpus > free:
            continue
        in_time = now + job.left() <= when
        if in_time or job.gpus <= extra:
            chosen.append(job)
            free -= job.gpus
            if not in_time:
                extra -= job.gpus
    return chosen, []


def conservative(now, waiting, running, free, opt):
    """Times are (seconds, 0), and (now, 1) is just after now: then what has passed its estimate ends."""

    def end_of(job):
        return (job.expected_end(), 0) if job.expected_end() > now else (now, 1)

    taken = [((now, 0), end_of(j), j.gpus) for j in running]
    total = free + sum(j.gpus for j in running)
    chosen = []

    def free_at(t):
        return total - sum(g for a, b, g in taken if a <= t < b)

    for job in sorted(waiting, key=lambda j: j.number)[: opt["depth"]]:
        times = sorted({(now, 0)} | {b for _, b, _ in taken} | {a for a, _, _ in taken})
        for t in times:
            end = (t[0] + job.left(), 0)
            if all(free_at(x) >= job.gpus for x in times if x == t or t < x < end):
                taken.append((t, end, job.gpus))
                if t == (now, 0):
                    chosen.append(job)
                break
    return chosen, []


def sjf(now, waiting, running, free, opt):
    chosen = []
    for job in sorted(waiting, key=lambda j: (j.left(), j.number)):
        if job.gpus > free:
            if opt.get("pass"):
                continue
            break
        free -= job.gpus
        chosen.append(job)
    return chosen, []


def edf(now, waiting, running, free, opt):
    chosen = []
    for job in sorted(waiting, key=lambda j: (j.deadline, j.number)):
        if job.gpus > free:
            if opt.get("pass"):
                continue
            break
        free -= job.gpus
        chosen.append(job)
    return chosen, []


def _fill(waiting, running, free, key):
    total = free + sum(j.gpus for j in running)
    kept, chosen = [], []
    everyone = [(key(j, 1), j, 1) for j in running] + [(key(j, 0), j, 0) for j in waiting]
    for _, job, is_running in sorted(everyone, key=lambda e: e[0]):
        if job.gpus <= total:
            total -= job.gpus
            (kept if is_running else chosen).append(job)
    if not chosen:
        return [], []
    return chosen, [j for j in running if j not in kept]


def srtf(now, waiting, running, free, opt):
    def key(job, is_running):
        left = max(job.expected_end() - now, 0.0) if is_running else job.left()
        return (left * (job.gpus if opt.get("weighted") else 1), not is_running, job.number)

    return _fill(waiting, running, free, key)


def las(now, waiting, running, free, opt):
    def key(job, is_running):
        service = job.service + (job.gpus * (now - job.start) if is_running else 0.0)
        level = sum(service >= t * (1 - 1e-12) for t in opt["thresholds"])
        return (level, not is_running, job.number) if opt["running_first"] else (level, job.number)

    return _fill(waiting, running, free, key)


def priority(now, waiting, running, free, opt):
    return _fill(waiting, running, free, lambda job, runs: (job.priority, not runs, job.number))


def strict_priority(now, waiting, running, free, opt):
    chosen = []
    for job in sorted(waiting, key=lambda j: (j.priority, j.number)):
        if job.gpus > free:
            break
        free -= job.gpus
        chosen.append(job)
    return chosen, []


def fair(now, waiting, running, free, opt):
    quotas = opt["quotas"]
    held = dict.fromkeys(range(len(quotas)), 0)
    for job in running:
        held[job.tenant] += job.gpus
    queues = {t: sorted((j for j in waiting if j.tenant == t), key=lambda j: j.number) for t in held}
    on = list(running)
    chosen, victims = [], []

    def share(t):
        return held[t] / (quotas[t] if quotas[t] < inf else 1.0)

    def serve(over, reclaim):
        nonlocal free
        blocked = set()
        while True:
            heads = [
                t
                for t, queue in queues.items()
                if queue
                and t not in blocked
                and t not in stuck
                and (held[t] + queue[0].gpus > quotas[t]) == over
            ]
            if not heads:
                return blocked
            t = min(heads, key=lambda t: (share(t), t))
            job = queues[t][0]
            if job.gpus > free:
                out, there, now_held = [], free, dict(held)
                while reclaim and there < job.gpus:
                    rich = [v for v in on if v not in out and now_held[v.tenant] > quotas[v.tenant]]
                    if not rich:
                        break
                    worst = max(
                        rich,
                        key=lambda v: (now_held[v.tenant] / quotas[v.tenant], v.start, v.number),
                    )
                    out.append(worst)
                    there += worst.gpus
                    now_held[worst.tenant] -= worst.gpus
                if there < job.gpus:
                    blocked.add(t)
                    continue
                for victim in out:
                    on.remove(victim)
                    victims.append(victim)
                    held[victim.tenant] -= victim.gpus
                free = there
            queues[t].pop(0)
            chosen.append(job)
            held[t] += job.gpus
            free -= job.gpus

    stuck: set[int] = set()
    stuck = serve(0, opt["reclaim"])
    if not stuck and opt["borrowing"]:
        serve(1, 0)
    return chosen, victims


def simulate(jobs, gpus, policy, opt=None, round_s=0.0):
    """Run the jobs; returns them with their runs, in order of number."""
    opt = opt or {}
    future = sorted(jobs, key=lambda j: (j.submit, j.number))
    waiting: list[Job] = []
    running: list[Job] = []
    now = 0.0
    while future or waiting or running:
        times = [j.true_end() for j in running] + [j.submit for j in future[:1]]
        if round_s and waiting:
            times.append((now // round_s + 1) * round_s)
        if "thresholds" in opt and waiting:
            for job in running:
                got = job.service + job.gpus * (now - job.start)
                above = [t for t in opt["thresholds"] if got < t * (1 - 1e-12)]
                if above:
                    times.append(now + (min(above) - got) / job.gpus)
        now = min(times)
        for job in [j for j in running if j.true_end() <= now]:
            running.remove(job)
            job.runs.append((job.start, now))
        while future and future[0].submit <= now:
            waiting.append(future.pop(0))
        if round_s and now % round_s:
            continue
        free = gpus - sum(j.gpus for j in running)
        chosen, victims = policy(now, waiting, running, free, opt)
        for job in victims:
            running.remove(job)
            ran = now - job.start
            job.done += max(ran - job.setup, 0.0)
            job.service += ran * job.gpus
            job.setup = job.load
            job.runs.append((job.start, now))
            waiting.append(job)
        for job in chosen:
            waiting.remove(job)
            job.start = now
            running.append(job)
        assert sum(j.gpus for j in running) <= gpus
    return sorted(jobs, key=lambda j: j.number)
