"""Lanes, ends and bins of runs: counted again, one run at a time."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Failures, Jobs, Machines, simulate
from gigawatt.cluster.lanes import MOST_LANES, MOST_SMALL, binned, gpu_seconds, lanes_of
from gigawatt.cluster.schedule import RUN_ENDS


def some_jobs(count=300, tenants=3, seed=2, largest=64):
    rng = np.random.default_rng(seed)
    return Jobs(
        rng.uniform(0, 40_000, count),
        rng.lognormal(7.5, 1.0, count),
        gpus=rng.integers(1, largest, count),
        tenant=rng.integers(0, tenants, count),
        priority=rng.choice([1, 100], count),
        checkpoint_interval_s=600.0,
        tenants=tuple(f"t{i}" for i in range(tenants)),
    )


def test_bins_hold_exactly_what_the_runs_held():
    rng = np.random.default_rng(4)
    start = rng.uniform(0, 900.0, 500)
    end = np.minimum(start + rng.exponential(60.0, 500), 1000.0)
    gpus, group = rng.integers(1, 5000, 500), rng.integers(0, 4, 500)
    found = binned(start, end, gpus, group, groups=4, bins=37, end_of_bins_s=1000.0)
    wanted = np.zeros((4, 37))
    edges = np.linspace(0, 1000.0, 38)
    for s, e, n, g in zip(start, end, gpus, group, strict=True):
        wanted[g] += n * np.maximum(np.minimum(e, edges[1:]) - np.maximum(s, edges[:-1]), 0.0)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-6)
    assert found.sum() == pytest.approx(float(((end - start) * gpus).sum()), rel=1e-12)


def test_a_run_that_touches_the_edges_stays_in_its_bins():
    found = binned(np.array([0.0, 10.0]), np.array([10.0, 20.0]), np.array([1, 2]), np.array([0, 0]),
                   groups=1, bins=2, end_of_bins_s=20.0)  # fmt: skip
    assert found.tolist() == [[10.0, 20.0]]


@pytest.mark.parametrize(
    ("machines", "kind", "count"),
    [
        (Machines(nodes=96, nodes_per_rack=2, racks_per_pod=4, pods_per_hall=3), "hall", 4),
        (Machines(nodes=96, nodes_per_rack=2, racks_per_pod=4), "pod", 12),
        (Machines(nodes=24, nodes_per_rack=2), "rack", 12),
        (Machines(nodes=12), "node", 12),
        (Machines(nodes=100), "node", 15),
        (Machines(nodes=1000, racks_per_pod=10), "pod", 34),
        (Machines(nodes=1), "node", 1),
        (Machines.pool(64), "tenant", 3),
    ],
)
def test_lanes_are_the_coarsest_parts_of_which_there_are_several(machines, kind, count):
    schedule = simulate(machines, some_jobs(largest=8), "easy")
    lanes = lanes_of(schedule, machines)
    assert {lane.kind for lane in lanes.lanes} == {kind}
    assert len(lanes.lanes) == count
    assert count <= (MOST_LANES if kind in {"hall", "pod", "tenant"} else MOST_SMALL)
    if kind != "tenant":
        assert sum(lane.gpus for lane in lanes.lanes) == machines.gpus
    assert lanes.of_run.max() < count


def test_a_gang_that_its_lane_cannot_hold_is_known_to_reach_across():
    machines = Machines(nodes=8, racks_per_pod=2)
    jobs = Jobs([0.0, 100.0], [50.0, 50.0], gpus=[16, 24])
    lanes = lanes_of(simulate(machines, jobs, "fifo"), machines)
    assert lanes.spans.tolist() == [False, True]


def test_tenants_beyond_what_fits_share_the_last_lane():
    schedule = simulate(Machines.pool(64), some_jobs(count=400, tenants=60), "easy")
    lanes = lanes_of(schedule, Machines.pool(64))
    assert len(lanes.lanes) == MOST_LANES
    assert lanes.lanes[-1].kind == "tenants"
    assert lanes.lanes[-1].last + 1 == 60 - (MOST_LANES - 1)
    at = np.sort(np.concatenate([schedule.runs.start_s, schedule.runs.end_s]))
    for i, lane in enumerate(lanes.lanes[:5]):
        start, end, gpus = (
            getattr(schedule.runs, name)[lanes.of_run == i] for name in ("start_s", "end_s", "gpus")
        )
        assert lane.gpus == max(int(gpus[(start <= t) & (end > t)].sum()) for t in at)
    work = np.bincount(lanes.of_run, weights=gpu_seconds(schedule))
    assert (np.diff(work[:-1]) <= 0.0).all()


def test_several_parts_have_lanes_of_their_own():
    parts = (Machines(nodes=4, racks_per_pod=2), Machines(nodes=6, racks_per_pod=2))
    schedule = simulate(parts, Jobs([0.0, 0.0], [60.0, 60.0], gpus=[32, 32]), "fifo")
    lanes = lanes_of(schedule, parts)
    assert [(lane.kind, lane.first) for lane in lanes.lanes] == [("pod", i) for i in (0, 1, 0, 1, 2)]
    assert lanes.of_run.tolist() == [0, 2]


def test_runs_end_as_their_jobs_did_or_were_broken_off():
    failing = Failures.poisson(300.0)
    jobs = some_jobs()
    schedule = simulate(Machines.of(128, 8), jobs, "priority", failing, seed=3)
    names = np.array(RUN_ENDS)[schedule.runs.end]
    last = {job: i for i, job in enumerate(schedule.runs.job.tolist())}
    for i, job in enumerate(schedule.runs.job.tolist()):
        if i == last[job] and schedule.state[job] == 3:
            assert names[i] == "finished"
        elif i != last[job]:
            assert names[i] in {"struck", "preempted"}
    assert {"finished", "struck", "preempted"} <= set(names)
    assert (names == "struck").sum() == schedule.restarts.sum()
    assert (names == "preempted").sum() == schedule.preemptions.sum()


def test_runs_that_go_on_when_the_simulation_stops_are_told():
    schedule = simulate(Machines.pool(8), Jobs([0.0, 0.0], [100.0, 10.0], gpus=[4, 4]), "fifo", until_s=50.0)
    by_job = dict(zip(schedule.runs.job.tolist(), schedule.runs.end.tolist(), strict=True))
    assert {job: RUN_ENDS[end] for job, end in by_job.items()} == {0: "running", 1: "finished"}
