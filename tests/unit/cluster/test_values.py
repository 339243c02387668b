"""The values: jobs sorted and checked, machines counted, what the causes say."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Cause, Failures, Jobs, Machines, PowerBudget, Recovery, spread_speed_frac


def test_jobs_are_sorted_by_submission_then_position_and_dependencies_follow() -> None:
    jobs = Jobs([5, 0, 5, 0], [1, 2, 3, 4], gpus=[1, 2, 3, 4], after=[-1, -1, 0, 1], ids=["a", "b", "c", "d"])
    assert jobs.ids.tolist() == ["b", "d", "a", "c"]
    assert jobs.after.tolist() == [-1, 0, -1, 2]
    assert jobs.gpus.tolist() == [2, 4, 1, 3]
    assert jobs.estimate_s.tolist() == jobs.duration_s.tolist()
    with pytest.raises(ValueError, match="read-only"):
        jobs.submit_s[0] = 1.0


def test_defaults_take_no_memory() -> None:
    jobs = Jobs(np.zeros(1000), np.ones(1000))
    assert jobs.deadline_s.strides == (0,)
    assert len(jobs) == 1000


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"submit_s": [-1.0]}, "submit_s of job 0"),
        ({"duration_s": [0.0]}, "duration_s of job 0"),
        ({"duration_s": [np.nan]}, "duration_s of job 0"),
        ({"gpus": [0]}, "gpus of job 0"),
        ({"tenant": [1]}, "tenant of job 0"),
        ({"min_gpus": [2]}, "min_gpus of job 0"),
        ({"after": [0]}, "after of job 0"),
        ({"duration_s": [1.0, 2.0]}, "2"),
    ],
)
def test_wrong_jobs_are_refused(wrong: dict, message: str) -> None:
    right = {"submit_s": [0.0], "duration_s": [1.0], "gpus": [1]}
    with pytest.raises(ValueError, match=message):
        Jobs(**(right | wrong))


def test_dependencies_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        Jobs([0, 1, 2], [1, 1, 1], after=[2, 0, 1])


def test_machines_are_counted() -> None:
    m = Machines.of(1_000_080, 72, racks_per_pod=16, pods_per_hall=60)
    assert (m.gpus, m.nodes, m.racks, m.pods, m.halls) == (1_000_080, 13_890, 13_890, 869, 15)
    with pytest.raises(ValueError, match="do not fill"):
        Machines.of(100, 8)
    with pytest.raises(ValueError, match="tier_speed_frac"):
        Machines.of(80, 8, tier_speed_frac=(1.0, 1.0, 1.0, 1.0, 0.0))


def test_wrong_failures_and_budgets_are_refused() -> None:
    with pytest.raises(ValueError, match="rate_per_gpu_h"):
        Cause("x", -1.0)
    with pytest.raises(ValueError, match="at least one cause"):
        Failures(())
    with pytest.raises(ValueError, match="memory_interval_s"):
        Recovery(memory_interval_s=0.0)
    with pytest.raises(ValueError, match="budget_kw"):
        PowerBudget(budget_kw=np.array([-1.0]))
    with pytest.raises(ValueError, match="communication"):
        spread_speed_frac(1.5, 2.0)
