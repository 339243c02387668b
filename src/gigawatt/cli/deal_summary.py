"""What ``gigawatt finance`` prints."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigawatt.finance import Statement
    from gigawatt.finance.deal.inputs import Deal

COVENANTS = {
    "dscr": "cover over 12 months",
    "llcr": "loan life cover",
    "plcr": "project life cover",
    "ltv": "debt over the chips' market value",
    "concentration": "largest payer's share",
    "payment": "due and not paid, USD",
}


def summary(statement: Statement) -> list[str]:
    """Lay a deal's results out in lines."""
    deal = statement.deal
    lines = [deal.title or deal.name, ""]
    for title, items in (("sources", statement.sources_usd), ("uses", statement.uses_usd)):
        lines += [f"{title}, m USD ({deal.basis}, {deal.price_year})"]
        lines += [f"  {name:<40}{usd / 1e6:>14,.1f}" for name, usd in items.items()]
        lines += [f"  {'together':<40}{sum(items.values()) / 1e6:>14,.1f}", ""]
    return [*lines, *_results(statement), *_covenants(statement), *_risks(deal)]


def _results(statement: Statement) -> list[str]:
    lines = []
    for name, found in (("return to owners", statement.irr), ("without debt", statement.unlevered)):
        lines.append(f"  {name + ', a year':<40}{_rates(found.roots_frac[0]):>14}")
    crossing = 100.0 * statement.own_or_rent_utilisation_frac
    lines += [
        f"  {name:<40}{value:>14}"
        for name, value in (
            ("net present value to owners, m USD", f"{statement.npv_usd / 1e6:,.1f}"),
            ("money back for each put in", _number(statement.moic)),
            ("payback, years", _number(statement.payback_years)),
            ("debt, m USD", f"{statement.debt_usd / 1e6:,.1f}"),
            ("what holds the debt's size", statement.binding_limit),
            ("least cover of senior service", _number(statement.min_dscr)),
            ("mean cover", _number(statement.avg_dscr)),
            ("loan life cover at completion", _number(statement.llcr)),
            ("project life cover at completion", _number(statement.plcr)),
            ("average life of debt, years", _number(statement.average_life_years)),
            ("committed revenue, m USD", f"{statement.committed_revenue_usd / 1e6:,.1f}"),
            ("headline revenue, m USD", f"{statement.headline_revenue_usd / 1e6:,.1f}"),
            ("levelised cost, USD/GPU-h", _number(statement.lcoc_usd_per_gpu_h, 3)),
            ("renting the same, USD/GPU-h", _number(statement.market_usd_per_gpu_h, 3)),
            ("use above which owning beats renting, %", _number(crossing, 1)),
            ("runway, months", _number(statement.runway_months)),
        )
        if value != "-"
    ]
    for supplier, told in statement.supplier.items():
        lines.append(
            f"  {supplier} puts in {told['invested_usd'] / 1e9:.2f} bn USD and is paid "
            f"{told['paid_usd'] / 1e9:.2f} bn: {100 * told['returned_frac']:.0f} % of it returns to him"
        )
    return lines


def _covenants(statement: Statement) -> list[str]:
    tests = [t for t in statement.tests() if t["covenant"] != "payment" or t["broken_months"]]
    if not tests:
        return []
    deal = statement.deal
    lines = ["", "covenants                                limit     worst   what follows"]
    for test in tests:
        worst = "-" if test["worst"] is None else _number(test["worst"])
        first = test["first_broken_month"]
        told = "held"
        if first is not None:
            told = f"{test['follows']}, {test['broken_months']} months from {month_of(deal, first)}"
        lines.append(f"  {COVENANTS[test['covenant']]:<34}{_number(test['limit']):>10}{worst:>10}   {told}")
    return lines


def _risks(deal: Deal) -> list[str]:
    from gigawatt.finance import break_even_rent, downside, tornado

    lines = ["", "downside (debt as closed)        return    npv, m USD   least cover   who loses, m USD"]
    for name, case in downside(deal).items():
        if (name.startswith("refresh") and not deal.refresh) or (
            name.startswith("tenant") and not deal.leases
        ):
            continue
        rate, cover = case["irr_frac"], case["min_dscr"]
        losses = ", then ".join(f"{who} {usd / 1e6:,.0f}" for who, usd in case["losses_usd"].items())
        lines.append(
            f"  {name:<28}{'-' if rate is None else f'{100 * float(rate):.1f} %':>9}"
            f"{case['npv_usd'] / 1e6:>14,.0f}"
            f"{'-' if cover is None else f'{float(cover):.2f}':>14}   {losses or 'no one'}"
        )
        if case["lender_loss_usd"] > 1.0 and case["sold_loss_usd"] is not None:
            sold = case["sold_loss_usd"] / 1e6
            month = month_of(deal, case["default_month"])
            lines.append(f"  {'':<28}lenders who sell the chips at once, in {month}, lose {sold:,.0f}")
    lines += ["", "tornado: net present value at the bad and the good end, m USD"]
    for name, (bad, good) in tornado(deal).items():
        if bad != good:
            lines.append(f"  {name:<32}{bad / 1e6:>14,.0f}{good / 1e6:>14,.0f}")
    factor = break_even_rent(deal)
    lines += ["", f"break-even rent: {_number(100.0 * factor)} % of the base case's (point estimate)"]
    return lines


def month_of(deal: Deal, place: int) -> str:
    """Tell a month of the deal as YYYY-MM.

    >>> from datetime import date
    >>> from gigawatt.finance import Deal
    >>> month_of(Deal.model_construct(close=date(2025, 10, 1)), 4)
    '2026-02'
    """
    month = deal.close.month - 1 + place
    return f"{deal.close.year + month // 12}-{month % 12 + 1:02d}"


def _rates(roots: tuple[float, ...]) -> str:
    if not roots:
        return "none"
    if len(roots) > 1:
        return f"{len(roots)} rates"
    return f"{100.0 * roots[0]:.2f} %"


def _number(value: float, digits: int = 2) -> str:
    return f"{value:,.{digits}f}" if isfinite(value) else "-"
