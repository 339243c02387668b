"""A Singleowner project as far as neither price nor debt matters: energy, incentives, costs, tax bases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.singleowner_tax import Values, number, series, tax_sides

Array = NDArray[np.float64]

GIVERS = ("fed", "sta", "uti", "oth")
"""Who grants incentives: federal, state, utility, other."""


class Project:
    """One project: what does not depend on the price is worked out once."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.years = int(number(values, "analysis_period"))
        self.index = np.arange(self.years + 1)
        self.inflation = number(values, "inflation_rate") * 0.01
        self.cost = number(values, "total_installed_cost")
        self.construction = number(values, "construction_financing_cost")
        self.other = number(values, "cost_other_financing")
        self.closing = number(values, "cost_debt_closing")
        self.fee = number(values, "cost_debt_fee") * 0.01
        self.rows: dict[str, Array] = {}
        self._energy()
        self._incentives()
        self._operation()
        self._equipment()
        self.sides = tax_sides(
            values,
            self.years,
            self.cost + self.construction + self.other,
            self.ibi,
            self.cbi,
            (self.spent[0], self.spent[1], self.spent[2]),
        )
        self.estimate = self._estimated_cost()

    def _by_year(self, name: str, scale: float = 1.0, escalation: str | None = None) -> Array:
        """One number that escalates with inflation, or a schedule as it stands."""
        given = series(self.values, name)
        row = np.zeros(self.years + 1)
        if len(given) == 1:
            grown = self.inflation + (number(self.values, escalation) * 0.01 if escalation else 0.0)
            row[1:] = given[0] * scale * (1.0 + grown) ** (self.index[1:] - 1)
        else:
            row[1 : len(given) + 1] = np.array(given[: self.years]) * scale
        return row

    def _flat(self, name: str, scale: float = 1.0) -> Array:
        given = series(self.values, name)
        row = np.zeros(self.years + 1)
        if len(given) == 1:
            row[1:] = given[0] * scale
        else:
            row[1 : len(given) + 1] = np.array(given[: self.years]) * scale
        return row

    def _energy(self) -> None:
        wear = series(self.values, "degradation")
        kept = np.zeros(self.years + 1)
        if len(wear) == 1:
            kept[1:] = (1.0 - wear[0] / 100.0) ** (self.index[1:] - 1)
        else:
            kept[1 : len(wear) + 1] = 1.0 - np.array(wear[: self.years]) / 100.0
        self.energy = number(self.values, "gen") * kept
        self.produced = number(self.values, "gen_without_battery", number(self.values, "gen")) * kept
        capacity = self._flat("cp_capacity_payment_amount")
        if len(series(self.values, "cp_capacity_payment_amount")) == 1:
            grown = 1.0 + number(self.values, "cp_capacity_payment_esc") * 0.01
            capacity[1:] *= grown ** (self.index[1:] - 1)
        if number(self.values, "cp_capacity_payment_type") == 0.0:
            # The module takes the system's capacity; the nameplate that is given beside it is not read.
            megawatts = number(self.values, "system_capacity") / 1000.0
            capacity = capacity * self._flat("cp_capacity_credit_percent", 0.01) * megawatts
        self.rows |= {
            "cf_energy_net": self.energy,
            "cf_energy_sales": self.energy,
            "cf_energy_without_battery": self.produced,
            "cf_capacity_payment": capacity,
            "cf_federal_tax_frac": self._flat("federal_tax_rate", 0.01),
            "cf_state_tax_frac": self._flat("state_tax_rate", 0.01),
        }
        state, federal = self.rows["cf_state_tax_frac"], self.rows["cf_federal_tax_frac"]
        self.rows["cf_effective_tax_frac"] = state + (1.0 - state) * federal

    def _production(self, name: str, *, rounded: bool) -> Array:
        given = series(self.values, f"{name}_amount")
        row = np.zeros(self.years + 1)
        if len(given) > 1:
            row[1 : len(given) + 1] = np.array(given[: self.years]) * self.energy[1 : len(given) + 1]
            return row
        term = int(number(self.values, f"{name}_term"))
        each = given[0] * (1.0 + number(self.values, f"{name}_escal") * 0.01) ** (self.index[1:] - 1)
        if rounded:  # to whole USD a megawatt-hour
            each = np.trunc(np.round(1000.0 * each, 9) + 0.5) / 1000.0
        row[1:] = np.where(self.index[1:] <= term, each * self.energy[1:], 0.0)
        return row

    def _incentives(self) -> None:
        get = self.values
        self.ibi: dict[str, float] = {}
        self.cbi: dict[str, float] = {}
        nameplate = number(get, "system_capacity")
        for giver in GIVERS:
            self.ibi[f"{giver}_amount"] = number(get, f"ibi_{giver}_amount")
            self.ibi[f"{giver}_percent"] = min(
                number(get, f"ibi_{giver}_percent") * 0.01 * self.cost,
                number(get, f"ibi_{giver}_percent_maxvalue", 1e38),
            )
            self.cbi[giver] = min(
                1000.0 * nameplate * number(get, f"cbi_{giver}_amount"),
                number(get, f"cbi_{giver}_maxvalue", 1e38),
            )
        self.granted = sum(self.ibi.values()) + sum(self.cbi.values())
        pbi = {giver: self._production(f"pbi_{giver}", rounded=False) for giver in GIVERS}
        self.serves = {giver: number(get, f"pbi_{giver}_for_ds") for giver in GIVERS}
        self.pbi = pbi
        for giver in GIVERS:
            self.rows[f"cf_pbi_total_{giver}"] = pbi[giver]
        self.rows["cf_pbi_total"] = np.asarray(sum(pbi.values()))
        for side in ("fed", "sta"):
            self.rows[f"cf_ptc_{side}"] = self._production(f"ptc_{side}", rounded=True)
            taxed = np.zeros(self.years + 1)
            for giver in GIVERS:
                counts = number(get, f"pbi_{giver}_tax_{side}") * (1.0 - self.serves[giver])
                taxed = taxed + counts * pbi[giver]
            self.rows[f"cf_pbi_{side}tax_total"] = taxed.copy()
            taxed[1] += sum(number(get, f"cbi_{g}_tax_{side}") * self.cbi[g] for g in GIVERS)
            taxed[1] += sum(
                number(get, f"ibi_{g}_{kind}_tax_{side}") * self.ibi[f"{g}_{kind}"]
                for g in GIVERS
                for kind in ("amount", "percent")
            )
            self.rows[f"cf_{side}tax_taxable_incentives"] = taxed

    def _operation(self) -> None:
        get = self.values
        rows = self.rows
        rows["cf_om_fixed_expense"] = self._by_year("om_fixed", 1.0, "om_fixed_escal")
        rows["cf_om_production_expense"] = (
            self._by_year("om_production", 0.001, "om_production_escal") * self.produced
        )
        rows["cf_om_capacity_expense"] = self._by_year(
            "om_capacity", number(get, "system_capacity"), "om_capacity_escal"
        )
        rows["cf_land_lease_expense"] = self._by_year(
            "om_land_lease", number(get, "land_area"), "om_land_lease_escal"
        )
        assessed = self.cost * number(get, "prop_tax_cost_assessed_percent", 100.0) * 0.01
        left = 100.0 - (self.index - 1) * number(get, "prop_tax_assessed_decline")
        value = np.where(self.index > 0, np.maximum(left, 0.0) * 0.01 * assessed, 0.0)
        rows["cf_property_tax_assessed_value"] = value
        rows["cf_property_tax_expense"] = value * number(get, "property_tax_rate") * 0.01
        insured = self.cost * number(get, "insurance_rate") * 0.01
        rows["cf_insurance_expense"] = np.where(
            self.index > 0, insured * (1.0 + self.inflation) ** np.maximum(self.index - 1, 0), 0.0
        )
        rows["cf_operating_expenses"] = np.asarray(
            sum(rows[name] for name in rows if name.endswith("_expense"))
        )
        salvage = np.zeros(self.years + 1)
        salvage[-1] = number(get, "salvage_percentage") * 0.01 * self.cost
        rows["cf_net_salvage_value"] = salvage
        self._account("om", number(get, "months_working_reserve") / 12.0 * rows["cf_operating_expenses"])

    def _account(self, name: str, needed: Array) -> None:
        """Fill a reserve with what the year after needs; give it back in the last year."""
        reserve = np.zeros(self.years + 1)
        reserve[:-1] = needed[1:]
        funding = np.diff(reserve, prepend=0.0)
        funding[-1] = 0.0
        back = np.zeros(self.years + 1)
        back[-1] = -reserve[-2]
        self.rows[f"cf_reserve_{name}"] = reserve
        self.rows[f"cf_funding_{name}"] = funding
        self.rows[f"cf_disbursement_{name}"] = back

    def _equipment(self) -> None:
        nameplate = number(self.values, "system_capacity") * 1000.0
        self.spent: list[Array] = []
        for slot in (1, 2, 3):
            cost = number(self.values, f"equip{slot}_reserve_cost") * nameplate
            every = int(number(self.values, f"equip{slot}_reserve_freq"))
            funding, spent = np.zeros(self.years + 1), np.zeros(self.years + 1)
            for due in range(every, self.years + 1, every) if every else ():
                price = cost * (1.0 + self.inflation) ** (due - 1)
                funding[due - every + 1 : due + 1] = price / every
                spent[due] = price
            self.spent.append(spent)
            self.rows[f"cf_funding_equip{slot}"] = funding
            self.rows[f"cf_disbursement_equip{slot}"] = -spent
            self.rows[f"cf_reserve_equip{slot}"] = np.cumsum(funding - spent)

    def _estimated_cost(self) -> float:
        """Installed cost as it is guessed before the debt is known: the gearing cap's base."""
        return (
            self.cost
            + self.closing
            + self.fee * self.cost
            + self.other
            + self.construction
            + float(self.rows["cf_reserve_om"][0])
            - self.granted
        )
