"""Twin and what-if from the command line, on a cluster that is up and on one that has ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from gigawatt.cluster.readers import read_trace


def gigawatt(*words: str, code: int = 0) -> str:
    command = [Path(sys.executable).with_name("gigawatt"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def test_twin_and_what_if_of_a_cluster_up_and_ended(make, tmp_path: Path):
    cluster = make(nodes=2, gpus_per_node=4)
    folder = str(cluster.folder)
    assert "GW855" in gigawatt("twin", folder, code=1)
    for gpus, seconds in ((6, 0.6), (4, 0.4), (2, 0.3)):
        cluster.submit(gpus, "sleep", str(seconds), estimate_s=seconds, tenant=f"t{gpus}")
    cluster.wait([1, 2, 3], "finished")
    long = cluster.submit(8, "sleep", "60", estimate_s=60.0)
    cluster.wait([long], "running")
    waiting = cluster.submit(5, "sleep", "60", estimate_s=60.0)
    told = json.loads(gigawatt("what-if", "--state-dir", folder, "--add-nodes", "2", "--json"))
    course = {job["id"]: job for job in told["jobs"]}[waiting]
    assert 50.0 < course["present"]["start_s"] < 60.0
    assert course["changed"]["start_s"] == 0.0
    assert "never" in gigawatt("what-if", "--state-dir", folder, "--remove-nodes", "0")
    assert cluster.states()[long] == "running"
    cluster.end()
    out = tmp_path / "out"
    told = json.loads(gigawatt("twin", folder, "--out", str(out), "--json"))
    starts = told["predictions"][0]["starts"]
    assert starts["orders_at_the_same_instant"] == starts["orders"] == 4
    assert told["measured"]["finished"] == 3
    jobs = pq.read_table(out / "tables" / "jobs.parquet")
    assert jobs["state"].to_pylist() == ["finished"] * 3 + ["waiting"] * 2
    assert len(read_trace(out / "tables" / "jobs.parquet").tenants) == 4
    names = {path.name for path in out.iterdir()}
    assert names == {
        "tables", "trace.json", "report.html", "manifest.json", "predicted-measured", "predicted-estimated",
    }  # fmt: skip
    assert "jobs within 10 %" in gigawatt("twin", folder, "--out", str(out))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    assert "GW501" in gigawatt("twin", folder, "--out", str(tmp_path / "mine"), code=1)
