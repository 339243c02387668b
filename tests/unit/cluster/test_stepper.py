"""A second driver in another clock gets the same starts in the same order."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, policies, simulate
from gigawatt.cluster.stepper import Stepper


class FakeMachines:
    """Machines that work off what they are told to, in a clock of their own."""

    def __init__(self, jobs: Jobs, gpus: int) -> None:
        self.jobs, self.free = jobs, gpus
        self.left = jobs.duration_s.copy()
        self.since: dict[int, float] = {}

    def start(self, now: float, j: int) -> None:
        self.free -= int(self.jobs.gpus[j])
        assert self.free >= 0
        self.since[j] = now

    def stop(self, now: float, j: int) -> None:
        self.left[j] -= now - self.since.pop(j)
        self.free += int(self.jobs.gpus[j])

    def next_end(self) -> tuple[float, int]:
        return min(((at + self.left[j], j) for j, at in self.since.items()), default=(np.inf, -1))


@pytest.mark.parametrize("name", [n for n in policies.NAMES if n != "las"])
def test_the_same_order_of_starts(name: str) -> None:
    rng = np.random.default_rng(7)
    n = 80
    jobs = Jobs(
        submit_s=np.sort(rng.integers(0, 200, n)),
        duration_s=rng.integers(1, 40, n),
        gpus=rng.choice([1, 2, 4, 8], n),
        tenant=rng.integers(0, 3, n),
        priority=rng.integers(0, 3, n),
        tenants=("a", "b", "c"),
    )
    stepper = Stepper(policies.named(name), gpus=8, most_jobs=n, tenants=3)
    machines = FakeMachines(jobs, 8)
    started: list[tuple[float, int]] = []
    submitted = ended = 0
    while ended < n:
        next_submit = jobs.submit_s[submitted] if submitted < n else np.inf
        now = min(next_submit, machines.next_end()[0])
        while machines.next_end()[0] <= now:
            j = machines.next_end()[1]
            machines.stop(now, j)
            stepper.ended(now, j)
            ended += 1
        while submitted < n and jobs.submit_s[submitted] <= now:
            stepper.submit(
                now, int(jobs.gpus[submitted]), float(jobs.estimate_s[submitted]),
                tenant=int(jobs.tenant[submitted]), priority=int(jobs.priority[submitted]),
            )  # fmt: skip
            submitted += 1
        for order in stepper.decide(now):
            (machines.start if order.start else machines.stop)(now, order.job)
            if order.start:
                started.append((now, order.job))
    runs = simulate(Machines.pool(8), jobs, name).runs
    assert sorted(started) == sorted(zip(runs.start_s.tolist(), runs.job.tolist(), strict=True))
