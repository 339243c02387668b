"""Formulas of revenue, cost and cash for service."""

from __future__ import annotations

import numpy as np

from gigawatt.finance.workbook.sheet import Sheets


def put_inputs(s: Sheets) -> None:
    """Write what may be changed, beside the loans' own terms."""
    deal, put = s.deal, s.inputs.put
    put("rent_factor", 1.0, "factor on all rents")
    put("running_factor", 1.0, "factor on running costs")
    put("discount_rate", deal.discount_rate_frac, "yearly rate for net present value")
    put("tax_rate", deal.tax.rate_frac if deal.tax else 0.0, "income tax rate")
    put("loss_limit", deal.tax.loss_limit_frac if deal.tax else 1.0, "share of income that losses offset")
    put("earns", deal.reserves.earns_frac / 12.0, "earned on cash and reserves, a month")
    put("least_cash", deal.reserves.least_cash_usd, "cash that is kept, USD")
    put("receivable_days", deal.receivable_days, "days until rent is paid")
    put("letter_rate", deal.reserves.letter_fee_frac / 12.0, "fee on the letter of credit, a month")


def put_operation(s: Sheets) -> None:
    """Write lines of the place itself; loans come after."""
    plan, m = s.plan, s.months
    m.values("month", np.arange(plan.months, dtype=np.float64))
    m.values("uses", plan.uses_total)
    m.values("assets bought", plan.capital_uses)
    names = [f"rent: {name}" for name in plan.tenants]
    for name, row in zip(names, plan.tenants.values(), strict=True):
        m.values(name, row)
    m.formulas("rent", lambda t: f"({m.total(names, t)})*rent_factor")
    m.values("running cost as planned", plan.power_cost + plan.operating_cost)
    m.formulas("running cost", lambda t: f"{m.at('running cost as planned', t)}*running_factor")
    m.values("property tax", plan.property_tax)
    m.values("saved for refresh", plan.refresh_saving)
    m.values("refresh", plan.refresh_cost)
    m.values("sale", plan.exit_value)
    m.values("investment credit", plan.credits)
    m.values("worth of chips by age", plan.collateral)
    m.formulas("receivables", lambda t: "0" if t == s.last else f"{m.at('rent', t)}*receivable_days/30")
    first = s.end + 1
    change = f"Months!{m.at('receivables', first)}-Months!{m.at('receivables', s.end)}"
    s.inputs.formula("working", f"MAX({change},0)", "receivables of the first month, paid by owners, USD")


def put_cash(s: Sheets) -> None:
    """Write cash for service, once the reserve and its letter are known."""
    m, letter = s.months, s.deal.reserves.letter_of_credit
    m.formulas(
        "fee on letter",
        lambda t: f"letter_rate*{m.at('reserve wanted', t)}" if letter and t > s.end else "0",
    )
    m.formulas(
        "cash for service",
        lambda t: (
            f"{operating(s, t)}"
            f"-({m.at('receivables', t)}-{m.before('receivables', t)})-{m.at('saved for refresh', t)}"
            + ("+working" if t == s.end + 1 else "")
        ),
    )


def operating(s: Sheets, t: int) -> str:
    """Revenue less running cost, the letter's fee and property tax."""
    m = s.months
    costs = "".join(f"-{m.at(line, t)}" for line in ("running cost", "fee on letter", "property tax"))
    return f"{m.at('rent', t)}{costs}"
