"""Credits and depreciation as the System Advisor Model's Singleowner module lays them out, by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.depreciation import yearly_shares

Array = NDArray[np.float64]
Values = Mapping[str, float | tuple[float, ...]]

CLASSES = ("macrs_5", "macrs_15", "sl_5", "sl_15", "sl_20", "sl_39", "custom")
_GIVERS = ("fed", "sta", "uti", "oth")


@dataclass(frozen=True, slots=True)
class TaxSide:
    """What one tax authority, federal or state, allows; arrays of shape (years + 1,)."""

    depreciation: Array
    by_class: Mapping[str, Array]
    equipment: tuple[Array, Array, Array]
    credit: Array


def number(values: Values, name: str, default: float = 0.0) -> float:
    """Read one number; a series of one counts as one."""
    value = values.get(name, default)
    if isinstance(value, tuple):
        return value[0] if value else default
    return value


def series(values: Values, name: str) -> tuple[float, ...]:
    """Read a series; one number counts as a series of one."""
    value = values.get(name, (0.0,))
    return value if isinstance(value, tuple) else (value,)


def shares_of(values: Values, kind: str, years: int) -> Array:
    """Share of the basis by year, shape (years + 1,), with nothing in year 0."""
    shares = np.zeros(years + 1)
    if kind == "custom":
        given = tuple(share / 100.0 for share in series(values, "depr_custom_schedule"))
    else:
        method, life = kind.split("_")
        given = yearly_shares("macrs" if method == "macrs" else "straight_line", int(life))
    shares[1 : len(given) + 1] = given[:years]
    return shares


def _reduction(values: Values, side: str, ibi: Mapping[str, float], cbi: Mapping[str, float]) -> float:
    """Incentives paid on investment that lower the basis."""
    total = 0.0
    for giver in _GIVERS:
        for kind in ("amount", "percent"):
            total += number(values, f"ibi_{giver}_{kind}_deprbas_{side}") * ibi[f"{giver}_{kind}"]
        total += number(values, f"cbi_{giver}_deprbas_{side}") * cbi[giver]
    return total


def _credit(values: Values, side: str, qualifying: float, years: int) -> tuple[Array, float, float]:
    """Investment credit by year, and the totals of its fixed part and of its percentage."""
    fixed, percent, cap = np.zeros(years + 1), np.zeros(years + 1), np.zeros(years + 1)
    amounts = series(values, f"itc_{side}_amount")[:years]
    fixed[1 : len(amounts) + 1] = amounts
    rates = series(values, f"itc_{side}_percent")[:years]
    percent[1 : len(rates) + 1] = np.array(rates) * 0.01 * qualifying
    caps = series({**values}, f"itc_{side}_percent_maxvalue")[:years]
    cap[1:] = caps[0] if len(caps) == 1 else (*caps, *[0.0] * (years - len(caps)))
    percent = np.minimum(percent, cap)
    return fixed + percent, float(fixed.sum()), float(percent.sum())


def tax_sides(
    values: Values,
    years: int,
    basis: float,
    ibi: Mapping[str, float],
    cbi: Mapping[str, float],
    equipment_spent: tuple[Array, Array, Array],
) -> dict[str, TaxSide]:
    """Lay out depreciation and credits of both sides ('fed' and 'sta').

    Half of a credit comes off the basis of the classes it was given for; bonus depreciation comes next;
    the rest is written off along the class's shares.

    References
    ----------
    System Advisor Model, common_financial.cpp (itc_and_depreciation_calculations), ssc.
    """
    given = {kind: number(values, f"depr_alloc_{kind}_percent") * 0.01 for kind in CLASSES}
    total = sum(given.values())
    share = {kind: (part / total if total > 0.0 else 0.0) for kind, part in given.items()}
    allocated = {kind: share[kind] * total * basis for kind in CLASSES}
    before: dict[str, dict[str, float]] = {}
    disallowed: dict[str, dict[str, dict[str, float]]] = {}
    credit_of: dict[str, Array] = {}
    for side in ("fed", "sta"):
        own = share
        if number(values, f"depr_{side}bas_method", 1.0) == 0.0:
            own = {kind: float(kind == "macrs_5") for kind in CLASSES}
        lost = _reduction(values, side, ibi, cbi)
        before[side] = {kind: allocated[kind] - own[kind] * lost for kind in CLASSES}
        qualifying = {k: number(values, f"depr_itc_{side}_{k}") * before[side][k] for k in CLASSES}
        whole = sum(qualifying.values())
        credit_of[side], fixed, percent = _credit(values, side, whole, years)
        part = {k: (q / whole if whole > 0.0 else 0.0) for k, q in qualifying.items()}
        disallowed[side] = {
            "amount": {k: 0.5 * part[k] * fixed for k in CLASSES},
            "percent": {k: 0.5 * part[k] * percent for k in CLASSES},
        }
    sides = {}
    for side in ("fed", "sta"):
        left = dict(before[side])
        for giver, kinds in disallowed.items():
            for kind, lost_by_class in kinds.items():
                counts = number(values, f"itc_{giver}_{kind}_deprbas_{side}")
                left = {k: left[k] - counts * lost_by_class[k] for k in CLASSES}
        sides[side] = _side(values, side, years, left, credit_of[side], equipment_spent)
    return sides


def _side(
    values: Values,
    side: str,
    years: int,
    basis: Mapping[str, float],
    credit: Array,
    equipment_spent: tuple[Array, Array, Array],
) -> TaxSide:
    bonus_share = number(values, f"depr_bonus_{side}") * 0.01
    by_class = {}
    bonus = 0.0
    for kind in CLASSES:
        first = number(values, f"depr_bonus_{side}_{kind}") * bonus_share * basis[kind]
        bonus += first
        by_class[kind] = shares_of(values, kind, years) * (basis[kind] - first)
    kind = CLASSES[int(number(values, f"equip_reserve_depr_{side}"))]
    shares = shares_of(values, kind, years)
    equipment = tuple(_written_off(spent, shares, years) for spent in equipment_spent)
    total = np.asarray(sum(by_class.values())) + np.asarray(sum(equipment))
    total[1] += bonus
    return TaxSide(total, by_class, (equipment[0], equipment[1], equipment[2]), credit)


def _written_off(spent: Array, shares: Array, years: int) -> Array:
    off = np.zeros(years + 1)
    for year in np.flatnonzero(spent):
        off[year:] += spent[year] * shares[1 : years - year + 2]
    return off
