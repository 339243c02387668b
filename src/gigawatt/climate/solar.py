"""Where the sun stands, and what would reach a horizontal plane without an atmosphere.

References
----------
.. [1] J. J. Michalsky, "The Astronomical Almanac's algorithm for approximate solar
   position (1950-2050)", Solar Energy 40(3), 1988, 227-235. Good to 0.01 degrees.
.. [2] G. Kopp and J. L. Lean, "A new, lower value of total solar irradiance",
   Geophysical Research Letters 38, 2011, L01706. doi:10.1029/2010GL045777
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SOLAR_CONSTANT_W_PER_M2 = 1361.0
"""Total solar irradiance at one astronomical unit [2]_."""


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun at given moments; angles in radians, arrays of one shape."""

    declination: Array
    hour_angle: Array
    """Negative before solar noon, -pi to pi."""
    irradiance_w_per_m2: Array
    """On a plane that faces the sun, outside the atmosphere."""

    def cos_zenith(self, latitude_deg: float) -> Array:
        """Cosine of the angle between sun and zenith (geometric, no refraction)."""
        lat = np.radians(latitude_deg)
        return np.asarray(
            np.sin(lat) * np.sin(self.declination)
            + np.cos(lat) * np.cos(self.declination) * np.cos(self.hour_angle)
        )

    def sunset_angle(self, latitude_deg: float) -> Array:
        """Hour angle of sunset: 0 in polar night, pi in polar day."""
        cosine = np.clip(-np.tan(np.radians(latitude_deg)) * np.tan(self.declination), -1.0, 1.0)
        return np.asarray(np.arccos(cosine))


def sun_at(utc_days_since_2000: Array, longitude_deg: float) -> Sun:
    """Place the sun by the Astronomical Almanac's low-precision formulas [1]_.

    Parameters
    ----------
    utc_days_since_2000
        UTC in days since 2000-01-01 12:00 (Julian date less 2451545.0), any shape; 1950 to 2050.
    longitude_deg
        Longitude [deg], east positive.

    Examples
    --------
    >>> s = sun_at(np.array([8937.5]), 0.0)  # 2024-06-21 00:00 UTC, near the solstice
    >>> round(float(np.degrees(s.declination[0])), 2)
    23.44
    """
    n = np.asarray(utc_days_since_2000, dtype=np.float64)
    anomaly = np.radians(357.528 + 0.9856003 * n)
    longitude = np.radians(280.460 + 0.9856474 * n + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.radians(23.439 - 4.0e-7 * n)
    ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    # The hour of the day is the part of a day since midnight; day numbers begin at noon.
    sidereal_h = 6.697375 + 0.0657098242 * n + 24.0 * np.mod(n + 0.5, 1.0)
    angle = np.radians(15.0 * sidereal_h + longitude_deg) - ascension
    distance_au = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2.0 * anomaly)
    return Sun(
        declination=np.arcsin(np.sin(obliquity) * np.sin(longitude)),
        hour_angle=np.mod(angle + np.pi, 2.0 * np.pi) - np.pi,
        irradiance_w_per_m2=SOLAR_CONSTANT_W_PER_M2 / distance_au**2,
    )


def extraterrestrial_w_per_m2(mid_hour: Sun, latitude_deg: float) -> Array:
    """Mean of each hour on a horizontal plane outside the atmosphere [W/m2].

    The cosine of the zenith is integrated over the hour angle between sunrise and sunset,
    so that hours with a sunrise are right; the declination is held over the hour.

    Parameters
    ----------
    mid_hour
        The sun at the middle of each hour.
    latitude_deg
        Latitude [deg], north positive.

    Examples
    --------
    >>> noon = sun_at(np.array([8938.0]), 0.0)  # 2024-06-21 12:00 UTC at Greenwich
    >>> round(float(extraterrestrial_w_per_m2(noon, 51.5)[0]))
    1161
    """
    half = np.pi / 24.0
    sunset = mid_hour.sunset_angle(latitude_deg)
    polar_day = sunset >= np.pi
    low = np.where(
        polar_day, mid_hour.hour_angle - half, np.clip(mid_hour.hour_angle - half, -sunset, sunset)
    )
    high = np.where(
        polar_day, mid_hour.hour_angle + half, np.clip(mid_hour.hour_angle + half, -sunset, sunset)
    )
    lat = np.radians(latitude_deg)
    integral = np.sin(lat) * np.sin(mid_hour.declination) * (high - low) + np.cos(lat) * np.cos(
        mid_hour.declination
    ) * (np.sin(high) - np.sin(low))
    return np.asarray(mid_hour.irradiance_w_per_m2 * integral / (2.0 * half))
