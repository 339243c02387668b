"""Waits and completion times by group, against the same taken by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, simulate
from gigawatt.cluster.groups import by_size, by_tenant


@pytest.fixture(scope="module")
def schedule():
    rng = np.random.default_rng(1)
    jobs = Jobs(
        np.sort(rng.uniform(0, 20_000, 400)),
        rng.lognormal(6.0, 1.0, 400),
        gpus=rng.choice([1, 2, 8, 9, 30], 400),
        tenant=rng.choice([0, 1, 3], 400),
        fails_at_frac=np.where(rng.random(400) < 0.2, 0.5, np.inf),
        tenants=("a", "b", "nobody", "d"),
    )
    return simulate(Machines.pool(32), jobs, "easy", until_s=15_000.0)


def test_tenants_add_up_and_have_their_own_percentiles(schedule):
    groups = by_tenant(schedule)
    assert {g.name for g in groups} == {"a", "b", "d"}
    assert sum(g.jobs for g in groups) == 400
    assert sum(g.finished for g in groups) == int(schedule.finished.sum())
    assert [g.gpu_hours for g in groups] == sorted((g.gpu_hours for g in groups), reverse=True)
    for g in groups:
        mine = schedule.jobs.tenant == schedule.jobs.tenants.index(g.name)
        wait = schedule.wait_s[mine & ~np.isnan(schedule.first_start_s)]
        jct = schedule.jct_s[mine & schedule.ended]
        assert (g.wait_s.p50, g.wait_s.p99) == pytest.approx(tuple(np.percentile(wait, (50, 99))))
        assert (g.jct_s.mean, g.jct_s.p90) == pytest.approx((jct.mean(), np.percentile(jct, 90)))
        done = mine & schedule.finished
        assert g.slowdown == pytest.approx((schedule.jct_s[done] / schedule.jobs.duration_s[done]).mean())


def test_sizes_are_classes_of_eightfold_width(schedule):
    groups = by_size(schedule)
    assert [(g.least_gpus, g.most_gpus) for g in groups] == [(1, 1), (2, 8), (9, 64)]
    assert [g.jobs for g in groups] == [
        int(np.isin(schedule.jobs.gpus, sizes).sum()) for sizes in ([1], [2, 8], [9, 30])
    ]
    assert sum(g.gpu_hours for g in groups) == pytest.approx(sum(g.gpu_hours for g in by_tenant(schedule)))


def test_what_never_started_has_no_wait():
    schedule = simulate(Machines.pool(4), Jobs([0.0], [60.0], gpus=[8]), "fifo")
    (group,) = by_size(schedule)
    assert group.jobs == 1
    assert (group.finished, group.wait_s.p50, group.jct_s.p50, group.slowdown) == (0, None, None, None)


def test_no_jobs_are_no_groups():
    schedule = simulate(Machines.pool(4), Jobs([], [], gpus=np.zeros(0, dtype=np.int64)), "fifo")
    assert by_size(schedule) == by_tenant(schedule) == ()
