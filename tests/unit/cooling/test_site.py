"""Plants by date, unmet heat, capacity, the design hour."""

from datetime import date

import numpy as np
import pytest

from gigawatt.cooling import (
    AirCooledChiller,
    DryCooler,
    ElectricalInput,
    OpenTower,
    it_capacity_mw,
    plants_on,
    pue_design,
    simulate,
)
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import DesignConditions, HeatLoad, Weather

MEMPHIS = DesignConditions(39.9, 25.4, 29.4, 34.1, 100_400.0)
NO_UPS = ElectricalInput(ups="none")
CLOCK = Clock(date(2025, 7, 1), date(2025, 7, 11))


def plant(model, first="2025-01-01", until=None, mw=100.0, **more):
    return model.model_validate(
        {"name": model.__name__, "from": first, "until": until, "capacity_mw": mw, **more}
    )


def weather(clock, dry_c=30.0, wet_c=24.0):
    n = clock.hours
    # dew point of 30/24 degC air, near enough for a constant hour
    return Weather(
        np.full(n, dry_c), np.full(n, wet_c - 2.4), np.full(n, wet_c), np.full(n, 1e5), np.zeros(n)
    )


def heat(clock, it_mw, liquid=0.75):
    return HeatLoad(np.full(clock.hours, it_mw * liquid), np.full(clock.hours, it_mw * (1 - liquid)))


def test_plants_serve_by_their_dates():
    plants = [plant(AirCooledChiller, until="2025-07-06"), plant(OpenTower, first="2025-07-04")]
    assert [p.kind for p in plants_on(plants, date(2025, 7, 5))] == ["air_cooled_chiller", "open_tower"]
    done = simulate(plants, NO_UPS, heat(CLOCK, 80.0), weather(CLOCK), CLOCK)
    by_day = CLOCK.daily_mean(done.total.chiller_mw)
    assert by_day[0] > by_day[4] > by_day[9]
    tower = CLOCK.daily_mean(done.makeup_m3_by_plant["OpenTower"])
    assert np.all(tower[:3] == 0.0)
    assert tower[4] == pytest.approx(tower[9] / 2, rel=0.1)
    assert np.all(done.makeup_m3_by_plant["AirCooledChiller"] == 0.0)


def test_heat_above_capacity_is_unmet_and_draws_nothing():
    done = simulate([plant(OpenTower)], NO_UPS, heat(CLOCK, 150.0), weather(CLOCK), CLOCK)
    full = simulate([plant(OpenTower)], NO_UPS, heat(CLOCK, done.it_capacity_mw[0]), weather(CLOCK), CLOCK)
    room_heat = 150.0 * 1.01
    fans = 0.0425 * (room_heat - 112.5)
    assert done.unmet_mw[0] == pytest.approx(room_heat * (1 - 100.0 / (room_heat + fans)), rel=1e-3)
    assert done.total.fan_mw[0] == pytest.approx(full.total.fan_mw[0], rel=2e-2)
    assert np.all(full.unmet_mw == pytest.approx(0.0, abs=1e-9))


def test_without_a_plant_all_heat_is_unmet():
    done = simulate([plant(OpenTower, first="2025-07-06")], NO_UPS, heat(CLOCK, 50.0), weather(CLOCK), CLOCK)
    assert np.all(done.unmet_mw[:120] >= 50.0)
    assert np.all(done.unmet_mw[120:] == 0.0)
    assert np.all(done.total.cooling_mw[:120] == 0.0)
    assert np.all(done.total.electrical_loss_mw[:120] > 0.0)
    nothing = simulate([], NO_UPS, heat(CLOCK, 0.0), weather(CLOCK), CLOCK)
    assert nothing.unmet_mw.sum() == 0.0
    assert np.isfinite(nothing.total.overhead_mw).all()


def test_capacity_is_where_unmet_begins():
    plants = [plant(AirCooledChiller, mw=60.0), plant(OpenTower, mw=90.0)]
    capacity = it_capacity_mw(plants, ElectricalInput(), 0.6)
    assert 130.0 < capacity < 150.0
    for factor, unmet in ((0.9999, False), (1.001, True)):
        done = simulate(plants, ElectricalInput(), heat(CLOCK, factor * capacity, 0.6), weather(CLOCK), CLOCK)
        assert bool(done.unmet_mw[0] > 0.0) is unmet
        assert done.it_capacity_mw[0] == pytest.approx(capacity)


