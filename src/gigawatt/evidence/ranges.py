"""What has been seen of USD per GPU, kW per GPU, USD per MW, USD per GPU-hour and PUE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from gigawatt import catalog
from gigawatt.evidence.units import number


@dataclass(frozen=True, slots=True)
class SeenRange:
    """A range of the catalogue's kind 'seen_range'."""

    name: str
    low: float
    mid: float
    high: float
    unit: str
    source: str

    def holds(self, value: float) -> bool:
        """Whether a value lies within what has been seen."""
        return self.low <= value <= self.high

    def in_words(self, verb: str) -> str:
        """Write the range as a step of arithmetic."""
        return (
            f"{verb} {number(self.low)} to {number(self.high)} {self.unit} (middle {number(self.mid)}), "
            f"as seen ({self.source})"
        )


@cache
def seen_ranges() -> Mapping[str, SeenRange]:
    """Return every range by name.

    >>> seen_ranges()["usd_per_gpu"].holds(41_667.0)
    True
    """
    return MappingProxyType(
        {
            name: SeenRange(
                name, row.values["low"], row.values["mid"], row.values["high"], row.values["unit"], row.source
            )
            for name, row in catalog.rows("seen_range").items()
        }
    )
