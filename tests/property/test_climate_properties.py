"""Invariants of the weather generator, the noise and the readers under random input."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.climate import place, synthesise
from gigawatt.climate.noise import persistent, skewed
from gigawatt.climate.readers import read_weather_file
from gigawatt.climate.sky import clearest_day, exponential_rate
from gigawatt.climate.solar import extraterrestrial_w_per_m2, sun_at
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InputError

QUICK = settings(derandomize=True, deadline=None, max_examples=40)
CLOCK = Clock(date(2025, 1, 1), date(2026, 1, 1))


@settings(derandomize=True, deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    shift_k=st.floats(-15.0, 5.0),
    offset_h=st.sampled_from([-9.5, -6.0, 0.0, 3.5, 5.75, 12.0]),
    latitude_deg=st.floats(-48.0, 48.0),
)
def test_any_place_meets_its_normals_and_physics(seed, shift_k, offset_h, latitude_deg):
    """A made-up place: Memphis moved in temperature, longitude and latitude, with a dim sun to suit."""
    base = place("memphis")
    where = replace(
        base,
        latitude_deg=latitude_deg,
        longitude_deg=15.0 * offset_h,
        utc_offset_h=offset_h,
        dry_bulb_c=tuple(t + shift_k for t in base.dry_bulb_c),
        dew_point_c=tuple(t + shift_k for t in base.dew_point_c),
        dew_point_exceeded_c=base.dew_point_exceeded_c + shift_k,
        ghi_kwh_per_m2_day=(1.2,) * 12,
    )
    weather = synthesise(where, CLOCK, np.random.default_rng(seed))
    month = CLOCK.calendar_month(offset_h) - 1
    inner = (month > 0) & (month < 11)
    for values, normal, tolerance in (
        (weather.dry_bulb_c, where.dry_bulb_c, 1e-6),
        (weather.dew_point_c, where.dew_point_c, 0.15),
        (weather.ghi_w_per_m2 * 0.024, where.ghi_kwh_per_m2_day, 0.05),
    ):
        mean = np.bincount(month[inner], weights=values[inner])[1:] / np.bincount(month[inner])[1:]
        assert np.abs(mean - np.asarray(normal)[1:11]).max() < tolerance
    assert (weather.dew_point_c <= weather.dry_bulb_c).all()
    assert (weather.ghi_w_per_m2 >= 0.0).all()


@QUICK
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.98))
def test_doubling_equals_the_recursion(seed, lag_one):
    white = np.random.default_rng(seed).standard_normal(300)
    slow = [white[0]]
    for e in white[1:]:
        slow.append(lag_one * slow[-1] + np.sqrt(1.0 - lag_one**2) * e)
    assert persistent(white, lag_one) == pytest.approx(np.array(slow), abs=1e-12)


@QUICK
@given(st.floats(-1.0, 1.0))
def test_skewness_is_what_was_asked(skewness):
    # Exact moments by Gauss-Hermite quadrature: mean 0, variance 1, third moment the skewness.
    z, weight = np.polynomial.hermite_e.hermegauss(20)
    weight = weight / weight.sum()
    bent = skewed(z, skewness)
    assert weight @ bent == pytest.approx(0.0, abs=1e-12)
    assert weight @ bent**2 == pytest.approx(1.0, abs=1e-12)
    assert weight @ bent**3 == pytest.approx(skewness, abs=0.02)


@QUICK
@given(st.floats(0.2, 0.74))
def test_the_clearness_density_has_its_mean(mean):
    top = clearest_day(np.array([mean]))
    rate = exponential_rate(np.array([mean]), top)[0]
    x = np.linspace(0.05, top[0], 20_001)
    density = np.exp(rate * (x - top[0]))
    assert np.trapezoid(x * density, x) / np.trapezoid(density, x) == pytest.approx(mean, abs=1e-4)


@QUICK
@given(st.floats(-66.0, 66.0), st.integers(0, 365))
def test_a_day_outside_the_atmosphere(latitude_deg, day):
    """Hourly integrals add up to the closed form of the day (its declination taken at noon)."""
    hours = sun_at(9131.0 - 0.5 + day + (np.arange(24) + 0.5) / 24.0, 0.0)
    total = extraterrestrial_w_per_m2(hours, latitude_deg).sum()
    noon = sun_at(np.array([9131.0 + day]), 0.0)
    lat, dec, ws = np.radians(latitude_deg), noon.declination[0], noon.sunset_angle(latitude_deg)[0]
    closed = (
        24.0
        / np.pi
        * noon.irradiance_w_per_m2[0]
        * (np.cos(lat) * np.cos(dec) * np.sin(ws) + ws * np.sin(lat) * np.sin(dec))
    )
    assert total == pytest.approx(closed, rel=0.02, abs=15.0)


@settings(derandomize=True, deadline=None, max_examples=120)
@given(st.binary(max_size=3000), st.sampled_from([b"", b"LOCATION,", b'723170,"X",NC,-5,36,-79,273\n']))
def test_junk_is_refused_in_words(tmp_path_factory, junk, head):
    path = tmp_path_factory.mktemp("junk") / "weather"
    path.write_bytes(head + junk)
    with pytest.raises(InputError):
        read_weather_file(path)
