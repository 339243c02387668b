"""The price of grid energy by hour and of the month's peak."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import PriceSeries
from gigawatt.power.models import TariffModel


def us_holidays(year: int) -> tuple[date, ...]:
    """Days that US time-of-use tariffs count as off-peak: six holidays, on their own dates.

    >>> us_holidays(2026)[1].isoformat()
    '2026-05-25'
    """

    def nth_monday(month: int, first: int) -> date:
        day = date(year, month, first)
        return day + timedelta(days=(-day.weekday()) % 7)

    november = date(year, 11, 1)
    thanksgiving = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    return (
        date(year, 1, 1), nth_monday(5, 25), date(year, 7, 4), nth_monday(9, 1), thanksgiving,
        date(year, 12, 25),
    )  # fmt: skip


def on_peak_hours(tariff: TariffModel, clock: Clock, utc_offset_h: float) -> NDArray[np.bool_]:
    """Which hours are on-peak: the season's window on working days that are no holiday, shape (hours,)."""
    hour = clock.local_hour(utc_offset_h)
    local = clock.hour_stamps + np.timedelta64(round(utc_offset_h * 3600), "s")
    days = local.astype("datetime64[D]")
    years = range(clock.start.year - 1, clock.end.year + 2)
    holidays = np.array([d.isoformat() for y in years for d in us_holidays(y)], dtype="datetime64[D]")
    summer = np.isin(clock.calendar_month(utc_offset_h), tariff.on_peak_summer_months)
    first = np.where(summer, tariff.on_peak_summer_hours[0], tariff.on_peak_winter_hours[0])
    last = np.where(summer, tariff.on_peak_summer_hours[1], tariff.on_peak_winter_hours[1])
    working = (clock.weekday(utc_offset_h) < 5) & ~np.isin(days, holidays)
    return np.asarray(working & (hour >= first) & (hour < last))


def off_peak_usd_per_mwh(tariff: TariffModel, load_factor_frac: float, month_h: float = 730.0) -> float:
    """Mean price of off-peak energy over its blocks of hours' use of the month's demand.

    A customer of load factor f uses f x 730 h of its demand. The first block is the first 200 of these
    hours, and so on; on- and off-peak energy are taken to fill the blocks in proportion.

    >>> from gigawatt.power.models import tariff_model
    >>> round(off_peak_usd_per_mwh(tariff_model("tva-msb"), 1.0), 2)
    35.22
    """
    used_h = max(load_factor_frac * month_h, 1e-9)
    left_h, cost = used_h, 0.0
    for width_h, price in zip(
        (*tariff.off_peak_blocks_h, np.inf), tariff.off_peak_energy_usd_per_mwh, strict=True
    ):
        part_h = min(left_h, float(width_h))
        cost += part_h * price
        left_h -= part_h
    return cost / used_h


def price_series(
    tariff: TariffModel, clock: Clock, utc_offset_h: float, load_factor_frac: float = 0.9
) -> PriceSeries:
    """Lay a tariff on the clock.

    Prices are held at their nominal level for all years. The demand charge is the sum of the on-peak, the
    maximum and the facilities charge, as for a load whose peak also falls on-peak; fixed monthly fees are
    left out.

    Parameters
    ----------
    tariff
        Row of the catalogue, read by :func:`gigawatt.power.tariff_model`.
    clock
        The hours.
    utc_offset_h
        Local standard time less UTC, e.g. -6 for Memphis.
    load_factor_frac
        Mean over peak of the month's import; prices the blocks. Default 0.9: assumed for an AI campus
        (range 0.7 to 1).

    Returns
    -------
    PriceSeries
        USD/MWh and USD/kW-month, each of shape (hours,).

    Examples
    --------
    >>> from datetime import date
    >>> from gigawatt.power.models import tariff_model
    >>> prices = price_series(tariff_model("tva-msb"), Clock(date(2026, 7, 1), date(2026, 7, 2)), -6.0)
    >>> float(prices.energy_usd_per_mwh.max()), round(float(prices.demand_usd_per_kw_month[0]), 2)
    (74.47, 14.92)
    """
    on_peak = on_peak_hours(tariff, clock, utc_offset_h)
    off_peak = off_peak_usd_per_mwh(tariff, load_factor_frac)
    demand = (
        tariff.on_peak_demand_usd_per_kw_month
        + tariff.maximum_demand_usd_per_kw_month
        + tariff.facilities_usd_per_kw_month
    )
    return PriceSeries(
        energy_usd_per_mwh=np.where(on_peak, tariff.on_peak_energy_usd_per_mwh, off_peak),
        demand_usd_per_kw_month=np.full(clock.hours, demand),
    )
