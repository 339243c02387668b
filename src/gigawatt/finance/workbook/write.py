"""Write a deal as XLSX: inputs in one sheet, formulas by month in another, results in the first.

No cell is circular: interest during construction is in closed form, as in
:mod:`gigawatt.finance.construction`. Formulas carry no cached value, so that what a reader sees is what his
own program works out. Deals with parts that the formulas do not carry are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.statement import Statement
from gigawatt.kernel.errors import InfeasibleError

if TYPE_CHECKING:
    from gigawatt.finance.deal.plan import Plan

Array = NDArray[np.float64]

HEAD = 4
"""Rows above the first month."""


def refusals(plan: Plan) -> list[str]:
    """Name the parts of a deal that the workbook's formulas do not carry."""
    deal = plan.deal
    terms = deal.covenants
    found = {
        "more than one loan": len(deal.debt) > 1,
        "a loan drawn at close": any(t.drawn == "at_close" for t in deal.debt),
        "funding: equity_first": deal.funding == "equity_first" and bool(deal.debt),
        "preferred equity": any(e.kind == "preferred" for e in deal.equity),
        "a debt service reserve": deal.reserves.debt_service_months > 0,
        "a cash sweep": terms.sweep_frac > 0.0,
        "a lock-up": terms.lock_up_dscr_ratio > 0.0,
        "a refresh": bool(deal.refresh),
        "receivables": deal.receivable_days > 0.0,
        "loan-to-value or tail limits": any(
            t.sizing is not None and (t.sizing.ltv_frac is not None or t.sizing.tail_months)
            for t in deal.debt
        ),
        "a sized loan that is not sculpted": any(
            t.sizing is not None and t.repayment != "sculpted" for t in deal.debt
        ),
    }
    return [name for name, there in found.items() if there]


class _Sheet:
    """The monthly sheet: one column a line, one row a month."""

    def __init__(self, book: Any, months: int) -> None:
        self.sheet = book.add_worksheet("Months")
        self.months = months
        self.columns: dict[str, int] = {}
        self.number = book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
        self.bold = book.add_format({"bold": True, "text_wrap": True})

    def at(self, name: str, t: int) -> str:
        from xlsxwriter.utility import xl_rowcol_to_cell

        return str(xl_rowcol_to_cell(HEAD + t, self.columns[name]))

    def whole(self, name: str, first: int = 0, last: int | None = None) -> str:
        end = self.months - 1 if last is None else last
        return f"{self.at(name, first)}:{self.at(name, end)}"

    def before(self, name: str, t: int) -> str:
        return self.at(name, t - 1) if t else "0"

    def open(self, *names: str) -> None:
        """Give columns to lines that name each other."""
        for name in names:
            self.columns[name] = len(self.columns)
            self.sheet.write_string(HEAD - 1, self.columns[name], name, self.bold)

    def values(self, name: str, row: Array) -> None:
        self.open(name)
        for t, value in enumerate(row):
            self.sheet.write_number(HEAD + t, self.columns[name], float(value), self.number)

    def formulas(self, name: str, formula: Callable[[int], str]) -> None:
        if name not in self.columns:
            self.open(name)
        for t in range(self.months):
            self.sheet.write_formula(HEAD + t, self.columns[name], "=" + formula(t), self.number, "")


