"""A loan's terms by month: its rate, what falls due when, how far it runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.capital import RateStep, Tranche
from gigawatt.finance.deal.inputs import Deal, months_between
from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loan:
    """A tranche's terms by month."""

    name: str
    rank: str
    rate_frac: Array
    """Interest a month, shape (months,)."""
    shape_frac: Array
    """Share of the opening amount that falls due each month, shape (months,); sculpted ones: zeros."""
    first: int
    """First month with principal or interest in cash: the month after completion, or after its takeout."""
    maturity: int
    """Month in which all is due."""
    upfront_frac: float
    commitment_frac: float
    """Fee a month."""
    at_close: bool
    escrow_frac: float
    """Earned a month on proceeds in escrow."""
    sculpted: bool
    refinances: int
    """Index of the loan that it pays off, or -1."""


def _base(steps: list[RateStep], deal: Deal, months: int) -> Array:
    placed = sorted((months_between(deal.close, s.from_), s.rate_frac) for s in steps)
    row = np.full(months, placed[0][1])
    for first, rate in placed:
        row[max(first, 0) :] = rate
    return row


def rate_path(tranche: Tranche, deal: Deal, months: int, shift_frac: float = 0.0) -> Array:
    """Interest a month: fixed, or base plus spreads with the swapped share fixed."""
    if tranche.rate_frac is not None:
        return np.full(months, tranche.rate_frac / 12.0)
    base = _base(tranche.base, deal, months) + shift_frac
    if tranche.swap is not None:
        base = (1.0 - tranche.swap.share_frac) * base + tranche.swap.share_frac * tranche.swap.fixed_frac
    return np.asarray((base + tranche.spread_frac + tranche.collateral_spread_frac) / 12.0)


def lay_loan(tranche: Tranche, deal: Deal, end: int, months: int) -> Loan:
    """Lay a tranche on the deal's months."""
    rate = rate_path(tranche, deal, months)
    index = {t.name: place for place, t in enumerate(deal.debt)}
    taken = tranche.refinances
    start = end if taken is None else _maturity(deal.debt[index[taken]], end)
    maturity = start + round(12 * (tranche.tenor_years + tranche.extensions_years))
    if maturity > months - 1:
        raise InfeasibleError(
            f"loan {tranche.name!r} matures {maturity - months + 1} months after the deal's end; shorten its "
            "tenor, or raise months"
        )
    if maturity <= start:
        raise InfeasibleError(f"loan {tranche.name!r} has no term after completion; raise its tenor")
    if tranche.extensions_years > 0.0:
        rate = rate.copy()
        rate[extended(tranche, start)] += tranche.extension_fee_frac
    shape = np.zeros(months)
    if tranche.repayment != "sculpted":
        shape = _shape(tranche, rate, start, maturity, months)
    return Loan(
        name=tranche.name,
        rank=tranche.rank,
        rate_frac=rate,
        shape_frac=shape,
        first=start + 1,
        maturity=maturity,
        upfront_frac=tranche.upfront_frac,
        commitment_frac=tranche.commitment_frac / 12.0,
        at_close=tranche.drawn == "at_close",
        escrow_frac=tranche.escrow_rate_frac / 12.0,
        sculpted=tranche.repayment == "sculpted",
        refinances=index[taken] if taken is not None else -1,
    )


def extended(tranche: Tranche, start: int) -> int:
    """Month in which a loan would mature that is extended."""
    return start + round(12 * tranche.tenor_years)


def _maturity(tranche: Tranche, end: int) -> int:
    if tranche.refinances is not None:
        raise InfeasibleError(
            f"loan {tranche.name!r} is a refinancing and refinanced again; one step is modelled"
        )
    return end + round(12 * (tranche.tenor_years + tranche.extensions_years))


def _shape(tranche: Tranche, rate: Array, start: int, maturity: int, months: int) -> Array:
    """Share of the opening amount that falls due each month; the rest at maturity."""
    shape = np.zeros(months)
    wait = round(12 * tranche.interest_only_years)
    first = start + 1 + wait
    length = maturity - start - wait
    if tranche.amortisation_years is not None:
        length = max(length, round(12 * tranche.amortisation_years) - wait)
    if tranche.repayment == "straight_line":
        shape[first : maturity + 1] = 1.0 / length
    elif tranche.repayment == "annuity":
        # Level service at the rate of the first month; where the rate floats, principal keeps this path.
        i = float(rate[first])
        level = 1.0 / length if i == 0.0 else i / (1.0 - (1.0 + i) ** -length)
        owed = 1.0
        for month in range(first, maturity + 1):
            shape[month] = level - i * owed
            owed -= shape[month]
    shape[maturity] += 1.0 - shape.sum()
    return shape


def steps_by_month(steps: list[tuple[int, float]], months: int) -> Array:
    """Values that hold from a month until the next, shape (months,)."""
    row = np.zeros(months)
    for first, value in sorted(steps):
        row[max(first, 0) :] = value
    return row
