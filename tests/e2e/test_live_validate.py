"""What ``gigawatt validate live`` does, with fewer and shorter jobs: the whole takes a minute."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.live.validating import draw, rows_of
from gigawatt.validation.live import GROUPS


def test_a_live_cluster_beside_the_simulation_under_preemption(tmp_path: Path):
    jobs = [replace(job, seconds=job.seconds / 4, pause_s=0.1) for job in draw()[:16]]
    found = rows_of(tmp_path / "state", "priority", jobs, threading.Event())
    orders, mean, makespan, within = found
    assert orders.holds
    assert orders.published >= 16
    assert 0.0 < mean.published < makespan.published < 60.0
    assert mean.modelled == pytest.approx(mean.published, rel=0.5)
    assert within.published == 16
    name, count, _ = next(group for group in GROUPS if group[0] == orders.group)
    assert (name, count) == (orders.group, len(found))


def test_jobs_are_mixed_and_the_same_each_time():
    jobs = draw()
    assert len(jobs) == 50
    assert {job.gpus for job in jobs} == {1, 2, 4, 8, 16}
    assert len({job.tenant for job in jobs}) == len({job.priority for job in jobs}) == 3
    assert jobs == draw()
