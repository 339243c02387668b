"""Outdoor air as the plants see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel import psychrometrics
from gigawatt.kernel.handover import Array, Weather

DRY_AIR_J_PER_KG_K = 1006.0
VAPOUR_J_PER_KG_K = 1860.0


@dataclass(frozen=True)
class OutdoorAir:
    """State of the outdoor air, arrays of one shape."""

    dry_bulb_c: Array
    wet_bulb_c: Array
    humidity_ratio: Array
    """kg of vapour per kg of dry air."""
    pressure_pa: Array

    @cached_property
    def enthalpy_j_per_kg(self) -> Array:
        """Enthalpy per kg of dry air."""
        return psychrometrics.enthalpy_j_per_kg(self.dry_bulb_c, self.humidity_ratio)

    @cached_property
    def density_kg_per_m3(self) -> Array:
        """Dry air in a cubic metre of moist air."""
        volume = psychrometrics.moist_air_volume_m3_per_kg(
            self.dry_bulb_c, self.humidity_ratio, self.pressure_pa
        )
        return np.asarray(1.0 / volume)

    @cached_property
    def heat_capacity_j_per_kg_k(self) -> Array:
        """Moist air's heat capacity per kg of dry air."""
        return np.asarray(DRY_AIR_J_PER_KG_K + VAPOUR_J_PER_KG_K * self.humidity_ratio)

    @cached_property
    def wet_bulb_humidity_ratio(self) -> Array:
        """Humidity ratio of air saturated at the wet bulb."""
        return psychrometrics.saturation_humidity_ratio(self.wet_bulb_c, self.pressure_pa)

    def where(self, chosen: NDArray[np.bool_] | slice) -> OutdoorAir:
        """Return the air of some hours."""
        return OutdoorAir(
            dry_bulb_c=self.dry_bulb_c[chosen],
            wet_bulb_c=self.wet_bulb_c[chosen],
            humidity_ratio=self.humidity_ratio[chosen],
            pressure_pa=self.pressure_pa[chosen],
        )


def air_of(weather: Weather) -> OutdoorAir:
    """Read outdoor air from weather.

    Examples
    --------
    >>> from gigawatt.kernel.handover import Weather
    >>> one = lambda x: np.array([x])
    >>> air_of(Weather(one(35.0), one(23.9), one(27.0), one(1e5), one(0.0))).humidity_ratio.round(4)
    array([0.019])
    """
    return OutdoorAir(
        dry_bulb_c=weather.dry_bulb_c,
        wet_bulb_c=weather.wet_bulb_c,
        humidity_ratio=psychrometrics.humidity_ratio_from_dew_point(weather.dew_point_c, weather.pressure_pa),
        pressure_pa=weather.pressure_pa,
    )


def air_at(dry_bulb_c: float, wet_bulb_c: float, pressure_pa: float) -> OutdoorAir:
    """Outdoor air of one hour from dry and wet bulb.

    Examples
    --------
    >>> air_at(39.9, 25.0, 101325.0).humidity_ratio.round(4)
    array([0.0138])
    """
    dry, wet, pressure = (np.array([x]) for x in (dry_bulb_c, wet_bulb_c, pressure_pa))
    humidity = psychrometrics.humidity_ratio_from_wet_bulb(dry, wet, pressure)
    return OutdoorAir(dry, wet, humidity, pressure)
