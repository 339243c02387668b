"""Energy, water, order and scale of the cooling room, on random plants and weather."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.cooling import (
    AirCooledChiller,
    DryCooler,
    ElectricalInput,
    OpenTower,
    it_capacity_mw,
    simulate,
)
from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.air_cooled_chiller import run_air_cooled_chiller
from gigawatt.cooling.dry_cooler import run_dry_cooler
from gigawatt.cooling.loops import HallHeat
from gigawatt.cooling.open_tower import run_open_tower
from gigawatt.cooling.site import _run
from gigawatt.kernel import psychrometrics
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import HeatLoad, Weather

CLOCK = Clock(date(2025, 7, 1), date(2025, 7, 3))
HOURS = CLOCK.hours
RUN = {OpenTower: run_open_tower, AirCooledChiller: run_air_cooled_chiller, DryCooler: run_dry_cooler}
SERIES = ("fan_mw", "pump_mw", "chiller_mw", "air_mw", "evaporation_m3", "drift_m3", "blowdown_m3")

fraction = st.floats(0.0, 1.0)


@st.composite
def any_plant(draw, name="p"):
    model = draw(st.sampled_from([OpenTower, AirCooledChiller, DryCooler]))
    more = {}
    if model is OpenTower:
        more = {"approach_k": draw(st.floats(2.0, 8.0)), "concentration_cycles": draw(st.floats(2.0, 8.0))}
    if model is DryCooler:
        more = {
            "pads": draw(st.booleans()),
            "trim_chiller": draw(st.booleans()),
            "pad_switch_c": draw(st.floats(10.0, 35.0)),
        }
    if model is AirCooledChiller:
        more = {"economiser": draw(st.booleans())}
    air_c = draw(st.floats(12.0, 26.0))
    return model(
        name=name,
        from_=date(2025, 1, 1),
        capacity_mw=draw(st.floats(1.0, 500.0)),
        liquid_supply_c=draw(st.floats(air_c, 45.0)),
        air_supply_c=air_c,
        **more,
    )


@st.composite
def weather(draw):
    """Two days of weather, -20 to 45 °C, any humidity the pressure allows."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    dry = rng.uniform(-20.0, 45.0, HOURS)
    dew = dry - rng.uniform(0.0, 25.0, HOURS) * (rng.random(HOURS) > 0.1)
    dew = np.minimum(dew, 30.0)
    pressure = rng.uniform(75_000.0, 103_000.0, HOURS)
    return Weather(dry, dew, psychrometrics.wet_bulb_c(dry, dew, pressure), pressure, np.zeros(HOURS))


@st.composite
def heat(draw, most_mw=600.0):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    it = rng.uniform(0.0, most_mw, HOURS) * (rng.random(HOURS) > 0.1)
    liquid = draw(fraction)
    return HeatLoad(it * liquid, it * (1.0 - liquid))


def outdoor(dry, wet, pressure=100_000.0):
    dry, wet = np.broadcast_arrays(np.asarray(dry, float), np.asarray(wet, float))
    p = np.full(dry.shape, pressure)
    return OutdoorAir(dry, wet, psychrometrics.humidity_ratio_from_wet_bulb(dry, wet, p), p)


@given(st.lists(any_plant(), max_size=3), heat(), weather(), st.sampled_from(["none", "double_conversion"]))
def test_nothing_is_negative_or_lost(plants, load, air, ups):
    plants = [p.model_copy(update={"name": f"p{i}"}) for i, p in enumerate(plants)]
    done = simulate(plants, ElectricalInput(ups=ups), load, air, CLOCK)
    for name in SERIES:
        values = getattr(done.total, name)
        assert values.shape == (HOURS,)
        assert np.isfinite(values).all()
        assert values.min() >= 0.0, name
    assert done.unmet_mw.min() >= -1e-9
    assert done.total.electrical_loss_mw.min() >= 0.0
    makeup = sum(done.makeup_m3_by_plant.values(), np.zeros(HOURS))
    assert np.abs(makeup - done.total.makeup_m3).max() <= 1e-9 * max(1.0, makeup.max())
    capacity = sum(p.capacity_mw for p in plants)
    taken = done.rejected_mw - done.total.chiller_mw
    assert np.all(taken <= capacity * 1.06)  # hall water pumps and tower pumps come on top


@given(any_plant(), fraction, st.floats(0.01, 1.0), weather())
def test_heat_given_off_is_heat_taken_and_work(plant, liquid, load, air):
    """Energy of a plant: from the halls, air handlers, pumps, compressors = rejected + unmet, to 1e-9."""
    size = plant.capacity_mw * np.ones(HOURS)
    room = load * plant.capacity_mw
    hall = HallHeat(load * liquid * size, load * (1 - liquid) * size, liquid * size, (1 - liquid) * size)
    outside = OutdoorAir(
        air.dry_bulb_c,
        air.wet_bulb_c,
        psychrometrics.humidity_ratio_from_dew_point(air.dew_point_c, air.pressure_pa),
        air.pressure_pa,
    )
    done = RUN[type(plant)](plant, hall, outside)
    into = room + done.air_mw + done.pump_mw + done.chiller_mw
    out = done.rejected_mw + done.unmet_mw
    assert np.abs(into - out).max() <= 1e-9 * room


