"""Drawing a loan while its own interest and fees are added to it: solved in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.kernel.errors import InfeasibleError

Array = NDArray[np.float64]

Funding = Literal["pro_rata", "equity_first"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A loan during construction; arrays of shape (months,)."""

    debt_usd: float
    """Balance at completion: what was committed."""
    draws_usd: Array
    """Paid out for uses."""
    interest_usd: Array
    """Added to the balance."""
    commitment_fee_usd: Array
    upfront_fee_usd: Array
    balance_usd: Array
    """At the end of each month."""

    @property
    def financing_usd(self) -> float:
        """Interest and fees added to the loan."""
        return float(self.interest_usd.sum() + self.commitment_fee_usd.sum() + self.upfront_fee_usd.sum())


def growth(rate_frac: Array, commitment_frac: Array) -> Array:
    """Factor by which one unit at the end of each month has grown by the last month's end.

    A unit that is drawn saves its commitment fee, so it grows by 1 + i - f a month.
    """
    factor = 1.0 + rate_frac - commitment_frac
    return np.concatenate([np.cumprod(factor[::-1])[-2::-1], [1.0]]) if factor.size > 1 else np.ones(1)


def draw(
    uses_usd: ArrayLike,
    rate_frac: ArrayLike,
    *,
    debt_usd: float | None = None,
    gearing_frac: float | None = None,
    upfront_frac: float = 0.0,
    commitment_frac: float = 0.0,
    funding: Funding = "pro_rata",
) -> Drawn:
    r"""Draw a loan of a given size, or a given share of all uses, its own cost among them.

    Interest, commitment and upfront fees are added to the balance, the rest of each month's uses is
    split. With :math:`B_t = B_{t-1}(1 + i_t) + f (D - B_{t-1}) + \varphi D [t = 0] + s\,c_t` the last
    balance is linear in D and s; setting it to D gives the split s without any iteration.

    Parameters
    ----------
    uses_usd
        Uses by month before this loan's own interest and fees, shape (months,), none negative.
    rate_frac
        Interest a month, one number or shape (months,).
    debt_usd, gearing_frac
        Just one of them: the commitment, or its share of uses and own financing cost together.
    upfront_frac, commitment_frac
        Fee on the commitment in the first month; fee a month on what is not drawn yet.
    funding
        'pro_rata': the same share of every month; 'equity_first': the loan pays once equity is spent.

    Raises
    ------
    InfeasibleError
        The loan is larger than the uses with its own cost, or its fees alone exceed it.

    Examples
    --------
    >>> loan = draw([100.0, 100.0], 0.01, gearing_frac=0.5)
    >>> round(loan.debt_usd, 6), round(float(loan.draws_usd.sum()) + loan.financing_usd, 6)
    (100.249377, 100.249377)
    """
    uses = np.asarray(uses_usd, dtype=np.float64)
    if np.any(uses < 0.0):
        raise ValueError("uses cannot be negative")
    if (debt_usd is None) == (gearing_frac is None):
        raise ValueError("give the loan's size or its share of the uses, one of them")
    grown, own, rate, fee = _costs(uses, rate_frac, upfront_frac, commitment_frac)
    if debt_usd is None:
        debt = _of_gearing(uses, grown, own, float(gearing_frac or 0.0), funding)
    else:
        debt = debt_usd
    share = _share(uses, grown, debt * (1.0 - own), funding)
    return _lay_out(uses * share, rate, fee, upfront_frac, debt)


def _share(uses: Array, grown: Array, needed: float, funding: Funding) -> Array:
    """Share of each month's uses that the loan pays, so that they grow to ``needed``."""
    worth = uses * grown
    whole = float(worth.sum())
    if needed > whole * (1.0 + 1e-12):
        raise InfeasibleError(
            f"a loan that pays {needed:,.0f} USD of uses at completion is more than all of them "
            f"({whole:,.0f} USD); lower the debt, or name the uses it is for"
        )
    if whole <= 0.0:
        return np.zeros_like(uses)
    if funding == "pro_rata":
        return np.full_like(uses, needed / whole)
    later = np.concatenate([np.cumsum(worth[::-1])[-2::-1], [0.0]]) if worth.size > 1 else np.zeros(1)
    return np.asarray(
        np.clip(np.divide(needed - later, worth, out=np.zeros_like(worth), where=worth > 1e-9), 0.0, 1.0)
    )


