"""Long arrays in memory of their own are as numpy's, and nothing shows what stood in memory before."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from gigawatt.cluster import Failures, Jobs, Machines, Schedule, _memory, policies, simulate
from gigawatt.cluster._memory import keep, used, zeros
from gigawatt.cluster.state import JOB


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize(
    ("shape", "kind"), [((3,), np.int64), ((2, 400_000), np.float64), ((100_000,), JOB), ((0,), JOB)]
)
def test_zeros_are_those_of_numpy(shape: tuple[int, ...], kind: Any, filled: bool) -> None:
    given = zeros(shape, kind, filled=filled)
    plain = np.zeros(shape, dtype=kind)
    assert given.dtype == plain.dtype
    assert given.flags.c_contiguous
    assert given.flags.writeable
    assert np.array_equal(given, plain)
    given[-1:] = plain[-1:]


def test_a_view_keeps_the_memory_alive() -> None:
    last = zeros((2, 400_000), filled=True)[1, -3:]
    last[:] = 7.0
    assert last.tolist() == [7.0, 7.0, 7.0]


def test_what_was_kept_is_given_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_memory, "_kept", [])
    keep(np.full(1 << 20, 5.0))
    first, second = used((1000,), np.float64), used((1000,), np.float64)
    assert (first[0], second[0]) == (5.0, 0.0)
    keep(np.full(1 << 20, 5.0))
    assert used(((1 << 20) + 1,), np.float64)[0] == 0.0
    keep(np.zeros((_memory._MOST >> 3) + 1))
    assert not _memory._kept


def _all(schedule: Schedule) -> list[Any]:
    """Everything that it holds, but its jobs and the seconds that it took."""
    rows: list[Any] = []
    for field in dataclasses.fields(schedule):
        value = getattr(schedule, field.name)
        if field.name == "runs":
            rows += [getattr(value, name).tolist() for name in value.__slots__]
        elif isinstance(value, np.ndarray):
            rows.append(value.tolist())
        elif field.name not in ("jobs", "wall_s", "parts", "curves", "busy_kwh"):
            rows.append(value)
    return rows


@pytest.mark.parametrize("name", policies.NAMES)
@pytest.mark.parametrize("until_s", [40_000.0, np.inf])
def test_records_of_another_simulation_do_not_show(
    name: str, until_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    n = 300
    jobs = Jobs(
        rng.uniform(0, 80_000, n), rng.lognormal(7, 1.5, n), rng.lognormal(7, 1.5, n),
        gpus=rng.choice([1, 2, 8], n), reserved_s=np.where(np.arange(n) % 50 == 7, 90_000.0, np.inf),
        after=np.where(np.arange(n) % 9 == 5, np.arange(n) - 3, -1), checkpoint_interval_s=600.0,
    )  # fmt: skip

    def run() -> Schedule:
        machines = [Machines.pool(16), Machines.of(16, 8)]
        return simulate(machines, jobs, name, Failures.poisson(2000.0), until_s=until_s)

    def of_text(schedule: Schedule) -> str:
        return repr(_all(schedule))

    monkeypatch.setattr(_memory, "_LEAST", 1)
    monkeypatch.setattr(_memory, "_kept", [])
    fresh = of_text(run())
    (block,) = _memory._kept
    block[:] = 0xFF
    assert of_text(run()) == fresh
