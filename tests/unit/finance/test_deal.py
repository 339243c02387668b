"""A deal by month: it closes, it is sized by its limits, and impossible ones say what would mend them."""

from __future__ import annotations

import numpy as np
import pytest
from deals_for_tests import PLAIN, RICH, deal
from pydantic import ValidationError

from gigawatt import finance
from gigawatt.finance.deal.accounts import entities
from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.plan import lay_out
from gigawatt.finance.deal.statement import run
from gigawatt.kernel.errors import InfeasibleError


def tranche(**changes):
    return {**PLAIN["debt"][0], **changes}


@pytest.mark.parametrize("source", [PLAIN, RICH], ids=["plain", "rich"])
def test_every_identity_closes_to_the_cent(source):
    statement = run(deal(source))
    assert max(statement.residuals.values()) < 0.01
    for entity in entities(statement).values():
        assert np.abs(sum(entity["balance"].values())).max() < 0.01


def test_sculpted_debt_is_the_worth_of_cash_over_cover():
    statement = run(deal())
    plan = statement.plan
    loan = plan.loans[0]
    span = slice(loan.first, loan.maturity + 1)
    cash = statement.flows.lines["cfads"][span, 0]
    worth = (cash / 1.4 / (1.0 + 0.09 / 12.0) ** np.arange(1, cash.size + 1)).sum()
    assert statement.debt_usd == pytest.approx(worth, rel=1e-12)
    assert statement.binding_limit == "dscr"
    assert statement.min_dscr == pytest.approx(1.4, rel=1e-9)
    assert statement.llcr == pytest.approx(1.4, rel=1e-9)
    assert statement.flows.balances["loan"][loan.maturity, 0] == pytest.approx(0.0, abs=1e-3)


def test_life_cover_is_the_cover_at_every_payment():
    statement = run(deal())
    loan = statement.plan.loans[0]
    cash = statement.flows.lines["cfads"][:, 0]
    balance = statement.flows.balances["loan"][:, 0]
    for month in range(loan.first, loan.maturity):
        ahead = cash[month + 1 : loan.maturity + 1]
        worth = (ahead / (1.0 + 0.09 / 12.0) ** np.arange(1, ahead.size + 1)).sum()
        assert worth / balance[month] == pytest.approx(1.4, rel=1e-9)


def test_gearing_binds_and_is_of_the_final_cost():
    statement = run(deal(debt=[tranche(sizing={"dscr": 1.4, "gearing": 0.5})]))
    assert statement.binding_limit == "gearing"
    assert statement.debt_usd == pytest.approx(0.5 * sum(statement.uses_usd.values()), rel=1e-12)
    assert statement.min_dscr > 1.4
    assert statement.financing.target_dscr == pytest.approx(statement.min_dscr)


def test_gearing_with_a_reserve_of_its_own_service():
    changed = deal(RICH, debt=[tranche(sizing={"dscr": 1.4, "gearing": 0.4})])
    statement = run(changed)
    assert statement.debt_usd == pytest.approx(0.4 * sum(statement.uses_usd.values()), rel=1e-12)


def test_ltv_and_tail_bind():
    worth = {"by_year": [1.0, 0.45, 0.2, 0.1, 0.05, 0.02]}
    by_value = run(deal(debt=[tranche(sizing={"dscr": 1.4, "ltv": 0.6})], residual=worth))
    assert by_value.binding_limit == "ltv"
    owed = by_value.flows.balances["loan"][:, 0]
    ltv = owed[6:54] / by_value.plan.collateral[6:54]
    assert ltv.max() == pytest.approx(0.6, rel=1e-6)


def test_a_tail_counts_from_the_end_of_the_contract():
    """The lease runs five years and the loan four: a tail of a year is free as it is."""
    free = run(deal(debt=[tranche(sizing={"dscr": 1.4, "tail_months": 12})]))
    assert free.debt_usd == pytest.approx(run(deal()).debt_usd, rel=1e-12)
    bound = run(deal(debt=[tranche(sizing={"dscr": 1.4, "tail_months": 18})]))
    assert bound.binding_limit == "tail"
    loan = bound.plan.loans[0]
    assert bound.flows.balances["loan"][loan.maturity - 6, 0] == pytest.approx(0.0, abs=1e-3)
    assert bound.flows.balances["loan"][loan.maturity - 7, 0] > 1e6
    with pytest.raises(InfeasibleError, match="shorten its tenor by 6 months"):
        run(deal(debt=[tranche(sizing={"dscr": 1.4, "tail_months": 18}, repayment="annuity")]))


def test_notice_is_what_counts():
    lease = {**PLAIN["leases"][0], "notice": "90 days"}
    plan = lay_out(deal(leases=[lease]))
    assert plan.committed["T"].sum() == pytest.approx(3 * 20e6)
    with pytest.raises(InfeasibleError, match="count headline revenue"):
        run(deal(leases=[lease]))
    headline = run(deal(leases=[lease], debt=[tranche(sizing={"dscr": 1.4, "revenue": "headline"})]))
    assert headline.debt_usd == pytest.approx(run(deal()).debt_usd)


