"""Results of a deal: what a lender and an investor look at, and statements that close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.accounts import residuals
from gigawatt.finance.deal.capital import Equity
from gigawatt.finance.deal.covenants import covenant_events, covenant_summary
from gigawatt.finance.deal.drivers import Drivers
from gigawatt.finance.deal.engine import Flows, simulate
from gigawatt.finance.deal.financing import Financing, arrange
from gigawatt.finance.deal.inputs import Deal
from gigawatt.finance.deal.loans import steps_by_month
from gigawatt.finance.deal.plan import Plan, lay_out
from gigawatt.finance.deal.terms import Reserves
from gigawatt.finance.levelised import own_or_rent, recovery, runway_months
from gigawatt.finance.returns import Irr, irr, moic, npv, payback_years

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statement:
    """A deal that was run; money in USD of the deal's basis."""

    deal: Deal
    plan: Plan = field(repr=False)
    financing: Financing = field(repr=False)
    flows: Flows = field(repr=False)
    sources_usd: Mapping[str, float]
    uses_usd: Mapping[str, float]
    debt_usd: float
    """Opening amounts of all loans at completion."""
    binding_limit: str
    irr: Irr
    """To common owners, vendors among them; every root."""
    unlevered: Irr
    """Of the same assets without any loan."""
    npv_usd: float
    moic: float
    payback_years: float
    average_life_years: float
    min_dscr: float
    avg_dscr: float
    llcr: float
    plcr: float
    lcoc_usd_per_gpu_h: float
    lcoc_parts: Mapping[str, float]
    usd_per_m_tokens: float
    market_usd_per_gpu_h: float
    """Of renting the same; a price path levelised over the chips' life."""
    own_or_rent_utilisation_frac: float
    runway_months: float
    committed_revenue_usd: float
    headline_revenue_usd: float
    supplier: Mapping[str, Mapping[str, float]]
    """By supplier: what he is paid, what he put in, and the share of it that returns to him."""
    covenants: tuple[Mapping[str, Any], ...]
    """Month, covenant, value, limit and what follows."""
    residuals: Mapping[str, float]
    """Largest difference of each identity, in USD."""

    def owner_cash(self) -> Array:
        """Cash of common owners by month, shape (months,)."""
        return common_cash(self.flows)[:, 0]

    def contract(self) -> dict[str, Any]:
        """Return the figures under the names of the command's JSON."""
        return {
            "sources_usd": dict(self.sources_usd),
            "uses_usd": dict(self.uses_usd),
            "debt_usd": self.debt_usd,
            "binding_limit": self.binding_limit,
            "irr_frac": _one(self.irr),
            "unlevered_irr_frac": _one(self.unlevered),
            "npv_usd": self.npv_usd,
            "moic": _told(self.moic),
            "min_dscr": _told(self.min_dscr),
            "avg_dscr": _told(self.avg_dscr),
            "llcr": _told(self.llcr),
            "lcoc_usd_per_gpu_h": _told(self.lcoc_usd_per_gpu_h),
            "usd_per_m_tokens": _told(self.usd_per_m_tokens),
            "payback_years": _told(self.payback_years),
            "residuals": dict(self.residuals),
            "plcr": _told(self.plcr),
            "average_life_years": _told(self.average_life_years),
            "committed_revenue_usd": self.committed_revenue_usd,
            "headline_revenue_usd": self.headline_revenue_usd,
            "lcoc_parts_usd_per_gpu_h": dict(self.lcoc_parts),
            "market_usd_per_gpu_h": _told(self.market_usd_per_gpu_h),
            "own_or_rent_utilisation_frac": _told(self.own_or_rent_utilisation_frac),
            "runway_months": _told(self.runway_months),
            "supplier": {name: dict(told) for name, told in self.supplier.items()},
            "covenants": self.tests(),
            "covenant_events": [dict(event) for event in self.covenants],
        }

    def tests(self) -> list[dict[str, Any]]:
        """Every covenant's limit, its worst value, how long it is broken and what follows."""
        return covenant_summary(self.plan, self.flows.lines)


