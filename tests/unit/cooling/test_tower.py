"""The tower's energy balance."""

import numpy as np
import pytest

from gigawatt.cooling.air import air_at
from gigawatt.cooling.tower import (
    carried_j_per_kg,
    design_air_kg_per_s_per_mw,
    evaporation_l_per_kwh,
    fan_mw_per_kg_per_s,
    makeup_l_per_kwh,
    run_tower,
)
from gigawatt.kernel import psychrometrics


def test_heat_water_and_air_balance_when_fans_are_short():
    """What the air gains less what make-up brings is the heat, to 1e-9."""
    air = air_at(33.0, 27.0, 99_000.0)
    heat = np.array([80.0])
    done = run_tower(heat, air, np.array([1500.0]), 20.0, 10.0, 20.0)
    assert done.leaving_c[0] > 20.0
    leaving_air_c = done.leaving_c + 5.0
    w = psychrometrics.saturation_humidity_ratio(leaving_air_c, air.pressure_pa)
    gain = psychrometrics.enthalpy_j_per_kg(leaving_air_c, w) - air.enthalpy_j_per_kg
    balance_w = done.air_kg_per_s * gain - done.evaporation_kg_per_s * 4186.0 * 20.0
    assert balance_w[0] == pytest.approx(80e6, rel=1e-9)
    assert done.evaporation_kg_per_s[0] == pytest.approx(1500.0 * (w - air.humidity_ratio)[0], rel=1e-12)


def test_fans_slow_down_to_the_water_wanted():
    done = run_tower(np.array([50.0]), air_at(15.0, 10.0, 1e5), np.array([1100.0]), 28.0, 10.0, 20.0)
    assert done.leaving_c[0] == 28.0
    assert done.air_kg_per_s[0] < 0.6 * 1100.0


def test_at_its_selection_the_tower_gives_its_approach():
    air = air_at(34.6, 25.6, 101_325.0)
    flow = design_air_kg_per_s_per_mw(25.6, 4.0, 10.0)
    done = run_tower(np.array([10.0]), air, np.array([10.0 * flow]), 0.0, 10.0, 20.0)
    assert done.leaving_c[0] == pytest.approx(29.6, abs=1e-6)


def test_approach_widens_as_the_air_dries():
    """As on makers' curves: a tower of 4 K in the design hour comes to about 9 K at 10 °C wet bulb."""
    flow = design_air_kg_per_s_per_mw(25.6, 4.0, 10.0)
    approaches = [
        run_tower(
            np.array([1.0]), air_at(wb + 8, wb, 101_325.0), np.array([flow]), -20.0, 10.0, 20.0
        ).leaving_c[0]
        - wb
        for wb in (28.0, 25.6, 18.0, 10.0, 2.0)
    ]
    assert approaches == sorted(approaches)
    assert 7.0 < approaches[3] < 11.0


def test_water_rises_with_warmth_and_falls_with_cycles():
    cold, warm = (evaporation_l_per_kwh(air_at(t, t - 4.0, 1e5), 4.0, 10.0)[0] for t in (5.0, 28.0))
    assert 0.8 < cold < warm < 1.5
    assert makeup_l_per_kwh(np.array([1.0]), 2.0)[0] == 2.0
    assert makeup_l_per_kwh(np.array([1.0]), 5.0)[0] == 1.25


def test_air_too_rich_carries_nothing():
    heat, _ = carried_j_per_kg(np.array([20.0]), air_at(30.0, 28.0, 1e5), 20.0)
    assert heat[0] < 0.0


def test_fan_power_follows_the_rating():
    per_kg = fan_mw_per_kg_per_s(0.0138)
    assert per_kg * design_air_kg_per_s_per_mw(23.89, 5.55, 5.56) == pytest.approx(0.0138)
