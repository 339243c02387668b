"""What the domains hand each other: plain frozen values of arrays on one clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weather:
    """Hourly weather; every array has the shape (hours,) of the run's clock (or 8,760 alone)."""

    dry_bulb_c: Array
    dew_point_c: Array
    wet_bulb_c: Array
    pressure_pa: Array
    ghi_w_per_m2: Array
    """Global irradiance on the horizontal, mean of the hour."""


@dataclass(frozen=True, slots=True)
class DesignConditions:
    """The hours that a plant is sized on, from the catalogue, never from a synthetic year."""

    dry_bulb_c: float
    """Extreme dry bulb with a return period of 20 years."""
    coincident_wet_bulb_c: float
    """Mean wet bulb at that dry bulb."""
    wet_bulb_c: float
    """Extreme wet bulb."""
    coincident_dry_bulb_c: float
    """Mean dry bulb at that wet bulb."""
    pressure_pa: float


@dataclass(frozen=True, slots=True)
class HeatLoad:
    """Heat that the computers give off, by where it goes; shape (hours,) or scalars."""

    liquid_mw: Array
    """Into the liquid loop (cold plates)."""
    air_mw: Array
    """Into the room's air."""

    @property
    def it_mw(self) -> Array:
        """All of it: the electrical power of the IT equipment."""
        return self.liquid_mw + self.air_mw


@dataclass(frozen=True, slots=True)
class CoolingLoad:
    """What it takes to remove the heat; every array has the shape (hours,)."""

    fan_mw: Array
    """Tower, condenser and dry-cooler fans."""
    pump_mw: Array
    chiller_mw: Array
    """Compressors."""
    air_mw: Array
    """Room air handlers."""
    electrical_loss_mw: Array
    """UPS, transformers and distribution."""
    evaporation_m3: Array
    drift_m3: Array
    blowdown_m3: Array

    @property
    def cooling_mw(self) -> Array:
        """Electrical power of the cooling plant."""
        return self.fan_mw + self.pump_mw + self.chiller_mw + self.air_mw

    @property
    def overhead_mw(self) -> Array:
        """Everything that the facility draws beyond the IT equipment."""
        return self.cooling_mw + self.electrical_loss_mw

    @property
    def makeup_m3(self) -> Array:
        """Water drawn from the sources."""
        return self.evaporation_m3 + self.drift_m3 + self.blowdown_m3


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Price of energy by hour and of the month's peak."""

    energy_usd_per_mwh: Array
    """Shape (hours,)."""
    demand_usd_per_kw_month: Array
    """Shape (hours,); the month's charge is its highest import times the mean of that month."""


@dataclass(frozen=True, slots=True)
class FirmCapacity:
    """Power that can be relied on, by day, in facility megawatts; shape (days,)."""

    grid_mw: Array
    onsite_mw: Array
    """Generation derated for the design day and its permits, less the spare units."""
    storage_mw: Array
    """Stores, counted for their duration only."""

    @property
    def total_mw(self) -> Array:
        """All of it."""
        return self.grid_mw + self.onsite_mw + self.storage_mw