def debt_of_gearing(
    uses_usd: ArrayLike,
    rate_frac: ArrayLike,
    gearing_frac: float,
    *,
    upfront_frac: float = 0.0,
    commitment_frac: float = 0.0,
    funding: Funding = "pro_rata",
    other_uses_usd: float = 0.0,
    per_debt: float = 0.0,
    other_debt_usd: float = 0.0,
) -> float:
    r"""Solve :math:`D = g (U + D_{own} + K + k D) - O` for a loan that adds its own cost to the uses.

    Parameters
    ----------
    other_uses_usd
        K: uses that this loan does not draw for, e.g. the financing cost of other loans.
    per_debt
        k: uses that grow with the loan and that owners pay, e.g. a reserve of its service.
    other_debt_usd
        O: debt that counts against the same cap.
    """
    uses = np.asarray(uses_usd, dtype=np.float64)
    grown, own, _, _ = _costs(uses, rate_frac, upfront_frac, commitment_frac)
    extra = gearing_frac * other_uses_usd - other_debt_usd
    return max(_of_gearing(uses, grown, own, gearing_frac, funding, extra, gearing_frac * per_debt), 0.0)


def _costs(
    uses: Array, rate_frac: ArrayLike, upfront_frac: float, commitment_frac: float
) -> tuple[Array, float, Array, Array]:
    """Growth factors, own cost as a share of the commitment, rates and fees."""
    rate = np.broadcast_to(np.asarray(rate_frac, dtype=np.float64), uses.shape).copy()
    rate[0] = 0.0  # nothing is owed before the first month's end
    fee = np.full(uses.shape, commitment_frac)
    fee[0] = 0.0
    grown = growth(rate, fee)
    own = upfront_frac * grown[0] + float((fee * grown).sum())
    if own >= 1.0:
        raise InfeasibleError(f"the loan's fees alone come to {100 * own:.3g} % of it; lower them")
    return grown, own, rate, fee


def _of_gearing(
    uses: Array,
    grown: Array,
    own: float,
    gearing: float,
    funding: Funding,
    extra: float = 0.0,
    linked: float = 0.0,
) -> float:
    """Solve D = g (D + uses the loan does not pay) + extra + linked D."""
    total = float(uses.sum())
    worth = uses * grown
    if funding == "pro_rata":
        # The loan pays s of the uses, s = D (1 - own) / worth: D = g (D + (1 - s) total) + ...
        paid = total * (1.0 - own) / float(worth.sum()) if total > 0.0 else 0.0
        return float((gearing * total + extra) / (1.0 - gearing - linked + gearing * paid))
    # Piecewise linear in D: take whole months from the end while the loan stays below its share.
    debt, unpaid = 0.0, total
    for month in range(uses.size - 1, -1, -1):
        more = worth[month] / (1.0 - own)
        reached = debt + more
        if reached < gearing * (reached + unpaid - uses[month]) + extra + linked * reached:
            debt, unpaid = reached, unpaid - uses[month]
            continue
        slope = (1.0 - gearing - linked) * more + gearing * uses[month]
        left = gearing * unpaid + extra - (1.0 - gearing - linked) * debt
        return float(debt + more * (left / slope)) if slope else debt
    return debt


def _lay_out(draws: Array, rate: Array, fee: Array, upfront_frac: float, debt: float) -> Drawn:
    balance = np.zeros_like(draws)
    interest = np.zeros_like(draws)
    commitment = np.zeros_like(draws)
    upfront = np.zeros_like(draws)
    upfront[0] = upfront_frac * debt
    before = 0.0
    for t in range(draws.size):
        interest[t] = before * rate[t]
        commitment[t] = fee[t] * (debt - before)
        before += interest[t] + commitment[t] + upfront[t] + draws[t]
        balance[t] = before
    return Drawn(debt, draws, interest, commitment, upfront, balance)