class _Inputs:
    """Scalars with a name each; changing one moves the results."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.sheet = book.add_worksheet("Inputs")
        self.sheet.set_column(0, 0, 46)
        self.sheet.set_column(1, 1, 20)
        self.row = 0

    def put(self, name: str, value: float, told: str) -> None:
        self.sheet.write_string(self.row, 0, told)
        self.sheet.write_number(self.row, 1, float(value))
        self.book.define_name(name, f"=Inputs!$B${self.row + 1}")
        self.row += 1

    def formula(self, name: str, formula: str, told: str) -> None:
        self.sheet.write_string(self.row, 0, told)
        self.sheet.write_formula(self.row, 1, "=" + formula, None, "")
        self.book.define_name(name, f"=Inputs!$B${self.row + 1}")
        self.row += 1


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
        results = book.add_worksheet("Results")
        inputs = _Inputs(book)
        sheet = _Sheet(book, plan.months)
        _inputs(inputs, statement)
        _operation(sheet, plan)
        if plan.loans:
            _loan(sheet, inputs, statement)
        _waterfall(sheet, statement)
        _results(results, sheet, statement)
        sheet.sheet.freeze_panes(HEAD, 1)
        sheet.sheet.write_string(0, 0, f"{plan.deal.name}: every month's flows in USD; cash in is positive")
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(held.getvalue())
    beside.replace(path)  # whole, or not at all


def _inputs(inputs: _Inputs, statement: Statement) -> None:
    deal, money = statement.deal, statement.financing
    inputs.put("rent_factor", 1.0, "factor on all rents")
    inputs.put("running_factor", 1.0, "factor on running costs")
    inputs.put("discount_rate", deal.discount_rate_frac, "yearly rate for net present value")
    inputs.put("tax_rate", deal.tax.rate_frac if deal.tax else 0.0, "income tax rate")
    inputs.put(
        "loss_limit", deal.tax.loss_limit_frac if deal.tax else 1.0, "share of income that losses offset"
    )
    inputs.put("earns", deal.reserves.earns_frac / 12.0, "earned on cash a month")
    inputs.put("least_cash", deal.reserves.least_cash_usd, "cash that is kept, USD")
    inputs.put("surplus", money.surplus, "owners' money beyond the uses, USD")
    if not deal.debt:
        return
    tranche, loan = deal.debt[0], statement.plan.loans[0]
    inputs.put("upfront", loan.upfront_frac, "upfront fee, share of the loan")
    inputs.put("commitment", loan.commitment_frac, "commitment fee a month")
    if tranche.sizing is None:
        inputs.put("debt_amount", float(money.commitment[0]), "loan, USD")
    else:
        gearing = tranche.sizing.gearing_frac
        inputs.put("target_cover", tranche.sizing.dscr_ratio, "target cover of service")
        inputs.put("gearing", 1.0 if gearing is None else gearing, "largest share of all uses")


def _operation(sheet: _Sheet, plan: Plan) -> None:
    sheet.values("month", np.arange(plan.months, dtype=np.float64))
    month_of_year = (plan.deal.close.month - 1 + np.arange(plan.months)) % 12
    sheet.values("month of year", month_of_year.astype(np.float64))
    sheet.values("uses", plan.uses_total)
    sheet.values("assets bought", plan.capital_uses)
    sheet.values("rent", plan.revenue)
    sheet.values("running cost", plan.power_cost + plan.operating_cost)
    sheet.values("property tax", plan.property_tax)
    sheet.values("tax depreciation", plan.tax_depreciation)
    sheet.values("credit", plan.credits)
    sheet.values("sale", plan.exit_value)
    sheet.formulas(
        "cash for service",
        lambda t: (
            f"{sheet.at('rent', t)}*rent_factor-{sheet.at('running cost', t)}*running_factor"
            f"-{sheet.at('property tax', t)}"
        ),
    )


def _loan(sheet: _Sheet, inputs: _Inputs, statement: Statement) -> None:
    plan = statement.plan
    loan, end = plan.loans[0], plan.completion
    sheet.values("rate", loan.rate_frac)
    sheet.formulas(
        "growth to completion",
        lambda t: "0" if t > end else "1" if t == end else (
            f"{sheet.at('growth to completion', t + 1)}*(1+{sheet.at('rate', t + 1)}-commitment)"
        ),
    )  # fmt: skip
    grown, uses = (f"Months!{sheet.whole(n, 0, end)}" for n in ("growth to completion", "uses"))
    fees = f"commitment*(SUM({grown})-Months!{sheet.at('growth to completion', 0)})"
    inputs.formula(
        "own_cost", f"upfront*Months!{sheet.at('growth to completion', 0)}+{fees}", "fees' share of it"
    )
    inputs.formula("uses_grown", f"SUMPRODUCT({uses},{grown})", "uses, grown to completion, USD")
    span = range(loan.first, loan.maturity + 1)
    if statement.financing.sized >= 0:
        if statement.deal.debt[0].sizing is not None and statement.deal.debt[0].sizing.revenue == "committed":
            revenue = np.asarray(
                sum([*plan.committed.values(), *plan.rental.values()], np.zeros(plan.months))
            )
        else:
            revenue = plan.revenue
        sheet.values("rent that counts", revenue)
        sheet.formulas(
            "worth of cash",
            lambda t: "0" if t not in span else (
                f"(({sheet.at('rent that counts', t)}*rent_factor"
                f"-{sheet.at('running cost', t)}*running_factor-{sheet.at('property tax', t)})"
                + (f"+{sheet.at('worth of cash', t + 1)}" if t + 1 in span else "")
                + f")/(1+{sheet.at('rate', t)})"
            ),
        )  # fmt: skip
        inputs.formula("cover_limit", f"Months!{sheet.at('worth of cash', loan.first)}/target_cover",
                       "loan that its cover allows, USD")  # fmt: skip
        inputs.formula("gearing_limit",
                       f"gearing*SUM({uses})/(1-gearing+gearing*SUM({uses})*(1-own_cost)/uses_grown)",
                       "loan that its gearing allows, USD")  # fmt: skip
        inputs.formula("debt_amount", "MIN(cover_limit,gearing_limit)", "loan, USD")
        sheet.formulas(
            "principal, share",
            lambda t: "0" if t not in span else (
                f"({sheet.at('worth of cash', t)}"
                + (f"-{sheet.at('worth of cash', t + 1)}" if t + 1 in span else "")
                + f")/{sheet.at('worth of cash', loan.first)}"
            ),
        )  # fmt: skip
    else:
        sheet.values("principal, share", statement.financing.principal[0])
    inputs.formula("draw_share", "debt_amount*(1-own_cost)/uses_grown", "share of each month's uses drawn")
    sheet.formulas("drawn", lambda t: f"draw_share*{sheet.at('uses', t)}" if t <= end else "0")
    sheet.open("added to loan", "loan in construction")

    def added(t: int) -> str:
        if t == 0 or t > end:
            return "upfront*debt_amount" if t == 0 else "0"
        owed = sheet.at("loan in construction", t - 1)
        return f"{owed}*{sheet.at('rate', t)}+commitment*(debt_amount-{owed})"

    sheet.formulas("added to loan", added)
    sheet.formulas(
        "loan in construction",
        lambda t: "0" if t > end else (
            f"{sheet.before('loan in construction', t)}+{sheet.at('added to loan', t)}+{sheet.at('drawn', t)}"
        ),
    )  # fmt: skip


def _tax(sheet: _Sheet, plan: Plan, added: str) -> None:
    """Tax of the calendar year so far, less what was paid of it."""
    base, last = plan.tax_base, plan.months - 1
    written = f"SUM({sheet.whole('tax depreciation')})"

    def depreciation(t: int) -> str:
        if base <= 0.0:
            return "0"
        row = f"{sheet.at('tax depreciation', t)}*(1+{added}/{base!r})"
        left = f"+({base!r}+{added})-{written}*(1+{added}/{base!r})"
        return row + (left if t == last and plan.deal.exit is not None else "")

    sheet.formulas("written off for tax", depreciation)
    names = ("income", "income of the year", "losses", "tax of the year", "tax")
    sheet.open(*names)
    new = [t > 0 and (plan.deal.close.month - 1 + t) % 12 == 0 for t in range(plan.months)]
    sheet.formulas(
        "income",
        lambda t: (
            f"{sheet.at('cash for service', t)}+{sheet.at('earned', t)}+{sheet.at('sale', t)}"
            f"-{sheet.at('interest', t)}-{sheet.at('written off for tax', t)}"
        ),
    )
    sheet.formulas(
        "income of the year",
        lambda t: (
            sheet.at("income", t) + ("" if new[t] or t == 0 else f"+{sheet.at('income of the year', t - 1)}")
        ),
    )

    def losses(t: int) -> str:
        if not new[t]:
            return sheet.before("losses", t)
        carried, year = sheet.at("losses", t - 1), sheet.at("income of the year", t - 1)
        return f"{carried}-MIN({carried},loss_limit*MAX({year},0))+MAX(-{year},0)"

    def due(t: int) -> str:
        income = f"MAX({sheet.at('income of the year', t)},0)"
        return f"tax_rate*({income}-MIN({sheet.at('losses', t)},loss_limit*{income}))"

    sheet.formulas("losses", losses)
    sheet.formulas("tax of the year", due)
    sheet.formulas(
        "tax",
        lambda t: (
            sheet.at("tax of the year", t)
            + ("" if new[t] or t == 0 else f"-{sheet.at('tax of the year', t - 1)}")
        ),
    )


def _waterfall(sheet: _Sheet, statement: Statement) -> None:
    plan = statement.plan
    end = plan.completion
    loan = plan.loans[0] if plan.loans else None
    at, before = sheet.at, sheet.before
    sheet.open("earned", "interest", "pool", "support", "interest paid", "due", "principal paid", "arrears",
               "loan", "settled", "paid out", "cash")  # fmt: skip
    first = plan.months if loan is None else loan.first
    sheet.formulas("earned", lambda t: f"{before('cash', t)}*earns")
    sheet.formulas("interest", lambda t: f"{at('loan', t - 1)}*{at('rate', t)}" if t >= first else "0")
    _tax(sheet, plan, f"SUM({sheet.whole('added to loan')})" if loan is not None else "0")
    sheet.formulas(
        "pool",
        lambda t: (
            f"{before('cash', t)}+{at('uses', t)}-{at('assets bought', t)}"
            + ("+surplus" if t == end else "")
            + f"+{at('cash for service', t)}+{at('earned', t)}+{at('sale', t)}"
            + f"+{at('credit', t)}-{at('tax', t)}"
        ),
    )
    sheet.formulas("support", lambda t: f"MAX(-{at('pool', t)},0)")
    _service(sheet, plan, first)
    _owners(sheet, plan)


def _there(sheet: _Sheet, t: int) -> str:
    return f"({sheet.at('pool', t)}+{sheet.at('support', t)})"


def _left(sheet: _Sheet, t: int) -> str:
    return f"({_there(sheet, t)}-{sheet.at('interest paid', t)}-{sheet.at('principal paid', t)})"


def _owed(sheet: _Sheet, t: int) -> str:
    """What is owed after the month's interest was paid, or added."""
    return f"({sheet.at('loan', t - 1)}+{sheet.at('interest', t)}-{sheet.at('interest paid', t)})"


