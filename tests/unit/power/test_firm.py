from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import DesignConditions
from gigawatt.power import PowerInput, firm_capacity

from .conftest import grid, group

DESIGN = DesignConditions(39.9, 24.0, 29.4, 33.0, 100000.0)
CLOCK = Clock(date(2025, 1, 1), date(2025, 1, 11))
STORE = {"name": "b", "model": "megapack-2xl-4h", "units": 100, "from": "2025-01-01"}


def firm(site: dict, elevation_m: float = 80.0):
    return firm_capacity(PowerInput.model_validate({"region": "srtv", **site}), CLOCK, DESIGN, elevation_m)


def test_units_are_derated_for_the_design_day():
    each = 16.5 * (1 - 0.0068 * 24.9) * (1 - 0.11 * 0.08)
    assert firm({"generators": [group("solar-smt-130", 15)]}).onsite_mw == pytest.approx(15 * each)


def test_the_largest_units_are_the_spare_ones():
    units = [group("solar-smt-130", 2, "small"), group("pe6000", 2, "large")]
    whole = firm({"generators": units}).onsite_mw[0]
    one = firm({"generators": units, "spare": 1}).onsite_mw[0]
    three = firm({"generators": units, "spare": 3}).onsite_mw[0]
    factor = (1 - 0.0068 * 24.9) * (1 - 0.11 * 0.08)
    assert whole - one == pytest.approx(48.0 * factor)
    assert three == pytest.approx(16.5 * factor)
    assert firm({"generators": units, "spare": 9}).onsite_mw[0] == 0.0


def test_a_permit_counts_for_what_it_sustains_all_year():
    permit = {"name": "p", "from": "2025-01-03", "until": "2025-01-08", "nox_limit": "40 short tons"}
    result = firm({"generators": [group("solar-smt-130", 15, permit="p")], "permits": [permit]})
    lb_per_mwh = 2 * 46.0055 / 385.3e6 * 8710 * 20.9 / 5.9 * 10.65
    assert result.onsite_mw[2:7] == pytest.approx(40 * 2000 / lb_per_mwh / 8760)
    assert result.onsite_mw[:2].sum() == 0.0
    assert result.onsite_mw[7:].sum() == 0.0


def test_two_kinds_of_units_share_a_budget():
    permit = {"name": "p", "from": "2024-01-01", "capacity": "50 MW"}
    units = [group("solar-smt-130", 4, "a", permit="p"), group("pe6000", 4, "b", permit="p")]
    assert firm({"generators": units, "permits": [permit]}).onsite_mw == pytest.approx(50.0)


def test_grid_steps_hold_from_their_day():
    site = {"grid": [grid("8 MW", "2025-01-03"), grid("150 MW", "2025-01-06")]}
    assert firm(site).grid_mw.tolist() == [0.0] * 2 + [8.0] * 3 + [150.0] * 5


def test_a_store_counts_for_its_duration_and_its_recharge():
    steady = {"grid": [grid("10000 MW")], "storage": [STORE]}
    assert firm(steady).storage_mw == pytest.approx(100 * 3.9 * 0.937**0.5 / 4.0)
    assert firm({**steady, "storage_firm_duration": "2 h"}).storage_mw == pytest.approx(100.0)
    small = firm({"grid": [grid("100 MW")], "storage": [STORE]}).storage_mw[0]
    assert small == pytest.approx(100 * 0.1 / (0.9 + 4 / (0.937 * 20)))


@pytest.mark.parametrize(
    "site",
    [
        {"grid": [grid("0 MW")], "storage": [STORE]},
        {"grid": [grid("100 MW")], "storage": [STORE], "load_valley": 0},
        {"grid": [grid("100 MW")], "storage": [STORE], "storage_firm_duration": "24 h"},
    ],
)
def test_a_store_that_nothing_recharges_counts_for_nothing(site):
    assert firm(site).storage_mw.sum() == 0.0


def test_the_firm_store_indeed_carries_its_day(run):
    """What counts as firm is served by the dispatch, day after day, at that load's shape."""
    site = {"grid": [grid("100 MW")], "storage": [{**STORE, "from": "2024-01-01"}]}
    peak = 100.0 + firm(site).storage_mw[0]
    day = np.full(24, peak * 0.9)
    day[16:20] = peak
    result = run(site, np.tile(day, 60), days=60)
    assert result.shed_mw.max() < 1e-9
    over = run(site, np.tile(day * 1.05, 60), days=60)
    assert over.shed_mw[24 * 50 :].sum() > 0.0


def test_sun_counts_for_nothing():
    site = {"solar": [{"name": "s", "capacity": "88 MW", "from": "2024-01-01"}]}
    assert firm(site).total_mw.sum() == 0.0
