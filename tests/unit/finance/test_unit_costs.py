import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.finance import PARTS, YearOfCost, capital_recovery_factor, cost_parts


def test_epoch_yearly_cost_of_one_gigawatt():
    """Epoch AI, 2026: 26.113, 11.769, 0.902 M USD an IT MW at 6.53 % give 8.5, 12.08, 6.98 bn a year."""
    for life, published in ((5.0, 8.5), (3.0, 12.08), (7.0, 6.98)):
        yearly = (
            26.113 * capital_recovery_factor(0.0653, life)
            + 11.769 * capital_recovery_factor(0.0653, 14.0)
            + 0.902
        )
        assert yearly == pytest.approx(published, rel=0.01)


@given(
    st.floats(0.0, 0.5),
    st.floats(1.0, 40.0),
    st.floats(1e3, 1e12),
    st.floats(0.0, 1e12),
    st.floats(0.01, 1.0),
)
def test_parts_add_up_to_the_whole_cost(rate, life, chips, power, used):
    cost = YearOfCost(1.0, chips, chips / 3.0, power, power / 10.0)
    parts = cost_parts(cost, 1e6, 1e6 * used, rate, life, 14.0)
    whole = (
        chips * capital_recovery_factor(rate, life)
        + chips / 3.0 * capital_recovery_factor(rate, 14.0)
        + power * 1.1
    )
    assert set(parts) == set(PARTS)
    assert sum(parts.values()) == pytest.approx(whole / (1e6 * used), rel=1e-9)
    assert parts["finance"] >= -1e-9 * whole


def test_impossible_uses_are_refused():
    cost = YearOfCost(1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="useful units"):
        cost_parts(cost, 10.0, 0.0, 0.1, 5.0, 14.0)
    with pytest.raises(ValueError, match="useful units"):
        cost_parts(cost, 10.0, 11.0, 0.1, 5.0, 14.0)
    with pytest.raises(ValueError, match="life"):
        capital_recovery_factor(0.1, 0.0)
