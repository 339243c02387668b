"""What synthetic weather must hold for every place."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest

from gigawatt.catalog.rows import names
from gigawatt.climate import place, synthesise
from gigawatt.climate.grid import MonthlyCurve, local_grid
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.kernel.psychrometrics import wet_bulb_c

CLOCK = Clock(date(2024, 1, 1), date(2027, 1, 1))


@pytest.fixture(scope="module", params=names("climate"))
def made(request):
    where = place(request.param)
    return where, synthesise(where, CLOCK, np.random.default_rng(3))


def by_month(values, where, full_only=True):
    """Mean of each whole local month on the clock."""
    local = CLOCK.hour_stamps + np.timedelta64(round(where.utc_offset_h * 3600), "s")
    month = local.astype("datetime64[M]").astype(int)
    seen, index, count = np.unique(month, return_inverse=True, return_counts=True)
    whole = count >= 28 * 24
    return (seen % 12)[whole], (np.bincount(index, weights=values) / count)[whole]


def test_shapes_and_finite(made):
    _, weather = made
    for field in fields(Weather):
        values = getattr(weather, field.name)
        assert values.shape == (CLOCK.hours,)
        assert np.isfinite(values).all()


def test_every_month_of_every_year_meets_its_normals(made):
    where, weather = made
    for values, normals, tolerance in (
        (weather.dry_bulb_c, where.dry_bulb_c, 0.1),
        (weather.dew_point_c, where.dew_point_c, 0.15),
        (weather.pressure_pa, where.station_pressure_pa, 20.0),
        (weather.ghi_w_per_m2 * 0.024, where.ghi_kwh_per_m2_day, 0.02),
    ):
        month, mean = by_month(values, where)
        inner = slice(1, -1)  # the first and last local month may lie partly outside the clock
        assert np.abs(mean - np.asarray(normals)[month])[inner].max() < tolerance


def test_the_daily_range_meets_its_normal(made):
    where, weather = made
    shift = int(np.floor(where.utc_offset_h))
    local = np.roll(weather.dry_bulb_c, shift).reshape(-1, 24)[1:-1]
    seen = (local.max(axis=1) - local.min(axis=1)).mean()
    assert seen == pytest.approx(np.mean(where.daily_range_k), rel=0.03)


def test_moist_air_is_consistent(made):
    _, weather = made
    assert (weather.dew_point_c <= weather.dry_bulb_c).all()
    assert (weather.wet_bulb_c <= weather.dry_bulb_c + 1e-9).all()
    assert (weather.wet_bulb_c >= weather.dew_point_c - 0.8).all()  # frost point and iced wick
    again = wet_bulb_c(weather.dry_bulb_c, weather.dew_point_c, weather.pressure_pa)
    assert np.array_equal(again, weather.wet_bulb_c)


def test_the_sun_is_dark_at_night_and_below_the_extraterrestrial(made):
    where, weather = made
    assert weather.ghi_w_per_m2.min() == 0.0
    assert weather.ghi_w_per_m2.max() < 1200.0
    # The brightest mean hour lies near solar noon.
    hour = CLOCK.local_hour(where.utc_offset_h)
    mean = np.bincount(hour, weights=weather.ghi_w_per_m2)
    noon = 12.0 - (where.longitude_deg - 15.0 * where.utc_offset_h) / 15.0
    assert abs(mean.argmax() + 0.5 - noon) <= 1.1


def test_days_persist(made):
    """Between the 0.6 of Richardson's (1981) minimum and what lines between noons add."""
    where, weather = made
    daily = weather.dry_bulb_c.reshape(-1, 24).mean(axis=1)
    month = CLOCK.day_stamps.astype("datetime64[M]").astype(int) % 12
    anomaly = daily - np.asarray(where.dry_bulb_c)[month]
    lag_one = np.corrcoef(anomaly[:-1], anomaly[1:])[0, 1]
    assert 0.5 < lag_one < 0.85


def test_years_differ_and_seeds_differ():
    where = place("memphis")
    one = synthesise(where, CLOCK, np.random.default_rng(1)).dry_bulb_c
    two = synthesise(where, CLOCK, np.random.default_rng(2)).dry_bulb_c
    assert np.abs(one - two).mean() > 2.0
    assert np.abs(one[24 * 366 : 24 * 731] - one[24 * 731 :]).mean() > 2.0


def test_same_seed_same_bytes():
    where = place("phoenix")
    one, two = (synthesise(where, CLOCK, np.random.default_rng(9)) for _ in range(2))
    for field in fields(Weather):
        assert getattr(one, field.name).tobytes() == getattr(two, field.name).tobytes()


def test_cloud_narrows_the_daily_range():
    weather = synthesise(place("memphis"), CLOCK, np.random.default_rng(5))
    local = np.roll(weather.dry_bulb_c, -6).reshape(-1, 24)
    sun = np.roll(weather.ghi_w_per_m2, -6).reshape(-1, 24).sum(axis=1)
    july = CLOCK.day_stamps.astype("datetime64[M]").astype(int) % 12 == 6
    reach = (local.max(axis=1) - local.min(axis=1))[july]
    assert 0.2 < np.corrcoef(reach, sun[july])[0, 1] < 0.75


def test_a_clock_of_one_day_and_an_offset_of_half_an_hour():
    clock = Clock(date(2025, 7, 14), date(2025, 7, 15))
    mumbai = replace(place("singapore"), utc_offset_h=5.5, longitude_deg=72.9, latitude_deg=19.1)
    weather = synthesise(mumbai, clock, np.random.default_rng(0))
    assert weather.dry_bulb_c.shape == (24,)
    # Solar noon at 72.9 E is near 07:14 UTC.
    assert weather.ghi_w_per_m2.argmax() in (6, 7, 8)


def test_radiation_beyond_a_clear_sky_is_refused():
    bright = replace(place("dublin"), ghi_kwh_per_m2_day=(9.0,) * 12)
    with pytest.raises(ValueError, match="of the extraterrestrial"):
        synthesise(bright, CLOCK, np.random.default_rng(0))


def test_a_monthly_curve_keeps_the_months_means():
    grid = local_grid(CLOCK, -6.0)
    wanted = np.sin(np.arange(grid.months)) * 10.0
    assert grid.monthly_mean(MonthlyCurve(grid)(wanted)) == pytest.approx(wanted, abs=1e-9)
