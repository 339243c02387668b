"""What a deal borrows at close: sizes, draws, escrow, owners' money, and the schedule that results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.construction import debt_of_gearing, draw
from gigawatt.finance.deal.capital import Sizing
from gigawatt.finance.deal.loans import Loan
from gigawatt.finance.deal.plan import Plan
from gigawatt.finance.debt import DebtSize, sculpt, size_debt
from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Financing:
    """Loans and owners' money; arrays of shape (months,), by loan (loans, months)."""

    commitment: Array
    """Opening amounts at completion, shape (loans,); 0 for a refinancing, which opens later."""
    draws: Array
    """Paid for uses."""
    capitalised: Array
    """Interest and fees added to the balance, or paid out of escrow."""
    fees: Array
    """The fees among them."""
    balance: Array
    """During construction, at each month's end."""
    escrow: Array
    """Proceeds that wait, at each month's end."""
    escrow_earned: Array
    principal: Array
    """Scheduled, as a share of the opening amount."""
    reserve_target: Array
    """Debt service reserve at each month's end."""
    reserve_funded: float
    """Paid by owners at completion."""
    working: float
    """Receivables of the first month, paid by owners at completion."""
    surplus: float
    """Owners' money beyond the uses: cash at completion."""
    letter_fee: Array
    """Paid after completion on the letter of credit that stands in for the reserve, shape (months,)."""
    equity: Mapping[str, Array]
    """By owner."""
    size: DebtSize | None
    sized: int
    """Index of the loan that was sized, or -1."""
    binding: str
    """What holds the debt's size: a limit's name, or 'amount' where every loan's amount is given."""
    target_dscr: float
    """Cover to which the loan is sculpted; higher than asked where another limit binds."""


def cash_for_service(plan: Plan, revenue: Array) -> Array:
    """Cash before income tax that is there for debt service, by month.

    Revenue less operating cost, property tax, growth of receivables and what is put by for the refresh.
    """
    change = np.diff(receivables(plan, revenue), prepend=0.0)
    change[plan.completion + 1] = 0.0  # owners pay the first month's at completion
    return np.asarray(
        revenue - plan.power_cost - plan.operating_cost - plan.property_tax - change - plan.refresh_saving
    )


def working_capital(plan: Plan) -> float:
    """Receivables of the first month of service, paid by owners at completion."""
    change = np.diff(receivables(plan, plan.revenue), prepend=0.0)
    return max(float(change[plan.completion + 1]), 0.0)


def receivables(plan: Plan, revenue: Array) -> Array:
    """Rent that is earned and not paid yet, at each month's end; all is paid at the deal's end."""
    owed = revenue * plan.deal.receivable_days / 30.0
    owed[-1] = 0.0
    return owed


def arrange(plan: Plan) -> Financing:
    """Size, draw and fund a deal.

    Raises
    ------
    InfeasibleError
        Sources below uses, a loan above its uses, or one that its cash cannot repay: the term and what
        would mend it.
    """
    deal, loans, end = plan.deal, plan.loans, plan.completion
    count = len(loans)
    within = slice(0, end + 1)
    uses = plan.uses_total[within]
    commitment = np.array([t.amount_usd or 0.0 for t in deal.debt])
    sized = next((place for place, t in enumerate(deal.debt) if t.sizing is not None), -1)
    if (
        deal.funding == "equity_first"
        and sum(loan.refinances < 0 and not loan.at_close for loan in loans) > 1
    ):
        raise InfeasibleError("equity_first is modelled with one delayed-draw loan; write funding: pro_rata")
    principal = np.array([loan.shape_frac for loan in loans]).reshape(count, plan.months)
    lines = _Lines(count, plan.months)
    for place, loan in enumerate(loans):
        if loan.refinances < 0 and place != sized:
            lines.put(place, loan, uses, float(commitment[place]), deal.funding)
    size: DebtSize | None = None
    binding, target = "amount", 0.0
    if sized >= 0:
        terms = deal.debt[sized].sizing
        assert terms is not None  # noqa: S101 - chosen by it
        size, shape, target = _size(plan, lines, commitment, principal, sized, terms)
        commitment[sized] = float(size.debt_usd)
        binding = str(size.binding)
        principal[sized] = shape
        lines.put(sized, loans[sized], uses, float(commitment[sized]), deal.funding)
    service = _service(plan, commitment, principal, senior_only=True)
    reserve = _reserve(plan, service)
    funded = 0.0 if deal.reserves.letter_of_credit else float(reserve[end])
    own = plan.uses_total - lines.draws.sum(axis=0)
    if np.any(own < -1e-6 * max(float(uses.sum()), 1.0)):
        raise InfeasibleError(
            f"the loans draw {-own.min():,.0f} USD more than the uses of a month; lower the debt's amounts"
        )
    working = working_capital(plan)
    equity, surplus = _owners(plan, np.maximum(own, 0.0), funded + working)
    return Financing(
        commitment=commitment,
        draws=lines.draws,
        capitalised=lines.capitalised,
        fees=lines.fees,
        balance=lines.balance,
        escrow=lines.escrow,
        escrow_earned=lines.earned,
        principal=principal,
        reserve_target=np.zeros(plan.months) if deal.reserves.letter_of_credit else reserve,
        reserve_funded=funded,
        working=working,
        surplus=surplus,
        letter_fee=_letter_fee(plan, reserve),
        equity=equity,
        size=size,
        sized=sized,
        binding=binding,
        target_dscr=target,
    )


