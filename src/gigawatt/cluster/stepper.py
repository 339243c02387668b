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
from gigawatt.cluster.state import START, State, new_state


@dataclass(frozen=True, slots=True)
class Order:
    """What the policy wants done now."""

    start: bool
    """True: start the job; false: preempt it, keeping its work."""
    job: int


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

    def __init__(self, policy: Policy, gpus: int, most_jobs: int, tenants: int = 1) -> None:
        from gigawatt.cluster import _stepping
        from gigawatt.cluster._handle import sealed

        empty = new_state(most_jobs, gpus, tenants=tenants, options=policy.options or (0.0,))
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

    def ended(self, now_s: float, j: int) -> None:
        """Report that a running job has ended and its GPUs are free."""
        if int(self.state.jobs["state"][j]) != 2:
            raise ValueError(f"job {j} does not run")
        self._k.step_stop(self.state, j, now_s)
        self.state.jobs["state"][j] = 3

    def decide(self, now_s: float) -> list[Order]:
        """Ask the policy; its orders are booked as done, in their order."""
        orders: list[Order] = []
        cluster = self.state.cluster
        while int(cluster["tail"][0]) > int(cluster["head"][0]):
            cluster["now_s"] = now_s
            self._k.step_before(self.state)
            count = int(self._decide(self.state, now_s))
            rows = self.state.actions[:count].copy()
            again = bool(cluster["again"][0])
            done = self._k.step_apply(self.state, count, now_s)
            orders += [Order(bool(kind == START), int(j)) for kind, j, _ in rows[:done]]
            if not again or done == 0:
                break
        return orders

    @property
    def wake_s(self) -> float:
        """When the policy wants to be asked again though nothing happens; inf: not."""
        return float(self.state.cluster["wake_s"][0])
