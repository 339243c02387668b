"""A linear program put together by blocks of rows, and its solution by HiGHS.

HiGHS (Huangfu and Hall, Mathematical Programming Computation 10, 2018) is imported when it is first used.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.errors import CheckFailedError
from gigawatt.supply.allocation.problem import Floats

Index = NDArray[np.int64]


@dataclass(slots=True)
class Program:
    """Maximise cost @ x subject to lower <= x <= upper and row_low <= A x <= row_high."""

    cost: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    row: list[Index] = field(default_factory=list)
    column: list[Index] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    row_low: list[Floats] = field(default_factory=list)
    row_high: list[Floats] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(self, cost: Floats, lower: Floats, upper: Floats, *, whole: bool) -> Index:
        """Add variables of any shape; return their numbers in that shape."""
        count = cost.size
        self.cost.append(cost.ravel())
        self.lower.append(np.broadcast_to(lower, cost.shape).ravel())
        self.upper.append(np.broadcast_to(upper, cost.shape).ravel())
        self.whole.append(np.full(count, whole))
        numbers = np.arange(self.columns, self.columns + count).reshape(cost.shape)
        self.columns += count
        return numbers

    def add_rows(self, low: Floats, high: Floats, *terms: tuple[Index, Floats | float]) -> Index:
        """Add rows, one for each entry of ``low``; a term is (columns, factors), its first axis the rows."""
        count = len(low)
        numbers = np.arange(self.rows, self.rows + count)
        for columns, factors in terms:
            shape = columns.shape
            at = numbers.reshape(-1, *([1] * (columns.ndim - 1)))
            self.row.append(np.broadcast_to(at, shape).ravel())
            self.column.append(columns.ravel())
            self.value.append(np.broadcast_to(factors, shape).astype(np.float64).ravel())
        self.row_low.append(low)
        self.row_high.append(high)
        self.rows += count
        return numbers


@dataclass(frozen=True, slots=True)
class Solved:
    """What HiGHS found."""

    x: Floats
    objective: float
    bound: float
    """No solution is worth more."""
    optimal: bool
    """Proven to within the gap asked for; false where the time ran out."""
    row_dual: Floats


def solve(
    program: Program,
    *,
    whole: bool = False,
    gap: float = 1e-3,
    time_limit_s: float = 60.0,
    start: Floats | None = None,
) -> Solved:
    """Solve a program, as a linear one, or with whole lots.

    Parameters
    ----------
    program
        What to maximise.
    whole
        Whether the variables marked as whole must be.
    gap
        Relative gap at which a search for whole lots ends.
    time_limit_s
        Seconds after which a search for whole lots returns the best found so far. A linear program is solved
        to its end: half a solution of it is no plan, and how far it comes would depend on the machine's load.
    start
        A solution in whole lots to begin with.

    Raises
    ------
    CheckFailedError
        HiGHS found no solution, which a well-formed allotment always has.
    """
    import highspy

    # The class that highspy builds on: Highs() itself prints HiGHS's name on standard output before it can
    # be told to be quiet, and standard output is the answer's.
    solver = highspy.Highs.__mro__[1]()
    solver.setOptionValue("output_flag", *(False,))
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("random_seed", 0)
    if whole:
        solver.setOptionValue("time_limit", float(time_limit_s))
        solver.setOptionValue("mip_rel_gap", float(gap))
    solver.passModel(_as_highs(highspy, program, whole=whole))
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.tolist()
        solver.setSolution(known)
    _run(solver)
    status = solver.getModelStatus()
    info, found = solver.getInfo(), solver.getSolution()
    if info.primal_solution_status != 2:  # kSolutionStatusFeasible
        raise CheckFailedError(f"HiGHS found no plan: {solver.modelStatusToString(status)}")
    objective = float(info.objective_function_value)
    return Solved(
        x=np.array(found.col_value),
        objective=objective,
        bound=float(info.mip_dual_bound) if whole else objective,
        optimal=status == highspy.HighsModelStatus.kOptimal,
        row_dual=np.array(found.row_dual),
    )


def _run(solver: Any) -> None:
    """Run in a thread that dies with the process, so that an interruption does not wait for HiGHS."""
    work = threading.Thread(target=solver.run, daemon=True)
    work.start()
    while work.is_alive():
        work.join(0.2)


def _as_highs(highspy: Any, program: Program, *, whole: bool) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.columns, program.rows
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.concatenate(program.cost)
    lp.col_lower_ = np.concatenate(program.lower)
    lp.col_upper_ = np.concatenate(program.upper)
    lp.row_lower_ = np.concatenate(program.row_low)
    lp.row_upper_ = np.concatenate(program.row_high)
    row, column = np.concatenate(program.row), np.concatenate(program.column)
    order = np.lexsort((column, row))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = program.columns, program.rows
    lp.a_matrix_.start_ = np.searchsorted(row[order], np.arange(program.rows + 1)).astype(np.int32)
    lp.a_matrix_.index_ = column[order].astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate(program.value)[order]
    if whole:
        kinds = np.concatenate(program.whole)
        lp.integrality_ = [
            highspy.HighsVarType.kInteger if kind else highspy.HighsVarType.kContinuous for kind in kinds
        ]
    return lp