def _service(sheet: _Sheet, plan: Plan, first: int) -> None:
    """Interest and principal, as far as there is cash; what is not paid stays owed."""
    at, before, end, last = sheet.at, sheet.before, plan.completion, plan.months - 1
    maturity = plan.loans[0].maturity if plan.loans else plan.months

    def due(t: int) -> str:
        if t < first:
            return "0"
        if t >= maturity:
            return _owed(sheet, t)
        late = f"{before('arrears', t)}+{at('interest', t)}-{at('interest paid', t)}"
        return f"MIN(debt_amount*{at('principal, share', t)}+{late},{_owed(sheet, t)})"

    def balance(t: int) -> str:
        if not plan.loans:
            return "0"
        if t <= end:
            return at("loan in construction", t)
        return f"{_owed(sheet, t)}-{at('principal paid', t)}-{at('settled', t)}"

    def cover(t: int) -> str:
        if t < first:
            return '""'
        scheduled = at("due", t)
        if t < maturity:
            scheduled = f"MIN(debt_amount*{at('principal, share', t)},{scheduled})"
        service = f"({at('interest', t)}+{scheduled})"
        return f'IF({service}>0.000001,{at("cash for service", t)}/{service},"")'

    sheet.formulas(
        "interest paid", lambda t: f"MIN({at('interest', t)},{_there(sheet, t)})" if t >= first else "0"
    )
    sheet.formulas("due", due)
    sheet.formulas(
        "principal paid",
        lambda t: f"MIN({at('due', t)},{_there(sheet, t)}-{at('interest paid', t)})" if t >= first else "0",
    )
    sheet.formulas(
        "arrears", lambda t: f"MAX({at('due', t)}-{at('principal paid', t)},0)" if t >= first else "0"
    )
    sheet.formulas(
        "settled",
        lambda t: (
            f"MIN({_left(sheet, t)},{_owed(sheet, t)}-{at('principal paid', t)})"
            if t == last and t >= first
            else "0"
        ),
    )
    sheet.formulas("loan", balance)
    sheet.formulas("cover", cover)


