"""Names and amounts of an allotment that contradict each other, each with the path of its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from gigawatt.kernel.errors import Problem
from gigawatt.supply.allocation.inputs import AllocationInput, BookingInput, GivenInput


def find(data: Any) -> list[Problem]:
    """Find names that lead nowhere or stand twice; what has not the shape of a name is passed over."""
    return list(_names(data))


def _names(data: Any) -> Iterator[Problem]:
    if not isinstance(data, dict) or data.get("synthetic") is not None:
        return
    known = {
        key: [item.get("name") for _, item in _items(data, key)] for key in ("chips", "tenants", "sites")
    }
    for key, names in known.items():
        for i, name in enumerate(names):
            if isinstance(name, str) and name in names[:i]:
                yield Problem(
                    "GW405",
                    f"two {key} are called {name!r}",
                    "give each its own name",
                    path=f"{key}.{i}.name",
                )
    for key in ("sites", "bookings", "given"):
        for i, item in _items(data, key):
            yield from _unknown(f"{key}.{i}.tenant", "GW403", "tenant", item.get("tenant"), known["tenants"])
    for key in ("supply", "bookings", "given"):
        for i, item in _items(data, key):
            yield from _unknown(f"{key}.{i}.chip", "GW402", "chip", item.get("chip"), known["chips"])


def _items(data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    value = data.get(key)
    for i, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield i, item


def _unknown(path: str, code: str, what: str, seen: Any, known: list[Any]) -> Iterator[Problem]:
    names = [name for name in known if isinstance(name, str)]
    if not isinstance(seen, str) or seen in names:
        return
    near = get_close_matches(seen, names, n=1)
    remedy = f"write {near[0]!r}" if near else f"choose one of: {', '.join(names) or 'none is declared'}"
    yield Problem(code, f"{what} {seen!r} does not exist in this file", remedy, path=path)


def amounts(written: AllocationInput) -> list[Problem]:
    """Find parts of lots, and more given than had arrived or was booked."""
    return [*_parts_of_lots(written), *_too_much_given(written)]


def _parts_of_lots(written: AllocationInput) -> Iterator[Problem]:
    lots = {chip.name: chip.lot_gpus for chip in written.chips}
    listed: tuple[tuple[str, Sequence[BookingInput | GivenInput]], ...] = (
        ("bookings", written.bookings),
        ("given", written.given),
    )
    for key, items in listed:
        for i, item in enumerate(items):
            lot = lots.get(item.chip, 1)
            if item.gpus % lot:
                near = max(lot, item.gpus - item.gpus % lot)
                yield Problem(
                    "GW310",
                    f"{item.gpus:,} {item.chip} are not whole lots of {lot}",
                    f"write {near:,}, or lower the chip's lot",
                    path=f"{key}.{i}.gpus",
                )


def _too_much_given(written: AllocationInput) -> Iterator[Problem]:
    there: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for batch in written.supply:
        there[batch.chip].append((batch.date, batch.gpus))
    booked: dict[tuple[str, str], int] = defaultdict(int)
    for order in written.bookings:
        booked[order.tenant, order.chip] += order.gpus
    gone: dict[str, int] = defaultdict(int)
    had: dict[tuple[str, str], int] = defaultdict(int)
    for i, gift in sorted(enumerate(written.given), key=lambda pair: pair[1].date):
        gone[gift.chip] += gift.gpus
        stock = sum(gpus for day, gpus in there[gift.chip] if day <= gift.date)
        if gone[gift.chip] > stock:
            yield Problem(
                "GW310",
                f"by {gift.date} {gone[gift.chip]:,} {gift.chip} were given, and {stock:,} had arrived",
                "lower gpus, date it later, or add the supply",
                path=f"given.{i}.gpus",
            )
        key = gift.tenant, gift.chip
        had[key] += gift.gpus
        if had[key] > booked[key]:
            yield Problem(
                "GW310",
                f"{gift.tenant} was given {had[key]:,} {gift.chip} and had booked {booked[key]:,}",
                "lower gpus, or add the booking",
                path=f"given.{i}.gpus",
            )
