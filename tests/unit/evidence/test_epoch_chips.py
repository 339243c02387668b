"""Epoch AI's chip quantities: totals told from additions, absurd cells refused, claims that add up."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gigawatt.cli.main import app
from gigawatt.evidence import ClaimPack, audit
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.importers import EpochSite, read_epoch, read_epoch_chips
from gigawatt.scenario.importers.epoch_write import claims_text, scenario_text
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.read import read_text

TIME = "Data center,Date,IT power (MW),Power (MW),H100 equivalents\n"
HEADER = "Handle,Data center,Date,Chip type,Number of Units,Notes\n"
ONE = "x,One,2025-06-01,H100,50000,\n"
# 50,000 H100; then 50,000 more, and 30,000 GB200 of 5,000 / 1,978.9 H100-equivalents
THEN = "One,2025-06-01,90,120,50000\nOne,2026-01-01,240,300,175800\n"


def site(tmp_path: Path, rows: str = THEN) -> EpochSite:
    file = tmp_path / "data_center_timelines.csv"
    file.write_text(TIME + rows, encoding="utf-8")
    return read_epoch(file, "One")


def chips(tmp_path: Path, rows: str, header: str = HEADER) -> Path:
    file = tmp_path / "data_center_chip_quantities.csv"
    file.write_text(header + rows, encoding="utf-8")
    return file


@pytest.mark.parametrize(("h100", "kind"), [(100_000, "total"), (50_000, "added")])
def test_the_h100_equivalents_tell_totals_from_additions(tmp_path: Path, h100: int, kind: str) -> None:
    rows = f"{ONE}x,One,2026-01-01,H100,{h100},\nx,One,2026-01-01,B200,30000,\n"
    read = read_epoch_chips(chips(tmp_path, rows), site(tmp_path))
    assert read is not None
    assert (read.kind, read.unknown) == (kind, ())
    assert "assumed" not in read.why
    assert [s.total for s in read.states] == [50_000, 130_000]
    assert dict(read.states[-1].chips) == {"H100": 100_000, "B200": 30_000}


def test_what_does_not_decide_it_is_told_as_assumed(tmp_path: Path) -> None:
    one = read_epoch_chips(chips(tmp_path, ONE), site(tmp_path))
    assert one is not None
    assert "assumed, as both readings fit" in one.why
    far = read_epoch_chips(chips(tmp_path, ONE + "x,One,2026-01-01,H100,70000,\n"), site(tmp_path))
    assert far is not None
    assert "assumed, as neither reading fits" in far.why
    other = read_epoch_chips(chips(tmp_path, "x,One,2025-06-01,TPU v6e,90000,\n"), site(tmp_path))
    assert other is not None
    assert other.unknown == ("TPU v6e",)
    assert "assumed, no date has" in other.why
    assert read_epoch_chips(chips(tmp_path, ONE.replace("One", "Two")), site(tmp_path)) is None


def test_chips_become_deliveries_and_claims_that_add_up(tmp_path: Path) -> None:
    rows = ONE + "x,One,2026-01-01,H100,100000,\nx,One,2026-01-01,B200,30000,\n"
    one = site(tmp_path)
    read = read_epoch_chips(chips(tmp_path, rows), one)
    text = scenario_text(one, climate="memphis", chip="gb200", kw_per_gpu=2.0, chips=read)
    lots = [(d.chip, d.gpus, str(d.arrives_by)) for d in read_text(text, Scenario).scenario.deliveries]
    assert lots == [
        ("h100", 50_000, "2025-06-01"), ("h100", 50_000, "2026-01-01"), ("gb200", 30_000, "2026-01-01")
    ]  # fmt: skip
    pack = read_text(claims_text(one, as_of=date(2025, 12, 31), chips=read), ClaimPack).scenario
    gpus = {c.id: c for c in pack.claims if c.within.count == "gpu"}
    assert {c.quantity for c in gpus.values()} == {"50000 GPUs", "130000 GPUs", "100000 GPUs", "30000 GPUs"}
    assert gpus["one-1-chips"].within.chip == "h100"
    assert gpus["one-2-chips"].within.stage == "announced"
    assert {c.part_of for c in gpus.values()} == {None, "one-2-chips"}
    assert pack.sources["epoch"].licence.startswith("CC BY 4.0")
    assert audit(pack.claims, sources=pack.sources).conflicts == ()


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ("x,One,2025-06-01,H100,-5,", 5, "-5 cannot be"),
        ("x,One,2025-06-01,H100,1e9,", 5, "1e9 cannot be"),
        ("x,One,2025-06-01,H100,0.5,", 5, "0.5 cannot be"),
        ("x,One,2025-06-01,H100,nan,", 5, "nan cannot be"),
        ("x,One,2025-06-01,H100,many,", 5, "'many' is no number"),
        ("x,One,soon,H100,5,", 3, "'soon' is no date"),
        ("x,One,2025-06-01,,5,", 4, "no chip is named"),
        ("x,One,2026-01-01,B200,500,", 5, "480 kW a chip"),
        ("x,One,2025-06-01,H100,50000,", 4, "stands twice"),
    ],
)
def test_absurd_cells_are_refused_by_name(tmp_path: Path, row: str, column: int, text: str) -> None:
    file = chips(tmp_path, ONE + row + "\n")
    with pytest.raises(InputError) as told:
        read_epoch_chips(file, site(tmp_path))
    problem = told.value.problems[0]
    assert (problem.code, problem.line, problem.column) == ("GW411", 3, column)
    assert problem.message.startswith("One, ")
    assert text in problem.message
    left = read_epoch_chips(file, site(tmp_path), leave_out_absurd=True)
    assert left is not None
    assert [s.total for s in left.states] == [50_000]
    assert left.left_out == told.value.problems


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'Number of Units' is missing"):
        read_epoch_chips(chips(tmp_path, ONE, HEADER.replace("Number of Units", "N")), site(tmp_path))


def test_the_command_finds_the_table_beside_the_file(tmp_path: Path) -> None:
    site(tmp_path)
    table = chips(tmp_path, ONE)
    base = ["import", "epoch", str(tmp_path / "data_center_timelines.csv"), "--site", "One", "--json"]
    found = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "a")])
    assert json.loads(found.stdout)["chips"]["states"] == [{"day": "2025-06-01", "chips": {"H100": 50000}}]
    assert "gpus: 50000" in (tmp_path / "a" / "scenario.yaml").read_text()
    without = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "b"), "--no-chips"])
    assert json.loads(without.stdout)["chips"] is None
    moved = table.rename(tmp_path / "quantities.csv")
    named = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "c"), "--chips", str(moved)])
    assert json.loads(named.stdout)["chips"]["read_as"] == "total"
    both = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "d"), "--no-chips", "--chips", str(moved)])
    assert both.exit_code == 1
    assert not (tmp_path / "d").exists()


@pytest.mark.shared
def test_every_site_of_the_published_tables_is_read(shared: Path) -> None:
    """Where both readings can be told apart and one fits, it is told which; no cell is absurd."""
    import csv

    folder = shared / "validation" / "epoch"
    times, table = folder / "data_center_timelines.csv", folder / "data_center_chip_quantities.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        names = {row["Data center"] for row in csv.DictReader(stream)}
    with times.open(encoding="utf-8", newline="") as stream:
        names &= {row["Data center"] for row in csv.DictReader(stream)}
    kinds = {}
    for name in names:
        read = read_epoch_chips(table, read_epoch(times, name, leave_out_absurd=True))
        assert read is not None
        kinds[name] = read.kind if "assumed" not in read.why else "assumed"
    assert len(kinds) == 49
    assert kinds["Colossus 2"] == "added"
    assert [name for name, kind in kinds.items() if kind == "added"] == ["Colossus 2"]
    assert sum(kind == "total" for kind in kinds.values()) >= 8
