"""Inputs and outputs of the System Advisor Model's Singleowner module, from JSON as PySAM exports them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

MAX_BYTES = 20_000_000

_CLASSES = r"(macrs_5|macrs_15|sl_5|sl_15|sl_20|sl_39|custom)"
_MONEY = r"(ibi|cbi|pbi)_(fed|sta|uti|oth)_(amount|percent|maxvalue|percent_maxvalue|term|escal|for_ds|"
_MONEY += r"tax_fed|tax_sta|deprbas_fed|deprbas_sta|amount_tax_(fed|sta)|percent_tax_(fed|sta)|"
_MONEY += r"amount_deprbas_(fed|sta)|percent_deprbas_(fed|sta))"
_SUPPORTED = re.compile(
    "^("
    + "|".join(
        (
            r"analysis_period|inflation_rate|real_discount_rate|federal_tax_rate|state_tax_rate",
            r"total_installed_cost|construction_financing_cost|cost_debt_(closing|fee)|cost_other_financing",
            r"debt_(option|percent)|payment_option|loan_moratorium|term_(tenor|int_rate)",
            r"dscr|dscr_limit_debt_fraction|dscr_maximum_debt_fraction|dscr_reserve_months",
            r"equip[123]_reserve_(cost|freq)|equip_reserve_depr_(fed|sta)|reserves_interest",
            r"months_(working|receivables)_reserve|salvage_percentage|system_capacity|insurance_rate",
            r"prop_tax_(assessed_decline|cost_assessed_percent)|property_tax_rate",
            r"om_(fixed|capacity|production|land_lease)(_escal)?|land_area|degradation",
            r"ppa_(price_input|escalation|soln_mode|soln_tolerance|soln_min|soln_max|soln_max_iterations)",
            r"ppa_multiplier_model|flip_target_(percent|year)",
            r"itc_(fed|sta)_(amount|percent|percent_maxvalue|(amount|percent)_deprbas_(fed|sta))",
            r"ptc_(fed|sta)_(amount|escal|term)",
            rf"depr_alloc_{_CLASSES}_percent|depr_bonus_(fed|sta)(_{_CLASSES})?",
            rf"depr_itc_(fed|sta)_{_CLASSES}|depr_custom_schedule|depr_(fed|sta)bas_method",
            _MONEY,
            r"gen|gen_without_battery",
            r"cp_(system_nameplate|capacity_payment_(amount|esc|type)|capacity_credit_percent)",
        )
    )
    + ")$"
)
# No part in the cash flows of what is supported here: retail rates, what a year's sum already tells, and
# values that only count beside an option that is refused.
_WITHOUT_EFFECT = re.compile(
    r"^(ur_.*|rate_escalation|en_electricity_rates|dispatch_.*|ppa_multipliers|system_pre_curtailment_kwac|"
    r"annual_energy_pre_curtailment_ac|cp_battery_nameplate|batt_salvage_percentage|om_fuel_cost_escal|"
    r"grid_curtailment_price_esc|om_(replacement_cost|opt_fuel_\d_cost|batt_replacement_cost)_escal|"
    r"system_recapitalization_(cost|escalation)|system_lifetime_recapitalize|system_heat_rate|ppa_soln_.*|"
    r"construction_.*_percent|mp_.*|lib_.*|TOU_.*|monthly_.*)$"
)


@dataclass(frozen=True, slots=True)
class SingleOwnerFile:
    """A file that was read."""

    name: str
    values: Mapping[str, float | tuple[float, ...]]
    """Inputs by the module's names; an hourly series by its sum."""
    outputs: Mapping[str, Any]
    """What the module gave."""


