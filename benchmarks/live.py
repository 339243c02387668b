"""Print how quick a live cluster is: ready, many short jobs, how long each waits, status with many queued.

    python benchmarks/live.py [JOBS] [QUEUED]

JOBS short jobs (default 1,000) pass through 4 nodes of 8 GPUs; then QUEUED jobs (default 10,000) wait while
status is asked. Times are printed here, beside a reference kernel's, and never asserted in a test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cluster import reference_s
from gigawatt.live.outside import client

GIGAWATT = Path(sys.executable).with_name("gigawatt")
JOB = {"tenant": "a", "gpus": 1, "command": ["true"], "cwd": "/"}


def show(name: str, seconds: float, goal: str = "") -> None:
    """Print one line with the reference kernel's time."""
    print(f"{name:<58} {seconds:8.3f} s  {goal:<12} reference {reference_s():.3f} s", flush=True)


def command(folder: Path, *words: str) -> float:
    """Run the installed command; return its wall time in seconds."""
    begun = time.perf_counter()
    subprocess.run([GIGAWATT, *words, "--state-dir", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - begun


def pass_through(folder: Path, jobs: int) -> None:
    """Submit short jobs one after another, a few at a time in the cluster, and print what they waited."""
    begun = time.perf_counter()
    asked_unix_s = {}
    for _ in range(jobs):
        before_unix_s = time.time()
        answer = client.ask(folder, "POST", "/v1/jobs", {**JOB, "command": ["date", "+%s.%N"]})
        asked_unix_s[answer["id"]] = before_unix_s
    while any(job["state"] != "finished" for job in client.ask(folder, "GET", "/v1/status")["jobs"]):
        time.sleep(0.1)
    took_s = time.perf_counter() - begun
    waited_s = [
        float((folder / "logs" / str(job) / "1" / "0.log").read_text(encoding="ascii")) - before_unix_s
        for job, before_unix_s in asked_unix_s.items()
    ]
    show(f"{jobs:,} jobs of one rank, from the first submission to the last end", took_s)
    show("from the request to the rank's own first word, median", float(np.median(waited_s)), "limit 0.1 s")
    show("the same, 99th percentile", float(np.percentile(waited_s, 99)))


def ask_with_a_queue(folder: Path, queued: int) -> None:
    """Fill the queue behind a job that takes the whole cluster, and ask for the status."""
    client.ask(folder, "POST", "/v1/jobs", {**JOB, "gpus": 32, "command": ["sleep", "600"]})
    begun = time.perf_counter()
    client.ask(folder, "POST", "/v1/jobs", {**JOB, "array": queued})
    show(f"submit an array of {queued:,}", time.perf_counter() - begun)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        answer = client.ask(folder, "GET", "/v1/status")
        times.append(time.perf_counter() - begun)
    show(f"status, asked by a program ({len(json.dumps(answer)) / 1e6:.1f} MB)", min(times), "limit 0.5 s")
    show("gigawatt status", min(command(folder, "status") for _ in range(3)))
    begun = time.perf_counter()
    client.ask(folder, "POST", "/v1/jobs", JOB)
    show("submit one more", time.perf_counter() - begun)


def main(jobs: int = 1000, queued: int = 10_000) -> None:
    """Print all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command(folder, "up", "--nodes", "4", "--gpus-per-node", "8")  # compiles what is not compiled yet
        command(folder, "down")
        show("gigawatt up, 4 nodes of 8 GPUs", command(folder, "up"), "limit 2 s")
        try:
            pass_through(folder, jobs)
            ask_with_a_queue(folder, queued)
        finally:
            show("gigawatt down, a gang of 32 running", command(folder, "down"))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
