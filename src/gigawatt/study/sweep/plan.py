"""All runs of a sweep by number: the middle, the draws, and each range at its ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.kernel.version import VERSION
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import LoadedScenario, folder_of, read_text
from gigawatt.scenario.references import reference_problems
from gigawatt.study.sweep.ranges import SweptInput, swept_inputs
from gigawatt.study.sweep.sampling import latin_hypercube

MIDDLE, DRAW, LOW, HIGH = "middle", "draw", "low", "high"
MOST_DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a sweep is: the same plan gives the same tables."""

    text: str
    """The scenario's text."""
    file: str
    """Its path, for messages and for the files that it names."""
    overrides: tuple[str, ...]
    draws: int
    seed: int
    tornado: bool
    version: str = VERSION

    def as_data(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {**asdict(self), "overrides": list(self.overrides)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Build from what :meth:`as_data` gave, also after JSON."""
        return cls(**{**data, "overrides": tuple(data["overrides"])})


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a sweep."""

    number: int
    kind: str
    """``middle``, ``draw``, ``low`` or ``high``."""
    input: str
    """What stands at its end; empty for the middle and for draws."""
    values: Mapping[str, str]
    """Path -> value as written, of each range that is not in its middle."""

    def overrides(self) -> list[str]:
        """Return the values as ``--set`` takes them."""
        return [f"{path}={value}" for path, value in self.values.items()]


def make_plan(
    loaded: LoadedScenario[Scenario], *, draws: int, seed: int = 0, tornado: bool = True
) -> SweepPlan:
    """Plan a sweep of a scenario that was read.

    Raises
    ------
    InputError
        GW880: nothing in the scenario is a range. GW881: too few or too many draws.
    """
    if not 1 <= draws <= MOST_DRAWS:
        seen = f"{draws:,} draws; allowed: 1 to {MOST_DRAWS:,}"
        raise InputError(Problem("GW881", seen, "give --draws 100", file="--draws"))
    if not swept_inputs(loaded):
        seen = "no number of the scenario is a range: there is nothing to sweep"
        remedy = "write a guess as a range: {low: 135 MW, mid: 150 MW, high: 165 MW, confidence: assumed}"
        raise InputError(Problem("GW880", seen, remedy, file=loaded.file))
    # The files that a scenario names lie beside it: a bundled one's in the folder where one stands.
    file = str((folder_of(loaded.file) / Path(loaded.file).name).absolute())
    return SweepPlan(loaded.text, file, loaded.overrides, draws, seed, tornado)


def read_cases(plan: SweepPlan) -> tuple[tuple[SweptInput, ...], tuple[Case, ...]]:
    """Return what moves, and all runs by number: the middle is 0, then the draws, then the ends."""
    inputs = swept_inputs(load(plan))
    shares = latin_hypercube([one.name for one in inputs], plan.draws, plan.seed)
    found = [Case(0, MIDDLE, "", {})]
    found += [Case(i + 1, DRAW, "", _drawn(inputs, [float(u) for u in shares[i]])) for i in range(plan.draws)]
    if plan.tornado:
        for one in inputs:
            for end, kind in enumerate((LOW, HIGH)):
                values = {r.path: r.ends[end] for r in one.ranges}
                found.append(Case(len(found), kind, one.name, values))
    return inputs, tuple(found)


def load(plan: SweepPlan, changes: Sequence[str] = ()) -> LoadedScenario[Scenario]:
    """Read the plan's scenario with some values changed."""
    check = partial(reference_problems, folder=folder_of(plan.file))
    return read_text(plan.text, Scenario, [*plan.overrides, *changes], file=plan.file, check=check)


def _drawn(inputs: Sequence[SweptInput], shares: Sequence[float]) -> dict[str, str]:
    return {
        r.path: r.written(r.at(share)) for one, share in zip(inputs, shares, strict=True) for r in one.ranges
    }
