"""What ``gigawatt what-if`` sums up."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.cli.what_if import _print_answer, _sum_up


def row(number: int, state: str, present_s: float | None, changed_s: float | None) -> dict[str, Any]:
    starts = {"present": present_s, "changed": changed_s}
    courses = {kind: {"start_s": start_s, "taken_off": 0} for kind, start_s in starts.items()}
    return {"id": number, "tenant": "a", "gpus": 4, "state": state, **courses}


def test_columns_are_compared_by_the_jobs_that_start_in_both(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        row(1, "running", 0.0, 0.0),
        row(2, "waiting", 10.0, 30.0),
        row(3, "waiting", 200.0, None),
        row(4, "running", 0.0, 40.0),  # its node is taken away
    ]
    sums = _sum_up(rows, ["present", "changed"])
    assert sums == {
        "present": {"mean_start_s": 5.0, "never": 0},
        "changed": {"mean_start_s": 35.0, "never": 1},
    }
    columns = {kind: {"policy": "fifo", "gpus": 8, **told} for kind, told in sums.items()}
    _print_answer({**columns, "jobs": rows, "overdue": []})
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "mean of those that start in both in 5.0 s in 35.0 s" in told
    assert "never start 0 1" in told


def test_a_mean_of_no_jobs_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(1, "waiting", 5.0, None)]
    sums = _sum_up(rows, ["present", "changed"])
    assert [told["mean_start_s"] for told in sums.values()] == [None, None]
    columns = {kind: {"policy": "fifo", "gpus": 8, **told} for kind, told in sums.items()}
    _print_answer({**columns, "jobs": rows, "overdue": []})
    assert "mean of those that start in both - -" in " ".join(capsys.readouterr().out.split())
