"""One run of a sweep after another, each kept as one file that appears whole."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.kernel.files import write_whole
from gigawatt.results import Run
from gigawatt.results.folder import plain
from gigawatt.study.run import run_scenario
from gigawatt.study.sweep.figures import Key, figures_of
from gigawatt.study.sweep.plan import Case, SweepPlan, load, read_cases

DONE, REFUSED = "done", "refused"
"""A run that gave figures; one whose scenario was refused, with its problem."""
TOLERANCE = 1e-9
"""Largest residual of a balance that is a rounding error and no mistake."""
_PLAN = "sweep.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of one run."""

    number: int
    status: str
    problem: str = ""
    """Why it was refused."""
    figures: dict[Key, float] = field(default_factory=dict)
    months: tuple[str, ...] = ()
    deal: str = ""
    """Why the scenario's deal cannot be closed; empty where it closes, or there is none."""


class Work:
    """The folder in which a sweep is worked on: its plan, and a file for each run that is done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, plan: SweepPlan) -> int:
        """Lay the plan down, or take up one that was interrupted; return how many runs are done already.

        Raises
        ------
        InputError
            GW882: another sweep was begun here.
        """
        file = self.folder / _PLAN
        if file.exists():
            if self.plan() != plan:
                seen = "an unfinished sweep of another scenario, version, seed or number of draws lies here"
                remedy = "remove this folder, or give another --out"
                raise InputError(Problem("GW882", seen, remedy, file=str(self.folder)))
            return len(self.done())
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(plan.as_data()), lasting=True)
        return 0

    def plan(self) -> SweepPlan:
        """Read the plan.

        Raises
        ------
        InputError
            GW883: there is none that can be read.
        """
        try:
            return SweepPlan.from_data(json.loads((self.folder / _PLAN).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            seen = f"no sweep can be read here ({type(error).__name__})"
            raise InputError(
                Problem("GW883", seen, "give the folder of a sweep", file=str(self.folder))
            ) from None

    def done(self) -> set[int]:
        """Return the numbers of the runs that are done."""
        return {int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdecimal()}

    def keep(self, outcome: Outcome) -> None:
        """Write a run's file; the same run gives the same bytes."""
        told = {
            "number": outcome.number,
            "status": outcome.status,
            "problem": outcome.problem,
            "deal": outcome.deal,
            "months": list(outcome.months),
            "figures": [[*key, plain(value)] for key, value in outcome.figures.items()],
        }
        write_whole(self._file(outcome.number), json.dumps(told), lasting=True)

    def outcome(self, number: int) -> Outcome:
        """Read a run's file."""
        told = json.loads(self._file(number).read_text(encoding="utf-8"))
        figures = {
            Key(figure, site, when): float("nan") if value is None else float(value)
            for figure, site, when, value in told["figures"]
        }
        return Outcome(
            told["number"], told["status"], told["problem"], figures, tuple(told["months"]), told["deal"]
        )

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"


def run_case(plan: SweepPlan, case: Case) -> Outcome:
    """Run one case; a scenario that is refused is an outcome too, with its first problem in words."""
    try:
        run = run_scenario(load(plan, case.overrides()))
    except InputError as error:
        first = error.problems[0]
        return Outcome(case.number, REFUSED, f"{first.code} {first.message}")
    except GigawattError as error:
        return Outcome(case.number, REFUSED, str(error).partition("\n")[0])
    return outcome_of(case.number, run)


def outcome_of(number: int, run: Run) -> Outcome:
    """Return what is kept of a run; one whose balances do not close is refused."""
    broken = [name for name, value in run.ledger.residuals().items() if not abs(value) < TOLERANCE]
    if broken:
        return Outcome(number, REFUSED, f"does not close to {TOLERANCE:g}: {', '.join(broken)}")
    deal = "" if run.finance is None else run.finance.refused
    return Outcome(number, DONE, "", figures_of(run), run.clock.months, deal)


def work_off(work: Work, worker: int, workers: int, parent: int = 0) -> None:
    """Do the runs of one worker: those whose number leaves ``worker`` when divided by ``workers``.

    What is done already is not done again. With ``parent`` it ends when that process is no longer its parent.
    """
    plan = work.plan()
    _, cases = read_cases(plan)
    done = work.done()
    for case in cases[worker::workers]:
        if parent and os.getppid() != parent:
            return
        if case.number not in done:
            work.keep(run_case(plan, case))


def main(arguments: Sequence[str]) -> int:
    """Be worker WORKER of WORKERS on a sweep's folder; without WORKER, the number of an array's job.

    Returns
    -------
    int
        The exit code.
    """
    folder, workers, *more = arguments
    worker = int(more[0]) if more else int(os.environ["GIGAWATT_ARRAY_INDEX"])
    try:
        work_off(Work(Path(folder)), worker, int(workers), int(more[1]) if len(more) > 1 else 0)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def worker_command(work: Work, workers: int, *more: int) -> list[str]:
    """Return the command of a worker."""
    told = [str(work.folder.absolute()), str(workers), *map(str, more)]
    return [sys.executable, "-m", "gigawatt.study.sweep", *told]
