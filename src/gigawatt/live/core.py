"""The controller's mind: what is seen and asked goes in, events and words to agents come out.

It does no input or output but through its store and ``send``, and reads no clock but the store's. Each
:meth:`Core.tick` does, at one instant: what the agents told (ends of jobs), what users asked (submissions,
cancellations), then the policy's decision, then the starts that their GPUs are free for. Every event is in
the journal before it is acted on; where the journal cannot be written nothing is done, and the next tick
tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path

from gigawatt.live.deciding import Scheduler
from gigawatt.live.dependents import Dependents
from gigawatt.live.nodes.grants import Grants, Hands, Local
from gigawatt.live.nodes.part import DONE
from gigawatt.live.nodes.placing import free_port, parts, place
from gigawatt.live.nodes.roster import Roster
from gigawatt.live.nodes.seen import PartSeen, ends_by_s, judge
from gigawatt.live.nodes.wire import Message
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import (
    CANCEL,
    DOWN,
    ENDED,
    LOST,
    POWER,
    PREEMPT,
    RUNNING,
    WAITING,
    Event,
    Job,
    JobSpec,
)

Key = tuple[int, int]


class Core:
    """Jobs, nodes and the policy of one cluster."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        scheduler: Scheduler,
        send: Callable[[int, Message], None],
        hands: Hands | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.scheduler = scheduler
        self.scheduler.stale = True
        self.scheduler.know(job.spec.tenant for job in store.jobs.values())
        self.scheduler.share(store.tenants)
        self.settled = False
        """Whether every node has been reached or given up once: no decision is made before."""
        self.going_down = False
        self.roster = Roster(store, settings)
        self._send = send
        self._grants = Grants(hands or Local())
        self._now_s = store.clock.now_s()
        """The instant of the present tick."""
        self._parts: dict[Key, dict[int, PartSeen]] = {}
        self._pending: list[int] = []
        """Jobs that the policy has started and whose GPUs are not free yet, in its order."""
        self._running = {job.id for job in store.jobs.values() if job.state == RUNNING}
        self._waiting = {job.id for job in store.jobs.values() if job.state in WAITING}
        self._after = Dependents(store.jobs)
        self._last = max(store.jobs, default=0)

    # What agents tell

    def agent_came(self, node: int, pid: int, parts: list[Message]) -> None:
        """An agent answers: it says what it has; what it does not have is gone."""
        self.roster.came(node, pid)
        told = {(part["job"], part["attempt"]) for part in parts}
        for job in self.running():
            key = (job.id, job.attempt)
            if self._grants.awaits(key):
                continue
            if key not in told and any(at == node for at, _ in job.places):
                seen = self._parts.setdefault(key, {})
                if node not in seen or seen[node].phase != DONE:
                    seen[node] = PartSeen(DONE)
            elif job.stopping and key in told:
                self._stop(job, node)
        for part in parts:
            self.part_told(node, part)

    def part_told(self, node: int, part: Message) -> None:
        """An agent says how a part of a gang is; parts of runs that are over are ended and forgotten."""
        key = (part["job"], part["attempt"])
        job = self.store.jobs.get(key[0])
        if job is None or job.state != RUNNING or job.attempt != key[1]:
            if part["phase"] == DONE:
                self._send(node, {"do": "forget", "job": key[0], "attempt": key[1]})
            else:
                self._send(node, {"do": "stop", "job": key[0], "attempt": key[1], "grace_s": 0.0})
            return
        codes = {int(rank): int(code) for rank, code in part["codes"].items()}
        self._parts.setdefault(key, {})[node] = PartSeen(part["phase"], codes)

    def grant_told(self, key: Key, denial: str) -> None:
        """The engine says that a gang may have its GPUs, or why not."""
        job = self.store.jobs.get(key[0])
        runs = job is not None and job.state == RUNNING and job.attempt == key[1] and not job.stopping
        if self._grants.told(key, denial) and runs and job is not None:
            self._prepare(job)

    # What users ask

    def submit(self, specs: Sequence[JobSpec], checkpoints: Path | None = None) -> list[int]:
        """Take jobs in, within a tick; they are in the journal when their numbers come back.

        Jobs that name no folder for checkpoints get one of their own, in ``checkpoints`` where it is given.
        """
        folder = checkpoints or self.store.folder / "checkpoints"
        events = []
        for number, spec in enumerate(specs, self._last + 1):
            data = asdict(spec)
            data["checkpoint_dir"] = spec.checkpoint_dir or str(folder / str(number))
            events.append(self.store.event("submitted", self._now_s, job=number, spec=data))
        self.store.append(events)
        numbers = list(range(self._last + 1, self._last + 1 + len(events)))
        self._last += len(events)
        self.scheduler.know(spec.tenant for spec in specs)
        for number in numbers:
            job = self.store.jobs[number]
            self._waiting.add(number)
            self._after.note(job)
            if self._after.may_start(job):
                self.scheduler.submit(self._now_s, job)
        return numbers

    def cancel(self, numbers: Sequence[int], reason: str = "cancelled by its user") -> list[int]:
        """Cancel jobs, within a tick; return those that had not ended."""
        jobs = [self.store.jobs[n] for n in numbers if self.store.jobs[n].state not in ENDED]
        events = [
            self.store.event("stopping", self._now_s, job=job.id, why=CANCEL, reason=reason)
            if job.state == RUNNING
            else self.store.event("cancelled", self._now_s, job=job.id, reason=reason)
            for job in jobs
        ]
        self._happen(events)
        return [job.id for job in jobs]

    def set_node(self, node: int, state: str) -> None:
        """Drain a node or take it back, within a tick."""
        self.roster.set_state(node, state, self._now_s)
        self.scheduler.stale = True

    def set_tenants(self, tenants: Sequence[Tenant]) -> None:
        """Say what tenants may hold, within a tick; the decision of this tick goes by it."""
        self.store.append([self.store.event("tenant", self._now_s, **t.event()) for t in tenants])
        self.scheduler.share(self.store.tenants)

    def remove_tenant(self, name: str) -> None:
        """Forget what a tenant may hold and its token, within a tick."""
        self.store.append([self.store.event("tenant_removed", self._now_s, name=name)])
        self.scheduler.share(self.store.tenants)

    def go_down(self) -> None:
        """Stop all gangs, within a tick; they are paused, and go on when the cluster comes up again."""
        reason = "the cluster went down"
        stops = [
            self.store.event("stopping", self._now_s, job=job.id, why=DOWN, reason=reason)
            for job in self.running()
        ]
        self._happen(stops)
        self.going_down = self.roster.closing = True
        self._pending.clear()

    # One instant

    def tick(self, requests: Sequence[Callable[[], None]] = ()) -> float:
        """Do what is due; return when to be called again at the latest, on the cluster's clock.

        ``requests`` are called between the ends of jobs and the policy's decision.
        """
        self._now_s = self.store.clock.now_s()
        if self.roster.write_news(self._now_s):
            self.scheduler.stale = True
        self._watch_power()
        while self._judge():
            pass
        self._give_up()
        for request in requests:
            request()
        self._give_up()
        if self.settled and not self.going_down:
            self._decide()
            self._launch()
        limits_s = [ends_by_s(job) for job in self.running() if not job.stopping]
        wake_s = self.scheduler.wake_s if self.settled else inf
        return min([wake_s, *limits_s], default=inf)

    def _judge(self) -> bool:
        """Let happen what follows from what is seen; true where something did."""
        events = []
        for job in self.running():
            parts = self._parts.setdefault((job.id, job.attempt), {})
            denial = self._grants.denial((job.id, job.attempt))
            if denial and not job.stopping:
                events.append(self.store.event("stopping", self._now_s, job=job.id, why=LOST, reason=denial))
                continue
            verdict = judge(job, parts, self.roster.agents, self._now_s)
            if verdict.kind:
                events.append(self.store.event(verdict.kind, self._now_s, job=job.id, **verdict.data))
            elif verdict.go:
                for node, _ in job.places:
                    self._send(node, {"do": "go", "job": job.id, "attempt": job.attempt})
        self._happen(events)
        return bool(events)

    def _happen(self, events: list[Event]) -> None:
        """Write events of jobs that end, stop or are cancelled, and act on them."""
        if not events:
            return
        before = {e.job: self.store.jobs[e.job] for e in events if e.job is not None}
        self.store.append(events)
        ended: list[int] = []
        for event in events:
            if event.job is None:
                continue
            job = self.store.jobs[event.job]
            if event.kind == "stopping":
                for node, _ in job.places:
                    self._stop(job, node)
                continue
            if event.kind in {"stopped", "finished"}:
                self._left(before[event.job], job)
            else:
                self.scheduler.stale = True
                self._waiting.discard(job.id)
            if job.state in ENDED:
                ended.append(job.id)
        for other in self._after.ended(ended):
            if other in self._waiting:
                self.scheduler.submit(self._now_s, self.store.jobs[other])

    def _left(self, was: Job, job: Job) -> None:
        """A gang has left its GPUs: forget its parts, and tell the scheduler."""
        self._running.discard(job.id)
        self._parts.pop((job.id, job.attempt), None)
        for node, _ in was.places:
            self._send(node, {"do": "forget", "job": job.id, "attempt": job.attempt})
        self._grants.release((job.id, job.attempt))
        if job.state in ENDED:
            self.scheduler.ended(self._now_s, job.id)
        else:
            self._waiting.add(job.id)
            # One that was preempted is already in the policy's queue, or started again and pending.
            if self.scheduler.holds(job.id) and job.id not in self._pending:
                self.scheduler.stale = True
        if not all(self.roster.usable(node) for node, _ in was.places):
            self.scheduler.stale = True

    # Decisions and starts

    def _decide(self) -> None:
        if self.scheduler.stale:
            self._restore()
        decisions = self.scheduler.decide(self._now_s)
        if not decisions:
            return
        events = []
        for decision in decisions:
            order = "start" if decision.start else PREEMPT
            more = {"power": True} if decision.power else {}
            events.append(self.store.event("decided", self._now_s, job=decision.job, order=order, **more))
            job = self.store.jobs[decision.job]
            if not decision.start and job.state == RUNNING and job.id not in self._pending:
                why, reason = (POWER, "power is short") if decision.power else (PREEMPT, "preempted")
                events.append(self.store.event("stopping", self._now_s, job=job.id, why=why, reason=reason))
        try:
            self.store.append(events)
        except BaseException:
            self.scheduler.stale = True
            raise
        for decision in decisions:
            if decision.start:
                self._pending.append(decision.job)
            elif decision.job in self._pending:
                self._pending.remove(decision.job)
        for event in events:
            if event.kind == "stopping" and event.job is not None:
                job = self.store.jobs[event.job]
                for node, _ in job.places:
                    self._stop(job, node)

    def _restore(self) -> None:
        """Build the policy's view anew from the journal; starts that were not made yet are decided again."""
        self._pending.clear()
        held = {job.id: job.started_s or 0.0 for job in self.running()}
        waiting = [self.store.jobs[n] for n in self._waiting if self._after.may_start(self.store.jobs[n])]
        jobs = sorted([*self.running(), *waiting], key=lambda job: job.id)
        self.scheduler.restore(jobs, held, self.roster.out_gpus(self.running()))

    def _launch(self) -> None:
        """Start what the policy has started, in its order, as far as GPUs and power are really free."""
        if not self._pending:
            return
        free = self.roster.free(self.running())
        held_gpus = self.held_gpus()
        started: list[Event] = []
        ports = {job.port for job in self.running()}
        for number in self._pending:
            job = self.store.jobs[number]
            places = place(job.spec.gpus, free) if job.state in WAITING else None
            held_gpus += job.spec.gpus
            if places is None or not self.scheduler.carries(self._now_s, held_gpus):
                break
            for node, slots in places:
                free[node] -= frozenset(slots)
            port = free_port(ports)
            ports.add(port)
            started.append(self.store.event("started", self._now_s, job=number, places=places, port=port))
        if not started:
            return
        self.store.append(started)
        del self._pending[: len(started)]
        for event in started:
            if event.job is not None:
                self._waiting.discard(event.job)
                self._running.add(event.job)
                job = self.store.jobs[event.job]
                if self._grants.ask(job):
                    self._prepare(job)

    def _prepare(self, job: Job) -> None:
        """Let every agent of a gang make a keeper ready."""
        for node, part in parts(job, self.settings, self.store.meta("id") or "", self._grants.hands):
            self._send(node, {"do": "prepare", "part": asdict(part)})

    # Small questions

    def awaits_grant(self, job: Job) -> bool:
        """Whether a gang has been given GPUs that its engine has not granted yet."""
        return job.state == RUNNING and self._grants.awaits((job.id, job.attempt))

    def running(self) -> list[Job]:
        """Jobs that hold GPUs, by number."""
        return [self.store.jobs[number] for number in sorted(self._running)]

    def waiting(self) -> list[Job]:
        """Jobs that wait for GPUs, by number."""
        return [self.store.jobs[number] for number in sorted(self._waiting)]

    def held_gpus(self) -> int:
        """GPUs of all gangs, also of those that are being stopped: their processes may still run."""
        return sum(job.spec.gpus for job in self.running())

    def _watch_power(self) -> None:
        """Journal where gangs draw more than the budget, once a step of it: it should never happen."""
        told = self.scheduler.overdrawn(self._now_s, self.held_gpus())
        if told is not None:
            drawn_kw, budget_kw = told
            self.store.append(
                [self.store.event("overdrawn", self._now_s, drawn_kw=drawn_kw, budget_kw=budget_kw)]
            )

    def power_now(self) -> dict[str, float] | None:
        """Return the budget that holds now and what is drawn, kW; None without a budget."""
        return self.scheduler.power_now(self._now_s, self.held_gpus())

    def is_ordered(self, number: int) -> bool:
        """Whether the policy has started a job whose GPUs are not free yet."""
        return number in self._pending

    def _stop(self, job: Job, node: int) -> None:
        if self._grants.awaits((job.id, job.attempt)):  # no keeper was made
            self._parts.setdefault((job.id, job.attempt), {})[node] = PartSeen(DONE)
            return
        grace_s = self.settings.grace_s
        self._send(node, {"do": "stop", "job": job.id, "attempt": job.attempt, "grace_s": grace_s})

    def _give_up(self) -> None:
        """Cancel what waits for a job that will never finish, and what waits for that, and so on."""
        while self._after.in_vain:
            number = self._after.in_vain[0]
            waiting = [other for other in self._after.of(number) if other in self._waiting]
            self.cancel(waiting, f"job {number}, which it waits for, did not finish")
            self._after.forget(number)
