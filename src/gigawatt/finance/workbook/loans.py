"""Formulas of loans: their terms, their size, how they are drawn, and what owners pay beside them.

No cell is circular: interest during construction is in closed form, as in
:mod:`gigawatt.finance.construction`.
"""

from __future__ import annotations

from gigawatt.finance.deal.loans import extended
from gigawatt.finance.workbook.sheet import Sheets


def put_terms(s: Sheets) -> None:
    """Write rates, and what falls due when as a share of the opening amount."""
    for place, loan in s.loans:
        put = s.inputs.put
        put(f"upfront_{place}", loan.upfront_frac, f"{loan.name}: upfront fee, share of the loan")
        put(f"commitment_{place}", loan.commitment_frac, f"{loan.name}: fee on what is not drawn, a month")
        put(f"escrow_{place}", loan.escrow_frac, f"{loan.name}: earned on proceeds in escrow, a month")
        _rate(s, place)
        if not loan.sculpted:
            _shape(s, place)


def _rate(s: Sheets, place: int) -> None:
    m, loan, tranche = s.months, s.plan.loans[place], s.deal.debt[place]
    if tranche.rate_frac is not None:
        s.inputs.put(f"rate_{place}", tranche.rate_frac, f"{loan.name}: interest a year")
        month, fee = _extension(s, place)
        m.formulas(
            s.of("rate", place), lambda t: f"rate_{place}/12" + (fee if t == month else ""), share=True
        )
        return
    margin = tranche.spread_frac + tranche.collateral_spread_frac
    s.inputs.put(f"margin_{place}", margin, f"{loan.name}: margin a year, on the base rate")
    base = s.of("base rate", place)
    month, fee = _extension(s, place)
    row = 12.0 * loan.rate_frac - margin
    if month >= 0:
        row[month] -= 12.0 * tranche.extension_fee_frac
    m.values(base, row, share=True)
    m.formulas(
        s.of("rate", place),
        lambda t: f"({m.at(base, t)}+margin_{place})/12" + (fee if t == month else ""),
        share=True,
    )


def _extension(s: Sheets, place: int) -> tuple[int, str]:
    """Month and fee of an extension, where a loan has one."""
    loan, tranche = s.plan.loans[place], s.deal.debt[place]
    if tranche.extensions_years == 0.0 or tranche.extension_fee_frac == 0.0:
        return -1, ""
    s.inputs.put(f"extension_{place}", tranche.extension_fee_frac, f"{loan.name}: fee on its extension")
    return extended(tranche, loan.first - 1), f"+extension_{place}"


def _shape(s: Sheets, place: int) -> None:
    """Share of the opening amount that falls due; the rest at maturity."""
    m, loan, tranche = s.months, s.plan.loans[place], s.deal.debt[place]
    share, owed = s.of("due, share", place), s.of("owed, share", place)
    m.open(share, owed)
    wait = round(12 * tranche.interest_only_years)
    first = loan.first + wait
    length = loan.maturity - loan.first + 1 - wait
    if tranche.amortisation_years is not None:
        length = max(length, round(12 * tranche.amortisation_years) - wait)
    s.inputs.put(f"length_{place}", length, f"{loan.name}: months of amortisation")
    if tranche.repayment == "annuity":
        rate = m.there(s.of("rate", place), first)
        s.inputs.formula(
            f"level_{place}",
            f"IF({rate}=0,1/length_{place},{rate}/(1-(1+{rate})^-length_{place}))",
            f"{loan.name}: level service, share of the loan",
        )

    def due(t: int) -> str:
        if t == loan.maturity:
            return m.at(owed, t - 1)
        if not first <= t < loan.maturity or tranche.repayment == "bullet":
            return "0"
        if tranche.repayment == "straight_line":
            return f"1/length_{place}"
        return f"level_{place}-{m.at(s.of('rate', place), first)}*{m.at(owed, t - 1)}"

    m.formulas(share, due, share=True)
    m.formulas(
        owed,
        lambda t: "1" if t < loan.first else f"{m.at(owed, t - 1)}-{m.at(share, t)}",
        share=True,
    )


def unit_service(s: Sheets, place: int, t: int) -> str:
    """Scheduled service of one USD of a loan."""
    m, loan = s.months, s.plan.loans[place]
    if not loan.first <= t <= loan.maturity:
        return "0"
    owed = m.at(s.of("owed, share", place), t - 1)
    return f"({m.at(s.of('due, share', place), t)}+MAX({owed},0)*{m.at(s.of('rate', place), t)})"


