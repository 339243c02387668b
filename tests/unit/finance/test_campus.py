"""A deal written from a campus's months: what is due when, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gigawatt.finance import CampusFinance, MoneyInput, run
from gigawatt.finance.deal.campus import CampusFlows, Tenancy, deal_of
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.scenario import read_text

MONTHS = tuple(f"{2026 + m // 12}-{m % 12 + 1:02d}" for m in range(48))
TERMS = """
equity: [{name: owner}]
debt: [{name: loan, amount: 50 m USD, rate: 12 %, repayment: annuity, tenor: 2 years, upfront: 2 %}]
transfer: [{site: one, prices: [{from: 2026-01, price: 2 USD/GPU-h}, {from: 2027-06, price: 1.5 USD/GPU-h}]}]
assets: [{kind: chips, supplier: maker, tax_class: macrs_5, sales_tax: 10 %}]
tax: {rate: 21 %}
"""


def row(**at: float) -> np.ndarray:
    values = np.zeros(len(MONTHS))
    for month, value in at.items():
        values[int(month[1:])] = value
    return values


def terms(text: str = TERMS) -> CampusFinance:
    return read_text(text, CampusFinance).scenario


def flows(**changed) -> CampusFlows:
    steady = np.where(np.arange(len(MONTHS)) >= 7, 1.0, 0.0)
    told = {
        "months": MONTHS,
        "capital_usd": {
            "chips H100": row(m3=40e6, m5=60e6),
            "halls": row(m0=10e6, m2=20e6, m20=5e6),
        },
        "kinds": {"chips H100": "chips", "halls": "hall"},
        "tenancies": (Tenancy("tenant", 1e6 * steady, 90.0, 1000.0),),
        "own_gpu_h": {"one": 3.65e6 * steady},
        "energy_usd": 0.4e6 * steady,
        "operation_usd": 0.2e6 * steady,
        "energised_gpu_h": 7.3e6 * steady,
        "useful_gpu_h": 3.65e6 * steady,
        "gpus": 10_000.0,
        "completion": 6,
    }
    return CampusFlows(**{**told, **changed})


def test_payments_fall_due_when_the_campus_buys():
    deal = deal_of("one", terms(), MoneyInput(), flows())
    assert (deal.close, deal.completion, deal.months) == (date(2026, 1, 1), date(2026, 7, 1), 48)
    done = run(deal)
    chips = done.plan.uses["chips H100"]
    assert chips[3] == pytest.approx(44e6)  # with the sales tax of its kind
    assert chips[5] == pytest.approx(66e6)
    assert done.plan.uses["halls"].sum() == pytest.approx(30e6)
    assert done.plan.refresh_cost[20] == pytest.approx(5e6)  # bought after completion: out of cash
    assert done.plan.refresh_saving[9:21] == pytest.approx(np.full(12, 5e6 / 12))
    assert done.plan.collateral.sum() == 0.0
    assert max(done.residuals.values()) < 0.01


def test_revenue_and_cost_are_those_of_the_campus_months():
    plan = run(deal_of("one", terms(), MoneyInput(), flows())).plan
    assert plan.lease_rent["tenant"][6:9] == pytest.approx([0.0, 1e6, 1e6])
    assert plan.committed["tenant"].sum() == pytest.approx(3e6)  # 90 days of notice
    assert plan.rental["own use at one"][[6, 7, 16, 17]] == pytest.approx([0.0, 7.3e6, 7.3e6, 5.475e6])
    assert plan.power_cost[7] == pytest.approx(0.4e6)
    assert plan.operating_cost[47] == pytest.approx(0.2e6)
    assert plan.gpu_hours[7] == pytest.approx(3.65e6 + 1000 * 730.0)


def test_a_later_completion_costs_interest_and_return():
    def moved(values):
        return np.concatenate([np.zeros(3), values[:-3]])

    one = flows()
    late = {
        name: moved(getattr(one, name))
        for name in ("energy_usd", "operation_usd", "energised_gpu_h", "useful_gpu_h")
    }
    late["own_gpu_h"] = {"one": moved(one.own_gpu_h["one"])}
    late["tenancies"] = (Tenancy("tenant", moved(one.tenancies[0].rent_usd), 90.0, 1000.0),)
    first = run(deal_of("one", terms(), MoneyInput(), flows()))
    second = run(deal_of("one", terms(), MoneyInput(), flows(completion=9, **late)))
    spent = [s.financing.capitalised.sum() for s in (first, second)]
    assert spent[1] > spent[0]
    assert second.financing.draws.sum() < first.financing.draws.sum()
    assert second.irr.rate_frac[0] < first.irr.rate_frac[0]


def test_what_was_paid_before_close_is_paid_at_close():
    deal = deal_of("one", terms(TERMS + "close: 2026-03\n"), MoneyInput(), flows())
    halls = next(use for use in deal.uses if use.name == "halls")
    assert (halls.from_, halls.cost_usd) == (date(2026, 3, 1), 30e6)
    assert deal.months == 46


@pytest.mark.parametrize(
    ("changed", "more", "said"),
    [
        ({"completion": None}, "", "never has 95 % of its 10,000 GPUs energised"),
        ({"capital_usd": {}}, "", "buys nothing"),
        ({}, "close: 2031-01\n", "outside the run from 2026-01 to 2029-12"),
    ],
)
def test_impossible_deals_say_why(changed, more, said):
    with pytest.raises(InfeasibleError, match=said):
        deal_of("one", terms(TERMS + more), MoneyInput(), flows(**changed))


def test_instalments_must_add_up_to_the_cost():
    from gigawatt.finance import Deal
    from gigawatt.kernel.errors import InputError

    text = """
name: d
close: 2026-01
completion: 2026-04
months: 12
price_year: 2026
equity: [{name: owner}]
uses: [{name: chips, kind: chips, cost: 10 m USD, from: 2026-01, until: 2026-03, instalments_usd: [%s]}]
"""
    even = read_text(text % "1000000, 2000000, 7000000", Deal).scenario
    assert run(even).plan.uses["chips"][:3] == pytest.approx([1e6, 2e6, 7e6])
    with pytest.raises(InputError, match=r"(?s)2 instalments .*give one instalment for each month"):
        read_text(text % "1000000, 2000000", Deal)
