"""Write a deal as XLSX: results in the first sheet, then inputs, formulas by month, and statements.

No cell is circular, and formulas carry no cached value, so that what a reader sees is what his own program
works out. The order is the engine's; a deal with a part that the formulas do not carry is refused by name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.finance.deal.statement import Statement
from gigawatt.finance.workbook import accounts, covenants, loans, operation, results, sizing, waterfall
from gigawatt.finance.workbook.sheet import Sheets
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.kernel.files import write_whole

if TYPE_CHECKING:
    from gigawatt.finance.deal.plan import Plan


def refusals(plan: Plan) -> list[str]:
    """Name the parts of a deal that the workbook's formulas do not carry."""
    sized = any(t.sizing is not None for t in plan.deal.debt)
    found = {
        "a loan that is sized under funding: equity_first": plan.deal.funding == "equity_first" and sized
    }
    return [name for name, there in found.items() if there]


def write_workbook(statement: Statement, path: Path) -> None:
    """Write a deal's workbook.

    Raises
    ------
    InfeasibleError
        The deal has parts that the formulas do not carry; they are named.
    """
    import xlsxwriter

    plan = statement.plan
    missing = refusals(plan)
    if missing:
        raise InfeasibleError(
            f"the workbook does not carry {', '.join(missing)}; leave it out, or use --json for the figures"
        )
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(plan.deal.close.year, plan.deal.close.month, 1, tzinfo=UTC)})
        _fill(book, Sheets(book, statement))
    write_whole(path, held.getvalue())


def _fill(book: Any, s: Sheets) -> None:
    operation.put_inputs(s)
    covenants.put_inputs(s)
    operation.put_operation(s)
    sizing.put_amounts(s)
    loans.put_terms(s)
    sized = s.statement.financing.sized
    for place in s.opening:
        loans.put_growth(s, place)
    for place in s.opening:
        if place != sized:
            loans.put_construction(s, place)
    sizing.put_size(s)
    if sized >= 0:
        loans.put_construction(s, sized)
    loans.put_owners(s)
    operation.put_cash(s)
    loans.senior_rate(s)
    accounts.put_depreciation(s)
    waterfall.put_waterfall(s)
    accounts.put_tax(s)
    accounts.put_accounts(s)
    accounts.put_statements(book, s)
    results.put_results(book, s)
    s.months.sheet.write_string(0, 0, f"{s.deal.name}: every month's flows in USD; cash in is positive")
    empty = s.months.named_only()
    if empty:
        raise RuntimeError(f"formulas name lines that are not written: {', '.join(empty)}")
