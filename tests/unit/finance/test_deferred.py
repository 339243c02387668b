"""Deferred tax against reckoning by hand, and the accounts that carry it."""

from __future__ import annotations

import numpy as np
import pytest
from deals_for_tests import PLAIN, RICH, deal

from gigawatt.finance.deal.accounts import balance_sheet, income_statement
from gigawatt.finance.deal.statement import run

WORTH = {"by_year": [1.0, 0.65, 0.45, 0.3, 0.2, 0.1]}


def chips_alone():
    """600 m USD of chips, no loan: MACRS over five years, five years in the accounts."""
    tenant = [{**PLAIN["leases"][0], "rent": "60 m USD"}]  # no loss in any year but the last
    return deal(
        uses=[PLAIN["uses"][0]], debt=[], equity=[{"name": "owner"}], tax={"rate": "21 %"}, leases=tenant
    )


def test_the_liability_is_the_rate_on_what_tax_is_ahead():
    found = run(chips_alone())
    december = 11  # in service from July: half a MACRS year (20 %) against half a straight-line year (10 %)
    assert balance_sheet(found.flows)["deferred tax"][december, 0] == pytest.approx(-0.21 * 600e6 * 0.1)
    year_two = december + 12  # 52 % against 30 %
    assert balance_sheet(found.flows)["deferred tax"][year_two, 0] == pytest.approx(-0.21 * 600e6 * 0.22)
    end_of_life = 5 * 12 + 5  # five years in the accounts; for tax half of the last year's 5.76 % is to come
    left = 0.0576 / 2
    assert balance_sheet(found.flows)["deferred tax"][end_of_life, 0] == pytest.approx(0.21 * 600e6 * left)


def test_a_loss_is_an_asset_as_far_as_it_is_used():
    bonus = [{**PLAIN["uses"][0], "bonus": 1.0}]
    found = run(deal(uses=bonus, debt=[], equity=[{"name": "owner"}], tax={"rate": "21 %"}))
    lines = found.flows.lines
    assert lines["loss_carried"][11, 0] > 0.4 * 600e6
    # all of 600 written off, a tenth in the accounts, and the loss is used later
    assert lines["deferred_tax"][11, 0] == pytest.approx(0.21 * (600e6 * 0.9 - lines["loss_carried"][11, 0]))
    hopeless = run(deal(uses=bonus, debt=[], equity=[{"name": "owner"}], tax={"rate": "21 %"}, leases=[]))
    assert hopeless.flows.lines["deferred_tax"][11, 0] == pytest.approx(0.21 * 600e6 * 0.9)


@pytest.mark.parametrize("source", [PLAIN, RICH], ids=["plain", "rich"])
def test_tax_in_the_accounts_is_the_rate_on_their_income(source):
    found = run(deal(source, tax={"rate": "21 %"}, exit={"value": "350 m USD"}, residual=WORTH))
    assert found.flows.lines["loss_carried"][-1, 0] == 0.0  # every loss was used
    income = income_statement(found.flows)
    tax = income["income tax of the year"] + income["deferred tax"]
    before = found.flows.lines["net_income"] - tax
    assert tax == pytest.approx(-0.21 * before, abs=0.01)
    assert found.flows.lines["deferred_tax"][-1, 0] == pytest.approx(0.0, abs=0.01)
    assert max(found.residuals.values()) < 0.01


def test_half_a_credit_defers_nothing():
    credited = [{**PLAIN["uses"][0], "credit": 0.3, "tax_class": "straight_line", "tax_life": "5 years"}]
    found = run(deal(uses=credited, debt=[], equity=[{"name": "owner"}], tax={"rate": "21 %"}))
    # Tax spreads calendar years (half-year convention), the accounts months: they meet at each year's end.
    assert found.flows.lines["deferred_tax"][11::12, 0] == pytest.approx(0.0, abs=0.01)
    assert np.abs(found.flows.lines["deferred_tax"]).max() < 0.21 * 600e6
