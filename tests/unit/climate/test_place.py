"""Places in the catalogue: complete, sane, and with provenance."""

import pytest

from gigawatt import climate
from gigawatt.catalog.rows import CONFIDENCES, names, row
from gigawatt.kernel.errors import InputError

TWELVE = (
    "dry_bulb_c", "daily_range_k", "dew_point_c", "ghi_kwh_per_m2_day", "sea_level_pressure_pa",
    "dry_bulb_sd_k", "dew_point_sd_k", "dry_dew_correlation", "dry_bulb_skew",
)  # fmt: skip


def test_the_six_places_are_there():
    assert {"memphis", "greensboro", "phoenix", "dublin", "abu-dhabi", "singapore"} <= set(names("climate"))


@pytest.mark.parametrize("name", names("climate"))
def test_a_place_is_complete_and_sane(name):
    where = climate.place(name)
    for key in TWELVE:
        assert len(getattr(where, key)) == 12, key
    assert all(dew < dry for dew, dry in zip(where.dew_point_c, where.dry_bulb_c, strict=True))
    assert all(r > 0 for r in where.daily_range_k + where.dry_bulb_sd_k + where.dew_point_sd_k)
    assert all(-1 < r < 1 for r in where.dry_dew_correlation)
    assert all(-1 <= s <= 1 for s in where.dry_bulb_skew)
    assert where.dew_point_exceeded_c > max(where.dew_point_c)
    # Plants are sized on hours beyond the warmest mean day, and air is never drier than possible.
    assert where.design.dry_bulb_c > max(where.dry_bulb_c) + max(where.daily_range_k) / 2
    assert where.design.coincident_wet_bulb_c < where.design.dry_bulb_c
    assert where.design.wet_bulb_c < where.design.coincident_dry_bulb_c
    assert where.design.wet_bulb_c > where.design.coincident_wet_bulb_c
    assert name in repr(where)


@pytest.mark.parametrize("name", names("climate"))
def test_every_figure_has_its_provenance(name):
    entry = row("climate", name)
    for value in entry.values:
        source, as_of, confidence = entry.provenance(value)
        assert source
        assert as_of
        assert confidence in CONFIDENCES
    assert set(entry.sources) <= set(entry.values)
    for value, own in entry.sources.items():
        if own.get("confidence") == "assumed":
            assert own.get("note"), f"{value} is assumed and has no range"


def test_memphis_design_conditions():
    # ASHRAE Handbook of Fundamentals 2009, station 723340: 20-year dry bulb and extreme wet bulb.
    design = climate.place("memphis").design
    assert (design.dry_bulb_c, design.wet_bulb_c) == (39.9, 29.4)


def test_station_pressure_falls_with_height():
    # Phoenix lies at 337 m; standard pressure there is 97,342 Pa (ASHRAE 2009).
    where = climate.place("phoenix")
    mean = sum(where.station_pressure_pa) / 12
    assert mean == pytest.approx(97_342, abs=400)


def test_an_unknown_place_gets_a_suggestion():
    with pytest.raises(InputError) as caught:
        climate.place("memfis")
    (problem,) = caught.value.problems
    assert problem.code == "GW101"
    assert "memphis" in problem.remedy


def test_a_place_is_written_in_a_scenario():
    read = climate.PlaceInput.model_validate({"climate": "memphis", "weather_file": "memphis.epw"})
    assert read.weather_file == "memphis.epw"
    assert climate.PlaceInput.model_validate({"climate": "dublin"}).weather_file is None
    with pytest.raises(ValueError, match="wether_file"):
        climate.PlaceInput.model_validate({"climate": "dublin", "wether_file": "x"})