@given(any_plant(), weather(), fraction)
def test_blowdown_follows_evaporation(plant, air, liquid):
    it = np.full(HOURS, 0.5 * plant.capacity_mw)
    done = simulate([plant], ElectricalInput(), HeatLoad(it * liquid, it * (1 - liquid)), air, CLOCK)
    if isinstance(plant, AirCooledChiller):
        assert done.total.makeup_m3.sum() == 0.0
    else:
        expected = done.total.evaporation_m3 / (plant.concentration_cycles - 1.0)
        assert np.abs(done.total.blowdown_m3 - expected).max() <= 1e-9 * (1.0 + expected.max())


@given(any_plant(), fraction, st.floats(-10.0, 45.0), st.floats(1.0, 15.0))
def test_power_rises_with_load(plant, liquid, dry, depression):
    loads = np.linspace(0.0, 1.0, HOURS)
    plant = plant.model_copy(update={"trim_chiller": True}) if isinstance(plant, DryCooler) else plant
    it = loads * it_capacity_mw([plant], ElectricalInput(), liquid)
    air = outdoor(np.full(HOURS, dry), np.full(HOURS, dry - depression))
    done = _run([(plant, slice(0, HOURS))], ElectricalInput(), HeatLoad(it * liquid, it * (1 - liquid)), air)
    facility = it + done.total.overhead_mw
    assert np.all(np.diff(done.total.cooling_mw) >= -1e-9 * it[-1])
    assert np.all(np.diff(facility) > 0.0)


@given(any_plant(), fraction, st.floats(5.0, 45.0), st.floats(0.05, 1.0))
def test_power_rises_with_wet_bulb(plant, liquid, dry, load):
    wet = np.linspace(max(dry - 15.0, 0.5), min(dry, 33.0), HOURS) if dry < 40 else np.linspace(20, 33, HOURS)
    plant = plant.model_copy(update={"trim_chiller": True}) if isinstance(plant, DryCooler) else plant
    it = np.full(HOURS, load * it_capacity_mw([plant], ElectricalInput(), liquid))
    air = outdoor(np.full(HOURS, dry), np.minimum(wet, dry))
    done = _run([(plant, slice(0, HOURS))], ElectricalInput(), HeatLoad(it * liquid, it * (1 - liquid)), air)
    # Air's density and heat capacity change with humidity and move a dry coil's fans by parts in a thousand.
    slack = 1e-9 if isinstance(plant, OpenTower) else 2e-3
    assert np.all(np.diff(done.total.cooling_mw) >= -slack * done.total.cooling_mw.max())


@given(fraction, st.floats(0.05, 1.0), st.booleans())
def test_a_chiller_plant_draws_more_in_warmer_air(liquid, load, economiser):
    plant = AirCooledChiller(name="c", from_=date(2025, 1, 1), capacity_mw=100.0, economiser=economiser)
    dry = np.linspace(-15.0, 45.0, HOURS)
    it = np.full(HOURS, load * it_capacity_mw([plant], ElectricalInput(), liquid))
    air = outdoor(dry, dry - 1.0)
    done = _run([(plant, slice(0, HOURS))], ElectricalInput(), HeatLoad(it * liquid, it * (1 - liquid)), air)
    assert np.all(np.diff(done.total.cooling_mw) >= -1e-9 * it[0])


@given(any_plant(), heat(200.0), weather(), st.floats(0.1, 10.0))
def test_scale_and_division_do_not_matter(plant, load, air, factor):
    """Twice the plant and the heat draw twice; two halves draw as much as the whole."""
    once = simulate([plant], ElectricalInput(), load, air, CLOCK)
    larger = plant.model_copy(update={"capacity_mw": factor * plant.capacity_mw})
    scaled = HeatLoad(factor * load.liquid_mw, factor * load.air_mw)
    times = simulate([larger], ElectricalInput(), scaled, air, CLOCK)
    half = plant.model_copy(update={"capacity_mw": 0.5 * plant.capacity_mw})
    halves = simulate([half, half.model_copy(update={"name": "q"})], ElectricalInput(), load, air, CLOCK)
    for name in SERIES:
        one = getattr(once.total, name)
        assert getattr(times.total, name) == pytest.approx(factor * one, rel=1e-9, abs=1e-9)
        assert getattr(halves.total, name) == pytest.approx(one, rel=1e-9, abs=1e-9)
    assert halves.unmet_mw == pytest.approx(once.unmet_mw, rel=1e-9, abs=1e-9)


@given(weather(), st.floats(0.2, 0.9))
def test_hours_do_not_know_each_other(air, liquid):
    """Reversing time reverses the answer."""
    plants = [
        OpenTower(name="t", from_=date(2025, 1, 1), capacity_mw=60.0),
        DryCooler(name="d", from_=date(2025, 1, 1), capacity_mw=40.0),
    ]
    it = np.linspace(0.0, 95.0, HOURS)
    load = HeatLoad(it * liquid, it * (1 - liquid))
    back = HeatLoad(load.liquid_mw[::-1].copy(), load.air_mw[::-1].copy())
    mirrored = Weather(*(getattr(air, f)[::-1].copy() for f in Weather.__dataclass_fields__))
    ahead = simulate(plants, ElectricalInput(), load, air, CLOCK)
    astern = simulate(plants, ElectricalInput(), back, mirrored, CLOCK)
    for name in SERIES:
        assert getattr(astern.total, name)[::-1] == pytest.approx(
            getattr(ahead.total, name), rel=1e-9, abs=1e-12
        )
