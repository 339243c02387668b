"""What a dispatch gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.kernel.handover import Array


@dataclass(frozen=True, slots=True)
class PermitUse:
    """A permit's budgets over the trailing 8,760 hours, each of shape (hours,), and their limits."""

    name: str
    nox_short_tons: Array
    co_short_tons: Array
    voc_short_tons: Array
    start_events: Array
    """Starts in the trailing year, of all its units together."""
    start_h: Array
    """Unit-hours spent starting and stopping in the trailing year."""
    output_mw: Array
    """Output of its units in the hour."""
    bound: Array
    """1 where a limit of the permit held a start or some output back in that hour, else 0."""


@dataclass(frozen=True)
class Dispatch:
    """Who served a site's demand, hour by hour; arrays have the shape (hours,) unless said otherwise.

    In every hour grid + turbine + genset + solar + discharge = demand - shed + charge + curtailed.
    """

    demand_mw: Array
    grid_mw: Array
    turbine_mw: Array
    genset_mw: Array
    solar_mw: Array
    """What the sun could give; what was not used is in ``curtailed_mw``."""
    battery_discharge_mw: Array
    battery_charge_mw: Array
    battery_energy_mwh: Array
    """Stored at the end of the hour."""
    battery_energy_start_mwh: float
    """Stored before the first hour."""
    battery_loss_mwh: Array
    battery_removed_mwh: Array
    """Still stored in units that left the site at the beginning of the hour."""
    curtailed_mw: Array
    """Generation that nobody took: sun, or units at their minimum."""
    shed_mw: Array
    """Demand that was not served."""
    turbine_fuel_mmbtu: Array
    genset_fuel_mmbtu: Array
    co2_fuel_t: Array
    """Carbon dioxide of the fuel burnt on the site; that of the grid is :func:`gigawatt.power.grid_co2_t`."""
    nox_kg: Array
    co_kg: Array
    voc_kg: Array
    units_online: Array
    """Generating units running or starting."""
    starts: Array
    """Generating units started in the hour."""
    groups: tuple[str, ...]
    """Generator groups in the order of the arrays below: by kind, then best heat rate first."""
    group_output_mw: Array
    """Shape (groups, hours)."""
    group_fuel_mmbtu: Array
    """Shape (groups, hours)."""
    group_online: Array
    """Shape (groups, hours)."""
    group_starts: Array
    """Shape (groups, hours)."""
    permits: tuple[PermitUse, ...]
    events: tuple[tuple[int, str, str], ...]
    """What happened for the first time, as (hour, kind, text), in the order of time."""

    @property
    def residual_mw(self) -> Array:
        """Supply less use in each hour: 0 but for rounding."""
        supply = self.grid_mw + self.turbine_mw + self.genset_mw + self.solar_mw + self.battery_discharge_mw
        use = self.demand_mw - self.shed_mw + self.battery_charge_mw + self.curtailed_mw
        return np.asarray(supply - use)

    @property
    def storage_residual_mwh(self) -> Array:
        """What the stores' energy changed by, less what moved: 0 but for rounding."""
        before = np.concatenate(([self.battery_energy_start_mwh], self.battery_energy_mwh[:-1]))
        moved = self.battery_charge_mw - self.battery_discharge_mw
        return np.asarray(
            self.battery_energy_mwh - before - moved + self.battery_loss_mwh + self.battery_removed_mwh
        )

    def __repr__(self) -> str:
        def gwh(mw: Array) -> str:
            return f"{mw.sum() / 1e3:,.1f}"

        return (
            f"Dispatch({self.demand_mw.size} h, GWh: demand {gwh(self.demand_mw)}, grid {gwh(self.grid_mw)}, "
            f"turbine {gwh(self.turbine_mw)}, genset {gwh(self.genset_mw)}, solar {gwh(self.solar_mw)}, "
            f"shed {gwh(self.shed_mw)}; NOx {self.nox_kg.sum() / 907.18474:,.1f} short tons, "
            f"{self.starts.sum():,.0f} starts)"
        )
