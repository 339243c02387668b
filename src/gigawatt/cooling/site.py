"""A site's plants together: which serve on which day, what each takes, what they draw and drink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from gigawatt.cooling.air import OutdoorAir, air_at, air_of
from gigawatt.cooling.air_cooled_chiller import run_air_cooled_chiller
from gigawatt.cooling.dry_cooler import run_dry_cooler
from gigawatt.cooling.electrical import hall_losses, transformer_loss_mw
from gigawatt.cooling.inputs import AirCooledChiller, DryCooler, ElectricalInput, OpenTower, Plant
from gigawatt.cooling.loops import HallHeat, PlantHours, air_handler_frac
from gigawatt.cooling.open_tower import run_open_tower
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, CoolingLoad, DesignConditions, HeatLoad, Weather


@dataclass(frozen=True)
class SiteCooling:
    """What a site's cooling and electrical rooms did; every array has the shape (hours,)."""

    total: CoolingLoad
    makeup_m3_by_plant: Mapping[str, Array]
    """Water drawn by each plant."""
    unmet_mw: Array
    """Heat of the halls that no plant in service can take: above their capacity, or beyond a dry cooler's
    reach. Nothing is drawn for it."""
    rejected_mw: Array
    """Heat given off outside by the plants."""
    it_capacity_mw: Array
    """IT power whose heat the plants in service can take, at the hour's split between liquid and air."""

    def __repr__(self) -> str:
        """One line of sums."""
        t = self.total
        return (
            f"SiteCooling({self.unmet_mw.size} hours: cooling {t.cooling_mw.sum():,.0f} MWh, "
            f"electrical losses {t.electrical_loss_mw.sum():,.0f} MWh, make-up {t.makeup_m3.sum():,.0f} m3, "
            f"unmet {self.unmet_mw.sum():,.1f} MWh)"
        )


def plants_on(plants: Sequence[Plant], day: date) -> list[Plant]:
    """List the plants in service on a day.

    Examples
    --------
    >>> tower = OpenTower.model_validate({"name": "t", "from": "2025-09-17", "capacity": "350 MW"})
    >>> plants_on([tower], date(2025, 9, 16)), len(plants_on([tower], date(2025, 9, 17)))
    ([], 1)
    """
    return [p for p in plants if p.from_ <= day and (p.until is None or day < p.until)]


def it_capacity_mw(
    plants_in_service: Sequence[Plant], electrical: ElectricalInput, liquid_frac: float
) -> float:
    """IT megawatts whose heat the plants can take from the halls.

    The heat is IT, the losses of supply and distribution that end in the rooms, and the fans of the air
    handlers, all at full load: C = P (1 + l + c_air (1 - f + l)), solved for P.

    Parameters
    ----------
    plants_in_service
        Plants, together of capacity C.
    electrical
        The electrical rooms: losses l.
    liquid_frac
        Share f of the IT heat that goes to the cold plates.

    Examples
    --------
    >>> tower = OpenTower.model_validate({"name": "t", "from": "2025-09-17", "capacity": "350 MW"})
    >>> round(it_capacity_mw([tower], ElectricalInput(ups="none"), 0.75), 1)
    342.8
    """
    capacity = sum(p.capacity_mw for p in plants_in_service)
    return float(capacity / _heat_per_it(plants_in_service, electrical, np.array([liquid_frac]))[0])


def simulate(
    plants: Sequence[Plant], electrical: ElectricalInput, heat: HeatLoad, weather: Weather, clock: Clock
) -> SiteCooling:
    """Remove the heat of a site for every hour of the clock.

    Plants in service share the heat in proportion to capacity. Where heat exceeds their capacity they run at
    capacity and the rest is ``unmet_mw``; where none is in service all of it is. The two loops of a plant are
    taken to be built for the hour's split between liquid and air.

    Parameters
    ----------
    plants
        Plants with their dates.
    electrical
        The electrical rooms.
    heat
        Heat of the IT equipment [MW], shape (hours,).
    weather
        Outdoor air, shape (hours,).
    clock
        The hours.

    Returns
    -------
    SiteCooling
        Electricity by kind, water by plant, unmet heat.
    """
    shapes = {np.shape(a) for a in (heat.liquid_mw, heat.air_mw, weather.dry_bulb_c, weather.wet_bulb_c)}
    if shapes != {(clock.hours,)}:
        raise ValueError(
            f"heat and weather have the shapes {sorted(map(str, shapes))}, the clock ({clock.hours},)"
        )
    if np.any(heat.liquid_mw < 0.0) or np.any(heat.air_mw < 0.0):
        raise ValueError("heat is negative in some hour")
    spans = [(p, clock.hour_span(p.from_, p.until)) for p in plants]
    return _run(spans, electrical, heat, air_of(weather))