def run(deal: Deal) -> Statement:
    """Finance a deal and run its months.

    Raises
    ------
    InfeasibleError
        The deal cannot be closed: which term, and what would mend it.

    """
    plan = lay_out(deal)
    money = arrange(plan)
    flows = simulate(plan, money, Drivers.base(1, plan.months))
    cash = common_cash(flows)[:, 0]
    worth = float(npv(cash, deal.discount_rate_frac, 12.0))
    ratio, balance = _cover(flows)
    llcr, plcr = (float(flows.lines[name][plan.completion, 0]) for name in ("llcr", "plcr"))
    sources, uses = _sources_and_uses(plan, money)
    lcoc, parts = levelised(plan)
    tokens = deal.speed_tokens_per_s * 3600.0 / 1e6
    return Statement(
        deal=deal,
        plan=plan,
        financing=money,
        flows=flows,
        sources_usd=sources,
        uses_usd=uses,
        debt_usd=float(money.commitment.sum()),
        binding_limit=money.binding,
        irr=irr(cash, 12.0),
        unlevered=irr(unlevered_cash(deal), 12.0),
        npv_usd=worth,
        moic=float(moic(cash)),
        payback_years=float(payback_years(cash, 12.0)),
        average_life_years=_average_life(flows, balance),
        min_dscr=float(ratio.min()) if ratio.size else np.nan,
        avg_dscr=float(ratio.mean()) if ratio.size else np.nan,
        llcr=llcr,
        plcr=plcr,
        lcoc_usd_per_gpu_h=lcoc,
        lcoc_parts=parts,
        usd_per_m_tokens=lcoc / tokens if tokens else np.nan,
        market_usd_per_gpu_h=market_price(plan),
        own_or_rent_utilisation_frac=_crossing(deal, lcoc, market_price(plan)),
        runway_months=runway_months(deal.burn.cash_usd, deal.burn.burn_usd_per_month)
        if deal.burn
        else np.nan,
        committed_revenue_usd=float(sum(row.sum() for row in plan.committed.values())),
        headline_revenue_usd=float(sum(row.sum() for row in plan.lease_rent.values())),
        supplier=_suppliers(plan, money),
        covenants=covenant_events(plan, flows.lines),
        residuals=residuals(flows, sources, uses),
    )


def common_cash(flows: Flows) -> Array:
    """Cash of common owners, shape (months, scenarios): what they get less what they put in."""
    lines = flows.lines
    preferred = lines.get("preferred_in", 0.0)
    return np.asarray(lines["distribution"] - lines["equity"] + preferred - lines["support"])


def unlevered_cash(deal: Deal) -> Array:
    """Cash of the same assets with no loan and no reserve, after tax, shape (months,)."""
    alone = deal.model_copy(
        update={
            "debt": [],
            "equity": [Equity(name="owner", kind="common")],
            "reserves": Reserves(earns_frac=deal.reserves.earns_frac),
            "covenants": type(deal.covenants)(),
        }
    )
    plan = lay_out(alone)
    flows = simulate(plan, arrange(plan), Drivers.base(1, plan.months))
    return common_cash(flows)[:, 0]


def _one(found: Irr) -> float | None:
    """Tell the rate where there is just one; none or several is null, never a pick."""
    return found.roots_frac[0][0] if len(found.roots_frac[0]) == 1 else None


