"""Identities of finance that hold for any numbers, and the counter-examples where they do not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gigawatt.finance import irr, npv, sculpt
from gigawatt.finance.construction import draw
from gigawatt.finance.deal.accounts import residuals
from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.engine import simulate
from gigawatt.finance.deal.financing import arrange
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.deal.plan import lay_out
from gigawatt.finance.deal.statement import common_cash, run
from gigawatt.finance.deal.terms import Covenants, Exit, Reserves

QUIET = settings(derandomize=True, deadline=None, max_examples=60)
FEW = settings(derandomize=True, deadline=None, max_examples=12)

cash = st.lists(st.floats(0.0, 1e9), min_size=1, max_size=60)
rates = st.floats(0.0, 0.05)


@QUIET
@given(cash, st.floats(1.0, 3.0), rates)
def test_sculpted_debt_is_worth_its_service_and_runs_off(flows, ratio, rate):
    loan = sculpt(flows, ratio, rate)
    worth = sum(c / ratio / (1.0 + rate) ** (t + 1) for t, c in enumerate(flows))
    assert float(loan.debt_usd) == pytest.approx(worth, rel=1e-9, abs=1e-6)
    assert float(loan.balance_usd[-1]) == 0.0
    assert loan.principal_usd.sum() == pytest.approx(worth, rel=1e-9, abs=1e-3)
    before = np.concatenate([[loan.debt_usd], loan.balance_usd[:-1]])
    assert loan.interest_usd == pytest.approx(before * rate, abs=1e-6 * max(worth, 1.0))


@QUIET
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=2, max_size=30))
def test_worth_at_every_root_is_zero(flows):
    for root in irr(flows).roots_frac[0]:
        if -0.9 < root < 1e3:
            scale = np.abs(np.array(flows) * (1.0 + root) ** -np.arange(len(flows))).sum()
            assert abs(float(npv(flows, root))) <= 1e-7 * scale


@QUIET
@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=5))
def test_every_root_that_was_put_in_is_found(added):
    chosen = sorted(added)
    assume(all(b - a > 0.05 for a, b in pairwise(chosen)))
    found = irr(-np.poly([1.0 + root for root in chosen])).roots_frac[0]
    assert found == pytest.approx(chosen, abs=1e-5)


@QUIET
@given(
    st.lists(st.floats(0.0, 1e9), min_size=2, max_size=40), st.floats(0.0, 0.95), rates, st.floats(0.0, 0.03),
    st.floats(0.0, 0.001), st.sampled_from(["pro_rata", "equity_first"]),
)  # fmt: skip
def test_construction_interest_is_exact(uses, gearing, rate, upfront, fee, funding):
    assume(sum(uses) > 1.0)
    loan = draw(uses, rate, gearing_frac=gearing, upfront_frac=upfront, commitment_frac=fee, funding=funding)
    whole = sum(uses) + loan.financing_usd
    assert loan.balance_usd[-1] == pytest.approx(loan.debt_usd, rel=1e-9, abs=1e-6)
    assert loan.debt_usd == pytest.approx(gearing * whole, rel=1e-9, abs=1e-6)


@QUIET
@given(
    st.floats(1.0, 1e6), st.lists(st.floats(0.0, 1e6), min_size=2, max_size=30), st.integers(1, 6),
    st.floats(0.001, 0.5),
)  # fmt: skip
def test_later_inflows_never_raise_the_return(paid, flows, later, rate):
    """Capital dates and nominal flows fixed, no tax, inflows not negative, on-time return above zero."""
    assume(sum(flows) > 1.001 * paid)
    on_time = np.concatenate([[-paid], flows, np.zeros(later)])
    late = np.concatenate([[-paid], np.zeros(later), flows])
    assert irr(late).only() <= irr(on_time).only() + 1e-12
    assert float(npv(late, rate)) <= float(npv(on_time, rate)) + 1e-9 * paid


def test_later_inflows_raise_a_negative_return():
    assert irr([-100.0, 0.0, 0.0, 90.0]).only() > irr([-100.0, 90.0, 0.0, 0.0]).only()


def test_a_delay_with_rising_rents_may_raise_the_return():
    on_time = [-100.0, 30.0, 30.0, 30.0, 30.0]
    late = [-100.0, 0.0, 60.0, 60.0, 60.0]  # the market rose meanwhile
    assert irr(late).only() > irr(on_time).only()


def test_a_delay_with_deferred_draws_may_raise_the_return():
    on_time = [-100.0, 0.0, 60.0, 60.0]
    late = [-20.0, -80.0, 60.0, 60.0]  # the payments wait as well
    assert irr(late).only() > irr(on_time).only()


def small(rent: float, rate: float, ratio: float, gearing: float, upfront: float) -> Deal:
    return Deal.model_validate(
        {
            "name": "d", "close": "2026-03", "completion": "2026-08", "months": 54, "price_year": 2026,
            "uses": [{"name": "chips", "kind": "chips", "cost_usd": 500e6, "from": "2026-03",
                      "until": "2026-08", "book_life_years": 4.0, "tax_class": "macrs_5"}],
            "debt": [{"name": "l", "sizing": {"dscr_ratio": ratio, "gearing_frac": gearing},
                      "rate_frac": rate, "repayment": "sculpted", "tenor_years": 3.0,
                      "upfront_frac": upfront}],
            "equity": [{"name": "o"}],
            "leases": [{"tenant": "t", "from": "2026-09", "until": "2030-09", "rent_usd_per_month": rent}],
            "operations": [{"name": "x", "cost_usd_per_month": 2e6, "from": "2026-09"}],
            "tax": {}, "reserves": {"debt_service_months": 3, "earns_frac": 0.02},
            "residual": {"by_year_frac": [1.0, 0.6, 0.4, 0.3, 0.2]},
            "covenants": {"lock_up_dscr_ratio": 1.05, "sweep_frac": 0.3, "default_dscr_ratio": 0.95,
                          "equity_cures": 2, "cure_months": 1, "ltv_frac": 0.95, "llcr_ratio": 1.02},
        }
    )  # fmt: skip


@FEW
@given(
    st.floats(8e6, 40e6), st.floats(0.0, 0.15), st.floats(1.0, 2.0), st.floats(0.1, 0.9), st.floats(0, 0.03)
)
def test_a_deal_closes_for_any_terms(rent, rate, ratio, gearing, upfront):
    statement = run(small(rent, rate, ratio, gearing, upfront))
    assert max(statement.residuals.values()) < 0.01
    assert sum(statement.sources_usd.values()) == pytest.approx(sum(statement.uses_usd.values()), rel=1e-12)
    limits = statement.financing.size.limits_usd
    assert statement.debt_usd == pytest.approx(min(float(v) for v in limits.values()))


@FEW
@given(
    st.floats(0.0, 1.5), st.floats(0.5, 2.0), st.floats(0.9, 1.3), st.integers(0, 10), st.integers(8, 60)
)  # fmt: skip
def test_the_waterfall_conserves_cash_in_every_scenario(rent, running, capital, delay, leave):
    plan = lay_out(small(20e6, 0.09, 1.3, 0.8, 0.02))
    base = Drivers.base(1, plan.months)
    drivers = Drivers(
        np.array([rent]), np.array([running]), np.array([capital]), base.rate_frac, np.array([delay]),
        np.array([leave]), base.early_months,
    )  # fmt: skip
    flows = simulate(plan, arrange(plan), drivers)
    assert max(residuals(flows, {}, {}).values()) < 0.01
    assert flows.lines["cash"].min() > -1e-3
    assert flows.lines["debt"].min() > -1e-3


@FEW
@given(
    st.floats(1.0, 1.8), st.floats(0.0, 1.0), st.floats(0.6, 1.2), st.integers(0, 4), st.integers(0, 3)
)  # fmt: skip
def test_a_lock_up_only_puts_off_what_is_paid_out(level, least, rent, cures, months):
    """Without interest on cash, sweep or tax, what is locked up comes back to owners to the dollar."""
    base = small(18e6, 0.08, 1.3, 0.7, 0.01)
    calm = {"tax": None, "reserves": base.reserves.model_copy(update={"earns_frac": 0.0})}
    terms = {"lock_up_dscr_ratio": level, "cure_months": months, "equity_cures": cures,
             "default_dscr_ratio": least, "on_default": "lock_up"}  # fmt: skip
    free = base.model_copy(update={**calm, "covenants": base.covenants.model_validate({})})
    held = base.model_copy(update={**calm, "covenants": base.covenants.model_validate(terms)})
    got = []
    for deal in (free, held):
        plan = lay_out(deal)
        drivers = Drivers.base(1, plan.months)
        changed = Drivers(np.array([rent]), drivers.running, drivers.capital, drivers.rate_frac,
                          drivers.delay_months, drivers.leave_month, drivers.early_months)  # fmt: skip
        lines = simulate(plan, arrange(plan), changed).lines
        # Where a month's service waits, its interest differs: compare where all is paid as it falls due.
        assume(lines["unpaid"].max() < 1e-3)
        got.append((lines["distribution"] - lines["support"]).sum())
    assert got[1] == pytest.approx(got[0], rel=1e-9, abs=0.01)


@FEW
@given(st.floats(8e6, 40e6), st.floats(0.3, 1.4), st.floats(0.9, 1.3), st.booleans())
def test_deferred_tax_moves_no_cash_and_adds_up(rent, factor, capital, sold):
    sale = Exit(value_usd=2e8) if sold else None
    plan = lay_out(small(rent, 0.09, 1.3, 0.8, 0.02).model_copy(update={"exit": sale}))
    base = Drivers.base(1, plan.months)
    drivers = Drivers(np.array([factor]), base.running, np.array([capital]), base.rate_frac,
                      base.delay_months, base.leave_month, base.early_months)  # fmt: skip
    flows = simulate(plan, arrange(plan), drivers)
    lines = flows.lines
    assert max(residuals(flows, {}, {}).values()) < 0.01
    assert lines["deferred_expense"].sum() == pytest.approx(lines["deferred_tax"][-1, 0], abs=0.01)
    if sold and lines["loss_carried"][-1, 0] < 0.01:  # tax in the accounts is the rate on their income
        tax = lines["income_tax"] + lines["deferred_expense"]
        assert tax == pytest.approx(0.21 * (lines["net_income"] + tax), abs=0.01)


@FEW
@given(st.floats(20e6, 40e6), st.integers(0, 12), st.integers(0, 12), st.floats(0.001, 0.3))
def test_a_later_start_of_a_deal_never_raises_its_return(rent, first, second, rate):
    """Capital dates and flows fixed, no loan, no tax, inflows not negative, an on-time return above zero."""
    deal = small(rent, 0.09, 1.3, 0.8, 0.02).model_copy(
        update={"debt": [], "tax": None, "reserves": Reserves(), "covenants": Covenants()}
    )
    plan = lay_out(deal)
    base = Drivers.base(3, plan.months)
    sooner, later = sorted((first, second))
    late = np.array([0, sooner, later])
    drivers = Drivers(base.rent, base.running, base.capital, base.rate_frac, late, base.leave_month,
                      base.early_months)  # fmt: skip
    cash = common_cash(simulate(plan, arrange(plan), drivers)).T
    found = irr(cash)
    assume(len(found.roots_frac[0]) == 1 and found.roots_frac[0][0] > 0.0)
    worth = npv(cash, rate)
    assert worth[0] >= worth[1] - 0.01
    assert worth[1] >= worth[2] - 0.01
    roots = [r[0] if r else -1.0 for r in found.roots_frac]
    assert roots[0] >= roots[1] - 1e-9
    assert roots[1] >= roots[2] - 1e-9
