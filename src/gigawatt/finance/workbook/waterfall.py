"""Formulas of the waterfall: who is paid what, month by month, in the engine's order."""

from __future__ import annotations

from gigawatt.finance.workbook import covenants
from gigawatt.finance.workbook.sheet import Sheets


def put_waterfall(s: Sheets) -> None:
    """Write the months, from cash to owners."""
    m = s.months
    m.open("cash", "reserve", "refresh reserve", "earned", "income tax", "left after support")
    lines = ("interest", "interest paid", "due", "principal paid", "in arrears", "before sweep", "owed")
    for place, _ in s.loans:
        m.open(*(s.of(line, place) for line in lines))
    _pool(s)
    left, held = "left after support", "reserve after support"
    for place in s.senior:
        left, held = _serve(s, place, left, held)
    covenants.put_cover(s)
    _reserve(s, left, held)
    left = "left after reserve"
    for place in s.junior:
        left, _ = _serve(s, place, left, None)
    left = covenants.put_tests(s, left)
    left = _sweep(s, left)
    _settle(s, left)
    _owners(s)
    _balances(s)


def total_interest(s: Sheets, t: int) -> str:
    """Interest that accrues on all loans."""
    return s.months.total((s.of("interest", p) for p, _ in s.loans), t)


def _pool(s: Sheets) -> None:
    m, end = s.months, s.end
    m.formulas(
        "earned",
        lambda t: f"({m.before('cash', t)}+{m.before('reserve', t)}+{m.before('refresh reserve', t)})*earns",
    )
    for place, _ in s.loans:
        _interest(s, place)
    saved = "saved for refresh"
    m.formulas(
        "refresh not saved for",
        lambda t: f"MAX({m.at('refresh', t)}-{m.before('refresh reserve', t)}-{m.at(saved, t)},0)",
    )
    m.formulas(
        "refresh reserve",
        lambda t: "0" if t == s.last else _refresh(s, t),
    )
    m.formulas(
        "there",
        lambda t: (
            m.before("cash", t)
            + (f"+{m.at('uses', t)}-{m.at('assets bought', t)}" if t <= end else "")
            + ("+surplus+working" if t == end else "-working" if t == end + 1 else "")
            + f"+{m.at('cash for service', t)}+{m.at('earned', t)}+{m.at('sale', t)}"
            + f"+{m.at('investment credit', t)}-{m.at('income tax', t)}-{m.at('refresh not saved for', t)}"
        ),
    )
    m.formulas(
        "reserve before",
        lambda t: m.before("reserve", t) + ("+reserve_funded" if t == end else ""),
    )
    m.formulas(
        "reserve after support",
        lambda t: (
            f"{m.at('reserve before', t)}-MIN(MAX(-{m.at('there', t)},0),{m.at('reserve before', t)})"
            if t > end
            else m.at("reserve before", t)
        ),
    )
    m.formulas(
        "support",
        lambda t: f"MAX({m.at('reserve after support', t)}-{m.at('reserve before', t)}-{m.at('there', t)},0)",
    )
    m.formulas("taken over", lambda t: "+".join(m.at(s.of("owed", p), t - 1) for p in _taken(s, t)) or "0")
    m.formulas(
        "left after support",
        lambda t: (
            f"{m.at('there', t)}+{m.at('reserve before', t)}-{m.at('reserve after support', t)}"
            f"+{m.at('support', t)}+{m.at('taken over', t)}"
        ),
    )


def _interest(s: Sheets, place: int) -> None:
    m, first = s.months, s.plan.loans[place].first
    owed, rate = s.of("owed", place), s.of("rate", place)
    m.formulas(
        s.of("interest", place), lambda t: f"{m.at(owed, t - 1)}*{m.at(rate, t)}" if t >= first else "0"
    )


def _refresh(s: Sheets, t: int) -> str:
    m = s.months
    saved = f"{m.before('refresh reserve', t)}+{m.at('saved for refresh', t)}"
    return f"MAX({saved}-{m.at('refresh', t)},0)"


def _taken(s: Sheets, t: int) -> list[int]:
    """Loans that another takes over in a month."""
    return [
        loan.refinances
        for _, loan in s.loans
        if loan.refinances >= 0 and s.plan.loans[loan.refinances].maturity == t
    ]


