from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from gigawatt import catalog
from gigawatt.kernel.clock import Clock
from gigawatt.power import GeneratorGroup, SolarPlant, generator_model, solar_output_mw, units_available
from gigawatt.power.outages import units_up
from gigawatt.power.solar import erbs_diffuse_frac, inverter_mw
from gigawatt.power.thermal import fuel_mmbtu_per_h

from .conftest import weather_of


def test_outages_have_their_share_and_their_length():
    up = units_up(50, 87600, 0.05, 48.0, np.random.default_rng(4))
    broken = ~up
    begins = broken[:, 1:] & ~broken[:, :-1]
    assert broken.mean() == pytest.approx(0.05, rel=0.05)
    assert broken.sum() / (begins.sum() + broken[:, 0].sum()) == pytest.approx(48.0, rel=0.05)


def test_outages_begin_in_steady_state():
    up = units_up(20000, 2, 0.2, 100.0, np.random.default_rng(5))
    assert 1.0 - up[:, 0].mean() == pytest.approx(0.2, abs=0.01)


def test_units_available_counts_the_group():
    begin = date(2025, 1, 1)
    units = GeneratorGroup(name="g", model="titan-350", units=7, from_=begin, forced_outage_frac=0.3)
    count = units_available(units, 5000, np.random.default_rng(1))
    assert count.max() <= 7
    assert count.mean() == pytest.approx(4.9, abs=0.4)


@pytest.mark.parametrize("name", catalog.names("generator"))
def test_every_unit_of_the_catalogue_is_sensible(name):
    model = generator_model(name)
    assert 0.0 < model.no_load_frac < 0.5
    assert 0.0 < model.min_load_frac < 1.0
    assert model.start_duration_h < 1.0
    assert 7000.0 < model.heat_rate_btu_per_kwh < 13000.0
    assert model.nox_start_ppm >= model.nox_ppm
    half = float(fuel_mmbtu_per_h(model, model.capacity_mw / 2) / (model.capacity_mw / 2))
    assert half == pytest.approx(model.heat_rate_btu_per_kwh / 1e3 * (1 + model.no_load_frac))


@pytest.mark.parametrize("kind", ["generator", "storage", "fuel", "grid_region", "tariff"])
def test_every_row_has_its_provenance(kind):
    for row in catalog.rows(kind).values():
        assert row.source
        assert row.as_of
        assert row.confidence in catalog.CONFIDENCES
        for name, own in row.sources.items():
            assert name in row.values, f"{row.name}: {name} has a source but no value"
            assert own.get("confidence", row.confidence) in catalog.CONFIDENCES


def test_diffuse_share_is_continuous():
    k = np.linspace(0.0, 1.0, 100001)
    assert np.abs(np.diff(erbs_diffuse_frac(k))).max() < 1e-3


def test_inverter_clips_and_gives_nothing_at_night():
    out = inverter_mw(np.array([0.0, 1.0, 50.0, 500.0]), 100.0)
    assert out[0] == 0.0
    assert out[3] == 100.0
    assert 0.93 < out[2] / 50.0 < 0.97


def test_sun_shines_only_by_day_and_within_the_dates():
    clock = Clock(date(2025, 6, 20), date(2025, 6, 24))
    plant = SolarPlant(name="s", capacity_mw=10.0, from_=date(2025, 6, 21), until=date(2025, 6, 23))
    out = solar_output_mw(plant, weather_of(clock.hours, 25.0, 0.0), 35.0, -90.0, clock)
    assert out.sum() == 0.0
    bright = solar_output_mw(plant, weather_of(clock.hours, 25.0, 600.0), 35.0, -90.0, clock)
    assert bright[:24].sum() == 0.0
    assert bright[72:].sum() == 0.0
    assert bright[24:72].max() > 6.0


def test_importing_the_room_is_light():
    heavy = "{'numba', 'pandas', 'scipy', 'pvlib'}"
    code = f"import sys; from gigawatt import power; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
