"""Two sides laid on each other: what is found to differ, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.report.comparison.payload import build, sentence
from gigawatt.report.comparison.told import pair
from gigawatt.results import write_run
from gigawatt.scenario import read_scenario
from gigawatt.study import run_scenario
from gigawatt.study.comparing import Side, compare, read_side, side_of_json, side_of_run
from gigawatt.study.comparing.flatten import figures_of, inputs_of, unit_of
from gigawatt.study.comparing.sides import Given, Happened, Series
from gigawatt.study.comparing.tables import facts_of_tables


def side(**changed) -> Side:
    told = {
        "label": "a",
        "kind": "run",
        "title": "one",
        "version": "0.1.0",
        "inputs": {
            "sites.one.power.grid.0.from": Given("2025-11-07", "", "a letter"),
            "limit": Given(2.0, "MW"),
        },
        "figures": {
            "finance.irr_frac": 0.16,
            "finance.completion": "2026-07",
            "totals.co2_t": 5.0,
            "n": None,
        },
        "events": (
            Happened("2025-11-07", "one", "grid", "grid import up to 300 MW"),
            Happened("2025-12-01", "one", "binding", "power binds until 2025-12-31"),
            Happened("2026-01-01", "one", "hall", "hall north ready"),
        ),
        "series": {
            ("monthly", "one", "gpus_energised"): Series(("2025-11", "2025-12"), np.array([5.0, 7.0]), "GPUs")
        },
    }
    return Side(**{**told, **changed})


def test_a_side_differs_from_itself_in_nothing():
    found = compare(side(), side())
    assert found.is_same
    assert found.as_json()["same"] is True
    assert "Nothing differs: 2 inputs, 4 figures and 1 curves are the same" in sentence(found)
    assert build(found)["curves"] == []


def test_rounding_is_no_difference_and_a_date_differs_by_days():
    near = side(figures={**side().figures, "totals.co2_t": 5.0 * (1 + 1e-12)})
    assert compare(side(), near).is_same
    late = side(
        inputs={**side().inputs, "sites.one.power.grid.0.from": Given("2026-02-01", "", "--set")},
        figures={**side().figures, "finance.completion": "2026-10", "finance.irr_frac": 0.14},
    )
    found = compare(side(), late)
    (moved,) = found.inputs
    assert (moved.path, moved.difference, moved.days) == ("sites.one.power.grid.0.from", 86.0, True)
    told = {c.path: c for c in found.figures}
    assert told["finance.completion"].difference == 92.0
    assert told["finance.irr_frac"].difference == pytest.approx(-0.02)
    assert told["finance.irr_frac"].relative_frac == pytest.approx(-0.125)
    assert told["finance.irr_frac"].unit == "frac"


def test_events_are_paired_by_what_they_say_dates_apart():
    late = side(
        events=(
            Happened("2026-02-01", "one", "grid", "grid import up to 300 MW"),
            Happened("2025-12-03", "one", "binding", "power binds until 2026-01-31"),
            Happened("2026-01-01", "one", "milestone", "new"),
        )
    )
    found = compare(side(), late)
    assert [(m.kind, m.days) for m in found.moved] == [("grid", 86), ("binding", 2)]
    assert [e.kind for e in found.only_a] == ["hall"]
    assert [e.kind for e in found.only_b] == ["milestone"]


def test_two_events_alike_are_paired_in_order_and_the_same_day_first():
    twice = tuple(Happened(day, "one", "hall", "hall ready") for day in ("2025-01-01", "2025-03-01"))
    moved = tuple(Happened(day, "one", "hall", "hall ready") for day in ("2025-03-01", "2025-04-01"))
    found = compare(side(events=twice), side(events=moved))
    assert not found.only_a
    assert sum(m.days for m in found.moved) == 90


def test_curves_are_laid_on_one_axis_and_told_once():
    key = ("monthly", "one", "gpus_energised")
    b = Series(("2025-12", "2026-01"), np.array([4.0, 9.0]), "GPUs")
    found = compare(side(), side(series={key: b, ("ledger", "twin"): b}))
    curve = next(p for p in found.series if p.key == key)
    assert curve.axis == ("2025-11", "2025-12", "2026-01")
    assert np.isnan(curve.a[2])
    assert (curve.largest, curve.largest_at) == (9.0, "2026-01")
    assert found.series_compared == 2


def test_different_kinds_are_refused_and_versions_are_noted():
    with pytest.raises(ValueError, match="a run and a deal"):
        compare(side(), side(kind="deal"))
    assert "made by version 0.1.0, B by 0.2.0" in compare(side(), side(version="0.2.0")).notes[0]


def test_any_nested_answer_has_figures_by_path_with_their_unit():
    told = {
        "format": "x", "residuals": {"usd": 1e-7}, "new_room": {"cost_usd": {"chips": 3}, "fast": True},
        "covenants": [{"covenant": "dscr", "limit": 1.2}], "price_year": 2025,
        "months": [{"month": "2025-01", "gpus": {"useful": 2}}],
    }  # fmt: skip
    assert figures_of(told) == {
        "new_room.cost_usd.chips": 3.0,
        "new_room.fast": "yes",
        "covenants.dscr.limit": 1.2,
        "price_year": "2025",
    }
    assert unit_of("new_room", "cost_usd", "chips") == "USD"
    series = side_of_json(told, label="x").series
    assert list(series) == [("months", "gpus.useful")]


def test_inputs_are_named_as_in_a_file():
    resolved = {"power": {"generators": [{"name": "north", "from_": "2025-01-01", "capacity_mw": 2.0}]}}
    found = {path: (place, value, unit) for path, place, value, unit in inputs_of(resolved)}
    assert found["power.generators.north.from"] == ("power.generators.0.from", "2025-01-01", "")
    assert found["power.generators.north.capacity"] == ("power.generators.0.capacity", 2.0, "MW")


def test_a_table_tells_its_keys_units_and_numbers():
    import pyarrow as pa

    columns = {
        "figure": ["cost", "cost", "gpus"],
        "when": ["2026", "2027", "run"],
        "unit": ["USD/GPU-h", "USD/GPU-h", "GPUs"],
        "p50": [1.0, 2.0, 5.0],
        "basis": ["prose", "prose", "prose"],
    }
    table = pa.table(columns)
    facts = facts_of_tables({"sweep": {"rows": 3, "columns": table.column_names}}, lambda _name: table)
    axis, values, unit = facts.series[("sweep", "cost", "p50")]
    assert (axis, values.tolist(), unit) == (("2026", "2027"), [1.0, 2.0], "USD/GPU-h")
    assert facts.series[("sweep", "gpus", "p50")][2] == "GPUs"
    hours = pa.table({"time_utc": ["2026-01-01"], "grid_mw": [1.0]})
    assert facts_of_tables({"hourly_one": {"rows": 1, "columns": hours.column_names}}, None).series == {}


def test_two_numbers_are_written_with_as_many_digits_as_tell_them_apart():
    assert pair(5.0, 6.0, "GPUs") == ("5 GPUs", "6 GPUs")
    a, b = pair(0.16353635, 0.16353535, "frac")
    assert a != b
    assert a.endswith("%")


def test_a_folder_says_what_the_run_said(tmp_path):
    run = run_scenario(read_scenario("reference-100mw", ["end=2026-06-30"]))
    write_run(run, tmp_path / "run")
    stored, made = read_side(tmp_path / "run"), side_of_run(run)
    assert stored.kind == made.kind == "run"
    assert compare(stored, made).is_same
    late = replace(run, events=run.events[1:])
    assert len(compare(made, side_of_run(late)).only_a) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "has no manifest.json"),
        ("{", "is no JSON"),
        ("[1]", "is no object of figures"),
        ('{"format": "other/1", "tables": {}}', "names no format of gigawatt's"),
        ('{"format": "gigawatt-run/1"}', "or no tables"),
        (json.dumps({"format": "gigawatt-run/1", "tables": {"m": {"rows": 1, "columns": ["month"]}}}),
         "lists this table, and it is not there"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused(tmp_path, text, said):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_side(tmp_path)
    assert caught.value.problems[0].code == "GW509"
