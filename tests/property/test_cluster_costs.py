"""Whatever happened on a cluster, its costs by tenant add up to what the machines had, to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cluster import (
    Failures,
    Jobs,
    Machines,
    PowerBudget,
    Price,
    Prices,
    Recovery,
    Schedule,
    cost_by_tenant,
    simulate,
)

GPUS = 48
CLOSES = {"rel": 1e-9, "abs": 1e-9}
METERED = PowerBudget(busy_kw_per_gpu=1.5, idle_kw_per_gpu=0.5)


@st.composite
def schedules(draw, power: PowerBudget | None = METERED, *, limits: bool = True) -> Schedule:
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(1, 40))
    gpus = rng.choice([1, 2, 3, 8, 16, 40], n)
    jobs = Jobs(
        submit_s=rng.uniform(0, 20_000, n),
        duration_s=rng.exponential(2000.0, n) + 1.0,
        gpus=gpus,
        tenant=rng.integers(0, 3, n),
        min_gpus=np.where(rng.random(n) < 0.3, np.maximum(gpus // 2, 1), gpus),
        tokens=np.where(rng.random(n) < 0.7, rng.uniform(1.0, 1e9, n), np.nan),
        priority=rng.integers(0, 3, n),
        checkpoint_interval_s=np.where(rng.random(n) < 0.5, 300.0, np.inf),
        checkpoint_write_s=10.0,
        fails_at_frac=np.where(rng.random(n) < 0.2, rng.uniform(0.1, 2.0, n), np.inf),
        limit_s=np.where(rng.random(n) < 0.2, 1500.0, np.inf) if limits else np.inf,
        tenants=("a", "b", "c"),
    )
    machines = draw(st.sampled_from([Machines.pool(GPUS), Machines.of(GPUS, 8)]))
    restart = draw(st.sampled_from(["whole", "hot-spares", "partial"]))
    failures = Failures.poisson(40.0, recovery=Recovery(restart, whole_s=120.0), repair_median_s=900.0)
    return simulate(
        machines,
        jobs,
        draw(st.sampled_from(["easy", "srtf", "priority"])),
        failures if draw(st.booleans()) else None,
        power,
        seed=draw(st.integers(0, 99)),
        until_s=draw(st.sampled_from([np.inf, 15_000.0])),
        curve_step_s=draw(st.sampled_from([600.0, 3600.0])),
    )


keys = st.sampled_from(["none", "held", "quota"])
price = st.floats(0.0, 100.0).map(lambda mid: Price(mid, 0.5 * mid, 2.0 * mid, "assumed"))


@given(schedule=schedules(), per_gpu_h=price, per_mwh=price, key=keys)
@settings(max_examples=40)
def test_all_columns_add_up_to_the_whole(schedule, per_gpu_h, per_mwh, key):
    prices = Prices(per_gpu_h, per_mwh, share_idle=key)
    costs = cost_by_tenant(schedule, prices, power=METERED, quotas_gpus=(8.0, np.inf, 24.0))
    fates = schedule.fates
    assert costs.useful_gpu_h.sum() == pytest.approx(fates.useful, **CLOSES)
    assert costs.held_gpu_h.sum() == pytest.approx(fates.total - fates.idle - fates.down, **CLOSES)
    whole_gpu_h = GPUS * schedule.end_of_simulation_s / 3600.0
    assert (costs.held_gpu_h + costs.idle_gpu_h).sum() == pytest.approx(whole_gpu_h, **CLOSES)
    drawn_mwh = (0.5 * (whole_gpu_h - fates.down) + 1.0 * costs.held_gpu_h.sum()) / 1000.0
    assert costs.energy_mwh.sum() == pytest.approx(drawn_mwh, **CLOSES)
    for end in ("low", "mid", "high"):
        whole_usd = per_gpu_h.at(end) * whole_gpu_h + per_mwh.at(end) * drawn_mwh
        assert costs.usd(end).sum() == pytest.approx(whole_usd, **CLOSES)
    told = costs.as_data()
    rows = [*told["tenants"].values(), told["unshared"]]
    for name, total in told["total"].items():
        if "usd_per" not in name and total is not None:
            assert sum(row[name] for row in rows) == pytest.approx(total, **CLOSES), name
    # Nothing is negative, and without a budget a job draws the busy power of its GPUs.
    for column in (costs.useful_gpu_h, costs.user_failed_gpu_h, costs.otherwise_gpu_h, costs.idle_gpu_h):
        assert (column >= 0.0).all()
    assert costs.held_mwh.sum() == pytest.approx(1.5 * costs.held_gpu_h.sum() / 1000.0, **CLOSES)


@given(schedule=schedules(limits=False))
@settings(max_examples=30)
def test_what_users_failed_is_what_the_simulation_says(schedule):
    costs = cost_by_tenant(schedule, Prices(Price(1.0)))
    assert costs.user_failed_gpu_h.sum() == pytest.approx(schedule.fates.user_failed, **CLOSES)


@given(schedule=schedules(), mwh=price)
@settings(max_examples=20)
def test_the_key_moves_what_is_idle_and_nothing_else(schedule, mwh):
    told = {
        key: cost_by_tenant(
            schedule, Prices(Price(2.0), mwh, share_idle=key), power=METERED, quotas_gpus=(8.0, np.inf, 24.0)
        )
        for key in ("none", "held", "quota")
    }
    assert not told["none"].idle_gpu_h[:-1].any()
    assert told["quota"].idle_gpu_h == pytest.approx(
        told["none"].idle_gpu_h[-1] * np.array([0.25, 0.0, 0.75, 0.0]), **CLOSES
    )
    held = told["held"]
    if held.held_gpu_h.sum() > 0.0:
        assert held.idle_gpu_h * held.held_gpu_h.sum() == pytest.approx(
            held.held_gpu_h * held.idle_gpu_h.sum(), **CLOSES
        )
    for one in told.values():
        assert one.held_gpu_h.tolist() == held.held_gpu_h.tolist()
        assert one.usd().sum() == pytest.approx(held.usd().sum(), **CLOSES)


@given(schedule=schedules(PowerBudget(1.5, 0.5, np.array([50.0, 30.0]), least_speed_frac=0.7)))
@settings(max_examples=20)
def test_under_a_budget_the_energy_is_the_metered_one(schedule):
    power = PowerBudget(1.5, 0.5, np.array([50.0, 30.0]), least_speed_frac=0.7)
    costs = cost_by_tenant(schedule, Prices(None, Price(60.0)), power=power)
    curve = schedule.curves
    ends = np.minimum(np.arange(1, curve.power_kw.size + 1) * curve.step_s, schedule.end_of_simulation_s)
    metered_mwh = float(curve.power_kw @ np.diff(ends, prepend=0.0)) / 3.6e6
    assert costs.energy_mwh.sum() == pytest.approx(metered_mwh, **CLOSES)
    assert costs.held_mwh.sum() <= 1.5 * costs.held_gpu_h.sum() / 1000.0 + 1e-9
