"""What a person may write about cooling, and what is refused."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from gigawatt.cooling import (
    AirCooledChiller,
    DryCooler,
    ElectricalInput,
    OpenTower,
    PlantInput,
    WaterSource,
)

ANY_PLANT: TypeAdapter[PlantInput] = TypeAdapter(PlantInput)


def written(**more):
    return {"name": "north", "from": "2025-09-17", "capacity": "200 MW", **more}


@pytest.mark.parametrize(
    ("kind", "model"),
    [("open_tower", OpenTower), ("air_cooled_chiller", AirCooledChiller), ("dry_cooler", DryCooler)],
)
def test_kind_tells_plants_apart(kind, model):
    plant = ANY_PLANT.validate_python(written(kind=kind, until="2026-02"))
    assert type(plant) is model
    assert plant.from_ == date(2025, 9, 17)
    assert plant.until == date(2026, 2, 1)
    assert plant.capacity_mw == 200.0


def test_quantities_are_read_with_their_units():
    plant = OpenTower.model_validate(
        written(
            approach="3 K", liquid_supply="40 degC", drift="0.001 %", concentration=6, tower_pump="250 kPa"
        )
    )
    assert plant.approach_k == 3.0
    assert plant.liquid_supply_c == 40.0
    assert plant.drift_frac == pytest.approx(1e-5)
    assert plant.concentration_cycles == 6.0
    assert plant.tower_pump_pa == 250_000.0


def test_end_before_start_is_refused_with_a_remedy():
    with pytest.raises(ValidationError) as caught:
        OpenTower.model_validate(written(until="2025-09-17"))
    error = caught.value.errors()[0]
    assert error["type"] == "end_before_start"
    assert "2025-09-17" in error["msg"]
    assert error["ctx"]["remedy"]


def test_air_loop_warmer_than_cold_plates_is_refused():
    with pytest.raises(ValidationError) as caught:
        DryCooler.model_validate(written(liquid_supply="20 degC", air_supply="25 degC"))
    assert caught.value.errors()[0]["type"] == "loop_temperatures"


@pytest.mark.parametrize(
    "bad",
    [
        {"capacity": "0 MW"},
        {"capacity": 200},
        {"capacity": "nan MW"},
        {"concentration": 1},
        {"concentration": 0.5},
        {"pumps": 3},
        {"range": "80 K"},
        {"design_wet_bulb": "45 degC"},
        {"tower_pump": "900000 kPa"},
    ],
)
def test_impossible_plants_are_refused(bad):
    with pytest.raises(ValidationError):
        OpenTower.model_validate(written() | bad)


def test_ratings_of_two_machines_are_refused_with_what_is_possible():
    with pytest.raises(ValidationError) as caught:
        AirCooledChiller.model_validate(written(chiller_cop=2.9, chiller_part_load_cop=12.0))
    error = caught.value.errors()[0]
    assert error["type"] == "chiller_ratings"
    assert "IPLV of" in error["msg"]
    with pytest.raises(ValidationError, match="leave nothing"):
        DryCooler.model_validate(written(chiller_cop=10.0, condenser_fan=0.15))


def test_water_source():
    source = WaterSource.model_validate(
        {"name": "MLGW", "kind": "potable", "from": "2024-05-01", "limit": "1 MGD", "price": "1.90 USD/kgal"}
    )
    assert source.limit_m3_per_day == pytest.approx(3785.411784)
    assert source.price_usd_per_m3 == pytest.approx(0.50193, rel=1e-4)
    assert source.until is None


def test_electrical_defaults_are_open():
    electrical = ElectricalInput.model_validate({"ups": "none", "distribution_loss": "2 %"})
    assert electrical.distribution_loss_frac == 0.02
    assert electrical.ups_no_load_loss_frac is None
    with pytest.raises(ValidationError):
        ElectricalInput.model_validate({"ups": "diesel"})
