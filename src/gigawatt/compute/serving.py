"""How many tokens a GPU serves, and how many GPUs a demand needs at its latency."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gigawatt import catalog
from gigawatt.compute.models import LanguageModel, serving_flops_per_output_token
from gigawatt.compute.systems import ComputeSystem, system

Array = NDArray[np.float64]


class ServingSource(Protocol):
    """Anything that knows a GPU's serving rate: the table here, or a model of prefill and decode."""

    def output_tokens_per_s_per_gpu(
        self, *, system: ComputeSystem, model: LanguageModel, prompt_per_output: float
    ) -> float:
        """Output tokens a second for each GPU at full load."""
        ...


@dataclass(frozen=True, slots=True)
class ServingPoint:
    """One published throughput."""

    chip: str
    architecture: str
    model: str
    moe: bool
    report: str
    output_tokens_per_s_per_gpu: float
    prompt_per_output: float
    efficiency: float
    """2 N_active (1 + prompt/output) x tokens/s over the chip's dense peak in its narrowest precision."""


@cache
def _catalog_points() -> tuple[ServingPoint, ...]:
    points = []
    for row in catalog.rows("serving").values():
        v = row.values
        flops = 2.0 * float(v["active_parameters"]) * (1.0 + float(v["prompt_per_output"]))
        rate = float(v["output_tokens_per_s_per_gpu"])
        chip = system(str(v["chip"]))
        points.append(
            ServingPoint(
                chip=chip.chip,
                architecture=chip.architecture,
                model=str(v["model"]),
                moe=bool(v["moe"]),
                report=str(v["report"]),
                output_tokens_per_s_per_gpu=rate,
                prompt_per_output=float(v["prompt_per_output"]),
                efficiency=rate * flops / (chip.serving_peak_tflops * 1e12),
            )
        )
    return tuple(points)


@dataclass(frozen=True)
class ServingTable:
    """Published throughputs, carried to other models and chips by an efficiency.

    Where the chip and the model are in the table, the published rate counts, scaled by
    (1 + prompt/output) to the prompts at hand. Elsewhere the rate is efficiency x peak / FLOPs, with the
    geometric mean of the efficiencies of the nearest points: the same model on the same architecture, the
    same model, the same kind of model (dense or mixture) on the same architecture, the same kind, all.

    The spread is wide: dense models reach 0.18 to 0.41 of the peak, mixtures of experts 0.03 to 0.22, so
    that an unmeasured pair is known within a factor of two, a mixture within three.

    Examples
    --------
    >>> from gigawatt.compute.models import language_model
    >>> table = ServingTable.from_catalog()
    >>> llama = language_model("llama2-70b")
    >>> b200, gb200 = system("b200"), system("gb200")
    >>> round(table.output_tokens_per_s_per_gpu(system=b200, model=llama, prompt_per_output=1.0))
    12400
    >>> round(table.output_tokens_per_s_per_gpu(system=gb200, model=llama, prompt_per_output=1.0))
    13778
    """

    points: tuple[ServingPoint, ...] = field(default_factory=_catalog_points)
    """Default: every row of the catalogue's kind 'serving'."""

    @classmethod
    def from_catalog(cls) -> ServingTable:
        """Take every row of the catalogue's kind 'serving', as the default does."""
        return cls(_catalog_points())

    def without(self, report: str) -> ServingTable:
        """Leave out every point of one report, to test the table on it."""
        return ServingTable(tuple(p for p in self.points if p.report != report))

    def output_tokens_per_s_per_gpu(
        self, *, system: ComputeSystem, model: LanguageModel, prompt_per_output: float
    ) -> float:
        """Output tokens a second for each GPU at full load; see the class."""
        same = [p for p in self.points if p.chip == system.chip and p.model == model.name]
        if same:
            scaled = [
                p.output_tokens_per_s_per_gpu * (1.0 + p.prompt_per_output) / (1.0 + prompt_per_output)
                for p in same
            ]
            return float(np.exp(np.mean(np.log(scaled))))
        efficiency = self._efficiency(system.architecture, model)
        peak_flops = system.serving_peak_tflops * 1e12
        return efficiency * peak_flops / serving_flops_per_output_token(model, prompt_per_output)

    def _efficiency(self, architecture: str, model: LanguageModel) -> float:
        nearest: tuple[Callable[[ServingPoint], bool], ...] = (
            lambda p: p.model == model.name and p.architecture == architecture,
            lambda p: p.model == model.name,
            lambda p: p.moe == model.moe and p.architecture == architecture,
            lambda p: p.moe == model.moe,
            lambda _: True,
        )
        for test in nearest:
            found = [p.efficiency for p in self.points if test(p)]
            if found:
                return float(np.exp(np.mean(np.log(found))))
        raise ValueError("a table of throughputs needs at least one point")


@cache
def staffing_beta(wait_probability_frac: float) -> float:
    r"""Safety factor of square-root staffing for a probability of waiting.

    Solves :math:`P = [1 + \beta\,\Phi(\beta)/\varphi(\beta)]^{-1}`, the limit of the Erlang C formula for
    many servers, c = R + beta sqrt(R).

    References
    ----------
    Halfin and Whitt, Operations Research 29 (1981) 567-588, doi:10.1287/opre.29.3.567.

    Examples
    --------
    >>> round(staffing_beta(0.01), 2), round(staffing_beta(0.5), 2)
    (2.37, 0.51)
    """
    if not 0.0 < wait_probability_frac < 1.0:
        raise ValueError(f"a probability of waiting lies within 0 and 1, not {wait_probability_frac:g}")
    low, high = 0.0, 10.0
    for _ in range(80):
        beta = (low + high) / 2.0
        normal = (1.0 + math.erf(beta / math.sqrt(2.0))) / 2.0
        density = math.exp(-beta * beta / 2.0) / math.sqrt(2.0 * math.pi)
        if 1.0 / (1.0 + beta * normal / density) > wait_probability_frac:
            low = beta
        else:
            high = beta
    return (low + high) / 2.0


def slots_needed(
    demand_tokens_per_s: Array, user_speed_tokens_per_s: float, burst: float, beta: float
) -> Array:
    """Slots (answers written at once) that a demand needs so that few requests wait.

    The offered load is R = burst x demand / speed of one answer, in slots; needed are R + beta sqrt(R).

    Examples
    --------
    >>> float(slots_needed(np.array(2_000_000.0), 20.0, 1.0, 2.38).round())
    100753.0
    """
    offered = burst * np.asarray(demand_tokens_per_s, dtype=np.float64) / user_speed_tokens_per_s
    return offered + beta * np.sqrt(offered)


def demand_served(slots: Array, user_speed_tokens_per_s: float, burst: float, beta: float) -> Array:
    """Highest demand that so many slots serve at that probability of waiting; inverts :func:`slots_needed`.

    Examples
    --------
    >>> float(demand_served(np.array(100_752.6), 20.0, 1.0, 2.38).round(-2))
    2000000.0
    """
    root = (np.sqrt(beta * beta + 4.0 * np.asarray(slots, dtype=np.float64)) - beta) / 2.0
    return root * root * user_speed_tokens_per_s / burst


def hourly_ratio(profile: str | Sequence[float]) -> Array:
    """Demand by local hour over the day's mean, shape (24,), from the catalogue or 24 numbers.

    >>> hourly_ratio("flat").tolist() == [1.0] * 24
    True
    """
    values = (
        catalog.row("demand_profile", profile).values["hourly_ratio"] if isinstance(profile, str) else profile
    )
    hours = np.asarray(values, dtype=np.float64)
    return np.asarray(hours / hours.mean())
