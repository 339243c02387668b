"""What the page is told: bindings, verdict, flows without cycles, limits, and escapes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_fixture import make_run

from gigawatt.kernel.clock import Clock
from gigawatt.report import render, write_report
from gigawatt.report.pack import unpack
from gigawatt.report.page import _data
from gigawatt.report.payload import build
from gigawatt.report.payload.binding import by_month, first, spans
from gigawatt.report.payload.energy import flows
from gigawatt.report.payload.environment import nox_limits
from gigawatt.report.payload.horizon import documented_month, horizon
from gigawatt.results import BINDINGS, Entry, Ledger


@pytest.fixture(scope="module")
def run() -> Any:
    return make_run(end=date(2026, 9, 1))


@pytest.fixture(scope="module")
def payload(run: Any) -> Any:
    return build(run)


def test_the_payload_is_plain_json_without_nan(payload: Any) -> None:
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload


def test_the_monthly_binding_is_the_contracts(run: Any, payload: Any) -> None:
    for site in payload["sites"]:
        assert site["binding_by_month"] == run.monthly[site["name"]]["binding"]
        assert sum(days for _, days in site["binding"]) == run.clock.days


def test_ties_within_a_month_go_in_the_order_of_bindings() -> None:
    clock = Clock(date(2025, 4, 1), date(2025, 5, 1))
    codes = np.array([BINDINGS.index("cooling")] * 15 + [BINDINGS.index("hall")] * 15, dtype=np.int8)
    assert by_month(clock, codes) == ["hall"]
    assert spans(codes[:0]) == []


def test_power_first_binds_where_it_holds_most_of_a_month(run: Any) -> None:
    trace = run.sites["colossus-1"]
    clock = Clock(date(2025, 1, 1), date(2025, 4, 1))
    codes = np.zeros(clock.days, dtype=np.int8)
    power = BINDINGS.index("power")
    codes[5] = power  # a single day in January
    codes[52:75] = power  # from 22 February to 16 March
    found = first(clock, replace(trace, binding=codes), ("power",))
    assert found is not None
    assert (found.month, found.day) == ("2025-03", "2025-02-22")
    codes[52:75] = 0
    found = first(clock, replace(trace, binding=codes), ("power",))
    assert found is not None
    assert (found.month, found.day) == ("2025-01", "2025-01-06")
    assert first(clock, replace(trace, binding=codes * 0), ("power",)) is None


def test_the_last_documented_month_is_said_reported_or_dated(run: Any) -> None:
    months = run.clock.months
    assert months[documented_month(run)] == "2026-07"
    assert months[documented_month(replace(run, resolved={"documented_until": "2025-03-31"}))] == "2025-03"
    assert (
        months[documented_month(replace(run, resolved={"documented_until": date(2031, 1, 1)}))] == months[-1]
    )
    assert months[documented_month(replace(run, reported=()))] == "2026-08"  # an assumption as of that month
    assert documented_month(replace(run, reported=(), assumptions=())) == len(months) - 1
    assert horizon(replace(run, reported=(), assumptions=())).why == "end"


def test_six_figures_are_sums_of_their_sites_and_of_the_hours(run: Any, payload: Any) -> None:
    by_id = {f["id"]: f for f in payload["figures"]}
    assert list(by_id) == [f"figure-{k}" for k in ("gpus", "power", "cost", "energy", "water", "carbon")]
    for key in ("gpus", "power", "energy", "water", "carbon"):
        figure = by_id[f"figure-{key}"]
        assert figure["value"] == pytest.approx(sum(s["value"] for s in figure["sites"]), rel=1e-5)
    year = np.isin(run.clock.month_of_hour, range(15, 27))  # 2025-08 to 2026-07
    expected = sum(t.hourly["facility_served_mw"][year].sum() for t in run.sites.values())
    assert by_id["figure-energy"]["value"] == pytest.approx(expected, rel=1e-5)
    assert by_id["figure-cost"]["text"] == ""  # costs of sites do not add up
    assert [s["text"] for s in by_id["figure-cost"]["sites"]] == ["2.08 USD", "2.10 USD"]


def test_hourly_series_are_within_half_a_step_of_the_run(run: Any, payload: Any) -> None:
    for site in payload["sites"]:
        back = unpack(site["hourly"])
        steps = {c["name"]: c["step"] for c in site["hourly"]["columns"]}
        for name in ("grid_mw", "turbine_mw", "shed_mw", "pue"):
            off = np.nanmax(np.abs(back[name] - run.sites[site["name"]].hourly[name]))
            assert off <= steps[name] / 2 + 1e-9, name
        daily = unpack(site["daily"])
        load = run.sites[site["name"]].hourly["facility_served_mw"].reshape(-1, 24)
        assert np.abs(daily["facility_served_mw_high"] - load.max(axis=1)).max() <= 0.0501
        assert np.abs(daily["facility_served_mw_low"] - load.min(axis=1)).max() <= 0.0501


def test_flows_have_no_cycle_and_keep_every_megawatt_hour(run: Any) -> None:
    links = flows(run.ledger, "colossus-1")["links"]
    moved = sum(sum(link["mwh"]) for link in links)
    assert moved == pytest.approx(run.ledger.total("energy", site="colossus-1").sum(), rel=1e-5)
    pairs = {(link["source"], link["sink"]) for link in links}
    assert ("store", "bus") in pairs
    assert ("bus", "store'") in pairs
    order: list[str] = []
    left = set(pairs)
    while left:  # a graph without cycles can be taken apart from its sources
        heads = {a for a, _ in left} - {b for _, b in left}
        assert heads, f"a cycle is left among {left}"
        order += sorted(heads)
        left = {(a, b) for a, b in left if a not in heads}


def test_a_longer_cycle_is_cut_too() -> None:
    one = np.ones(1)
    ledger = Ledger(
        ("2025-01",),
        tuple(
            Entry("s", "energy", a, b, "x", one) for a, b in [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")]
        ),
    )
    links = flows(ledger, "s")["links"]
    assert [(x["source"], x["sink"]) for x in links] == [("a", "b"), ("b", "c"), ("c", "a'")]


def test_nox_limits_are_found_with_their_permit_and_dates(run: Any) -> None:
    permit = {
        "name": "titan",
        "from_": "2025-07-02",
        "until": None,
        "nox_limit_short_tons": 87.0,
        "co_limit_short_tons": 94.0,
    }
    found = nox_limits(
        replace(run, resolved={"sites": {"colossus-1": {"power": {"permits": [permit]}}}}), "colossus-1"
    )
    assert [(f["name"], f["from"], f["until"]) for f in found] == [("titan", "2025-07-02", "")]
    assert found[0]["kg"] == pytest.approx(78_925.07, abs=0.01)
    assert nox_limits(run, "colossus-2") == []


def test_json_in_the_page_cannot_end_its_element() -> None:
    text = _data({"a": "</script><!-- \u2028 ]]>"})
    assert "<" not in text
    assert ">" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": "</script><!-- \u2028 ]]>"}


def test_the_policy_forbids_all_but_the_two_scripts(run: Any) -> None:
    text = render(make_run(start=date(2025, 1, 1), end=date(2025, 2, 1)))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert policy[1].count("sha256-") == 2
    assert "unsafe-eval" not in policy[1]
    assert re.search(r"script-src[^;]*unsafe-inline", policy[1]) is None


def test_no_half_report_is_left_where_writing_fails(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.mkdir()  # a folder stands where the file should go
    with pytest.raises(OSError, match="report"):
        write_report(make_run(start=date(2025, 1, 1), end=date(2025, 2, 1)), target)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_the_command_can_be_pasted(run: Any) -> None:
    changed = replace(run, overrides=("sites.a b.x=1; rm -rf",))
    assert (
        build(changed)["meta"]["command"]
        == "gigawatt run colossus --set 'sites.a b.x=1; rm -rf' --out runs/colossus"
    )
