"""Orders to installed GPUs, day by day: what was ordered, arrived, and left the crews' hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.supply.inputs import Announcement, Crew, Delivery, Hall

Array = NDArray[np.float64]

NOT_HELD, BY_DELIVERY, BY_CREW, BY_HALL = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class BuildOut:
    """GPUs of one site by state, chip and day; arrays have the shape (days, chips)."""

    chips: tuple[str, ...]
    """In order of first arrival, the order in which they are installed and energised."""
    announced: Array
    """Shape (days,): all chips together."""
    ordered: Array
    due: Array
    """Promised to have arrived."""
    delivered: Array
    installed: Array
    held_by: NDArray[np.int8]
    """Shape (days,): what kept installed below ordered: 0 nothing, 1 delivery, 2 crew, 3 hall."""
    hall_it_mw: Array
    """Shape (days,): IT power of the halls that are ready."""


def hall_it_power_mw(halls: Sequence[Hall], clock: Clock) -> Array:
    """Sum the IT power of the halls that are ready on each day, shape (days,)."""
    total = np.zeros(clock.days)
    for hall in halls:
        total[clock.span(hall.from_, hall.until)] += hall.it_power_mw
    return total


def crew_rate(crews: Sequence[Crew], clock: Clock) -> Array:
    """GPUs that the crews can finish on each day, shape (days,); without crews nothing is installed."""
    rate = np.zeros(clock.days)
    for crew in sorted(crews, key=lambda c: c.from_):
        rate[clock.span(crew.from_, None)] = crew.rate_gpus_per_day
    return rate


def chips_in_order(deliveries: Sequence[Delivery]) -> tuple[str, ...]:
    """Name the chips by the day on which the first of each arrives."""
    firm = [d for d in deliveries if d.status == "firm"]
    first: dict[str, date] = {}
    for lot in sorted(firm, key=lambda d: d.arrives_from or d.arrives_by):
        first.setdefault(lot.chip, lot.arrives_from or lot.arrives_by)
    return tuple(first)


def build_out(
    site: str,
    deliveries: Sequence[Delivery],
    announcements: Sequence[Announcement],
    halls: Sequence[Hall],
    crews: Sequence[Crew],
    provisioned_it_kw_per_gpu: Mapping[str, float],
    clock: Clock,
) -> BuildOut:
    """Lay orders, arrivals and installation of one site on the clock.

    A lot arrives evenly, whole GPUs a day. Crews install in order of arrival, at
    most their rate a day and at most what the halls' IT power carries. What is
    installed stays installed, also where a hall closes (it is then not energised).

    Parameters
    ----------
    provisioned_it_kw_per_gpu
        Chip -> IT power that a hall must provide for one GPU, in kW.

    Returns
    -------
    BuildOut
        GPUs by state, chip and day.

    Notes
    -----
    Left out: returns, breakage on arrival, moves between sites.

    Examples
    --------
    >>> from datetime import date
    >>> clock = Clock(date(2025, 1, 1), date(2025, 2, 1))
    >>> lot = Delivery(chip="h100", site="a", gpus=1000, ordered="2024-06-01", arrives_by="2025-01-05")
    >>> hall = Hall(name="1", **{"from": "2025-01-01"}, it_power="1 MW")
    >>> crew = Crew(**{"from": "2025-01-01"}, rate=100)
    >>> built = build_out("a", [lot], [], [hall], [crew], {"h100": 1.4}, clock)
    >>> int(built.installed[-1, 0]), built.held_by[5], built.held_by[-1]
    (714, np.int8(2), np.int8(3))
    """
    lots = [d for d in deliveries if d.site == site]
    chips = chips_in_order(lots)
    column = {chip: i for i, chip in enumerate(chips)}
    ordered = np.zeros((clock.days, len(chips)))
    due, delivered = ordered.copy(), ordered.copy()
    for lot in lots:
        if lot.status != "firm":
            continue
        c = column[lot.chip]
        ordered[clock.span(lot.ordered, None), c] += lot.gpus
        due[clock.span(lot.due or lot.arrives_by, None), c] += lot.gpus
        delivered[:, c] += _arrivals(lot, clock)
    hall_mw = hall_it_power_mw(halls, clock)
    kw = np.array([provisioned_it_kw_per_gpu[chip] for chip in chips])
    installed, held = _install(delivered, ordered, crew_rate(crews, clock), hall_mw, kw)
    return BuildOut(
        chips=chips,
        announced=_announced(site, lots, announcements, clock),
        ordered=ordered,
        due=due,
        delivered=delivered,
        installed=installed,
        held_by=held,
        hall_it_mw=hall_mw,
    )


def _arrivals(lot: Delivery, clock: Clock) -> Array:
    first = clock.day_index(lot.arrives_from or lot.arrives_by)
    last = clock.day_index(lot.arrives_by)
    days = np.arange(clock.days)
    share = np.clip((days - first + 1) / (last - first + 1), 0.0, 1.0)
    return np.floor(share * lot.gpus + 1e-9)


def _announced(
    site: str, lots: Sequence[Delivery], announcements: Sequence[Announcement], clock: Clock
) -> Array:
    """GPUs said in public: the latest announcement, or all lots said so far where these are more."""
    said = np.zeros(clock.days)
    for lot in lots:
        said[clock.span(lot.ordered, None)] += lot.gpus
    told = np.zeros(clock.days)
    for a in sorted((a for a in announcements if a.site == site), key=lambda a: a.from_):
        told[clock.span(a.from_, None)] = a.gpus
    return np.maximum(said, told)


def _install(
    delivered: Array, ordered: Array, rate: Array, hall_mw: Array, kw: Array
) -> tuple[Array, NDArray[np.int8]]:
    days, n_chips = delivered.shape
    installed = np.zeros_like(delivered)
    held = np.zeros(days, dtype=np.int8)
    done = np.zeros(n_chips)
    carry = 0.0  # a rate of 0.5 a day finishes one GPU every other day
    for day in range(days):
        budget = rate[day] + carry
        room_mw = hall_mw[day] - float(done @ kw) * 1e-3
        waiting_for_room = False
        for c in range(n_chips):
            waiting = delivered[day, c] - done[c]
            fits = max(0.0, np.floor(room_mw * 1e3 / kw[c] + 1e-9))
            step = min(waiting, np.floor(budget), fits)
            waiting_for_room |= fits < min(waiting, np.floor(budget))
            done[c] += step
            budget -= step
            room_mw -= step * kw[c] * 1e-3
        carry = min(budget, 1.0) if budget < 1.0 else 0.0
        installed[day] = done
        held[day] = _held_by(
            waiting_for_room=waiting_for_room,
            installed=float(done.sum()),
            delivered=float(delivered[day].sum()),
            ordered=float(ordered[day].sum()),
        )
    return installed, held


def _held_by(*, waiting_for_room: bool, installed: float, delivered: float, ordered: float) -> int:
    if installed < delivered:
        return BY_HALL if waiting_for_room else BY_CREW
    return BY_DELIVERY if delivered < ordered else NOT_HELD
