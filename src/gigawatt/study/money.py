"""A site's money by month: capital when it is due, operation when it is used, rent when it is earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigawatt import power
from gigawatt.compute import ComputeSystem, Lease
from gigawatt.finance import MoneyInput, YearOfCost, cost_parts
from gigawatt.kernel.clock import Clock
from gigawatt.results import UnitCost, WorkloadTrace
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.study.build import SiteBuild

Array = NDArray[np.float64]

NETWORK_SHARE = 0.197
"""Network's share of what is paid for chips and network together, where only a system's price is known:
Nvidia's networking part of its data-centre revenue, first quarter of its fiscal 2027 (codcompass)."""
HOURS_A_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class SiteMoney:
    """Money of one site in USD, shape (months,) each."""

    capital: Mapping[str, Array]
    capital_kind: Mapping[str, str]
    """Item -> 'chips', 'facility' or 'power'."""
    capital_before: Mapping[str, float]
    """Item -> capital paid before the clock's start: it counts in unit costs, not in the ledger."""
    operating: Mapping[str, Array]
    revenue: Mapping[str, Array]


def chip_price_usd(system: ComputeSystem) -> float:
    """Price of one GPU with its share of system and network.

    The all-in price of the catalogue; where there is none, the system's price
    for each GPU, raised by the network's share of such purchases.
    """
    if system.price_all_in_usd_per_gpu is not None:
        return system.price_all_in_usd_per_gpu
    if system.price_system_usd is None:
        raise ValueError(f"the catalogue gives no price for {system.chip}")
    return system.price_system_usd / system.gpus_per_system / (1.0 - NETWORK_SHARE)


