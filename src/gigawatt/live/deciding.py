"""The queue as the simulation's policies see it: their compiled functions, asked in wall-clock time.

:class:`gigawatt.cluster.stepper.Stepper` is told what happens, and orders starts and preemptions. Where
something happens that it has no word for (a job cancelled while it waits, a node lost, a new controller), it
is built anew from what the journal says; everything else is told it as it comes, as the simulation does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from gigawatt.cluster.policies import Policy
from gigawatt.cluster.stepper import Order, Stepper
from gigawatt.live.power import Budget
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import Job

_ROOM_JOBS = 4096
_ROOM_TENANTS = 64


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy wants done with a job."""

    start: bool
    job: int
    """The job's number in the cluster."""
    power: bool = False
    """True where it is taken off because power is short."""


class Scheduler:
    """The policy's view of a cluster.

    Examples
    --------
    >>> from gigawatt.cluster import policies
    >>> from gigawatt.live.transitions import JobSpec
    >>> scheduler = Scheduler(policies.fifo(), gpus=8)
    >>> for n, gpus in ((1, 6), (2, 6), (3, 2)):
    ...     scheduler.submit(0.0, Job(n, JobSpec("a", gpus, ("true",), "/")))
    >>> [decision.job for decision in scheduler.decide(0.0)]
    [1]
    >>> scheduler.ended(9.0, 1)
    >>> [decision.job for decision in scheduler.decide(9.0)]
    [2, 3]
    """

    def __init__(self, policy: Policy, gpus: int, power: Budget | None = None) -> None:
        self.policy = policy if power is None else power.policy(policy)
        self.gpus = gpus
        self.power = power
        self._zero_s = 0.0 if power is None else power.zero_s
        """The policy's times are counted from here, as steps of the budget are, and never negative."""
        self._overdrawn_step = -1
        self._due = True
        """Whether something happened since the policy was asked."""
        self._tenants: dict[str, int] = {}
        self._shares: Mapping[str, Tenant] = {}
        self._numbers: dict[int, int] = {}
        self._jobs: list[int] = []
        self._running: set[int] = set()
        self.stale = True
        """True where it must be restored before it is asked again."""
        self.restore((), {}, 0)

    def know(self, tenants: Iterable[str]) -> None:
        """Number tenants in the order of their first submission, as a trace does: it decides for equals."""
        for name in tenants:
            if name not in self._tenants:
                self._tenants[name] = len(self._tenants)
                if len(self._tenants) > self._seats:
                    self.stale = True
                elif not self.stale:
                    self._share(name)

    def share(self, tenants: Mapping[str, Tenant]) -> None:
        """Say what tenants may hold; one that is not named has no quota and the weight 1."""
        self._shares = tenants
        if not self.stale:
            for name in self._tenants:
                self._share(name)

    def _share(self, name: str) -> None:
        told = self._shares.get(name, Tenant(name))
        quota_gpus = inf if told.quota_gpus is None else told.quota_gpus
        self._due = True
        self._stepper.share(self._tenants[name], quota_gpus, told.weight)

    def restore(self, jobs: Iterable[Job], running_since_s: dict[int, float], down_gpus: int) -> None:
        """Begin anew.

        Parameters
        ----------
        jobs
            All that wait (and may start) or run, in the order of their numbers.
        running_since_s
            Of these, which hold GPUs in the policy's view, and since when.
        down_gpus
            GPUs that cannot be given out and are not held by these jobs.
        """
        jobs = list(jobs)
        for job in jobs:
            self._tenants.setdefault(job.spec.tenant, len(self._tenants))
        room = max(_ROOM_JOBS, 2 * len(jobs))
        seats = max(_ROOM_TENANTS, 2 * len(self._tenants))
        power = None if self.power is None else self.power.from_zero()
        self._stepper = Stepper(self.policy, self.gpus, room, seats, power)
        self._room, self._seats = room, seats
        for name in self._tenants:
            self._share(name)
        self._numbers, self._jobs, self._running = {}, [], set()
        self._due = True
        for job in jobs:
            self.submit(job.submitted_s, job)
            since_s = running_since_s.get(job.id)
            self._stepper.restore(
                self._numbers[job.id],
                running_since_s=None if since_s is None else since_s - self._zero_s,
                service_gpu_s=job.ran_s * job.spec.gpus,
            )
            if job.id in running_since_s:
                self._running.add(job.id)
        if down_gpus:
            self._stepper.take_out(down_gpus)
        self.stale = False

    def submit(self, now_s: float, job: Job) -> None:
        """Let a job into the queue."""
        self.know([job.spec.tenant])
        if len(self._jobs) == self._room or len(self._tenants) > self._seats:
            self.stale = True
            return
        spec = job.spec
        left_s = max(spec.estimate_s - job.ran_s, 0.0)
        j = self._stepper.submit(
            now_s - self._zero_s, spec.gpus, left_s, tenant=self._tenants[spec.tenant], priority=spec.priority
        )
        self._numbers[job.id] = j
        self._jobs.append(job.id)
        self._due = True

    def ended(self, now_s: float, job: int) -> None:
        """Report that a job has left its GPUs, and does not come back to the queue by itself."""
        if job in self._running and not self.stale:
            self._due = True
            self._stepper.ended(now_s - self._zero_s, self._numbers[job])
            self._running.discard(job)
        else:
            self.stale = True

    def decide(self, now_s: float) -> list[Decision]:
        """Ask the policy, where something happened or it wanted to be asked; what it orders counts as done.

        Asked at other times it could answer otherwise than in the simulation: a job that has outlived its
        estimate is expected to end now, whenever that is.
        """
        if not self._due and now_s < self.wake_s:
            return []
        self._due = False
        return [self._note(order) for order in self._stepper.decide(now_s - self._zero_s)]

    def _note(self, order: Order) -> Decision:
        job = self._jobs[order.job]
        (self._running.add if order.start else self._running.discard)(job)
        return Decision(order.start, job, order.power)

    def holds(self, job: int) -> bool:
        """Whether a job holds GPUs in the policy's view."""
        return job in self._running

    @property
    def wake_s(self) -> float:
        """When the policy wants to be asked again though nothing happens; inf: not."""
        return self._stepper.wake_s + self._zero_s

    def overdrawn(self, now_s: float, held_gpus: int) -> tuple[float, float] | None:
        """Return what is drawn and what may be, where that is too much; once for each step of the budget."""
        if self.power is None or not held_gpus:
            return None
        drawn_kw, budget_kw = self.power.drawn_kw(self.gpus, held_gpus), self.power.at_kw(now_s)
        step = int((now_s - self._zero_s) // self.power.step_s)
        if drawn_kw <= budget_kw * (1.0 + 1e-9) or step == self._overdrawn_step:
            return None
        self._overdrawn_step = step
        return drawn_kw, budget_kw

    def power_now(self, now_s: float, held_gpus: int) -> dict[str, float] | None:
        """Return the budget and what is drawn at a time, in kW; None without a budget.

        ``kept_kw`` is the least of the budget from then to the lead after it: starts go by it.
        """
        if self.power is None:
            return None
        return {
            "budget_kw": self.power.at_kw(now_s),
            "kept_kw": self.power.kept_kw(now_s),
            "drawn_kw": self.power.drawn_kw(self.gpus, held_gpus),
        }

    def carries(self, now_s: float, held_gpus: int) -> bool:
        """Whether the budget carries so many GPUs held from now on."""
        return self.power is None or self.power.carries(now_s, self.gpus, held_gpus)
