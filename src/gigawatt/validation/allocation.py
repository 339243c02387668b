"""Allotment beside published cases of fair division, and beside the diversion worked out by hand.

A rule has a right answer rather than a measurement: these rows show that the rules are the ones that the
literature means by their names. No published figure tells how a real supplier allots.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.scenario import read_text
from gigawatt.supply import AllocationInput, AllocationProblem, allocate, lay_out
from gigawatt.supply.allocation import turning_dates
from gigawatt.supply.allocation.policies import dominant_fill
from gigawatt.validation.rows import ValidationRow

KESHAV = "Keshav, An Engineering Approach to Computer Networking (1997), pages 215-217"
TALMUD = "Talmud, Ketubot 93a, after Aumann and Maschler, J. Economic Theory 36 (1985)"
GHODSI = "Ghodsi et al., Dominant Resource Fairness, NSDI 2011, section 4.1"
YARN = "worked example of YARN's dominant resource calculator (geek-questions.imtqy.com)"
BY_HAND = "worked out by hand from the articles' booking dates; see docs/explanation/allocation.md"


def rows(shared: Path | None) -> list[ValidationRow]:
    """Compare allotments with published cases.

    Parameters
    ----------
    shared
        Folder of facts; with it the price that 'more than 500 million' implies is read from there.
    """
    return [*_max_min(), *_estates(), *_dominant(), *_diversion(), *_price(shared)]


def _row(
    group: str, quantity: str, published: float, modelled: float, source: str, **more: Any
) -> ValidationRow:
    given: dict[str, Any] = {"tolerance": 1e-6, "relative": False, **more}
    return ValidationRow(
        model="allocation",
        group=group,
        quantity=quantity,
        published=published,
        modelled=modelled,
        source=source,
        **given,
    )


def shared_out(policy: str, stock: int, claims: Sequence[int]) -> list[float]:
    """GPUs that each claimant gets of one lot of chips, everybody ready and due at once.

    >>> shared_out("max-min", 100, [20, 26, 40, 50])
    [20.0, 26.0, 27.0, 27.0]
    """
    names = [f"t{i}" for i in range(len(claims))]
    market: Mapping[str, Any] = {
        "name": "one lot",
        "start": "2024-01-01",
        "end": "2024-12-31",
        "period": "month",
        "chips": [{"name": "c", "it_power_kw": 1.0, "gpus_per_rack": 1, "value_usd_per_gpu_h": 1.0}],
        "tenants": [{"name": n} for n in names],
        "sites": [
            {"name": n, "tenant": n, "power": [{"from": "2024-01-01", "it_power": "1 GW"}]} for n in names
        ],
        "supply": [{"chip": "c", "date": "2024-01-01", "gpus": stock}],
        "bookings": [
            {"tenant": n, "chip": "c", "gpus": gpus, "ordered": "2023-01-01", "due": "2024-01-01"}
            for n, gpus in zip(names, claims, strict=True)
        ],
    }
    done = allocate(AllocationInput.model_validate(market), policy)
    return [float(gpus) for gpus in done.delivered[:, 0, -1]]


def _max_min() -> Iterator[ValidationRow]:
    claims, published = [2.0, 2.6, 4.0, 5.0], [2.0, 2.6, 2.7, 2.7]
    found = shared_out("max-min", 10_000, [round(1000 * claim) for claim in claims])
    for claim, told, gpus in zip(claims, published, found, strict=True):
        yield _row(
            "max-min", f"share of who asks for {claim:g} of 10, beside 2, 2.6, 4 and 5", told, gpus / 1000,
            KESHAV, baseline=2.5, note="baseline: equal parts; shared out as 10,000 chips",
        )  # fmt: skip


def _estates() -> Iterator[ValidationRow]:
    claims = [100, 200, 300]
    for policy, estate, published in (
        ("max-min", 100, [100 / 3] * 3),
        ("proportional", 300, [50.0, 100.0, 150.0]),
    ):
        found = shared_out(policy, 100 * estate, [100 * claim for claim in claims])
        for claim, told, gpus in zip(claims, published, found, strict=True):
            yield _row(
                "estates", f"{policy}: a claim of {claim} on an estate of {estate}", told, gpus / 100,
                TALMUD, tolerance=0.011, baseline=estate * claim / 600 if policy == "max-min" else estate / 3,
                note="whole chips of a hundredth; baseline: the other rule",
            )  # fmt: skip


def _dominant() -> Iterator[ValidationRow]:
    for source, capacity, needs, published in (
        (GHODSI, (9.0, 18.0), ((1.0, 4.0), (3.0, 1.0)), (3.0, 2.0)),
        (YARN, (100.0, 10_000.0), ((2.0, 300.0), (6.0, 100.0)), (20.0, 10.0)),
    ):
        pool, many = np.array(capacity), 1e4 * np.array(needs)
        tasks = 1e4 * dominant_fill(pool, np.zeros((2, 2)), many, many, pool, np.ones(2))
        for who, need, told, count in zip("AB", needs, published, tasks, strict=True):
            alone = min(c / n for c, n in zip(capacity, need, strict=True)) / 2
            yield _row(
                "dominant-resource fairness",
                f"tasks of {who} ({need[0]:g}, {need[1]:g}) of ({capacity[0]:g}, {capacity[1]:g})",
                told, float(count), source, baseline=alone, note="baseline: half of everything for each",
            )  # fmt: skip


def diversion(*overrides: str) -> AllocationProblem:
    """Lay the bundled diversion on its clock."""
    text = (files("gigawatt.supply") / "bundled" / "diversion.yaml").read_bytes()
    return lay_out(read_text(text, AllocationInput, overrides, file="diversion.yaml").scenario)


def _diversion() -> Iterator[ValidationRow]:
    problem = diversion()
    before, after = allocate(problem, "fcfs"), allocate(problem, "given")
    (turn,) = turning_dates(problem)
    start = problem.starts[0]

    def month_of(day: str | None) -> float:
        if day is None:
            return float("nan")
        at = date.fromisoformat(day)
        return float((at.year - start.year) * 12 + at.month - start.month)

    for quantity, told, modelled in (
        ("useful GPU-months without the swap", 162_000.0, before.useful_gpu_months),
        ("idle GPU-months without the swap", 84_000.0, before.idle_gpu_months),
        ("useful GPU-months with the swap", 204_000.0, after.useful_gpu_months),
        ("idle GPU-months with the swap", 42_000.0, after.idle_gpu_months),
        ("month of readiness from which the swap harms nobody", 7.0, month_of(turn.harms_nobody_from)),
        ("gain in GPU-months where the car maker is ready at once", 0.0, turn.curve[0][1]),
    ):
        yield _row("12,000 H100 diverted", quantity, told, modelled, BY_HAND, tolerance=1e-9)


def _price(shared: Path | None) -> Iterator[ValidationRow]:
    """Half a billion for 12,000 chips: the price that the bundled file takes."""
    file = None if shared is None else shared / "facts" / "finance.csv"
    if file is None or not file.exists():
        return
    with file.open(encoding="utf-8", newline="") as lines:
        told = next(
            (row for row in csv.reader(lines) if row and row[0] == "12,000 H100 value implied"),
            None,
        )
    if told is not None:
        problem = diversion()
        wait = (0.10 + 0.25) / 12
        yield _row(
            "12,000 H100 diverted", "price of a chip, USD", float(told[1]),
            float(problem.idle[0, 0]) / wait, told[4], tolerance=1.0, fitted=True,
            note="an input: this checks that it is taken as written",
        )  # fmt: skip
