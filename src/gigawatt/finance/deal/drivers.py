"""What sets scenarios of one deal apart."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drivers:
    """What sets scenarios apart; each of shape (scenarios,)."""

    rent: Array
    """Factor on all revenue."""
    running: Array
    """Factor on power and operating cost."""
    capital: Array
    """Factor on uses; what is above 1 owners pay."""
    rate_frac: Array
    """Added to every floating rate's year, e.g. 0.01; swapped shares are spared by the caller."""
    delay_months: Ints
    """By which revenue and running cost begin later, terms and debt as they were."""
    leave_month: Ints
    """Month in which the largest tenant goes, its notice counted; the number of months: never."""
    early_months: Ints
    """By which every refresh comes sooner."""

    @classmethod
    def base(cls, count: int, months: int) -> Drivers:
        """Scenarios that are all the base case."""
        one, zero = np.ones(count), np.zeros(count, dtype=np.int64)
        return cls(one, one, one, np.zeros(count), zero, np.full(count, months, dtype=np.int64), zero)

    @property
    def count(self) -> int:
        """Number of scenarios."""
        return self.rent.size

    def part(self, chosen: slice) -> Drivers:
        """Some of the scenarios."""
        return Drivers(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})
