"""A yearly project-finance model in the conventions of the System Advisor Model's Singleowner module.

It stands beside the monthly deal so that our pieces can be held against a well-known model. Its
conventions are kept here and nowhere else: the base of the gearing cap is an estimate made before debt
is known (cost before financing, the fee taken on that whole cost, no debt-service reserve), so that a cap
of 70 % comes out at some 65 % of the final installed cost; losses are paid back by the tax office in
their year; interest on reserves is on the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.debt import annuity, discount_path
from gigawatt.finance.returns import irr, npv
from gigawatt.finance.singleowner_irr import reported_irr
from gigawatt.finance.singleowner_price import PriceSearch
from gigawatt.finance.singleowner_project import GIVERS, Project
from gigawatt.finance.singleowner_tax import Values, number, series

Array = NDArray[np.float64]

NO_COVER = float(np.finfo(np.float64).max)
"""What that module gives as the least cover ratio where there is no debt."""


@dataclass(slots=True)
class SingleOwnerResult:
    """Results under the names that the Singleowner module gives them."""

    scalars: dict[str, float] = field(default_factory=dict)
    yearly: dict[str, Array] = field(default_factory=dict)
    """By name, shape (years + 1,): year 0 first."""


def single_owner(values: Values) -> SingleOwnerResult:
    """Run the yearly model.

    Parameters
    ----------
    values
        Inputs by the Singleowner module's names, as
        :func:`gigawatt.finance.readers.singleowner.read_single_owner` gives them.

    Returns
    -------
    SingleOwnerResult
        Money in USD, rates in per cent, prices in US cents for each kilowatt-hour, as that module has them.

    References
    ----------
    System Advisor Model, ssc, cmod_singleowner.cpp and common_financial.cpp (BSD 3-clause): equations.
    """
    if number(values, "ppa_soln_mode", 1.0) == 0.0:
        return _solved_price(values)
    price = series(values, "ppa_price_input")
    return _Model(values).run(price)


def _solved_price(values: Values) -> SingleOwnerResult:
    """Price at which the return by a target year is the target, to that module's own stopping rule."""
    model = _Model(values)
    target = number(values, "flip_target_percent")
    year = int(min(number(values, "flip_target_year"), model.years))
    stop = number(values, "ppa_soln_tolerance", 1e-5)
    search = PriceSearch(number(values, "ppa_soln_min"), number(values, "ppa_soln_max", 100.0), stop)
    result = model.run((0.0,))
    for _ in range(int(number(values, "ppa_soln_max_iterations", 100.0))):
        price = search.next_price()
        if price < 0.0:
            break
        result = model.run((price / 100.0,))
        flows = result.yearly["cf_project_return_aftertax"][: year + 1]
        away = abs(100.0 * reported_irr(flows) - target) / max(target, 1.0)
        worth = float(npv(flows, target / 100.0))
        if away < stop or search.is_narrow() or abs(worth) < stop:
            break
        search.learn(worth)
    return result