def pue_design(
    plants_in_service: Sequence[Plant],
    electrical: ElectricalInput,
    liquid_frac: float,
    design: DesignConditions,
    load_frac: float = 1.0,
) -> float:
    """PUE at the design hour: facility over IT power in the worse of the two design conditions.

    Parameters
    ----------
    plants_in_service
        Plants of that day; at least one.
    electrical
        The electrical rooms.
    liquid_frac
        Share of the IT heat that goes to the cold plates.
    design
        Extreme dry bulb with its wet bulb, and extreme wet bulb with its dry bulb.
    load_frac
        IT power over what the plants can cool, above 0 and at most 1.

    Examples
    --------
    >>> memphis = DesignConditions(39.9, 25.4, 29.4, 34.1, 100_400.0)
    >>> tower = OpenTower.model_validate({"name": "t", "from": "2025-09-17", "capacity": "350 MW"})
    >>> round(pue_design([tower], ElectricalInput(ups="none"), 0.75, memphis), 3)
    1.114
    """
    if not plants_in_service:
        raise ValueError("a PUE needs at least one plant in service")
    if not 0.0 < load_frac <= 1.0:
        raise ValueError(f"load_frac is {load_frac:g}; allowed: above 0, at most 1")
    it = load_frac * it_capacity_mw(plants_in_service, electrical, liquid_frac)
    heat = HeatLoad(liquid_mw=np.array([it * liquid_frac]), air_mw=np.array([it * (1.0 - liquid_frac)]))
    hours = [
        air_at(design.dry_bulb_c, design.coincident_wet_bulb_c, design.pressure_pa),
        air_at(design.coincident_dry_bulb_c, design.wet_bulb_c, design.pressure_pa),
    ]
    spans = [(p, slice(0, 1)) for p in plants_in_service]
    overheads = [float(_run(spans, electrical, heat, air).total.overhead_mw[0]) for air in hours]
    return 1.0 + max(overheads) / it


def _heat_per_it(plants: Sequence[Plant], electrical: ElectricalInput, liquid_frac: Array) -> Array:
    """Heat in the halls over IT power at full load, for plants in service together."""
    capacity = sum(p.capacity_mw for p in plants)
    fans = sum(p.capacity_mw * air_handler_frac(p) for p in plants) / capacity if capacity else 0.0
    one = np.ones(np.shape(liquid_frac))
    losses = hall_losses(electrical, one, one).in_rooms_mw
    return np.asarray(1.0 + losses + fans * (1.0 - liquid_frac + losses))


def _run(
    spans: Sequence[tuple[Plant, slice]], electrical: ElectricalInput, heat: HeatLoad, air: OutdoorAir
) -> SiteCooling:
    hours = heat.liquid_mw.size
    it = heat.it_mw
    capacity, fan_weighted = np.zeros(hours), np.zeros(hours)
    for plant, span in spans:
        capacity[span] += plant.capacity_mw
        fan_weighted[span] += plant.capacity_mw * air_handler_frac(plant)
    in_service = capacity > 0.0
    fans = np.where(in_service, fan_weighted / np.where(in_service, capacity, 1.0), 0.0)

    usual_frac = heat.liquid_mw.sum() / it.sum() if it.any() else 0.0
    liquid_frac = np.where(it > 0.0, heat.liquid_mw / np.where(it > 0.0, it, 1.0), usual_frac)
    full = hall_losses(electrical, np.ones(hours), np.ones(hours)).in_rooms_mw
    can_cool = capacity / (1.0 + full + fans * (1.0 - liquid_frac + full))
    # The electrical rooms come with the cooling and carry what there is; a watt where there is nothing.
    rated = np.maximum(np.maximum(can_cool, it), 1e-6)
    losses = hall_losses(electrical, it, rated)

    air_mw = heat.air_mw + losses.in_rooms_mw
    needed = heat.liquid_mw + air_mw * (1.0 + fans)
    served = np.minimum(1.0, capacity / np.where(needed > 0.0, needed, 1.0))

    total = PlantHours.nothing(hours)
    makeup: dict[str, Array] = {}
    for plant, span in spans:
        share = plant.capacity_mw / capacity[span]
        taken = HallHeat(
            liquid_mw=share * served[span] * heat.liquid_mw[span],
            air_mw=share * served[span] * air_mw[span],
            liquid_design_mw=share * can_cool[span] * liquid_frac[span],
            air_design_mw=share * can_cool[span] * (1.0 - liquid_frac[span] + full[span]),
        )
        whole = _spread(_run_plant(plant, taken, air.where(span)), span, hours)
        total = total + whole
        makeup[plant.name] = makeup.get(plant.name, np.zeros(hours)) + (
            whole.evaporation_m3 + whole.drift_m3 + whole.blowdown_m3
        )

    cooling = total.fan_mw + total.pump_mw + total.chiller_mw + total.air_mw
    transformers = transformer_loss_mw(electrical, it + losses.total_mw + cooling, rated)
    return SiteCooling(
        total=CoolingLoad(
            fan_mw=total.fan_mw,
            pump_mw=total.pump_mw,
            chiller_mw=total.chiller_mw,
            air_mw=total.air_mw,
            electrical_loss_mw=losses.total_mw + transformers,
            evaporation_m3=total.evaporation_m3,
            drift_m3=total.drift_m3,
            blowdown_m3=total.blowdown_m3,
        ),
        makeup_m3_by_plant=MappingProxyType(makeup),
        unmet_mw=(1.0 - served) * (heat.liquid_mw + air_mw) + total.unmet_mw,
        rejected_mw=total.rejected_mw,
        it_capacity_mw=can_cool,
    )


def _run_plant(plant: Plant, heat: HallHeat, air: OutdoorAir) -> PlantHours:
    match plant:
        case OpenTower():
            return run_open_tower(plant, heat, air)
        case AirCooledChiller():
            return run_air_cooled_chiller(plant, heat, air)
        case DryCooler():
            return run_dry_cooler(plant, heat, air)


def _spread(part: PlantHours, span: slice, hours: int) -> PlantHours:
    """Lay a plant's hours on the whole clock."""
    if span == slice(0, hours):
        return part
    whole = PlantHours.nothing(hours)
    for name in PlantHours.__dataclass_fields__:
        getattr(whole, name)[span] = getattr(part, name)
    return whole
