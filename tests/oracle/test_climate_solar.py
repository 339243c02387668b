"""The sun against pvlib 0.11 and later (BSD-3; NREL's SPA by other hands)."""

import numpy as np
import pandas as pd
import pvlib
import pytest

from gigawatt.climate.readers import read_tmy3
from gigawatt.climate.solar import SOLAR_CONSTANT_W_PER_M2, extraterrestrial_w_per_m2, sun_at
from gigawatt.kernel.psychrometrics import humidity_ratio_from_dew_point, relative_humidity_frac

EPOCH = pd.Timestamp("2000-01-01 12:00", tz="UTC")
SITES = ((35.05, -89.98), (53.43, -6.25), (1.37, 103.98), (-33.9, 151.2), (69.6, 18.9))


def days(times):
    return np.asarray((times - EPOCH) / pd.Timedelta(days=1))


@pytest.mark.parametrize(("latitude", "longitude"), SITES)
def test_zenith_within_two_hundredths_of_a_degree(latitude, longitude):
    times = pd.date_range("2024-01-01 00:17", "2030-12-31", freq="37h", tz="UTC")
    theirs = pvlib.solarposition.get_solarposition(times, latitude, longitude, altitude=0.0)["zenith"]
    ours = np.degrees(np.arccos(sun_at(days(times), longitude).cos_zenith(latitude)))
    assert np.abs(ours - theirs.to_numpy()).max() < 0.02


@pytest.mark.parametrize(("latitude", "longitude"), SITES)
def test_hourly_extraterrestrial_radiation(latitude, longitude):
    """One-minute means of pvlib's position and Earth-Sun distance, over four seasons."""
    for first in ("2025-03-20", "2025-06-21", "2025-09-22", "2025-12-21"):
        minutes = pd.date_range(first, periods=24 * 60, freq="1min", tz="UTC") + pd.Timedelta(seconds=30)
        zenith = pvlib.solarposition.get_solarposition(minutes, latitude, longitude)["zenith"]
        normal = pvlib.irradiance.get_extra_radiation(minutes, SOLAR_CONSTANT_W_PER_M2, method="nrel")
        flat = (normal * np.maximum(np.cos(np.radians(zenith)), 0.0)).to_numpy().reshape(24, 60).mean(axis=1)
        hours = pd.date_range(first, periods=24, freq="1h", tz="UTC") + pd.Timedelta(minutes=30)
        ours = extraterrestrial_w_per_m2(sun_at(days(hours), longitude), latitude)
        assert np.abs(ours - flat).max() < 3.0


def test_tmy3_reader_against_pvlib():
    path = pvlib.__path__[0] + "/data/723170TYA.CSV"
    theirs, station = pvlib.iotools.read_tmy3(path, coerce_year=1990, map_variables=True)
    ours = read_tmy3(path)
    assert (ours.latitude_deg, ours.longitude_deg) == (station["latitude"], station["longitude"])
    assert ours.utc_offset_h == station["TZ"]
    assert np.array_equal(ours.weather.dry_bulb_c, theirs["temp_air"].to_numpy())
    assert np.array_equal(ours.weather.ghi_w_per_m2, theirs["ghi"].to_numpy())
    assert ours.weather.pressure_pa == pytest.approx(theirs["pressure"].to_numpy() * 100.0)
    # The file's own relative humidity, rounded to 1 %, follows from the dew point (above freezing).
    warm = theirs["temp_dew"].to_numpy() > 1.0
    ratio = humidity_ratio_from_dew_point(ours.weather.dew_point_c, ours.weather.pressure_pa)
    ours_rh = relative_humidity_frac(ours.weather.dry_bulb_c, ratio, ours.weather.pressure_pa)
    assert np.abs(ours_rh[warm] * 100.0 - theirs["relative_humidity"].to_numpy()[warm]).mean() < 1.0
