from datetime import date, datetime

import numpy as np
import pytest

from gigawatt.kernel.clock import Clock


def test_months_and_their_last_days():
    clock = Clock(date(2024, 2, 1), date(2024, 4, 1))
    assert clock.months == ("2024-02", "2024-03")
    assert clock.last_day_of_month.tolist() == [28, 59]
    assert clock.monthly_sum(np.ones(clock.hours)).tolist() == [29 * 24, 31 * 24]
    assert clock.stamp(25) == "2024-02-02 01:00Z"


def test_local_time_is_standard_time():
    clock = Clock(date(2025, 7, 1), date(2025, 7, 3))
    assert clock.local_hour(-6)[:3].tolist() == [18, 19, 20]
    assert clock.weekday()[0] == 1  # 1 July 2025 was a Tuesday
    assert clock.weekday(-6)[0] == 0
    assert clock.calendar_month(-6)[[0, 6]].tolist() == [6, 7]


def test_spans_are_cut_to_the_clock():
    clock = Clock(date(2025, 1, 1), date(2025, 2, 1))
    assert clock.span(date(2024, 1, 1), None) == slice(0, 31)
    assert clock.span(date(2025, 1, 10), date(2025, 1, 12)) == slice(9, 11)
    assert clock.span(date(2026, 1, 1), None) == slice(31, 31)


def test_a_clock_without_length_is_refused():
    with pytest.raises(ValueError, match="not after its start"):
        Clock(date(2025, 1, 1), date(2025, 1, 1))
    with pytest.raises(TypeError, match="datetime is refused"):
        Clock(datetime(2025, 1, 1), date(2026, 1, 1))  # noqa: DTZ001
