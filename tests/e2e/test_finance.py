"""``gigawatt finance`` through the installed command."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest
from command import here, installed

finance = partial(here, "finance")
KEYS = [
    "sources_usd", "uses_usd", "debt_usd", "binding_limit", "irr_frac", "unlevered_irr_frac", "npv_usd",
    "moic", "min_dscr", "avg_dscr", "llcr", "lcoc_usd_per_gpu_h", "usd_per_m_tokens", "payback_years",
    "residuals",
]  # fmt: skip
DEALS = {
    "spv-20bn": 20.0,
    "partnership-30-100": 100.0,
    "joint-venture-30bn": 30.91,
    "developer-loan-38bn": None,
    "colossus-lease": None,
    "battery-plant": 0.194,
    "colossus": None,
}


@pytest.mark.parametrize("name", DEALS)
def test_every_bundled_deal_closes(name):
    done = installed("finance", name, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told)[: len(KEYS)] == KEYS
    assert sum(told["sources_usd"].values()) == pytest.approx(sum(told["uses_usd"].values()), abs=0.01)
    assert max(told["residuals"].values()) < 0.01
    if DEALS[name] is not None:
        assert sum(told["sources_usd"].values()) / 1e9 == pytest.approx(DEALS[name], abs=0.006)


def test_a_scenarios_deal_takes_overrides_of_its_own_and_of_the_campus():
    base, dear, late = (
        json.loads(finance("colossus", "--json", *terms).stdout)
        for terms in (
            (),
            ("--set", "debt.0.rate=0.14"),
            ("--set", "sites.colossus-1.power.grid.3.from=2026-02-01"),
        )
    )
    assert dear["irr_frac"] < base["irr_frac"]
    assert late["irr_frac"] < base["irr_frac"]
    assert late["uses_usd"]["chips GB300"] == base["uses_usd"]["chips GB300"]
    none = finance("reference-100mw")
    assert (none.returncode, "GW508" in none.stderr) == (1, True)
    never = finance(
        "colossus", "--set", "completion_energised=1", "--set", "deliveries.7.arrives_by=2030-12-30"
    )
    assert never.returncode == 2
    assert "never has 100 % of its" in never.stderr


def test_what_is_reported_is_what_comes_out():
    told = json.loads(finance("joint-venture-30bn", "--json").stdout)["sources_usd"]
    assert told["senior secured notes 2049"] == 27.30e9
    assert told["deferred equity"] == pytest.approx(2.45e9)
    assert told["interest earned on undrawn proceeds"] == pytest.approx(1.16e9, abs=0.005e9)
    shown = finance("colossus-lease").stdout
    assert "3,750.0" in shown
    assert "45,000.0" in shown


def test_a_summary_tells_the_downside_and_who_loses_first():
    shown = finance("spv-20bn").stdout
    assert "rent down 60 %" in shown
    assert re.search(r"rent down 60 % .*common owners 7,\d{3}, then senior lenders \d", shown)
    assert "who sell the chips at once, in 2026-05, lose" in shown
    assert "Nvidia puts in 2.00 bn USD" in shown


def test_covenants_are_told_with_what_follows(tmp_path):
    terms = ["--set", "covenants.lock_up_dscr=1.6", "--set", "covenants.ltv=0.6"]
    shown = finance("spv-20bn", *terms).stdout
    assert re.search(r"cover over 12 months +1\.60 +1\.56 +lock-up, \d+ months from 2026-04", shown)
    assert re.search(r"market value +0\.60 .*default", shown)
    told = json.loads(finance("spv-20bn", "--json", *terms).stdout)
    assert [t["covenant"] for t in told["covenants"]] == ["dscr", "ltv", "payment"]
    assert told["covenant_events"][0]["follows"] in ("lock-up", "default")


def test_mistakes_are_told_with_their_place_and_remedy(tmp_path):
    assert finance("spv-20").returncode == 1
    assert "write 'spv-20bn'" in finance("spv-20").stderr
    nowhere = finance("spv-20bn", "--xlsx", str(tmp_path / "missing" / "deal.xlsx"))
    assert nowhere.returncode == 1
    assert "GW514" in nowhere.stderr
    negative = finance("spv-20bn", "--set", "debt.0.tenor=-5 years")
    assert negative.returncode == 1
    assert "debt" in negative.stderr
    short = finance("spv-20bn", "--set", "equity.0.amount=1 bn USD")
    assert short.returncode == 2
    assert "below uses" in short.stderr
    long_lease = finance("spv-20bn", "--set", "leases.0.until=2039-01")
    assert long_lease.returncode == 1
    assert "longer than the chips' life" in long_lease.stderr
