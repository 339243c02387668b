"""Goodput under failures beside closed forms, and failure counts beside published ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gigawatt import compute
from gigawatt.cluster import Failures, Jobs, Machines, Recovery, Schedule, simulate
from gigawatt.validation.queueing import young_interval_s
from gigawatt.validation.rows import ValidationRow

HOUR_S = 3600.0
DAY_S = 86_400.0
REPEATS = 10
T_999 = 4.781
"""Student's t with 9 degrees of freedom, two-sided 99.9 %."""
_LLAMA_GPU_H = 50_700.0
_RESTART_S, _WRITE_S = 600.0, 10.0
_DALY = "Daly, Future Generation Computer Systems 22 (2006), equation 20"
_KOKOLIS = "Kokolis et al., Revisiting Reliability, arXiv 2410.21680"
_LLAMA = "Grattafiori et al., The Llama 3 Herd of Models, arXiv 2407.21783, Table 5"


def failure_rows() -> list[ValidationRow]:
    """Lay goodput beside Young's, Daly's and Kokolis's forms, and counts beside published ones."""
    return [*_goodput(), *_published_goodput(), *_counts(), *_availability()]


def one_job(
    gpus: int,
    gpu_hours_between: float,
    *,
    interval_s: float,
    write_s: float,
    restart_s: float,
    duration_s: float,
    seed: int,
) -> Schedule:
    """Run one job on all GPUs; failures end its processes, and machines are back at once."""
    failures = Failures.poisson(
        gpu_hours_between, scope="job", repair_median_s=0.0, recovery=Recovery(whole_s=restart_s)
    )
    jobs = Jobs([0.0], [duration_s], gpus=gpus, checkpoint_interval_s=interval_s, checkpoint_write_s=write_s)
    return simulate(Machines.pool(gpus), jobs, "fifo", failures=failures, seed=seed)


def _mean(measure: Callable[[int], float]) -> tuple[float, float]:
    """Average over seeds, with the half width of its confidence."""
    values = np.array([measure(seed) for seed in range(REPEATS)])
    return float(values.mean()), T_999 * float(values.std(ddof=1)) / REPEATS**0.5


def _goodput_of(gpus: int, interval_s: float, write_s: float, restart_s: float) -> tuple[float, float]:
    between_h = _LLAMA_GPU_H / gpus

    def measure(seed: int) -> float:
        done = one_job(
            gpus,
            _LLAMA_GPU_H,
            interval_s=interval_s,
            write_s=write_s,
            restart_s=restart_s,
            duration_s=600.0 * between_h * HOUR_S,
            seed=seed,
        )
        return done.goodput_frac

    return _mean(measure)


def _row(
    group: str,
    quantity: str,
    published: float,
    seen: tuple[float, float],
    source: str,
    *,
    rounding: float = 0.0,
    baseline: float | None = None,
    note: str = "",
) -> ValidationRow:
    mean, half_width = seen
    return ValidationRow(
        model="cluster",
        group=group,
        quantity=quantity,
        published=published,
        modelled=mean,
        tolerance=(half_width + rounding) / published,
        relative=True,
        source=source,
        baseline=baseline,
        note=note or f"tolerance: 99.9 % confidence of {REPEATS} seeds",
    )


def _goodput() -> list[ValidationRow]:
    found = []
    for gpus in (1_024, 16_384, 131_072):
        between_s = _LLAMA_GPU_H / gpus * HOUR_S
        daly_s = float(compute.daly_interval_h(between_s / HOUR_S, _WRITE_S / HOUR_S)) * HOUR_S
        for name, interval_s in (
            ("Daly's interval", daly_s),
            ("Young's interval", young_interval_s(between_s, _WRITE_S)),
            ("four times Daly's", 4.0 * daly_s),
        ):
            if gpus != 16_384 and name != "Daly's interval":
                continue
            expected = float(
                compute.goodput_frac(
                    gpus, 1.0 / _LLAMA_GPU_H, _RESTART_S / HOUR_S, _WRITE_S / HOUR_S, interval_s / HOUR_S
                )
            )
            seen = _goodput_of(gpus, interval_s, _WRITE_S, _RESTART_S)
            text = f"goodput, one job of {gpus:,} GPUs, {name}, share"
            found.append(_row("goodput of checkpoints", text, expected, seen, _DALY, baseline=1.0))
    return found


