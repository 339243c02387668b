"""Print the cluster's benchmarks, after compilation, with a reference kernel's time beside each.

    python benchmarks/cluster.py                all of them
    python benchmarks/cluster.py philly         one: philly, policies, peers, million, coherent, compile

Philly's trace lies in ../shared; without it a workload of the same size is drawn. SimPy (extra ``bench``) is
compared with where it is installed. Seconds are printed here and never asserted in a test.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gigawatt.cluster import (
    Failures,
    Jobs,
    Machines,
    Recovery,
    Schedule,
    coherent_table,
    compare_coherent,
    policies,
    simulate,
)

PHILLY = Path(__file__).parents[1] / ".." / "shared" / "traces" / "philly" / "philly_jobs.csv"
YEAR_S = 365 * 86_400.0


def reference_s() -> float:
    """Return the reference kernel's time, best of five, in seconds."""
    a = np.random.default_rng(0).random((1500, 1500))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    return min(times)


def best(repeats: int, *args: Any, **options: Any) -> tuple[float, Schedule]:
    """Return the shortest wall time of a simulation, after one that compiles, and its schedule."""
    schedule = simulate(*args, **options)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        schedule = simulate(*args, **options)
        times.append(time.perf_counter() - start)
    return min(times), schedule


def show(name: str, seconds: float, limit: float | None, extra: str = "") -> None:
    goal = f"limit {limit:g} s" if limit is not None else ""
    print(f"{name:<46} {seconds:8.3f} s  {goal:<13} reference {reference_s():.3f} s  {extra}", flush=True)


def philly(copies: int = 1) -> Jobs:
    """Philly's 82,247 jobs, so many copies at the same times."""
    if PHILLY.is_file():
        from pyarrow import csv

        table = csv.read_csv(PHILLY)
        at = table["timestamp"].to_numpy(zero_copy_only=False).astype("datetime64[s]").astype(np.int64)
        names, tenant = np.unique(table["cluster"].to_numpy(zero_copy_only=False), return_inverse=True)
        columns = {
            "submit_s": at - at.min(),
            "duration_s": table["duration"].to_numpy(),
            "gpus": table["num_gpus"].to_numpy(),
            "tenant": tenant,
        }
        tenants = tuple(str(n) for n in names)
    else:
        print("the Philly trace is absent: a drawn workload of its size and load instead")
        rng = np.random.default_rng(0)
        n = 82_247
        duration = rng.lognormal(6.5, 2.2, n).clip(10, 5e6)
        gpus = rng.choice([1, 2, 4, 8, 16, 32], n, p=[0.8, 0.06, 0.06, 0.06, 0.015, 0.005])
        duration *= 978_078 * 3600 / float(duration @ gpus)
        columns = {"submit_s": rng.uniform(0, 108.9 * 86_400, n), "duration_s": duration, "gpus": gpus,
                   "tenant": rng.integers(0, 15, n)}  # fmt: skip
        tenants = tuple(f"tenant {i}" for i in range(15))
    return Jobs(**{k: np.tile(v, copies) for k, v in columns.items()}, tenants=tenants)


def bench_philly() -> None:
    for name, copies, gpus, limit in (
        ("800", 1, 800, 0.15),
        ("400", 1, 400, 1.0),
        ("8,000, ten copies", 10, 8000, 3.0),
    ):
        seconds, s = best(5, Machines.pool(gpus), philly(copies), "easy")
        show(f"Philly, EASY, {name} GPUs", seconds, limit, f"mean JCT {np.nanmean(s.jct_s):,.0f} s")


def bench_policies() -> None:
    for name in policies.NAMES:
        seconds, s = best(1, Machines.pool(400), philly(), name)
        show(f"Philly, {name}, 400 GPUs", seconds, 20.0, f"mean JCT {np.nanmean(s.jct_s):,.0f} s")


def simpy_fifo(jobs: Jobs, servers: int) -> tuple[float, float]:
    """CPU seconds and mean wait of SimPy's resource on the same queue."""
    import simpy

    env = simpy.Environment()
    resource_ = simpy.Resource(env, capacity=servers)
    waits = np.zeros(len(jobs))
    submit, service = jobs.submit_s.tolist(), jobs.duration_s.tolist()

    def one(j: int) -> Any:
        with resource_.request() as request:
            yield request
            waits[j] = env.now - submit[j]
            yield env.timeout(service[j])

    def source() -> Any:
        for j in range(len(jobs)):
            yield env.timeout(submit[j] - env.now)
            env.process(one(j))

    env.process(source())
    start = time.process_time()
    env.run()
    return time.process_time() - start, float(waits.mean())


def our_queue(jobs: Jobs, servers: int, policy: str) -> tuple[float, float]:
    """CPU seconds and mean wait of ours."""
    start = time.process_time()
    s = simulate(Machines.pool(servers), jobs, policy)
    return time.process_time() - start, float(s.wait_s.mean())


