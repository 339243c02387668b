"""The series of a site that the page draws: hourly for the dispatch, daily for the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.report.pack import Column, nice_step, pack
from gigawatt.results import DAILY, HOURLY, SiteTrace

Array = NDArray[np.float64]

DISPATCH = (
    "grid_mw",
    "turbine_mw",
    "genset_mw",
    "solar_mw",
    "battery_discharge_mw",
    "battery_charge_mw",
    "curtailed_mw",
    "shed_mw",
)
"""Hourly columns that the page needs hour by hour, beside the PUE."""
SPREAD = (
    "dry_bulb_c",
    "wet_bulb_c",
    "it_served_mw",
    "facility_served_mw",
    "pue",
    "battery_energy_mwh",
    "units_online",
)
"""Hourly columns of which the page gets the daily low, mean and high."""
SUMMED = (
    "co2_fuel_t",
    "co2_grid_t",
    "nox_kg",
    "water_makeup_m3",
    "water_evaporated_m3",
    "water_blowdown_m3",
)
"""Hourly quantities of which the page gets the sum of the day."""

_STEPS = {"MW": 0.1, "GPUs": 1.0, "degC": 0.1, "": 0.001, "days": 1.0, "units": 0.1, "MWh": 1.0}
HOURLY_LEVELS = 1000
"""An hourly series is rounded to at least this many steps of its highest value."""


def hourly_pack(trace: SiteTrace) -> dict[str, Any]:
    """Pack the hourly series: all powers rounded to one step, the PUE to 0.005."""
    powers = {name: column(trace, name) for name in DISPATCH}
    largest = max((float(np.nanmax(np.abs(v))) for v in powers.values() if np.isfinite(v).any()), default=0.0)
    step = nice_step(largest, HOURLY_LEVELS)
    packed = [Column(name, "MW", values, step) for name, values in powers.items()]
    return pack([*packed, Column("pue", "", column(trace, "pue"), 0.005)])


def column(trace: SiteTrace, name: str) -> Array:
    """An hourly column, unknown throughout where the run has none."""
    values = trace.hourly.get(name)
    if values is None:
        some = next(iter(trace.hourly.values()), np.zeros(0))
        return np.full(some.shape, np.nan)
    return np.asarray(values, dtype=np.float64)


def _by_day(hourly: Array) -> Array:
    return hourly.reshape(-1, 24)


def _low_mean_high(hourly: Array) -> tuple[Array, Array, Array]:
    """Of the hours that are known; unknown where no hour of the day is."""
    days = _by_day(hourly)
    known = np.isfinite(days)
    some = known.any(axis=1)
    count = np.maximum(known.sum(axis=1), 1)
    low = np.where(some, np.where(known, days, np.inf).min(axis=1), np.nan)
    high = np.where(some, np.where(known, days, -np.inf).max(axis=1), np.nan)
    mean = np.where(some, np.where(known, days, 0.0).sum(axis=1) / count, np.nan)
    return low, mean, high


def daily_pack(clock: Clock, trace: SiteTrace) -> dict[str, Any]:
    """Pack every daily column, the low, mean and high of some hourly ones, and sums of quantities."""
    columns: list[Column] = []
    for name, (unit, _) in DAILY.items():
        values = np.asarray(trace.daily.get(name, np.full(clock.days, np.nan)), dtype=np.float64)
        columns.append(Column(name, unit, values, _STEPS[unit]))
    for name in SPREAD:
        unit = HOURLY[name][0]
        for part, values in zip(("low", "mean", "high"), _low_mean_high(column(trace, name)), strict=True):
            columns.append(Column(f"{name}_{part}", unit, values, _STEPS[unit]))
    for name in SUMMED:
        sums = _by_day(column(trace, name)).sum(axis=1)
        columns.append(_quantity(name, HOURLY[name][0], sums))
    for source, values in trace.water_by_source_m3.items():
        sums = _by_day(np.asarray(values, dtype=np.float64)).sum(axis=1)
        columns.append(_quantity(f"water_from:{source}", "m3", sums))
    return pack(columns)


def _quantity(name: str, unit: str, values: Array) -> Column:
    known = values[np.isfinite(values)]
    return Column(name, unit, values, nice_step(float(np.abs(known).max(initial=0.0)), 10_000))


def workload_pack(trace: SiteTrace) -> dict[str, Any]:
    """Pack the daily series of each workload; columns are named INDEX:SERIES."""
    columns: list[Column] = []
    for i, load in enumerate(trace.workloads):
        columns.append(Column(f"{i}:gpus", "GPUs", load.gpus, 1.0))
        columns.append(Column(f"{i}:it_mw", "MW", load.it_mw, 0.1))
        columns.append(_quantity(f"{i}:tokens", "tokens", load.tokens))
        columns.append(Column(f"{i}:goodput_frac", "frac", load.goodput_frac, 0.001))
        if load.queue is not None:
            waiting = _by_day(load.queue.columns["waiting_gpus"]).mean(axis=1)
            columns.append(Column(f"{i}:waiting_gpus", "GPUs", waiting, 1.0))
    return pack(columns)


def duration_curves(clock: Clock, trace: SiteTrace, points: int = 101) -> list[dict[str, Any]]:
    """Load duration of each calendar year: facility megawatts exceeded in 0, 1, ... 100 % of its hours."""
    load = column(trace, "facility_served_mw")
    year_of_hour = np.repeat(clock.day_stamps.astype("datetime64[Y]").astype(np.int64) + 1970, 24)
    curves: list[dict[str, Any]] = []
    for year in np.unique(year_of_hour):
        hours = load[(year_of_hour == year) & np.isfinite(load)]
        if hours.size and float(hours.max()) > 0.0:
            exceeded = np.quantile(hours, np.linspace(1.0, 0.0, points))
            curves.append({"year": int(year), "mw": [round(float(v), 1) for v in exceeded]})
    return curves
