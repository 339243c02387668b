"""Forced outages of generating units: each breaks and is mended on its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.power.inputs import GeneratorGroup
from gigawatt.power.models import generator_of


def units_up(
    units: int, hours: int, forced_outage_frac: float, repair_h: float, rng: np.random.Generator | None
) -> NDArray[np.bool_]:
    """Draw which units work in which hour, each a two-state Markov chain.

    The chain leaves 'broken' with probability 1/r an hour and 'working' with q / (r (1 - q)), so that its
    long-run share of broken hours is q and its mean repair r; it begins in that steady state. Stretches are
    drawn as geometric variates, not hour by hour. Units are independent: common causes (a gas curtailment,
    a storm) are left out.

    Parameters
    ----------
    units, hours
        Shape of the result.
    forced_outage_frac
        q, long-run share of broken hours, in [0, 1).
    repair_h
        r, mean repair, at least 1 h (and at least q/(1-q) h).
    rng
        Source of randomness; None draws nothing: every unit always works.

    Returns
    -------
    numpy.ndarray
        Shape (units, hours), true where the unit works.

    Examples
    --------
    >>> up = units_up(20, 87600, 0.05, 48.0, np.random.default_rng(1))
    >>> abs(float(up.mean()) - 0.95) < 0.005
    True
    """
    if rng is None or forced_outage_frac <= 0.0 or units == 0:
        return np.ones((units, hours), dtype=bool)
    mend = 1.0 / max(repair_h, 1.0)
    fail = min(mend * forced_outage_frac / (1.0 - forced_outage_frac), 1.0)
    broken = rng.random(units) < forced_outage_frac
    change = np.zeros((units, hours + 1), dtype=np.int8)
    rows = np.arange(units)
    at = np.zeros(units, dtype=np.int64)
    state = broken.copy()
    while at.min() < hours:
        stretch = np.where(state, rng.geometric(mend, units), rng.geometric(fail, units))
        at = np.minimum(at + stretch, hours)
        change[rows, at] ^= 1
        state = ~state
    return np.asarray((np.cumsum(change[:, :hours], axis=1) + broken[:, None]) % 2 == 0)


def units_available(group: GeneratorGroup, hours: int, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """Count the units of a group that are not broken, hour by hour.

    Parameters
    ----------
    group
        The group; its forced outage share and mean repair come from its row or its overrides.
    hours
        Number of hours.
    rng
        Source of randomness; None: no outages.

    Returns
    -------
    numpy.ndarray
        Shape (hours,), 0 to ``group.units``.

    Examples
    --------
    >>> from datetime import date
    >>> group = GeneratorGroup(name="a", model="titan-350", units=4, from_=date(2026, 1, 1))
    >>> int(units_available(group, 24, None).min())
    4
    """
    model = generator_of(group)
    up = units_up(group.units, hours, model.forced_outage_frac, model.repair_h, rng)
    return np.asarray(up.sum(axis=0), dtype=np.int64)
