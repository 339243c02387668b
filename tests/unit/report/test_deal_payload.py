"""What the page is told about a deal: it adds up, and it is the engine's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from deal_fixture import DEAL, deal_result
from run_fixture import make_run

from gigawatt import finance
from gigawatt.report.payload.deal import deal
from gigawatt.results import DealResult


@pytest.fixture(scope="module")
def told():
    run = make_run(start=date(2025, 7, 1), end=date(2025, 9, 1))
    return deal(replace(run, finance=deal_result()))


def test_it_is_plain_json_without_nan(told):
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_sources_are_uses_and_the_waterfall_conserves_cash(told):
    assert sum(s["usd"] for s in told["sources"]) == pytest.approx(
        sum(u["usd"] for u in told["uses"]), rel=1e-5
    )
    rows = np.array([told["cash"][name] for name in told["cash"] if name != "owners"])
    assert rows.sum(axis=0) == pytest.approx(np.array(told["cash"]["owners"]), abs=1e4)  # six digits each
    assert {s["kind"] for s in told["sources"]} == {"loan", "owner", "vendor"}
    built = sum(sum(row) for row in told["construction"].values())
    assert built == pytest.approx(sum(s["usd"] for s in told["sources"]), rel=1e-5)


def test_figures_and_cases_are_the_engines(told):
    written = finance.Deal.model_validate(DEAL)
    statement = finance.run(written)
    assert told["figures"]["irr_frac"] == pytest.approx(statement.irr.only(), rel=1e-5)
    assert sum(part["usd"] for part in told["bridge"]) == pytest.approx(
        statement.lcoc_usd_per_gpu_h, rel=1e-5
    )
    ends = {row["name"]: (row["bad_usd"], row["good_usd"]) for row in told["tornado"]}
    assert ends == {n: pytest.approx(v, rel=1e-5) for n, v in finance.tornado(written).items()}
    assert [case["name"] for case in told["downside"]][-1] == "tenant leaves after a year"  # no refresh here
    locked = statement.flows.lines["in_default"][:, 0] > 0.0
    spans = told["cover"]["in_default"]
    assert sum(last - first + 1 for first, last in spans) == locked.sum() > 0


def test_what_a_lender_would_ask_first(told):
    keys = [doubt["key"] for doubt in told["doubts"]]
    assert keys[:2] == ["committed", "supplier"]
    assert "broken" in keys


def test_no_deal_and_a_refused_one():
    run = make_run(start=date(2025, 7, 1), end=date(2025, 9, 1))
    assert deal(replace(run, finance=None)) is None
    assert deal(replace(run, finance=DealResult(refused="why"))) == {"refused": "why"}
