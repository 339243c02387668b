"""The contract's figures of each site and month, from its trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results import BINDINGS, SiteTrace

Array = NDArray[np.float64]

ENERGY_COLUMNS = {
    "grid": "grid_mw",
    "turbine": "turbine_mw",
    "genset": "genset_mw",
    "solar": "solar_mw",
    "battery_discharge": "battery_discharge_mw",
    "battery_charge": "battery_charge_mw",
}


def binding_of_month(binding: NDArray[np.int8], clock: Clock) -> list[str]:
    """Name what bound on most days of each month; ties go to the first of BINDINGS."""
    names = []
    for month in range(len(clock.months)):
        days = binding[clock.month_of_day == month]
        names.append(BINDINGS[int(np.bincount(days, minlength=len(BINDINGS)).argmax())])
    return names


def monthly_figures(site: SiteTrace, clock: Clock) -> dict[str, Any]:
    """Return the month's figures: GPUs and provisioned megawatts at its end, the rest over it."""
    ends = clock.last_day_of_month
    hourly, daily = site.hourly, site.daily
    it_mwh = clock.monthly_sum(hourly["it_served_mw"])
    facility_mwh = clock.monthly_sum(hourly["facility_served_mw"])
    pue = np.divide(facility_mwh, it_mwh, out=np.full_like(it_mwh, np.nan), where=it_mwh > 0.0)
    co2 = hourly["co2_fuel_t"] + hourly["co2_grid_t"]
    return {
        "gpus": {
            state: daily[f"{state}_gpus"][ends]
            for state in ("ordered", "delivered", "installed", "energised", "useful")
        },
        "it_mw_provisioned": daily["energised_it_mw"][ends],
        "facility_mw_provisioned": daily["energised_facility_mw"][ends],
        "facility_mw_mean": clock.monthly_mean(hourly["facility_served_mw"]),
        "pue_mean": pue,
        "binding": binding_of_month(site.binding, clock),
        "energy_mwh": {name: clock.monthly_sum(hourly[c]) for name, c in ENERGY_COLUMNS.items()},
        "it_mwh": it_mwh,
        "facility_mwh": facility_mwh,
        "curtailed_mwh": clock.monthly_sum(hourly["curtailed_mw"]),
        "shed_mwh": clock.monthly_sum(hourly["shed_mw"]),
        "water_m3": {s: clock.monthly_sum(drawn) for s, drawn in site.water_by_source_m3.items()},
        "co2_t": clock.monthly_sum(co2),
        "nox_kg": clock.monthly_sum(hourly["nox_kg"]),
        "useful_gpu_h": clock.monthly_sum(hourly["useful_gpus"]),
    }
