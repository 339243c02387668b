from __future__ import annotations

import numpy as np
import pytest

from gigawatt.kernel.errors import InfeasibleError
from gigawatt.power.dispatch import rolling_year

from .conftest import grid, group

STORE = {"name": "b", "model": "megapack-2xl-4h", "units": 10, "from": "2024-01-01", "reserve": "20 %"}


def closes(result) -> None:
    assert np.abs(result.residual_mw).max() < 1e-9
    assert np.abs(result.storage_residual_mwh).max() < 1e-9


def test_grid_first_then_whole_units(run):
    result = run({"grid": [grid("100 MW")], "generators": [group("solar-smt-130", 4)]}, 130.0)
    assert result.grid_mw == pytest.approx(np.full(48, 100.0))
    assert result.turbine_mw == pytest.approx(np.full(48, 30.0))
    assert result.units_online.tolist() == [2.0] * 48
    assert result.shed_mw.sum() == 0.0
    closes(result)


def test_minimum_load_pushes_the_grid_back(run):
    result = run({"grid": [grid("100 MW")], "generators": [group("solar-smt-130", 4)]}, 102.0)
    assert result.turbine_mw == pytest.approx(np.full(48, 8.25))
    assert result.grid_mw == pytest.approx(np.full(48, 93.75))
    closes(result)


def test_minimum_load_surplus_charges_then_is_curtailed(run):
    site = {"generators": [group("solar-smt-130", 1)], "storage": [{**STORE, "from": "2025-01-01"}]}
    result = run(site, 4.0, days=3)
    taken = result.battery_charge_mw
    assert taken[0] == pytest.approx(4.25)
    assert result.battery_energy_mwh.max() == pytest.approx(39.0)
    assert result.curtailed_mw.max() == pytest.approx(4.25)
    closes(result)


def test_turbines_first_when_told(run):
    site = {
        "grid": [grid("100 MW")],
        "generators": [group("solar-smt-130", 4)],
        "dispatch_order": ["turbine", "grid"],
    }
    result = run(site, 130.0)
    assert result.turbine_mw == pytest.approx(np.full(48, 66.0))
    assert result.grid_mw == pytest.approx(np.full(48, 64.0))


def test_best_heat_rate_is_loaded_first(run):
    units = [group("tm2500", 1, "worse"), group("pe6000", 1, "better")]
    result = run({"generators": units}, 70.0)
    assert result.groups == ("better", "worse")
    assert result.group_output_mw[:, -1] == pytest.approx([48.0, 22.0])


def test_heat_takes_output_away(run):
    result = run({"generators": [group("solar-smt-130", 1)]}, 50.0, dry_bulb_c=40.0)
    assert result.turbine_mw[-1] == pytest.approx(16.5 * (1 - 0.0068 * 25))


def test_a_store_bridges_a_grid_outage_and_recharges(run):
    outage = {"day": "2025-01-01", "hour": 6, "duration": "2 h", "import_limit": "95 MW"}
    site = {"grid": [grid("100 MW")], "storage": [STORE], "grid_outages": [outage]}
    result = run(site, 99.0)
    assert result.battery_discharge_mw[6:8] == pytest.approx([4.0, 4.0])
    assert result.shed_mw.sum() == 0.0
    assert result.battery_charge_mw[8] == pytest.approx(1.0)
    lost = 8.0 / np.sqrt(0.937)
    assert result.battery_energy_mwh[7] == pytest.approx(39.0 - lost)
    assert any(kind == "grid_outage" for _, kind, _ in result.events)
    closes(result)


def test_the_reserve_is_used_before_load_is_shed(run):
    result = run({"grid": [grid("95 MW")], "storage": [STORE]}, 105.0)
    assert result.battery_discharge_mw[:3] == pytest.approx([10.0, 10.0, 10.0])
    assert result.battery_energy_mwh[5] == pytest.approx(0.0, abs=1e-9)
    assert result.shed_mw[10] == pytest.approx(10.0)
    closes(result)


def test_a_short_peak_is_bridged_without_a_start(run):
    load = np.full(48, 95.0)
    load[20:22] = 104.0
    units = [group("solar-smt-130", 2)]
    bridged = run({"grid": [grid("100 MW")], "generators": units, "storage": [STORE]}, load)
    alone = run({"grid": [grid("100 MW")], "generators": units}, load)
    assert bridged.starts.sum() == 0.0
    assert bridged.battery_discharge_mw[20:22] == pytest.approx([4.0, 4.0])
    assert alone.starts.sum() == 1.0
    assert alone.shed_mw.sum() == 0.0


def test_a_unit_is_started_an_hour_ahead(run):
    load = np.full(48, 95.0)
    load[20:] = 116.0
    result = run({"grid": [grid("100 MW")], "generators": [group("solar-smt-130", 1)]}, load)
    assert np.flatnonzero(result.starts).tolist() == [19]
    assert result.shed_mw.sum() == 0.0
    assert result.turbine_fuel_mmbtu[19] > 0.0


