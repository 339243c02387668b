"""Synthetic weather against measured typical years and ASHRAE's design conditions.

Memphis: NREL's TMY3 beside the repository. Greensboro: NREL's TMY3 in pvlib's data. Design
conditions: ASHRAE Handbook of Fundamentals 2009, typed in with their station numbers.
"""

import pytest

from gigawatt.validation import climate


@pytest.fixture(scope="module")
def published():
    return climate.rows(None)


@pytest.mark.shared
def test_memphis_holds_for_every_one_of_twenty_seeds(shared):
    rows = [r for r in climate.rows(shared) if "Memphis" in r.group and "20 seeds" in r.group]
    assert len(rows) == 6
    assert [r.quantity for r in rows if not r.holds] == []


def test_published_design_conditions_hold(published):
    rows = [r for r in published if "20 seeds" not in r.group]
    assert len(rows) >= 40
    assert [(r.group, r.quantity, r.error) for r in rows if not r.holds] == []


def test_weather_beats_no_weather(published):
    """The months' means alone are many kelvins off where it matters: at the percentiles."""
    rows = [r for r in published if "percentile" in r.quantity or "exceeded" in r.quantity]
    better = [abs(r.error) < abs(r.baseline - r.published) for r in rows]
    assert all(better)


def test_greensboro_out_of_sample(published):
    """Not tuned; the wet bulb's percentile would miss Memphis' lower bound."""
    rows = {r.quantity: r for r in published if "Greensboro" in r.group and "20 seeds" in r.group}
    missed = [quantity for quantity, row in rows.items() if not row.holds]
    assert missed == []
    assert -1.5 <= rows["wet bulb of the 99.6th percentile, degC"].error < -0.5
