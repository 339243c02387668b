"""A campus's deal: what the sites pay, earn and run by month, handed to the finance room.

The purchases are those of the ledger; chips are split into chips and their share of the network. The finance
engine is loaded only where a scenario has a ``finance`` part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gigawatt.compute import Lease
from gigawatt.finance import CampusFinance
from gigawatt.kernel.errors import InfeasibleError
from gigawatt.results import DealResult, SiteTrace
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.study.money import NETWORK_SHARE, SiteMoney, energy_and_operation

if TYPE_CHECKING:
    from gigawatt.finance import Statement
    from gigawatt.finance.deal.campus import CampusFlows, Tenancy
    from gigawatt.finance.deal.capital import UseKind

Array = NDArray[np.float64]

USE_KINDS: Mapping[str, UseKind] = {"chips": "chips", "facility": "hall", "power": "power"}
"""Kind of a purchase in the ledger -> of a deal's use."""
CONNECTION = "grid connection"


def finance_campus(
    campus: Campus, money: Mapping[str, SiteMoney], traces: Mapping[str, SiteTrace]
) -> DealResult | None:
    """Finance a campus that was simulated; None where its scenario has no ``finance`` part.

    A deal that cannot be closed is a result too: it says which term, and what would mend it.

    Parameters
    ----------
    campus
        What was run.
    money, traces
        By site.
    """
    terms = campus.scenario.finance
    if terms is None:
        return None
    from gigawatt.finance import run
    from gigawatt.finance.deal.campus import deal_of

    name = campus.scenario.name
    try:
        deal = deal_of(name, terms, campus.scenario.money, campus_flows(campus, terms, money, traces))
        statement = run(deal)
    except ValidationError as error:
        told = "; ".join(str(e["msg"]) for e in error.errors())
        return DealResult(refused=told)
    except InfeasibleError as error:
        return DealResult(refused=str(error))
    return deal_result(statement)


def deal_result(statement: Statement) -> DealResult:
    """Lay a statement out as plain figures, monthly columns and the deal as it can be written."""
    deal = statement.deal
    first = deal.close.year * 12 + deal.close.month - 1
    months = tuple(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + deal.months))
    figures = {
        "close": months[0],
        "completion": months[statement.plan.completion],
        "months": deal.months,
        "basis": deal.basis,
        "price_year": deal.price_year,
        "interest_during_construction_usd": float(
            statement.financing.capitalised.sum() - statement.financing.fees.sum()
        ),
        "draws_usd": float(statement.financing.draws.sum()),
        **statement.contract(),
    }
    written = deal.model_dump(mode="json", by_alias=False, exclude_defaults=True)
    return DealResult(figures=figures, months=months, columns=_columns(statement), deal=_as_written(written))


def _as_written(value: Any) -> Any:
    """Name ``from`` as a file does; every other key keeps its unit."""
    if isinstance(value, Mapping):
        return {("from" if key == "from_" else key): _as_written(item) for key, item in value.items()}
    return [_as_written(item) for item in value] if isinstance(value, list) else value


def _columns(statement: Statement) -> dict[str, Array]:
    """Monthly columns of :data:`gigawatt.results.FINANCE`."""
    lines, money = statement.flows.lines, statement.financing
    line = {name: rows[:, 0] for name, rows in lines.items()}
    due = line["senior_due"]
    cover = np.divide(line["cfads"], due, out=np.full_like(due, np.nan), where=due > 1e-6)
    trailing = np.where(np.isfinite(line["trailing_dscr"]), line["trailing_dscr"], np.nan)
    return {
        "uses_usd": line["uses"],
        "draws_usd": money.draws.sum(axis=0),
        "interest_capitalised_usd": (money.capitalised - money.fees).sum(axis=0),
        "fees_usd": money.fees.sum(axis=0),
        "equity_usd": line["equity"],
        "revenue_usd": line["revenue"],
        "power_cost_usd": line["power_cost"],
        "operating_cost_usd": line["operating_cost"],
        "property_tax_usd": line["property_tax"],
        "saved_for_later_usd": statement.plan.refresh_saving,
        "cfads_usd": line["cfads"],
        "income_tax_usd": line["income_tax"],
        "senior_interest_usd": line["senior_interest"],
        "senior_principal_usd": line["senior_principal"] + line["swept"],
        "other_interest_usd": line["other_interest"],
        "other_principal_usd": line["other_principal"],
        "distribution_usd": line["distribution"],
        "owner_cash_usd": statement.owner_cash(),
        "debt_usd": line["debt"],
        "cash_usd": line["cash"],
        "dscr_ratio": cover,
        "trailing_dscr_ratio": trailing,
        "llcr_ratio": np.where(np.isfinite(line["llcr"]), line["llcr"], np.nan),
    }


