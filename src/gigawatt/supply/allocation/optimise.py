r"""The plan that is worth most: a linear program over cumulative deliveries and energised chips.

Maximise, with :math:`D_{kct}` lots delivered and :math:`E_{sct}` energised by period t, both cumulative,

.. math:: \sum_t d_t m_t \Big(\sum_{sc} (v_{kc} + i_{kc}) E_{sct} - \sum_{kc} i_{kc} D_{kct}
          - \sum_{kc} p_k L_{kct} - \sum_c h_c (S_{ct} - \sum_k D_{kct})\Big)
          - \sum_{sct} l_s d_t (E_{sct} - E_{sc,t-1})

(d discount, m months, v worth, i cost of waiting, p penalty, L late lots, h cost of holding, l logistics)
where energised chips of a tenant are at most delivered, deliveries at most what has arrived and what is
booked, and each site keeps within power and cooling, racks and crews. Where a tenant does not consent to
swaps, or an order must be made good, :math:`D` stays above what first come, first served gives.

A limit that stays the same over some periods is written once, for the last of them, as what runs stays on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigawatt.supply.allocation.linear import Index, Program, solve
from gigawatt.supply.allocation.policies.fcfs import owed
from gigawatt.supply.allocation.problem import UNLIMITED, AllocationProblem, Counts, Floats, Readiness
from gigawatt.supply.allocation.rounding import whole_deliveries, whole_energised

Method = Literal["lp", "milp"]
MILP_GAP = 1e-3
MILP_TIME_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Deliveries in whole lots and what is energised from them, with a bound on what any plan is worth."""

    delivered: Counts
    """Cumulative GPUs, (tenant, chip, period)."""
    energised: Counts
    """Cumulative GPUs, (site, chip, period), on the P50 dates."""
    bound_usd: float
    """No plan within the same limits is worth more."""


@dataclass(frozen=True, slots=True)
class Built:
    """A program with the numbers of its variables; -1 where there is none."""

    program: Program
    delivered: Index
    """(tenant, chip, period)."""
    energised: Index
    """(future, site, chip, period)."""
    constant: float
    """What the objective lacks: the cost of holding what has arrived."""


def best_plan(
    problem: AllocationProblem, method: Method = "lp", *, gap: float = MILP_GAP, time_s: float = MILP_TIME_S
) -> Plan:
    """Plan for the most value on the P50 dates.

    Parameters
    ----------
    problem
        The allotment.
    method
        ``lp``: linear program, rounded to whole lots and repaired; ``milp``: branch and bound from there.
    gap, time_s
        Where branch and bound ends: relative gap, or seconds.
    """
    from gigawatt.supply.allocation.objective import worth_usd

    built = build(problem, [problem.on_time], [1.0], owed(problem))
    relaxed = solve(built.program)
    delivered, energised = repaired(problem, amounts(problem, built, relaxed.x)[0])
    bound = relaxed.objective + built.constant
    if method == "milp":
        start = as_columns(problem, built, delivered, energised)
        found = solve(built.program, whole=True, gap=gap, time_limit_s=time_s, start=start)
        bound = min(bound, found.bound + built.constant)
        better = repaired(problem, amounts(problem, built, found.x)[0])
        if worth_usd(problem, *better) >= worth_usd(problem, delivered, energised):
            delivered, energised = better
    return Plan(delivered, energised, bound)


def repaired(problem: AllocationProblem, delivered: Floats) -> tuple[Counts, Counts]:
    """Round deliveries to whole lots and plan anew what is energised from them."""
    lots = whole_deliveries(problem, delivered)
    built = build(problem, [problem.on_time], [1.0], None, lots)
    energised = amounts(problem, built, solve(built.program).x)[1]
    return lots, whole_energised(problem, lots, energised)


def most_worth_usd(problem: AllocationProblem, *, keep_word: bool = False) -> float:
    """Bound on what any allotment is worth on the P50 dates; ``keep_word``: within what is owed."""
    floor = owed(problem) if keep_word else None
    built = build(problem, [problem.on_time], [1.0], floor)
    return solve(built.program).objective + built.constant