class _Model(Project):
    """The project with a price and its debt."""

    def run(self, price_usd: tuple[float, ...]) -> SingleOwnerResult:
        rows = dict(self.rows)
        self._revenue(rows, price_usd)
        debt = self._debt(rows)
        installed = self._installed(rows, debt)
        self.estimate = installed  # a search for the price goes on from here, as in that module
        self._flows(rows, debt, installed)
        return self._results(rows, debt, installed, price_usd)

    def _revenue(self, rows: dict[str, Array], price: tuple[float, ...]) -> None:
        cents = np.zeros(self.years + 1)
        if len(price) == 1:
            grown = 1.0 + number(self.values, "ppa_escalation") * 0.01
            cents[1:] = price[0] * 100.0 * grown ** (self.index[1:] - 1)
        else:
            cents[1 : len(price) + 1] = np.array(price[: self.years]) * 100.0
        rows["cf_ppa_price"] = cents
        rows["cf_energy_value"] = cents / 100.0 * self.energy * number(self.values, "time_of_delivery", 1.0)
        serving = np.asarray(sum(self.serves[g] * self.pbi[g] for g in GIVERS))
        rows["cf_total_revenue"] = (
            rows["cf_energy_value"] + rows["cf_capacity_payment"] + serving + rows["cf_net_salvage_value"]
        )
        rows["cf_ebitda"] = rows["cf_total_revenue"] - rows["cf_operating_expenses"]
        sold = rows["cf_energy_value"] + rows["cf_capacity_payment"]
        own = self.rows
        self._account("receivables", number(self.values, "months_receivables_reserve") / 12.0 * sold)
        for part in ("reserve", "funding", "disbursement"):
            rows[f"cf_{part}_receivables"] = own.pop(f"cf_{part}_receivables")

    def _debt(self, rows: dict[str, Array]) -> float:
        get = self.values
        tenor = min(int(number(get, "term_tenor")), self.years)
        rate = number(get, "term_int_rate") * 0.01
        funding = np.asarray(
            sum(rows[f"cf_funding_{name}"] for name in ("equip1", "equip2", "equip3", "receivables"))
        )
        cash = np.where(self.index <= tenor, rows["cf_ebitda"] - funding, 0.0)
        rows["cf_cash_for_ds"] = cash
        factor = np.zeros(self.years + 1)
        if tenor:
            factor[1 : tenor + 1] = discount_path(rate, tenor)
        factor[0] = 1.0 / (1.0 + rate)
        rows["cf_pv_interest_factor"] = factor
        rows["cf_pv_cash_for_ds"] = factor * cash
        for name in ("interest", "principal", "total"):
            rows[f"cf_debt_payment_{name}"] = np.zeros(self.years + 1)
        rows["cf_debt_balance"] = np.zeros(self.years + 1)
        rows["cf_debt_size"] = np.zeros(self.years + 1)
        if number(get, "debt_option", 1.0) == 1.0:
            return self._sculpted(rows, cash, tenor, rate)
        return self._given_share(rows, rate)

    def _sculpted(self, rows: dict[str, Array], cash: Array, tenor: int, rate: float) -> float:
        get = self.values
        ratio = number(get, "dscr", 1.5)
        # Year 0's cash is the reserve for receivables: the module counts it in the sum, at one year's factor.
        size = float(rows["cf_pv_cash_for_ds"].sum()) / ratio if ratio else 0.0
        cap = number(get, "dscr_maximum_debt_fraction", 100.0) * 0.01
        limited = number(get, "dscr_limit_debt_fraction") and cap > 0.0 and self.estimate > 0.0
        if limited and (abs(size) > self.estimate * cap or size < 0.0):
            ratio = size / (self.estimate * cap) * ratio
        payable = rows["cf_pv_cash_for_ds"] / ratio if ratio > 0.0 else np.zeros(self.years + 1)
        rows["cf_debt_size"] = payable
        debt = float(payable.sum())
        rows["cf_debt_balance"][0] = debt
        left = debt
        for year in range(1, tenor + 1):
            interest = left * rate
            total = float(cash[year]) / ratio if ratio else interest
            rows["cf_debt_payment_interest"][year] = interest
            rows["cf_debt_payment_total"][year] = total
            rows["cf_debt_payment_principal"][year] = total - interest
            left -= total - interest
            rows["cf_debt_balance"][year] = left
        self._debt_reserve(rows, int(number(get, "term_tenor")))
        return debt

    def _given_share(self, rows: dict[str, Array], rate: float) -> float:
        get = self.values
        share = number(get, "debt_percent", 50.0) * 0.01
        tenor, wait = int(number(get, "term_tenor")), int(number(get, "loan_moratorium"))
        level = number(get, "payment_option") == 1.0
        base = self.cost + self.construction + self.closing + self.other - self.granted
        base += float(rows["cf_reserve_om"][0])
        months = number(get, "dscr_reserve_months", 6.0)
        periods = tenor - wait

        def principal_of(loan: float, interest: float) -> float:
            if periods <= 0:
                return 0.0
            if level:
                return loan / periods
            return float(annuity(loan, rate, periods).service_usd[0]) - interest

        installed = base * (1.0 + share * self.fee)
        loan, old = share * installed, 0.0
        for _ in range(10):  # the module stops here too, at a thousandth of a dollar
            first = principal_of(loan, loan * rate) if wait < 1 else 0.0
            reserve = months / 12.0 * (first + loan * rate)
            installed = (base + reserve) * (1.0 + share * self.fee)
            loan = share * installed
            if abs(reserve - old) <= 1e-3:
                break
            old = reserve
        loan = loan if tenor else 0.0
        left = loan
        rows["cf_debt_balance"][0] = loan
        for year in range(1, self.years + 1):
            interest = left * rate if year <= tenor else 0.0
            paid = principal_of(loan, interest) if wait < year <= tenor else 0.0
            rows["cf_debt_payment_interest"][year] = interest
            rows["cf_debt_payment_principal"][year] = paid
            left -= paid
            rows["cf_debt_balance"][year] = left
        rows["cf_debt_payment_total"] = rows["cf_debt_payment_interest"] + rows["cf_debt_payment_principal"]
        rows["cf_debt_size"] = rows["cf_debt_payment_principal"]
        self._debt_reserve(rows, tenor)
        return float(rows["cf_debt_size"].sum())

    def _debt_reserve(self, rows: dict[str, Array], tenor: int) -> None:
        last = min(tenor, self.years)
        service = rows["cf_debt_payment_principal"] + rows["cf_debt_payment_interest"]
        reserve = np.zeros(self.years + 1)
        reserve[:last] = number(self.values, "dscr_reserve_months", 6.0) / 12.0 * service[1 : last + 1]
        funding = np.zeros(self.years + 1)
        funding[:last] = np.diff(reserve[:last], prepend=0.0)
        back = np.zeros(self.years + 1)
        # Where debt is a share of cost, the module keeps the reserve of a loan of one year.
        shortest = 1 if number(self.values, "debt_option", 1.0) == 1.0 else 2
        if shortest <= tenor <= self.years:
            back[tenor] = -reserve[tenor - 1]
        rows["cf_reserve_debtservice"] = reserve
        rows["cf_funding_debtservice"] = funding
        rows["cf_disbursement_debtservice"] = back

    def _installed(self, rows: Mapping[str, Array], debt: float) -> float:
        reserves = sum(float(rows[f"cf_reserve_{name}"][0]) for name in ("debtservice", "om", "receivables"))
        financing = self.closing + self.fee * debt + self.other + self.construction + reserves
        return self.cost + financing - self.granted

    def _flows(self, rows: dict[str, Array], debt: float, installed: float) -> None:
        accounts = ("debtservice", "om", "receivables", "equip1", "equip2", "equip3")
        reserves = np.asarray(sum(rows[f"cf_reserve_{name}"] for name in accounts))
        rows["cf_reserve_total"] = reserves
        earned = np.zeros(self.years + 1)
        earned[1:] = number(self.values, "reserves_interest") * 0.01 * reserves[:-1]
        rows["cf_reserve_interest"] = earned
        equity = installed - debt
        beside = np.asarray(sum((1.0 - self.serves[g]) * self.pbi[g] for g in GIVERS))
        operating = rows["cf_ebitda"] + earned - rows["cf_debt_payment_interest"] + beside
        names = {"debtservice": "dsra", "om": "wcra", "receivables": "receivablesra"}
        names |= {f"equip{k}": f"me{k}ra" for k in (1, 2, 3)}
        for account, name in names.items():
            rows[f"cf_project_{name}"] = -rows[f"cf_funding_{account}"] - rows[f"cf_disbursement_{account}"]
        rows["cf_project_ra"] = np.asarray(sum(rows[f"cf_project_{name}"] for name in names.values()))
        for k in (1, 2, 3):
            rows[f"cf_project_me{k}cs"] = rows[f"cf_disbursement_equip{k}"]
        rows["cf_project_mecs"] = np.asarray(sum(rows[f"cf_project_me{k}cs"] for k in (1, 2, 3)))
        investing = rows["cf_project_ra"] + rows["cf_project_mecs"]
        investing[0] += -installed + sum(
            float(rows[f"cf_reserve_{name}"][0]) for name in ("debtservice", "om", "receivables")
        )
        financing = -rows["cf_debt_payment_principal"]
        financing[0] += equity + debt
        rows["cf_project_operating_activities"] = operating
        rows["cf_project_investing_activities"] = investing
        rows["cf_project_financing_activities"] = financing
        rows["cf_pretax_cashflow"] = operating + investing + financing
        pretax = rows["cf_pretax_cashflow"].copy()
        pretax[0] -= equity
        rows["cf_project_return_pretax"] = rows["cf_project_return_aftertax_cash"] = pretax
        self._tax(rows)

    def _tax(self, rows: dict[str, Array]) -> None:
        before = rows["cf_ebitda"] + rows["cf_reserve_interest"] - rows["cf_debt_payment_interest"]
        later = self.index > 0
        for side in ("sta", "fed"):
            own = self.sides[side]
            income = before - own.depreciation
            if side == "fed":
                income = income + rows["cf_statax"] + rows["cf_ptc_sta"] + self.sides["sta"].credit
            income = np.where(later, income, 0.0)
            whole = income + rows[f"cf_{side}tax_taxable_incentives"]
            share = rows["cf_federal_tax_frac" if side == "fed" else "cf_state_tax_frac"]
            rows[f"cf_{side}tax_income_prior_incentives"] = income
            rows[f"cf_{side}tax_income_with_incentives"] = whole
            rows[f"cf_{side}tax"] = -share * whole
            rows[f"cf_{side}depr_total"] = own.depreciation
            rows[f"cf_itc_{side}"] = own.credit
            for kind, row in own.by_class.items():
                rows[f"cf_{side}depr_{kind}"] = row
            for k in (1, 2, 3):
                rows[f"cf_{side}depr_me{k}"] = own.equipment[k - 1]
        rows["cf_itc_total"] = rows["cf_itc_fed"] + rows["cf_itc_sta"]
        rows["cf_project_return_aftertax"] = (
            rows["cf_project_return_pretax"]
            + rows["cf_ptc_fed"]
            + rows["cf_ptc_sta"]
            + rows["cf_statax"]
            + rows["cf_fedtax"]
            + rows["cf_itc_total"]
        )

    def _annual_costs(self, rows: Mapping[str, Array], equity: float) -> Array:
        plus = ("pbi_total", "statax", "fedtax", "ptc_fed", "ptc_sta", "reserve_interest",
                "net_salvage_value", "itc_total")  # fmt: skip
        minus = ("debt_payment_interest", "debt_payment_principal", "operating_expenses", "funding_equip1",
                 "funding_equip2", "funding_equip3", "funding_om", "funding_receivables",
                 "funding_debtservice", "disbursement_debtservice", "disbursement_om")  # fmt: skip
        costs = np.asarray(sum(rows[f"cf_{n}"] for n in plus) - sum(rows[f"cf_{n}"] for n in minus))
        costs[0] = -equity
        return costs

    def _results(
        self, rows: dict[str, Array], debt: float, installed: float, price: tuple[float, ...]
    ) -> SingleOwnerResult:
        real = number(self.values, "real_discount_rate") * 0.01
        nominal = (1.0 + self.inflation) * (1.0 + real) - 1.0
        equity = installed - debt
        service = rows["cf_debt_payment_total"]
        rows["cf_pretax_dscr"] = np.divide(
            rows["cf_cash_for_ds"], service, out=np.zeros(self.years + 1), where=service != 0.0
        )
        rows["cf_annual_costs"] = self._annual_costs(rows, equity)
        after = rows["cf_project_return_aftertax"]
        for kind in ("aftertax", "pretax"):
            flows = rows[f"cf_project_return_{kind}"]
            rows[f"cf_project_return_{kind}_irr"] = np.array(
                [100.0 * reported_irr(flows[: n + 1]) for n in self.index]
            )
        rate = float(rows["cf_project_return_aftertax_irr"][-1])
        worth = np.array([float(npv(after[: n + 1], nominal)) for n in self.index])
        rows["cf_project_return_aftertax_npv"] = worth
        rows["cf_project_return_pretax_npv"] = np.array(
            [float(npv(rows["cf_project_return_pretax"][: n + 1], nominal)) for n in self.index]
        )
        ratios = rows["cf_pretax_dscr"][1:]
        energy_nominal, energy_real = (float(npv(rows["cf_energy_sales"], r)) for r in (nominal, real))
        costs = -float(npv(rows["cf_annual_costs"], nominal))
        revenue = float(npv(rows["cf_energy_value"], nominal))
        financing = installed - self.cost + self.granted
        scalars = {
            "project_return_aftertax_irr": rate,
            "analysis_period_irr": rate,
            "exact_irr": 100.0 * float(irr(after).rate_frac[0]),
            "project_return_aftertax_npv": float(worth[-1]),
            "size_of_debt": debt,
            "size_of_equity": equity,
            "issuance_of_equity": equity,
            "debt_fraction": 100.0 * debt / installed if installed > 0.0 else 0.0,
            "cost_prefinancing": self.cost,
            "cost_installed": installed,
            "cost_financing": financing,
            "cost_debt_upfront": self.fee * debt,
            "min_dscr": float(ratios[ratios != 0.0].min()) if np.any(ratios != 0.0) else NO_COVER,
            "pv_cafds": float(rows["cf_pv_cash_for_ds"].sum()),
            "cash_for_debt_service": float(rows["cf_cash_for_ds"].sum()),
            "npv_annual_costs": costs,
            "npv_ppa_revenue": revenue,
            "npv_energy_nom": energy_nominal,
            "npv_energy_real": energy_real,
            "nominal_discount_rate": nominal,
            "ppa": price[0] * 100.0,
            "itc_total": float(rows["cf_itc_total"].sum()),
        }
        for name, energy in (("nom", energy_nominal), ("real", energy_real)):
            if energy:
                scalars[f"lcoe_{name}"] = 100.0 * costs / energy
                scalars[f"lppa_{name}"] = 100.0 * revenue / energy
        return SingleOwnerResult(scalars, rows)
