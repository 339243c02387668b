"""The cluster's clock: seconds since its first start, which a changed wall clock does not move."""

from __future__ import annotations

import time
from pathlib import Path

TICKS_PER_S = 2**20
"""Times are whole multiples of 2^-20 s (about 1 us): sums and differences of them are exact in floating
point, so that a simulation of what was measured finds the same instants."""


def on_tick(time_s: float) -> float:
    """Return the tick at or before a time.

    >>> on_tick(1.5), on_tick(0.1) == 0.1
    (1.5, False)
    """
    return int(time_s * TICKS_PER_S) / TICKS_PER_S


def boot_id() -> str:
    """Return what tells this boot of the machine from others."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class Clock:
    """Seconds of a cluster, never going back; they pass while its controller is away, unless the machine is.

    >>> clock = Clock(zero_s=0.0, least_s=5.0)
    >>> clock.now_s() >= 5.0
    True
    """

    def __init__(self, zero_s: float, least_s: float = 0.0) -> None:
        self.zero_s = zero_s
        """The cluster's time 0 on the machine's monotonic clock."""
        self._least_s = least_s

    def now_s(self) -> float:
        """Return the present, on a tick."""
        self._least_s = max(self._least_s, on_tick(monotonic_s() - self.zero_s))
        return self._least_s


def monotonic_s() -> float:
    """Return seconds since the machine's start, its sleep included; one clock for all its processes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
