"""Compression chillers: electricity per heat from the lift and the load, set by two published ratings.

Of a compressor that takes up heat Q at the evaporating temperature T_e [K] and
gives it off at the condensing temperature T_c [K], loaded to u of its size,

    l = (T_c - T_e) / T_e,    P / Q = l / eta (1 + k (max(l / l0, m) - 1)) + b / u.

The first term is the Carnot machine of efficiency ``eta``, which falls the
further the lift is beyond the rated one (l0): compressors suffer away from
their design. Below m = 0.75 of the rated lift it gains no more. The second is a
loss of constant power (controls, oil, motors, unloading). Condensing and
evaporating temperatures lie an approach beyond the air or water outside, and
the approach shrinks with load, because the surface stays. ``eta`` and ``b``
follow from the full-load COP and the integrated part-load value (IPLV) that
AHRI 550/590 defines and ASHRAE 90.1 sets minima for; both ratings are met
exactly. ``k`` = 0.55 is fitted to two of four published curves of air-cooled
chillers, ``m`` to one of three of variable-speed centrifugal chillers; the
validation rows show the fitted and the others apart.

Left out: the fall of capacity in heat, the surge limit, start-up, glycol.

References
----------
.. [1] AHRI 550/590, "Performance rating of water-chilling and heat pump
   water-heating packages", 2015: rating points and IPLV weights.
.. [2] J. M. Gordon, K. C. Ng, "Cool Thermodynamics", 2000: why 1/COP is near linear in lift.
.. [3] NREL, "openstudio-standards", chiller curves ChlrAirScrew and AirCooled_Chiller_2004_PathA.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gigawatt.kernel.handover import Array

_ZERO_C_K = 273.15
RATED_LEAVING_C = 6.7
"""Leaving chilled water of AHRI 550/590 (44 degF)."""
LOADS = (1.0, 0.75, 0.5, 0.25)
WEIGHTS = (0.01, 0.42, 0.45, 0.12)
"""IPLV = 1 % of the COP at full load, 42 % at three quarters, 45 % at half, 12 % at a quarter."""
AIR_C = (35.0, 26.7, 18.3, 12.8)
"""Outdoor air at these loads, air-cooled."""
TOWER_WATER_C = (29.4, 23.9, 18.3, 18.3)
"""Tower water entering at these loads, water-cooled."""
OFF_DESIGN_FALL = 0.55
"""k: relative fall of the Carnot efficiency over relative rise of the lift."""
BEST_LIFT_FRAC = 0.75
"""m: lift over the rated lift below which the efficiency does not improve."""
_LEAST_UNIT_LOAD = 0.6


def staged_load(load_frac: Array) -> Array:
    """Load of each unit that runs, of a plant of many: units are switched off so that none idles.

    Examples
    --------
    >>> staged_load(np.array([0.1, 0.7, 1.2]))
    array([0.6, 0.7, 1. ])
    """
    return np.clip(load_frac, _LEAST_UNIT_LOAD, 1.0)


@dataclass(frozen=True)
class Chiller:
    """A chiller's law; build it with :func:`rated_chiller`."""

    carnot_frac: float
    """eta at the rated lift."""
    rated_lift: float
    """l0: (T_c - T_e) / T_e at full load."""
    constant_loss_frac: float
    """b: electricity of constant power over full load."""
    evaporator_k: float
    condenser_k: float
    min_lift_k: float
    max_supply_c: float
    fan_frac: float
    """Condenser fans over heat rejected; 0 where a tower does it."""

    def compressor_frac(self, outside_c: Array, supply_c: float, unit_load_frac: Array) -> Array:
        """Compressor power over heat taken up.

        Parameters
        ----------
        outside_c
            Air or water that enters the condenser [°C].
        supply_c
            Chilled water wanted [°C]; colder than that where the chiller's limit asks.
        unit_load_frac
            Load of a unit over its size, above 0.

        Examples
        --------
        >>> c = rated_chiller(2.96, 4.10, evaporator_k=2.0, condenser_k=14.0, min_lift_k=12.0,
        ...                   max_supply_c=21.0, fan_frac=0.0161)
        >>> c.compressor_frac(np.array([20.0, 30.0, 40.0]), 20.0, np.array([1.0, 1.0, 1.0])).round(3)
        array([0.131, 0.18 , 0.232])
        """
        u = unit_load_frac
        evaporating_k = _ZERO_C_K + min(supply_c, self.max_supply_c) - self.evaporator_k * u
        condensing_k = _ZERO_C_K + outside_c + self.condenser_k * u
        lift = np.maximum(condensing_k - evaporating_k, self.min_lift_k) / evaporating_k
        beyond = np.maximum(lift / self.rated_lift, BEST_LIFT_FRAC) - 1.0
        fall = 1.0 + OFF_DESIGN_FALL * beyond
        return np.asarray(lift / self.carnot_frac * fall + self.constant_loss_frac / u)

    def fan_mw(self, heat_mw: Array, compressor_mw: Array) -> Array:
        """Condenser fans, staged with the heat rejected."""
        return np.asarray(self.fan_frac * (heat_mw + compressor_mw))

    def cop(self, outside_c: float, supply_c: float, unit_load_frac: float = 1.0) -> float:
        """COP with condenser fans.

        Examples
        --------
        >>> c = rated_chiller(2.96, 4.10, evaporator_k=2.0, condenser_k=14.0, min_lift_k=12.0,
        ...                   max_supply_c=21.0, fan_frac=0.0161)
        >>> round(c.cop(35.0, 6.7), 4)
        2.96
        """
        work = float(self.compressor_frac(np.array([outside_c]), supply_c, np.array([unit_load_frac]))[0])
        return 1.0 / (work + self.fan_frac * (1.0 + work))

    def integrated_part_load_cop(self, outside_c: tuple[float, ...]) -> float:
        """IPLV [1]_ as COP."""
        return sum(
            w * self.cop(t, RATED_LEAVING_C, u) for w, t, u in zip(WEIGHTS, outside_c, LOADS, strict=True)
        )


