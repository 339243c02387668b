"""A made-up run of two sites with every column, plausible enough to judge the report's pages by.

Nothing here is a result: it only has the shape and the habits of one. Power and water close, so that
the checks on the page have something true to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from deal_fixture import deal_result
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results import (
    BINDINGS,
    Assumption,
    Entry,
    Event,
    Ledger,
    Note,
    Run,
    SiteTrace,
    UnitCost,
    WorkloadTrace,
)

Array = NDArray[np.float64]
Steps = tuple[tuple[str, float], ...]


def _steps(clock: Clock, steps: Steps) -> Array:
    out = np.zeros(clock.days)
    for day, value in steps:
        out[max(clock.day_index(date.fromisoformat(day)), 0) :] = value
    return out


def _lag(series: Array, days: int, rate: float) -> Array:
    """Follow a series after some days, at most ``rate`` a day."""
    out = np.zeros_like(series)
    for i in range(1, len(series)):
        target = series[max(i - days, 0)]
        out[i] = min(target, out[i - 1] + rate)
    return out


SITES: Mapping[str, dict[str, Steps | str | float]] = {
    "colossus-1": {
        "title": "Colossus 1, Memphis",
        "announced": (("2024-06-05", 100e3), ("2024-10-28", 200e3), ("2025-06-01", 230e3)),
        "ordered": (("2024-05-10", 100e3), ("2024-10-15", 200e3), ("2025-03-01", 230e3)),
        "delivered": (
            ("2024-07-05", 25e3),
            ("2024-08-15", 100e3),
            ("2024-12-10", 150e3),
            ("2025-02-10", 200e3),
            ("2025-06-20", 230e3),
        ),
        "hall": (("2024-06-20", 160.0), ("2024-10-20", 380.0), ("2025-06-01", 480.0)),
        "grid": (("2024-05-01", 8.0), ("2024-08-20", 50.0), ("2024-11-15", 150.0), ("2025-11-01", 300.0)),
        "turbine": (
            ("2024-06-25", 35.0),
            ("2024-09-20", 100.0),
            ("2024-12-20", 230.0),
            ("2025-07-02", 247.0),
            ("2027-01-02", 0.0),
        ),
        "storage": (("2024-12-15", 30.0), ("2025-05-15", 60.0)),
        "cooling": (("2024-06-20", 500.0), ("2025-09-05", 348.0), ("2025-11-05", 520.0)),
        "crew": 1900.0,
        "kw": 1.39,
    },
    "colossus-2": {
        "title": "Colossus 2, Memphis and Southaven",
        "announced": (("2025-03-01", 350e3), ("2025-07-22", 550e3), ("2026-01-08", 1.0e6)),
        "ordered": (("2025-04-01", 110e3), ("2025-09-01", 440e3), ("2026-03-01", 550e3)),
        "delivered": (
            ("2025-08-01", 60e3),
            ("2025-09-25", 110e3),
            ("2026-02-15", 250e3),
            ("2026-05-20", 440e3),
        ),
        "hall": (("2025-07-20", 330.0), ("2026-03-01", 1350.0)),
        "grid": (("2025-07-01", 30.0), ("2026-10-01", 300.0), ("2028-01-01", 900.0)),
        "turbine": (
            ("2025-08-01", 210.0),
            ("2025-11-15", 330.0),
            ("2026-04-01", 560.0),
            ("2026-08-01", 900.0),
            ("2027-06-01", 1140.0),
        ),
        "storage": (("2025-11-01", 80.0),),
        "cooling": (("2025-08-10", 200.0), ("2025-10-01", 350.0), ("2026-03-20", 1400.0)),
        "crew": 2600.0,
        "kw": 2.17,
    },
}


def _weather(clock: Clock, rng: np.random.Generator) -> tuple[Array, Array]:
    hours = np.arange(clock.hours)
    season = 17.0 - 11.5 * np.cos(2 * np.pi * (hours / 8766.0 + 0.31))
    daily = 5.0 * np.sin(2 * np.pi * (hours - 14) / 24.0)
    noise = np.zeros(clock.hours)
    shocks = rng.normal(0.0, 0.55, clock.hours)
    for i in range(1, clock.hours):
        noise[i] = 0.985 * noise[i - 1] + shocks[i]
    dry = season + daily + noise
    wet = dry - np.clip(3.5 + 0.8 * daily, 0.3, 12.0)
    return dry, wet


def _site(name: str, clock: Clock, rng: np.random.Generator) -> SiteTrace:
    spec = SITES[name]
    day = {key: _steps(clock, value) for key, value in spec.items() if isinstance(value, tuple)}
    kw, crew = float(spec["kw"]), float(spec["crew"])  # type: ignore[arg-type]
    pue_design = np.where(np.arange(clock.days) < clock.day_index(date(2025, 11, 5)), 1.30, 1.25)
    facility_kw = kw * pue_design
    ready = np.minimum(day["delivered"], day["hall"] / facility_kw * 1e3)
    installed = np.minimum(_lag(ready, 3, crew), day["delivered"])
    grid, onsite, storage = day["grid"], day["turbine"] * 0.92, day["storage"]
    firm = grid + onsite + storage
    terms = np.stack([installed * facility_kw / 1e3, day["hall"], firm, day["cooling"]])
    energised = np.floor(terms.min(axis=0) / facility_kw * 1e3)
    binding = np.zeros(clock.days, dtype=np.int8)
    least = terms.argmin(axis=0)
    for i in range(clock.days):
        if energised[i] >= day["delivered"][i] - 1:
            binding[i] = BINDINGS.index("delivery" if day["ordered"][i] > day["delivered"][i] else "none")
        elif least[i] == 0:
            short_hall = day["hall"][i] / facility_kw[i] * 1e3 < day["delivered"][i] - 1
            binding[i] = BINDINGS.index("hall" if short_hall and installed[i] >= ready[i] - 1 else "crew")
        else:
            binding[i] = BINDINGS.index(("crew", "hall", "power", "cooling")[least[i]])
    hourly, workloads = _hours(name, clock, rng, day, energised, kw)
    daily = {
        "announced_gpus": day["announced"],
        "ordered_gpus": day["ordered"],
        "delivered_gpus": day["delivered"],
        "installed_gpus": installed,
        "energised_gpus": energised,
        "useful_gpus": clock.daily_mean(hourly["useful_gpus"]),
        "installed_facility_mw": terms[0],
        "hall_facility_mw": day["hall"],
        "firm_power_mw": firm,
        "firm_grid_mw": grid,
        "firm_onsite_mw": onsite,
        "firm_storage_mw": storage,
        "cooling_facility_mw": day["cooling"],
        "energised_it_mw": energised * kw / 1e3,
        "energised_facility_mw": energised * facility_kw / 1e3,
        "pue_design": pue_design,
        "receipt_delay_days": np.where(day["ordered"] > day["delivered"], 40.0, 0.0),
        "energisation_delay_days": np.where(energised < day["delivered"], 21.0, 0.0),
    }
    chips = ("H100", "H200", "GB200") if name == "colossus-1" else ("GB200", "GB300")
    shares = (0.65, 0.22, 0.13) if name == "colossus-1" else (0.6, 0.4)
    by_chip = {
        state: {chip: daily[f"{state}_gpus"] * s for chip, s in zip(chips, shares, strict=True)}
        for state in ("ordered", "delivered", "installed", "energised")
    }
    makeup = hourly["water_makeup_m3"]
    recycled = np.zeros(clock.hours)
    if name == "colossus-1":
        recycled[clock.hour_span(date(2027, 3, 1), None)] = 0.9
    water = {"MLGW potable": makeup * (1 - recycled)}
    if name == "colossus-1":
        water["Recycling plant"] = makeup * recycled
    return SiteTrace(
        name=name,
        title=str(spec["title"]),
        hourly=hourly,
        daily=daily,
        binding=binding,
        gpus_by_chip=by_chip,
        water_by_source_m3=water,
        workloads=workloads,
    )


def _hours(
    name: str, clock: Clock, rng: np.random.Generator, day: Mapping[str, Array], energised: Array, kw: float
) -> tuple[dict[str, Array], tuple[WorkloadTrace, ...]]:
    dry, wet = _weather(clock, rng)
    h = np.arange(clock.hours)
    gpus = np.repeat(energised, 24)
    traffic = 0.74 + 0.05 * np.sin(2 * np.pi * (h - 3) / 24) + rng.normal(0, 0.008, clock.hours)
    it = gpus * kw / 1e3 * traffic
    overhead = 0.16 + 0.0035 * np.clip(wet - 5, 0, None)
    cooling, loss = it * overhead, it * 0.06
    demand = it + cooling + loss
    limit = np.repeat(day["grid"], 24)
    turbine_cap = np.repeat(day["turbine"], 24) * (1 - 0.004 * np.clip(dry - 15, 0, None))
    turbine_cap *= np.where(rng.random(clock.hours) < 0.004, 0.8, 1.0)
    has_solar = name == "colossus-1"
    sun = np.clip(np.sin(2 * np.pi * (h - 12) / 24), 0, None) * np.clip(
        rng.normal(0.8, 0.2, clock.hours), 0, 1
    )
    solar = np.where(
        np.repeat(clock.day_stamps >= np.datetime64("2027-06-01"), 24) & has_solar, 88 * sun, 0.0
    )
    discharge = np.where(
        (h % 24 == 23) & (np.repeat(day["storage"], 24) > 0), 0.3 * np.repeat(day["storage"], 24), 0.0
    )
    charge = np.where(
        (h % 24 == 9) & (np.repeat(day["storage"], 24) > 0), 0.34 * np.repeat(day["storage"], 24), 0.0
    )
    grid = np.clip(np.minimum(demand - solar, limit), 0, None)
    discharge = np.minimum(discharge, np.clip(demand - solar - grid, 0, None))
    charge = np.minimum(charge, np.clip(limit + turbine_cap - demand, 0, None))
    turbine = np.clip(np.minimum(demand + charge - solar - grid - discharge, turbine_cap), 0, None)
    genset = np.where(h < clock.day_index(date(2024, 12, 1)) * 24, 0.35 * turbine, 0.0)
    turbine = turbine - genset
    supply = solar + grid + discharge + turbine + genset - charge
    shed = np.clip(demand - supply, 0, None)
    curtailed = np.clip(supply - demand, 0, None)
    served = demand - shed
    it_served = np.where(demand > 0, it * served / np.where(demand > 0, demand, 1), 0.0)
    evaporated = it_served * 1.22 * (1.1 + 0.012 * np.clip(wet, -5, None))
    with np.errstate(divide="ignore", invalid="ignore"):
        pue = np.where(it_served > 0, served / it_served, np.nan)
    useful = gpus * 0.86 * np.where(it > 0, it_served / np.where(it > 0, it, 1), 0)
    hourly = {
        "dry_bulb_c": dry,
        "wet_bulb_c": wet,
        "it_demand_mw": it,
        "it_served_mw": it_served,
        "cooling_mw": cooling * it_served / np.where(it > 0, it, 1),
        "electrical_loss_mw": loss * it_served / np.where(it > 0, it, 1),
        "facility_demand_mw": demand,
        "facility_served_mw": served,
        "pue": pue,
        "grid_mw": grid,
        "turbine_mw": turbine,
        "genset_mw": genset,
        "solar_mw": solar,
        "battery_discharge_mw": discharge,
        "battery_charge_mw": charge,
        "battery_energy_mwh": np.repeat(day["storage"], 24) * 2.0,
        "curtailed_mw": curtailed,
        "shed_mw": shed,
        "grid_limit_mw": limit,
        "units_online": np.ceil((turbine + genset) / 16.5),
        "co2_fuel_t": (turbine + genset) * 0.565,
        "co2_grid_t": grid * 0.33,
        "nox_kg": (turbine + genset) * np.where(h < clock.day_index(date(2025, 7, 2)) * 24, 0.25, 0.036),
        "water_makeup_m3": evaporated * 1.34,
        "water_evaporated_m3": evaporated,
        "water_drift_m3": evaporated * 0.001,
        "water_blowdown_m3": evaporated * 0.339,
        "useful_gpus": useful,
        "busy_gpus": gpus * 0.95,
        "price_usd_per_mwh": 52 + 9 * np.sin(2 * np.pi * (h - 16) / 24),
    }
    lease = np.repeat(clock.day_stamps >= np.datetime64("2026-05-06"), 1) & (name == "colossus-1")
    split = {"grok training": ("training", 0.72), "grok serving": ("serving", 0.23)}
    loads = [
        WorkloadTrace(
            name=w,
            site=name,
            kind=kind,
            tenant="xAI",
            gpus=np.where(lease, 0.0, energised * share),
            it_mw=np.where(lease, 0.0, energised * share * kw / 1e3 * 0.75),
            tokens=np.where(lease, 0.0, energised * share * 6.5e6),
            goodput_frac=np.where(
                energised > 0,
                np.clip(
                    (0.9 if kind == "training" else 0.97)
                    - 3e-7 * energised
                    + rng.normal(0, 0.008, clock.days),
                    0,
                    1,
                ),
                np.nan,
            ),
        )
        for w, (kind, share) in split.items()
    ]
    if name == "colossus-1":
        loads.append(
            WorkloadTrace(
                name="whole-site lease",
                site=name,
                kind="lease",
                tenant="Anthropic",
                gpus=np.where(lease, energised, 0.0),
                it_mw=np.where(lease, energised * kw / 1e3 * 0.8, 0.0),
                tokens=np.zeros(clock.days),
                goodput_frac=np.where(lease, 0.95, np.nan),
            )
        )
    return hourly, tuple(loads)


def _ledger(clock: Clock, sites: Mapping[str, SiteTrace]) -> Ledger:
    entries: list[Entry] = []
    for name, site in sites.items():
        month = {k: clock.monthly_sum(np.nan_to_num(v)) for k, v in site.hourly.items()}
        energy = [
            ("grid", "bus", "import", month["grid_mw"]),
            ("turbine", "bus", "turbines", month["turbine_mw"]),
            ("genset", "bus", "gensets", month["genset_mw"]),
            ("solar", "bus", "solar", month["solar_mw"]),
            ("store", "bus", "discharge", month["battery_discharge_mw"]),
            ("bus", "store", "charge", month["battery_charge_mw"]),
            ("bus", "facility", "served", month["facility_served_mw"]),
            ("bus", "curtailed", "curtailed", month["curtailed_mw"]),
            ("facility", "it", "computers", month["it_served_mw"]),
            ("facility", "cooling", "cooling", month["cooling_mw"]),
            ("facility", "loss", "electrical losses", month["electrical_loss_mw"]),
        ]
        water = [
            (f"source:{s}", "plant", s, clock.monthly_sum(v)) for s, v in site.water_by_source_m3.items()
        ]
        water += [
            ("plant", "air", "evaporation", month["water_evaporated_m3"]),
            ("plant", "air", "drift", month["water_drift_m3"]),
            ("plant", "sewer", "blowdown", month["water_blowdown_m3"]),
        ]
        carbon = [
            ("fuel", "units", "natural gas", month["co2_fuel_t"]),
            ("units", "air", "stack", month["co2_fuel_t"]),
            ("grid", "imports", "grid average", month["co2_grid_t"]),
            ("imports", "air", "upstream", month["co2_grid_t"]),
        ]
        money = _money(clock, site, month)
        for account, rows in (("energy", energy), ("water", water), ("carbon", carbon), ("money", money)):
            entries += [Entry(name, account, a, b, item, np.asarray(q)) for a, b, item, q in rows]
    change = {
        (name, "energy", "store"): clock.monthly_sum(
            s.hourly["battery_charge_mw"] - s.hourly["battery_discharge_mw"]
        )
        for name, s in sites.items()
    }
    return Ledger(months=clock.months, entries=tuple(entries), stock_change=change)


def _money(clock: Clock, site: SiteTrace, month: Mapping[str, Array]) -> list[tuple[str, str, str, Array]]:
    last = clock.last_day_of_month
    new = np.diff(site.daily["delivered_gpus"][last], prepend=0.0)
    power = np.clip(np.diff(site.daily["firm_onsite_mw"][last], prepend=0.0), 0, None)
    hall = np.diff(site.daily["hall_facility_mw"][last], prepend=0.0)
    capital = {
        "chips": new * 31e3,
        "network": new * 4.2e3,
        "halls": hall * 3.1e6,
        "cooling": hall * 1.4e6,
        "turbines": power * 1.1e6,
    }
    running = {
        "grid energy": month["grid_mw"] * 52.0,
        "demand charges": month["grid_limit_mw"] / 730 * 1.1e4,
        "fuel": (month["turbine_mw"] + month["genset_mw"]) * 36.0,
        "water": month["water_makeup_m3"] * 0.85,
        "staff": np.full(len(clock.months), 2.4e6),
        "maintenance": site.daily["energised_gpus"][last] * 24.0,
    }
    out = [("cash", "capital", item, q) for item, q in capital.items()]
    out += [("cash", "operation", item, q) for item, q in running.items()]
    return [("owner", "cash", "funding", sum(q for *_, q in out)), *out]


def _monthly(clock: Clock, site: SiteTrace) -> dict[str, object]:
    last = clock.last_day_of_month
    modes = [
        BINDINGS[np.bincount(site.binding[clock.month_of_day == m], minlength=len(BINDINGS)).argmax()]
        for m in range(len(clock.months))
    ]
    return {
        "gpus": {
            s: site.daily[f"{s}_gpus"][last]
            for s in ("ordered", "delivered", "installed", "energised", "useful")
        },
        "it_mw_provisioned": site.daily["energised_it_mw"][last],
        "facility_mw_provisioned": site.daily["energised_facility_mw"][last],
        "facility_mw_mean": clock.monthly_mean(site.hourly["facility_served_mw"]),
        "binding": modes,
        "curtailed_mwh": clock.monthly_sum(site.hourly["curtailed_mw"]),
    }


def _events(sites: Mapping[str, SiteTrace]) -> tuple[Event, ...]:
    one = [
        (
            "2024-06-20",
            "hall",
            "First hall ready: 160 MW facility",
            "construction start 2024-06, compute-atlas",
        ),
        ("2024-07-05", "delivery", "25,000 H100 arrive", "Epoch AI, Frontier Data Centers, August 2026"),
        ("2024-08-15", "delivery", "75,000 H100 arrive", "Epoch AI, Frontier Data Centers, August 2026"),
        ("2024-08-20", "grid", "Grid import limit rises from 8 to 50 MW", "MLGW, from memory"),
        ("2024-11-15", "grid", "Grid import limit rises to 150 MW", "TVA board 2024-11-07"),
        ("2025-02-10", "milestone", "200,000 GPUs installed", "techjuice; muskwatch"),
        ("2025-05-15", "storage", "Megapacks: 60 MW firm", "teslarati"),
        ("2025-07-02", "permit", "Permit for 15 turbines, 247 MW, until 2027-01", "particle.news"),
        ("2025-09-05", "cooling", "Air-cooled chillers removed: plant falls to 348 MW", "Epoch AI"),
        ("2025-11-05", "cooling", "Towers complete", "Epoch AI"),
        ("2026-05-06", "workload", "Whole site leased", "SpaceX S-1"),
        ("2027-01-02", "permit", "Turbine permit ends", "particle.news"),
    ]
    two = [
        ("2025-08-01", "generator", "Seven turbines of 35 MW at Southaven", "techstora/SemiAnalysis"),
        ("2025-10-19", "delivery", "110,000 GB200 in place", "Epoch AI, Frontier Data Centers, August 2026"),
        ("2026-03-10", "permit", "41 permanent turbines permitted", "teslarati; basenor"),
        ("2026-05-20", "delivery", "440,000 GPUs in place", "Epoch AI"),
    ]
    every = [("colossus-1", *e) for e in one] + [("colossus-2", *e) for e in two]
    return tuple(Event(date.fromisoformat(d), s, k, t, src) for s, d, k, t, src in every if s in sites)


ASSUMPTIONS = """
sites.colossus-1.power.grid.0.import_limit|8 MW|||given|MLGW, July 2024|2024-07|from memory|
sites.colossus-1.power.grid.2.import_limit|150 MW|||given|TVA board 2024-11-07|2024-11|read in the source|
sites.colossus-1.power.generators.rented.units|35|14|35|given|SELC via muskwatch|2025-03|reported|
sites.colossus-1.power.permits.titan.nox_limit|87 short tons|||given|county permit|2025-07|reported|
sites.colossus-1.halls.0.from|2024-06-20|||given|compute-atlas|2024-06|reported|
sites.colossus-1.crews.0.gpus_per_day|1900 a day|1000|3000|default||2026-08|assumed|92 days for 100,000
deliveries.0.gpus|25,000 H100|||given|Epoch AI, Frontier Data Centers|2026-08|estimate|CC BY 4.0
catalog.chip.H100.tdp|700 W|||catalogue|NVIDIA H100 data sheet|2023|read in the source|
catalog.system.GB200.power|132 kW|||catalogue|NVIDIA GB200 NVL72|2024|read in the source|a rack of 72
catalog.generator.titan-130.heat_rate|10650 Btu/kWh|||catalogue|data sheet|2025|read in the source|HHV
catalog.cooling.open-tower.approach|4 K|3 K|6 K|catalogue|ASHRAE Handbook|2020|partly read|
workloads.grok-training.mfu|0.35|0.25|0.45|given|||assumed|no published figure
workloads.grok-serving.share|0.23|0.1|0.4|given|||assumed|
money.chip_price.H100|31000 USD|25000 USD|40000 USD|catalogue|finance tables|2024|reported|
money.cost_of_capital|0.1|0.08|0.14|default|||assumed|
sites.colossus-1.water.potable.price|0.5 USD/m3|||given|thecoolingreport|2026-03|reported|
"""


def _assumptions() -> tuple[Assumption, ...]:
    rows = [line.split("|") for line in ASSUMPTIONS.strip().splitlines()]
    for i in range(60):
        source = ("catalogue", "reference chiller", "2023", "derived", "")
        rows.append([f"catalog.cooling.curve.{i}.part_load", f"{0.2 + i / 100:.2f}", "", "", *source])
    return tuple(Assumption(*row) for row in rows)


def _notes() -> tuple[Note, ...]:
    return (
        Note(
            "conflict",
            "Megapacks at Colossus 1",
            "Sources count 156, 168 and 208 units; the scenario takes 156 in May and 208 from August 2025.",
            "teslarati; benzinga",
            "firm power between 55 and 80 MW",
        ),
        Note(
            "doubt",
            "The permit's 22 start-and-stop events",
            "Reported without saying per unit or plant; taken as 22 per unit and 110 h for the plant.",
            "Shelby County permit",
            "with the other reading: 14 MW less firm power",
        ),
        Note("limit", "Hourly means", "Load swings within an hour are not modelled.", "", ""),
        Note(
            "option",
            "Recycling plant",
            "13 million gallons a day, restart promised by word of mouth only: an option with a date.",
            "memphisflyer",
            "potable water falls by up to 90 %",
        ),
    )


def _unit_costs(sites: Mapping[str, SiteTrace], years: range) -> tuple[UnitCost, ...]:
    out = []
    for k, name in enumerate(sites):
        for i, year in enumerate(years):
            parts = {
                "chips": 1.05 - 0.03 * i,
                "facility": 0.22,
                "power": 0.16 + 0.02 * k,
                "operation": 0.09,
                "finance": 0.31,
                "idleness": 0.55 / (1 + i),
            }
            out.append(
                UnitCost(
                    name,
                    str(year),
                    "GPU-hour",
                    parts,
                    sum(parts.values()),
                    "yearly cost over useful GPU-hours; idleness was paid for and not used",
                )
            )
            tokens = {key: v * 0.4 for key, v in parts.items()}
            out.append(
                UnitCost(
                    name,
                    str(year),
                    "million tokens",
                    tokens,
                    sum(tokens.values()),
                    "yearly cost of serving over tokens served",
                )
            )
    return tuple(out)


def make_run(
    *, start: date = date(2024, 5, 1), end: date = date(2031, 1, 1), names: tuple[str, ...] = tuple(SITES)
) -> Run:
    """Build the made-up run; the full one has 80 months of two sites."""
    clock = Clock(start, end)
    rng = np.random.default_rng(7)
    sites = {name: _site(name, clock, rng) for name in names}
    return Run(
        scenario="colossus",
        title="Colossus",
        description="A made-up run for the report's tests, drawn to look like a campus and to be none.",
        version="0.1.0",
        seed=7,
        clock=clock,
        sites=sites,
        ledger=_ledger(clock, sites),
        monthly={name: _monthly(clock, site) for name, site in sites.items()},
        unit_costs=_unit_costs(sites, range(start.year, end.year)),
        events=_events(sites),
        assumptions=_assumptions(),
        notes=_notes(),
        resolved={"sites": {"colossus-1": {"permits": [{"name": "titan", "nox_short_tons": 87.0}]}}},
        scenario_sha256="3f1c0f4f0d6d2f52c9be5bb22f6d5e1a7f1e8b0f9cf8a8a2a0f9d2d2f5a4f7c1",
        overrides=("sites.colossus-1.power.reserve_units=1",),
        reported=(
            ("colossus-1", date(2024, 8, 11), 25e3, "Epoch AI, Frontier Data Centers, August 2026"),
            ("colossus-1", date(2024, 9, 2), 100e3, "Epoch AI, Frontier Data Centers, August 2026"),
            ("colossus-1", date(2025, 2, 17), 200e3, "Epoch AI, Frontier Data Centers, August 2026"),
            ("colossus-1", date(2025, 7, 22), 230e3, "SemiAnalysis, 2025-09-16"),
            ("colossus-2", date(2025, 10, 19), 110e3, "Epoch AI, Frontier Data Centers, August 2026"),
            ("colossus-2", date(2026, 7, 1), 440e3, "Epoch AI, Frontier Data Centers, August 2026"),
        )
        if len(names) > 1
        else (),
        finance=deal_result(),
    )


def with_nothing(run: Run) -> Run:
    """The same run with every array unknown and every list empty: what the page must survive."""
    sites = {
        name: replace(
            s,
            hourly={k: np.full(run.clock.hours, np.nan) for k in s.hourly},
            daily={k: np.full(run.clock.days, np.nan) for k in s.daily},
            binding=np.zeros(run.clock.days, dtype=np.int8),
            gpus_by_chip={},
            water_by_source_m3={},
            workloads=(),
        )
        for name, s in run.sites.items()
    }
    return replace(
        run,
        sites=sites,
        ledger=Ledger(run.clock.months, ()),
        monthly={},
        unit_costs=(),
        events=(),
        assumptions=(),
        notes=(),
        resolved={},
        finance=None,
        overrides=(),
        reported=(),
    )
