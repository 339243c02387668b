"""A power budget by the hour, compressed: gangs never draw more, however they behave when told to go."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from live_fixture import until

from gigawatt.kernel.errors import InputError
from gigawatt.live.power import Budget
from gigawatt.live.power_file import read_power
from gigawatt.live.store import Store

DAY_KW = (50, 50, 46, 30, 22, 22, 36, 50, 26, 20, 19, 36, 50, 50)
"""For 32 GPUs of 1.5 kW, or 0.5 kW idle: from all busy to three of them."""
STUBBORN = "trap '' TERM; sleep 60"
"""Goes only when it is killed: what is ignored stays ignored in its child."""


def budget_of(cluster) -> Budget:
    """The budget in force, from the journal."""
    store = Store(cluster.folder)
    try:
        return store.power()
    finally:
        store.close()


def power(budget_kw, step_s: float):
    return {"step_s": step_s, "budget_kw": list(budget_kw), "busy_kw_per_gpu": 1.5, "idle_kw_per_gpu": 0.5}


@pytest.mark.parametrize("policy", ["easy", "power-aware"])
def test_a_day_of_changing_power_is_never_exceeded(make, policy: str):
    rng = random.Random(3)
    cluster = make(policy=policy, grace_s=0.3, kill_s=1.7, power=power(DAY_KW, 0.5))
    for _ in range(30):
        seconds = rng.uniform(1.0, 8.0)
        gentle = rng.random() < 0.5
        cluster.submit(
            rng.choice([1, 2, 4, 8, 16]), "sh", "-c", f"sleep {seconds:.2f}" if gentle else STUBBORN,
            priority=rng.randrange(3), estimate_s=seconds, time_limit_s=seconds,
        )  # fmt: skip
    time.sleep(len(DAY_KW) * 0.5)
    told = cluster.status()["controller"]["power"]
    assert told["drawn_kw"] <= told["budget_kw"] == 50
    cluster.end()
    events = cluster.events()
    assert cluster.over_budget(budget_of(cluster)) == []
    assert not [event for event in events if event.kind == "overdrawn"]
    stops = [event for event in events if event.kind == "stopping" and event.data["why"] == "power"]
    starts = [event.job for event in events if event.kind == "started"]
    assert len(set(starts)) >= 8
    if policy == "easy":  # the other one looks ahead
        assert stops
        assert len(starts) > len(set(starts))  # what was taken off came again


def test_gangs_go_in_order_and_come_again(make):
    cluster = make(
        nodes=1,
        policy="priority:preemption=0",
        grace_s=0.2,
        kill_s=1.8,
        power=power((12, 12, 12, 8, 12), 3.0),
    )
    important = cluster.submit(2, "sleep", "60", priority=1)
    early = cluster.submit(2, "sleep", "60")
    late = cluster.submit(3, "sleep", "60")
    waiting = cluster.submit(1, "sleep", "60")
    until(lambda: cluster.states()[late] == "paused")
    assert [cluster.states()[n] for n in (important, early, waiting)] == ["running", "running", "paused"]
    assert cluster.job(late)["reason"] == "power is short"
    cluster.wait([late, waiting], "running")
    assert [cluster.job(n)["restarts"] for n in (late, waiting)] == [0, 0]
    cluster.end()
    assert cluster.over_budget(budget_of(cluster)) == []


def test_a_controller_that_was_killed_keeps_the_budget_when_it_is_back(make):
    cluster = make(nodes=1, grace_s=0.2, kill_s=1.8, power=power((12, 6), 8.0))
    number = cluster.submit(8, "sleep", "60")
    small = cluster.submit(2, "sleep", "60")
    cluster.wait([number], "running")
    os.kill(cluster.pid, signal.SIGKILL)
    cluster.settings = type(cluster.settings)(nodes=1, gpus_per_node=8, grace_s=0.2, kill_s=1.8)
    time.sleep(0.2)
    cluster.up()
    cluster.wait([number], "paused")
    cluster.wait([small], "running")
    cluster.end()
    assert cluster.over_budget(budget_of(cluster)) == []


def test_power_files_and_what_is_wrong_with_them(tmp_path):
    hours = tmp_path / "hours.csv"
    hours.write_text("hour,budget_mw\n0,0.04\n1,0.025\n", encoding="utf-8")
    told = read_power(str(hours), gpus=32, busy_kw_per_gpu=1.5, time_scale=1440.0)
    assert told == {
        "step_s": 2.5, "budget_kw": [40.0, 25.0], "busy_kw_per_gpu": 1.5, "idle_kw_per_gpu": 0.57,
    }  # fmt: skip
    steps = tmp_path / "steps.yaml"
    steps.write_text(
        "power:\n  busy_kw_per_gpu: 2\n  idle_kw_per_gpu: 0.3\n  budgets:\n"
        "  - {from: 0 h, budget: 40 kW}\n  - {from: 6 h, budget: 20 kW}\n",
        encoding="utf-8",
    )
    told = read_power(str(steps), gpus=32)
    assert (told["step_s"], told["budget_kw"], told["idle_kw_per_gpu"]) == (21_600.0, [40.0, 20.0], 0.3)
    assert read_power("off", gpus=32) == {}
    for text, code in (
        ("hour,kw\n0,4\n", "GW850"), ("budget_kw\n-1\n", "GW851"), ("budget_kw\nmuch\n", "GW851"),
        ("budget_kw\n" + "1\n" * 9000, "GW851"), ("", "GW850"), ("budget_kw,x\ninf,1\n", "GW851"),
    ):  # fmt: skip
        hours.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=code):
            read_power(str(hours), gpus=32)
    for place, code in ((tmp_path, "GW850"), (tmp_path / "none.csv", "GW850")):
        with pytest.raises(InputError, match=code):
            read_power(str(place), gpus=32)
    with pytest.raises(InputError, match="GW851"):
        read_power(str(steps), gpus=32, idle_kw_per_gpu=9.0)
