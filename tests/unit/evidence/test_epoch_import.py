"""Epoch AI's table as scenario and claims: credited, without its costs, absurd cells refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gigawatt.evidence import ClaimPack
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.importers import read_epoch
from gigawatt.scenario.importers.epoch_write import claims_text, scenario_text
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import read_text

HEADER = (
    "Data center,Date,Construction status,IT power (MW),Power (MW),H100 equivalents,"
    "Total capital cost (2025 USD billions),Water use (MGD)\n"
)
GOOD = 'One,2025-01-01,"roof,\nnot yet",0.0,0.0,0.0,0,\nOne,2025-06-01,on,100.0,130.0,50000,4.1,\n'


def table(tmp_path: Path, rows: str, header: str = HEADER) -> Path:
    file = tmp_path / "timelines.csv"
    file.write_text(header + rows, encoding="utf-8")
    return file


def test_a_site_becomes_a_scenario_and_claims(tmp_path: Path) -> None:
    site = read_epoch(table(tmp_path, GOOD + "One,2027-01-01,plan,200,260,120000,8.2,\n"), "One")
    text = scenario_text(site, climate="memphis", chip="gb200", kw_per_gpu=2.0)
    scenario = read_text(text, Scenario).scenario
    assert [h.it_power_mw for h in scenario.sites["one"].halls] == pytest.approx([102.0, 102.0])
    assert [g.import_limit_mw for g in scenario.sites["one"].power.grid] == pytest.approx([132.6, 265.2])
    assert [d.gpus for d in scenario.deliveries] == [50_000, 50_000]
    assert "CC BY 4.0" in text
    words = claims_text(site, as_of=date(2026, 1, 1), actor="Owner", subject="Place")
    pack = read_text(words, ClaimPack).scenario
    assert {c.within.stage for c in pack.claims if c.when.first and c.when.first.year == 2027} == {
        "announced"
    }
    assert {c.actor for c in pack.claims} == {"Owner"}
    assert "USD" not in words
    assert "CC BY 4.0" in pack.sources["epoch"].licence


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ("One,2025-07-01,x,100,130,50000,0,70000", 8, "Water use (MGD): 70000 cannot be"),
        ("One,2025-07-01,x,100,13000,50000,0,", 5, "a PUE of"),
        ("One,2025-07-01,x,100,130,5,0,", 6, "kW an H100-equivalent"),
        ("One,2025-07-01,x,-100,130,50000,0,", 4, "-100 cannot be"),
        ("One,2025-07-01,x,1e9,130,50000,0,", 4, "1e9 cannot be"),
        ("One,2025-07-01,x,nan,130,50000,0,", 4, "nan cannot be"),
        ("One,2025-07-01,x,many,130,50000,0,", 4, "'many' is no number"),
        ("One,soon,x,100,130,50000,0,", 2, "'soon' is no date"),
    ],
)
def test_absurd_cells_are_refused_by_name(tmp_path: Path, row: str, column: int, text: str) -> None:
    file = table(tmp_path, GOOD + row + "\n")
    with pytest.raises(InputError) as told:
        read_epoch(file, "One")
    problem = told.value.problems[0]
    assert (problem.code, problem.line, problem.column) == ("GW411", 5, column)
    assert text in problem.message
    assert problem.message.startswith("One, ")
    left = read_epoch(file, "One", leave_out_absurd=True)
    assert len(left.rows) == 2
    assert left.left_out == told.value.problems


def test_all_absurd_cells_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        read_epoch(table(tmp_path, "One,2025-07-01,x,-1,-2,-3,0,-4\nOne,2025-08-01,x,a,b,c,0,d\n"), "One")
    assert len(told.value.problems) == 8


def test_an_absurd_cell_of_another_site_does_not_matter(tmp_path: Path) -> None:
    assert len(read_epoch(table(tmp_path, GOOD + "Two,2025-07-01,x,-1,-2,-3,0,-4\n"), "One").rows) == 2


def test_what_is_no_such_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write 'One'"):
        read_epoch(table(tmp_path, GOOD), "Onee")
    with pytest.raises(InputError, match="'Power \\(MW\\)' is missing"):
        read_epoch(table(tmp_path, GOOD, HEADER.replace(",Power (MW)", ",P")), "One")
    with pytest.raises(InputError, match="GW201"):
        read_epoch(tmp_path / "none.csv", "One")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(InputError, match="GW203"):
        read_epoch(broken, "One")


@pytest.mark.shared
def test_every_site_of_the_table_is_read_or_refused_with_reason(shared: Path) -> None:
    import csv

    file = shared / "validation" / "epoch" / "data_center_timelines.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        names = {row["Data center"] for row in csv.DictReader(stream)}
    refused = {}
    for name in names:
        try:
            site = read_epoch(file, name)
        except InputError as error:
            refused[name] = {p.code for p in error.problems}
            continue
        read_text(claims_text(site, as_of=date(2026, 8, 31)), ClaimPack)
    assert refused == {"Meta Kuna": {"GW411"}}