def bench_peers() -> None:
    try:
        import simpy  # noqa: F401
    except ModuleNotFoundError:
        print("SimPy is not installed: pip install simpy")
        return
    rng = np.random.default_rng(0)
    n, servers = 200_000, 50
    jobs = Jobs(np.cumsum(rng.exponential(1 / 45, n)), rng.exponential(1.0, n) + 1e-9, gpus=1)
    names = ("fifo", "easy")
    for name in names:
        simulate(Machines.pool(servers), jobs, name)
    # In turns: what else the machine does meets all of them alike.
    rounds = []
    for _ in range(5):
        ours = {name: our_queue(jobs, servers, name) for name in names}
        rounds.append(ours | {"simpy": simpy_fifo(jobs, servers)})
    theirs, wait = min(one["simpy"] for one in rounds)
    for name, least in (("fifo", 50), ("easy", 20)):
        seconds, ours_wait = min(one[name] for one in rounds)
        rate, other = n / seconds, n / theirs
        print(
            f"{name:<6} {rate:>12,.0f} jobs a CPU second, SimPy {other:>9,.0f}: {rate / other:5.1f} times "
            f"(at least {least}); mean wait {ours_wait:.5f} and {wait:.5f} s; best of five each, "
            f"reference {reference_s():.3f} s"
        )


def million() -> tuple[Machines, Jobs, Failures, tuple[float, ...]]:
    """A million GPUs in racks of 72, a million jobs over a year, a failure every three minutes."""
    rng = np.random.default_rng(1)
    n, gpus = 1_000_000, 1_000_080
    machines = Machines.of(gpus, 72, racks_per_pod=16, pods_per_hall=60)
    sizes = [1, 2, 4, 8, 16, 36, 72, 144, 288, 576, 1152, 4608, 18432]
    shares = [0.35, 0.12, 0.1, 0.15, 0.08, 0.05, 0.06, 0.04, 0.02, 0.015, 0.01, 0.0045, 0.0005]
    asked = rng.choice(sizes, n, p=shares)
    duration = rng.lognormal(np.log(4 * 3600), 1.8, n).clip(60, 7 * 86_400)
    duration *= 0.85 * gpus * YEAR_S / float(duration @ asked)
    jobs = Jobs(
        rng.uniform(0, YEAR_S, n), duration, gpus=asked, tenant=rng.integers(0, 20, n),
        checkpoint_interval_s=1800.0, checkpoint_write_s=20.0, checkpoint_load_s=120.0,
        tenants=tuple(f"tenant {i}" for i in range(20)),
    )  # fmt: skip
    failures = Failures.poisson(50_000.0, spare_gpus=7_200, recovery=Recovery("hot-spares"))
    return machines, jobs, failures, tuple([gpus / 20.0] * 20)


def bench_million() -> None:
    machines, jobs, failures, quotas = million()
    simulate(machines, jobs, "fair", failures, quotas_gpus=quotas, until_s=86_400.0)
    start = time.perf_counter()
    s = simulate(machines, jobs, "fair", failures, quotas_gpus=quotas, until_s=YEAR_S)
    seconds = time.perf_counter() - start
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    show(
        "a year of 1,000,080 GPUs, a million jobs",
        seconds,
        60.0,
        f"{mib:,} MiB (limit 2,000), {s.failures:,} failures",
    )
    print(f"  {s}")


def bench_coherent() -> None:
    start = time.perf_counter()
    cases = compare_coherent()
    print(coherent_table(cases))
    show("one coherent job of a million GPUs, six ways", time.perf_counter() - start, None)


COMPILED = {
    "a pool, EASY": "simulate(Machines.pool(8), Jobs([0], [1], gpus=1), 'easy')",
    "nodes, failures, a power budget, fair share": (
        "simulate(Machines.of(16, 8), Jobs([0], [1], gpus=1), 'fair', Failures.poisson(),"
        "PowerBudget(budget_kw=np.ones(2) * 99))"
    ),
}


def bench_compile() -> None:
    for what, call in COMPILED.items():
        code = (
            "import time; import numpy as np; from gigawatt.cluster import *; t = time.perf_counter();"
            f"{call}; print(time.perf_counter() - t)"
        )
        with tempfile.TemporaryDirectory() as folder:
            for name, limit in ((f"compiled once: {what}", 15.0), ("the same from the cache", None)):
                env = dict(os.environ, NUMBA_CACHE_DIR=folder)
                done = subprocess.run(
                    [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
                )
                show(name, float(done.stdout), limit)


BENCHES = {
    "compile": bench_compile,
    "philly": bench_philly,
    "policies": bench_policies,
    "peers": bench_peers,
    "million": bench_million,
    "coherent": bench_coherent,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or BENCHES:
        BENCHES[chosen]()