@cache
def rated_chiller(
    full_load_cop: float,
    part_load_cop: float,
    *,
    evaporator_k: float,
    condenser_k: float,
    min_lift_k: float,
    max_supply_c: float,
    fan_frac: float,
    water_cooled: bool = False,
) -> Chiller:
    """Find the law of a chiller from its full-load COP and its IPLV.

    The constant loss b is found by bisection between 0 and the whole of the full-load input; where neither
    gives the IPLV, a ``ValueError`` says which IPLVs the full-load COP allows.

    Parameters
    ----------
    full_load_cop, part_load_cop
        Ratings by AHRI 550/590, condenser fans included where there are any.
    evaporator_k, condenser_k
        Approaches at full load [K].
    min_lift_k, max_supply_c, fan_frac
        See :class:`Chiller`.
    water_cooled
        Whether the rating points are of tower water instead of air.

    Examples
    --------
    >>> c = rated_chiller(6.01, 9.25, evaporator_k=2.0, condenser_k=7.0, min_lift_k=12.0,
    ...                   max_supply_c=21.0, fan_frac=0.0, water_cooled=True)
    >>> round(c.carnot_frac, 3), round(c.constant_loss_frac, 3)
    (0.756, 0.015)
    """
    points = TOWER_WATER_C if water_cooled else AIR_C
    evaporating_k = _ZERO_C_K + RATED_LEAVING_C - evaporator_k
    lift = max(points[0] + condenser_k - RATED_LEAVING_C + evaporator_k, min_lift_k) / evaporating_k
    compressor = (1.0 / full_load_cop - fan_frac) / (1.0 + fan_frac)
    if compressor <= 0.0:
        raise ValueError(
            f"condenser fans of {fan_frac:g} leave nothing for a compressor of COP {full_load_cop:g}"
        )

    def with_loss(loss: float) -> Chiller:
        return Chiller(
            carnot_frac=lift / (compressor - loss),
            rated_lift=lift,
            constant_loss_frac=loss,
            evaporator_k=evaporator_k,
            condenser_k=condenser_k,
            min_lift_k=min_lift_k,
            max_supply_c=max_supply_c,
            fan_frac=fan_frac,
        )

    low, high = 0.0, compressor * (1.0 - 1e-9)
    best = with_loss(low).integrated_part_load_cop(points)
    worst = with_loss(high).integrated_part_load_cop(points)
    if not worst <= part_load_cop <= best:
        raise ValueError(
            f"a chiller with a full-load COP of {full_load_cop:g} has an IPLV of "
            f"{worst:.2f} to {best:.2f} here, not {part_load_cop:g}"
        )
    for _ in range(60):
        middle = 0.5 * (low + high)
        if with_loss(middle).integrated_part_load_cop(points) > part_load_cop:
            low = middle
        else:
            high = middle
    return with_loss(0.5 * (low + high))
