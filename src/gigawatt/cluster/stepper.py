"""A second driver of the policies: one step at a time, at times that the caller gives.

It knows jobs by number and GPUs by count, keeps the promises of :mod:`gigawatt.cluster.state`, and leaves
to its caller what machines really do: a controller in wall-clock time starts and stops processes, and
reports their ends here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.policies.base import Policy
from gigawatt.cluster.power import ROUNDED, PowerBudget
from gigawatt.cluster.state import START, State, new_state


@dataclass(frozen=True, slots=True)
class Order:
    """What the policy wants done now."""

    start: bool
    """True: start the job; false: preempt it, keeping its work."""
    job: int
    power: bool = False
    """True where it is taken off because power is short, and not for another job."""


class Stepper:
    """Jobs on one pool of GPUs, driven from outside.

    Examples
    --------
    >>> from gigawatt.cluster import policies
    >>> stepper = Stepper(policies.easy(), gpus=8, most_jobs=10)
    >>> big, wide, small = (stepper.submit(0.0, g, t) for g, t in ((6, 100.0), (6, 100.0), (2, 50.0)))
    >>> [order.job for order in stepper.decide(0.0)]
    [0, 2]
    >>> stepper.ended(50.0, small)
    >>> stepper.decide(50.0)
    []
    """

    def __init__(
        self,
        policy: Policy,
        gpus: int,
        most_jobs: int,
        tenants: int = 1,
        power: PowerBudget | None = None,
    ) -> None:
        """Begin with free GPUs and an empty queue.

        Parameters
        ----------
        policy
            Who decides.
        gpus
            GPUs of the pool.
        most_jobs
            Room for so many jobs.
        tenants
            How many there are.
        power
            A budget that is kept by taking jobs off, and by starting none that would not fit. Real machines
            are not slowed here: its ``least_speed_frac`` is not used.
        """
        from gigawatt.cluster import _stepping
        from gigawatt.cluster._handle import sealed

        self._power = None if power is None or power.budget_kw is None else power
        budget_kw = None if self._power is None else self._power.budget_kw
        empty = new_state(
            most_jobs, gpus, tenants=tenants, options=policy.options or (0.0,), budget_kw=budget_kw
        )
        if self._power is not None:
            cluster = empty.cluster
            cluster["step_s"], cluster["base_kw"] = self._power.step_s, self._power.idle_kw_per_gpu * gpus
            more_kw = self._power.busy_kw_per_gpu - self._power.idle_kw_per_gpu
            cluster["job_kw_per_gpu"] = cluster["serving_kw_per_gpu"] = more_kw
        self._budget_step = -1
        self.state: State = sealed(empty)
        self._decide: Any = policy.decide()
        self._k = _stepping
        self._count = 0

    def share(self, tenant: int, quota_gpus: float = np.inf, weight: float = 1.0) -> None:
        """Say what a tenant may hold; from here on, for the policies that look at it.

        Parameters
        ----------
        tenant
            Its number.
        quota_gpus
            GPUs that it may hold before it borrows; inf: no quota.
        weight
            Its share against the others.
        """
        if not (quota_gpus > 0.0 and weight > 0.0):
            raise ValueError(f"a quota of {quota_gpus:g} GPUs, a weight of {weight:g}: both must be above 0")
        self.state.tenants["quota_gpus"][tenant], self.state.tenants["weight"][tenant] = quota_gpus, weight
        # Jobs that a policy has passed over may start now.
        self.state.cluster["freed"] = 1

    def submit(
        self, now_s: float, gpus: int, estimate_s: float, *, tenant: int = 0, priority: int = 100
    ) -> int:
        """Let a job into the queue; return its number."""
        if self._count == self.state.jobs.size:
            raise ValueError(f"there is room for {self._count} jobs; allow for more")
        if gpus > int(self.state.cluster["gpus"][0]):
            raise ValueError(f"{gpus} GPUs are more than there are")
        j = self._count
        self._count += 1
        job = self.state.jobs[j : j + 1]
        job["submit_s"], job["gpus"], job["min_gpus"], job["max_gpus"] = now_s, gpus, gpus, gpus
        job["estimate_s"] = job["left_s"] = estimate_s
        job["tenant"], job["priority"], job["deadline_s"] = tenant, priority, np.inf
        self._k.step_enqueue(self.state, j, now_s, 0)
        return j

    def restore(self, j: int, *, running_since_s: float | None = None, service_gpu_s: float = 0.0) -> None:
        """Say what became of a job before this stepper was made; call it right after its submission.

        Parameters
        ----------
        j
            The job that was submitted last.
        running_since_s
            Since when it holds its GPUs; None: it waits.
        service_gpu_s
            GPU-seconds that it held before its present run.
        """
        self.state.jobs["service_gpu_s"][j] = service_gpu_s
        if running_since_s is None:
            return
        if running_since_s < 0.0:
            raise ValueError(f"job {j} runs since {running_since_s:g} s; allowed: from 0")
        self._k.step_before(self.state)
        self.state.actions[0] = (START, j, -1)
        if self._k.step_apply(self.state, 1, running_since_s) != 1:
            raise ValueError(f"job {j} ran, but does not fit")
        # The policy has not been asked yet: to it all that wait are newcomers.
        self.state.cluster["fresh"] = self.state.cluster["head"]

    def take_out(self, gpus: int) -> None:
        """Take free GPUs out of service: those of machines that take no jobs for now."""
        free = int(self.state.cluster["free"][0])
        if not 0 <= gpus <= free:
            raise ValueError(f"{gpus} GPUs cannot be taken out: {free} are free")
        self.state.cluster["free"] -= gpus
        self.state.cluster["down"] += gpus
        self.state.cluster["freed"] = 1

    def ended(self, now_s: float, j: int) -> None:
        """Report that a running job has ended and its GPUs are free."""
        if int(self.state.jobs["state"][j]) != 2:
            raise ValueError(f"job {j} does not run")
        self._k.step_stop(self.state, j, now_s)
        self.state.jobs["state"][j] = 3

    def decide(self, now_s: float) -> list[Order]:
        """Ask the policy; its orders are booked as done, in their order."""
        orders = self._keep_budget(now_s)
        cluster = self.state.cluster
        while int(cluster["tail"][0]) > int(cluster["head"][0]):
            cluster["now_s"] = now_s
            self._k.step_before(self.state)
            count = int(self._decide(self.state, now_s))
            again = bool(cluster["again"][0])
            done = self._k.step_apply(self.state, count, now_s)
            rows = self.state.actions[:count]
            orders += [Order(bool(kind == START), int(j)) for kind, j, _ in rows if kind != self._k.REFUSED]
            if not again or done == 0:
                break
        return orders

    def _keep_budget(self, now_s: float) -> list[Order]:
        """Where a step of the budget begins, take jobs off in order until what is drawn fits."""
        if self._power is None or self._power.budget_kw is None:
            return []
        last = self._power.budget_kw.size - 1
        step = max(int(now_s // self._power.step_s), 0)
        # Not the step before, where the quotient of its very beginning was rounded down.
        step = min(step + ((step + 1) * self._power.step_s <= now_s), last)
        cluster = self.state.cluster
        budget_kw = float(self._power.budget_kw[step])
        cluster["power_room_kw"] = budget_kw * ROUNDED - self._drawn_kw()
        if step == self._budget_step:
            return []
        self._budget_step = step
        orders: list[Order] = []
        while self._drawn_kw() > budget_kw * (1.0 + 1e-9):
            j = int(self._k.step_victim(self.state))
            if j < 0:
                break
            self._k.step_stop(self.state, j, now_s)
            self._k.step_enqueue(self.state, j, now_s, 1)
            orders.append(Order(start=False, job=j, power=True))
        cluster["power_room_kw"] = budget_kw * ROUNDED - self._drawn_kw()
        cluster["freed"] = 1
        return orders

    def _drawn_kw(self) -> float:
        """What all GPUs draw: idle ones, broken ones, and those that jobs hold."""
        c = self.state.cluster[0]
        held = int(c["gpus"] - c["free"] - c["down"])
        return float(c["base_kw"] + c["job_kw_per_gpu"] * held)

    @property
    def wake_s(self) -> float:
        """When to ask again though nothing happens: the policy's wish, a step of the budget; inf: not."""
        wanted_s = float(self.state.cluster["wake_s"][0])
        if self._power is None or self._power.budget_kw is None:
            return wanted_s
        if self._budget_step >= self._power.budget_kw.size - 1:
            return wanted_s
        return min(wanted_s, (self._budget_step + 1) * self._power.step_s)
