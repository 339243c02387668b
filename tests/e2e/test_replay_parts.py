"""``gigawatt replay`` on machines that differ, come by date, are drained, and share a storage."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from command import here, installed

replay = partial(here, "replay")
JOBS = """submit_s,duration_s,gpus,tenant,chips,deadline_s,reserved_s
0,3600,8,a,,4000,
0,3600,8,b,gb200,,
10,7200,8,a,h100,3000,
20,1800,8,b,,,9000
"""
PARTS = """parts:
  - name: old hall
    chip: h100
    gpus: 16
    gpus_per_node: 8
    in_service: [{from: 0 h, gpus: 8}, {from: 1 h, gpus: 16}]
    power:
      busy_kw_per_gpu: 1.2
      idle_kw_per_gpu: 0.3
      budgets: [{from: 0 h, budget: 30 kW}, {from: 2 h, budget: 20 kW}]
  - name: new hall
    chip: gb200
    chip_speed: 2.5
    gpus: 72
    gpus_per_node: 72
    drains: [{from: 2 h, until: 3 h, nodes: 1, grace: 10 min}]
    storage: 1 GB/s
    power: {}
tenants:
  - {name: a, quota: 48}
prices: {gpu_hour: 2 USD/GPU-h, energy: 60 USD/MWh}
"""
FAILURES = """causes:
  - {name: straggler, gpu_hours_between: 100, scope: node, repair_median: 10 min, slow: 50 %}
recovery: {restart: hot-spares, memory: {interval: 1 min, write: 1 s, load: 2 s}}
checkpoints: {interval: 10 min, write: 5 s, load: 20 s, size: 100 GB}
"""


def arguments(files: Path) -> tuple[str, ...]:
    return str(files / "jobs.csv"), "--cluster", str(files / "parts.yaml")


@pytest.fixture
def files(tmp_path):
    for name, text in (("jobs.csv", JOBS), ("parts.yaml", PARTS), ("failures.yaml", FAILURES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_jobs_go_to_the_chips_that_they_ask_for_and_the_page_has_a_lane_for_each_part(files):
    out = files / "out"
    done = installed("replay", *arguments(files), "--policy", "edf", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["gpus"], told["finished"]) == (88, 4)
    assert (told["deadlines"], told["deadlines_missed"]) == (2, 1)
    assert told["costs"]["total"]["energy_mwh"] > 0.0
    import pyarrow.parquet as pq

    runs = pq.read_table(out / "tables" / "runs.parquet").to_pydict()
    by_job = dict(zip(runs["name"], runs["part"], strict=True))
    jobs = pq.read_table(out / "tables" / "jobs.parquet").to_pydict()
    asked = dict(zip(jobs["name"], jobs["chips"], strict=True))
    for name, chips in asked.items():
        assert not chips or by_job[name] == {"h100": "old hall", "gb200": "new hall"}[chips]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "new hall" in page


def test_failures_with_stragglers_and_memory_run_through(files):
    done = replay(*arguments(files), "--failures", str(files / "failures.yaml"), "--json")
    assert done.returncode == 0, done.stderr
    fates = json.loads(done.stdout)["gpu_hours_by_fate"]
    assert fates["checkpoint"] > 0.0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("from: 0 h", "from: 1 min", "do not begin at 0 and rise"),
        ("nodes: 1, grace", "nodes: 3, grace", "reaches beyond the last of 1 nodes"),
        ("gpus: 72\n    gpus_per_node: 72", "gpus: 71\n    gpus_per_node: 72", "do not fill nodes of 72"),
        ("chip_speed: 2.5", "chip_sped: 2.5", "chip_speed"),
    ],
)
def test_a_mistake_in_a_part_is_told_with_its_place(files, old, new, told):
    assert old in PARTS
    path = files / "wrong.yaml"
    path.write_text(PARTS.replace(old, new), encoding="utf-8")
    done = replay(str(files / "jobs.csv"), "--cluster", str(path))
    assert done.returncode == 1
    assert told in done.stderr
    assert "wrong.yaml:" in done.stderr
    assert "Traceback" not in done.stderr
