"""What holds for every dispatch, whatever the site."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.power import Place, PowerInput, dispatch
from gigawatt.power.dispatch import rolling_year

START = date(2025, 1, 1)
PLACE = Place(35.05, -89.98, 80.0, -6.0)
MODELS = ("solar-smt-130", "titan-350", "tm2500", "voltagrid-2.5", "rental-fleet-memphis")
ordinary = settings(derandomize=True, deadline=None, max_examples=40)
long_runs = settings(derandomize=True, deadline=None, max_examples=12)


def day_after(days: int) -> str:
    return (START + timedelta(days=days)).isoformat()


def weather_of(hours: int, seed: int) -> Weather:
    rng = np.random.default_rng(seed)
    h = np.arange(hours)
    air = 16.0 + 11.0 * np.sin(2 * np.pi * (h / 8760 - 0.3)) + 5.0 * np.sin(2 * np.pi * (h - 15) / 24)
    air = air + rng.normal(0.0, 2.0, hours)
    sun = np.maximum(0.0, 800.0 * np.sin(2 * np.pi * ((h - 12) % 24) / 24)) * rng.random(hours)
    return Weather(air, air - 5.0, air - 3.0, np.full(hours, 100000.0), sun)


def demand_of(hours: int, mean_mw: float, swing_frac: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    h = np.arange(hours)
    steps = np.repeat(rng.choice([0.3, 0.9, 1.0, 1.1], size=hours // 24 + 1), 24)[:hours]
    wave = 1.0 + swing_frac * np.sin(2 * np.pi * h / 24) + 0.05 * rng.normal(size=hours)
    return np.maximum(mean_mw * steps * wave, 0.0)


@st.composite
def generators(draw, days: int, permit: str | None = None) -> list[dict]:
    found = []
    for i in range(draw(st.integers(0 if permit is None else 1, 3))):
        first = draw(st.integers(-3, days - 1))
        group = {
            "name": f"g{i}",
            "model": draw(st.sampled_from(MODELS)),
            "units": draw(st.integers(1, 8)),
            "from": day_after(first),
            "forced_outage": draw(st.sampled_from([0.0, 0.05, 0.4])),
        }
        if draw(st.booleans()):
            group["until"] = day_after(first + draw(st.integers(1, days)))
        if permit is not None and draw(st.booleans()):
            group["permit"] = permit
        found.append(group)
    return found


@st.composite
def stores(draw, days: int) -> list[dict]:
    found = []
    for i in range(draw(st.integers(0, 2))):
        first = draw(st.integers(-3, days - 1))
        store = {
            "name": f"b{i}",
            "model": draw(st.sampled_from(["megapack-2xl-2h", "megapack-2xl-4h", "megapack-3"])),
            "units": draw(st.integers(1, 60)),
            "from": day_after(first),
            "reserve": draw(st.sampled_from([0.0, 0.2, 0.9])),
        }
        if draw(st.booleans()):
            store["until"] = day_after(first + draw(st.integers(1, days)))
        found.append(store)
    return found


@st.composite
def sites(draw, days: int, permit: dict | None = None) -> dict:
    site = {
        "region": "srtv",
        "grid": [{"from": "2024-01-01", "import_limit": f"{draw(st.integers(0, 200))} MW"}],
        "generators": draw(generators(days, None if permit is None else permit["name"])),
        "storage": draw(stores(days)),
        "dispatch_order": draw(st.permutations(["grid", "turbine", "genset"])),
        "look_ahead": f"{draw(st.integers(1, 48))} h",
        "permits": [] if permit is None else [permit],
    }
    if draw(st.booleans()):
        capacity = f"{draw(st.integers(1, 300))} MW"
        site["solar"] = [{"name": "s", "capacity": capacity, "from": day_after(draw(st.integers(-5, 5)))}]
    if draw(st.booleans()):
        hour = draw(st.integers(0, 23))
        site["grid_outages"] = [{"day": day_after(1), "hour": hour, "duration": "30 h"}]
    return site


def solve(site: dict, days: int, mean_mw: float, swing_frac: float, seed: int):
    clock = Clock(START, START + timedelta(days=days))
    load = demand_of(clock.hours, mean_mw, swing_frac, seed)
    power = PowerInput.model_validate(site)
    return dispatch(power, load, weather_of(clock.hours, seed), clock, PLACE, np.random.default_rng(seed))


@given(site=sites(12), mean=st.floats(0.0, 500.0), swing=st.floats(0.0, 0.9), seed=st.integers(0, 99))
@ordinary
def test_energy_balances_and_nothing_is_negative(site, mean, swing, seed):
    result = solve(site, 12, mean, swing, seed)
    scale = max(1.0, result.demand_mw.max())
    assert np.abs(result.residual_mw).max() < 1e-9 * scale
    assert np.abs(result.storage_residual_mwh).max() < 1e-9 * scale
    for name in (
        "grid_mw", "turbine_mw", "genset_mw", "solar_mw", "battery_discharge_mw", "battery_charge_mw",
        "battery_loss_mwh", "battery_removed_mwh", "curtailed_mw", "shed_mw", "turbine_fuel_mmbtu",
        "genset_fuel_mmbtu", "nox_kg", "co_kg", "voc_kg", "starts",
    ):  # fmt: skip
        assert getattr(result, name).min() >= 0.0, name
    assert (result.shed_mw <= result.demand_mw + 1e-9 * scale).all()
    assert not ((result.shed_mw > 1e-6) & (result.curtailed_mw > 1e-6)).any()
    assert not ((result.battery_charge_mw > 1e-9) & (result.battery_discharge_mw > 1e-9)).any()


@given(site=sites(12), mean=st.floats(1.0, 500.0), seed=st.integers(0, 99))
@ordinary
def test_stores_and_units_stay_within_their_size(site, mean, seed):
    result = solve(site, 12, mean, 0.3, seed)
    sizes = {"megapack-2xl-2h": (1.9, 3.9), "megapack-2xl-4h": (1.0, 3.9), "megapack-3": (1.25, 5.0)}
    power_mw = sum(s["units"] * sizes[s["model"]][0] for s in site["storage"])
    energy_mwh = sum(s["units"] * sizes[s["model"]][1] for s in site["storage"])
    assert result.battery_energy_mwh.min() >= -1e-9 * max(energy_mwh, 1.0)
    assert result.battery_energy_mwh.max() <= energy_mwh * (1 + 1e-12)
    assert max(result.battery_charge_mw.max(), result.battery_discharge_mw.max()) <= power_mw * (1 + 1e-12)
    units = {g["name"]: g["units"] for g in site["generators"]}
    for name, online in zip(result.groups, result.group_online, strict=True):
        assert online.max() <= units[name]
    assert (result.group_output_mw[result.group_online == 0.0] == 0.0).all()


@st.composite
def tight_permits(draw) -> dict:
    permit: dict = {"name": "p", "from": day_after(draw(st.integers(-10, 100)))}
    for key in ("nox_limit", "co_limit", "voc_limit"):
        if draw(st.booleans()):
            permit[key] = f"{draw(st.sampled_from([0, 0.5, 3, 12]))} short tons"
    if draw(st.booleans()):
        permit["start_events"] = draw(st.integers(0, 12))
        permit["start_events_scope"] = draw(st.sampled_from(["unit", "plant"]))
    if draw(st.booleans()):
        permit["start_duration_limit"] = f"{draw(st.sampled_from([0, 1, 8]))} h"
    if draw(st.booleans()):
        permit["capacity"] = f"{draw(st.integers(1, 80))} MW"
    return permit


@given(data=st.data(), permit=tight_permits(), mean=st.floats(1.0, 250.0), seed=st.integers(0, 99))
@long_runs
def test_budgets_of_a_rolling_year_are_never_exceeded(data, permit, mean, seed):
    days = 560
    site = data.draw(sites(days, permit))
    result = solve(site, days, mean, 0.3, seed)
    (use,) = result.permits
    for pollutant in ("nox", "co", "voc"):
        if f"{pollutant}_limit" in permit:
            limit = float(permit[f"{pollutant}_limit"].split()[0])
            assert getattr(use, f"{pollutant}_short_tons").max() <= limit + 1e-12
    if "start_duration_limit" in permit:
        assert use.start_h.max() <= float(permit["start_duration_limit"].split()[0]) + 1e-9
    if "start_events" in permit:
        units = {g["name"]: g["units"] for g in site["generators"] if g.get("permit") == "p"}
        for name, starts in zip(result.groups, result.group_starts, strict=True):
            if name in units:
                most = permit["start_events"] * (
                    1 if permit["start_events_scope"] == "plant" else units[name]
                )
                assert rolling_year(starts).max() <= most
        if permit["start_events_scope"] == "plant":
            assert use.start_events.max() <= permit["start_events"]
    if "capacity" in permit:
        assert use.output_mw.max() <= float(permit["capacity"].split()[0]) * (1 + 1e-9)
    before = max((date.fromisoformat(permit["from"]) - START).days, 0)
    assert use.output_mw[: 24 * before].sum() == 0.0


@given(site=sites(12), mean=st.floats(1.0, 500.0), seed=st.integers(0, 99), data=st.data())
@ordinary
def test_the_order_of_lists_does_not_matter(site, mean, seed, data):
    mixed = dict(site)
    for key in ("generators", "storage"):
        mixed[key] = data.draw(st.permutations(site[key]))
    one, two = (solve(s, 12, mean, 0.3, seed) for s in (site, mixed))
    for name in ("grid_mw", "turbine_mw", "battery_energy_mwh", "shed_mw", "nox_kg"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


@given(
    grid_mw=st.integers(0, 200), units=st.integers(0, 6), mean=st.floats(1.0, 300.0), seed=st.integers(0, 99)
)
@ordinary
def test_more_grid_or_more_units_never_shed_more(grid_mw, units, mean, seed):
    def shed(grid: int, count: int) -> float:
        site: dict = {"region": "srtv", "grid": [{"from": "2024-01-01", "import_limit": f"{grid} MW"}]}
        if count:
            group = {"name": "g", "model": "pe6000", "units": count, "from": "2024-01-01"}
            site["generators"] = [{**group, "forced_outage": 0}]
        return float(solve(site, 12, mean, 0.3, seed).shed_mw.sum())

    base = shed(grid_mw, units)
    assert shed(grid_mw + 25, units) <= base + 1e-6
    assert shed(grid_mw, units + 1) <= base + 1e-6


@given(site=sites(8), mean=st.floats(1.0, 300.0), seed=st.integers(0, 99), scale=st.sampled_from([2, 5]))
@ordinary
def test_a_site_without_units_scales(site, mean, seed, scale):
    """Grid, sun and stores have no whole units: everything ten times as large gives ten times as much."""
    small = {**site, "generators": []}
    large = {**small, "grid": [{"from": "2024-01-01"}], "solar": [], "storage": []}
    large["grid"] = [
        {**g, "import_limit": f"{scale * int(g['import_limit'][:-3])} MW"} for g in small["grid"]
    ]
    large["storage"] = [{**s, "units": scale * s["units"]} for s in small["storage"]]
    large["solar"] = [
        {**s, "capacity": f"{scale * int(s['capacity'][:-3])} MW"} for s in small.get("solar", [])
    ]
    large["grid_outages"] = small.get("grid_outages", [])
    one, two = solve(small, 8, mean, 0.3, seed), solve(large, 8, mean * scale, 0.3, seed)
    np.testing.assert_allclose(two.shed_mw, scale * one.shed_mw, atol=1e-6)
    np.testing.assert_allclose(two.battery_energy_mwh, scale * one.battery_energy_mwh, atol=1e-6)
