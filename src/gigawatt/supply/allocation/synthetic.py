"""A made-up market, drawn with a seed: scarce chips, staggered sites, more booked than arrives.

Nothing in it is a fact. Sizes are those of public campuses: sites of 20 to 180 MW that grow in steps of a
quarter, crews of 36 to 144 GPUs a day, prices and rents as in 2025.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from gigawatt.supply.allocation.inputs import AllocationInput, SyntheticInput

CHIPS: tuple[dict[str, Any], ...] = (
    {"name": "h200", "it_power_kw": 1.4, "gpus_per_rack": 32, "lot_gpus": 8, "value_usd_per_gpu_h": 2.3},
    {"name": "gb200", "it_power_kw": 1.9, "gpus_per_rack": 72, "lot_gpus": 72, "value_usd_per_gpu_h": 3.6},
    {"name": "gb300", "it_power_kw": 2.1, "gpus_per_rack": 72, "lot_gpus": 72, "value_usd_per_gpu_h": 4.1},
)
"""Invented; of the size of an HGX server and two rack systems."""
PRICES = {"h200": 34_000.0, "gb200": 52_000.0, "gb300": 60_000.0}


def draw(given: AllocationInput) -> AllocationInput:
    """Draw chips, tenants, sites, supply and bookings for the horizon of an input.

    The same seed gives the same market. Supply is about nine tenths of what the sites could energise, and
    bookings a quarter more than supply, so that both chips and room are scarce somewhere.
    """
    spec = given.synthetic or SyntheticInput()
    rng = np.random.default_rng(spec.seed)
    length = (given.end - given.start).days + 1
    chips = CHIPS[: spec.chips]
    tenants = [_tenant(i, rng) for i in range(spec.tenants)]
    sites = [
        _site(i, str(tenants[i % spec.tenants]["name"]), given.start, length, rng) for i in range(spec.sites)
    ]
    power = {t["name"]: 0.0 for t in tenants}
    for site in sites:
        power[site["tenant"]] += site["power"][-1]["it_power_mw"]
    total = sum(power.values())
    weeks = max(1, length // 7)
    supply = _supply(chips, 0.9 * total, given.start, weeks, rng)
    bookings = _bookings(chips, supply, {k: v / total for k, v in power.items()}, given.start, weeks, rng)
    drawn = {"chips": list(chips), "tenants": tenants, "sites": sites, "supply": supply, "bookings": bookings}
    rest = given.model_dump(exclude={"synthetic", *drawn})
    return AllocationInput.model_validate({**rest, **drawn})


def _tenant(i: int, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "name": f"tenant {chr(65 + i) if i < 26 else i}",
        "worth_ratio": round(float(rng.uniform(0.8, 1.2)), 2),
        "consents_to_swaps": bool(i % 5 != 4),
        "late_usd_per_gpu_h": round(float(rng.uniform(0.0, 0.4)), 2),
    }


def _site(i: int, tenant: str, start: date, length: int, rng: np.random.Generator) -> dict[str, Any]:
    megawatts = float(rng.integers(2, 19) * 10)
    first = float(rng.uniform(-0.1, 0.55))
    share = np.array([0.25, 0.5, 0.75, 1.0])
    when = [first + 0.1 * step + float(rng.uniform(0.0, 0.05)) for step in range(4)]
    days = [start + timedelta(days=int(x * length)) for x in when]
    slips = [int(rng.integers(14, 90)) for _ in days]
    slips = np.maximum.accumulate(np.array(slips)).tolist()  # a later step is not ready before an earlier one
    power: list[dict[str, Any]] = [
        {"from": d, "from_p90": d + timedelta(days=s), "it_power_mw": round(megawatts * float(f), 3)}
        for d, s, f in zip(days, slips, share, strict=True)
    ]
    heat = timedelta(days=int(rng.integers(0, 30)))
    cooling = [{**step, "from": step["from"] + heat, "from_p90": step["from_p90"] + heat} for step in power]
    racks = [
        {"from": d - timedelta(days=7), "racks": int(megawatts * float(f) * 1e3 / 130 * 1.2) + 1}
        for d, f in zip(days, share, strict=True)
    ]
    crew = [
        {"from": start, "crews": int(rng.integers(1, 7)), "rate_gpus_per_day": float(rng.integers(1, 5) * 36)}
    ]
    return {
        "name": f"site {i + 1:02d}",
        "tenant": tenant,
        "power": power,
        "cooling": cooling,
        "racks": racks,
        "crews": crew,
        "logistics_usd_per_gpu": float(rng.integers(2, 9) * 100),
    }


def _supply(
    chips: tuple[dict[str, Any], ...], megawatts: float, start: date, weeks: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    found = []
    for i, chip in enumerate(chips):
        ramp = (1.0 + (i - (len(chips) - 1) / 2) * np.linspace(-0.9, 0.9, weeks)) * rng.uniform(
            0.5, 1.5, weeks
        )
        gpus = megawatts * 1e3 / chip["it_power_kw"] / len(chips) * ramp / ramp.sum()
        for week, count in enumerate(np.rint(gpus).astype(int)):
            if count > 0:
                day = start + timedelta(days=7 * week)
                found.append({"chip": chip["name"], "date": day, "gpus": int(count)})
    return found


def _bookings(
    chips: tuple[dict[str, Any], ...],
    supply: list[dict[str, Any]],
    share: dict[str, float],
    start: date,
    weeks: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    found = []
    for chip in chips:
        total = 1.25 * sum(batch["gpus"] for batch in supply if batch["chip"] == chip["name"])
        for tenant, part in share.items():
            cuts = rng.dirichlet(np.ones(4)) * total * part * float(rng.uniform(0.7, 1.3))
            for gpus in cuts:
                lots = round(float(gpus) / chip["lot_gpus"])
                due = start + timedelta(days=7 * int(rng.integers(0, max(1, weeks - 4))))
                if lots > 0:
                    found.append(
                        {
                            "tenant": tenant,
                            "chip": chip["name"],
                            "gpus": lots * chip["lot_gpus"],
                            "ordered": due - timedelta(days=int(rng.integers(90, 400))),
                            "due": due,
                            "price_usd_per_gpu": PRICES[chip["name"]],
                        }
                    )
    return found
