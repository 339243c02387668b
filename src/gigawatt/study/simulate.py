"""One site through its hours: climate, compute, cooling, power, shedding; DESIGN's steps 1 to 9."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigawatt import climate, compute, cooling, power
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.kernel.handover import PriceSeries, Weather
from gigawatt.power.fleet import grid_limit_by_hour_mw
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.study.build import SiteBuild, build_site

if TYPE_CHECKING:
    from gigawatt.study.queue_run import Queue, Tell
    from gigawatt.study.queues import SiteQueues

Array = NDArray[np.float64]

SHED_TOLERANCE_MW = 1e-6
SHED_FORBIDDEN = "GW590"
"""Code of the error for load that may not be shed."""


@dataclass(frozen=True, slots=True)
class SiteHours:
    """Everything that happened on a site, as the domains gave it."""

    build: SiteBuild
    weather: Weather
    load: compute.ComputeLoad
    cooled: cooling.SiteCooling
    """From the IT load that was served."""
    dispatched: power.Dispatch
    result: compute.ComputeResult
    facility_demand_mw: Array
    facility_served_mw: Array
    overhead_frac: Array
    """Share of cooling and losses that got power: below 1 only where nothing else is left to shed."""
    curtailed_mw: Array
    """Surplus generation, and what shedding saved in cooling beyond the shed."""
    water_by_source_m3: Mapping[str, Array]
    prices: PriceSeries
    co2_grid_t: Array
    grid_limit_mw: Array
    queues: SiteQueues | None = None
    """What its queues of jobs did; None where it has none."""


def simulate_site(
    campus: Campus,
    site: SiteCampus,
    weather: Weather,
    queues: Mapping[str, Queue] | None = None,
    tell: Tell | None = None,
) -> SiteHours:
    """Run one site once through; no other loop.

    Parameters
    ----------
    campus, site, weather
        What to run.
    queues
        What :func:`gigawatt.study.queues.read_queues` read, where a workload is a queue of jobs.
    tell
        Told how far the simulation of a queue is.

    Raises
    ------
    InputError
        GW6xx: a queue of jobs cannot be simulated.
    InfeasibleError
        Load must be shed and ``power.curtailment.allowed`` is false.
    """
    clock, place = campus.clock, site.place
    build = build_site(campus, site)
    done = _simulate_queues(campus, site, build, queues or {}, tell)
    load = compute.plan_load(
        site.workloads,
        build.systems,
        build.energised.gpus,
        clock,
        place.utc_offset_h,
        compute.MfuTable(),
        used=None if done is None else done.used,
    )
    asked = cooling.simulate(
        site.site.cooling.plants, site.site.cooling.electrical, load.heat, weather, clock
    )
    demand_mw = load.total_it_mw + asked.total.overhead_mw
    dispatched = _dispatch(campus, site, demand_mw, weather)
    result = compute.account_shed(load, _it_to_shed(dispatched.shed_mw, load.total_it_mw))
    if np.any(result.shed_it_mw > 0.0):
        cooled = cooling.simulate(
            site.site.cooling.plants, site.site.cooling.electrical, result.heat, weather, clock
        )
    else:
        cooled = asked
    supplied_mw = demand_mw - dispatched.shed_mw
    overhead_frac = _overhead_served(supplied_mw - result.total_it_mw, cooled.total.overhead_mw)
    served_mw = result.total_it_mw + cooled.total.overhead_mw * overhead_frac
    return SiteHours(
        build=build,
        weather=weather,
        load=load,
        cooled=cooled,
        dispatched=dispatched,
        result=result,
        facility_demand_mw=demand_mw,
        facility_served_mw=served_mw,
        overhead_frac=overhead_frac,
        curtailed_mw=dispatched.curtailed_mw + (supplied_mw - served_mw),
        water_by_source_m3=water_by_source(site, clock, cooled),
        prices=power.price_series(power.tariff_model(site.site.power.tariff), clock, place.utc_offset_h),
        co2_grid_t=power.grid_co2_t(dispatched.grid_mw, power.grid_region(site.site.power.region)),
        grid_limit_mw=grid_limit_by_hour_mw(site.site.power, clock),
        queues=done,
    )


def _simulate_queues(
    campus: Campus, site: SiteCampus, build: SiteBuild, queues: Mapping[str, Queue], tell: Tell | None
) -> SiteQueues | None:
    """Let the cluster room simulate the queues of jobs; it is loaded only where there is one."""
    if not any(isinstance(work, compute.QueuedJobs) for work in site.workloads):
        return None
    from gigawatt.study.queues import simulate_queues

    return simulate_queues(campus, site, build, queues, tell)


def _it_to_shed(shed_mw: Array, it_mw: Array) -> Array:
    """IT megawatts to take off for a facility shortfall, so that what is left can be served.

    The whole shortfall is taken from the IT load: its cooling falls with it, and
    what that saves is booked as curtailed. Where the shortfall exceeds the IT
    load, all of it is off.
    """
    return np.where(shed_mw > SHED_TOLERANCE_MW, np.minimum(shed_mw, it_mw), 0.0)


def _overhead_served(left_mw: Array, overhead_mw: Array) -> Array:
    """Share of the overhead that what is left after the IT load can carry, 0 to 1."""
    share = np.divide(left_mw, overhead_mw, out=np.ones_like(left_mw), where=overhead_mw > 0.0)
    return np.where(left_mw < overhead_mw * (1.0 - 1e-12), np.maximum(share, 0.0), 1.0)


def _dispatch(campus: Campus, site: SiteCampus, demand_mw: Array, weather: Weather) -> power.Dispatch:
    place = site.place
    try:
        return power.dispatch(
            site.site.power,
            demand_mw,
            weather,
            campus.clock,
            power.Place(place.latitude_deg, place.longitude_deg, place.elevation_m, place.utc_offset_h),
            _rng(campus, f"outages {site.name}"),
        )
    except InfeasibleError as error:
        raise InfeasibleError(f"{SHED_FORBIDDEN}  {site.name}: {error}") from None


def _rng(campus: Campus, purpose: str) -> np.random.Generator:
    return np.random.default_rng([campus.scenario.seed, zlib.crc32(purpose.encode())])


def weather_of(campus: Campus) -> dict[str, Weather]:
    """Hourly weather by site; sites at one place with one source share it."""
    made: dict[tuple[str, str | None], Weather] = {}
    out = {}
    for name, site in campus.sites.items():
        key = (site.site.place.climate, site.site.place.weather_file)
        if key not in made:
            made[key] = _weather(campus, site)
        out[name] = made[key]
    return out


def _weather(campus: Campus, site: SiteCampus) -> Weather:
    path = site.site.place.weather_file
    if path is None:
        return climate.synthesise(site.place, campus.clock, _rng(campus, f"weather {site.place.name}"))
    from gigawatt.climate.readers import read_weather_file

    read = read_weather_file(path)
    return climate.repeat_year(read.weather, read.utc_offset_h, campus.clock)


def water_by_source(site: SiteCampus, clock: Clock, cooled: cooling.SiteCooling) -> dict[str, Array]:
    """Split each plant's make-up over the sources, recycled water first, within their daily limits.

    A plant draws on the recycled sources in service, then on the source that it
    names; a plant that names none draws on 'unnamed'. A limit is spent evenly
    over the hours of a day in proportion to the draw.
    """
    total = np.zeros(clock.hours)
    named: dict[str, Array] = {w.name: np.zeros(clock.hours) for w in site.site.water}
    rest = {}
    for plant in site.site.cooling.plants:
        drawn = cooled.makeup_m3_by_plant[plant.name]
        total += drawn
        rest[plant.name] = drawn.copy()
    for source in site.site.water:
        if source.kind != "recycled":
            continue
        on = np.zeros(clock.hours)
        on[clock.hour_span(source.from_, source.until)] = 1.0
        share = on * _share_within(total, source.limit_m3_per_day, clock)
        for plant in site.site.cooling.plants:
            if plant.water is None:
                continue
            taken = rest[plant.name] * share
            named[source.name] += taken
            rest[plant.name] -= taken
    for plant in site.site.cooling.plants:
        if np.any(rest[plant.name]):
            key = plant.water or "unnamed"
            named[key] = named.get(key, np.zeros(clock.hours)) + rest[plant.name]
    return named


def _share_within(drawn_m3: Array, limit_m3_per_day: float | None, clock: Clock) -> Array:
    """Share of each hour's draw that a daily limit covers, shape (hours,)."""
    if limit_m3_per_day is None:
        return np.ones(clock.hours)
    daily = drawn_m3.reshape(clock.days, 24).sum(axis=1)
    share = np.minimum(1.0, limit_m3_per_day / np.maximum(daily, 1e-300))
    return np.repeat(share, 24)
