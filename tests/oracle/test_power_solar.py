"""Solar output against pvlib 0.16 (https://pvlib-python.readthedocs.io), an independent implementation.

Sun position: pvlib's NREL SPA. Decomposition, sky, tracking and the PVWatts inverter: pvlib's functions of
the same published models. The whole chain is compared on the typical year of Memphis (TMY3, NREL) where it
lies beside the repository, and on pvlib's chain with its own parameters otherwise.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.power import SolarPlant, solar_output_mw
from gigawatt.power.solar import (
    GROUND_COVER,
    SOLAR_CONSTANT_W_PER_M2,
    erbs_diffuse_frac,
    inverter_mw,
    sun_position,
    tracker_rotation_rad,
)

SHARED = Path(__file__).parents[2] / ".." / "shared"
LATITUDE, LONGITUDE = 35.067, -89.983
CLOCK = Clock(date(2025, 1, 1), date(2026, 1, 1))
MIDDLE = pd.date_range("2025-01-01 00:30", periods=8760, freq="h", tz="UTC")


@pytest.fixture(scope="module")
def spa() -> pd.DataFrame:
    return pvlib.solarposition.get_solarposition(MIDDLE, LATITUDE, LONGITUDE)


@pytest.fixture(scope="module")
def sun():
    day = MIDDLE.day_of_year.to_numpy() + (MIDDLE.hour.to_numpy() + 0.5) / 24.0
    return sun_position(day, MIDDLE.hour.to_numpy() + 0.5, LATITUDE, LONGITUDE)


def test_sun_stands_where_the_solar_position_algorithm_puts_it(sun, spa):
    height = np.degrees(np.arcsin(sun.cos_zenith))
    up = spa["elevation"].to_numpy() > 0.0
    assert np.abs(height - spa["elevation"].to_numpy())[up].max() < 0.5
    across = (np.degrees(sun.azimuth_rad) - spa["azimuth"].to_numpy() + 180.0) % 360.0 - 180.0
    low = up & (spa["elevation"].to_numpy() < 70.0)
    assert np.abs(across)[low].max() < 1.5


def test_extraterrestrial_irradiance(sun):
    theirs = pvlib.irradiance.get_extra_radiation(MIDDLE, solar_constant=SOLAR_CONSTANT_W_PER_M2)
    np.testing.assert_allclose(sun.extraterrestrial_w_per_m2, theirs.to_numpy(), rtol=2e-3)


def test_diffuse_share_after_erbs():
    ghi = np.linspace(5.0, 1000.0, 400)
    zenith = np.full(400, 40.0)
    theirs = pvlib.irradiance.erbs(ghi, zenith, pd.DatetimeIndex([MIDDLE[4000]] * 400))
    ours = ghi * erbs_diffuse_frac(np.asarray(theirs["kt"]))
    np.testing.assert_allclose(ours, theirs["dhi"], rtol=1e-9)


def test_tracker_with_backtracking(sun):
    up = sun.cos_zenith > np.cos(np.radians(88.0))
    theirs = pvlib.tracking.singleaxis(
        np.degrees(np.arccos(sun.cos_zenith[up])),
        np.degrees(sun.azimuth_rad[up]),
        axis_azimuth=180.0,
        max_angle=60.0,
        gcr=GROUND_COVER,
    )
    ours = np.degrees(tracker_rotation_rad(sun, np.pi))[up]
    np.testing.assert_allclose(ours, theirs["tracker_theta"], atol=1e-6)


def test_inverter_after_pvwatts():
    dc = np.linspace(0.5, 200.0, 300)
    theirs = pvlib.inverter.pvwatts(dc, 100.0 / 0.96, eta_inv_nom=0.96)
    np.testing.assert_allclose(inverter_mw(dc, 100.0), theirs, rtol=1e-9)


def pvlib_chain(
    plant: SolarPlant, spa: pd.DataFrame, ghi: np.ndarray, air_c: np.ndarray, usual: bool
) -> np.ndarray:
    """Model a plant with pvlib: with our choice of models, or a usual other one (Perez, Faiman at 3 m/s)."""
    erbs = pvlib.irradiance.erbs(ghi, spa["zenith"].to_numpy(), MIDDLE)
    tilt, facing = plant.tilt_deg, plant.azimuth_deg
    if plant.mounting == "single_axis":
        tracker = pvlib.tracking.singleaxis(
            spa["apparent_zenith"], spa["azimuth"], axis_azimuth=180.0, max_angle=60.0, gcr=GROUND_COVER
        )
        tilt, facing = tracker["surface_tilt"].fillna(0.0), tracker["surface_azimuth"].fillna(180.0)
    total = pvlib.irradiance.get_total_irradiance(
        tilt, facing, spa["apparent_zenith"], spa["azimuth"], np.asarray(erbs["dni"]), ghi,
        np.asarray(erbs["dhi"]), dni_extra=pvlib.irradiance.get_extra_radiation(MIDDLE),
        airmass=pvlib.atmosphere.get_relative_airmass(spa["apparent_zenith"]), albedo=0.2,
        model="perez" if usual else "haydavies",
    )  # fmt: skip
    aoi = pvlib.irradiance.aoi(tilt, facing, spa["apparent_zenith"], spa["azimuth"])
    glass = pvlib.iam.physical(aoi) if usual else pvlib.iam.ashrae(aoi, 0.05)
    poa = (total["poa_direct"] * glass + total["poa_diffuse"]).fillna(0.0).to_numpy()
    if usual:
        cell = pvlib.temperature.faiman(poa, air_c, 3.0)
    else:
        cell = pvlib.temperature.pvsyst_cell(poa, air_c, u_c=29.0, u_v=0.0, module_efficiency=0.2)
    dc = pvlib.pvsystem.pvwatts_dc(poa, cell, plant.capacity_mw * plant.dc_ac_ratio, -0.0035)
    dc = np.asarray(dc) * (1.0 - plant.losses_frac)
    return np.nan_to_num(pvlib.inverter.pvwatts(dc, plant.capacity_mw / 0.96, eta_inv_nom=0.96))


@pytest.mark.shared
@pytest.mark.parametrize("mounting", ["fixed", "single_axis"])
@pytest.mark.parametrize(("usual", "tolerance"), [(False, 0.01), (True, 0.04)])
def test_a_year_at_memphis(spa, mounting, usual, tolerance):
    file = SHARED / "weather" / "memphis_tmy3_compact.csv"
    if not file.exists():
        pytest.skip("needs ../shared/weather/memphis_tmy3_compact.csv")
    table = pd.read_csv(file)
    # The file is in local standard time, UTC-6: turn it so that the first row is midnight UTC.
    ghi = np.roll(table["ghi_wh_m2"].to_numpy(dtype=float), 6)
    air = np.roll(table["dry_bulb_c"].to_numpy(dtype=float), 6)
    plant = SolarPlant(name="s", capacity_mw=88.0, from_=date(2024, 1, 1), mounting=mounting)
    weather = Weather(air, air, air, np.full(8760, 101325.0), ghi)
    ours = solar_output_mw(plant, weather, LATITUDE, LONGITUDE, CLOCK)
    theirs = pvlib_chain(plant, spa, ghi, air, usual)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=tolerance)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.99