def _serve(s: Sheets, place: int, left: str, held: str | None) -> tuple[str, str]:
    """Interest, then principal, as far as there is cash and reserve; what is not paid stays owed."""
    m, loan = s.months, s.plan.loans[place]
    name = {
        line: s.of(line, place)
        for line in (
            "interest",
            "interest paid",
            "due",
            "principal paid",
            "in arrears",
            "before sweep",
            "owed",
        )
    }
    after, kept = s.of("left after", place), s.of("reserve after", place)

    def within(t: int) -> bool:
        return t >= loan.first and t > s.end

    def pay(line: str, due: str, cash: tuple[str, str | None]) -> tuple[str, str]:
        """Write what is paid, and name what cash and reserve are left."""
        pool, reserve = cash

        def paid(t: int) -> str:
            more = f"+{m.at(reserve, t)}" if reserve else ""
            return f"MIN({m.at(name[due], t)},{m.at(pool, t)}{more})" if within(t) else "0"

        m.formulas(name[line], paid)
        to, rest = f"{after} ({due})", f"{kept} ({due})"
        m.formulas(
            to, lambda t: f"MAX({m.at(pool, t)}-{m.at(name[line], t)},0)" if within(t) else m.at(pool, t)
        )
        if reserve:
            m.formulas(
                rest,
                lambda t: (
                    f"{m.at(reserve, t)}-MAX({m.at(name[line], t)}-{m.at(pool, t)},0)"
                    if within(t)
                    else m.at(reserve, t)
                ),
            )
        return to, rest

    def unpaid(t: int) -> str:
        return f"{m.at(name['interest'], t)}-{m.at(name['interest paid'], t)}"

    def due(t: int) -> str:
        if not within(t):
            return "0"
        owed = f"{m.at(name['owed'], t - 1)}+{unpaid(t)}"
        if t >= loan.maturity:
            return owed
        share = m.at(s.of("due, share", place), t)
        late = m.before(name["in arrears"], t)
        return f"MIN({s.opened(place)}*{share}+{late}+{unpaid(t)},{owed})"

    first = pay("interest paid", "interest", (left, held))
    m.formulas(name["due"], due)
    last = pay("principal paid", "due", (first[0], first[1] if held else None))
    m.formulas(
        name["in arrears"],
        lambda t: f"MAX({m.at(name['due'], t)}-{m.at(name['principal paid'], t)},0)" if within(t) else "0",
    )
    m.formulas(
        name["before sweep"],
        lambda t: (
            f"{m.at(name['owed'], t - 1)}+{unpaid(t)}-{m.at(name['principal paid'], t)}" if within(t) else "0"
        ),
    )
    return last


def _reserve(s: Sheets, left: str, held: str) -> None:
    m, letter = s.months, s.deal.reserves.letter_of_credit

    def moved(t: int) -> str:
        if t <= s.end:
            return "0"
        wanted = f"({'0' if letter else m.at('reserve wanted', t)}-{m.at(held, t)})"
        return f"IF({wanted}>0,MIN({wanted},{m.at(left, t)}),{wanted})"

    m.formulas("to reserve", moved)
    m.formulas("left after reserve", lambda t: f"{m.at(left, t)}-{m.at('to reserve', t)}")
    m.formulas("reserve topped up", lambda t: f"{m.at(held, t)}+{m.at('to reserve', t)}")
    m.formulas("reserve", lambda t: "0" if t == s.last else m.at("reserve topped up", t))


def _sweep(s: Sheets, left: str) -> str:
    """What is left repays senior debt early, by agreement or in default."""
    m, terms = s.months, s.deal.covenants
    swept = [s.of("swept", place) for place in s.senior]
    if not covenants.sweeps(s):
        for name in swept:
            m.formulas(name, lambda _: "0")
        return left
    gate = terms.sweep_below_dscr_ratio

    def free(t: int) -> str:
        if t <= s.end:
            return "0"
        agreed = (
            "sweep_share"
            if gate is None
            else f"IF({m.at('cover of 12 months', t)}<sweep_below,sweep_share,0)"
        )
        share = f"IF({m.at('in default', t)},{int(terms.on_default == 'sweep')},0)"
        return f"MAX({m.at(left, t)}-least_cash,0)*MAX({share},{agreed})"

    m.formulas("to sweep", free)
    for number in range(len(swept)):
        _sweep_loan(s, number, swept)
    m.formulas("left after sweep", lambda t: f"{m.at(left, t)}-({m.total(swept, t)})")
    return "left after sweep"


