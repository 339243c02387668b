"""What follows a breach: lock-up, default, cure, and the tests themselves by month."""

from __future__ import annotations

import numpy as np
import pytest
from deals_for_tests import PLAIN, deal
from pydantic import ValidationError

from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.engine import simulate
from gigawatt.finance.deal.financing import arrange
from gigawatt.finance.deal.plan import lay_out
from gigawatt.finance.deal.statement import run

WORTH = {"by_year": [1.0, 0.65, 0.45, 0.3, 0.2, 0.1]}


def first(statement, covenant, follows):
    return next(
        (e for e in statement.covenants if e["covenant"] == covenant and e["follows"] == follows), None
    )


def with_rent(of, factor, **drivers):
    plan = lay_out(of)
    base = Drivers.base(1, plan.months)
    changed = {"rent": np.array([factor]), **drivers}
    names = ("rent", "running", "capital", "rate_frac", "delay_months", "leave_month", "early_months")
    return simulate(plan, arrange(plan), Drivers(*(changed.get(n, getattr(base, n)) for n in names)))


def test_a_low_cover_locks_up_and_what_is_held_is_paid_when_it_is_cured():
    held = run(deal(covenants={"lock_up_dscr": 1.45}))
    assert first(held, "dscr", "lock-up")["month"] == held.plan.completion + 1
    service = held.flows.lines["senior_due"][:, 0] > 1.0
    assert held.flows.lines["distribution"][service, 0].sum() == 0.0
    free = run(deal())
    assert held.flows.lines["distribution"].sum() == pytest.approx(free.flows.lines["distribution"].sum())
    assert held.irr.only() < free.irr.only()


def test_loan_and_project_life_cover_are_told_by_month():
    found = run(deal())
    llcr, plcr = found.flows.lines["llcr"][:, 0], found.flows.lines["plcr"][:, 0]
    loan = found.plan.loans[0]
    assert llcr[loan.first : loan.maturity - 1] == pytest.approx(1.4, rel=1e-9)
    assert (plcr[loan.first : loan.maturity] > llcr[loan.first : loan.maturity]).all()
    assert np.isnan(llcr[loan.maturity :]).all()
    locked = run(deal(covenants={"llcr": 1.5}))
    assert first(locked, "llcr", "lock-up")["month"] == locked.plan.completion + 1
    assert locked.flows.lines["locked"][loan.first : loan.maturity].all()


def test_a_mark_below_the_loan_is_a_default_and_sweeps_until_it_is_mended():
    terms = {"ltv": 0.7, "mark": [{"from": "2027-07", "factor": 0.55}], "cure_months": 2}
    found = run(deal(residual=WORTH, covenants=terms))
    event = first(found, "ltv", "default")
    over = np.flatnonzero(found.flows.lines["ltv"][:, 0] > 0.7)
    over = over[over > found.plan.completion]
    assert event["month"] == over[2]
    assert found.flows.lines["swept"][event["month"], 0] > 0.0
    assert found.flows.lines["swept"][: event["month"], 0].sum() == 0.0
    assert found.flows.lines["distribution"][over, 0].sum() == 0.0
    assert first(found, "ltv", "cured")["month"] > event["month"]
    assert max(found.residuals.values()) < 0.01
    patient = run(deal(residual=WORTH, covenants={**terms, "on_default": "lock_up"}))
    assert patient.flows.lines["swept"].sum() == 0.0


def test_the_mark_follows_rent_in_scenarios():
    half = {"debt": [{**PLAIN["debt"][0], "sizing": {"dscr": 1.4, "gearing": 0.4}}]}
    half["residual"] = {"by_year": [1.0, 0.9, 0.8, 0.6, 0.4, 0.2]}
    following = deal(covenants={"ltv": 0.6}, **half)
    still = deal(covenants={"ltv": 0.6, "mark_follows_rent": 0.0}, **half)
    assert with_rent(following, 1.0).lines["in_default"].sum() == 0.0
    assert with_rent(following, 0.8).lines["in_default"].sum() > 0.0
    assert with_rent(still, 0.8).lines["in_default"].sum() == 0.0


def test_owners_make_good_a_cover_as_often_as_agreed():
    low = {"default_dscr": 1.15, "cure_months": 0}
    without = with_rent(deal(covenants=low), 0.78)
    twice = with_rent(deal(covenants={**low, "equity_cures": 2}), 0.78)
    cured = twice.lines["cured"][:, 0]
    assert np.count_nonzero(cured) == 2
    at = int(np.flatnonzero(cured)[0])
    assert twice.lines["trailing_dscr"][at, 0] == pytest.approx(1.15, rel=1e-9)
    assert without.lines["trailing_dscr"][at, 0] < 1.15
    assert not twice.lines["in_default"][at, 0]
    assert without.lines["in_default"][at, 0]
    assert twice.lines["support"][at, 0] >= cured[at] > 0.0


def test_one_tenant_alone_is_too_many():
    leases = [{**PLAIN["leases"][0], "tenant": n, "rent": "10 m USD", "gpus": 5000} for n in ("T", "U")]
    shared = run(deal(leases=leases, covenants={"largest_tenant": 0.5}))
    assert first(shared, "concentration", "lock-up") is None
    alone = run(deal(covenants={"largest_tenant": 0.5}))
    assert first(alone, "concentration", "lock-up")["value"] == pytest.approx(1.0)
    assert alone.flows.lines["locked"][alone.plan.completion + 1, 0]


def test_a_delay_beyond_the_longest_is_a_default():
    late = {"delay_months": np.array([6])}
    of = {"reserves": {"debt_service_months": 8}}
    strict = with_rent(deal(covenants={"longest_delay_months": 3}, **of), 1.0, **late)
    months = np.flatnonzero(strict.lines["in_default"][:, 0])
    end = lay_out(deal()).completion
    assert list(months) == [end + 4, end + 5, end + 6]
    easy = with_rent(deal(covenants={"longest_delay_months": 6}, **of), 1.0, **late)
    assert easy.lines["in_default"].sum() == 0.0


def test_a_share_of_an_unknown_value_is_refused():
    with pytest.raises(ValidationError, match="nothing says what that is"):
        deal(covenants={"ltv": 0.7})