class _Lines:
    """Construction lines of every loan."""

    def __init__(self, count: int, months: int) -> None:
        shape = (count, months)
        self.draws, self.capitalised, self.fees = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.balance, self.escrow, self.earned = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def put(self, place: int, loan: Loan, uses: Array, debt: float, funding: str) -> None:
        end = uses.size
        rate = loan.rate_frac[:end]
        if loan.at_close:
            self._at_close(place, loan, uses, debt)
            return
        drawn = draw(
            uses,
            rate,
            debt_usd=debt,
            upfront_frac=loan.upfront_frac,
            commitment_frac=loan.commitment_frac,
            funding="equity_first" if funding == "equity_first" else "pro_rata",
        )
        self.draws[place, :end] = drawn.draws_usd
        self.fees[place, :end] = drawn.commitment_fee_usd + drawn.upfront_fee_usd
        self.capitalised[place, :end] = drawn.interest_usd + self.fees[place, :end]
        self.balance[place, :end] = drawn.balance_usd

    def _at_close(self, place: int, loan: Loan, uses: Array, debt: float) -> None:
        """All at once; interest is paid out of what waits in escrow, which earns its own rate."""
        end = uses.size
        worth = (1.0 + loan.escrow_frac) ** -np.arange(end)
        rate = loan.rate_frac[:end].copy()
        rate[0] = 0.0
        left = debt * (1.0 - loan.upfront_frac - float((rate * worth).sum()))
        spendable = float((uses * worth).sum())
        if left < 0.0 or left > spendable * (1.0 + 1e-12):
            raise InfeasibleError(
                f"loan {loan.name!r} leaves {left:,.0f} USD for uses worth {spendable:,.0f} USD at close; "
                "lower its amount, or name the uses it is for"
            )
        share = left / spendable if spendable else 0.0
        self.draws[place, :end] = share * uses
        self.fees[place, 0] = loan.upfront_frac * debt
        self.capitalised[place, :end] = rate * debt
        self.capitalised[place, 0] += loan.upfront_frac * debt
        self.balance[place, :end] = debt
        waiting = debt
        for month in range(end):
            self.earned[place, month] = (self.escrow[place, month - 1] if month else 0.0) * loan.escrow_frac
            waiting += self.earned[place, month] - self.capitalised[place, month] - self.draws[place, month]
            self.escrow[place, month] = waiting
        self.escrow[place, end - 1] = 0.0


