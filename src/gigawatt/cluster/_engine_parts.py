"""The compiled event loop for machines of several parts; compiled only where there are several."""

from __future__ import annotations

from typing import Any

from numba import njit

from gigawatt.cluster._arrays import World
from gigawatt.cluster._engine import RUN, loop
from gigawatt.cluster._queue import HOW


@njit(RUN, **HOW)
def run(
    decide: Any,
    seat: Any,
    leave: Any,
    strike: Any,
    keep_budget: Any,
    change: Any,
    tend: Any,
    world: World,
    events: int,
) -> int:
    """The loop over all parts of the machines."""
    parts = world.next_s.size
    return int(loop(decide, seat, leave, strike, keep_budget, change, tend, world, parts, events))
