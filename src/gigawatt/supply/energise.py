"""Installed GPUs to energised ones: the least of hall, firm power and cooling, and which it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.supply.build_out import BuildOut

Array = NDArray[np.float64]

# Index into results.BINDINGS, by meaning.
NONE, DELIVERY, CREW, HALL, POWER, COOLING = range(6)
_SLACK_MW = 1e-9


@dataclass(frozen=True, slots=True)
class Energised:
    """GPUs that can run, and what holds them back; facility megawatts are provisioned ones."""

    gpus: Array
    """Shape (days, chips), whole GPUs."""
    installed_facility_mw: Array
    hall_facility_mw: Array
    firm_power_mw: Array
    cooling_facility_mw: Array
    it_mw: Array
    facility_mw: Array
    binding: NDArray[np.int8]
    """Index into ``results.BINDINGS``, shape (days,)."""
    receipt_delay_days: Array
    energisation_delay_days: Array


def energise(
    built: BuildOut,
    provisioned_it_kw_per_gpu: Array,
    pue_design: Array,
    firm_power_mw: Array,
    cooling_it_mw: Array,
) -> Energised:
    """Find how many of the installed GPUs can run on each day.

    The limits are compared in provisioned facility megawatts: IT power times
    ``pue_design``. GPUs are energised in the order in which they were installed,
    so that what ran yesterday runs today. Where several limits are equal, the
    first of hall, power, cooling is named.

    Parameters
    ----------
    provisioned_it_kw_per_gpu
        Shape (chips,), in the order of ``built.chips``.
    pue_design, firm_power_mw, cooling_it_mw
        Shape (days,).

    Returns
    -------
    Energised
        Without a limit the binding is what kept installed below ordered, if anything.
    """
    kw = provisioned_it_kw_per_gpu
    need_it_mw = built.installed @ kw * 1e-3
    limits = np.stack([built.hall_it_mw * pue_design, firm_power_mw, cooling_it_mw * pue_design])
    installed_facility = need_it_mw * pue_design
    least = limits.min(axis=0)
    which = limits.argmin(axis=0)
    room_mw = np.minimum(installed_facility, least) / pue_design
    gpus = _fill(built.installed, kw, room_mw)
    it_mw = gpus @ kw * 1e-3
    limited = installed_facility > least + _SLACK_MW
    binding = np.where(limited, which + HALL, built.held_by).astype(np.int8)
    return Energised(
        gpus=gpus,
        installed_facility_mw=installed_facility,
        hall_facility_mw=limits[0],
        firm_power_mw=firm_power_mw,
        cooling_facility_mw=limits[2],
        it_mw=it_mw,
        facility_mw=it_mw * pue_design,
        binding=binding,
        receipt_delay_days=_age_days(built.due.sum(axis=1), built.delivered.sum(axis=1)),
        energisation_delay_days=_age_days(built.delivered.sum(axis=1), gpus.sum(axis=1)),
    )


def _fill(installed: Array, kw: Array, room_mw: Array) -> Array:
    """Energise chip by chip until the room is used, whole GPUs."""
    gpus = np.zeros_like(installed)
    left_kw = room_mw * 1e3
    for c in range(installed.shape[1]):
        fits = np.floor(left_kw / kw[c] + 1e-6)
        gpus[:, c] = np.clip(fits, 0.0, installed[:, c])
        left_kw = left_kw - gpus[:, c] * kw[c]
    return gpus


def _age_days(arrived: Array, left: Array) -> Array:
    """Age of the oldest unit in a first-in-first-out queue, from two cumulative counts, shape (days,)."""
    days = np.arange(len(arrived))
    rising = np.maximum.accumulate(arrived)
    first_day_above = np.searchsorted(rising, left, side="right")
    return np.where(left < arrived, days - first_day_above, 0).astype(np.float64)
