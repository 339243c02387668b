"""A place: where it lies, its monthly normals and the hours that plants there are sized on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.catalog.rows import row
from gigawatt.kernel.handover import DesignConditions
from gigawatt.kernel.psychrometrics import standard_pressure_pa

Twelve = tuple[float, ...]
"""One value a calendar month, January first."""

HOURLY_RANGE_LOSS_K = 0.6
"""What hourly readings miss of the mean daily range that maximum and minimum thermometers see.

Memphis in July: 9.9 K between NOAA's normals of the thermometers, 9.2 K in ASHRAE's hourly
record; assumed for every place whose range comes from thermometers (low 0.4, high 0.8)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its normals; every tuple holds twelve values, January first.

    Examples
    --------
    >>> memphis = place("memphis")
    >>> memphis.dry_bulb_c[6], memphis.design.dry_bulb_c
    (28.2, 39.9)
    """

    name: str
    title: str
    latitude_deg: float
    longitude_deg: float
    """East positive."""
    elevation_m: float
    utc_offset_h: float
    """Local standard time less UTC; no daylight saving."""
    dry_bulb_c: Twelve
    """Monthly mean."""
    daily_range_k: Twelve
    """Monthly mean of the day's highest less its lowest hourly value."""
    dew_point_c: Twelve
    """Monthly mean."""
    ghi_kwh_per_m2_day: Twelve
    """Global irradiation on the horizontal, mean of a day."""
    sea_level_pressure_pa: Twelve
    dry_bulb_sd_k: Twelve
    """Standard deviation of the daily mean dry bulb about its normal."""
    dew_point_sd_k: Twelve
    """Standard deviation of the daily mean dew point about its normal."""
    dry_dew_correlation: Twelve
    """Between the daily means of dry bulb and dew point."""
    dry_bulb_skew: Twelve
    """Skewness of the daily mean dry bulb, -1 to 1."""
    dew_point_exceeded_c: float
    """Dew point exceeded in 0.4 % of a year's hours; the moist end is bounded near it."""
    dew_point_swing_k: float
    """How far the dew point falls from the coolest to the warmest hour of a mean day."""
    pressure_sd_pa: float
    """Standard deviation of the daily mean pressure."""
    design: DesignConditions

    def __repr__(self) -> str:
        warmest, coldest = max(self.dry_bulb_c), min(self.dry_bulb_c)
        return (
            f"Place({self.name!r}, {self.latitude_deg:+.2f} {self.longitude_deg:+.2f}, "
            f"{self.elevation_m:.0f} m, "
            f"months {coldest:.1f} to {warmest:.1f} degC, design {self.design.dry_bulb_c:.1f} degC)"
        )

    @property
    def station_pressure_pa(self) -> Twelve:
        """Monthly mean pressure at the place's height [Pa].

        Sea-level pressure through an isothermal column at the month's mean temperature,
        raised by half the standard lapse: p = p0 exp(-g z / (R T)).
        """
        column_k = np.asarray(self.dry_bulb_c) + 273.15 + 0.0065 * self.elevation_m / 2.0
        ratio = np.exp(-9.80665 * self.elevation_m / (287.042 * column_k))
        return tuple(float(p) for p in np.asarray(self.sea_level_pressure_pa) * ratio)


def place(name: str) -> Place:
    """Read a place from the catalogue (kind ``climate``).

    Parameters
    ----------
    name
        Name of the row, such as ``"memphis"``.

    Raises
    ------
    InputError
        GW101: the catalogue has no such place.

    Examples
    --------
    >>> round(place("phoenix").station_pressure_pa[0])
    97905
    """
    v = row("climate", name).values
    loss = HOURLY_RANGE_LOSS_K if v["daily_range_basis"] == "thermometer" else 0.0
    twelve: dict[str, Any] = {
        key: tuple(float(x) for x in v[key])
        for key in (
            "dry_bulb_c",
            "dew_point_c",
            "ghi_kwh_per_m2_day",
            "sea_level_pressure_pa",
            "dry_bulb_sd_k",
            "dew_point_sd_k",
            "dry_dew_correlation",
            "dry_bulb_skew",
        )
    }
    scalars: dict[str, Any] = {
        key: float(v[key])
        for key in (
            "latitude_deg",
            "longitude_deg",
            "elevation_m",
            "utc_offset_h",
            "dew_point_exceeded_c",
            "dew_point_swing_k",
            "pressure_sd_pa",
        )
    }
    return Place(
        name=name,
        title=str(v["title"]),
        daily_range_k=tuple(float(x) - loss for x in v["daily_range_k"]),
        design=DesignConditions(
            dry_bulb_c=float(v["dry_bulb_20_years_design_c"]),
            coincident_wet_bulb_c=float(v["coincident_wet_bulb_design_c"]),
            wet_bulb_c=float(v["wet_bulb_extreme_design_c"]),
            coincident_dry_bulb_c=float(v["coincident_dry_bulb_design_c"]),
            pressure_pa=standard_pressure_pa(float(v["elevation_m"])),
        ),
        **twelve,
        **scalars,
    )
