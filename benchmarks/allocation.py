"""Print how long an allotment of 20 sites, 3 chips and 52 weeks takes, and how near its bound it comes.

    python benchmarks/allocation.py

Best of five, with the reference kernel's time beside it (one product of two 1,500 x 1,500 float64 matrices
on one thread). Seconds are printed here and never asserted in a test.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.resources import files

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gigawatt.scenario import read_text
from gigawatt.supply import AllocationInput, AllocationProblem, allocate, lay_out

REPEATS = 5


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Return the shortest wall time of some repeats, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def reference_s() -> float:
    a = np.random.default_rng(0).random((1500, 1500))
    return best_of(REPEATS, lambda: a @ a)


def year(seed: int) -> AllocationProblem:
    text = (files("gigawatt.supply") / "bundled" / "synthetic-year.yaml").read_bytes()
    return lay_out(read_text(text, AllocationInput, [f"synthetic.seed={seed}"]).scenario)


def show(name: str, seconds: float, limit: str, gap: float) -> None:
    told = f"{name:<44} {seconds:7.2f} s  limit {limit:<5} gap {100 * gap:.4f} % (limit 0.1 %)"
    print(f"{told}  reference {reference_s():.3f} s", flush=True)


def main() -> None:
    from gigawatt.supply.allocation.optimise import best_plan

    for seed in range(1, 6):
        problem = year(seed)
        best_plan(problem)  # the solver is loaded
        done = allocate(problem, "value")
        seconds = best_of(REPEATS, lambda p=problem: best_plan(p))
        show(f"seed {seed}: linear program and repair", seconds, "2 s", done.gap or 0.0)
        whole = allocate(problem, "value", method="milp", gap=1e-3)
        seconds = best_of(2, lambda p=problem: best_plan(p, "milp", gap=1e-3))
        show(f"seed {seed}: branch and bound to 0.1 %", seconds, "15 s", whole.gap or 0.0)


if __name__ == "__main__":
    main()