def _published_goodput() -> list[ValidationRow]:
    # Kokolis et al. print the first-order form; losses must be small for it to hold.
    rate_per_node_day, nodes, restart_day, interval_day, write_day = (
        6.5e-3,
        256,
        5 / 1440,
        30 / 1440,
        5 / 86_400,
    )
    first_order = (1.0 - nodes * rate_per_node_day * (restart_day + interval_day / 2.0)) / (
        1.0 + write_day / interval_day
    )
    gpus = 8 * nodes
    between_h = 24.0 / rate_per_node_day * 8.0

    def measure(seed: int) -> float:
        return one_job(
            gpus,
            between_h,
            interval_s=interval_day * DAY_S,
            write_s=write_day * DAY_S,
            restart_s=restart_day * DAY_S,
            duration_s=600.0 * between_h / gpus * HOUR_S,
            seed=seed,
        ).goodput_frac

    text = "goodput (ETTR), 2,048 GPUs at 6.5 failures per 1,000 node-days, share"
    note = "first-order form as printed; 30 min between checkpoints, 5 min restart, 5 s write"
    row = _row(
        "goodput of checkpoints", text, first_order, _mean(measure), _KOKOLIS, rounding=0.002, note=note
    )
    daly_s = float(compute.daly_interval_h(_LLAMA_GPU_H / 16_384, _WRITE_S / HOUR_S)) * HOUR_S
    llama = ValidationRow(
        model="cluster",
        group="published goodput",
        quantity="effective training time, Llama 3 405B on 16,384 H100, share",
        published=0.90,
        modelled=_goodput_of(16_384, daly_s, _WRITE_S, _RESTART_S)[0],
        tolerance=0.05,
        relative=False,
        low=0.0,
        source=f"{_LLAMA}: more than 90 %",
        baseline=1.0,
        note="published as a lower bound; restart of 10 min and write of 10 s are assumed",
    )
    return [row, llama]


def _failures_in(gpus: int, gpu_hours_between: float, days: float) -> tuple[float, float]:
    """Failures in so many days: one job on all GPUs runs about ten times as long, and its count is scaled."""

    def measure(seed: int) -> float:
        done = one_job(
            gpus,
            gpu_hours_between,
            interval_s=HOUR_S,
            write_s=0.0,
            restart_s=60.0,
            duration_s=10.0 * days * DAY_S,
            seed=seed,
        )
        return done.failures * days * DAY_S / done.end_of_simulation_s

    return _mean(measure)


def _counts() -> list[ValidationRow]:
    per_node_day = 24.0 * 8.0
    found = []
    for gpus, published_h, rounding in ((16_384, 1.8, 0.05), (131_072, 0.23, 0.005)):
        days = 20.0 * 16_384 / gpus
        count, half_width = _failures_in(gpus, per_node_day / 6.5e-3, days)
        seen = (24.0 * days / count, 24.0 * days / count * half_width / count)
        text = f"mean time between failures of {gpus:,} GPUs, RSC-1's rate, h"
        note = "6.5 failures per 1,000 node-days of 8 GPUs; tolerance: confidence, and the print's rounding"
        found.append(
            _row("published failure rates", text, published_h, seen, _KOKOLIS, rounding=rounding, note=note)
        )
    text = "unexpected interruptions in 54 days of 16,384 GPUs"
    seen = _failures_in(16_384, _LLAMA_GPU_H, 54.0)
    note = "the rate was derived from this count: it checks the failures' clock, no more"
    row = _row("published failure rates", text, 419.0, seen, _LLAMA, rounding=0.5, note=note)
    return [*found, replace(row, fitted=True)]


def _availability() -> list[ValidationRow]:
    """Share of a placed cluster that is in repair, beside rate x mean repair time."""
    between_h, repair_h = 5_000.0, 20.0
    gpus, days = 256, 2_000.0
    expected = 8.0 / between_h * repair_h / (1.0 + 8.0 / between_h * repair_h)

    def measure(seed: int) -> float:
        failures = Failures.poisson(
            between_h, scope="node", repair_median_s=repair_h * HOUR_S, repair_sigma=0.0
        )
        jobs = Jobs([0.0], [days * DAY_S], checkpoint_interval_s=HOUR_S)
        done = simulate(Machines.of(gpus, 8), jobs, "fifo", failures=failures, seed=seed)
        return done.fates.down / done.fates.total

    text = "share of 32 nodes in repair, a failure per node and 625 h, 20 h each"
    source = "alternating renewal: repair / (time between + repair); Ross, Introduction to Probability Models"
    note = "tolerance: confidence, and 2 % of it for the days before the steady state"
    seen = _mean(measure)
    return [_row("availability", text, expected, seen, source, rounding=0.02 * expected, note=note)]
