"""What ends a command, and the code it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.cli.folder import whole_folder
from gigawatt.cli.outcome import exit_code_of
from gigawatt.cli.run import _check_balances, folder_name
from gigawatt.cli.validate import MODELS, validate
from gigawatt.kernel.errors import CheckFailedError, InfeasibleError, InputError, Problem
from gigawatt.validation.rows import ValidationRow
from gigawatt.validation.trust import trust_table


def row(**changes: object) -> ValidationRow:
    values = {
        "model": "cooling", "group": "tower", "quantity": "water, L/kWh", "published": 2.0, "modelled": 2.1,
        "tolerance": 0.1, "relative": True, "source": "a paper",
    }  # fmt: skip
    return ValidationRow(**{**values, **changes})  # type: ignore[arg-type]


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(InputError(Problem("GW300", "wrong", "mend it"))) == 1
    assert exit_code_of(InfeasibleError("cannot be met")) == 2
    assert exit_code_of(CheckFailedError("does not close")) == 3
    assert exit_code_of(FileNotFoundError(2, "No such file", "x")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "GW300  wrong\n    fix: mend it\ngigawatt: cannot be met\ngigawatt: does not close\n"
        "gigawatt: No such file: x\n"
    )


def test_our_own_fault_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code_of(ZeroDivisionError())


def test_a_flood_of_problems_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(InputError(Problem("GW300", f"wrong {i}", "mend it", line=i) for i in range(1000)))
    assert capsys.readouterr().err.endswith("... and 800 more\n")


@pytest.mark.parametrize("residual", [1e-9, -1e-3, float("nan"), float("inf")])
def test_a_balance_that_does_not_close_is_an_error(residual: float) -> None:
    class Ledger:
        @staticmethod
        def residuals() -> dict[str, float]:
            return {"energy": 1e-12, "water": residual}

    class Run:
        ledger = Ledger()

    with pytest.raises(CheckFailedError, match="water") as caught:
        _check_balances(Run())  # type: ignore[arg-type]
    assert "energy" not in str(caught.value)


def fill_and_fail(target: Path, error: BaseException) -> None:
    with whole_folder(target) as folder:
        (folder / "half").write_text("x")
        raise error


def test_a_folder_stays_as_it_was_where_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "a" / "run"
    with pytest.raises(OSError, match="full"):
        fill_and_fail(target, OSError("disk full"))
    assert list(tmp_path.iterdir()) == []
    target.mkdir(parents=True)
    (target / "old").write_text("x")
    with pytest.raises(KeyboardInterrupt):
        fill_and_fail(target, KeyboardInterrupt())
    assert [p.name for p in target.iterdir()] == ["old"]
    assert [p.name for p in target.parent.iterdir()] == ["run"]


def test_a_name_cannot_lead_out_of_the_runs() -> None:
    assert "/" not in folder_name("a/../../b")
    assert folder_name("Colossus (2)") == "Colossus-2-"


def test_a_figure_outside_its_tolerance_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from gigawatt.validation import cooling

    monkeypatch.setattr(cooling, "rows", lambda _data: [row(), row(modelled=3.0, quantity="off, L/kWh")])
    with pytest.raises(CheckFailedError, match=r"1 of 2 figures .*\n.*off, L/kWh"):
        validate("cooling")
    assert "NO" in capsys.readouterr().out


def test_every_model_that_is_offered_has_rows() -> None:
    from importlib import import_module

    for name in MODELS:
        assert callable(import_module(f"gigawatt.validation.{name}").rows)


def test_the_table_of_trust() -> None:
    table = trust_table([
        row(baseline=2.5),
        row(modelled=1.6, baseline=2.1),
        row(modelled=9.0, fitted=True),
        row(group="air", quantity="temperature, K", relative=False, modelled=2.5, tolerance=1.0),
    ])  # fmt: skip
    lines = table.splitlines()[2:]
    assert lines == [
        "| cooling | tower | 2 (+1 fitted) | 12.5 % | 20.0 % | 15.0 % | 1 of 2 |",
        "| cooling | air | 1 | 0.5 K | 0.5 K |  | 1 of 1 |",
    ]
