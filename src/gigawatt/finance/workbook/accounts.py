"""Formulas of tax and of the borrower's accounts; each statement is a sheet that closes."""

from __future__ import annotations

from typing import Any

from gigawatt.finance.workbook.operation import operating
from gigawatt.finance.workbook.sheet import Array, Formula, Months, Sheets
from gigawatt.finance.workbook.waterfall import total_interest


def put_depreciation(s: Sheets) -> None:
    """Write depreciation for tax and in the accounts, the financing cost in proportion."""
    m, plan = s.months, s.plan
    m.formulas("financing cost", lambda t: m.total((s.of("added", p) for p in s.opening), t))
    s.inputs.formula(
        "financing", f"SUM({m.whole('financing cost')})", "interest and fees in construction, USD"
    )
    sold = s.deal.exit is not None
    _with_financing(s, "depreciation", plan.book_depreciation, plan.book_base)
    _with_financing(s, "tax depreciation", plan.tax_depreciation, plan.tax_base)
    m.values("depreciation of refresh", plan.refresh_depreciation)

    def written(t: int) -> str:
        row = f"{m.at('tax depreciation, with financing', t)}+{m.at('depreciation of refresh', t)}"
        if not sold or t < s.last:
            return row
        row += f"+SUM({m.span('refresh', 0, t)})-SUM({m.span('depreciation of refresh', 0, t)})"
        if plan.tax_base > 0.0:
            row += f"+{plan.tax_base!r}+financing-SUM({m.span('tax depreciation, with financing', 0, t)})"
        return row

    m.formulas("written off for tax", written)
    m.formulas(
        "written off in accounts",
        lambda t: f"{m.at('depreciation, with financing', t)}+{m.at('depreciation of refresh', t)}",
    )
    m.values("depreciation of tax basis", plan.paired_depreciation)
    part = f"+{{0}}*financing/{plan.book_base!r}" if plan.tax_base > 0.0 and plan.book_base > 0.0 else ""

    def ahead(t: int) -> str:
        if sold and t == s.last:
            return "0"
        paired = m.at("depreciation of tax basis", t) + part.format(m.at("depreciation of uses", t))
        return f"{m.before('tax ahead', t)}+{m.at('tax depreciation, with financing', t)}-({paired})"

    m.open("tax ahead")
    m.formulas("tax ahead", ahead)


def _with_financing(s: Sheets, name: str, row: Array, base: float) -> None:
    m = s.months
    m.values(f"{name} of uses", row)
    share = f"(1+financing/{base!r})" if base > 0.0 else "1"
    m.formulas(f"{name}, with financing", lambda t: f"{m.at(f'{name} of uses', t)}*{share}")


def put_tax(s: Sheets) -> None:
    """Write tax of the calendar year so far, less what was paid of it; losses are carried on."""
    m = s.months
    names = ("income before tax", "income of the year", "losses", "tax of the year")
    m.open(*names)
    starts = s.plan.deal.close.month - 1
    new = [t > 0 and (starts + t) % 12 == 0 for t in range(s.plan.months)]
    escrow = [s.of("escrow earns", p) for p in s.opening if s.plan.loans[p].at_close]
    m.formulas("earned in escrow", lambda t: m.total(escrow, t))
    m.formulas(
        "income before tax",
        lambda t: (
            f"{operating(s, t)}"
            f"+{m.at('earned', t)}+{m.at('earned in escrow', t)}+{m.at('sale', t)}-({total_interest(s, t)})"
        ),
    )

    def year(t: int) -> str:
        own = f"{m.at('income before tax', t)}-{m.at('written off for tax', t)}"
        return own if new[t] or t == 0 else f"{own}+{m.at('income of the year', t - 1)}"

    def losses(t: int) -> str:
        if not new[t]:
            return m.before("losses", t)
        carried, last = m.at("losses", t - 1), m.at("income of the year", t - 1)
        return f"{carried}-MIN({carried},loss_limit*MAX({last},0))+MAX(-{last},0)"

    def used(t: int) -> str:
        return f"MIN({m.at('losses', t)},loss_limit*MAX({m.at('income of the year', t)},0))"

    m.formulas("income of the year", year)
    m.formulas("losses", losses)
    m.formulas("tax of the year", lambda t: f"tax_rate*(MAX({m.at('income of the year', t)},0)-{used(t)})")
    m.formulas(
        "income tax",
        lambda t: (
            m.at("tax of the year", t) + ("" if new[t] or t == 0 else f"-{m.at('tax of the year', t - 1)}")
        ),
    )
    m.formulas(
        "losses carried",
        lambda t: f"IF(tax_rate=0,0,{m.at('losses', t)}-{used(t)}+MAX(-{m.at('income of the year', t)},0))",
    )
    m.open("losses used later")
    m.formulas(
        "losses used later",
        lambda t: "0" if t == s.last else (
            f"{m.at('losses used later', t + 1)}"
            f"+MAX({m.at('losses carried', t)}-{m.at('losses carried', t + 1)},0)"
        ),
    )  # fmt: skip
    m.formulas(
        "deferred tax",
        lambda t: (
            f"tax_rate*({m.at('tax ahead', t)}"
            f"-MIN({m.at('losses carried', t)},{m.at('losses used later', t)}))"
        ),
    )


