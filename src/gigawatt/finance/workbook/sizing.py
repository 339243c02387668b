"""Formulas of the one loan whose amount is not given: the least of its limits."""

from __future__ import annotations

from gigawatt.finance.deal.capital import Sizing
from gigawatt.finance.deal.financing import counted_revenue, months_in_tail
from gigawatt.finance.workbook.loans import unit_service
from gigawatt.finance.workbook.sheet import Sheets

RANKS = {"senior": 0, "second_lien": 1, "mezzanine": 2}


def _terms(s: Sheets, place: int) -> Sizing:
    terms = s.deal.debt[place].sizing
    assert terms is not None  # noqa: S101 - only the loan that is sized comes here
    return terms


def put_amounts(s: Sheets) -> None:
    """Write the amounts that are given; a takeout has none."""
    for place, loan in s.loans:
        amount = s.deal.debt[place].amount_usd
        if amount is not None:
            s.inputs.put(f"amount_{place}", amount, f"{loan.name}: amount, USD")


def put_size(s: Sheets) -> None:
    """Write the limits of the loan that is sized, and its amount."""
    place = s.statement.financing.sized
    if place < 0:
        return
    loan, terms = s.plan.loans[place], _terms(s, place)
    s.inputs.put("target_cover", terms.dscr_ratio, f"{loan.name}: target cover of service")
    _able(s, place)
    _shape(s, place)
    limits = {"dscr": _cover(s, place)}
    if months_in_tail(s.plan, loan, terms):
        limits["tail"] = f"{s.months.there('worth of cash, tail free', loan.first)}/target_cover"
    if terms.ltv_frac is not None:
        limits["ltv"] = _value(s, place, terms.ltv_frac)
    if not loan.at_close:
        limits = {"gearing": _gearing(s, place), **limits}
    for name, formula in limits.items():
        s.inputs.formula(f"limit_{name}", formula, f"{loan.name}: what {name} allows, USD")
    least = ",".join(f"limit_{name}" for name in limits)
    s.inputs.formula(f"amount_{place}", f"MIN({least})", f"{loan.name}: amount, USD")


def _able(s: Sheets, place: int) -> None:
    """Cash that may serve the loan, by month of its life, and its worth."""
    m, plan, loan = s.months, s.plan, s.plan.loans[place]
    m.values("rent that counts", counted_revenue(plan, _terms(s, place)))
    others = [p for p in s.opening if p != place and s.plan.loans[p].rank == "senior"]

    def able(t: int) -> str:
        if not loan.first <= t <= loan.maturity:
            return "0"
        days = "receivable_days/30*rent_factor"
        now = "0" if t == s.last else f"{m.at('rent that counts', t)}*{days}"
        change = "0" if t == s.end + 1 else f"{now}-{m.at('rent that counts', t - 1)}*{days}"
        other = "".join(f"-target_cover*amount_{p}*{unit_service(s, p, t)}" for p in others)
        return (
            f"{m.at('rent that counts', t)}*rent_factor-{m.at('running cost', t)}-{m.at('property tax', t)}"
            f"-({change})-{m.at('saved for refresh', t)}{other}"
        )

    m.formulas("cash that counts", able)
    free = months_in_tail(plan, loan, _terms(s, place))
    for name, until in (
        ("worth of cash", loan.maturity),
        ("worth of cash, tail free", loan.maturity - free),
    ):
        m.open(name)

        def worth(t: int, name: str = name, until: int = until) -> str:
            if not loan.first <= t <= loan.maturity:
                return "0"
            later = f"+{m.at(name, t + 1)}" if t < loan.maturity else ""
            cash = m.at("cash that counts", t) if t <= until else "0"
            return f"({cash}{later})/(1+{m.at(s.of('rate', place), t)})"

        m.formulas(name, worth)


def _shape(s: Sheets, place: int) -> None:
    """What a sculpted loan still owes, as a share of it; the loan's own where it is sculpted."""
    m, loan = s.months, s.plan.loans[place]
    worth = "worth of cash, tail free"
    first = m.at(worth, loan.first)

    def owed(t: int) -> str:
        if t < loan.first:
            return "1"
        return f"{m.at(worth, t + 1)}/{first}" if t < loan.maturity else "0"

    m.formulas("sculpted, owed share", owed, share=True)
    if loan.sculpted:
        name = s.of("owed, share", place)
        m.formulas(name, lambda t: m.at("sculpted, owed share", t), share=True)
        m.formulas(
            s.of("due, share", place),
            lambda t: f"{m.before(name, t) if t else '1'}-{m.at(name, t)}",
            share=True,
        )


def _cover(s: Sheets, place: int) -> str:
    m, loan = s.months, s.plan.loans[place]
    if loan.sculpted:
        return f"{m.there('worth of cash', loan.first)}/target_cover"

    def room(t: int) -> str:
        if not loan.first <= t <= loan.maturity:
            return '""'
        service = unit_service(s, place, t)
        cash = m.at("cash that counts", t)
        return f'IF({service}>0.000000000000001,{cash}/target_cover/{service},"")'

    m.formulas("loan that the month's cash allows", room)
    span = m.span("loan that the month's cash allows", loan.first, loan.maturity)
    return f"MIN(Months!{span})"


def _value(s: Sheets, place: int, ltv_frac: float) -> str:
    m, loan = s.months, s.plan.loans[place]
    s.inputs.put("loan_to_value", ltv_frac, f"{loan.name}: largest share of the chips' worth")

    def room(t: int) -> str:
        if not loan.first - 1 <= t <= loan.maturity:
            return '""'
        owed = m.at("sculpted, owed share", t)
        return f'IF({owed}>0.000000001,loan_to_value*{m.at("worth of chips by age", t)}/{owed},"")'

    m.formulas("loan that the chips allow", room)
    return f"MIN(Months!{m.span('loan that the chips allow', loan.first - 1, loan.maturity)})"


def _gearing(s: Sheets, place: int) -> str:
    """Share of all uses, financing cost and the reserve of the loan's own service included."""
    m, loan, terms = s.months, s.plan.loans[place], _terms(s, place)
    share = 1.0 if terms.gearing_frac is None else terms.gearing_frac
    s.inputs.put("gearing", share, f"{loan.name}: largest share of all uses")
    reserves = s.deal.reserves
    ahead = range(0)
    if not reserves.letter_of_credit:
        ahead = range(s.end + 1, min(s.end + 1 + reserves.debt_service_months, s.plan.months))
    senior = loan.rank == "senior"
    m.formulas(
        "service of one USD",
        lambda t: unit_service(s, place, t) if senior and t in ahead else "0",
        share=True,
    )
    others = [p for p in s.opening if p != place]
    held = [p for p in others if s.plan.loans[p].rank == "senior"]
    m.formulas(
        "other service to reserve",
        lambda t: (
            "+".join(f"amount_{p}*{unit_service(s, p, t)}" for p in held) if held and t in ahead else "0"
        ),
    )
    cost = "+".join(f"SUM({m.whole(s.of('added', p))})" for p in others) or "0"
    beside = f"({cost}+SUM({m.whole('other service to reserve')})+working)"
    counted = [p for p in others if RANKS[s.plan.loans[p].rank] <= RANKS[loan.rank]]
    owed = "+".join(f"amount_{p}" for p in counted) or "0"
    uses = f"SUM({m.whole('uses')})"
    paid = f"{uses}*(1-own_{place})/grown_{place}"
    own = f"gearing*SUM({m.whole('service of one USD')})"
    return f"MAX((gearing*{uses}+gearing*{beside}-({owed}))/(1-gearing-{own}+gearing*{paid}),0)"
