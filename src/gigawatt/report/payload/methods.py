"""What every figure and chart rests on: columns of the tables, and assumptions by their path.

The words (what it is, the formula, what it leaves out) are in the message table under
``method.ID.what``, ``method.ID.formula`` and ``method.ID.limits``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gigawatt.report.messages import MESSAGES
from gigawatt.results import DAILY, HOURLY

CHIPS = r"^deliveries|^announcements|^catalog\.(chip|system)"
HALLS = r"\.halls\b|\.crews\b"
POWER = r"\.power\.(?!curtailment)|^catalog\.(generator|storage|solar|fuel|permit)"
COOLING = r"\.cooling\b|^catalog\.(cooling|plant|electrical)"
WORK = r"^workloads|^tenants|^catalog\.(mfu|model|serving|demand_profile|failure|goodput)"
PLACE = r"\.place\b|^catalog\.(climate|weather|place)|^seed$"
MONEY = r"^money|^finance|price|cost|capital|rent|tariff|_usd"
WATER = r"\.water\b|water|cycles|drift"
CARBON = r"co2|carbon|region|heat_rate|^catalog\.(fuel|grid|region)"
NOX = r"nox|permit"


@dataclass(frozen=True, slots=True)
class Method:
    """What one figure or chart is made of."""

    hourly: tuple[str, ...] = ()
    daily: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    """Keys of messages that name further inputs, e.g. an account of the ledger."""
    rests_on: tuple[str, ...] = ()
    """Patterns of assumption paths."""


_BUILD_OUT = (
    "announced_gpus", "ordered_gpus", "delivered_gpus", "installed_gpus", "energised_gpus", "useful_gpus",
)  # fmt: skip
_LIMITS = ("installed_facility_mw", "hall_facility_mw", "firm_power_mw", "cooling_facility_mw")
_SOURCES = ("grid_mw", "turbine_mw", "genset_mw", "solar_mw", "battery_discharge_mw", "battery_charge_mw")

METHODS: dict[str, Method] = {
    "timeline": Method(
        daily=(*_BUILD_OUT, *_LIMITS),
        other=("input.binding", "input.reported"),
        rests_on=(CHIPS, HALLS, POWER, COOLING),
    ),
    "figure-gpus": Method(
        daily=("energised_gpus", "delivered_gpus", *_LIMITS), rests_on=(CHIPS, HALLS, POWER, COOLING)
    ),
    "ranges-gpus": Method(other=("input.sweep",), rests_on=(CHIPS, HALLS, POWER, COOLING)),
    "ranges-table": Method(other=("input.sweep",)),
    "tornado": Method(other=("input.tornado",)),
    "figure-power": Method(
        hourly=("facility_served_mw",),
        daily=("energised_facility_mw", "energised_it_mw", "pue_design"),
        rests_on=(r"^catalog\.(chip|system)", COOLING, PLACE),
    ),
    "figure-cost": Method(other=("input.unit_costs", "input.money"), rests_on=(MONEY, CHIPS)),
    "figure-energy": Method(hourly=("facility_served_mw",), rests_on=(CHIPS, WORK, COOLING, PLACE)),
    "figure-water": Method(
        hourly=("water_makeup_m3", "water_evaporated_m3", "water_drift_m3", "water_blowdown_m3"),
        rests_on=(WATER, COOLING, PLACE),
    ),
    "figure-carbon": Method(hourly=("co2_fuel_t", "co2_grid_t", "grid_mw"), rests_on=(CARBON, POWER)),
    "firm": Method(
        daily=("firm_grid_mw", "firm_onsite_mw", "firm_storage_mw", *_LIMITS, "energised_facility_mw"),
        rests_on=(POWER, HALLS, COOLING),
    ),
    "dispatch": Method(
        hourly=(*_SOURCES, "curtailed_mw", "shed_mw", "facility_demand_mw"), rests_on=(POWER, PLACE, WORK)
    ),
    "duration": Method(hourly=("facility_served_mw",), rests_on=(WORK, COOLING, PLACE)),
    "sankey": Method(other=("input.energy",), rests_on=(POWER, COOLING)),
    "heat": Method(hourly=("facility_served_mw", "pue"), rests_on=(COOLING, PLACE, WORK)),
    "useful": Method(hourly=("useful_gpus", "busy_gpus"), other=("input.workloads",), rests_on=(WORK,)),
    "goodput": Method(other=("input.workloads",), rests_on=(WORK,)),
    "tokens": Method(other=("input.workloads",), rests_on=(WORK,)),
    "queue": Method(other=("input.queues",), rests_on=(WORK, CHIPS)),
    "waiting": Method(other=("input.queues",), rests_on=(WORK, CHIPS)),
    "milestones": Method(other=("input.events",), rests_on=(WORK, CHIPS)),
    "chips": Method(
        daily=("ordered_gpus", "delivered_gpus", "installed_gpus", "energised_gpus"), rests_on=(CHIPS,)
    ),
    "levels": Method(
        hourly=("facility_served_mw", "it_served_mw"),
        daily=("installed_facility_mw", "energised_facility_mw", "energised_it_mw"),
        rests_on=(r"^catalog\.(chip|system)", WORK, COOLING),
    ),
    "sources-uses": Method(other=("input.deal",), rests_on=(MONEY, CHIPS)),
    "draws": Method(other=("input.deal",), rests_on=(MONEY, CHIPS, POWER)),
    "waterfall": Method(other=("input.deal",), rests_on=(MONEY, WORK)),
    "cover": Method(other=("input.deal",), rests_on=(r"^finance", WORK)),
    "bridge": Method(other=("input.deal",), rests_on=(MONEY, CHIPS)),
    "drivers": Method(other=("input.cases",), rests_on=(r"^finance",)),
    "downside": Method(other=("input.cases",), rests_on=(r"^finance",)),
    "capital": Method(other=("input.money",), rests_on=(MONEY,)),
    "operation": Method(other=("input.money",), hourly=("price_usd_per_mwh",), rests_on=(MONEY,)),
    "cash": Method(other=("input.money",), rests_on=(MONEY, r"^workloads|^tenants")),
    "unit-cost": Method(other=("input.unit_costs",), rests_on=(MONEY, CHIPS)),
    "water-source": Method(
        hourly=("water_makeup_m3",), other=("input.water",), rests_on=(WATER, COOLING, PLACE)
    ),
    "water-rate": Method(
        hourly=("water_makeup_m3", "it_served_mw", "facility_served_mw"), rests_on=(WATER, COOLING, PLACE)
    ),
    "carbon": Method(hourly=("co2_fuel_t", "co2_grid_t"), rests_on=(CARBON, POWER)),
    "carbon-rate": Method(
        hourly=("co2_fuel_t", "co2_grid_t", "facility_served_mw"), rests_on=(CARBON, POWER)
    ),
    "nox": Method(hourly=("nox_kg",), other=("input.permits",), rests_on=(NOX,)),
    "residuals": Method(other=("input.ledger",)),
    "nodes": Method(other=("input.ledger",)),
}


def methods() -> dict[str, Any]:
    """Every method as plain data: words, inputs with unit and meaning, and patterns."""
    out: dict[str, Any] = {}
    for key, method in METHODS.items():
        inputs = [_input(name, *HOURLY[name], "table.hourly") for name in method.hourly]
        inputs += [_input(name, *DAILY[name], "table.daily") for name in method.daily]
        inputs += [
            {"name": "", "unit": "", "meaning": MESSAGES[other], "table": ""} for other in method.other
        ]
        out[key] = {
            "what": MESSAGES[f"method.{key}.what"],
            "formula": MESSAGES[f"method.{key}.formula"],
            "limits": MESSAGES[f"method.{key}.limits"],
            "inputs": inputs,
            "rests_on": list(method.rests_on),
        }
    return out


def _input(name: str, unit: str, meaning: str, table: str) -> dict[str, str]:
    return {"name": name, "unit": unit, "meaning": meaning, "table": MESSAGES[table]}
