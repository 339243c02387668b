"""A budget of power: what counts early, where steps begin, and what another grace changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_fixture import Written

from gigawatt.live.controller import _power
from gigawatt.live.power import Budget
from gigawatt.live.settings import Settings
from gigawatt.live.twin.draws import overdraws
from gigawatt.live.twin.journal import read_recording

BUDGETS = st.builds(
    Budget,
    from_s=st.floats(0.0, 50.0),
    step_s=st.floats(0.5, 20.0),
    budget_kw=st.lists(st.floats(0.0, 100.0), min_size=1, max_size=12).map(tuple),
    busy_kw_per_gpu=st.just(1.5),
    idle_kw_per_gpu=st.just(0.5),
    lead_s=st.floats(0.0, 45.0),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(BUDGETS, st.floats(0.0, 1.0))
def test_what_may_start_fits_until_it_can_be_gone(budget: Budget, share: float):
    now_s = budget.from_s + share * budget.step_s * (len(budget.budget_kw) + 2)
    until_s = np.linspace(now_s, now_s + budget.lead_s, 200)
    least_kw = min(budget.at_kw(float(at_s)) for at_s in until_s)
    assert budget.kept_kw(now_s) <= least_kw
    ahead, from_zero = budget.ahead(), budget.from_zero()
    assert budget.zero_s <= 1e-9
    for k in range(len(ahead.budget_kw)):
        middle_s = (k + 0.5) * budget.fine_s
        assert ahead.budget_kw[k] == budget.kept_kw(budget.from_s + middle_s)
        position = int((budget.from_s + middle_s - budget.zero_s) // budget.fine_s)
        assert from_zero.budget_kw[position] == ahead.budget_kw[k]
    assert np.isinf(from_zero.budget_kw[: len(from_zero.budget_kw) - len(ahead.budget_kw)]).all()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    made = Written(tmp_path)
    yield made
    made.store.close()


def test_another_grace_is_met_earlier_and_off_is_off(written: Written):
    told = {"step_s": 10.0, "budget_kw": [4.0, 2.0], "busy_kw_per_gpu": 1.0, "idle_kw_per_gpu": 0.0}
    first = _power(written.store, Settings(1, 4, grace_s=2.0, kill_s=1.0, power=told))
    assert first.lead_s == 3.0
    again = _power(written.store, Settings(1, 4, grace_s=2.0, kill_s=1.0))
    assert again == first
    longer = _power(written.store, Settings(1, 4, grace_s=5.0, kill_s=1.0))
    assert (longer.lead_s, longer.from_s, longer.budget_kw) == (6.0, first.from_s, (4.0, 2.0))
    assert _power(written.store, Settings(1, 4, power={})) is None
    assert written.store.power() is None


def test_what_is_drawn_too_much_is_seen(written: Written):
    budget = Budget(1.0, 10.0, (4.0, 2.0, 4.0), 1.0, 0.0, lead_s=1.0)
    written.add("power", 1.0, **budget.event())
    written.submit(2.0, 1, 3)
    written.start(2.0, 1, 0, 1, 2)
    written.add("stopping", 10.0, 1, why="power", reason="power is short")
    written.add("stopped", 11.5, 1)
    _, over = overdraws(read_recording(written.folder), budget)
    assert over == [(11.0, 3.0, 2.0), (11.5, 3.0, 2.0)]
