"""Losses between the site's connection and the IT equipment.

With P the IT power, R the IT power that the electrical rooms are built for (they come with the cooling, so it
is what the plants in service can cool) and y = P / R:

- supply (UPS) of the share s behind it: R s (a + b y + c y²);
- cables, busways, switchgear: R d y²;
- lighting, controls, offices: R e;
- transformers of rated power S = z R carrying all of the facility's power F: n S + l F² / S.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.cooling.inputs import ElectricalInput
from gigawatt.kernel.handover import Array

_UPS_LOSS_FRAC = {
    "double_conversion": (0.006, 0.013, 0.014),
    "eco_mode": (0.004, 0.004, 0.003),
    "none": (0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class HallLosses:
    """Losses at and near the IT equipment [MW]."""

    in_rooms_mw: Array
    """What of them warms cooled rooms."""
    total_mw: Array


def ups_loss_frac(electrical: ElectricalInput, load_frac: Array) -> Array:
    """Loss of the uninterruptible supply over its rated power.

    Examples
    --------
    >>> x = np.array([0.25, 0.5, 1.0])
    >>> (x / (x + ups_loss_frac(ElectricalInput(), x))).round(3)
    array([0.961, 0.969, 0.968])
    """
    defaults = _UPS_LOSS_FRAC[electrical.ups]
    given = (
        electrical.ups_no_load_loss_frac,
        electrical.ups_linear_loss_frac,
        electrical.ups_quadratic_loss_frac,
    )
    if electrical.ups == "none":
        given = (None, None, None)
    a, b, c = (d if g is None else g for g, d in zip(given, defaults, strict=True))
    return np.asarray(a + b * load_frac + c * load_frac**2)


def hall_losses(electrical: ElectricalInput, it_mw: Array, it_capacity_mw: Array) -> HallLosses:
    """Losses of supply, distribution and house load.

    Parameters
    ----------
    electrical
        The electrical rooms.
    it_mw
        IT power [MW].
    it_capacity_mw
        IT power that they are built for [MW], of the same shape, above 0.

    Examples
    --------
    >>> losses = hall_losses(ElectricalInput(ups="none"), np.array([100.0]), np.array([100.0]))
    >>> losses.total_mw, losses.in_rooms_mw
    (array([1.5]), array([1.]))
    """
    y = it_mw / it_capacity_mw
    share = electrical.ups_share_frac
    supply = it_capacity_mw * share * ups_loss_frac(electrical, y)
    distribution = it_capacity_mw * electrical.distribution_loss_frac * y**2
    house = it_capacity_mw * electrical.house_load_frac
    return HallLosses(
        in_rooms_mw=electrical.loss_in_rooms_frac * (supply + distribution),
        total_mw=supply + distribution + house,
    )


def transformer_loss_mw(electrical: ElectricalInput, facility_mw: Array, it_capacity_mw: Array) -> Array:
    """Loss of substation and unit transformers that carry ``facility_mw``.

    Examples
    --------
    >>> transformer_loss_mw(ElectricalInput(), np.array([125.0]), np.array([100.0])).round(3)
    array([1.025])
    """
    rated = electrical.transformer_size_ratio * it_capacity_mw
    return np.asarray(
        electrical.transformer_no_load_loss_frac * rated
        + electrical.transformer_load_loss_frac * facility_mw**2 / rated
    )
