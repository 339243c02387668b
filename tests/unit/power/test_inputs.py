from __future__ import annotations

import pytest
from pydantic import ValidationError

from gigawatt.power import PowerInput

GRID = {"grid": [{"from": "2025-05-01", "import_limit": "150 MW"}], "region": "srtv"}
GROUP = {"name": "smt", "model": "solar-smt-130", "units": 15, "from": "2025-07-02"}
STORE = {"name": "packs", "model": "megapack-2xl-4h", "units": 156, "from": "2025-05"}
PERMIT = {"name": "shelby", "from": "2025-07-02"}


def error_of(site: dict) -> dict:
    with pytest.raises(ValidationError) as caught:
        PowerInput.model_validate({**GRID, **site})
    (error,) = caught.value.errors()
    return error


def test_colossus_reads_as_written():
    site = PowerInput.model_validate(
        {
            **GRID,
            "generators": [{**GROUP, "permit": "shelby", "nox": "2 ppm"}],
            "permits": [
                {
                    **PERMIT, "until": "2027-01", "capacity": "247 MW", "nox_limit": "87 short tons",
                    "start_events": 22, "start_duration_limit": "110 h",
                }
            ],
            "storage": [STORE],
            "solar": [{"name": "farm", "capacity": "88 MW", "from": "2027-05"}],
            "fuel_price": "4.9 USD/MMBtu",
        }
    )  # fmt: skip
    assert site.permits[0].nox_limit_short_tons == pytest.approx(87.0)
    assert site.permits[0].start_events_scope == "unit"
    assert site.full_order == ("grid", "turbine", "genset")
    assert site.grid[0].import_limit_mw == 150.0


@pytest.mark.parametrize(
    ("site", "kind"),
    [
        ({"generators": [{**GROUP, "until": "2025-07-02"}]}, "end_before_start"),
        ({"storage": [{**STORE, "until": "2024-01-01"}]}, "end_before_start"),
        ({"permits": [{**PERMIT, "until": "2025-07-01"}]}, "end_before_start"),
        ({"solar": [{"name": "s", "capacity": "8 MW", "from": "2027", "until": "2026"}]}, None),
        ({"generators": [{**GROUP, "permit": "shelbi"}], "permits": [PERMIT]}, "unknown_permit"),
        ({"generators": [GROUP, GROUP]}, "duplicate_name"),
        ({"permits": [PERMIT, PERMIT]}, "duplicate_name"),
        ({"storage": [{**STORE, "power": "0 MW"}]}, "empty_store"),
        ({"storage": [{**STORE, "energy": "0 MWh"}]}, "empty_store"),
        ({"storage": [{**STORE, "round_trip": 0}]}, "empty_store"),
        ({"generators": [{**GROUP, "forced_outage": "100 %"}]}, "never_available"),
        ({"dispatch_order": ["grid", "grid"]}, "duplicate_name"),
    ],
)
def test_the_impossible_is_refused(site, kind):
    if kind is None:
        with pytest.raises(ValidationError):
            PowerInput.model_validate({**GRID, **site})
        return
    error = error_of(site)
    assert error["type"] == kind
    assert error["ctx"]["remedy"]


def test_grid_steps_are_sorted_and_distinct():
    step = GRID["grid"][0]
    assert error_of({"grid": [step, step]})["type"] == "duplicate_step"
    assert error_of({"grid": [step, {**step, "from": "2025-04-01"}]})["type"] == "unsorted_steps"


def test_a_site_without_supply_is_refused():
    assert error_of({"grid": [], "storage": [STORE]})["type"] == "no_supply"


def test_the_message_says_what_was_seen():
    message = error_of({"generators": [{**GROUP, "permit": "shelbi"}], "permits": [PERMIT]})["msg"]
    assert "'smt'" in message
    assert "'shelbi'" in message
    assert "shelby" in message
