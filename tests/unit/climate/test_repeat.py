"""A measured year on a clock of many."""

from datetime import date

import numpy as np
import pytest

from gigawatt.climate import repeat_year
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather

HOUR = np.arange(8760.0)
YEAR = Weather(HOUR, HOUR, HOUR, HOUR, HOUR)


def test_a_plain_year_at_greenwich_is_itself():
    got = repeat_year(YEAR, 0.0, Clock(date(2025, 1, 1), date(2026, 1, 1)))
    assert np.array_equal(got.dry_bulb_c, HOUR)
    assert np.array_equal(got.ghi_w_per_m2, HOUR)


def test_local_hours_move_to_utc():
    # 06:00 UTC on 1 January is midnight in Memphis; before it runs the last evening of the year.
    got = repeat_year(YEAR, -6.0, Clock(date(2025, 1, 1), date(2025, 1, 2))).dry_bulb_c
    assert got[6] == 0.0
    assert got[:6].tolist() == [8754.0, 8755.0, 8756.0, 8757.0, 8758.0, 8759.0]


def test_the_leap_day_repeats_28_february():
    got = repeat_year(YEAR, 0.0, Clock(date(2024, 2, 28), date(2024, 3, 2))).dry_bulb_c.reshape(-1, 24)
    assert np.array_equal(got[0], got[1])
    assert got[2][0] == 59 * 24
    end = repeat_year(YEAR, 0.0, Clock(date(2024, 12, 31), date(2025, 1, 2))).dry_bulb_c
    assert (end[23], end[24]) == (8759.0, 0.0)


def test_half_an_hour_takes_the_hour_of_the_middle():
    got = repeat_year(YEAR, 5.5, Clock(date(2025, 1, 1), date(2025, 1, 2))).dry_bulb_c
    assert got[0] == 6.0  # 00:30 UTC is 06:00 at +5:30


def test_another_length_is_refused():
    short = Weather(*(HOUR[:8000],) * 5)
    with pytest.raises(ValueError, match=r"\(8000,\)"):
        repeat_year(short, 0.0, Clock(date(2025, 1, 1), date(2025, 1, 2)))