def read_single_owner(path: Path) -> SingleOwnerFile:
    """Read a file of Singleowner inputs and outputs.

    Raises
    ------
    InputError
        GW530: no such file of that kind; GW531: another module; GW532: inputs that are not supported, each
        by name.
    """
    try:
        raw = path.read_bytes()
        data = json.loads(raw[: MAX_BYTES + 1]) if len(raw) <= MAX_BYTES else None
    except (OSError, ValueError) as error:
        raise _problem("GW530", f"cannot be read: {error}", "give a JSON file", path) from None
    if not isinstance(data, dict) or not isinstance(data.get("inputs"), dict):
        raise _problem(
            "GW530", "holds no inputs of a financial model", "give module, inputs and outputs", path
        )
    module = data.get("module")
    if module != "Singleowner":
        raise _problem(
            "GW531",
            f"holds the module {str(module)[:60]!r}; only Singleowner is read",
            "give inputs and outputs of Singleowner",
            path,
        )
    flat, wrong = _flatten(data["inputs"])
    values, unsupported = _supported(flat)
    wrong += unsupported
    factor, refused = _time_of_delivery(flat)
    wrong += refused
    if wrong:
        raise InputError(
            Problem("GW532", text, "leave it out, or set it to its neutral value", file=str(path))
            for text in wrong
        )
    outputs = data.get("outputs")
    return SingleOwnerFile(
        path.name, {**values, "time_of_delivery": factor}, outputs if isinstance(outputs, dict) else {}
    )


def _problem(code: str, message: str, remedy: str, path: Path) -> InputError:
    return InputError(Problem(code, message, remedy, file=str(path)))


def _flatten(groups: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    flat: dict[str, Any] = {}
    wrong = []
    for group in groups.values():
        for name, value in group.items() if isinstance(group, dict) else ():
            if name in flat and flat[name] != value:
                wrong.append(f"{name} is given twice: {flat[name]!r} and {value!r}"[:200])
            flat[name] = value
    return flat, wrong


def _supported(flat: Mapping[str, Any]) -> tuple[dict[str, float | tuple[float, ...]], list[str]]:
    values: dict[str, float | tuple[float, ...]] = {}
    wrong = []
    for name, value in flat.items():
        if _SUPPORTED.match(name):
            read = _numbers(name, value)
            if read is None:
                wrong.append(f"{name} is {str(value)[:60]!r}; a number or a list of numbers is expected")
            else:
                values[name] = read
        elif not _WITHOUT_EFFECT.match(name) and _has_effect(value):
            wrong.append(f"{name} = {str(value)[:60]} is not supported")
    for name, needed in (("analysis_period", 1.0), ("total_installed_cost", 0.0), ("gen", None)):
        found = values.get(name)
        if found is None or (needed is not None and isinstance(found, float) and found < needed):
            wrong.append(f"{name} is missing, or below {needed}")
    return values, wrong


def _numbers(name: str, value: Any) -> float | tuple[float, ...] | None:
    if isinstance(value, dict) and isinstance(value.get("_sum"), int | float):
        return float(value["_sum"])
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list) and value and all(isinstance(v, int | float) for v in value):
        if name.startswith("gen"):
            return None if min(value) < 0.0 else float(sum(value))
        return tuple(float(v) for v in value)
    return None


def _has_effect(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value.get("_sum", 1.0))
    if isinstance(value, list):
        return any(_has_effect(item) for item in value)
    return value not in (0, 0.0, None, "", False)


def _time_of_delivery(flat: Mapping[str, Any]) -> tuple[float, list[str]]:
    """One multiplier for every hour, or a refusal by name."""
    if flat.get("ppa_multiplier_model", 0.0) == 1.0:
        name, given = "dispatch_factors_ts", flat.get("dispatch_factors_ts")
        if isinstance(given, dict):  # a sum alone cannot prove a flat series: ones are taken for granted
            length, total = given.get("_omitted_len", 0), given.get("_sum", 0.0)
            return 1.0, [] if length and total == length else [f"{name} is not flat: it adds up to {total}"]
        factors = set(given) if isinstance(given, list) else {1.0}
    else:
        name = "dispatch_tod_factors"
        factors = set(_used_factors(flat))
    if len(factors) > 1:
        return 1.0, [f"{name} is not flat: it holds {len(factors)} different multipliers"]
    return float(factors.pop()) if factors else 1.0, []


def _used_factors(flat: Mapping[str, Any]) -> list[float]:
    factors = flat.get("dispatch_tod_factors")
    if not isinstance(factors, list):
        return [1.0]
    used = {
        int(period)
        for name in ("dispatch_sched_weekday", "dispatch_sched_weekend")
        for row in flat.get(name) or []
        for period in row
    }
    return [float(factors[p - 1]) for p in used if 0 < p <= len(factors)] or [float(f) for f in factors]
