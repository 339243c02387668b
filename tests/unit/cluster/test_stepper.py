"""A second driver in another clock gets the same starts in the same order."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, PowerBudget, policies, simulate
from gigawatt.cluster.schedule import RUN_ENDS
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


POWER = PowerBudget(
    1.5, 0.5, np.array([12.0, 12.0, 7.0, 9.5, 4.0, 3.0, 6.5, 12.0] * 12), step_s=16.0, least_speed_frac=1.0
)
"""For 8 GPUs: from all of them busy down to less than what they draw when idle."""


@pytest.mark.parametrize("power", [None, POWER], ids=["no budget", "budget"])
@pytest.mark.parametrize("name", [n for n in policies.NAMES if n != "las"])
def test_the_same_order_of_starts(name: str, power: PowerBudget | None) -> None:
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
    stepper = Stepper(policies.named(name), gpus=8, most_jobs=n, tenants=3, power=power)
    machines = FakeMachines(jobs, 8)
    started: list[tuple[float, int]] = []
    stopped: list[tuple[float, int]] = []
    submitted = ended = 0
    while ended < n:
        next_submit = jobs.submit_s[submitted] if submitted < n else np.inf
        now = min(next_submit, machines.next_end()[0], stepper.wake_s)
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
            (started if order.start else stopped).append((now, order.job))
    runs = simulate(Machines.pool(8), jobs, name, power=power).runs
    assert sorted(started) == sorted(zip(runs.start_s.tolist(), runs.job.tolist(), strict=True))
    taken_off = runs.end == RUN_ENDS.index("preempted")
    assert sorted(stopped) == sorted(
        zip(runs.end_s[taken_off].tolist(), runs.job[taken_off].tolist(), strict=True)
    )
    assert bool(stopped) or power is None or name == "power-aware"  # which looks ahead


def test_a_stepper_that_takes_over_goes_on_as_the_first_one() -> None:
    first = Stepper(policies.easy(), gpus=8, most_jobs=5)
    for gpus, estimate_s in ((6, 100.0), (6, 100.0), (4, 300.0), (1, 300.0)):
        first.submit(0.0, gpus, estimate_s)
    assert [order.job for order in first.decide(0.0)] == [0, 3]
    second = Stepper(policies.easy(), gpus=8, most_jobs=5)
    second.submit(0.0, 6, 100.0)
    second.restore(0, running_since_s=0.0)
    second.submit(0.0, 6, 100.0)
    second.submit(0.0, 4, 300.0)
    second.submit(0.0, 1, 300.0)
    second.restore(3, running_since_s=0.0)
    for stepper in (first, second):
        assert stepper.decide(50.0) == []
        stepper.ended(90.0, 0)
    assert first.decide(90.0) == second.decide(90.0) != []
    with pytest.raises(ValueError, match="from 0"):
        second.restore(3, running_since_s=-1.0)
    with pytest.raises(ValueError, match="does not fit"):
        second.restore(second.submit(91.0, 8, 1.0), running_since_s=91.0)


def test_gpus_out_of_service_are_not_given_out() -> None:
    stepper = Stepper(policies.fifo(), gpus=8, most_jobs=4)
    stepper.take_out(3)
    stepper.submit(0.0, 6, 10.0)
    assert stepper.decide(0.0) == []
    with pytest.raises(ValueError, match="5 are free"):
        stepper.take_out(6)