def build(
    problem: AllocationProblem,
    futures: Sequence[Readiness],
    weights: Sequence[float],
    floor: Counts | None,
    fixed: Counts | Floats | None = None,
) -> Built:
    """Write the program.

    Parameters
    ----------
    problem
        The allotment.
    futures, weights
        What sites can take, and the probability of each; deliveries are the same in all of them.
    floor
        Cumulative GPUs below which no tenant may fall, (tenant, chip, period); None: nothing is owed.
    fixed
        Deliveries that are decided already.
    """
    program = Program()
    when = problem.discount * problem.months
    delivered = _deliveries(program, problem, floor, fixed, when)
    shape = (len(futures), len(problem.sites), len(problem.chips), problem.periods)
    energised = np.full(shape, -1, dtype=np.int64)
    for w, (ready, weight) in enumerate(zip(futures, weights, strict=True)):
        energised[w] = _energised(program, problem, ready, weight, when)
        _limit_sites(program, problem, ready, energised[w])
        _only_delivered(program, problem, delivered, energised[w])
    _penalties(program, problem, delivered, when)
    constant = -float((problem.held[:, None] * problem.stock * when).sum())
    return Built(program, delivered, energised, constant)


def _deliveries(
    program: Program,
    problem: AllocationProblem,
    floor: Counts | None,
    fixed: Counts | Floats | None,
    when: Floats,
) -> Index:
    numbers = np.full((len(problem.tenants), len(problem.chips), problem.periods), -1, dtype=np.int64)
    for k, c in np.argwhere(problem.booked > 0):
        lot = int(problem.lot[c])
        cost = when * lot * (problem.held[c] - problem.idle[k, c])
        upper = np.minimum(problem.booked[k, c], problem.stock[c]) // lot
        lower = np.zeros(problem.periods) if floor is None else floor[k, c] / lot
        if fixed is not None:
            upper = lower = fixed[k, c] / lot
        numbers[k, c] = program.add_columns(cost, lower, upper.astype(np.float64), whole=True)
        _never_falls(program, numbers[k, c])
    for c in range(len(problem.chips)):
        mine = numbers[numbers[:, c, 0] >= 0, c, :]
        if len(mine) > 1:
            at = _last_of_stretch(problem.stock[c])
            high = (problem.stock[c, at] // problem.lot[c]).astype(np.float64)
            program.add_rows(np.full(len(at), -np.inf), high, (mine[:, at].T, 1.0))
    return numbers


def _never_falls(program: Program, numbers: Index) -> None:
    zeros = np.zeros(len(numbers) - 1)
    program.add_rows(zeros, np.full(len(zeros), np.inf), (numbers[1:], 1.0), (numbers[:-1], -1.0))


def _last_of_stretch(limit: Floats | Counts) -> Index:
    """Periods after which a rising limit changes, and the last one."""
    return np.flatnonzero(np.append(np.diff(limit) != 0, True))


def _energised(
    program: Program, problem: AllocationProblem, ready: Readiness, weight: float, when: Floats
) -> Index:
    numbers = np.full((len(problem.sites), len(problem.chips), problem.periods), -1, dtype=np.int64)
    moved = problem.discount - np.append(problem.discount[1:], 0.0)
    for s, k in enumerate(problem.site_tenant):
        for c in np.flatnonzero(problem.booked[k] > 0):
            lot = float(problem.lot[c])
            cost = (
                weight
                * lot
                * (when * (problem.value[k, c] + problem.idle[k, c]) - moved * problem.logistics[s])
            )
            room = np.minimum(ready.mw[s] * 1e3 / problem.kw[c], ready.racks[s] * problem.gpus_per_rack[c])
            room = np.minimum(room, ready.crew_gpus[s].cumsum())
            upper = np.floor(np.minimum(room, problem.booked[k, c]) + 1e-9) / lot
            numbers[s, c] = program.add_columns(cost, np.zeros(problem.periods), upper, whole=False)
            _never_falls(program, numbers[s, c])
    return numbers


def _limit_sites(program: Program, problem: AllocationProblem, ready: Readiness, numbers: Index) -> None:
    for s in range(len(problem.sites)):
        there = np.flatnonzero(numbers[s, :, 0] >= 0)
        if not there.size:
            continue
        mine, lot = numbers[s, there], problem.lot[there].astype(np.float64)
        each_kw = lot * problem.kw[there]
        for limit, factor in (
            (ready.mw[s] * 1e3, each_kw),
            (ready.racks[s], lot / problem.gpus_per_rack[there]),
        ):
            at = _last_of_stretch(limit)
            at = at[limit[at] < UNLIMITED]
            if len(there) > 1 and at.size:  # one kind of chip is held by its bounds
                program.add_rows(np.full(len(at), -np.inf), limit[at], (mine[:, at].T, factor))
        crew = ready.crew_gpus[s]
        at = np.flatnonzero(crew < UNLIMITED)
        if at.size:
            later = at[at > 0]
            program.add_rows(
                np.full(len(later), -np.inf),
                crew[later],
                (mine[:, later].T, lot),
                (mine[:, later - 1].T, -lot),
            )
            if at[0] == 0:
                program.add_rows(np.array([-np.inf]), crew[:1], (mine[:, :1].T, lot))


def _only_delivered(program: Program, problem: AllocationProblem, delivered: Index, energised: Index) -> None:
    for k, c in np.argwhere(delivered[:, :, 0] >= 0):
        mine = energised[problem.site_tenant == k, c]
        if len(mine):
            low, high = np.full(problem.periods, -np.inf), np.zeros(problem.periods)
            program.add_rows(low, high, (mine.T, 1.0), (delivered[k, c], -1.0))


def _penalties(program: Program, problem: AllocationProblem, delivered: Index, when: Floats) -> None:
    for k, c in np.argwhere(delivered[:, :, 0] >= 0):
        at = np.flatnonzero(problem.due[k, c] > 0)
        if problem.late[k] <= 0 or not at.size:
            continue
        lot = float(problem.lot[c])
        due = problem.due[k, c, at] / lot
        late = program.add_columns(-when[at] * problem.late[k] * lot, np.zeros(len(at)), due, whole=False)
        program.add_rows(due, np.full(len(at), np.inf), (late, 1.0), (delivered[k, c, at], 1.0))


def amounts(problem: AllocationProblem, built: Built, x: Floats) -> tuple[Floats, Floats]:
    """Read GPUs delivered and energised (in the first future) from a solution, still in parts of lots."""
    lot = problem.lot[None, :, None]
    filled = np.append(x, 0.0)  # the number -1 leads to the zero at the end
    return filled[built.delivered] * lot, filled[built.energised[0]] * lot


def as_columns(problem: AllocationProblem, built: Built, delivered: Counts, energised: Counts) -> Floats:
    """Write a plan as values of the program's variables."""
    x = np.zeros(built.program.columns + 1)
    lot = problem.lot[None, :, None]
    x[built.delivered.ravel()] = (delivered / lot).ravel()
    x[built.energised[0].ravel()] = (energised / lot).ravel()
    at = built.program.columns - _late_columns(problem, built)
    for k, c in np.argwhere(built.delivered[:, :, 0] >= 0):
        when = np.flatnonzero(problem.due[k, c] > 0)
        if problem.late[k] > 0 and when.size:
            missing = np.maximum(problem.due[k, c, when] - delivered[k, c, when], 0)
            x[at : at + when.size] = missing / problem.lot[c]
            at += when.size
    return x[:-1]


def _late_columns(problem: AllocationProblem, built: Built) -> int:
    return sum(
        int((problem.due[k, c] > 0).sum())
        for k, c in np.argwhere(built.delivered[:, :, 0] >= 0)
        if problem.late[k] > 0
    )
