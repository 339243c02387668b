"""An allotment laid on its clock: whole periods, arrays, names as indices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.supply.allocation.inputs import AllocationInput, ReadinessTerms, SiteInput
from gigawatt.supply.allocation.names import amounts, find

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
DAYS_A_MONTH = 365.25 / 12
HOURS_A_MONTH = DAYS_A_MONTH * 24
UNLIMITED = 1e9
"""Stands for a limit that was not written; far above any number of racks or crews."""
MOST_STATES = 400_000
"""Sites x chips x periods that are planned at once; beyond it the linear program takes minutes."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What each site can take in each period, in one future; every array is (site, period)."""

    mw: Floats
    """The lesser of power and cooling, as IT power."""
    racks: Floats
    crew_gpus: Floats
    """Whole GPUs that crews can install within the period."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One order on the clock."""

    tenant: int
    chip: int
    gpus: int
    ordered: date
    due: int
    """Period from whose beginning it is due; the number of periods where that is after the horizon."""
    make_good: int


@dataclass(frozen=True, slots=True, repr=False)
class AllocationProblem:
    """An allotment on its clock; see :func:`lay_out`.

    Axes are always in the order tenant or site, chip, period.
    """

    name: str
    starts: tuple[date, ...]
    """First day of each period, and the day after the last."""
    chips: tuple[str, ...]
    tenants: tuple[str, ...]
    sites: tuple[str, ...]
    site_tenant: Counts
    days: Floats
    """Length of each period in days."""
    months: Floats
    """Length of each period in months: 1 for calendar months, 7 / 30.4375 for weeks."""
    discount: Floats
    """Present value of a dollar in each period."""
    kw: Floats
    """IT power of one GPU, by chip."""
    gpus_per_rack: Counts
    lot: Counts
    arrivals: Counts
    """GPUs that the supplier gets, (chip, period)."""
    bookings: tuple[Booking, ...]
    value: Floats
    """Worth of one energised GPU, USD a month, (tenant, chip)."""
    idle: Floats
    """Cost of one delivered GPU that waits, USD a month, (tenant, chip)."""
    late: Floats
    """Penalty for one booked GPU that is late, USD a month, by tenant."""
    held: Floats
    """Cost of one GPU that the supplier holds, USD a month, by chip."""
    logistics: Floats
    """USD a GPU, by site."""
    weight: Floats
    consents: NDArray[np.bool_]
    on_time: Readiness
    delayed: Readiness
    """With the P90 dates, all together."""
    one_crew: Floats
    """Whole GPUs that one more crew would install, (site, period); 0 where crews are not limited."""
    written: tuple[SiteInput, ...]
    """The sites as written: futures of readiness are drawn from their dates."""
    terms: ReadinessTerms
    given: Counts | None
    """What really happened: cumulative GPUs, (tenant, chip, period)."""
    title: str = ""
    booked: Counts = field(init=False)
    """GPUs booked in all, (tenant, chip); what is due after the horizon included."""
    due: Counts = field(init=False)
    """Cumulative GPUs due, (tenant, chip, period)."""
    stock: Counts = field(init=False)
    """Cumulative GPUs that the supplier got, (chip, period)."""

    def __post_init__(self) -> None:
        tenants, chips, periods = len(self.tenants), len(self.chips), self.periods
        booked = np.zeros((tenants, chips), dtype=np.int64)
        due = np.zeros((tenants, chips, periods + 1), dtype=np.int64)
        for order in self.bookings:
            booked[order.tenant, order.chip] += order.gpus
            due[order.tenant, order.chip, order.due] += order.gpus
        object.__setattr__(self, "booked", booked)
        object.__setattr__(self, "due", due[:, :, :periods].cumsum(axis=2))
        object.__setattr__(self, "stock", self.arrivals.cumsum(axis=1))

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.days)

    @property
    def has_late_dates(self) -> bool:
        """Whether any site may be later than its P50."""
        return any(
            not np.array_equal(getattr(self.on_time, name), getattr(self.delayed, name))
            for name in ("mw", "racks", "crew_gpus")
        )

    def __repr__(self) -> str:
        return (
            f"AllocationProblem({self.name!r}: {len(self.tenants)} tenants, {len(self.sites)} sites, "
            f"{len(self.chips)} chips, {self.periods} periods from {self.starts[0]}, "
            f"{int(self.stock[:, -1].sum()):,} GPUs of {int(self.booked.sum()):,} booked)"
        )


