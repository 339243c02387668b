"""Published figures of permits, fleets, batteries, sun and tariffs (sources in gigawatt.validation.power)."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.validation import power

SHARED = Path(__file__).parents[2] / ".." / "shared"
ROWS = power.rows(None)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.quantity[:60])
def test_published_figure(row):
    assert row.holds, f"{row.quantity}: published {row.published:g}, modelled {row.modelled:g}"


def test_there_are_more_than_ten_and_they_are_not_all_fitted():
    assert len(ROWS) >= 10
    assert sum(not row.fitted for row in ROWS) >= 10


@pytest.mark.shared
def test_the_typical_year_adds_its_row():
    if not (SHARED / "weather").exists():
        pytest.skip("needs ../shared/weather")
    (extra,) = [r for r in power.rows(SHARED) if "typical year" in r.quantity]
    assert extra.holds