@pytest.mark.parametrize("repayment", ["annuity", "straight_line", "bullet"])
def test_other_repayments_run_off(repayment):
    kind = {"repayment": repayment, "sizing": None, "amount": "300 m USD"}
    if repayment == "bullet":
        kind["tenor"] = "5 years"
    statement = run(deal(debt=[tranche(**kind)]))
    assert statement.debt_usd == pytest.approx(300e6)
    if repayment != "bullet":
        assert statement.flows.lines["debt"][-1, 0] == pytest.approx(0.0, abs=1e-3)
    assert max(statement.residuals.values()) < 0.01


def test_a_mini_perm_is_refinanced():
    first = tranche(
        sizing=None, amount="300 m USD", repayment="annuity", tenor="2 years", amortisation="4 years"
    )
    second = {
        "name": "takeout",
        "refinances": "loan",
        "rate": "8 %",
        "repayment": "annuity",
        "tenor": "2.5 years",
    }
    statement = run(deal(debt=[first, second]))
    assert statement.flows.lines["takeout"].sum() > 100e6
    assert statement.flows.lines["debt"][-1, 0] == pytest.approx(0.0, abs=1e-3)
    assert max(statement.residuals.values()) < 0.01
    assert statement.min_dscr > 1.0


def test_an_extension_costs_its_fee_once():
    terms = {"sizing": None, "amount": "300 m USD", "repayment": "bullet", "tenor": "2 years"}
    free = run(deal(debt=[tranche(**terms, extensions="1 years")]))
    paid = run(deal(debt=[tranche(**terms, extensions="1 years", extension_fee="0.5 %")]))
    interest = (free.flows.lines["senior_interest"][:, 0], paid.flows.lines["senior_interest"][:, 0])
    more = interest[1] - interest[0]
    assert more[paid.plan.completion + 24] == pytest.approx(0.005 * 300e6)
    assert more.sum() == pytest.approx(0.005 * 300e6)
    assert paid.plan.loans[0].maturity == paid.plan.completion + 36


def test_a_bond_earns_while_it_waits():
    bond = tranche(sizing=None, amount="500 m USD", drawn="at_close", escrow_rate="4 %", repayment="annuity")
    statement = run(deal(debt=[bond]))
    assert statement.sources_usd["interest earned on undrawn proceeds"] > 0.0
    assert max(statement.residuals.values()) < 0.01
    assert statement.financing.escrow.min() > -1e-3


def test_what_is_not_paid_stays_owed():
    found = finance.downside(deal(RICH))
    down = found["rent down 60 %"]
    assert down["lender_loss_usd"] > 0.0
    assert down["loses_first"] == "common owners"
    assert list(down["losses_usd"])[-1] in ("junior lenders", "senior lenders")
    assert sum(v for k, v in down["losses_usd"].items() if "lenders" in k) == pytest.approx(
        down["lender_loss_usd"]
    )
    assert down["sold_loss_usd"] >= 0.0
    assert found["base"]["default_month"] is None
    assert found["base"]["lender_loss_usd"] == pytest.approx(0.0, abs=1.0)
    assert found["six months late"]["npv_usd"] < found["base"]["npv_usd"]
    widest = list(finance.tornado(deal(RICH)))
    assert widest[0] == "rent"


def test_break_even_rent():
    factor = finance.break_even_rent(deal())
    again = Drivers.base(1, 72)
    moved = Drivers(np.array([factor]), *(getattr(again, n) for n in (
        "running", "capital", "rate_frac", "delay_months", "leave_month", "early_months")))  # fmt: skip
    assert float(finance.scenarios(deal(), moved).npv_usd[0]) == pytest.approx(0.0, abs=50.0)


def test_scenarios_are_the_statement_one_by_one():
    statement = run(deal(RICH))
    found = finance.scenarios(deal(RICH), Drivers.base(3, 84))
    assert found.npv_usd == pytest.approx([statement.npv_usd] * 3, rel=1e-12)
    assert found.min_dscr == pytest.approx([statement.min_dscr] * 3)


def test_a_supplier_who_invests_is_told():
    assert run(deal()).supplier["Maker"] == pytest.approx(
        {"paid_usd": 600e6, "invested_usd": 50e6, "returned_frac": 1.0}
    )