def _size(
    plan: Plan, lines: _Lines, commitment: Array, principal: Array, sized: int, terms: Sizing
) -> tuple[DebtSize, Array, float]:
    """Least of the limits, and the loan's principal by month as a share of it."""
    loan = plan.loans[sized]
    revenue = counted_revenue(plan, terms)
    span = slice(loan.first, loan.maturity + 1)
    cash = cash_for_service(plan, revenue)[span]
    others = _service(plan, commitment, principal, senior_only=True)[span]
    able = cash - terms.dscr_ratio * others
    if float(able.min()) < 0.0:
        month = loan.first + int(np.argmin(able))
        why = (
            "; its tenant may leave: count headline revenue, or lengthen the notice"
            if (terms.revenue == "committed" and float(plan.revenue[month]) > float(revenue[month]))
            else ""
        )
        raise InfeasibleError(
            f"loan {loan.name!r} cannot amortise: cash for service is {able.min():,.0f} USD in month {month} "
            f"after close; shorten its tenor, raise rent or lower costs{why}"
        )
    rate = loan.rate_frac[span]
    value = plan.collateral[loan.first - 1 : loan.maturity + 1] if terms.ltv_frac is not None else None
    free = size_debt(
        able,
        terms.dscr_ratio,
        rate,
        collateral_usd=value,
        ltv_frac=terms.ltv_frac,
        tail_periods=months_in_tail(plan, loan, terms) or None,
    )
    inside = able.copy()
    inside[able.size - months_in_tail(plan, loan, terms) :] = 0.0
    full = sculpt(inside, terms.dscr_ratio, rate)
    unit = full.principal_usd / float(full.debt_usd) if float(full.debt_usd) > 0.0 else full.principal_usd
    if loan.sculpted:
        if float(full.debt_usd) <= 0.0:
            raise InfeasibleError(
                f"loan {loan.name!r} has no cash to be repaid from; raise rent, or count headline revenue"
            )
        if np.any(full.principal_usd < -1e-9 * float(full.debt_usd)):
            raise InfeasibleError(
                f"loan {loan.name!r} cannot amortise: interest is above cash over {terms.dscr_ratio:g} in "
                "some months, so that its balance would grow; shorten its tenor, or write another repayment"
            )
        shape = np.zeros(plan.months)
        shape[span] = unit
    else:
        shape = loan.shape_frac
        _out_of_tail(plan, loan, terms)
        free = _level_limit(free, shape[span], rate, inside, terms.dscr_ratio)
    limits = dict(free.limits_usd)
    if not (loan.at_close and terms.gearing_frac is None):
        limits = {"gearing": _gearing(plan, lines, commitment, principal, sized, terms, shape), **limits}
    size = _least_of(limits)
    tie = float(full.debt_usd) / float(size.debt_usd) if float(size.debt_usd) > 0.0 else 1.0
    return size, shape, terms.dscr_ratio * tie


def counted_revenue(plan: Plan, terms: Sizing) -> Array:
    """Revenue that is lent against, by month."""
    if terms.revenue == "headline":
        return plan.revenue
    rental = np.asarray(sum(plan.rental.values(), np.zeros(plan.months)))
    return np.asarray(sum(plan.committed.values(), rental))


def months_in_tail(plan: Plan, loan: Loan, terms: Sizing) -> int:
    """Last months of a loan that lie in the tail of the contract, which must stay free of it."""
    if terms.tail_months == 0:
        return 0
    paying = np.flatnonzero(counted_revenue(plan, terms) > 0.0)
    last = int(paying[-1]) if paying.size else plan.completion
    return min(max(loan.maturity - (last - terms.tail_months), 0), loan.maturity + 1 - loan.first)


def _out_of_tail(plan: Plan, loan: Loan, terms: Sizing) -> None:
    late = months_in_tail(plan, loan, terms)
    if late:
        raise InfeasibleError(
            f"loan {loan.name!r} is repaid into the last {terms.tail_months} months of the contract, which "
            f"must stay free of it; shorten its tenor by {late} months, or write repayment: sculpted"
        )


def _level_limit(free: DebtSize, shape: Array, rate: Array, able: Array, ratio: float) -> DebtSize:
    """Cover limit of a loan whose repayment is not sculpted: the month with the least room."""
    owed = 1.0 - np.concatenate([[0.0], np.cumsum(shape)[:-1]])
    service = shape + owed * rate
    room = np.divide(able / ratio, service, out=np.full(able.size, np.inf), where=service > 1e-15)
    limits = dict(free.limits_usd)
    limits["dscr"] = np.asarray(room.min())
    return DebtSize(free.debt_usd, limits, free.binding)


def _least_of(limits: Mapping[str, Array]) -> DebtSize:
    name = min(limits, key=lambda key: float(limits[key]))
    return DebtSize(np.asarray(limits[name]), limits, np.asarray(name))


