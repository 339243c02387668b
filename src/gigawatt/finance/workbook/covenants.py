"""Formulas of the covenants: cover, worth of the cash ahead, loan to value, and what follows."""

from __future__ import annotations

from gigawatt.finance.deal.covenants import OWED_USD, marks
from gigawatt.finance.workbook.sheet import Sheets

NEVER = "1E+99"


def put_inputs(s: Sheets) -> None:
    """Write the limits that are agreed."""
    terms, put = s.deal.covenants, s.inputs.put
    put("lock_up", terms.lock_up_dscr_ratio, "cover of 12 months below which nothing is paid out")
    put("default_cover", terms.default_dscr_ratio, "cover of 12 months below which the loan is in default")
    put("llcr_limit", terms.llcr_ratio, "loan life cover below which nothing is paid out")
    put("plcr_limit", terms.plcr_ratio, "project life cover below which nothing is paid out")
    put("cure_months", terms.cure_months, "months in which a default may be cured")
    put("equity_cures", terms.equity_cures, "times that owners make good the cover")
    put("sweep_share", terms.sweep_frac, "share of what is left that repays senior debt early")
    if terms.sweep_below_dscr_ratio is not None:
        put("sweep_below", terms.sweep_below_dscr_ratio, "cover of 12 months below which it is swept")
    if terms.ltv_frac is not None:
        put("ltv_limit", terms.ltv_frac, "largest share of the chips' market value")


def sweeps(s: Sheets) -> bool:
    """Whether anything can be swept in the base case."""
    terms = s.deal.covenants
    by_default = terms.default_dscr_ratio > 0.0 or terms.ltv_frac is not None
    return bool(s.loans) and (terms.sweep_frac > 0.0 or by_default)


def put_cover(s: Sheets) -> None:
    """Write senior service that counts, and the month's cover."""
    m = s.months

    def service(t: int) -> str:
        parts = []
        for place in s.senior:
            loan = s.plan.loans[place]
            if t < loan.first or t <= s.end:
                continue
            parts.append(m.at(s.of("interest", place), t))
            due = m.at(s.of("due", place), t)
            if t == loan.maturity:
                parts += [due] if place not in s.taken_over else []
            else:
                parts.append(f"MIN({s.opened(place)}*{m.at(s.of('due, share', place), t)},{due})")
        return "+".join(parts) or "0"

    m.formulas("senior service", service)
    m.formulas(
        "cover",
        lambda t: (
            f"IF({m.at('senior service', t)}>0.000001,"
            f'{m.at("cash for service", t)}/{m.at("senior service", t)},"")'
        ),
    )


def put_tests(s: Sheets, left: str) -> str:
    """Write tests and what follows; return the line of cash that is left, with what owners make good."""
    m, end = s.months, s.end
    m.open("cured", "failing", "cures left")

    def window(t: int, cured: bool) -> tuple[str, str]:
        first = max(end + 1, t - 11)
        due = f"SUM({m.span('senior service', first, t)})"
        cash = f"SUM({m.span('cash for service', first, t)})"
        until = t if cured else t - 1
        if until >= first:
            cash += f"+SUM({m.span('cured', first, until)})"
        return due, f"({cash})"

    def cover(t: int, cured: bool) -> str:
        if t <= end:
            return NEVER
        due, cash = window(t, cured)
        return f"IF({due}>0.000000001,{cash}/{due},{NEVER})"

    m.formulas("cover before cure", lambda t: cover(t, cured=False), share=True)

    def called(t: int) -> str:
        if t <= end or s.deal.covenants.equity_cures == 0:
            return "0"
        due, cash = window(t, cured=False)
        when = (
            f"{m.at('cover before cure', t)}<default_cover,{m.before('failing', t)}>=cure_months,"
            f"{m.before('cures left', t)}>0"
        )
        return f"IF(AND({when}),(default_cover*{due}-{cash})*(1+0.000000000001),0)"

    m.formulas("cured", called)
    m.formulas(
        "cures left",
        lambda t: "equity_cures" if t == 0 else f"{m.at('cures left', t - 1)}-IF({m.at('cured', t)}>0,1,0)",
    )
    m.formulas("cover of 12 months", lambda t: cover(t, cured=True), share=True)
    _ratios(s)
    m.formulas("failed", lambda t: _failed(s, t))
    m.formulas("failing", lambda t: f"IF({m.at('failed', t)},{m.before('failing', t)}+1,0)")
    m.formulas("in default", lambda t: f"{m.at('failing', t)}>cure_months" if t > end else "FALSE")
    m.formulas("locked up", lambda t: _locked(s, t))
    m.formulas("left after cure", lambda t: f"{m.at(left, t)}+{m.at('cured', t)}")
    return "left after cure"


def _ratios(s: Sheets) -> None:
    m = s.months
    everyone = [place for place, _ in s.loans]
    m.formulas("senior before sweep", lambda t: _owed(s, s.senior, t))
    m.formulas("debt before sweep", lambda t: _owed(s, everyone, t))
    if s.deal.covenants.ltv_frac is not None:
        m.values("mark", marks(s.plan, s.deal.covenants.mark), share=True)
    if s.deal.covenants.largest_tenant_frac is not None:
        names = [f"rent: {name}" for name in s.plan.tenants]

        def share(t: int) -> str:
            rent, most = m.at("rent", t), ",".join(m.at(name, t) for name in names)
            return f"IF({rent}>0,MAX({most})*rent_factor/{rent},0)" if names else "0"

        m.formulas("largest payer's share", share, share=True)


def _owed(s: Sheets, places: list[int], t: int) -> str:
    """What is owed after service; a takeout owes from the month in which it takes over."""
    if t <= s.end:
        return "0"
    parts = [s.months.at(s.of("before sweep", place), t) for place in places]
    for place in places:
        taken = s.plan.loans[place].refinances
        if taken >= 0 and s.plan.loans[taken].maturity == t:
            parts.append(s.opened(place))
    return "+".join(parts) or "0"


def _arrears(s: Sheets, t: int) -> str:
    return f"({s.months.total((s.of('in arrears', p) for p, _ in s.loans), t)})>{OWED_USD!r}"


def _failed(s: Sheets, t: int) -> str:
    m = s.months
    if t <= s.end:
        return "FALSE"
    tests = [_arrears(s, t), f"{m.at('cover of 12 months', t)}<default_cover"]
    if s.deal.covenants.ltv_frac is not None:
        worth = f"ltv_limit*{m.at('worth of chips by age', t)}*{m.at('mark', t)}"
        tests.append(
            f"AND({m.at('debt before sweep', t)}>{OWED_USD!r},{m.at('debt before sweep', t)}>{worth})"
        )
    return f"OR({','.join(tests)})"


def _locked(s: Sheets, t: int) -> str:
    m, terms = s.months, s.deal.covenants
    if t <= s.end:
        return "TRUE"
    senior = m.at("senior before sweep", t)
    tests = [m.at("failed", t), f"{m.at('cover of 12 months', t)}<lock_up"]
    if terms.llcr_ratio > 0.0 or terms.plcr_ratio > 0.0:
        low = (
            f"{m.at('worth of cash ahead, loan', t)}<llcr_limit*{senior},"
            f"{m.at('worth of cash ahead, all', t)}<plcr_limit*{senior}"
        )
        tests.append(f"AND({senior}>{OWED_USD!r},OR({low}))")
    if terms.largest_tenant_frac is not None:
        share = m.at("largest payer's share", t)
        tests.append(f"{share}>{terms.largest_tenant_frac!r}")
    return f"OR({','.join(tests)})"