def test_an_abatement_is_clawed_back():
    terms = {"duration": "10 years", "taxable_value_cap": "80 m USD", "jobs_required": 100, "jobs": 90,
             "tested_after": "3 years"}  # fmt: skip
    tax = {"rate": 0.0, "property": {"rate": "2 %", "abatement": terms}}
    broken = lay_out(deal(tax=tax)).property_tax
    kept = lay_out(
        deal(tax={**tax, "property": {"rate": "2 %", "abatement": {**terms, "jobs": 100}}})
    ).property_tax
    plain = lay_out(deal(tax={"rate": 0.0, "property": {"rate": "2 %"}})).property_tax
    assert broken.sum() == pytest.approx(plain.sum())
    assert kept.sum() == pytest.approx(plain.sum() / 10.0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"equity": [{"name": "s", "amount": "10 m USD"}]}, "below uses"),
        ({"debt": [tranche(tenor="20 years")]}, "shorten its tenor"),
        ({"debt": [tranche(sizing=None, amount="900 m USD", repayment="annuity")]}, "more than all of them"),
        ({"leases": [{**PLAIN["leases"][0], "rent": "2 m USD"}]}, "cannot amortise"),
    ],
)
def test_impossible_deals_say_what_would_mend_them(changes, told):
    with pytest.raises(InfeasibleError, match=told):
        run(deal(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"debt": [tranche(tenor="-2 years")]}, "greater than 0"),
        ({"leases": [{**PLAIN["leases"][0], "until": "2036-01"}]}, "longer than the chips' life"),
        ({"debt": [tranche(interest_only="4 years")]}, "cannot amortise"),
        ({"debt": [tranche(sizing=None)]}, "just one of amount"),
        ({"completion": "2033-01"}, "not inside"),
        ({"uses": [{**PLAIN["uses"][0], "until": "2027-01"}]}, "outside close to completion"),
    ],
)
def test_impossible_terms_are_refused_where_they_are_written(changes, told):
    with pytest.raises(ValidationError, match=told):
        deal(**changes)


H100 = [  # USD a GPU-hour: regimes as published, down, and up again
    {"from": "2023-01", "price": "9.5 USD/GPU-h"},
    {"from": "2024-01", "price": "2.85 USD/GPU-h"},
    {"from": "2025-10", "price": "1.70 USD/GPU-h"},
    {"from": "2026-03", "price": "2.35 USD/GPU-h"},
]


def test_rent_follows_the_regimes_of_its_market():
    chips = {**PLAIN["uses"][0], "from": "2023-01", "until": "2023-06"}
    rented = deal(
        close="2023-01", completion="2023-06", months=60, uses=[chips], debt=[], leases=[],
        equity=[{"name": "owner"}], operations=[],
        rentals=[{"name": "spot", "gpus": 1000, "from": "2023-07", "utilisation": 0.8, "prices": H100}],
    )  # fmt: skip
    revenue = run(rented).flows.lines["revenue"][:, 0] / (1000 * 0.8 * 730.0)
    assert revenue[[6, 11, 12, 32, 33, 37, 38]] == pytest.approx([9.5, 9.5, 2.85, 2.85, 1.7, 1.7, 2.35])


def test_renting_by_a_path_is_levelised_as_owning_is():
    flat = run(deal(market_rent="2 USD/GPU-h"))
    path = run(deal(market_prices=[{"from": "2026-01", "price": "2 USD/GPU-h"}]))
    assert path.market_usd_per_gpu_h == pytest.approx(2.0)
    assert path.own_or_rent_utilisation_frac == pytest.approx(flat.own_or_rent_utilisation_frac)
    falling = [{"from": "2026-01", "price": "3 USD/GPU-h"}, {"from": "2029-01", "price": "1 USD/GPU-h"}]
    rising = [{"from": "2026-01", "price": "1 USD/GPU-h"}, {"from": "2029-01", "price": "3 USD/GPU-h"}]
    falls, rises = (run(deal(market_prices=path)).market_usd_per_gpu_h for path in (falling, rising))
    assert falls > 2.0 > rises
    with pytest.raises(ValidationError, match="both say what renting costs"):
        deal(market_rent="2 USD/GPU-h", market_prices=falling)


def test_maintenance_is_saved_for_and_expensed():
    overhaul = {"name": "overhaul", "on": "2029-06", "cost": "24 m USD", "saved_over_months": 12}
    asset = run(deal(refresh=[overhaul]))
    spent = run(deal(refresh=[{**overhaul, "expensed": True}]))
    month = 41
    assert spent.flows.lines["refresh_reserve"][month - 1, 0] == pytest.approx(22e6)
    assert spent.flows.lines["cfads"] == pytest.approx(asset.flows.lines["cfads"])
    plain = run(deal()).flows.lines["book_depreciation"]
    assert spent.flows.lines["book_depreciation"][month, 0] == pytest.approx(plain[month, 0] + 24e6, abs=1e5)
    assert spent.flows.lines["assets"][month, 0] < asset.flows.lines["assets"][month, 0]
    assert max(spent.residuals.values()) < 0.01


def test_a_tenants_credit_is_priced_apart_from_the_collateral():
    """Two loans of one borrower on like hardware, at 225 and 450 basis points over the base (2026)."""

    def interest(spread: str) -> float:
        base = [{"from": "2026-01", "rate": "4 %"}]
        loan = tranche(
            rate=None, base=base, spread=spread, sizing=None, amount="300 m USD", repayment="annuity"
        )
        return float(run(deal(debt=[loan])).flows.lines["interest_expense"][6, 0])

    assert interest("4.5 %") - interest("2.25 %") == pytest.approx(300e6 * 0.0225 / 12.0)
