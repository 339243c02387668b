"""Photovoltaic output from global irradiance: sun position, decomposition, transposition, modules, inverter.

References: Spencer (1971) for declination and equation of time; Erbs, Klein, Duffie (1982) for the diffuse
share; Hay and Davies (1980) for the sky; Anderson and Mikofski (NREL/TP-5K00-76626, 2020) for backtracking;
PVsyst's heat balance of free-standing modules; PVWatts 5 (NREL/TP-6A20-62641) for the
inverter's part load and the system's losses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, Weather
from gigawatt.power.inputs import SolarPlant

SOLAR_CONSTANT_W_PER_M2 = 1361.0
ALBEDO = 0.2
ABSORBED_FRAC = 0.9
MODULE_FRAC = 0.2
LOSS_W_PER_M2_K = 29.0
"""Heat loss of free-standing modules, PVsyst's default where the wind is not known (range 25 to 45)."""
POWER_PER_K = -0.0035
"""Module power per kelvin of cell temperature above 25 degC (silicon; range -0.0030 to -0.0045)."""
INVERTER_FRAC = 0.96
GROUND_COVER = 0.4
"""Collector width over row spacing of trackers (range 0.3 to 0.5)."""
TRACKER_LIMIT_DEG = 60.0
IAM_B = 0.05
"""Incidence loss of glass after ASHRAE: 1 - b (1/cos(aoi) - 1)."""


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun stands; arrays of one shape."""

    cos_zenith: Array
    azimuth_rad: Array
    """From north through east."""
    extraterrestrial_w_per_m2: Array
    """On a plane normal to the beam, outside the atmosphere."""


def sun_position(day_of_year: Array, utc_hour: Array, latitude_deg: float, longitude_deg: float) -> Sun:
    """Position of the sun after Spencer (1971), good to about 0.3 degrees; refraction is left out.

    Parameters
    ----------
    day_of_year
        1 to 366, with its fraction.
    utc_hour
        Hour of the day in UTC, with its fraction.
    latitude_deg, longitude_deg
        Place; east is positive.

    Examples
    --------
    At Memphis the sun stands 78 degrees high at noon of midsummer:

    >>> sun = sun_position(np.array([172.0]), np.array([18.03]), 35.05, -89.98)
    >>> round(float(np.degrees(np.arcsin(sun.cos_zenith[0]))))
    78
    """
    b = 2.0 * np.pi * (day_of_year - 1.0) / 365.0
    declination = (
        0.006918 - 0.399912 * np.cos(b) + 0.070257 * np.sin(b) - 0.006758 * np.cos(2 * b)
        + 0.000907 * np.sin(2 * b) - 0.002697 * np.cos(3 * b) + 0.00148 * np.sin(3 * b)
    )  # fmt: skip
    equation_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b)
        - 0.014615 * np.cos(2 * b) - 0.04089 * np.sin(2 * b)
    )  # fmt: skip
    distance = (
        1.00011 + 0.034221 * np.cos(b) + 0.00128 * np.sin(b)
        + 0.000719 * np.cos(2 * b) + 0.000077 * np.sin(2 * b)
    )  # fmt: skip
    solar_hour = utc_hour + longitude_deg / 15.0 + equation_min / 60.0
    angle = np.radians(15.0 * (solar_hour - 12.0))
    lat = np.radians(latitude_deg)
    up = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(angle)
    east = -np.cos(declination) * np.sin(angle)
    north = np.cos(lat) * np.sin(declination) - np.sin(lat) * np.cos(declination) * np.cos(angle)
    return Sun(
        np.clip(up, -1.0, 1.0), np.arctan2(east, north) % (2 * np.pi), SOLAR_CONSTANT_W_PER_M2 * distance
    )


def erbs_diffuse_frac(clearness: Array) -> Array:
    """Diffuse share of global irradiance from the clearness index (Erbs, Klein and Duffie 1982).

    >>> [round(float(erbs_diffuse_frac(np.array(k))), 3) for k in (0.1, 0.5, 0.9)]
    [0.991, 0.659, 0.165]
    """
    k = np.asarray(clearness, dtype=np.float64)
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    return np.asarray(np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165)))


def tracker_rotation_rad(sun: Sun, axis_azimuth_rad: float) -> Array:
    """Rotation of a horizontal single-axis tracker with backtracking; west is positive on a south axis."""
    sin_zenith = np.sqrt(np.maximum(1.0 - sun.cos_zenith**2, 0.0))
    across = sin_zenith * np.sin(sun.azimuth_rad - axis_azimuth_rad)
    true = np.arctan2(across, sun.cos_zenith)
    shaded = np.abs(np.cos(true)) / GROUND_COVER
    back = true - np.sign(true) * np.arccos(np.minimum(shaded, 1.0))
    limit = np.radians(TRACKER_LIMIT_DEG)
    return np.asarray(np.clip(np.where(shaded < 1.0, back, true), -limit, limit))


def plane_of_array(plant: SolarPlant, sun: Sun, ghi_w_per_m2: Array) -> Array:
    """Irradiance that reaches the cells, W/m2: beam with its incidence loss, sky (Hay-Davies), ground."""
    cos_z = np.maximum(sun.cos_zenith, 0.0)
    lit = sun.cos_zenith > 0.0
    horizontal = sun.extraterrestrial_w_per_m2 * np.maximum(cos_z, 0.065)
    clearness = np.where(lit, np.minimum(ghi_w_per_m2 / horizontal, 1.0), 0.0)
    diffuse = ghi_w_per_m2 * erbs_diffuse_frac(clearness)
    beam = np.where(lit, (ghi_w_per_m2 - diffuse) / np.maximum(cos_z, 0.065), 0.0)
    facing = np.radians(plant.azimuth_deg)
    if plant.mounting == "single_axis":
        rotation = tracker_rotation_rad(sun, facing)
        tilt = np.abs(rotation)
        surface = facing + np.where(rotation >= 0.0, np.pi / 2, -np.pi / 2)
    else:
        tilt = np.full_like(cos_z, np.radians(plant.tilt_deg))
        surface = np.full_like(cos_z, facing)
    sin_z = np.sqrt(np.maximum(1.0 - sun.cos_zenith**2, 0.0))
    aoi = sun.cos_zenith * np.cos(tilt) + sin_z * np.sin(tilt) * np.cos(sun.azimuth_rad - surface)
    cos_aoi = np.where(lit, np.maximum(aoi, 0.0), 0.0)
    iam = np.clip(1.0 - IAM_B * (1.0 / np.maximum(cos_aoi, 0.04) - 1.0), 0.0, 1.0)
    anisotropy = np.where(lit, np.minimum(beam / sun.extraterrestrial_w_per_m2, 1.0), 0.0)
    around = anisotropy * cos_aoi / np.maximum(cos_z, 0.065) * iam
    sky = diffuse * (around + (1.0 - anisotropy) * 0.5 * (1.0 + np.cos(tilt)))
    ground = ghi_w_per_m2 * ALBEDO * 0.5 * (1.0 - np.cos(tilt))
    return np.asarray(beam * cos_aoi * iam + sky + ground)


def inverter_mw(dc_mw: Array, capacity_mw: float) -> Array:
    """Alternating-current output after PVWatts 5: part-load efficiency, then clipping at the rating."""
    rated_dc = capacity_mw / INVERTER_FRAC
    load = np.maximum(dc_mw / rated_dc, 1e-6)
    efficiency = INVERTER_FRAC / 0.9637 * (-0.0162 * load - 0.0059 / load + 0.9858)
    return np.asarray(np.minimum(np.maximum(dc_mw * efficiency, 0.0), capacity_mw))


def solar_output_mw(
    plant: SolarPlant, weather: Weather, latitude_deg: float, longitude_deg: float, clock: Clock
) -> Array:
    """Output of a photovoltaic plant, hour by hour.

    The sun is put at the middle of each hour. Left out: spectrum, snow, wind on the modules, horizon, and
    ageing beyond ``losses_frac``. An hour's mean hides the passing of clouds: clipping is underestimated.

    Parameters
    ----------
    plant
        The plant.
    weather
        ``ghi_w_per_m2`` and ``dry_bulb_c``, shape (hours,).
    latitude_deg, longitude_deg
        Place; east is positive.
    clock
        The hours.

    Returns
    -------
    numpy.ndarray
        MW of alternating current, shape (hours,); 0 outside the plant's dates.
    """
    stamps = clock.hour_stamps
    year_start = stamps.astype("datetime64[Y]")
    seconds = (stamps - year_start.astype("datetime64[s]")).astype(np.float64)
    middle_h = np.asarray(np.arange(clock.hours) % 24 + 0.5, dtype=np.float64)
    sun = sun_position(seconds / 86400.0 + 1.0 + 0.5 / 24.0, middle_h, latitude_deg, longitude_deg)
    poa = plane_of_array(plant, sun, weather.ghi_w_per_m2)
    heating_k_m2_per_w = ABSORBED_FRAC * (1.0 - MODULE_FRAC) / LOSS_W_PER_M2_K
    cell_c = weather.dry_bulb_c + heating_k_m2_per_w * poa
    rated_dc_mw = plant.capacity_mw * plant.dc_ac_ratio
    dc_mw = rated_dc_mw * poa / 1e3 * (1.0 + POWER_PER_K * (cell_c - 25.0)) * (1.0 - plant.losses_frac)
    ac_mw = inverter_mw(np.maximum(dc_mw, 0.0), plant.capacity_mw)
    served = np.zeros(clock.hours)
    served[clock.hour_span(plant.from_, plant.until)] = 1.0
    return np.asarray(ac_mw * served)
