from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gigawatt.kernel.clock import Clock
from gigawatt.power import (
    Place,
    PowerInput,
    capital_items,
    dispatch,
    energy_costs,
    grid_co2_t,
    grid_region,
    price_series,
    tariff_model,
)
from gigawatt.power.costs import demand_charge_usd
from gigawatt.power.tariff import off_peak_usd_per_mwh, on_peak_hours

from .conftest import grid, group, weather_of

CLOCK = Clock(date(2025, 7, 1), date(2025, 8, 1))


def test_on_peak_window_of_a_summer_month():
    peak = on_peak_hours(tariff_model("tva-msb"), CLOCK, -6.0)
    assert peak.sum() == 22 * 6  # 23 working days of July 2025 less Independence Day
    hours = np.unique(CLOCK.local_hour(-6.0)[peak])
    assert hours.tolist() == [12, 13, 14, 15, 16, 17]


def test_on_peak_window_of_a_winter_month():
    clock = Clock(date(2026, 1, 1), date(2026, 2, 1))
    peak = on_peak_hours(tariff_model("tva-msb"), clock, -6.0)
    assert np.unique(clock.local_hour(-6.0)[peak]).tolist() == [4, 5, 6, 7, 8, 9]
    assert not peak[:30].any()


def test_off_peak_blocks_by_hours_of_use():
    tariff = tariff_model("tva-msb")
    assert off_peak_usd_per_mwh(tariff, 0.2) == pytest.approx(61.97)
    assert off_peak_usd_per_mwh(tariff, 400 / 730) == pytest.approx((61.97 + 26.87) / 2)
    whole = (200 * 61.97 + 200 * 26.87 + 330 * 24.06) / 730
    assert off_peak_usd_per_mwh(tariff, 1.0) == pytest.approx(whole)


def test_the_peak_of_a_month_is_charged_once():
    prices = price_series(tariff_model("tva-msb"), CLOCK, -6.0)
    mw = np.full(CLOCK.hours, 100.0)
    mw[300] = 150.0
    assert demand_charge_usd(mw, prices, CLOCK) == pytest.approx([150e3 * 14.92])


def test_a_cut_month_is_charged_by_its_days():
    clock = Clock(date(2025, 7, 1), date(2025, 7, 11))
    prices = price_series(tariff_model("tva-msb"), clock, -6.0)
    charge = demand_charge_usd(np.full(clock.hours, 100.0), prices, clock)
    assert charge == pytest.approx([100e3 * 14.92 * 10 / 31])


def test_every_item_of_operating_cost():
    store = {"name": "b", "model": "megapack-2xl-4h", "units": 10, "from": "2025-07-01"}
    power = PowerInput.model_validate(
        {
            "grid": [grid("100 MW")],
            "region": "srtv",
            "generators": [group("solar-smt-130", 2, rent="100000 USD")],
            "storage": [store],
            "fuel_price": "5 USD/MMBtu",
        }
    )
    load = np.full(CLOCK.hours, 130.0)
    result = dispatch(power, load, weather_of(CLOCK.hours), CLOCK, Place(35.0, -90.0, 0.0, -6.0))
    costs = energy_costs(result, price_series(tariff_model("tva-msb"), CLOCK, -6.0), power, CLOCK)
    assert costs.fuel_usd == pytest.approx(result.turbine_fuel_mmbtu * 5.0)
    assert costs.variable_om_usd == pytest.approx(result.turbine_mw * 6.0)
    assert costs.storage_maintenance_usd.sum() == pytest.approx(10 * 8830 * 31 / 365)
    assert costs.rent_usd.sum() == pytest.approx(2 * 100000 * 12 * 31 / 365)
    monthly = costs.monthly_usd(CLOCK)
    assert monthly["grid_energy"].sum() == pytest.approx(costs.grid_energy_usd.sum())
    assert set(monthly) == {
        "grid_energy", "grid_demand", "fuel", "variable_om", "storage_maintenance", "rent",
    }  # fmt: skip


def test_a_second_year_of_maintenance_costs_two_percent_more():
    clock = Clock(date(2025, 1, 1), date(2027, 1, 1))
    store = {"name": "b", "model": "megapack-2xl-4h", "units": 1, "from": "2025-01-01"}
    power = PowerInput.model_validate({"grid": [grid("1 MW")], "region": "srtv", "storage": [store]})
    zero = np.zeros(clock.hours)
    result = dispatch(power, zero, weather_of(clock.hours), clock, Place(35.0, -90.0, 0.0, -6.0))
    costs = energy_costs(result, price_series(tariff_model("tva-msb"), clock, -6.0), power, clock)
    assert costs.storage_maintenance_usd[-1] / costs.storage_maintenance_usd[0] == pytest.approx(1.02)


def test_capital_is_listed_with_its_source():
    power = PowerInput.model_validate(
        {
            "grid": [grid("100 MW")],
            "region": "srtv",
            "generators": [
                group("rental-fleet-memphis", 35, "rented"),
                group("titan-350", 2, "bought", capital="1000 USD/kW"),
            ],
            "storage": [{"name": "b", "model": "megapack-2xl-2h", "units": 2, "from": "2025-01-01"}],
            "solar": [{"name": "s", "capacity": "10 MW", "from": "2026-01-01"}],
        }
    )
    items = capital_items(power)
    assert [i.item for i in items] == ["generators: bought", "storage: b", "solar: s"]
    assert [i.usd for i in items] == pytest.approx([76e6, 2 * 2081060, 16.055e6])
    assert items[0].source == "given"
    assert "teslarati" in items[1].source


def test_grid_carbon_by_mean_or_margin():
    mw = np.array([100.0])
    assert grid_co2_t(mw, grid_region("srtv")) == pytest.approx([40.861])
    assert grid_co2_t(mw, grid_region("srtv"), nonbaseload=True) == pytest.approx([75.557])
    with pytest.raises(ValueError, match="non-baseload"):
        grid_co2_t(mw, grid_region("us"), nonbaseload=True)