def lay_out(given: AllocationInput) -> AllocationProblem:
    """Lay an input on its clock.

    What is dated within a period counts from the beginning of the next one; what lies before the start
    counts from the start.

    Raises
    ------
    InputError
        GW310, GW401 to GW405: names that lead nowhere, parts of lots, more given than there was.
    """
    from gigawatt.supply.allocation.synthetic import draw

    written = given if given.synthetic is None else draw(given)
    problems = find(written.model_dump(by_alias=True)) or amounts(written)
    if problems:
        raise InputError(problems)
    starts = period_starts(written.start, written.end, written.period)
    chips = {chip.name: i for i, chip in enumerate(written.chips)}
    tenants = {tenant.name: i for i, tenant in enumerate(written.tenants)}
    if len(written.sites) * len(chips) * (len(starts) - 1) > MOST_STATES:
        seen = f"{len(written.sites)} sites x {len(chips)} chips x {len(starts) - 1} periods"
        remedy = "use months, fewer sites, or a shorter horizon"
        raise InputError(
            Problem("GW310", f"{seen} are more than {MOST_STATES:,} states", remedy, path="sites")
        )
    days = np.diff([day.toordinal() for day in starts]).astype(np.float64)
    months = np.ones_like(days) if written.period == "month" else days / DAYS_A_MONTH
    rate = written.money.cost_of_capital_frac
    elapsed = (np.array([day.toordinal() for day in starts[:-1]]) - starts[0].toordinal()) / 365.25
    lot = np.array([chip.lot_gpus for chip in written.chips], dtype=np.int64)
    arrivals = np.zeros((len(chips), len(days)), dtype=np.int64)
    for batch in written.supply:
        at = period_at(batch.date, starts)
        if at < len(days):
            arrivals[chips[batch.chip], at] += batch.gpus
    price, paid = _prices(written, chips, tenants)
    wait = (rate + written.money.depreciation_frac) / 12
    rent = np.array([chip.value_usd_per_gpu_h for chip in written.chips]) * HOURS_A_MONTH
    worth = np.array([tenant.worth_ratio for tenant in written.tenants])
    return AllocationProblem(
        name=written.name,
        title=written.title,
        starts=starts,
        chips=tuple(chips),
        tenants=tuple(tenants),
        sites=tuple(site.name for site in written.sites),
        site_tenant=np.array([tenants[site.tenant] for site in written.sites], dtype=np.int64),
        days=days,
        months=months,
        discount=(1.0 + rate) ** -elapsed,
        kw=np.array([chip.it_power_kw for chip in written.chips]),
        gpus_per_rack=np.array([chip.gpus_per_rack for chip in written.chips], dtype=np.int64),
        lot=lot,
        arrivals=arrivals,
        bookings=_bookings(written, chips, tenants, starts),
        value=worth[:, None] * rent[None, :],
        idle=price * wait,
        late=np.array([tenant.late_usd_per_gpu_h for tenant in written.tenants]) * HOURS_A_MONTH,
        held=paid * wait * written.money.held_share_frac,
        logistics=np.array([site.logistics_usd_per_gpu for site in written.sites]),
        weight=np.array([tenant.weight_ratio for tenant in written.tenants]),
        consents=np.array([tenant.consents_to_swaps for tenant in written.tenants], dtype=np.bool_),
        on_time=_readiness(written.sites, starts, late=False),
        delayed=_readiness(written.sites, starts, late=True),
        one_crew=_one_crew(written.sites, starts),
        written=tuple(written.sites),
        terms=written.readiness,
        given=_given(written, chips, tenants, starts),
    )


def period_starts(start: date, end: date, period: str) -> tuple[date, ...]:
    """First day of each whole period, and the day after the last.

    >>> len(period_starts(date(2025, 1, 1), date(2025, 12, 31), "week")) - 1
    52
    """
    after = end + timedelta(days=1)
    found = [start]
    while True:
        last = found[-1]
        if period == "week":
            following = last + timedelta(days=7)
        else:
            following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        if following > after:
            return tuple(found)
        found.append(following)