def campus_flows(
    campus: Campus,
    terms: CampusFinance,
    money: Mapping[str, SiteMoney],
    traces: Mapping[str, SiteTrace],
) -> CampusFlows:
    """Add up what the deal's sites pay, earn and run, by month."""
    from gigawatt.finance.deal.campus import CampusFlows

    clock = campus.clock
    sites = [site for name, site in campus.sites.items() if not terms.sites or name in terms.sites]
    paid = _Paid(campus, terms)
    for site in sites:
        paid.add(site, money[site.name])
    energised = np.asarray(sum((traces[s.name].daily["energised_gpus"] for s in sites), np.zeros(clock.days)))
    useful = np.asarray(sum((traces[s.name].daily["useful_gpus"] for s in sites), np.zeros(clock.days)))
    gpus = float(sum(traces[s.name].daily["delivered_gpus"][-1] for s in sites))
    met = np.flatnonzero(energised >= terms.completion_energised_frac * gpus - 1e-6)
    running = [energy_and_operation(money[s.name], len(clock.months)) for s in sites]
    return CampusFlows(
        months=clock.months,
        capital_usd=paid.months,
        kinds=paid.kinds,
        tenancies=tuple(t for s in sites for t in _tenancies(s, money[s.name], traces[s.name])),
        own_gpu_h={s.name: _own_gpu_h(campus, terms, traces[s.name]) for s in sites},
        energy_usd=np.asarray(sum(energy for energy, _ in running)),
        operation_usd=np.asarray(sum(operation for _, operation in running)),
        energised_gpu_h=clock.monthly_sum_of_days(energised) * 24.0,
        useful_gpu_h=clock.monthly_sum_of_days(useful) * 24.0,
        gpus=gpus,
        completion=int(clock.month_of_day[met[0]]) if met.size and gpus > 0.0 else None,
    )


class _Paid:
    """Purchases of all sites by item, as uses of a deal."""

    def __init__(self, campus: Campus, terms: CampusFinance) -> None:
        self.clock, self.terms = campus.clock, terms
        self.months: dict[str, Array] = {}
        self.kinds: dict[str, UseKind] = {}

    def add(self, site: SiteCampus, money: SiteMoney) -> None:
        for item, kind in money.capital_kind.items():
            row = money.capital.get(item, np.zeros(len(self.clock.months))).copy()
            row[0] += money.capital_before.get(item, 0.0)
            name = item.partition(":")[0]
            if kind == "chips" and name.startswith("chips "):
                self.put(name, "chips", (1.0 - NETWORK_SHARE) * row)
                self.put("network", "network", NETWORK_SHARE * row)
            else:
                self.put(name, USE_KINDS[kind], row)
        self.connect(site)

    def connect(self, site: SiteCampus) -> None:
        """Pay for what each grid step adds to the limits before it; what stands on the first day is there."""
        if self.terms.grid_connection_usd_per_kw == 0.0:
            return
        row, most = np.zeros(len(self.clock.months)), 0.0
        for step in sorted(site.site.power.grid, key=lambda s: s.from_):
            added = max(step.import_limit_mw - most, 0.0)
            most += added
            day = self.clock.day_index(step.from_)
            if 0 < day < self.clock.days:
                usd = added * 1e3 * self.terms.grid_connection_usd_per_kw
                row[self.clock.month_of_day[day]] += usd
        self.put(CONNECTION, "power", row)

    def put(self, name: str, kind: UseKind, row: Array) -> None:
        self.kinds[name] = kind
        self.months[name] = self.months.get(name, np.zeros(len(self.clock.months))) + row


def _tenancies(site: SiteCampus, money: SiteMoney, trace: SiteTrace) -> Iterator[Tenancy]:
    from gigawatt.finance.deal.campus import Tenancy

    held = {work.name: float(work.gpus.max(initial=0.0)) for work in trace.workloads}
    for work in site.workloads:
        row = money.revenue.get(f"rent: {work.name}")
        if isinstance(work, Lease) and row is not None:
            yield Tenancy(work.tenant or work.name, row, work.notice_days, held.get(work.name, 0.0))


def _own_gpu_h(campus: Campus, terms: CampusFinance, trace: SiteTrace) -> Array:
    """GPU-hours by month of the workloads that pay no rent."""
    total = np.zeros(campus.clock.days)
    for work in trace.workloads:
        if work.kind != "lease":
            total = total + (work.gpus * work.goodput_frac if terms.counted == "useful" else work.gpus)
    return campus.clock.monthly_sum_of_days(total) * 24.0
