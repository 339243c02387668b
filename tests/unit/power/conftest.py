from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.power import Dispatch, Place, PowerInput, dispatch

PLACE = Place(35.05, -89.98, 0.0, -6.0)


def weather_of(hours: int, dry_bulb_c: float = 15.0, ghi_w_per_m2: float = 0.0) -> Weather:
    air = np.full(hours, dry_bulb_c)
    return Weather(air, air - 5.0, air - 3.0, np.full(hours, 101325.0), np.full(hours, ghi_w_per_m2))


@pytest.fixture
def run() -> Callable[..., Dispatch]:
    """Dispatch a site written as in a scenario over some days of 2025."""

    def go(site: dict, demand, days: int = 2, dry_bulb_c: float = 15.0, seed: int | None = None) -> Dispatch:
        clock = Clock(date(2025, 1, 1), date.fromordinal(date(2025, 1, 1).toordinal() + days))
        load = np.broadcast_to(np.asarray(demand, dtype=float), (clock.hours,)).copy()
        rng = None if seed is None else np.random.default_rng(seed)
        power = PowerInput.model_validate({"region": "srtv", **site})
        return dispatch(power, load, weather_of(clock.hours, dry_bulb_c), clock, PLACE, rng)

    return go


def grid(limit: str, from_: str = "2024-01-01") -> dict:
    return {"from": from_, "import_limit": limit}


def group(model: str, units: int, name: str = "g", **more) -> dict:
    return {"name": name, "model": model, "units": units, "from": "2024-01-01", **more}