def _gearing(
    plan: Plan,
    lines: _Lines,
    commitment: Array,
    principal: Array,
    sized: int,
    terms: Sizing,
    shape: Array,
) -> Array:
    deal, loan, end = plan.deal, plan.loans[sized], plan.completion
    if loan.at_close:
        raise InfeasibleError(
            f"loan {loan.name!r} is drawn at close: its gearing cap is not modelled; give an amount"
        )
    unit = np.zeros_like(commitment)
    unit[sized] = 1.0
    one = principal.copy()
    one[sized] = shape
    months = 0 if deal.reserves.letter_of_credit else deal.reserves.debt_service_months
    ahead = slice(end + 1, end + 1 + months)
    linked = float(_service(plan, unit, one, senior_only=True)[ahead].sum())
    fixed = float(_service(plan, commitment, principal, senior_only=True)[ahead].sum())
    rank = {"senior": 0, "second_lien": 1, "mezzanine": 2}
    counted = [rank[other.rank] <= rank[loan.rank] for other in plan.loans]
    debt = debt_of_gearing(
        plan.uses_total[: end + 1],
        loan.rate_frac[: end + 1],
        1.0 if terms.gearing_frac is None else terms.gearing_frac,
        upfront_frac=loan.upfront_frac,
        commitment_frac=loan.commitment_frac,
        funding=deal.funding,
        other_uses_usd=float(lines.capitalised.sum()) + fixed + working_capital(plan),
        per_debt=linked,
        other_debt_usd=float(commitment[counted].sum()),
    )
    return np.asarray(debt)


def _service(plan: Plan, commitment: Array, principal: Array, *, senior_only: bool) -> Array:
    """Scheduled service of loans that are open at completion, by month."""
    total = np.zeros(plan.months)
    for place, loan in enumerate(plan.loans):
        if loan.refinances >= 0 or (senior_only and loan.rank != "senior") or commitment[place] == 0.0:
            continue
        due = principal[place] * commitment[place]
        owed = commitment[place] - np.concatenate([[0.0], np.cumsum(due)[:-1]])
        inside = (np.arange(plan.months) >= loan.first) & (np.arange(plan.months) <= loan.maturity)
        total += np.where(inside, due + np.maximum(owed, 0.0) * loan.rate_frac, 0.0)
    return total


def _reserve(plan: Plan, service: Array) -> Array:
    """Service of the months ahead, balloons too, at each month's end from completion on."""
    months = plan.deal.reserves.debt_service_months
    summed = np.concatenate([[0.0], np.cumsum(service), np.full(months, 0.0)])
    last = np.minimum(np.arange(plan.months) + 1 + months, plan.months)
    ahead = summed[last] - summed[np.arange(plan.months) + 1]
    return np.where(np.arange(plan.months) >= plan.completion, ahead, 0.0)


def _letter_fee(plan: Plan, reserve: Array) -> Array:
    terms = plan.deal.reserves
    if not terms.letter_of_credit:
        return np.zeros(plan.months)
    running = np.arange(plan.months) > plan.completion
    return np.where(running, terms.letter_fee_frac / 12.0 * reserve, 0.0)


def _owners(plan: Plan, own: Array, funded: float) -> tuple[dict[str, Array], float]:
    """Split what loans do not pay among the owners."""
    needed = own.copy()
    needed[plan.completion] += funded
    total = float(needed.sum())
    given = {e.name: e.amount_usd for e in plan.deal.equity}
    fixed = sum(amount for amount in given.values() if amount is not None)
    open_ended = [name for name, amount in given.items() if amount is None]
    near = 1e-6 * max(total, 1.0)
    if open_ended:
        if fixed > total + near:
            raise InfeasibleError(
                f"equity of {fixed:,.0f} USD is given and only {total:,.0f} USD is needed; lower it, or "
                "the debt"
            )
        amounts = {n: (max(total - fixed, 0.0) if a is None else a) for n, a in given.items()}
        surplus = 0.0
    else:
        if fixed < total - near:
            raise InfeasibleError(
                f"sources are {total - fixed:,.0f} USD below uses: owners give {fixed:,.0f} USD of the "
                f"{total:,.0f} USD that the loans do not pay; raise equity or debt, or lower a use"
            )
        amounts = {n: float(a or 0.0) for n, a in given.items()}
        surplus = max(fixed - total, 0.0)
    needed[plan.completion] += surplus
    whole = sum(amounts.values())
    if whole <= 0.0:
        return {name: np.zeros(plan.months) for name in amounts}, 0.0
    return {name: needed * (amount / whole) for name, amount in amounts.items()}, surplus
