"""The workbook's formulas, recalculated by LibreOffice, give the engine's figures, and move with an input."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import deals_for_tests as samples
import pytest

from gigawatt.finance import deal_bytes, run
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.workbook import write_workbook
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.scenario.read import read_text

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(
    OFFICE is None and not os.environ.get("GIGAWATT_REQUIRE_ALL_TESTS"),
    reason="no LibreOffice on this machine: formulas cannot be recalculated",
)


def recalculated(path: Path, folder: Path) -> dict[str, tuple[float, float]]:
    """Return by result: what the formula gives, and what the engine gave."""
    assert OFFICE is not None, "GIGAWATT_REQUIRE_ALL_TESTS is set and there is no LibreOffice"
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "--outdir", folder, path],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    with (folder / f"{path.stem}.csv").open(encoding="utf-8") as file:
        lines = list(csv.reader(file))[3:]
    return {name: (float(ours), float(theirs)) for name, ours, theirs in lines}


def changed(source: Path, target: Path, row: int, value: float) -> None:
    """Write another number into one cell of the sheet Inputs."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                cell = rf'(<c r="B{row}"[^>]*><v>)[^<]*(</v>)'
                written, count = re.subn(cell, rf"\g<1>{value}\g<2>", text.decode())
                assert count == 1
                text = written.encode()
            new.writestr(name, text)


def deals() -> dict[str, Deal]:
    bundled = {n: read_text(deal_bytes(n), Deal).scenario for n in ("spv-20bn", "colossus", "colossus-lease")}
    taxed = samples.deal(tax={"rate": "21 %"}, reserves={"earns": "2 %", "least_cash": "2 m USD"}, exit={},
                         residual={"by_year": [1.0, 0.6, 0.4, 0.3, 0.2, 0.1]})  # fmt: skip
    geared = samples.deal(debt=[{**samples.PLAIN["debt"][0], "sizing": {"dscr": 1.3, "gearing": 0.55}}])
    weak = samples.deal(debt=[{**samples.PLAIN["debt"][0], "sizing": None, "amount": "700 m USD",
                               "repayment": "annuity"}])  # fmt: skip
    return {**bundled, "plain": samples.deal(), "taxed": taxed, "geared": geared, "weak": weak}


@needs_office
@pytest.mark.parametrize(
    "name", ["spv-20bn", "colossus", "colossus-lease", "plain", "taxed", "geared", "weak"]
)
def test_formulas_give_the_engines_figures(name, tmp_path):
    path = tmp_path / "deal.xlsx"
    write_workbook(run(deals()[name]), path)
    found = recalculated(path, tmp_path)
    assert "irr_frac" in found
    for result, (formula, engine) in found.items():
        assert formula == pytest.approx(engine, rel=1e-6, abs=1e-9), result


@needs_office
def test_a_changed_input_moves_the_return_as_the_engine_does(tmp_path):
    path, other = tmp_path / "deal.xlsx", tmp_path / "changed.xlsx"
    write_workbook(run(samples.deal()), path)
    before = recalculated(path, tmp_path)["irr_frac"][0]
    changed(path, other, 1, 1.1)
    after = recalculated(other, tmp_path)
    lease = {**samples.PLAIN["leases"][0], "rent": "22 m USD"}
    again = run(samples.deal(leases=[lease]))
    assert after["irr_frac"][0] > before
    assert after["irr_frac"][0] == pytest.approx(again.irr.only(), rel=1e-6)
    assert after["debt_usd"][0] == pytest.approx(again.debt_usd, rel=1e-6)


def test_formulas_carry_no_cached_value(tmp_path):
    path = tmp_path / "deal.xlsx"
    write_workbook(run(samples.deal()), path)
    with zipfile.ZipFile(path) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    assert text.count("<f>") >= 6
    assert not re.search(r"</f><v>[^<]", text)


def test_what_is_not_carried_is_named(tmp_path):
    with pytest.raises(InfeasibleError, match="a cash sweep"):
        write_workbook(run(samples.deal(samples.RICH)), tmp_path / "rich.xlsx")
