"""The first sheet: results as formulas, and beside them what the engine found."""

from __future__ import annotations

from typing import Any

from gigawatt.finance.workbook.sheet import Sheets


def put_results(book: Any, s: Sheets) -> None:
    """Write each figure as worked out here, and as by the engine."""
    money, ratio = (book.add_format({"num_format": look}) for look in ("#,##0.00", "#,##0.0000"))
    bold = book.add_format({"bold": True})
    sheet, deal = s.results, s.deal
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 24)
    sheet.write_string(0, 0, deal.title or deal.name, bold)
    sheet.write_string(1, 0, f"{deal.basis} USD of {deal.price_year}; change a cell of the sheet Inputs")
    for column, head in enumerate(("result", "worked out here", "by gigawatt")):
        sheet.write_string(2, column, head, bold)
    told = s.statement.contract()
    for row, (name, (formula, ours)) in enumerate(_figures(s, told).items(), start=3):
        look = money if name.lower().endswith("usd") else ratio
        sheet.write_string(row, 0, name)
        if ours is None:  # no rate of return, or several: none is picked
            sheet.write_string(row, 1, "none, or several")
            continue
        sheet.write_formula(row, 1, "=" + formula, look, "")
        sheet.write_number(row, 2, ours, look)


def _figures(s: Sheets, told: dict[str, float]) -> dict[str, tuple[str, float | None]]:
    m, lines = s.months, s.statement.flows.lines
    cash, month, cover = m.whole("owners' cash"), m.whole("month"), m.whole("cover")
    roots = s.statement.irr.roots_frac[0]
    guess = (1.0 + roots[0]) ** (1.0 / 12.0) - 1.0 if roots else 0.01
    found: dict[str, tuple[str, float | None]] = {
        "irr_frac": (f"(1+IRR({cash},{round(guess, 4)!r}))^12-1", told["irr_frac"]),
        "npv_usd": (f"SUMPRODUCT({cash},(1+discount_rate)^(-{month}/12))", told["npv_usd"]),
        "moic": (f'SUMIF({cash},">0")/-SUMIF({cash},"<0")', told["moic"]),
        "uses_usd": (
            f"SUM({m.whole('uses')})+financing+reserve_funded+working+surplus",
            sum(s.statement.uses_usd.values()),
        ),
        "sources_less_uses_usd": (f"ROUND({_gap(s)},2)", 0.0),
    }
    if s.loans:
        amounts = "+".join(f"amount_{place}" for place in s.opening)
        found |= {
            "debt_usd": (amounts, told["debt_usd"]),
            "min_dscr": (f"MIN({cover})", told["min_dscr"]),
            "avg_dscr": (f"AVERAGE({cover})", told["avg_dscr"]),
            "debt_at_the_end_usd": (f"ROUND({m.there('debt', s.last)},2)", _cents(lines["debt"][-1, 0])),
            "swept_usd": (_sum(s, [s.of("swept", p) for p in s.senior]), float(lines["swept"].sum())),
            "months_locked_up": (
                f"COUNTIF('Months'!{m.span('locked up', s.end + 1, s.last)},TRUE)",
                float((lines["locked"][s.end + 1 :, 0] > 0.0).sum()),
            ),
            "months_in_default": (
                f"COUNTIF({m.whole('in default')},TRUE)", float((lines["in_default"][:, 0] > 0.0).sum())
            ),
        }  # fmt: skip
    if s.senior:
        amounts = "+".join(f"amount_{p}" for p in s.senior if p in s.opening)
        for name, line in (("llcr", "loan"), ("plcr", "all")):
            worth = m.there(f"worth of cash ahead, {line}", s.end)
            found[name] = (f"{worth}/({amounts})", told[name])
    found |= {
        "support_usd": (f"SUM({m.whole('support')})+SUM({m.whole('cured')})", float(lines["support"].sum())),
        "income_tax_usd": (f"SUM({m.whole('income tax')})", float(lines["income_tax"].sum())),
        "most_deferred_tax_usd": (f"MAX({m.whole('deferred tax')})", float(lines["deferred_tax"].max())),
        "net_income_usd": (f"SUM({m.whole('net income')})", float(lines["net_income"].sum())),
    }
    for name, formula in s.checks.items():
        found[f"{name.lower()}: largest difference, USD"] = (f"ROUND({formula},2)", 0.0)
    return found


def _cents(value: float) -> float:
    return round(float(value), 2) + 0.0


def _sum(s: Sheets, names: list[str]) -> str:
    return "+".join(f"SUM({s.months.whole(name)})" for name in names) or "0"


def _gap(s: Sheets) -> str:
    """Sources less uses; below zero where what is given no longer pays for the uses."""
    amounts = "+".join(
        [*(f"amount_{p}" for p in s.opening), *(f"equity_{p}" for p in range(len(s.deal.equity)))]
    )
    earned = _sum(s, [s.of("escrow earns", p) for p in s.opening if s.plan.loans[p].at_close])
    uses = f"SUM({s.months.whole('uses')})+financing+reserve_funded+working+surplus"
    return f"{amounts}+{earned}-({uses})"
