"""The logged runs of 400 jobs on 64 GPUs of Muri (SIGCOMM 2022; repository Rivendile/Muri)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, policies, simulate

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(
    ("name", "policy", "tolerance"),
    [
        ("SRTF", policies.srtf(round_s=360.0), 0.002),
        ("SRSF", policies.srsf(round_s=360.0), 0.002),
        ("tiresias", policies.las((57_600.0,), round_s=360.0), 0.06),
    ],
)
def test_mean_completion_time(shared: Path, name: str, policy, tolerance: float) -> None:
    log = np.genfromtxt(shared / f"traces/muri/measured_job_{name}.csv", delimiter=",", names=True)
    jobs = Jobs(log["submit_time"], log["real_executed_time"], gpus=log["num_gpu"].astype(int))
    schedule = simulate(Machines.pool(64), jobs, policy)
    assert schedule.jct_s.mean() == pytest.approx(log["JCT"].mean(), rel=tolerance)


def test_sensitivity_of_tiresias(shared: Path, capsys) -> None:
    """What the threshold and the order within a queue do; printed with pytest -s."""
    log = np.genfromtxt(shared / "traces/muri/measured_job_tiresias.csv", delimiter=",", names=True)
    jobs = Jobs(log["submit_time"], log["real_executed_time"], gpus=log["num_gpu"].astype(int))
    means = {}
    for threshold in (57_600.0, 150_000.0):
        for first in (True, False):
            policy = policies.las((threshold,), running_first=first, round_s=360.0)
            means[threshold, first] = float(simulate(Machines.pool(64), jobs, policy).jct_s.mean())
            with capsys.disabled():
                print(  # noqa: T201
                    f"  threshold {threshold:>9,.0f} GPU-s, running first {first!s:>5}: "
                      f"{means[threshold, first]:,.0f} s against {log['JCT'].mean():,.0f} s")  # fmt: skip
    assert means[57_600.0, True] == pytest.approx(322_629, rel=1e-5)
    assert means[150_000.0, True] == pytest.approx(328_041, rel=1e-5)
    assert means[57_600.0, False] == pytest.approx(396_011, rel=1e-5)
