"""Model FLOPs utilisation in training: what share of the peak becomes model arithmetic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gigawatt import catalog
from gigawatt.compute.inputs import Precision
from gigawatt.compute.models import LanguageModel

Array = NDArray[np.float64]


class MfuSource(Protocol):
    """Anything that knows the utilisation of a training run: the table here, or a model of its steps."""

    def mfu_frac(
        self, *, chip: str, architecture: str, precision: Precision, model: LanguageModel, gpus: Array
    ) -> Array:
        """Utilisation for each number of GPUs in the whole run, shape of ``gpus``, within (0, 1)."""
        ...


@dataclass(frozen=True, slots=True)
class MfuPoint:
    """One published figure."""

    chip: str
    architecture: str
    precision: str
    moe: bool
    gpus: float
    mfu_frac: float
    report: str
    setup: str
    """What a report kept the same while the scale changed: the model and the software."""


@dataclass(frozen=True, slots=True)
class FixedMfu:
    """The same utilisation always: what a scenario states itself."""

    frac: float

    def mfu_frac(
        self,
        *,
        chip: str,  # noqa: ARG002
        architecture: str,  # noqa: ARG002
        precision: Precision,  # noqa: ARG002
        model: LanguageModel,  # noqa: ARG002
        gpus: Array,
    ) -> Array:
        """Return the fixed value for each number of GPUs."""
        return np.full_like(np.asarray(gpus, dtype=np.float64), self.frac)


@cache
def _catalog_points() -> tuple[MfuPoint, ...]:
    points = []
    for row in catalog.rows("mfu").values():
        chip = str(row.values["chip"])
        points.append(
            MfuPoint(
                chip=chip,
                architecture=str(catalog.row("chip", chip).values["architecture"]),
                precision=str(row.values["precision"]),
                moe=bool(row.values["moe"]),
                gpus=float(row.values["gpus"]),
                mfu_frac=float(row.values["mfu_frac"]),
                report=str(row.values["report"]),
                setup=str(row.values["setup"]),
            )
        )
    return tuple(points)


@dataclass(frozen=True)
class MfuTable:
    """Published utilisations, carried to other scales by one slope fitted within reports.

    ln mfu(n) = weighted mean over like points of [ln mfu_i + s (log2 n - log2 n_i)], where s (< 0 is a
    loss for each doubling) is the least-squares slope over the points of one report that differ in scale
    alone, and a point's weight is 1 / (1 + |log2(n/n_i)|). Like points are those of the same chip,
    precision and kind (dense or mixture); failing that, of the same architecture; then of any chip; then
    the same again in any precision. Below the smallest like point the value there is kept.

    Valid from 64 to 16,384 GPUs, where the points lie; beyond, the slope is all that carries it.

    Examples
    --------
    >>> from gigawatt.compute.models import language_model
    >>> table = MfuTable.from_catalog()
    >>> llama = language_model("llama3.1-405b")
    >>> at = dict(chip="h100", architecture="hopper", precision="bf16", model=llama)
    >>> [round(float(m), 2) for m in table.mfu_frac(**at, gpus=np.array([8192.0, 100_000.0]))]
    [0.42, 0.39]
    """

    points: tuple[MfuPoint, ...] = field(default_factory=_catalog_points)
    """Default: every row of the catalogue's kind 'mfu'."""
    slope: float = field(init=False)
    """Change of ln(mfu) for each doubling of the GPUs."""

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a table of utilisations needs at least one point")
        object.__setattr__(self, "slope", _slope(self.points))

    @classmethod
    def from_catalog(cls) -> MfuTable:
        """Take every row of the catalogue's kind 'mfu', as the default does."""
        return cls(_catalog_points())

    def without(self, report: str) -> MfuTable:
        """Leave out every point of one report, to test the table on it."""
        return MfuTable(tuple(p for p in self.points if p.report != report))

    def like(self, chip: str, architecture: str, precision: str, moe: bool) -> Sequence[MfuPoint]:
        """Return the points that stand for such a run, the nearest kind there is."""
        tests: tuple[Callable[[MfuPoint], bool], ...] = (
            lambda p: p.chip == chip and p.precision == precision and p.moe == moe,
            lambda p: p.architecture == architecture and p.precision == precision and p.moe == moe,
            lambda p: p.precision == precision and p.moe == moe,
            lambda p: p.architecture == architecture and p.moe == moe,
            lambda p: p.moe == moe,
        )
        for test in tests:
            found = [p for p in self.points if test(p)]
            if found:
                return found
        return self.points

    def mfu_frac(
        self, *, chip: str, architecture: str, precision: Precision, model: LanguageModel, gpus: Array
    ) -> Array:
        """Utilisation for each number of GPUs in the run; see the class."""
        points = self.like(chip, architecture, precision, model.moe)
        doublings = np.log2(np.maximum(np.asarray(gpus, dtype=np.float64), min(p.gpus for p in points)))
        total = np.zeros_like(doublings)
        weights = np.zeros_like(doublings)
        for point in points:
            apart = doublings - np.log2(point.gpus)
            weight = 1.0 / (1.0 + np.abs(apart))
            total += weight * (np.log(point.mfu_frac) + self.slope * apart)
            weights += weight
        return np.asarray(np.exp(total / weights))


def _slope(points: Iterable[MfuPoint]) -> float:
    """Least squares of ln mfu on log2 gpus, each setup with its own level; 0 where none spans two scales."""
    groups: dict[tuple[str, str, str, str], list[MfuPoint]] = defaultdict(list)
    for p in points:
        groups[p.report, p.setup, p.chip, p.precision].append(p)
    across, along = 0.0, 0.0
    for members in groups.values():
        x = np.log2([p.gpus for p in members])
        y = np.log([p.mfu_frac for p in members])
        across += float(np.sum((x - x.mean()) * (y - y.mean())))
        along += float(np.sum((x - x.mean()) ** 2))
    return across / along if along > 0 else 0.0