def _sweep_loan(s: Sheets, number: int, swept: list[str]) -> None:
    m, place = s.months, s.senior[number]
    first, owed = s.plan.loans[place].first, s.of("before sweep", place)

    def part(t: int) -> str:
        if t < first or t <= s.end:
            return "0"
        return f"MIN({m.at('to sweep', t)}-({m.total(swept[:number], t)}),{m.at(owed, t)})"

    m.formulas(swept[number], part)


def _settle(s: Sheets, left: str) -> None:
    """In the last month all that is left repays what is still owed."""
    m, last = s.months, s.last
    order = [*s.senior, *s.junior]
    settled = [s.of("settled", place) for place in order]

    def whole(t: int) -> str:
        if t < last:
            return m.at(left, t)
        return f"{m.at(left, t)}+{m.at('reserve topped up', t)}+({_refresh(s, t)})"

    m.formulas("left to settle with", whole)
    for number, place in enumerate(order):
        swept = f"-{m.at(s.of('swept', place), last)}" if place in s.senior else ""
        there = f"{m.at('left to settle with', last)}-({m.total(settled[:number], last)})"
        part = f"MIN({there},{m.at(s.of('before sweep', place), last)}{swept})"
        _in_month(s, settled[number], last, part)
    m.formulas("left for owners", lambda t: f"{m.at('left to settle with', t)}-({m.total(settled, t)})")


def _in_month(s: Sheets, name: str, month: int, formula: str) -> None:
    s.months.formulas(name, lambda t: formula if t == month else "0")


def _balances(s: Sheets) -> None:
    m = s.months
    for place, _ in s.loans:

        def owed(t: int, place: int = place) -> str:
            loan = s.plan.loans[place]
            if loan.refinances >= 0 and t < loan.first:
                taken = s.plan.loans[loan.refinances].maturity
                return s.opened(place) if t == taken else "0"
            if t <= s.end:
                return m.at(s.of("loan in construction", place), t)
            swept = f"-{m.at(s.of('swept', place), t)}" if place in s.senior else ""
            return f"{m.at(s.of('before sweep', place), t)}{swept}-{m.at(s.of('settled', place), t)}"

        m.formulas(s.of("owed", place), owed)
    m.formulas("debt", lambda t: m.total((s.of("owed", p) for p, _ in s.loans), t))


def _owners(s: Sheets) -> None:
    """What is paid out, and what is put in."""
    m, last = s.months, s.last
    m.open("preferred owed")

    def free(t: int) -> str:
        if t == last:
            owed = m.total((s.of("owed", p) for p, _ in s.loans), t)
            return f"IF({owed}<=0.001,{m.at('left for owners', t)},0)"
        if t <= s.end:
            return "0"
        return f"IF({m.at('locked up', t)},0,MAX({m.at('left for owners', t)}-least_cash,0))"

    m.formulas("free for owners", free)
    put_in = "owners put in"
    m.formulas(
        "preferred due",
        lambda t: f"{m.before('preferred owed', t)}*(1+dividend)+{m.at(put_in, t)}*preferred_share",
    )
    m.formulas("preferred paid", lambda t: f"MIN({m.at('free for owners', t)},{m.at('preferred due', t)})")
    m.formulas("preferred owed", lambda t: f"{m.at('preferred due', t)}-{m.at('preferred paid', t)}")
    m.formulas("paid out", lambda t: f"{m.at('free for owners', t)}-{m.at('preferred paid', t)}")
    m.formulas("cash", lambda t: f"{m.at('left for owners', t)}-{m.at('free for owners', t)}")
    m.formulas(
        "owners' cash",
        lambda t: (
            f"{m.at('paid out', t)}-{m.at(put_in, t)}*(1-preferred_share)"
            f"-{m.at('support', t)}-{m.at('cured', t)}"
        ),
    )