class _Capital:
    """Sums capital by item, kind and month."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.months: dict[str, Array] = {}
        self.kinds: dict[str, str] = {}
        self.before: dict[str, float] = {}

    def pay(self, item: str, kind: str, day: date, usd: float) -> None:
        if usd == 0.0:
            return
        self.kinds[item] = kind
        index = self.clock.day_index(day)
        if index < 0:
            self.before[item] = self.before.get(item, 0.0) + usd
        elif index < self.clock.days:
            months = self.months.setdefault(item, np.zeros(len(self.clock.months)))
            months[self.clock.month_of_day[index]] += usd


def capital_of(campus: Campus, site: SiteCampus, build: SiteBuild) -> _Capital:
    """List what is bought: chips as they arrive, halls and plant on their first day."""
    clock, money = campus.clock, campus.scenario.money
    paid = _Capital(clock)
    for c, system in enumerate(build.systems):
        arrived = np.diff(build.built.delivered[:, c], prepend=0.0)
        usd = arrived * chip_price_usd(system)
        by_month = clock.monthly_sum_of_days(usd)
        item = f"chips {system.chip.upper()}"
        paid.kinds[item] = "chips"
        paid.months[item] = by_month
    for hall in site.site.halls:
        paid.pay("halls", "facility", hall.from_, hall.it_power_mw * 1e3 * money.hall_cost_usd_per_kw)
    for event in power.capital_items(site.site.power):
        paid.pay(event.item, "power", event.day, event.usd)
    for bought in money.capital_items:
        if bought.site == site.name:
            paid.pay(bought.name, bought.kind, bought.paid, bought.cost_usd)
    return paid


def rent_by_month(leases: Sequence[Lease], gpus: Mapping[str, Array], clock: Clock) -> dict[str, Array]:
    """Rent earned: by the month, for the days it runs; or by the GPU-hour held."""
    earned = {}
    for lease in leases:
        if lease.rent_usd_per_month is not None:
            on = np.zeros(clock.days)
            on[clock.span(lease.from_, lease.until)] = 1.0
            share = clock.monthly_sum_of_days(on) / clock.monthly_sum_of_days(np.ones(clock.days))
            earned[f"rent: {lease.name}"] = share * lease.rent_usd_per_month
        elif lease.hourly_rent_usd_per_gpu_h is not None:
            held = clock.monthly_sum(gpus[lease.name])
            earned[f"rent: {lease.name}"] = held * lease.hourly_rent_usd_per_gpu_h
    return earned


def site_money(
    campus: Campus,
    site: SiteCampus,
    build: SiteBuild,
    energy_usd: Mapping[str, Array],
    water_by_source_m3: Mapping[str, Array],
    gpus_by_workload: Mapping[str, Array],
) -> SiteMoney:
    """Put a site's money together.

    Parameters
    ----------
    energy_usd
        Item -> USD by month: grid energy, demand charges, fuel, variable O&M, rents of units.
    water_by_source_m3
        Source -> hourly draw.
    gpus_by_workload
        Workload -> hourly GPUs, shape (hours,).
    """
    clock, money = campus.clock, campus.scenario.money
    paid = capital_of(campus, site, build)
    operating = dict(energy_usd)
    for source in site.site.water:
        drawn = clock.monthly_sum(water_by_source_m3[source.name])
        operating[f"water: {source.name}"] = drawn * source.price_usd_per_m3
    installed_kw = build.built.installed @ build.kw_per_gpu
    kw_years = clock.monthly_sum_of_days(installed_kw) / 365.0
    operating["staff and maintenance"] = kw_years * money.operation_usd_per_kw_year
    leases = [w for w in site.workloads if isinstance(w, Lease)]
    return SiteMoney(
        capital=paid.months,
        capital_kind=paid.kinds,
        capital_before=paid.before,
        operating=operating,
        revenue=rent_by_month(leases, gpus_by_workload, clock),
    )


def unit_costs(
    site: str,
    sums: SiteMoney,
    installed_gpus: Array,
    useful_gpu_h: Array,
    money: MoneyInput,
    clock: Clock,
) -> list[UnitCost]:
    """Cost of a useful GPU-hour in each calendar year with useful hours, in parts that add up.

    Parameters
    ----------
    installed_gpus
        Shape (days,).
    useful_gpu_h
        By month, shape (months,).
    """
    years = np.array([int(m[:4]) for m in clock.months])
    out = []
    for year in np.unique(years):
        at = years == year
        useful = float(useful_gpu_h[at].sum())
        days = np.isin(clock.month_of_day, np.flatnonzero(at))
        stood = float(installed_gpus[days].sum()) * 24.0
        if useful <= 0.0:
            continue
        cost = YearOfCost(
            years=float(days.sum()) * 24.0 / HOURS_A_YEAR,
            chips_capital_usd=_mean_capital(sums, {"chips"}, at),
            facility_capital_usd=_mean_capital(sums, {"facility", "power"}, at),
            power_usd=_sum(sums.operating, at, energy=True),
            operation_usd=_sum(sums.operating, at, energy=False),
        )
        parts = cost_parts(
            cost, stood, useful, money.cost_of_capital_frac, money.chip_life_years, money.facility_life_years
        )
        basis = (
            "annuity of the mean capital in place and the year's operation over useful GPU-hours; "
            "what was installed and not useful is idleness"
        )
        out.append(UnitCost(site, str(year), "GPU-hour", parts, sum(parts.values()), basis))
    return out


def token_costs(
    costs: Sequence[UnitCost], workloads: Sequence[WorkloadTrace], clock: Clock
) -> list[UnitCost]:
    """Cost of a million tokens of each workload that makes some, from the cost of a useful GPU-hour.

    A workload pays the site's whole cost, idleness included, for each of its useful
    GPU-hours: its parts are those of the GPU-hour times useful GPU-hours a million tokens.
    """
    years = np.array([int(clock.day_of(d).year) for d in range(clock.days)])
    out = []
    for cost in costs:
        at = years == int(cost.period)
        for work in workloads:
            million = float(work.tokens[at].sum()) / 1e6
            if million <= 0.0:
                continue
            hours = float((work.gpus * work.goodput_frac)[at].sum()) * 24.0
            parts = {name: usd * hours / million for name, usd in cost.components_usd.items()}
            out.append(
                UnitCost(
                    site=cost.site,
                    period=cost.period,
                    product=f"million tokens: {work.name}",
                    components_usd=parts,
                    total_usd=sum(parts.values()),
                    basis="useful GPU-hours of the workload a million tokens, at the site's cost of one",
                )
            )
    return out


def _mean_capital(sums: SiteMoney, kinds: set[str], at: NDArray[np.bool_]) -> float:
    total = 0.0
    for item, kind in sums.capital_kind.items():
        if kind in kinds:
            paid = sums.capital.get(item, np.zeros(len(at)))
            in_place = sums.capital_before.get(item, 0.0) + np.cumsum(paid) - paid / 2.0
            total += float(in_place[at].mean())
    return total


def _sum(operating: Mapping[str, Array], at: NDArray[np.bool_], *, energy: bool) -> float:
    return float(sum(usd[at].sum() for item, usd in operating.items() if _is_energy(item) == energy))


def energy_and_operation(sums: SiteMoney, months: int) -> tuple[Array, Array]:
    """Running cost by month, shape (months,) each: energy with its plant's upkeep and rent; all the rest."""
    energy, rest = np.zeros(months), np.zeros(months)
    for item, usd in sums.operating.items():
        if _is_energy(item):
            energy = energy + usd
        else:
            rest = rest + usd
    return energy, rest


def _is_energy(item: str) -> bool:
    return not (item.startswith("water: ") or item == "staff and maintenance")
