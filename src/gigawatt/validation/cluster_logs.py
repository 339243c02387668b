"""Logged runs and a trace of other hands, from ../shared, beside the simulation and the generators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from gigawatt.cluster import Jobs, Machines, Schedule, policies, simulate
from gigawatt.cluster.generate import lublin
from gigawatt.cluster.policies import Policy
from gigawatt.cluster.readers import ColumnMap, Trace, read_trace, to_jobs
from gigawatt.validation.rows import ValidationRow

_MURI = (
    "Zhao et al., Multi-Resource Interleaving for Deep Learning Training (Muri), SIGCOMM 2022: testbed logs"
)
_COLUMNS = "submit=submit_time,duration=real_executed_time,gpus=num_gpu,name=job_id"
_ROUND_S = 360.0
_GPUS = 64

# Means over the 400 jobs of each log, as published in its repository (shared/validation/scheduling.csv, rows
# that can be reproduced here).
_LOGGED: dict[str, dict[str, float]] = {
    "SRTF": {"mean": 249_140.2, "makespan": 4_156_633.3, "wait": 188_941.7},
    "SRSF": {"mean": 238_612.1, "makespan": 4_223_121.8, "wait": 178_359.3},
    "tiresias": {"mean": 336_533.2, "makespan": 3_959_796.9, "wait": 276_015.7},
}
_MEASURES: dict[str, tuple[str, Callable[[Schedule], float]]] = {
    "mean": ("mean completion time", lambda done: float(done.jct_s.mean())),
    "makespan": ("makespan", lambda done: done.makespan_s),
    "wait": ("mean time not running", lambda done: float((done.jct_s - done.jobs.duration_s).mean())),
}


def log_rows(shared: Path) -> list[ValidationRow]:
    """Lay logged schedules and a generated trace beside ours.

    Parameters
    ----------
    shared
        Folder of the measured data.
    """
    return [
        *_muri(shared / "traces/muri"),
        *_sensitivity(shared / "traces/muri"),
        *_lublin(shared / "traces/swf"),
    ]


def muri_jobs(folder: Path, name: str) -> Jobs:
    """Read the jobs of one of the logs, with the time that each really ran for."""
    trace = read_trace(folder / f"measured_job_{name}.csv", columns=ColumnMap.parse(_COLUMNS))
    return to_jobs(trace).jobs


def _muri(folder: Path) -> list[ValidationRow]:
    found = []
    cases: tuple[tuple[str, str, Policy, dict[str, float]], ...] = (
        ("SRTF", "SRTF", policies.srtf(round_s=_ROUND_S), {"mean": 0.002, "makespan": 0.005, "wait": 0.002}),
        ("SRSF", "SRSF", policies.srsf(round_s=_ROUND_S), {"mean": 0.002, "makespan": 0.005, "wait": 0.002}),
        (
            "tiresias",
            "Tiresias",
            policies.las(round_s=_ROUND_S),
            {"mean": 0.06, "makespan": 0.06, "wait": 0.06},
        ),
    )
    for file, name, policy, tolerances in cases:
        jobs = muri_jobs(folder, file)
        done = simulate(Machines.pool(_GPUS), jobs, policy)
        naive = simulate(Machines.pool(_GPUS), jobs, policies.fifo())
        for key, tolerance in tolerances.items():
            words, measure = _MEASURES[key]
            found.append(
                ValidationRow(
                    model="cluster",
                    group=f"logged runs on 64 GPUs, {name}",
                    quantity=f"{words} of 400 jobs, {name}, s",
                    published=_LOGGED[file][key],
                    modelled=measure(done),
                    tolerance=tolerance,
                    relative=True,
                    source=_MURI,
                    baseline=measure(naive),
                    note="rounds of 360 s; service times from the log; the baseline is first in, first out",
                )
            )
    return found


def _sensitivity(folder: Path) -> list[ValidationRow]:
    """Print how far Tiresias depends on what its log does not tell; the wide tolerance claims nothing."""
    jobs = muri_jobs(folder, "tiresias")
    cases = (
        ("threshold 28,800 GPU-s", policies.las((28_800.0,), round_s=_ROUND_S)),
        ("threshold 150,000 GPU-s", policies.las((150_000.0,), round_s=_ROUND_S)),
        ("two thresholds, 57,600 and 576,000", policies.las((57_600.0, 576_000.0), round_s=_ROUND_S)),
        ("by submission alone", policies.las(running_first=False, round_s=_ROUND_S)),
        ("no rounds", policies.las()),
    )
    return [
        ValidationRow(
            model="cluster",
            group="Tiresias, sensitivity to what its log leaves open",
            quantity=f"mean completion time of 400 jobs, Tiresias, {name}, s",
            published=_LOGGED["tiresias"]["mean"],
            modelled=float(simulate(Machines.pool(_GPUS), jobs, policy).jct_s.mean()),
            tolerance=0.5,
            relative=True,
            source=_MURI,
            note="shown to tell how much threshold, order and rounds matter; not claimed",
        )
        for name, policy in cases
    ]


def _lublin(folder: Path) -> list[ValidationRow]:
    """Lay our generator beside 10,000 jobs that the authors' program wrote for 256 nodes."""
    theirs = read_trace(folder / "lublin_256.swf")
    ours = lublin(200_000, 256, np.random.default_rng(0))
    root = theirs.jobs**0.5

    def log_s(trace: Trace) -> np.ndarray:
        return np.log(trace.duration_s)

    def share(trace: Trace, sizes: np.ndarray) -> float:
        return float(np.isin(trace.gpus, sizes).mean())

    powers = 2 ** np.arange(1, 9)
    serial, power = share(ours, np.array([1])), share(ours, powers)
    cases = (
        ("share of serial jobs", share(theirs, np.array([1])), serial, (serial * (1 - serial)) ** 0.5),
        ("share of larger powers of two", share(theirs, powers), power, (power * (1 - power)) ** 0.5),
        ("mean size, GPUs", theirs.gpus.mean(), ours.gpus.mean(), ours.gpus.std()),
        ("mean run time, s", theirs.duration_s.mean(), ours.duration_s.mean(), ours.duration_s.std()),
        ("mean logarithm of the run time", log_s(theirs).mean(), log_s(ours).mean(), log_s(ours).std()),
    )
    return [
        ValidationRow(
            model="cluster",
            group="Lublin-Feitelson generator",
            quantity=f"{name}, 256 nodes",
            published=float(published),
            modelled=float(modelled),
            tolerance=3.29 * float(scatter) / root / float(published),
            relative=True,
            source="10,000 jobs written by the authors' program (lublin_256.swf)",
            note="tolerance: 99.9 % confidence of 10,000 jobs",
        )
        for name, published, modelled, scatter in cases
    ]
