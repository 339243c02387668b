"""The values: jobs sorted and checked, machines counted, what the causes say."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import (
    Cause,
    Failures,
    Jobs,
    Machines,
    PowerBudget,
    Recovery,
    simulate,
    spread_speed_frac,
)


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


def test_tokens_become_durations() -> None:
    jobs = Jobs.from_tokens(
        [9, 0], [1e6, 3e6], [4, 8], [500.0, 250.0], estimate_s=[900, 2000], tenants=("a",)
    )
    assert jobs.duration_s.tolist() == [1500.0, 500.0]
    assert jobs.tokens.tolist() == [3e6, 1e6]
    assert jobs.estimate_s.tolist() == [2000.0, 900.0]
    assert np.isnan(Jobs([0], [1]).tokens).all()
    assert Jobs([0], [1], tokens=5.0).tokens.tolist() == [5.0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tokens": [0.0]}, "tokens of job 0"),
        ({"tokens": [np.nan]}, "tokens of job 0"),
        ({"tokens_per_gpu_s": [-1.0]}, "tokens_per_gpu_s of job 0"),
        ({"tokens_per_gpu_s": np.inf}, "tokens_per_gpu_s of job 0"),
        ({"gpus": 0}, "gpus of job 0"),
        ({"duration_s": [1.0]}, "leave it away"),
    ],
)
def test_wrong_tokens_are_refused(wrong: dict, message: str) -> None:
    right = {"submit_s": [0.0], "tokens": [1e6], "gpus": 2, "tokens_per_gpu_s": 100.0}
    with pytest.raises(ValueError, match=message):
        Jobs.from_tokens(**(right | wrong))
    with pytest.raises(ValueError, match="tokens of job 0"):
        Jobs([0.0], [1.0], tokens=-1.0)


def test_a_schedule_counts_the_tokens_of_jobs_that_did_their_work() -> None:
    jobs = Jobs.from_tokens(
        [0, 0, 0], [8e5, 1e5, 3e5], [8, 1, 1], 1000.0, tenant=[0, 1, 1], tenants=("a", "b"),
        fails_at_frac=[np.inf, 0.5, np.inf],
    )  # fmt: skip
    told = simulate(Machines.pool(8), jobs, "fifo").summary()
    assert told["makespan_s"] == 400.0
    assert told["tokens"] == 1.1e6
    assert told["tokens_per_s"] == 1.1e6 / 400.0
    assert {name: t["tokens"] for name, t in told["tenants"].items()} == {"a": 8e5, "b": 3e5}
    plain = simulate(Machines.pool(8), Jobs([0], [1]), "fifo").summary()
    assert (plain["tokens"], plain["tokens_per_s"]) == (None, None)


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