def test_a_dry_cooler_without_chillers_shows_what_it_cannot_reach():
    hot = weather(CLOCK, 40.0, 25.0)
    dry = plant(DryCooler, pads=False, trim_chiller=False)
    assert simulate([dry], NO_UPS, heat(CLOCK, 80.0), hot, CLOCK).unmet_mw[0] > 40.0
    wet = plant(DryCooler, trim_chiller=False, liquid_supply="40 degC", air_supply="30 degC")
    assert simulate([wet], NO_UPS, heat(CLOCK, 80.0), hot, CLOCK).unmet_mw[0] < 5.0


def test_pads_drink_only_above_their_switch():
    cooler = plant(DryCooler, pad_switch="25 degC")
    cool, warm = (
        simulate([cooler], NO_UPS, heat(CLOCK, 80.0), weather(CLOCK, t, 18.0), CLOCK) for t in (24.9, 25.1)
    )
    assert cool.total.makeup_m3.sum() == 0.0
    assert warm.total.makeup_m3.sum() > 0.0


def test_economiser_saves_in_the_cold_and_nothing_in_the_heat():
    for t, saves in ((5.0, True), (18.0, True), (43.0, False)):
        w = weather(CLOCK, t, t - 5.0)
        with_coil, without = (
            simulate(
                [plant(AirCooledChiller, economiser=e)], NO_UPS, heat(CLOCK, 80.0), w, CLOCK
            ).total.cooling_mw[0]
            for e in (True, False)
        )
        assert bool(with_coil < without) is saves
        assert with_coil <= without
    cold = simulate([plant(AirCooledChiller)], NO_UPS, heat(CLOCK, 80.0), weather(CLOCK, 2.0, -1.0), CLOCK)
    assert cold.total.chiller_mw[0] == 0.0


def test_design_hour_is_the_worse_of_two():
    tower = [plant(OpenTower)]
    chiller = [plant(AirCooledChiller)]
    humid_only = DesignConditions(34.1, 25.4, 29.4, 34.1, 100_400.0)
    assert pue_design(tower, NO_UPS, 0.75, MEMPHIS) == pytest.approx(
        pue_design(tower, NO_UPS, 0.75, humid_only), abs=1e-9
    )
    assert pue_design(chiller, NO_UPS, 0.75, MEMPHIS) > 0.05 + pue_design(chiller, NO_UPS, 0.75, humid_only)


def test_more_liquid_and_no_ups_lower_the_design_pue():
    for model in (OpenTower, AirCooledChiller, DryCooler):
        one = [plant(model)]
        pues = [pue_design(one, NO_UPS, f, MEMPHIS) for f in (0.0, 0.3, 0.6, 0.9)]
        assert pues == sorted(pues, reverse=True)
        assert pue_design(one, ElectricalInput(), 0.6, MEMPHIS) > 0.03 + pues[2]
        assert 1.0 < pues[-1] < pues[0] < 1.45


def test_mismatched_or_negative_heat_is_refused():
    short = HeatLoad(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="shapes"):
        simulate([plant(OpenTower)], NO_UPS, short, weather(CLOCK), CLOCK)
    with pytest.raises(ValueError, match="negative"):
        simulate([plant(OpenTower)], NO_UPS, heat(CLOCK, -1.0), weather(CLOCK), CLOCK)
    with pytest.raises(ValueError, match="at least one plant"):
        pue_design([], NO_UPS, 0.5, MEMPHIS)
    with pytest.raises(ValueError, match="load_frac"):
        pue_design([plant(OpenTower)], NO_UPS, 0.5, MEMPHIS, load_frac=0.0)


def test_heat_far_beyond_capacity_stays_finite():
    done = simulate(
        [plant(OpenTower, mw=1.0)], ElectricalInput(), heat(CLOCK, 600.0, 1.0), weather(CLOCK), CLOCK
    )
    assert done.unmet_mw[0] > 590.0
    assert done.total.cooling_mw[0] < 0.5