def put_accounts(s: Sheets) -> None:
    """Write assets, income after tax, and what owners hold."""
    m, sold = s.months, s.deal.exit is not None
    m.open("assets")
    bought = ("assets bought", "financing cost", "refresh")
    m.formulas(
        "assets before sale",
        lambda t: f"{m.before('assets', t)}+{m.total(bought, t)}-{m.at('written off in accounts', t)}",
    )
    m.formulas("assets", lambda t: "0" if sold and t == s.last else m.at("assets before sale", t))
    m.formulas(
        "net income",
        lambda t: (
            f"{m.at('income before tax', t)}-{m.at('written off in accounts', t)}-{m.at('income tax', t)}"
            f"+{m.at('investment credit', t)}-({m.at('deferred tax', t)}-{m.before('deferred tax', t)})"
            + (f"-{m.at('assets before sale', t)}" if sold and t == s.last else "")
        ),
    )
    put_in = ("owners put in", "support", "cured")
    m.formulas(
        "contributed",
        lambda t: f"{m.before('contributed', t)}+{m.total(put_in, t)}" if t else m.total(put_in, t),
    )
    out = ("paid out", "preferred paid")
    m.formulas(
        "retained",
        lambda t: f"{m.before('retained', t)}+{m.at('net income', t)}-({m.total(out, t)})",
    )
    escrow = [s.of("escrow", p) for p in s.opening if s.plan.loans[p].at_close]
    m.formulas("escrow", lambda t: m.total(escrow, t))


def put_statements(book: Any, s: Sheets) -> None:
    """Write balance sheet, income and cash flow, a sheet each; the last column of each is zero."""
    m = s.months

    def there(name: str, t: int) -> str:
        return m.there(name, t)

    def change(name: str, t: int) -> str:
        return f"({there(name, t)}-{there(name, t - 1)})" if t else there(name, t)

    def line(name: str, sign: str = "") -> Formula:
        return lambda t: sign + there(name, t)

    held = ("assets", "receivables", "cash", "reserve", "refresh reserve", "escrow")
    owed = ("deferred tax", "debt", "contributed", "retained")
    balance = {**{n: line(n) for n in held}, **{n: line(n, "-") for n in owed}}
    sold = s.deal.exit is not None
    income: dict[str, Formula] = {
        "revenue": line("rent"),
        "running cost": lambda t: f"-{there('running cost', t)}-{there('fee on letter', t)}",
        "property tax": line("property tax", "-"),
        "depreciation": line("written off in accounts", "-"),
        "interest earned": lambda t: f"{there('earned', t)}+{there('earned in escrow', t)}",
        "interest": lambda t: (
            "-(" + ("+".join(there(s.of("interest", p), t) for p, _ in s.loans) or "0") + ")"
        ),
        "sale, less book value": lambda t: (
            there("sale", t) + (f"-{there('assets before sale', t)}" if sold and t == s.last else "")
        ),
        "income tax of the year": lambda t: f"{there('investment credit', t)}-{there('income tax', t)}",
        "deferred tax": lambda t: f"-{change('deferred tax', t)}",
    }
    cash: dict[str, Formula] = {
        "operation": lambda t: (
            f"{there('rent', t)}-{there('running cost', t)}-{there('fee on letter', t)}"
            f"-{there('property tax', t)}-{change('receivables', t)}"
        ),
        "interest earned": income["interest earned"],
        "income tax": income["income tax of the year"],
        "investment": lambda t: (
            f"-{there('assets bought', t)}-{there('financing cost', t)}"
            f"-{there('refresh', t)}+{there('sale', t)}"
        ),
        "loans, net of repayment": lambda t: change("debt", t),
        "interest": income["interest"],
        "owners": lambda t: f"{there('owners put in', t)}+{there('support', t)}+{there('cured', t)}",
        "paid out": lambda t: f"-{there('paid out', t)}-{there('preferred paid', t)}",
    }
    _sheet(book, s, "Balance sheet", balance, "difference", lambda _: "0")
    _sheet(book, s, "Income", income, "difference", lambda t: there("net income", t))
    _sheet(book, s, "Cash flow", cash, "difference", lambda t: "+".join(change(name, t) for name in held[2:]))


def _sheet(book: Any, s: Sheets, name: str, lines: dict[str, Formula], check: str, against: Formula) -> None:
    sheet = Months(book, name, s.plan)
    for line, formula in lines.items():
        sheet.formulas(line, formula)
    if name != "Balance sheet":
        sheet.formulas("together", lambda t: sheet.total(lines, t))
    sheet.formulas(check, lambda t: f"{sheet.total(lines, t)}-({against(t)})")
    sheet.sheet.write_string(0, 0, f"{s.deal.name}: {name.lower()} of the borrower by month, USD")
    s.checks[name] = f"MAX(MAX({sheet.whole(check)}),-MIN({sheet.whole(check)}))"