def put_construction(s: Sheets, place: int) -> None:
    """Write how a loan is drawn; its amount is a name of its own."""
    if s.plan.loans[place].at_close:
        _bond(s, place)
        return
    m, end = s.months, s.end
    drawn, cost, built = (s.of(line, place) for line in ("drawn", "added", "loan in construction"))
    m.open(drawn, cost, built)
    needed = f"amount_{place}*(1-own_{place})"
    if s.deal.funding == "equity_first":
        worth = s.of("uses grown", place)
        m.formulas(worth, lambda t: _grown(s, place, t) if t <= end else "0")

        def draw(t: int) -> str:
            later = f"SUM({m.span(worth, t + 1, end)})" if t < end else "0"
            part = f"MAX(0,MIN(1,({needed}-{later})/{m.at(worth, t)}))"
            return f"IF({m.at(worth, t)}>0.000000001,{m.at('uses', t)}*{part},0)" if t <= end else "0"

        m.formulas(drawn, draw)
    else:
        share = f"IF(grown_{place}=0,0,{needed}/grown_{place})"
        m.formulas(drawn, lambda t: f"{share}*{m.at('uses', t)}" if t <= end else "0")

    def added(t: int) -> str:
        if t == 0 or t > end:
            return f"upfront_{place}*amount_{place}" if t == 0 else "0"
        owed = m.at(built, t - 1)
        return f"{owed}*{m.at(s.of('rate', place), t)}+commitment_{place}*(amount_{place}-{owed})"

    m.formulas(cost, added)
    m.formulas(built, lambda t: "0" if t > end else f"{m.before(built, t)}+{m.at(cost, t)}+{m.at(drawn, t)}")


def _grown(s: Sheets, place: int, t: int) -> str:
    return f"{s.months.at('uses', t)}*{s.months.at(s.of('growth to completion', place), t)}"


def put_growth(s: Sheets, place: int) -> None:
    """Write what one USD drawn has become at completion, and what the loan's own fees take of it."""
    m, end = s.months, s.end
    if s.plan.loans[place].at_close:
        return
    name = s.of("growth to completion", place)
    m.open(name)

    def growth(t: int) -> str:
        if t >= end:
            return "1" if t == end else "0"
        return f"{m.at(name, t + 1)}*(1+{m.at(s.of('rate', place), t + 1)}-commitment_{place})"

    m.formulas(name, growth, share=True)
    grown, uses = (f"Months!{m.span(n, 0, end)}" for n in (name, "uses"))
    first = m.there(name, 0)
    told = s.plan.loans[place].name
    s.inputs.formula(
        f"own_{place}", f"upfront_{place}*{first}+commitment_{place}*(SUM({grown})-{first})",
        f"{told}: its fees, share of it",
    )  # fmt: skip
    s.inputs.formula(
        f"grown_{place}", f"SUMPRODUCT({uses},{grown})", f"{told}: uses, grown to completion, USD"
    )


def _bond(s: Sheets, place: int) -> None:
    """All at close; interest is paid out of what waits in escrow."""
    m, end, told = s.months, s.end, s.plan.loans[place].name
    worth, drawn, cost, built = (
        s.of(line, place) for line in ("worth at close", "drawn", "added", "loan in construction")
    )
    earned, escrow = s.of("escrow earns", place), s.of("escrow", place)
    m.formulas(worth, lambda t: f"(1+escrow_{place})^-{t}" if t <= end else "0", share=True)
    rates = f"SUMPRODUCT(Months!{m.span(s.of('rate', place), 0, end)},Months!{m.span(worth, 0, end)})"
    first = m.there(s.of("rate", place), 0)
    s.inputs.formula(
        f"left_{place}", f"amount_{place}*(1-upfront_{place}-({rates}-{first}))",
        f"{told}: left for uses, worth at close, USD",
    )  # fmt: skip
    s.inputs.formula(
        f"grown_{place}", f"SUMPRODUCT(Months!{m.span('uses', 0, end)},Months!{m.span(worth, 0, end)})",
        f"{told}: uses, worth at close, USD",
    )  # fmt: skip
    m.open(earned, escrow)
    m.formulas(
        drawn,
        lambda t: f"IF(grown_{place}=0,0,left_{place}/grown_{place})*{m.at('uses', t)}" if t <= end else "0",
    )

    def added(t: int) -> str:
        if t > end:
            return "0"
        return f"{f'upfront_{place}' if t == 0 else m.at(s.of('rate', place), t)}*amount_{place}"

    m.formulas(cost, added)
    m.formulas(earned, lambda t: f"{m.before(escrow, t)}*escrow_{place}" if t <= end else "0")

    def waiting(t: int) -> str:
        before = m.at(escrow, t - 1) if t else f"amount_{place}"
        return "0" if t >= end else f"{before}+{m.at(earned, t)}-{m.at(cost, t)}-{m.at(drawn, t)}"

    m.formulas(escrow, waiting)
    m.formulas(built, lambda t: f"amount_{place}" if t <= end else "0")


