"""Bounds from a run: by month and side, in facility megawatts, never from deliveries."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.scenario import read_scenario
from gigawatt.study import run_scenario
from gigawatt.study.claim_bounds import bounds_from_run, pack_bounds


def test_each_month_and_side_gives_the_highest_day() -> None:
    run = run_scenario(read_scenario("reference-100mw", ["end=2026-08-31"]))
    found = bounds_from_run(run, {"campus": "Campus"})
    assert len(found) == 3 * len(run.clock.months)
    assert {b.kind for b in found} == {"power", "cooling", "hall"}
    assert all(b.modelled and b.scope.level == "facility" for b in found)
    march = next(b for b in found if b.kind == "power" and str(b.first) == "2026-03-01")
    assert str(march.until) == "2026-04-01"
    days = [i for i in range(run.clock.days) if str(run.clock.day_of(i)).startswith("2026-03")]
    assert march.mid == pytest.approx(float(np.max(run.sites["campus"].daily["firm_power_mw"][days])))


def test_a_site_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="write 'colossus-1'"):
        pack_bounds("colossus", {"colossus-11": "Colossus"})
