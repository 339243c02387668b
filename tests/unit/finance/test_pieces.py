"""The pieces that stand alone: returns, debt, construction, depreciation, levelised cost."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gigawatt.finance.construction import draw
from gigawatt.finance.debt import annuity, bullet, sculpt, size_debt, straight_line
from gigawatt.finance.depreciation import depreciate, yearly_shares
from gigawatt.finance.levelised import implied_cost_of_capital, levelise
from gigawatt.finance.returns import dated_irr, irr, moic, npv, payback_years
from gigawatt.kernel.errors import InfeasibleError


def test_no_root_is_told():
    with pytest.raises(InfeasibleError, match="no internal rate of return"):
        irr([100.0, 50.0]).only()


def test_several_roots_are_told_and_none_is_picked():
    flows = [-1000.0, 3700.0, -4485.0, 1789.5]
    found = irr(flows)
    assert found.count[0] == len(found.roots_frac[0])
    wide = irr([-1000.0, 2500.0, -1540.0])
    with pytest.raises(InfeasibleError, match=r"2 internal rates of return \(10 %, 40 %\)"):
        wide.only()
    assert np.isnan(wide.rate_frac[0])


def test_three_roots():
    # (1 - 1.05 x)(1 - 1.2 x)(1 - 1.5 x), roots at 5, 20 and 50 %
    flows = -np.poly([1.05, 1.2, 1.5])
    assert irr(flows).roots_frac[0] == pytest.approx((0.05, 0.2, 0.5), abs=1e-8)


def test_double_root_is_one_rate():
    assert irr([-1.0, 2.4, -1.44]).roots_frac[0] == pytest.approx((0.2,), abs=1e-6)


def test_monthly_rate_is_compounded():
    flows = np.zeros(13)
    flows[0], flows[12] = -100.0, 110.0
    assert irr(flows, 12).only() == pytest.approx(0.10, abs=1e-12)


def test_scenarios_at_once_are_those_one_by_one():
    rng = np.random.default_rng(1)
    flows = rng.normal(1.0, 1.0, (50, 40))
    flows[:, 0] -= 20.0
    together = irr(flows)
    assert together.roots_frac == tuple(irr(row).roots_frac[0] for row in flows)
    for row, roots in zip(flows, together.roots_frac, strict=True):
        for root in roots:
            assert abs(npv(row, root)) < 1e-6 * np.abs(row).sum() * max(1.0, (1 + root) ** -40)


def test_negative_irr():
    assert irr([-100.0, 40.0, 40.0]).only() == pytest.approx(80.0 / (17600.0**0.5 - 40.0) - 1.0, abs=1e-12)


def test_dated_irr_is_actual_over_365():
    days = [date(2024, 1, 1), date(2025, 1, 1)]
    assert dated_irr(days, [-100.0, 110.0]).only() == pytest.approx(1.1 ** (365 / 366) - 1, abs=1e-9)


def test_moic_and_payback():
    assert float(moic([-100.0, 250.0])) == 2.5
    assert np.isnan(payback_years([-100.0, 50.0]))
    assert float(payback_years([0.0, 50.0])) == 0.0


def test_repayments_run_off():
    for loan in (annuity(100.0, 0.01, 24), straight_line(100.0, 0.01, 24), bullet(100.0, 0.01, 24)):
        assert loan.principal_usd.sum() == pytest.approx(100.0)
        assert loan.balance_usd[-1] == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(InfeasibleError, match="no term"):
        annuity(100.0, 0.01, 0)


def test_each_limit_can_bind():
    cfads = np.full(60, 10.0)
    free = size_debt(cfads, 1.4, 0.005)
    assert str(free.binding) == "dscr"
    assert str(size_debt(cfads, 1.4, 0.005, uses_usd=300.0, gearing_frac=0.5).binding) == "gearing"
    assert str(size_debt(cfads, 1.4, 0.005, tail_periods=12).binding) == "tail"
    value = np.linspace(400.0, 0.0, 61)
    value[30:] = np.linspace(60.0, 0.0, 31)
    by_value = size_debt(cfads, 1.4, 0.005, collateral_usd=value, ltv_frac=0.8)
    assert str(by_value.binding) == "ltv"
    scaled = sculpt(cfads, 1.4 * float(free.debt_usd / by_value.debt_usd), 0.005)
    path = np.concatenate([[scaled.debt_usd], scaled.balance_usd])
    assert np.max(path - 0.8 * value) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("funding", ["pro_rata", "equity_first"])
@pytest.mark.parametrize("gearing", [0.0, 0.3, 0.65, 0.9])
def test_interest_during_construction_is_exact(funding, gearing):
    uses = np.array([5.0, 0.0, 40.0, 30.0, 25.0])
    loan = draw(uses, 0.01, gearing_frac=gearing, upfront_frac=0.02, commitment_frac=0.0005, funding=funding)
    assert loan.balance_usd[-1] == pytest.approx(loan.debt_usd, abs=1e-10)
    assert loan.debt_usd == pytest.approx(gearing * (uses.sum() + loan.financing_usd), abs=1e-10)
    assert np.all(loan.draws_usd <= uses + 1e-12)


def test_a_loan_above_its_uses_is_refused():
    with pytest.raises(InfeasibleError, match="more than all of them"):
        draw([10.0, 10.0], 0.01, debt_usd=30.0)


def test_depreciation_adds_up():
    for method, lives in (("macrs", (3, 5, 7, 10, 15, 20)), ("straight_line", (1, 4, 5, 15, 39))):
        for life in lives:
            assert sum(yearly_shares(method, life)) == pytest.approx(1.0, abs=2e-4)
    assert depreciate(100.0, "macrs", 5, 6, 0.4)[0] == pytest.approx(40.0 + 0.2 * 60.0)
    with pytest.raises(ValueError, match="no 4-year class"):
        yearly_shares("macrs", 4)


def test_epochs_gigawatt():
    def parts(chip_life):
        return {"chips": (26.113, chip_life), "facility": (11.769, 14.0)}

    rate = implied_cost_of_capital(parts(5.0), 0.902, 8.5)
    assert rate == pytest.approx(0.0653, abs=1e-4)
    for life, published in ((3.0, 12.08), (7.0, 6.98)):
        assert float(levelise(parts(life), {"o": 0.902}, 1.0, rate).total) == pytest.approx(
            published, rel=0.01
        )
    capital = {"chips": (946 * 26.113e6, 5.0), "hall": (946 * 11.769e6, 14.0)}
    for used, published in ((1.0, 2.086), (0.8, 2.608)):
        cost = levelise(capital, {"operation": 946 * 0.902e6}, 440_000 * 8760, rate, used)
        assert round(float(cost.total), 3) == published
        assert sum(cost.parts.values()) == pytest.approx(cost.total)
