"""Student's t against a statistics library and against its own limits."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from gigawatt.kernel.student import t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 9, 10, 29, 30, 99, 100, 1_001, 20_000])
@pytest.mark.parametrize("inside", [0.05, 0.5, 0.8, 0.95, 0.99, 0.9999])
def test_it_is_the_quantile_of_scipy(degrees: int, inside: float) -> None:
    assert t_quantile(inside, degrees) == pytest.approx(stats.t.ppf(0.5 + inside / 2, degrees), rel=1e-9)


def test_one_and_two_degrees_in_closed_form() -> None:
    assert t_quantile(0.9, 1) == pytest.approx(math.tan(0.45 * math.pi), rel=1e-12)
    assert t_quantile(0.9, 2) == pytest.approx(0.9 * math.sqrt(2 / (1 - 0.9**2)), rel=1e-12)


def test_it_falls_towards_the_normal_distribution() -> None:
    found = [t_quantile(0.95, n) for n in (1, 2, 3, 5, 8, 13, 100, 1_000, 100_000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(stats.norm.ppf(0.975), rel=2e-5)


@pytest.mark.parametrize(("inside", "degrees"), [(0.0, 3), (1.0, 3), (math.nan, 3), (0.95, 0), (0.5, 10**7)])
def test_what_has_no_answer_is_refused(inside: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="allowed"):
        t_quantile(inside, degrees)
