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


def recalculate(paths: list[Path], folder: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Return by workbook and result: what the formula gives, and what the engine gave."""
    assert OFFICE is not None, "GIGAWATT_REQUIRE_ALL_TESTS is set and there is no LibreOffice"
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "--outdir", folder, *paths],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    found = {}
    for path in paths:
        with (folder / f"{path.stem}.csv").open(encoding="utf-8") as file:
            lines = list(csv.reader(file))[3:]
        told = [line for line in lines if line[1] != "none, or several"]
        found[path.stem] = {name: (float(ours), float(theirs)) for name, ours, theirs in told}
    return found


def changed(source: Path, target: Path, name: str, value: float) -> None:
    """Write another number into one named cell of the sheet Inputs."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        names = old.read("xl/workbook.xml").decode()
        row = re.search(rf'<definedName name="{name}">Inputs!\$B\$(\d+)<', names)
        assert row is not None, name
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet2.xml":
                cell = rf'(<c r="B{row[1]}"[^>]*><v>)[^<]*(</v>)'
                written, count = re.subn(cell, rf"\g<1>{value}\g<2>", text.decode())
                assert count == 1
                text = written.encode()
            new.writestr(part, text)


LOAN = samples.PLAIN["debt"][0]
WORTH = {"by_year": [1.0, 0.65, 0.45, 0.3, 0.2, 0.1]}
LEVEL = {**LOAN, "sizing": None, "repayment": "annuity"}


def made() -> dict[str, Deal]:
    """Deals that between them use every part of the waterfall."""
    taxed = {"tax": {"rate": "21 %"}, "residual": WORTH}
    takeout = {"name": "takeout", "refinances": "loan", "rate": "8 %", "repayment": "straight_line",
               "tenor": "2.5 years"}  # fmt: skip
    letter = {"debt_service_months": 4, "letter_of_credit": True, "letter_fee": "2 %"}
    held = {"lock_up_dscr": 1.5, "default_dscr": 1.45, "equity_cures": 3, "cure_months": 2, "llcr": 1.42,
            "plcr": 1.5, "largest_tenant": 0.9}  # fmt: skip
    marked = {"ltv": 0.7, "mark": [{"from": "2027-07", "factor": 0.55}], "cure_months": 1}
    credited = [{**samples.PLAIN["uses"][0], "credit": 0.3, "bonus": 0.4}, samples.PLAIN["uses"][1]]
    given = [{"name": "sponsor", "amount": "460 m USD"}, {"name": "preferred", "kind": "preferred",
             "amount": "40 m USD", "dividend": "8 %"}]  # fmt: skip
    poor = [{**samples.PLAIN["leases"][0], "rent": "15 m USD"}]
    return {
        "plain": samples.deal(),
        "rich": samples.deal(samples.RICH),
        "taxed": samples.deal(**taxed, exit={"value": "350 m USD"}, reserves={"earns": "2 %"}, uses=credited),
        "geared": samples.deal(debt=[{**LOAN, "sizing": {"dscr": 1.3, "gearing": 0.55}}], reserves=letter),
        "weak": samples.deal(debt=[{**LEVEL, "amount": "700 m USD"}], leases=poor),
        "valued": samples.deal(
            debt=[{**LOAN, "repayment": "annuity", "sizing": {"dscr": 1.3, "ltv": 0.4, "tail_months": 6}}],
            **taxed,
        ),
        "tail": samples.deal(debt=[{**LOAN, "sizing": {"dscr": 1.3, "tail_months": 20}}]),
        "minor": samples.deal(
            debt=[{**LEVEL, "amount": "300 m USD", "tenor": "1 years", "amortisation": "4 years",
                   "extensions": "1 years", "extension_fee": "0.25 %"}, takeout],
            covenants={"sweep": 0.5, "sweep_below_dscr": 3.0, "plcr": 9.0}, receivable="45 days",
        ),
        "held": samples.deal(covenants=held, reserves={"debt_service_months": 3}, **taxed),
        "marked": samples.deal(covenants=marked, **taxed),
        "bond": samples.deal(
            debt=[{**LEVEL, "amount": "450 m USD", "drawn": "at_close", "escrow_rate": "4 %"}], equity=given,
            **taxed,
        ),
        "late": samples.deal(
            debt=[{**LEVEL, "amount": "400 m USD", "interest_only": "1 years"}], funding="equity_first"
        ),
    }  # fmt: skip


@needs_office
def test_formulas_give_the_engines_figures(tmp_path):
    bundled = ("spv-20bn", "partnership-30-100", "developer-loan-38bn", "joint-venture-30bn")
    deals = {n: read_text(deal_bytes(n), Deal).scenario for n in bundled} | made()
    paths = []
    for name, deal in deals.items():
        paths.append(tmp_path / f"{name}.xlsx")
        write_workbook(run(deal), paths[-1])
    for name, results in recalculate(paths, tmp_path).items():
        assert "npv_usd" in results
        for result, (formula, engine) in results.items():
            assert formula == pytest.approx(engine, rel=1e-6, abs=1e-9), (name, result)


@needs_office
def test_a_changed_input_moves_results_as_the_engine_does(tmp_path):
    sized, junior = samples.RICH["debt"]
    cases = {
        "rent": ("rent_factor", 1.1, {"leases": [{**samples.PLAIN["leases"][0], "rent": "22 m USD"}]}),
        "margin": ("margin_1", 0.08, {"debt": [sized, {**junior, "spread": "8 %"}]}),
        "cover": ("target_cover", 1.5, {"debt": [
            {**sized, "sizing": {"dscr": 1.5, "gearing": 0.9}}, junior]}),
        "tax": ("tax_rate", 0.3, {"tax": {**samples.RICH["tax"], "rate": "30 %"}}),
    }  # fmt: skip
    base = tmp_path / "base.xlsx"
    write_workbook(run(samples.deal(samples.RICH)), base)
    paths = [base, *(tmp_path / f"{name}.xlsx" for name in cases)]
    for path, (name, value, _) in zip(paths[1:], cases.values(), strict=True):
        changed(base, path, name, value)
    found = recalculate(paths, tmp_path)
    for name, (_, _, changes) in cases.items():
        again = run(samples.deal(samples.RICH, **changes)).contract()
        assert found[name]["irr_frac"][0] != pytest.approx(found["base"]["irr_frac"][0], rel=1e-4)
        for result in ("irr_frac", "npv_usd", "debt_usd", "min_dscr", "llcr"):
            assert found[name][result][0] == pytest.approx(again[result], rel=1e-6), (name, result)


def test_formulas_carry_no_cached_value(tmp_path):
    path = tmp_path / "deal.xlsx"
    write_workbook(run(samples.deal()), path)
    with zipfile.ZipFile(path) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    assert text.count("<f>") >= 6
    assert not re.search(r"</f><v>[^<]", text)


def test_what_is_not_carried_is_named(tmp_path):
    first = samples.deal(funding="equity_first")
    with pytest.raises(InfeasibleError, match="sized under funding: equity_first"):
        write_workbook(run(first), tmp_path / "first.xlsx")


def test_a_deal_without_one_return_says_so(tmp_path):
    statement = run(read_text(deal_bytes("battery-plant"), Deal).scenario)
    assert statement.contract()["irr_frac"] is None
    write_workbook(statement, tmp_path / "deal.xlsx")
    with zipfile.ZipFile(tmp_path / "deal.xlsx") as book:
        assert "none, or several" in book.read("xl/sharedStrings.xml").decode()