def put_owners(s: Sheets) -> None:
    """Write what loans do not pay, and who pays it."""
    m, deal = s.months, s.deal
    drawn = [s.of("drawn", place) for place in s.opening]
    senior = [place for place in s.opening if s.plan.loans[place].rank == "senior"]
    m.formulas(
        "scheduled senior service",
        lambda t: "+".join(f"amount_{p}*{unit_service(s, p, t)}" for p in senior) or "0",
    )
    months = deal.reserves.debt_service_months

    def wanted(t: int) -> str:
        if t < s.end or months == 0 or t == s.last:
            return "0"
        return f"SUM({m.span('scheduled senior service', t + 1, min(t + months, s.last))})"

    m.formulas("reserve wanted", wanted)
    held = "0" if deal.reserves.letter_of_credit else m.there("reserve wanted", s.end)
    s.inputs.formula("reserve_funded", held, "debt service reserve at completion, USD")
    m.formulas(
        "not drawn", lambda t: f"MAX({m.at('uses', t)}-({m.total(drawn, t)}),0)" if t <= s.end else "0"
    )
    total = f"SUM({m.whole('not drawn')})+reserve_funded+working"
    s.inputs.formula("owners_needed", total, "owners' money that is needed, USD")
    given = []
    for place, owner in enumerate(deal.equity):
        if owner.amount_usd is not None:
            s.inputs.put(f"equity_{place}", owner.amount_usd, f"{owner.name}: equity, USD")
            given.append(f"equity_{place}")
    fixed = "+".join(given) or "0"
    for place, owner in enumerate(deal.equity):
        if owner.amount_usd is None:
            s.inputs.formula(
                f"equity_{place}",
                f"MAX(owners_needed-({fixed}),0)",
                f"{owner.name}: pays what is missing, USD",
            )
    spare = "0" if len(given) < len(deal.equity) else f"MAX({fixed}-owners_needed,0)"
    s.inputs.formula("surplus", spare, "owners' money beyond the uses, USD")
    whole = "+".join(f"equity_{place}" for place in range(len(deal.equity)))
    preferred = [p for p, e in enumerate(deal.equity) if e.kind == "preferred"]
    s.inputs.formula(
        "preferred_share", f"({'+'.join(f'equity_{p}' for p in preferred) or '0'})/MAX({whole},0.01)",
        "preferred equity, share of owners' money",
    )  # fmt: skip
    due = "+".join(f"equity_{p}*{deal.equity[p].dividend_frac!r}" for p in preferred)
    paid = "+".join(f"equity_{p}" for p in preferred)
    s.inputs.formula("dividend", f"({due})/({paid})/12" if preferred else "0", "preferred dividend, a month")
    m.formulas(
        "owners put in",
        lambda t: m.at("not drawn", t) + ("+reserve_funded+working+surplus" if t == s.end else ""),
    )


def senior_rate(s: Sheets) -> None:
    """Write interest on senior debt, weighted by the opening amounts that run."""
    m = s.months

    def rate(t: int) -> str:
        at = min(t, s.last_senior())
        weights = []
        for place in s.senior:
            loan = s.plan.loans[place]
            if (loan.first if loan.refinances >= 0 else 0) <= at <= loan.maturity:
                amount = f"amount_{place if loan.refinances < 0 else loan.refinances}"
                weights.append((amount, m.at(s.of("rate", place), at)))
        if not weights:
            return "0"
        over = "+".join(amount for amount, _ in weights)
        return f"({'+'.join(f'{a}*{r}' for a, r in weights)})/MAX({over},0.01)"

    m.formulas("senior rate", rate, share=True)
    _worth_ahead(s, "worth of cash ahead, loan", s.last_senior())
    _worth_ahead(s, "worth of cash ahead, all", s.last)


def _worth_ahead(s: Sheets, name: str, last: int) -> None:
    m = s.months

    def worth(t: int) -> str:
        if t >= last:
            return "0"
        return f"({m.at(name, t + 1)}+{m.at('cash for service', t + 1)})/(1+{m.at('senior rate', t + 1)})"

    m.formulas(name, worth)
