"""Deferred tax: what the accounts have not yet taxed, or have taxed before its time.

It moves no cash, so it is booked once the months have been run. The liability is the tax rate on what has
been written off for tax ahead of the accounts; against it stand losses carried forward, as far as later
income of the same deal uses them. Half an investment credit comes off the tax basis for good and defers
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def usable_losses(losses_usd: Array) -> Array:
    """Return losses carried forward that later income uses, oldest first; shape (months, scenarios).

    Examples
    --------
    A loss of 10 of which 4 is used, then 2 more are lost that nothing ever uses:

    >>> usable_losses(np.array([[10.0], [6.0], [8.0]])).ravel().tolist()
    [4.0, 0.0, 0.0]
    """
    used = np.maximum(-np.diff(losses_usd, axis=0), 0.0)
    later = np.zeros_like(losses_usd)
    later[:-1] = np.cumsum(used[::-1], axis=0)[::-1]
    return np.minimum(losses_usd, later)


def deferred_tax(lines: Mapping[str, Array], rate_frac: float) -> Array:
    """Liability less asset at each month's end, shape (months, scenarios)."""
    return np.asarray(rate_frac * (lines["timing"] - usable_losses(lines["loss_carried"])))


def book_deferred_tax(lines: dict[str, Array], rate_frac: float) -> None:
    """Add deferred tax to the accounts: its balance, its expense, and income after it."""
    lines["deferred_tax"] = deferred_tax(lines, rate_frac)
    lines["deferred_expense"] = np.diff(lines["deferred_tax"], axis=0, prepend=0.0)
    lines["net_income"] = lines["net_income"] - lines["deferred_expense"]
    lines["retained"] = lines["retained"] - lines["deferred_tax"]
