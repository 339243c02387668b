"""Each rule on a pair made for it, and on one beside it that is in order."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.evidence import Claim, Source, audit

GPUS = {"count": "gpu", "stage": "energised"}
MONEY = {"capital": "total", "extent": "whole", "stage": "closed"}
SOURCES = {
    "press": Source(title="a paper", tier="press"),
    "other": Source(title="another paper", tier="press"),
    "record": Source(title="a filing", tier="record"),
}


def claim(name: str, quantity: str | None = None, **fields: Any) -> Claim:
    base: dict[str, Any] = {
        "actor": "Operator", "subject": "Site", "instrument": "GPUs", "period": "2025-03", "scope": GPUS,
        "said": "2025-04-01", "said_by": name, "source": "press", "confidence": "reported",
        "words": {"en": "as told"},
    }  # fmt: skip
    if quantity is not None:
        base["quantity"] = quantity
    return Claim(id=name, **(base | fields))


def kinds(*claims: Claim) -> set[str]:
    return {c.kind for c in audit(claims, sources=SOURCES).conflicts}


def test_one_key_two_values() -> None:
    assert "same_key_different_value" in kinds(claim("a", "100,000 GPUs"), claim("b", "150,000 GPUs"))
    assert kinds(claim("a", "100,000 GPUs"), claim("b", "101,000 GPUs")) == set()
    assert kinds(claim("a", "100,000 GPUs"), claim("b", "150,000 GPUs", period="2025-09")) == set()
    assert kinds(claim("a", "100,000 GPUs", qualifier="more_than"), claim("b", "200,000 GPUs")) == set()


def test_scopes_are_compared_before_numbers() -> None:
    it = {"level": "it", "stage": "energised"}
    facility = {"level": "facility", "stage": "energised"}
    power = {"instrument": "power"}
    assert (
        kinds(claim("a", "100 MW", scope=it, **power), claim("b", "140 MW", scope=facility, **power)) == set()
    )
    mixed = kinds(claim("a", "100 MW", scope=it, **power), claim("b", "100 MW", scope=facility, **power))
    assert mixed == {"scope_mixed"}


def test_a_rack_counted_as_a_gpu() -> None:
    assert "factor_of_72" in kinds(claim("a", "72,000 GPUs"), claim("b", "1,000 GPUs"))
    chips = claim("b", "1,000 GPUs")
    price = claim("a", "3 bn USD", instrument="price", scope=MONEY, **{"for": ["b"]})
    assert {"usd_per_gpu", "factor_of_72"} <= kinds(price, chips)


@pytest.mark.parametrize(("rate", "wrong"), [("1.25 bn USD/month", False), ("12.5 bn USD/month", True)])
def test_rate_times_term(rate: str, wrong: bool) -> None:
    lease = {"instrument": "lease"}
    contracted = {"capital": "revenue", "extent": "whole", "stage": "contracted"}
    told = kinds(
        claim("a", rate, scope=contracted, **lease),
        claim("b", "36 months", scope={"stage": "contracted"}, **lease),
        claim("c", "45 bn USD", scope=contracted, **lease),
    )
    assert ({"rate_times_term", "factor_of_ten"} <= told) == wrong
    assert wrong or told == set()


def test_sums() -> None:
    loan = {"instrument": "loan"}
    part = MONEY | {"extent": "part", "capital": "debt"}
    whole = claim("a", "9.6 bn USD", scope=MONEY | {"capital": "debt"}, **loan)
    first = claim("b", "2.3 bn USD", scope=part, part_of="a", **loan)
    assert kinds(whole, first, claim("c", "7.1 bn USD", scope=part, part_of="a", **loan)) == {
        "sums_do_not_add"
    }
    assert kinds(whole, first, claim("c", "7.3 bn USD", scope=part, part_of="a", **loan)) == set()


def test_equity_and_debt_make_the_total_without_being_named() -> None:
    fund = {"instrument": "fund"}
    claims = [
        claim("a", "20 bn USD", scope=MONEY, **fund),
        claim("b", "7.5 bn USD", scope=MONEY | {"capital": "equity"}, **fund),
    ]
    debt = MONEY | {"capital": "debt"}
    assert kinds(*claims, claim("c", "12.5 bn USD", scope=debt, **fund)) == set()
    assert kinds(*claims, claim("c", "10 bn USD", scope=debt, **fund)) == {"sums_do_not_add"}


def test_ratios_outside_what_has_been_seen() -> None:
    power = claim("a", "10 MW", instrument="power", scope={"level": "facility", "stage": "energised"})
    assert kinds(power, claim("b", "100,000 GPUs")) >= {"kw_per_gpu"}
    fit = claim("a", "180 MW", instrument="power", scope={"level": "facility", "stage": "energised"})
    assert kinds(fit, claim("b", "100,000 GPUs")) == set()
    cost = claim("a", "500 bn USD", instrument="cost", scope=MONEY, **{"for": ["p"]})
    site = claim("p", "1 GW", instrument="power", scope={"level": "facility", "stage": "energised"})
    assert "usd_per_mw" in kinds(cost, site)
    rent = {"capital": "revenue", "extent": "whole", "stage": "contracted"}
    dear = claim("a", "10 bn USD/month", instrument="rent", scope=rent, **{"for": ["b"]})
    assert "usd_per_gpu_h" in kinds(dear, claim("b", "100,000 GPUs"))
    assert "usd_per_gpu_h" in kinds(claim("a", "90 USD/GPU-h", scope={"stage": "contracted"}))


def test_money_for_something_else_is_not_divided() -> None:
    """A water plant's price beside a plan without date is no price of its GPUs."""
    water = claim("a", "80 m USD", instrument="water plant", period="open", scope=MONEY)
    plan = claim("b", "1 million GPUs", period="open", scope={"count": "gpu", "stage": "announced"})
    assert kinds(water, plan) == set()


