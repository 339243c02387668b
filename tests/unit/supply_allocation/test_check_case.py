"""The diversion of 12,000 H100: its four figures, exactly, and the dates at which the verdict turns."""

from importlib.resources import files

import pytest

from gigawatt.scenario import read_text
from gigawatt.supply import AllocationInput, allocate, lay_out


def diversion(*overrides):
    text = (files("gigawatt.supply") / "bundled" / "diversion.yaml").read_bytes()
    return read_text(text, AllocationInput, overrides, file="diversion.yaml").scenario


def test_without_the_swap():
    done = allocate(diversion(), "fcfs")
    assert (done.useful_gpu_months, done.idle_gpu_months) == (162_000.0, 84_000.0)
    car = done.tenants["car maker"]
    assert (car.useful_gpu_months, car.idle_gpu_months) == (60_000.0, 84_000.0)
    assert (car.receipt_delay_days, car.energisation_delay_days) == (0.0, 213.0)


def test_with_it():
    before, after = allocate(diversion(), "fcfs"), allocate(diversion(), "given")
    assert (after.useful_gpu_months, after.idle_gpu_months) == (204_000.0, 42_000.0)
    car = after.tenants["car maker"]
    # The two delays are told apart: half of the chips come 213 days later, the other half wait as long.
    assert (car.receipt_delay_days, car.energisation_delay_days) == (106.5, 106.5)
    assert after.tenants["social network"].regret_frac == pytest.approx(1 - 144 / 102)
    hall = before.problem.sites.index("car hall")
    assert (after.energised[hall] >= before.energised[hall]).all(), "the car maker energises no later"


def test_where_the_car_maker_is_ready_at_once_the_swap_makes_nothing():
    overrides = ["sites.car hall.power.0.from=2023-12-01"]
    before, after = (allocate(diversion(*overrides), policy) for policy in ("fcfs", "given"))
    assert after.useful_gpu_months == before.useful_gpu_months == 246_000.0
    moved = 42_000.0
    assert after.tenants["social network"].useful_gpu_months == 102_000.0 + moved
    assert after.tenants["car maker"].useful_gpu_months == 144_000.0 - moved


def test_the_gate_and_the_plan_do_as_well_and_let_nothing_lie_idle():
    problem = lay_out(diversion())
    for policy in ("readiness-gated", "value"):
        done = allocate(problem, policy)
        assert done.useful_gpu_months == 204_000.0
        assert done.idle_gpu_months == 0.0
        assert done.held_gpu_months == 42_000.0
    assert allocate(problem, "value").gap == pytest.approx(0.0, abs=1e-9)
