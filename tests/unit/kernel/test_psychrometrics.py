"""Moist air against psychrolib 2.5 (the same handbook by other hands) and against itself."""

import numpy as np
import psychrolib
import pytest

from gigawatt.kernel import psychrometrics as air

psychrolib.SetUnitSystem(psychrolib.SI)


@pytest.fixture(scope="module")
def states():
    """Random dry bulb, dew point and pressure over the whole range of weather on Earth."""
    rng = np.random.default_rng(7)
    dry = rng.uniform(-40.0, 50.0, 1500)
    dew = np.maximum(dry - rng.exponential(8.0, dry.size), -70.0)
    return dry, dew, rng.uniform(75e3, 104e3, dry.size)


def test_saturation_pressure_over_ice_and_water():
    for celsius in np.linspace(-100.0, 200.0, 1201):
        assert air.saturation_pressure_pa(celsius) == pytest.approx(
            psychrolib.GetSatVapPres(float(celsius)), rel=1e-12
        )


def test_saturation_pressure_at_fixed_points():
    # Triple point 611.657 Pa and normal boiling point 101,325 Pa at 99.974 °C (IAPWS), each within 0.1 %.
    assert air.saturation_pressure_pa(0.0101) == pytest.approx(611.657, rel=1e-3)
    assert air.saturation_pressure_pa(99.974) == pytest.approx(101_325.0, rel=1e-3)


def test_properties_against_psychrolib(states):
    for dry, dew, pressure in zip(*states, strict=True):
        w = air.humidity_ratio_from_dew_point(dew, pressure)
        assert w == pytest.approx(psychrolib.GetHumRatioFromTDewPoint(dew, pressure), rel=1e-12, abs=1e-7)
        assert air.enthalpy_j_per_kg(dry, w) == pytest.approx(psychrolib.GetMoistAirEnthalpy(dry, w), abs=0.2)
        assert air.relative_humidity_frac(dry, w, pressure) == pytest.approx(
            psychrolib.GetRelHumFromHumRatio(dry, w, pressure), rel=1e-3
        )
        assert air.moist_air_volume_m3_per_kg(dry, w, pressure) == pytest.approx(
            psychrolib.GetMoistAirVolume(dry, w, pressure), rel=1e-4
        )


def test_relative_humidity_round_trip(states):
    dry, _, pressure = states
    w = air.humidity_ratio_from_relative_humidity(dry, 0.37, pressure)
    assert air.relative_humidity_frac(dry, w, pressure) == pytest.approx(0.37, rel=1e-12)


def test_wet_bulb_against_psychrolib(states, monkeypatch):
    monkeypatch.setattr(psychrolib, "PSYCHROLIB_TOLERANCE", 1e-9)
    dry, dew, pressure = states
    ours = air.wet_bulb_c(dry, dew, pressure)
    theirs = np.array([psychrolib.GetTWetBulbFromTDewPoint(*s) for s in zip(*states, strict=True)])
    # Where the iced and the wet wick both have a solution the two may choose differently.
    ambiguous = (ours >= 0.0) & (ours < 0.8)
    assert ambiguous.sum() < 60
    assert np.abs(ours - theirs)[~ambiguous].max() < 1e-6
    w = air.humidity_ratio_from_dew_point(dew, pressure)
    assert air.humidity_ratio_from_wet_bulb(dry, ours, pressure) == pytest.approx(w, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("celsius", [-40.0, -0.5, 0.0, 0.02, 18.0, 40.0])
def test_wet_bulb_of_saturated_air_is_its_temperature(celsius):
    assert air.wet_bulb_c(celsius, celsius, 101_325.0) == pytest.approx(celsius, abs=1e-9)


def test_dew_point_round_trip(states):
    _, dew, pressure = states
    w = air.humidity_ratio_from_dew_point(dew, pressure)
    assert air.dew_point_c_from_humidity_ratio(w, pressure) == pytest.approx(dew, abs=1e-9)


@pytest.mark.parametrize(
    ("elevation_m", "pressure_pa"), [(-500.0, 107_478), (0.0, 101_325), (3000.0, 70_108)]
)
def test_standard_pressure(elevation_m, pressure_pa):
    # ASHRAE Handbook of Fundamentals 2017, chapter 1, table 1.
    assert air.standard_pressure_pa(elevation_m) == pytest.approx(pressure_pa, abs=10.0)


def test_scalars_give_floats_and_arrays_arrays():
    assert isinstance(air.wet_bulb_c(30.0, 20.0, 1e5), float)
    assert isinstance(air.saturation_pressure_pa(20.0), float)
    assert isinstance(air.dew_point_c_from_humidity_ratio(0.01, 1e5), float)
    dry = np.array([[20.0, 30.0], [35.0, 40.0]])
    assert air.wet_bulb_c(dry, 15.0, 1e5).shape == (2, 2)
    assert air.humidity_ratio_from_wet_bulb(dry, 15.0, 1e5).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        (lambda: air.wet_bulb_c(20.0, 21.0, 1e5), "dew point is above"),
        (lambda: air.wet_bulb_c(np.array([20.0, np.nan]), 10.0, 1e5), "dry bulb"),
        (lambda: air.humidity_ratio_from_wet_bulb(20.0, 21.0, 1e5), "wet bulb is above"),
        (lambda: air.saturation_pressure_pa(250.0), "250"),
        (lambda: air.humidity_ratio_from_relative_humidity(20.0, 1.2, 1e5), "1.2"),
        (lambda: air.saturation_humidity_ratio(120.0, 1e5), "vapour"),
        (lambda: air.dew_point_c_from_humidity_ratio(0.0, 1e5), "vapour pressure"),
        (lambda: air.standard_pressure_pa(20_000.0), "elevation"),
    ],
)
def test_outside_the_valid_range_is_refused(call, seen):
    with pytest.raises(ValueError, match=seen):
        call()