def _owners(sheet: _Sheet, plan: Plan) -> None:
    """What is paid out and put in."""
    at, end, last = sheet.at, plan.completion, plan.months - 1

    def paid_out(t: int) -> str:
        if t == last:
            return f"IF({at('loan', t)}<=0.001,{_left(sheet, t)}-{at('settled', t)},0)"
        if t <= end:
            return "0"
        return f"IF({at('arrears', t)}>0.001,0,MAX({_left(sheet, t)}-least_cash,0))"

    def put_in(t: int) -> str:
        drawn = f"-{at('drawn', t)}" if plan.loans else ""
        return f"{at('uses', t)}{drawn}" + ("+surplus" if t == end else "")

    sheet.formulas("paid out", paid_out)
    sheet.formulas("cash", lambda t: f"{_left(sheet, t)}-{at('settled', t)}-{at('paid out', t)}")
    sheet.formulas("put in", put_in)
    sheet.formulas("owners' cash", lambda t: f"{at('paid out', t)}-{at('put in', t)}-{at('support', t)}")


def _results(results: Any, sheet: _Sheet, statement: Statement) -> None:
    results.set_column(0, 0, 44)
    results.set_column(1, 2, 22)
    deal = statement.deal
    results.write_string(0, 0, deal.title or deal.name)
    results.write_string(1, 0, f"{deal.basis} USD of {deal.price_year}; change a cell of the sheet Inputs")
    for column, head in enumerate(("result", "worked out here", "by gigawatt")):
        results.write_string(2, column, head)
    cash, month = (f"Months!{sheet.whole(name)}" for name in ("owners' cash", "month"))
    cover = f"Months!{sheet.whole('cover')}"
    guess = (
        0.01 if not statement.irr.roots_frac[0] else (1.0 + statement.irr.roots_frac[0][0]) ** (1 / 12) - 1
    )
    told = statement.contract()
    figures: list[tuple[str, str, float | None]] = [
        ("irr_frac", f"(1+IRR({cash},{round(guess, 4)!r}))^12-1", told["irr_frac"]),
        ("npv_usd", f"SUMPRODUCT({cash},(1+discount_rate)^(-{month}/12))", told["npv_usd"]),
        ("moic", f'SUMIF({cash},">0")/-SUMIF({cash},"<0")', told["moic"]),
        ("uses_usd", _uses(sheet, statement), sum(statement.uses_usd.values())),
    ]
    if statement.plan.loans:
        figures += [
            ("debt_usd", "debt_amount", told["debt_usd"]),
            ("min_dscr", f"MIN({cover})", told["min_dscr"]),
            ("avg_dscr", f"AVERAGE({cover})", told["avg_dscr"]),
        ]
    for row, (name, formula, ours) in enumerate(figures, start=3):
        results.write_string(row, 0, name)
        results.write_formula(row, 1, "=" + formula, None, "")
        if ours is not None:
            results.write_number(row, 2, ours)


def _uses(sheet: _Sheet, statement: Statement) -> str:
    base = f"SUM(Months!{sheet.whole('uses')})+surplus"
    return base + (f"+SUM(Months!{sheet.whole('added to loan')})" if statement.plan.loans else "")