def _told(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _cover(flows: Flows) -> tuple[Array, Array]:
    """Cover ratio of every month with senior service, and the senior balance."""
    due = flows.lines["senior_due"][:, 0]
    paying = due > 1e-6
    ratio = flows.lines["cfads"][paying, 0] / due[paying]
    return ratio, flows.lines["debt"][:, 0]


def _average_life(flows: Flows, balance: Array) -> float:
    opened = float(balance.max(initial=0.0))
    if opened <= 0.0:
        return np.nan
    paid = flows.lines["senior_principal"][:, 0] + flows.lines["other_principal"][:, 0]
    paid = paid + flows.lines["swept"][:, 0] - flows.lines["takeout"][:, 0]
    whole = float(paid.sum())
    return float((paid * np.arange(paid.size)).sum() / whole / 12.0) if whole > 0.0 else np.nan


def _sources_and_uses(plan: Plan, money: Financing) -> tuple[dict[str, float], dict[str, float]]:
    sources = {
        loan.name: float(money.commitment[place])
        for place, loan in enumerate(plan.loans)
        if loan.refinances < 0
    }
    sources |= {name: float(row.sum()) for name, row in money.equity.items()}
    earned = float(money.escrow_earned.sum())
    if earned:
        sources["interest earned on undrawn proceeds"] = earned
    uses = {name: float(row.sum()) for name, row in plan.uses.items()}
    fees = float(money.fees.sum())
    interest = float(money.capitalised.sum()) - fees
    financing = {
        "interest during construction": interest,
        "financing fees": fees,
        "debt service reserve": money.reserve_funded,
        "working capital": money.working,
        "cash": money.surplus,
    }
    return sources, uses | {name: amount for name, amount in financing.items() if amount}


def levelised(plan: Plan) -> tuple[float, dict[str, float]]:
    """Levelised cost of a used GPU-hour and its parts; NaN where the deal names no GPUs."""
    deal = plan.deal
    hours = deal.gpus * 8760.0
    if hours <= 0.0 or deal.utilisation_frac <= 0.0:
        return np.nan, {}
    kinds = plan.kinds
    spent = dict.fromkeys(("chips", "hall", "power"), 0.0)
    for name, row in plan.uses.items():
        part = {"chips": "chips", "network": "chips", "power": "power"}.get(kinds[name], "hall")
        if kinds[name] != "reserve":
            spent[part] += float(row.sum())
    life = {"chips": deal.chip_life_years, "hall": deal.hall_life_years, "power": deal.hall_life_years}
    rate = deal.capital_rate_frac
    straight = {k: spent[k] / life[k] / hours for k in spent}
    whole = {k: spent[k] * float(recovery(rate, life[k])) / hours for k in spent}
    served = int(np.count_nonzero(plan.power_cost + plan.operating_cost + plan.property_tax))
    yearly = 12.0 / max(served, 1) / hours
    running = float(plan.operating_cost.sum() + plan.property_tax.sum()) * yearly
    parts = {
        "chips": straight["chips"],
        "hall": straight["hall"],
        "power": straight["power"] + float(plan.power_cost.sum()) * yearly,
        "operation": running,
        "finance": sum(whole[k] - straight[k] for k in spent),
    }
    full = sum(parts.values())
    parts["idleness"] = full / deal.utilisation_frac - full
    return full / deal.utilisation_frac, parts


def market_price(plan: Plan) -> float:
    """What renting a GPU-hour costs over the chips' life, at the cost of capital; NaN where it is not told.

    A price path is levelised as the cost of owning is, at the same rate: the two are taken to bear the same
    risk.
    """
    deal = plan.deal
    if not deal.market_prices:
        return deal.market_rent_usd_per_gpu_h or np.nan
    first = plan.completion + 1
    last = min(first + round(12 * deal.chip_life_years), plan.months)
    told = [(plan.at(step.from_), step.price_usd_per_gpu_h) for step in deal.market_prices]
    price = steps_by_month(told, plan.months)[first:last]
    factor = (1.0 + deal.capital_rate_frac) ** (-np.arange(1, price.size + 1) / 12.0)
    return float((price * factor).sum() / factor.sum())


def _crossing(deal: Deal, lcoc: float, market: float) -> float:
    """Utilisation at which owning and renting cost the same, at the one cost of capital."""
    if not (market > 0.0 and np.isfinite(lcoc)):
        return np.nan
    yearly = lcoc * deal.utilisation_frac * deal.gpus * 8760.0
    return float(own_or_rent(yearly, deal.gpus * 8760.0, market))


def _suppliers(plan: Plan, money: Financing) -> dict[str, dict[str, float]]:
    paid: dict[str, float] = {}
    for use in plan.deal.uses:
        if use.supplier is not None:
            paid[use.supplier] = paid.get(use.supplier, 0.0) + float(plan.uses[use.name].sum())
    found = {}
    for owner in plan.deal.equity:
        if owner.kind == "vendor" and owner.supplier is not None:
            put_in = float(money.equity[owner.name].sum())
            back = min(put_in, paid.get(owner.supplier, 0.0))
            found[owner.supplier] = {
                "paid_usd": paid.get(owner.supplier, 0.0),
                "invested_usd": put_in,
                "returned_frac": back / put_in if put_in else 0.0,
            }
    return found