def period_at(day: date, starts: Sequence[date]) -> int:
    """First period that begins on or after a day; the number of periods where none does.

    >>> period_at(date(2024, 1, 2), [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)])
    1
    """
    return min(sum(start < day for start in starts[:-1]), len(starts) - 1)


def _steps(dated: Iterable[tuple[date, float]], starts: Sequence[date], *, otherwise: float) -> Floats:
    """Lay steps on periods: the latest holds, 0 before the first; ``otherwise`` where none is written."""
    found = list(dated)
    out = np.zeros(len(starts) - 1) if found else np.full(len(starts) - 1, otherwise)
    for day, value in sorted(found, key=lambda step: step[0]):
        out[period_at(day, starts) :] = value
    return out


def _readiness(sites: Sequence[SiteInput], starts: Sequence[date], *, late: bool) -> Readiness:
    def day(step: Any) -> date:
        chosen: date = step.from_p90 if late and step.from_p90 is not None else step.from_
        return chosen

    days = np.diff([start.toordinal() for start in starts])
    mw, racks, crews = [], [], []
    for site in sites:
        power = _steps(((day(s), s.it_power_mw) for s in site.power), starts, otherwise=0.0)
        cooling = _steps(((day(s), s.it_power_mw) for s in site.cooling), starts, otherwise=UNLIMITED)
        mw.append(np.minimum(power, cooling))
        racks.append(_steps(((day(s), float(s.racks)) for s in site.racks), starts, otherwise=UNLIMITED))
        rate = _steps(
            ((day(s), s.crews * s.rate_gpus_per_day) for s in site.crews), starts, otherwise=UNLIMITED
        )
        crews.append(whole_gpus(rate * days) if site.crews else rate)
    return Readiness(np.array(mw), np.array(racks), np.array(crews))


def _one_crew(sites: Sequence[SiteInput], starts: Sequence[date]) -> Floats:
    days = np.diff([start.toordinal() for start in starts])
    rate = [
        _steps(((s.from_, s.rate_gpus_per_day) for s in site.crews), starts, otherwise=0.0) for site in sites
    ]
    return np.array([whole_gpus(each * days) for each in rate])


def whole_gpus(gpus: Floats) -> Floats:
    """Whole GPUs that a crew finishes by period; an unfinished one is finished in the next.

    >>> whole_gpus(np.array([70.5, 70.5, 70.5]))
    array([70., 71., 70.])
    """
    return np.diff(np.floor(gpus.cumsum() + 1e-9), prepend=0.0)


def _bookings(
    written: AllocationInput, chips: dict[str, int], tenants: dict[str, int], starts: Sequence[date]
) -> tuple[Booking, ...]:
    horizon = len(starts) - 1
    return tuple(
        Booking(
            tenants[b.tenant],
            chips[b.chip],
            b.gpus,
            b.ordered,
            period_at(b.due, starts),
            horizon if b.make_good_by is None else period_at(b.make_good_by, starts),
        )
        for b in written.bookings
    )


def _prices(
    written: AllocationInput, chips: dict[str, int], tenants: dict[str, int]
) -> tuple[Floats, Floats]:
    """Mean price by tenant and chip, and by chip, weighted by GPUs; USD a GPU."""
    gpus = np.zeros((len(tenants), len(chips)))
    paid = np.zeros_like(gpus)
    for booking in written.bookings:
        at = tenants[booking.tenant], chips[booking.chip]
        gpus[at] += booking.gpus
        paid[at] += booking.gpus * booking.price_usd_per_gpu
    by_tenant = np.divide(paid, gpus, out=np.zeros_like(paid), where=gpus > 0)
    total = gpus.sum(axis=0)
    return by_tenant, np.divide(paid.sum(axis=0), total, out=np.zeros(len(chips)), where=total > 0)


def _given(
    written: AllocationInput, chips: dict[str, int], tenants: dict[str, int], starts: Sequence[date]
) -> Counts | None:
    if not written.given:
        return None
    out = np.zeros((len(tenants), len(chips), len(starts)), dtype=np.int64)
    for batch in written.given:
        out[tenants[batch.tenant], chips[batch.chip], period_at(batch.date, starts)] += batch.gpus
    return out[:, :, :-1].cumsum(axis=2)
