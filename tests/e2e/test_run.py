"""The contract of ``gigawatt run``, through the installed command."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command import GIGAWATT, here, installed

MONTH_KEYS = {
    "month", "gpus", "it_mw_provisioned", "facility_mw_provisioned", "facility_mw_mean", "pue_mean",
    "binding", "energy_mwh", "curtailed_mwh", "water_m3", "co2_t", "nox_kg",
}  # fmt: skip
ENERGY_KEYS = {"grid", "turbine", "genset", "solar", "battery_discharge", "battery_charge"}
BINDINGS = {"none", "delivery", "crew", "hall", "power", "cooling"}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "reference"
    done = installed("run", "reference-100mw", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out


@pytest.fixture(scope="module")
def colossus(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "colossus"
    done = installed("run", "colossus", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out


@pytest.mark.parametrize("name", ["reference", "colossus"])
def test_the_contract(name, request):
    printed, out = request.getfixturevalue(name)
    assert list(printed)[:3] == ["scenario", "version", "run_dir"]
    assert Path(printed["run_dir"]) == out
    assert set(printed["residuals"]) == {"energy", "water", "carbon", "money"}
    assert max(abs(r) for r in printed["residuals"].values()) < 1e-9
    for site in printed["sites"].values():
        for month in site["months"]:
            assert set(month) >= MONTH_KEYS
            assert set(month["energy_mwh"]) == ENERGY_KEYS
            assert month["binding"] in BINDINGS
            g = month["gpus"]
            assert g["ordered"] >= g["delivered"] >= g["installed"] >= g["energised"] >= g["useful"] >= 0
    assert (out / "report.html").stat().st_size <= 2_500_000
    tables = sorted(p.name for p in (out / "tables").iterdir())
    assert {Path(t).stem for t in tables if t.endswith(".csv")} == {
        Path(t).stem for t in tables if t.endswith(".parquet")
    }


def test_colossus_tells_its_story(colossus):
    printed, _ = colossus
    one = {m["month"]: m for m in printed["sites"]["colossus-1"]["months"]}
    assert one["2024-09"]["binding"] == "power"
    assert one["2024-09"]["gpus"]["installed"] == 100_000
    assert one["2025-09"]["binding"] == "cooling"
    assert one["2027-06"]["energy_mwh"]["turbine"] == 0  # the permit ends in January 2027
    assert len(one) == 80
    two = {m["month"]: m for m in printed["sites"]["colossus-2"]["months"]}
    assert two["2026-07"]["gpus"]["delivered"] == 440_000


def test_the_same_scenario_and_seed_give_the_same_bytes(reference, tmp_path):
    _, first = reference
    again = tmp_path / "again"
    assert installed("run", "reference-100mw", "--out", again, "--json").returncode == 0
    for file in sorted((first / "tables").iterdir()):
        ours = hashlib.sha256(file.read_bytes()).hexdigest()
        assert ours == hashlib.sha256((again / "tables" / file.name).read_bytes()).hexdigest(), file.name
    assert (first / "manifest.json").read_bytes() == (again / "manifest.json").read_bytes()
    assert (first / "report.html").read_bytes() == (again / "report.html").read_bytes()


def test_another_seed_gives_other_weather(reference, tmp_path):
    _, first = reference
    out = tmp_path / "seed"
    assert here("run", "reference-100mw", "--out", out, "--seed", "2", "--quiet").returncode == 0
    name = "tables/hourly_campus.parquet"
    assert (first / name).read_bytes() != (out / name).read_bytes()


def test_an_override_moves_the_result(reference, tmp_path):
    printed, _ = reference
    out = tmp_path / "late"
    late = here(
        "run", "reference-100mw", "--out", out, "--json",
        "--set", "sites.campus.power.grid.1.from=2027-09-01",
    )  # fmt: skip
    assert late.returncode == 0, late.stderr
    before = {m["month"]: m for m in printed["sites"]["campus"]["months"]}["2027-08"]
    after = {m["month"]: m for m in json.loads(late.stdout)["sites"]["campus"]["months"]}["2027-08"]
    assert after["gpus"]["energised"] < before["gpus"]["energised"]
    assert after["binding"] == "power"


def test_a_supply_that_may_not_shed_is_infeasible(tmp_path):
    out = tmp_path / "out"
    done = here(
        "run", "reference-100mw", "--out", out,
        "--set", "sites.campus.power.curtailment.allowed=false",
        "--set", "sites.campus.power.grid_outages=[{day: 2027-07-01, duration: 48 h}]",
    )  # fmt: skip
    assert done.returncode == 2
    assert "GW590" in done.stderr
    assert "fix:" in done.stderr
    assert not out.exists()


def test_an_interrupted_run_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [GIGAWATT, "run", "colossus", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("deliveries.0.site=nowhere", "GW401"),
        ("deliveries.0.chip=h1000", "GW402"),
        ("workloads.0.tenant=nobody", "GW403"),
        ("sites.campus.place.climate=atlantis", "GW404"),
        ("sites.campus.cooling.plants.0.water=moon", "GW407"),
    ],
)
def test_references_that_lead_nowhere_are_told_with_their_place(override, code, tmp_path):
    out = tmp_path / "out"
    done = here("run", "reference-100mw", "--out", out, "--set", override)
    assert done.returncode == 1
    assert code in done.stderr
    assert "fix:" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not out.exists()


def test_the_deal_follows_the_campus_and_stands_in_the_folder(colossus):
    printed, out = colossus
    told = printed["finance"]
    assert told["refused"] is None
    assert sum(told["sources_usd"].values()) == pytest.approx(sum(told["uses_usd"].values()), abs=0.01)
    assert max(told["residuals"].values()) < 0.01
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["finance"] == told
    rows = (out / "tables" / "finance.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + told["months"]
    columns = rows[0].replace('"', "").split(",")
    drawn = sum(float(line.split(",")[columns.index("draws_usd")]) for line in rows[1:])
    assert drawn == pytest.approx(told["draws_usd"])
    # What the deal pays for is what the ledger bought, and the grid connection on top.
    later = sum(float(line.split(",")[columns.index("saved_for_later_usd")]) for line in rows[1:])
    spent = sum(float(line.split(",")[columns.index("uses_usd")]) for line in rows[1:])
    bought = printed["totals"]["money_usd"]["capital"] + told["uses_usd"]["grid connection"]
    assert spent + later == pytest.approx(bought, rel=1e-9)
    again = here("finance", out / "deal.yaml", "--json")
    assert again.returncode == 0, again.stderr
    alone = json.loads(again.stdout)
    for name in ("debt_usd", "irr_frac", "npv_usd", "min_dscr", "llcr"):
        assert alone[name] == pytest.approx(told[name], rel=1e-9), name
