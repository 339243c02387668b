"""The tables of a sweep, from the files of its runs in the order of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gigawatt.kernel.errors import InfeasibleError
from gigawatt.results.arrow import numbers, strings
from gigawatt.study.sweep.figures import FIGURES, Key, is_headline
from gigawatt.study.sweep.plan import DRAW, HIGH, LOW, Case, SweepPlan, read_cases
from gigawatt.study.sweep.ranges import SweptInput
from gigawatt.study.sweep.work import DONE, Outcome, Work

Array = NDArray[np.float64]
PERCENTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""P90: what nine draws in ten do not exceed."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """All runs of a sweep."""

    plan: SweepPlan
    inputs: tuple[SweptInput, ...]
    cases: tuple[Case, ...]
    outcomes: tuple[Outcome, ...]
    """By number, as the cases."""

    @property
    def middle(self) -> Outcome:
        """The run with every range in its middle."""
        return self.outcomes[0]

    @property
    def draws(self) -> list[Outcome]:
        """The draws, refused ones too."""
        return [o for o, case in zip(self.outcomes, self.cases, strict=True) if case.kind == DRAW]

    @property
    def refused(self) -> list[Outcome]:
        """The runs that gave no figures."""
        return [outcome for outcome in self.outcomes if outcome.status != DONE]

    @property
    def unclosed(self) -> list[Outcome]:
        """The draws in which the scenario's deal cannot be closed: they are in no figure of the deal."""
        return [outcome for outcome in self.draws if outcome.deal]

    def headlines(self) -> list[Key]:
        """The figures that are kept for single draws and for the tornado."""
        return [key for key in self.middle.figures if is_headline(key, self.middle.months)]


def gather(work: Work) -> Sweep:
    """Read all runs of a sweep that is worked off.

    Raises
    ------
    InfeasibleError
        The middle was refused, or every draw.
    """
    plan = work.plan()
    inputs, cases = read_cases(plan)
    sweep = Sweep(plan, inputs, cases, tuple(work.outcome(case.number) for case in cases))
    if sweep.middle.status != DONE:
        raise InfeasibleError(f"the scenario itself is refused: {sweep.middle.problem}")
    if all(outcome.status != DONE for outcome in sweep.draws):
        raise InfeasibleError(f"every draw is refused; the first: {sweep.draws[0].problem}")
    return sweep


def tables(sweep: Sweep) -> dict[str, pa.Table]:
    """Return every table of a sweep by name, in a fixed order."""
    made = {"sweep": percentiles_table(sweep)}
    if sweep.plan.tornado:
        made["tornado"] = tornado_table(sweep)
    return {**made, "draws": draws_table(sweep), "outcomes": outcomes_table(sweep)}


def _keys(keys: Sequence[Key]) -> dict[str, pa.Array]:
    return {
        "figure": strings(key.figure for key in keys),
        "site": strings(key.site for key in keys),
        "when": strings(key.when for key in keys),
        "unit": strings(FIGURES[key.figure][0] for key in keys),
    }


def _values(outcomes: Sequence[Outcome], key: Key) -> Array:
    found: Array = np.array([outcome.figures.get(key, np.nan) for outcome in outcomes])
    return np.asarray(found[np.isfinite(found)])


def percentiles_table(sweep: Sweep) -> pa.Table:
    """One row a figure, site and date: the middle, percentiles (linear between draws), mean and ends."""
    keys = list(sweep.middle.figures)
    drawn = [_values(sweep.draws, key) for key in keys]
    columns = {**_keys(keys), "mid": numbers(np.array([sweep.middle.figures[key] for key in keys]))}
    for name, share in PERCENTILES.items():
        columns[name] = numbers(np.array([np.quantile(d, share) if d.size else np.nan for d in drawn]))
    for name, of in (("mean", np.mean), ("least", np.min), ("most", np.max)):
        columns[name] = numbers(np.array([of(d) if d.size else np.nan for d in drawn]))
    columns["draws"] = numbers(np.array([float(d.size) for d in drawn]))
    return pa.table(columns)


def ends(sweep: Sweep) -> dict[str, tuple[Outcome, Outcome]]:
    """Return for each input the runs with it at its low and at its high end."""
    found: dict[str, dict[str, Outcome]] = {}
    for case, outcome in zip(sweep.cases, sweep.outcomes, strict=True):
        if case.kind in {LOW, HIGH}:
            found.setdefault(case.input, {})[case.kind] = outcome
    return {name: (pair[LOW], pair[HIGH]) for name, pair in found.items()}


def tornado_table(sweep: Sweep) -> pa.Table:
    """One row a figure and input: the figure with the input at its ends and all else in the middle.

    Within a figure inputs stand by their swing, the largest first; those that change nothing are left out.
    """
    rows: list[tuple[Key, str, float, float]] = []
    pairs = ends(sweep)
    for key in sweep.headlines():
        mine = [
            (key, name, low.figures.get(key, np.nan), high.figures.get(key, np.nan))
            for name, (low, high) in pairs.items()
        ]
        moved = [row for row in mine if swing(row[2], row[3], sweep.middle.figures[key]) > 0.0]
        rows += sorted(moved, key=lambda r: -swing(r[2], r[3], sweep.middle.figures[r[0]]))
    keys = [row[0] for row in rows]
    middle = np.array([sweep.middle.figures[key] for key in keys])
    low, high = (np.array([row[i] for row in rows], dtype=float) for i in (2, 3))
    shown = {one.name: one.ranges[0].ends for one in sweep.inputs}
    return pa.table(
        {
            **_keys(keys),
            "input": strings(row[1] for row in rows),
            "low": strings(shown[row[1]][0] for row in rows),
            "high": strings(shown[row[1]][1] for row in rows),
            "mid": numbers(middle),
            "at_low": numbers(low),
            "at_high": numbers(high),
            "swing": numbers(np.array([swing(r[2], r[3], m) for r, m in zip(rows, middle, strict=True)])),
        }
    )


def swing(low: float, high: float, middle: float) -> float:
    """How far a figure moves from end to end, the middle included; ends that were refused are left out.

    >>> swing(90.0, 110.0, 100.0), swing(95.0, 90.0, 100.0), swing(float("nan"), 120.0, 100.0)
    (20.0, 10.0, 20.0)
    """
    known = [value for value in (low, high, middle) if np.isfinite(value)]
    return max(known) - min(known) if known else 0.0


def draws_table(sweep: Sweep) -> pa.Table:
    """One row a draw: its number, what was refused, and the value of each range as written."""
    cases = [case for case in sweep.cases if case.kind == DRAW]
    columns = {
        "draw": numbers(np.array([float(case.number) for case in cases])),
        "status": strings(outcome.status for outcome in sweep.draws),
        "problem": strings(outcome.problem for outcome in sweep.draws),
        "deal": strings(outcome.deal for outcome in sweep.draws),
    }
    for one in sweep.inputs:
        for r in one.ranges:
            columns[r.path] = strings(case.values[r.path] for case in cases)
    return pa.table(columns)


def outcomes_table(sweep: Sweep) -> pa.Table:
    """One row a draw and headline figure."""
    keys = sweep.headlines()
    kept = [outcome for outcome in sweep.draws if outcome.status == DONE]
    rows: list[tuple[int, Key, float]] = [
        (outcome.number, key, outcome.figures.get(key, np.nan)) for outcome in kept for key in keys
    ]
    return pa.table(
        {
            "draw": numbers(np.array([float(row[0]) for row in rows])),
            **_keys([row[1] for row in rows]),
            "value": numbers(np.array([row[2] for row in rows])),
        }
    )
