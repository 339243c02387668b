"""A ledger by month and site in four accounts, double entry: what leaves one node enters another.

Every entry moves a quantity from a source node to a sink node. Nodes in
:data:`INTERNAL` neither make nor keep anything but what their stock, computed
elsewhere, says; their imbalance is the residual of the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ACCOUNTS: dict[str, str] = {"energy": "MWh", "water": "m3", "carbon": "t", "money": "USD"}
"""Account -> unit of its quantities."""

INTERNAL: dict[str, tuple[str, ...]] = {
    "energy": ("bus", "store", "facility"),
    "water": ("plant",),
    "carbon": ("units", "imports"),
    "money": ("cash",),
}
"""Nodes that must balance in each account."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of movement over all months, from one node to another."""

    site: str
    account: str
    source: str
    sink: str
    item: str
    quantity: NDArray[np.float64]
    """Shape (months,), in the account's unit; never negative for physical accounts."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries of a run, and how well they close."""

    months: tuple[str, ...]
    entries: tuple[Entry, ...]
    stock_change: Mapping[tuple[str, str, str], NDArray[np.float64]] = field(default_factory=dict)
    """(site, account, node) -> change of the node's stock by month, computed apart from the entries."""

    def total(self, account: str, *, site: str | None = None, **where: str) -> NDArray[np.float64]:
        """Sum by month the entries of an account that match ``source``, ``sink`` or ``item``."""
        total = np.zeros(len(self.months))
        for e in self.entries:
            here = e.account == account and site in (None, e.site)
            if here and all(getattr(e, key) == value for key, value in where.items()):
                total += e.quantity
        return total

    def sites(self) -> tuple[str, ...]:
        """Name the sites in order of appearance."""
        return tuple(dict.fromkeys(e.site for e in self.entries))

    def imbalance(self, site: str, account: str, node: str) -> NDArray[np.float64]:
        """Inflow less outflow less stock change of one node by month, shape (months,)."""
        inflow = self.total(account, site=site, sink=node)
        outflow = self.total(account, site=site, source=node)
        kept = self.stock_change.get((site, account, node), np.zeros(len(self.months)))
        return np.asarray(inflow - outflow - kept)

    def residuals(self) -> dict[str, float]:
        """Return the worst imbalance of each account as a fraction of the node's whole throughput.

        A node without throughput counts with its absolute imbalance.
        """
        worst = dict.fromkeys(ACCOUNTS, 0.0)
        for site in self.sites():
            for account, nodes in INTERNAL.items():
                for node in nodes:
                    throughput = float(
                        self.total(account, site=site, sink=node).sum()
                        + self.total(account, site=site, source=node).sum()
                    )
                    gap = float(np.abs(self.imbalance(site, account, node)).max(initial=0.0))
                    if gap > 0.0:
                        share = gap / throughput if throughput > 0.0 else gap
                        worst[account] = max(worst[account], share)
        return worst
