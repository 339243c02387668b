"""Mutated campuses give a told mistake or a balanced run: never a traceback, never a ledger that is off."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gigawatt.kernel.errors import GigawattError
from gigawatt.scenario import read_scenario
from gigawatt.study import run_scenario, summarise

SHORT = ["start=2026-05-01", "end=2026-09-30"]
PATHS = {
    "sites.campus.power.grid.0.import_limit": ["0 MW", "1 MW", "15 MW", "500 MW", "-1 MW", "40"],
    "sites.campus.power.grid.0.from": ["2026-07-01", "2030-01-01", "2026-13-01"],
    "sites.campus.power.generators.0.units": ["1", "0", "40", "1e9"],
    "sites.campus.power.generators.0.until": ["2026-06-15", "2026-01-01"],
    "sites.campus.power.generators.0.forced_outage": ["0", "0.5", "1"],
    "sites.campus.power.permits.0.nox_limit": ["0 short tons", "3 short tons", "9999 short tons"],
    "sites.campus.power.permits.0.start_events": ["0", "2", "1000"],
    "sites.campus.power.permits.0.until": ["2026-07-20"],
    "sites.campus.power.storage.0.units": ["1", "2000"],
    "sites.campus.power.storage.0.until": ["2026-08-01"],
    "sites.campus.power.storage.0.power": ["0 MW", "0.01 MW"],
    "sites.campus.power.storage.0.reserve": ["0", "1", "1.5"],
    "sites.campus.power.solar.0.from": ["2026-05-01", "2026-08-15"],
    "sites.campus.power.solar.0.capacity": ["500 MW", "1 kW"],
    "sites.campus.power.spare_units": ["0", "100"],
    "sites.campus.power.dispatch_order": ["[turbine, grid]", "[genset]", "[sun]"],
    "sites.campus.power.grid_outages": ["[{day: 2026-06-10, duration: 30 h}]"],
    "sites.campus.cooling.plants.0.capacity": ["1 MW", "10000 MW", "0 MW"],
    "sites.campus.cooling.plants.0.from": ["2026-07-01"],
    "sites.campus.cooling.plants.1.from": ["2026-05-01"],
    "sites.campus.cooling.plants.1.concentration": ["1.01", "20", "1"],
    "sites.campus.cooling.electrical.ups": ["none", "eco_mode", "flywheel"],
    "sites.campus.halls.0.it_power": ["1 MW", "400 MW"],
    "sites.campus.halls.0.until": ["2026-07-01"],
    "sites.campus.crews.0.rate": ["0.5", "100000", "0"],
    "sites.campus.place.climate": ["phoenix", "singapore", "dublin", "nowhere"],
    "deliveries.0.gpus": ["1", "100000", "-4"],
    "deliveries.1.chip": ["h100", "gb300", "abacus"],
    "workloads": ["[]"],
    "deliveries": ["[]"],
    "announcements": ["[]"],
    "workloads.0.share": ["0", "1"],
    "workloads.1.demand": ["1 tokens/s", "1000 M tokens/s"],
    "workloads.2.target": ["1 T tokens", "0.001 T tokens"],
    "workloads.2.priority": ["0", "1000"],
    "money.cost_of_capital": ["0", "1"],
    "seed": ["0", "7", "-1"],
}
override = st.sampled_from(sorted(PATHS)).flatmap(
    lambda path: st.sampled_from(PATHS[path]).map(lambda value: f"{path}={value}")
)


def run_or_told_mistake(overrides):
    """Run a mutated campus; None where it is refused by an error of ours (any other error fails the test)."""
    try:
        return run_scenario(read_scenario("reference-100mw", [*SHORT, *overrides]))
    except GigawattError:
        return None


@settings(max_examples=60)
@example(["workloads=[]"])
@example(["deliveries=[]"])
@example(["deliveries=[]", "workloads=[]", "announcements=[]"])
@example(["sites.campus.power.grid.0.import_limit=0 MW", "sites.campus.power.generators.0.units=1"])
@example(["sites.campus.power.solar.0.from=2026-05-01", "sites.campus.power.solar.0.capacity=500 MW"])
@given(st.lists(override, min_size=1, max_size=4))
def test_a_mutated_campus_is_refused_or_balances(overrides):
    run = run_or_told_mistake(overrides)
    if run is None:
        return
    assert max(run.ledger.residuals().values()) < 1e-9
    for month in summarise(run)["sites"]["campus"]["months"]:
        g = month["gpus"]
        assert g["ordered"] >= g["delivered"] >= g["installed"] >= g["energised"] >= g["useful"] >= 0
        assert month["curtailed_mwh"] >= -1e-6
        assert all(v >= -1e-9 for v in month["energy_mwh"].values())


@pytest.mark.parametrize("name", ["colossus", "reference-100mw"])
def test_bundled_campuses_balance(name):
    run = run_scenario(read_scenario(name))
    assert max(run.ledger.residuals().values()) < 1e-9