def test_a_plan_that_was_carried_out_is_no_conflict() -> None:
    plan = {"count": "gpu", "stage": "announced"}
    done = claim("a", "100,000 GPUs", said="2025-04-01")
    early = claim("b", "100,000 GPUs", scope=plan, said="2024-06-01", period="2025-03")
    late = claim("b", "100,000 GPUs", scope=plan, said="2025-05-01", period="2026", source="other")
    assert kinds(done, early) == set()
    assert kinds(done, late) == {"plan_told_as_fact"}


def test_more_energised_than_installed() -> None:
    installed = claim("a", "100,000 GPUs", scope={"count": "gpu", "stage": "installed"})
    assert kinds(installed, claim("b", "150,000 GPUs")) == {"stages_out_of_order"}
    assert kinds(installed, claim("b", "90,000 GPUs")) == set()


def test_forecasts_age() -> None:
    energy = {"instrument": "electricity"}
    old = claim("a", "1,000 TWh", period="2026", scope={"stage": "forecast"}, said="2024-01-01", **energy)
    new = claim("b", "800 TWh", period="2028", scope={"stage": "forecast"}, said="2025-01-01", **energy)
    assert kinds(old, new) == {"aged_forecast"}
    higher = claim("b", "1,200 TWh", period="2028", scope={"stage": "forecast"}, said="2025-01-01", **energy)
    assert kinds(old, higher) == set()


def test_growth_that_the_figures_do_not_give() -> None:
    raised = {"instrument": "capital raised"}
    ratio = {"stage": "actual"}
    book = [
        claim("a", "10 bn USD", period="2024-12", scope=MONEY, **raised),
        claim("b", "5 bn USD", period="2025-06", scope=MONEY | {"extent": "part"}, **raised),
    ]
    tripled = claim("c", "3 x", period="2025-01/2025-12", scope=ratio, **raised)
    half_more = claim("c", "1.5 x", period="2025-01/2025-12", scope=ratio, **raised)
    assert "growth_does_not_fit" in kinds(*book, tripled)
    assert kinds(*book, half_more) == {"time_dependent"}


def test_one_number_of_two_actors() -> None:
    here = claim("a", "10 bn USD", scope=MONEY, instrument="fund")
    there = claim("b", "10 bn USD", scope=MONEY, instrument="fund", actor="Another", subject="Fund")
    assert kinds(here, there) == {"homonym_risk"}


def test_the_order_of_claims_does_not_matter() -> None:
    claims = [claim("a", "100,000 GPUs"), claim("b", "150,000 GPUs"), claim("c", "1 million GPUs")]
    one, other = (audit(order, sources=SOURCES) for order in (claims, claims[::-1]))
    assert one.conflicts == other.conflicts
    assert {v.id: v for v in one.verdicts} == {v.id: v for v in other.verdicts}


def test_a_record_outweighs_a_paper_and_not_the_reverse() -> None:
    paper = claim("a", "150,000 GPUs")
    filing = claim("b", "100,000 GPUs", source="record")
    result = audit([paper, filing], sources=SOURCES)
    assert result.of("a").verdict == "contradicted"
    assert result.of("a").ratio == pytest.approx(1.5)
    assert result.of("b").verdict == "unverifiable"


def test_nobody_is_his_own_witness() -> None:
    one = claim("a", "100,000 GPUs")
    again = claim("b", "100,000 GPUs", source="record", said_by="a")
    other = claim("c", "100,000 GPUs", source="record")
    assert audit([one, again], sources=SOURCES).of("a").verdict == "unverifiable"
    assert audit([one, other], sources=SOURCES).of("a").verdict == "supported"


def test_two_claims_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        audit([claim("a", "1 GPUs"), claim("a", "2 GPUs")])


def test_a_first_part_above_the_whole() -> None:
    fund = {"instrument": "fund"}
    first = claim("a", "10 bn USD", scope=MONEY | {"extent": "first"}, **fund)
    assert kinds(first, claim("b", "8 bn USD", scope=MONEY, **fund)) == {"sums_do_not_add"}
    assert kinds(first, claim("b", "30 bn USD", scope=MONEY, **fund)) == set()


def test_what_a_qualifier_leaves_open_is_no_alarm() -> None:
    """400 MW for 'more than 100,000' GPUs may be 2 to 4 kW each."""
    power = claim("a", "400 MW", instrument="power", scope={"level": "facility", "stage": "energised"})
    assert kinds(power, claim("b", "100,000 GPUs", qualifier="more_than")) == set()
    assert kinds(power, claim("b", "100,000 GPUs")) == {"kw_per_gpu"}
    assert kinds(power, claim("b", "50,000 GPUs", qualifier="more_than")) == {"kw_per_gpu"}