def test_a_unit_rides_through_a_dip_within_the_look_ahead(run):
    load = np.full(96, 110.0)
    load[30:36] = 90.0
    load[60:80] = 90.0
    site = {"grid": [grid("100 MW")], "generators": [group("solar-smt-130", 1)]}
    result = run(site, load, days=4)
    assert result.units_online[30:36].tolist() == [1.0] * 6
    assert result.units_online[62:75].sum() == 0.0
    assert result.starts.sum() == 1.0


def test_stores_arrive_empty_and_take_their_energy_with_them(run):
    store = {**STORE, "from": "2025-01-02", "until": "2025-01-04"}
    result = run({"grid": [grid("105 MW")], "storage": [store]}, 100.0, days=5)
    assert result.battery_energy_start_mwh == 0.0
    assert result.battery_energy_mwh[:24].sum() == 0.0
    assert result.battery_energy_mwh[71] == pytest.approx(39.0)
    assert result.battery_removed_mwh[72] == pytest.approx(39.0)
    assert result.battery_energy_mwh[72:].sum() == 0.0
    closes(result)


def test_units_run_only_while_their_permit_holds(run):
    permit = {"name": "p", "from": "2025-01-02", "until": "2025-01-04"}
    units = [group("solar-smt-130", 2, permit="p")]
    site = {"grid": [grid("100 MW")], "generators": units, "permits": [permit]}
    result = run(site, 120.0, days=5)
    assert result.turbine_mw[:24].sum() == 0.0
    assert result.turbine_mw[24:72] == pytest.approx(np.full(48, 20.0))
    assert result.turbine_mw[72:].sum() == 0.0
    assert [kind for _, kind, _ in result.events] == ["shed", "permit_ends"]


def test_permit_capacity_limits_the_plant(run):
    permit = {"name": "p", "from": "2024-01-01", "capacity": "247 MW"}
    result = run({"generators": [group("solar-smt-130", 15, permit="p")], "permits": [permit]}, 300.0)
    assert result.turbine_mw == pytest.approx(np.full(48, 247.0))


def test_a_nox_budget_is_rationed_not_burnt_first(run):
    permit = {"name": "p", "from": "2024-01-01", "nox_limit": "40 short tons"}
    site = {"generators": [group("solar-smt-130", 15, permit="p")], "permits": [permit]}
    result = run(site, 247.0, days=730)
    used = result.permits[0].nox_short_tons
    assert used.max() <= 40.0
    assert used.max() > 39.9
    months = result.turbine_mw[: 24 * 720].reshape(24, -1).mean(axis=1)
    assert months.max() - months.min() < 1.0
    assert any("limit of NOx binds" in text for _, _, text in result.events)


@pytest.mark.parametrize(("scope", "most"), [("unit", 2 * 3), ("plant", 2)])
def test_start_events_by_unit_or_for_the_plant(run, scope, most):
    load = np.tile(np.r_[np.full(24, 90.0), np.full(24, 125.0)], 30)
    permit = {"name": "p", "from": "2024-01-01", "start_events": 2, "start_events_scope": scope}
    site = {
        "grid": [grid("100 MW")],
        "generators": [group("solar-smt-130", 3, permit="p", forced_outage="20 %")],
        "permits": [permit],
    }
    result = run(site, load, days=60, seed=3)
    assert result.permits[0].start_events.max() <= most
    assert result.starts.sum() == most
    assert result.shed_mw.sum() > 0.0


def test_hours_spent_starting_are_a_budget(run):
    load = np.tile(np.r_[np.full(24, 90.0), np.full(24, 125.0)], 30)
    permit = {"name": "p", "from": "2024-01-01", "start_duration_limit": "1 h"}
    site = {"grid": [grid("100 MW")], "generators": [group("tm2500", 1, permit="p")], "permits": [permit]}
    result = run(site, load, days=60)
    assert result.permits[0].start_h.max() <= 1.0 + 1e-9


def test_forced_outages_are_drawn_from_the_seed(run):
    site = {"generators": [group("solar-smt-130", 15)]}
    one, two, other = (run(site, 247.0, days=60, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.turbine_mw, two.turbine_mw)
    assert not np.array_equal(one.turbine_mw, other.turbine_mw)


def test_shedding_can_be_forbidden(run):
    with pytest.raises(InfeasibleError, match=r"5 MW of 105 MW .*\n.*fix: raise grid"):
        run({"grid": [grid("100 MW")], "curtailment": {"allowed": False}}, 105.0)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_senseless_demand_is_refused(run, bad):
    with pytest.raises(ValueError, match="negative or not finite"):
        run({"grid": [grid("100 MW")]}, bad)


def test_rolling_year_forgets_after_8760_hours():
    pulse = np.zeros(9000)
    pulse[10] = 5.0
    assert rolling_year(pulse)[8769] == 5.0
    assert rolling_year(pulse)[8770] == 0.0


def test_the_result_shows_itself_on_one_line(run):
    text = repr(run({"grid": [grid("100 MW")]}, 90.0))
    assert "\n" not in text
    assert "grid 4.3" in text
