"""Where a workbook's formulas are put: one row a line, one column a month, and scalars with a name each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gigawatt.finance.deal.plan import Plan
    from gigawatt.finance.deal.statement import Statement

Array = NDArray[np.float64]
Formula = Callable[[int], str]
"""Formula of a line in a month, without its equals sign."""

HEAD, SIDE = 4, 1
"""Rows above the first line, columns before the first month."""


class Months:
    """A sheet with one row a line and one column a month, as models of finance are read."""

    def __init__(self, book: Any, name: str, plan: Plan) -> None:
        self.name = name
        self.sheet = book.add_worksheet(name)
        self.sheet.freeze_panes(HEAD, SIDE)
        self.sheet.set_column(0, 0, 44)
        self.sheet.set_column(SIDE, SIDE + plan.months, 17)
        self.months = plan.months
        self.rows: dict[str, int] = {}
        self.written: set[str] = set()
        self.number = book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
        self.share = book.add_format({"num_format": "0.000000"})
        bold = book.add_format({"bold": True, "align": "right"})
        close = plan.deal.close
        for t in range(plan.months):
            month = close.month - 1 + t
            self.sheet.write_string(
                HEAD - 1, SIDE + t, f"{close.year + month // 12}-{month % 12 + 1:02d}", bold
            )

    def at(self, name: str, t: int) -> str:
        """Cell of a line in a month; a line that is first named here gets the next row."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        self.open(name)
        return str(xl_rowcol_to_cell(HEAD + self.rows[name], SIDE + t))

    def span(self, name: str, first: int, last: int) -> str:
        """Cells of a line over some months."""
        return f"{self.at(name, first)}:{self.at(name, last)}"

    def whole(self, name: str) -> str:
        """All of a line, as another sheet names it."""
        return f"'{self.name}'!{self.span(name, 0, self.months - 1)}"

    def there(self, name: str, t: int) -> str:
        """Cell of a line, as another sheet names it."""
        return f"'{self.name}'!{self.at(name, t)}"

    def named_only(self) -> list[str]:
        """Lines that a formula names and nothing fills."""
        return [name for name in self.rows if name not in self.written]

    def before(self, name: str, t: int) -> str:
        """Cell of the month before; 0 in the first."""
        return self.at(name, t - 1) if t else "0"

    def total(self, names: Iterable[str], t: int) -> str:
        """Sum of some lines in a month."""
        return "+".join(self.at(name, t) for name in names) or "0"

    def open(self, *names: str) -> None:
        """Give rows to lines that name each other."""
        for name in names:
            if name not in self.rows:
                self.rows[name] = len(self.rows)
                self.sheet.write_string(HEAD + self.rows[name], 0, name)

    def values(self, name: str, row: Array, *, share: bool = False) -> None:
        """Write numbers."""
        self.open(name)
        self.written.add(name)
        look = self.share if share else self.number
        for t, value in enumerate(row):
            self.sheet.write_number(HEAD + self.rows[name], SIDE + t, float(value), look)

    def formulas(self, name: str, formula: Formula, *, share: bool = False) -> None:
        """Write a formula a month, with no cached value: what is seen is what the reader's program finds."""
        self.open(name)
        self.written.add(name)
        look = self.share if share else self.number
        for t in range(self.months):
            self.sheet.write_formula(HEAD + self.rows[name], SIDE + t, "=" + formula(t), look, "")


class Inputs:
    """Scalars with a name each; changing one moves the results."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.sheet = book.add_worksheet("Inputs")
        self.sheet.set_column(0, 0, 60)
        self.sheet.set_column(1, 1, 22)
        self.given = book.add_format({"bg_color": "#FFF6D5"})
        self.amount = book.add_format({"bg_color": "#FFF6D5", "num_format": "#,##0"})
        self.found = book.add_format({"num_format": "#,##0.######"})
        self.row = 0

    def put(self, name: str, value: float, told: str) -> None:
        """Write a number that may be changed."""
        self.sheet.write_string(self.row, 0, told)
        self.sheet.write_number(self.row, 1, float(value), self.amount if value >= 1e4 else self.given)
        self._name(name)

    def formula(self, name: str, formula: str, told: str) -> None:
        """Write a number that follows from others."""
        self.sheet.write_string(self.row, 0, told)
        self.sheet.write_formula(self.row, 1, "=" + formula, self.found, "")
        self._name(name)

    def _name(self, name: str) -> None:
        self.book.define_name(name, f"=Inputs!$B${self.row + 1}")
        self.row += 1


class Sheets:
    """A deal's workbook while it is written."""

    def __init__(self, book: Any, statement: Statement) -> None:
        self.statement = statement
        self.plan: Plan = statement.plan
        self.deal = statement.deal
        self.results = book.add_worksheet("Results")
        self.inputs = Inputs(book)
        self.months = Months(book, "Months", self.plan)
        self.end = self.plan.completion
        self.last = self.plan.months - 1
        self.loans = list(enumerate(self.plan.loans))
        self.opening = [place for place, loan in self.loans if loan.refinances < 0]
        """Loans that are there at completion."""
        self.senior = [place for place, loan in self.loans if loan.rank == "senior"]
        junior = [place for place, loan in self.loans if loan.rank != "senior"]
        self.junior = sorted(junior, key=lambda place: self.plan.loans[place].rank == "mezzanine")
        self.taken_over = {loan.refinances for _, loan in self.loans}
        self.checks: dict[str, str] = {}
        """By statement: the formula of its largest difference."""

    def last_senior(self) -> int:
        """Last maturity of senior debt; completion where there is none."""
        return max((self.plan.loans[place].maturity for place in self.senior), default=self.end)

    def of(self, line: str, place: int) -> str:
        """Name of a loan's line."""
        return f"{line}: {self.plan.loans[place].name}"

    def opened(self, place: int) -> str:
        """Opening amount of a loan: its own, or what it takes over."""
        loan = self.plan.loans[place]
        if loan.refinances < 0:
            return f"amount_{place}"
        taken = self.plan.loans[loan.refinances]
        return self.months.at(self.of("owed", loan.refinances), taken.maturity - 1)
