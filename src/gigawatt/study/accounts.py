"""From a site's trace to its ledger entries: energy, water, carbon and money by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results import Entry, Ledger

Array = NDArray[np.float64]
Stocks = dict[tuple[str, str, str], Array]


@dataclass(slots=True)
class Book:
    """Collects entries and stock changes of all sites; the ledger is made from it once."""

    clock: Clock
    entries: list[Entry] = field(default_factory=list)
    stocks: Stocks = field(default_factory=dict)

    def book(self, site: str, account: str, source: str, sink: str, item: str, hourly: Array) -> None:
        """Enter an hourly flow, summed by month; a flow of nothing leaves no entry."""
        self.book_months(site, account, source, sink, item, self.clock.monthly_sum(hourly))

    def book_months(self, site: str, account: str, source: str, sink: str, item: str, monthly: Array) -> None:
        """Enter a flow given by month."""
        if np.any(monthly):
            self.entries.append(Entry(site, account, source, sink, item, monthly))

    def keep(self, site: str, account: str, node: str, monthly: Array) -> None:
        """Note by how much a node's stock changed each month."""
        self.stocks[(site, account, node)] = monthly

    def ledger(self) -> Ledger:
        """Close the book."""
        return Ledger(self.clock.months, tuple(self.entries), self.stocks)


@dataclass(frozen=True, slots=True)
class EnergyFlows:
    """Hourly electrical flows of one site in MW; shape (hours,)."""

    sources: Mapping[str, Array]
    """grid, turbine, genset, solar."""
    discharge: Array
    charge: Array
    store_energy_mwh: Array
    """At the end of each hour."""
    store_start_mwh: float
    store_arrived_mwh: Array
    """Energy that units brought with them, less what units took away."""
    store_loss_mwh: Array
    uses: Mapping[str, Array]
    """it, fan, pump, chiller, air, electrical loss."""
    facility_served: Array
    curtailed: Array


def book_energy(book: Book, site: str, flows: EnergyFlows) -> None:
    """Enter the electrical flows: sources to the bus, the bus to facility, store and nobody."""
    for name, power in flows.sources.items():
        book.book(site, "energy", name, "bus", f"{name} generation" if name != "grid" else "import", power)
    book.book(site, "energy", "store", "bus", "battery discharge", flows.discharge)
    book.book(site, "energy", "bus", "store", "battery charge", flows.charge)
    book.book(site, "energy", "bus", "facility", "facility", flows.facility_served)
    book.book(site, "energy", "bus", "nobody", "curtailed", flows.curtailed)
    for name, power in flows.uses.items():
        book.book(site, "energy", "facility", name, name.replace("_", " "), power)
    book.book(site, "energy", "store", "heat", "battery losses", flows.store_loss_mwh)
    arrived = book.clock.monthly_sum(np.maximum(flows.store_arrived_mwh, 0.0))
    left = book.clock.monthly_sum(np.maximum(-flows.store_arrived_mwh, 0.0))
    book.book_months(site, "energy", "supplier", "store", "in units that arrived", arrived)
    book.book_months(site, "energy", "store", "supplier", "in units that left", left)
    at_end = flows.store_energy_mwh[book.clock.last_day_of_month * 24 + 23]
    book.keep(site, "energy", "store", np.diff(at_end, prepend=flows.store_start_mwh))


def book_water(
    book: Book,
    site: str,
    drawn_by_source: Mapping[str, Array],
    evaporation: Array,
    drift: Array,
    blowdown: Array,
) -> None:
    """Enter the water: sources to the plant, the plant to air and sewer, in m3."""
    for source, drawn in drawn_by_source.items():
        book.book(site, "water", source, "plant", "make-up", drawn)
    book.book(site, "water", "plant", "air", "evaporation", evaporation)
    book.book(site, "water", "plant", "air", "drift", drift)
    book.book(site, "water", "plant", "sewer", "blowdown", blowdown)


def book_carbon(
    book: Book,
    site: str,
    fuel_carbon_t: Mapping[str, Array],
    stack_co2_t: Array,
    grid_mw: Array,
    grid_t_per_mwh: float,
    grid_co2_t: Array,
) -> None:
    """Enter carbon dioxide in tonnes: fuel through the units to the air, imports where they are made.

    What enters is computed from the fuel burnt and the energy imported; what
    leaves is what the dispatch says went up the stack.
    """
    for fuel, carbon in fuel_carbon_t.items():
        book.book(site, "carbon", fuel, "units", "carbon in fuel, as CO2", carbon)
    book.book(site, "carbon", "units", "air", "stack", stack_co2_t)
    book.book(site, "carbon", "grid generation", "imports", "average of the region", grid_mw * grid_t_per_mwh)
    book.book(site, "carbon", "imports", "air", "imported power, location-based", grid_co2_t)


def book_money(
    book: Book,
    site: str,
    capital: Mapping[str, Array],
    operating: Mapping[str, Array],
    revenue: Mapping[str, Array],
    net_cash: Array,
) -> None:
    """Enter money by month: owners and customers to cash, cash to suppliers, in USD.

    The owners pay what the month lacks, at most; a surplus stays in cash.
    """
    spent = np.zeros(len(book.clock.months))
    earned = spent.copy()
    for item, usd in capital.items():
        book.book_months(site, "money", "cash", "capital", item, usd)
        spent += usd
    for item, usd in operating.items():
        book.book_months(site, "money", "cash", "operation", item, usd)
        spent += usd
    for item, usd in revenue.items():
        book.book_months(site, "money", "customers", "cash", item, usd)
        earned += usd
    book.book_months(site, "money", "owners", "cash", "paid in", np.maximum(spent - earned, 0.0))
    book.keep(site, "money", "cash", np.maximum(net_cash, 0.0))
