"""What a generating unit gives and burns: output on a hot day, fuel at part load."""

from __future__ import annotations

import numpy as np

from gigawatt.kernel.handover import Array
from gigawatt.power.models import GeneratorModel

ISO_C = 15.0


def unit_capacity_mw(model: GeneratorModel, dry_bulb_c: Array | float, elevation_m: float) -> Array:
    """Highest output of a unit.

        P = P_ISO (1 - k max(T - 15, 0)) (1 - a z)

    Below 15 degC nothing is gained: the gearbox, the generator or the permit limits. Inlet cooling,
    fouling and ageing are left out. Valid for -30 to 50 degC and up to 2,000 m.

    Parameters
    ----------
    model
        The unit.
    dry_bulb_c
        Dry bulb, any shape.
    elevation_m
        Height above the sea.

    Returns
    -------
    numpy.ndarray
        MW, of the shape of ``dry_bulb_c``.

    Examples
    --------
    >>> from gigawatt.power.models import generator_model
    >>> round(float(unit_capacity_mw(generator_model("solar-smt-130"), 40.0, 0.0)), 2)
    13.7
    """
    hot_k = np.maximum(np.asarray(dry_bulb_c, dtype=np.float64) - ISO_C, 0.0)
    thin = 1.0 - model.derate_frac_per_km * elevation_m / 1e3
    return np.asarray(
        model.capacity_mw * np.maximum(1.0 - model.derate_frac_per_k * hot_k, 0.0) * max(thin, 0.0)
    )


def full_load_heat_rate_mmbtu_per_mwh(model: GeneratorModel, dry_bulb_c: Array | float) -> Array:
    """Fuel per energy at full load, higher heating value: H_ISO (1 + m max(T - 15, 0)).

    >>> from gigawatt.power.models import generator_model
    >>> float(full_load_heat_rate_mmbtu_per_mwh(generator_model("solar-smt-130"), 15.0))
    10.65
    """
    hot_k = np.maximum(np.asarray(dry_bulb_c, dtype=np.float64) - ISO_C, 0.0)
    return np.asarray(model.heat_rate_btu_per_kwh / 1e3 * (1.0 + model.heat_rate_rise_frac_per_k * hot_k))


def fuel_mmbtu_per_h(model: GeneratorModel, output_mw: Array | float, dry_bulb_c: float = ISO_C) -> Array:
    """Fuel of one running unit by the Willans line F = H_full (f0 P_full + (1 - f0) P).

    Parameters
    ----------
    model
        The unit; ``no_load_frac`` is f0.
    output_mw
        Output P, any shape, up to the unit's capacity P_full at that temperature and sea level.
    dry_bulb_c
        Dry bulb.

    Returns
    -------
    numpy.ndarray
        MMBtu/h, higher heating value.

    Examples
    --------
    At half load a Titan 130 burns 22 % more per megawatt-hour than at full load:

    >>> from gigawatt.power.models import generator_model
    >>> titan = generator_model("solar-smt-130")
    >>> round(float(fuel_mmbtu_per_h(titan, 8.25) / 8.25) / 10.65, 2)
    1.22
    """
    full_mw = unit_capacity_mw(model, dry_bulb_c, 0.0)
    heat_rate = full_load_heat_rate_mmbtu_per_mwh(model, dry_bulb_c)
    part = (1.0 - model.no_load_frac) * np.asarray(output_mw, dtype=np.float64)
    return np.asarray(heat_rate * (model.no_load_frac * full_mw + part))
