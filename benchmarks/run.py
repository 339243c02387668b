"""Print the benchmarks: best of five, with a reference kernel's time beside each.

    make bench                       all of them
    python benchmarks/run.py run     one of them: run, help, kernels, size

The reference kernel is one product of two 1,500 x 1,500 float64 matrices on one thread: it tells how fast
this machine is at this moment. Seconds are printed here and never asserted in a test.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from packaging.requirements import Requirement

REPEATS = 5
GIGAWATT = Path(sys.executable).with_name("gigawatt")


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Return the shortest wall time of some repeats, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def reference_s() -> float:
    """Return the reference kernel's time, best of five, in seconds."""
    a = np.random.default_rng(0).random((1500, 1500))
    return best_of(REPEATS, lambda: a @ a)


def show(name: str, seconds: float, limit: float | None = None, extra: str = "") -> None:
    """Print one line: the figure, its limit where there is one, the reference kernel's time."""
    goal = f"limit {limit:g} s" if limit is not None else ""
    print(f"{name:<52} {seconds:8.3f} s  {goal:<12} reference {reference_s():.3f} s  {extra}", flush=True)


def command(*arguments: str, cache: str | None = None) -> int:
    """Run the installed command; return its peak resident memory in MiB."""
    env = dict(os.environ)
    if cache is not None:
        env["NUMBA_CACHE_DIR"] = cache
    subprocess.run([GIGAWATT, *arguments], check=True, capture_output=True, env=env)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def bench_run() -> None:
    """`gigawatt run colossus` with an empty compilation cache, then warm; memory."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "run")
        peaks = []

        def run(cache: str) -> None:
            peaks.append(command("run", "colossus", "--out", out, "--json", cache=cache))

        cold = []
        for i in range(REPEATS):
            start = time.perf_counter()
            run(str(Path(folder) / f"cache-{i}"))
            cold.append(time.perf_counter() - start)
        show("gigawatt run colossus, empty compilation cache", min(cold), 15.0)
        warm = best_of(REPEATS, lambda: run(str(Path(folder) / "cache-0")))
        show("gigawatt run colossus, warm", warm, 4.0, f"peak memory {max(peaks)} MiB (limit 1,000)")


def bench_help() -> None:
    """`gigawatt --help`, against a bare interpreter."""
    show("gigawatt --help", best_of(REPEATS, lambda: command("--help")), 0.3)
    bare = best_of(REPEATS, lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    show("  peer: python -c pass", bare)


def bench_kernels() -> None:
    """Wet bulb and weather of a year, with psychrolib as the peer."""
    from datetime import date

    import psychrolib

    from gigawatt import climate
    from gigawatt.kernel.clock import Clock
    from gigawatt.kernel.psychrometrics import wet_bulb_c

    clock = Clock(date(2025, 1, 1), date(2026, 1, 1))
    place = climate.place("memphis")
    weather = climate.synthesise(place, clock, np.random.default_rng(0))
    ours = best_of(REPEATS, lambda: wet_bulb_c(weather.dry_bulb_c, weather.dew_point_c, weather.pressure_pa))
    show("wet bulb, 8,760 hours", ours)
    psychrolib.SetUnitSystem(psychrolib.SI)
    some = slice(0, 876)

    def peer() -> None:
        for t, d, p in zip(
            weather.dry_bulb_c[some], weather.dew_point_c[some], weather.pressure_pa[some], strict=True
        ):
            psychrolib.GetTWetBulbFromTDewPoint(t, min(t, d), p)

    peer()
    show("  peer: psychrolib, the same (876 hours x 10)", 10.0 * best_of(REPEATS, peer))
    long = Clock(date(2024, 5, 1), date(2031, 1, 1))
    rng = np.random.default_rng(0)
    show("weather of 58,440 hours", best_of(REPEATS, lambda: climate.synthesise(place, long, rng)))


def runtime_closure(name: str = "gigawatt") -> dict[str, metadata.Distribution]:
    """Distributions that an installation without extras brings."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [name]
    while waiting:
        distribution = metadata.distribution(waiting.pop())
        key = str(distribution.metadata["Name"]).lower()
        if key not in found:
            found[key] = distribution
            needs = (Requirement(text) for text in distribution.requires or [])
            waiting += [n.name for n in needs if n.marker is None or n.marker.evaluate({"extra": ""})]
    return found


def _files(distribution: metadata.Distribution) -> list[Path]:
    return [Path(str(distribution.locate_file(file))) for file in distribution.files or []]


def bench_size() -> None:
    """Size of the installed closure without extras, and of our own package."""
    closure = runtime_closure()
    total = sum(p.stat().st_size for d in closure.values() for p in _files(d) if p.is_file())
    count = f"limit 650  ({len(closure)} packages)"
    print(f"{'installed closure without extras':<52} {total / 2**20:8.0f} MiB  {count}")
    ours = Path(__file__).parents[1] / "src" / "gigawatt"
    files = [f for f in ours.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    size = sum(f.stat().st_size for f in files)
    print(f"{'our own package, unpacked':<52} {size / 2**20:8.1f} MiB")


BENCHMARKS = {"run": bench_run, "help": bench_help, "kernels": bench_kernels, "size": bench_size}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(BENCHMARKS)
    for name in chosen:
        BENCHMARKS[name]()
