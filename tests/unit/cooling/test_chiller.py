"""The chiller's law: its ratings, its limits, its slopes."""

import numpy as np
import pytest

from gigawatt.cooling.chiller import AIR_C, TOWER_WATER_C, WEIGHTS, rated_chiller, staged_load

AIR = {
    "evaporator_k": 2.0,
    "condenser_k": 14.0,
    "min_lift_k": 12.0,
    "max_supply_c": 21.0,
    "fan_frac": 0.0161,
}


@pytest.mark.parametrize(("full", "part"), [(2.96, 4.10), (2.84, 4.72), (3.4, 5.5)])
def test_both_ratings_are_met(full, part):
    chiller = rated_chiller(full, part, **AIR)
    assert chiller.cop(35.0, 6.7) == pytest.approx(full, rel=1e-12)
    assert chiller.integrated_part_load_cop(AIR_C) == pytest.approx(part, rel=1e-9)
    assert 0.3 < chiller.carnot_frac < 0.8


def test_water_cooled_ratings():
    chiller = rated_chiller(6.01, 9.25, **(AIR | {"condenser_k": 7.0, "fan_frac": 0.0}), water_cooled=True)
    assert chiller.cop(29.4, 6.7) == pytest.approx(6.01, rel=1e-12)
    assert chiller.integrated_part_load_cop(TOWER_WATER_C) == pytest.approx(9.25, rel=1e-9)


def test_weights_are_those_of_the_standard():
    assert sum(WEIGHTS) == pytest.approx(1.0)


def test_a_part_load_rating_out_of_reach_is_refused_with_the_range():
    with pytest.raises(ValueError, match=r"has an IPLV of \d\.\d\d to \d+\.\d\d here, not 12"):
        rated_chiller(2.96, 12.0, **AIR)


def test_the_compressor_never_beats_carnot():
    chiller = rated_chiller(2.96, 4.10, **AIR)
    for outside in (25.0, 35.0, 45.0):
        evaporating = 273.15 + 20.0 - 2.0
        condensing = 273.15 + outside + 14.0
        work = chiller.compressor_frac(np.array([outside]), 20.0, np.array([1.0]))[0]
        assert work > (condensing - evaporating) / evaporating


def test_the_least_lift_bounds_the_gain_of_cold():
    chiller = rated_chiller(2.96, 4.10, **AIR)
    cold, colder = chiller.compressor_frac(np.array([2.0, -10.0]), 20.0, np.ones(2))
    assert cold == pytest.approx(colder)


def test_supply_above_the_limit_gains_nothing():
    chiller = rated_chiller(2.96, 4.10, **AIR)
    assert chiller.cop(35.0, 32.0) == chiller.cop(35.0, 21.0) > chiller.cop(35.0, 20.0)


def test_staging():
    assert staged_load(np.array([0.0, 0.5, 0.9])).tolist() == [0.6, 0.6, 0.9]
