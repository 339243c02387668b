"""What jobs take from each other, beside closed forms: the storage of checkpoints, and the pace of a gang."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.cluster import Cause, Failures, Jobs, Machines, simulate
from gigawatt.validation import queueing
from gigawatt.validation.rows import ValidationRow

_REPEATS = 10
_T_999 = 4.781
"""Student's t with 9 degrees of freedom, two-sided 99.9 %."""


def shared_rows() -> list[ValidationRow]:
    """Lay shared storage and stragglers beside their closed forms."""
    return [*_storage(), *_stragglers()]


def mean_write_s(away_s: Sequence[float], alone_s: Sequence[float]) -> float:
    """Mean time of a checkpoint where each of some jobs could fill the storage by itself."""
    jobs = len(away_s)
    duration_s = 300_000.0
    work = Jobs(
        np.zeros(jobs), duration_s, checkpoint_interval_s=away_s, checkpoint_write_s=alone_s,
        checkpoint_gb=alone_s,
    )  # fmt: skip
    done = simulate(Machines.pool(jobs, storage_gb_per_s=1.0), work, "fifo")
    writes = np.ceil(duration_s / np.array(away_s)) - 1
    return done.fates.checkpoint * 3600.0 / float(writes.sum())


def _storage() -> list[ValidationRow]:
    cases = [
        (f"{jobs} jobs that write 20 s alone every 600 s", [600.0] * jobs, [20.0] * jobs, 0.05)
        for jobs in (4, 12, 24, 48)
    ]
    mixed = "24 jobs that write 10 s or 60 s alone every 400 s or 1200 s"
    cases.append((mixed, [400.0, 1200.0] * 12, [10.0, 60.0] * 12, 0.1))
    return [
        ValidationRow(
            model="cluster",
            group="storage that jobs share",
            quantity=f"mean time of a checkpoint, {what}, s",
            published=queueing.time_in_closed_queue_s(away, alone, 1e6, np.random.default_rng(0)),
            modelled=mean_write_s(away, alone),
            tolerance=tolerance,
            relative=True,
            source="the same queue played out event by event, in plain Python",
            baseline=float(np.mean(alone)),
        )
        for what, away, alone, tolerance in cases
    ]


def _stragglers() -> list[ValidationRow]:
    found = []
    for nodes, slow_frac in ((8, 0.5), (64, 0.8)):
        mean_s = 3600.0 * float(np.exp(0.5 * 0.5**2))
        per_gpu_h = 0.3 / nodes / 8
        cause = Cause("straggler", per_gpu_h, repair_median_s=3600.0, repair_sigma=0.5, slow_frac=slow_frac)
        paces = []
        for seed in range(_REPEATS):
            done = simulate(
                Machines.of(8 * nodes, 8), Jobs([0.0], [3e6], gpus=8 * nodes), "fifo", Failures((cause,)),
                seed=seed,
            )  # fmt: skip
            paces.append(done.fates.useful / (done.fates.useful + done.fates.slowed))
        error = _T_999 * float(np.std(paces, ddof=1)) / _REPEATS**0.5
        expected = queueing.pace_beside_stragglers_frac(nodes, 8 * per_gpu_h / 3600.0, mean_s, slow_frac)
        found.append(
            ValidationRow(
                model="cluster",
                group="stragglers",
                quantity=f"pace of a gang of {nodes} nodes that are slowed to {slow_frac} at times",
                published=expected,
                modelled=float(np.mean(paces)),
                tolerance=error,
                relative=False,
                source="Kleinrock, Queueing Systems I (1975), section 3.4: M/G/infinity",
                baseline=1.0,
                note=f"tolerance: 99.9 % confidence of {_REPEATS} repeats",
            )
        )
    return found
