"""A duration as one writes it in an option: ``90 s``, ``30 min``, ``2 h``."""

from __future__ import annotations

from gigawatt.cli.outcome import refuse


def read_s(text: str, option: str) -> float:
    """Read a duration in seconds; refuse what is none, or not above zero.

    >>> read_s("30 min", "--time-limit")
    1800.0
    """
    from gigawatt.kernel.units import QuantityError, parse_quantity

    remedy = "write it like '90 s', '30 min' or '2 h'"
    try:
        duration_s = parse_quantity(text, "s")
    except QuantityError as error:
        raise refuse("GW814", str(error), remedy, option) from None
    if not 0.0 < duration_s <= 1e9:
        raise refuse("GW814", f"{text[:40]!r} is not above zero, or longer than 30 years", remedy, option)
    return duration_s
