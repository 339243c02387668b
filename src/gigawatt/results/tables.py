"""A run as Arrow tables, one a kind; the same tables are written as Parquet and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from gigawatt.results.arrow import column, days, numbers, stamps, strings
from gigawatt.results.columns import DAILY, FINANCE, HOURLY, QUEUES
from gigawatt.results.ledger import ACCOUNTS
from gigawatt.results.run import DealResult, Run, SiteTrace

if TYPE_CHECKING:
    from gigawatt.kernel.clock import Clock

GPU_STATES = ("ordered", "delivered", "installed", "energised", "useful")


def tables(run: Run) -> dict[str, pa.Table]:
    """Return every table of a run by name, in a fixed order."""
    out: dict[str, pa.Table] = {"monthly": monthly_table(run)}
    for site in run.sites.values():
        out[f"daily_{site.name}"] = daily_table(site, run.clock)
        out[f"hourly_{site.name}"] = hourly_table(site, run.clock)
    out["workloads"] = workloads_table(run)
    queues = queues_table(run)
    if queues is not None:
        out["queues"] = queues
    out["tenants"] = tenants_table(run)
    out["chips"] = chips_table(run)
    out["ledger"] = ledger_table(run)
    out["unit_costs"] = unit_costs_table(run)
    if run.finance is not None and run.finance.months:
        out["finance"] = finance_table(run.finance)
    out["events"] = _rows(run.events, ("day", "site", "kind", "text", "source"))
    columns = ("path", "value", "low", "high", "origin", "source", "as_of", "confidence", "note")
    out["assumptions"] = _rows(run.assumptions, columns)
    out["notes"] = _rows(run.notes, ("kind", "title", "text", "source", "effect"))
    return out


def _rows(items: tuple[object, ...], columns: tuple[str, ...]) -> pa.Table:
    def of(name: str) -> pa.Array:
        values = [getattr(item, name) for item in items]
        return days(values) if name == "day" else strings(values)

    return pa.table({name: of(name) for name in columns})


def hourly_table(site: SiteTrace, clock: Clock) -> pa.Table:
    """Lay a site's hours out, one row each."""
    columns: dict[str, pa.Array] = {"time_utc": stamps(clock.hour_stamps)}
    for name in HOURLY:
        columns[name] = numbers(site.hourly[name])
    for source, drawn in site.water_by_source_m3.items():
        columns[f"water_{source}_m3"] = numbers(drawn)
    return pa.table(columns)


def daily_table(site: SiteTrace, clock: Clock) -> pa.Table:
    """Lay a site's days out, one row each."""
    columns: dict[str, pa.Array] = {"day": days(clock.day_stamps)}
    for name in DAILY:
        columns[name] = numbers(site.daily[name])
    columns["binding"] = strings(site.binding_names())
    return pa.table(columns)


def monthly_table(run: Run) -> pa.Table:
    """Lay the months of all sites out, one row a site and month; nested figures become columns."""
    parts = []
    for site, figures in run.monthly.items():
        columns: dict[str, pa.Array] = {
            "site": strings([site] * len(run.clock.months)),
            "month": strings(run.clock.months),
        }
        for name, values in figures.items():
            if isinstance(values, dict):
                for key, series in values.items():
                    columns[f"{name}_{key}"] = column(series)
            else:
                columns[name] = column(values)
        parts.append(pa.table(columns))
    return pa.concat_tables(parts, promote_options="default")


def workloads_table(run: Run) -> pa.Table:
    """Lay the workloads out, one row a workload and day on which it holds GPUs."""
    parts = []
    for site in run.sites.values():
        for work in site.workloads:
            held = np.flatnonzero(work.gpus > 0)
            parts.append(
                pa.table(
                    {
                        "day": days(run.clock.day_stamps[held]),
                        "site": strings([work.site] * len(held)),
                        "workload": strings([work.name] * len(held)),
                        "kind": strings([work.kind] * len(held)),
                        "tenant": strings([work.tenant] * len(held)),
                        "gpus": numbers(work.gpus[held]),
                        "it_mw": numbers(work.it_mw[held]),
                        "tokens": numbers(work.tokens[held]),
                        "goodput_frac": numbers(work.goodput_frac[held]),
                    }
                )
            )
    return pa.concat_tables(parts) if parts else pa.table({"day": days([])})


def queues_table(run: Run) -> pa.Table | None:
    """Lay the queues of jobs out, one row a workload and hour in which it holds GPUs or jobs wait.

    None where the run has no such workload.
    """
    parts = []
    for site in run.sites.values():
        for work in site.workloads:
            if work.queue is None:
                continue
            columns = work.queue.columns
            active = np.flatnonzero((columns["gpus"] > 0.0) | (columns["waiting_jobs"] > 0.0))
            names = {"site": work.site, "workload": work.name}
            table: dict[str, pa.Array] = {"time_utc": stamps(run.clock.hour_stamps[active])}
            table |= {key: strings([value] * len(active)) for key, value in names.items()}
            table |= {name: numbers(columns[name][active]) for name in QUEUES}
            parts.append(pa.table(table))
    return pa.concat_tables(parts) if parts else None


def tenants_table(run: Run) -> pa.Table:
    """Lay out what each tenant owns and held, one row a tenant and month.

    ``owned_gpu_h`` is its share of the energised GPU-hours of all sites; ``held_gpu_h``
    what its workloads were given, ``useful_gpu_h`` what of that made progress.
    """
    clock = run.clock
    energised = sum(
        (clock.monthly_sum_of_days(s.daily["energised_gpus"]) * 24.0 for s in run.sites.values()),
        np.zeros(len(clock.months)),
    )
    parts = []
    for tenant, share in run.tenants.items():
        held = np.zeros(len(clock.months))
        useful = held.copy()
        for work in (w for s in run.sites.values() for w in s.workloads if w.tenant == tenant):
            held += clock.monthly_sum_of_days(work.gpus) * 24.0
            useful += clock.monthly_sum_of_days(work.gpus * work.goodput_frac) * 24.0
        parts.append(
            pa.table(
                {
                    "tenant": strings([tenant] * len(clock.months)),
                    "month": strings(clock.months),
                    "owned_frac": numbers(np.full(len(clock.months), share)),
                    "owned_gpu_h": numbers(energised * share),
                    "held_gpu_h": numbers(held),
                    "useful_gpu_h": numbers(useful),
                }
            )
        )
    return pa.concat_tables(parts) if parts else pa.table({"tenant": strings([])})


def chips_table(run: Run) -> pa.Table:
    """Lay the chips out at each month's end, one row a site, chip and month."""
    ends = run.clock.last_day_of_month
    parts = []
    for site in run.sites.values():
        for chip in site.gpus_by_chip.get("ordered", {}):
            columns: dict[str, pa.Array] = {
                "site": strings([site.name] * len(ends)),
                "chip": strings([chip] * len(ends)),
                "month": strings(run.clock.months),
            }
            for state in GPU_STATES[:-1]:
                columns[f"{state}_gpus"] = numbers(site.gpus_by_chip[state][chip][ends])
            parts.append(pa.table(columns))
    return pa.concat_tables(parts) if parts else pa.table({"site": strings([])})


def ledger_table(run: Run) -> pa.Table:
    """Lay the ledger out, one row an entry and month; rows of zero are left out."""
    months = run.ledger.months
    entries = run.ledger.entries
    quantity = np.concatenate([e.quantity for e in entries]) if entries else np.zeros(0)
    kept = quantity != 0.0
    rows = [(e, month) for e in entries for month in months]
    rows = [row for row, keep in zip(rows, kept, strict=True) if keep]
    return pa.table(
        {
            "site": strings(e.site for e, _ in rows),
            "month": strings(month for _, month in rows),
            "account": strings(e.account for e, _ in rows),
            "from": strings(e.source for e, _ in rows),
            "to": strings(e.sink for e, _ in rows),
            "item": strings(e.item for e, _ in rows),
            "quantity": numbers(quantity[kept]),
            "unit": strings(ACCOUNTS[e.account] for e, _ in rows),
        }
    )


def unit_costs_table(run: Run) -> pa.Table:
    """Lay the unit costs out, one row a site, period, product and component."""
    rows = [(c, part, usd) for c in run.unit_costs for part, usd in c.components_usd.items()]
    return pa.table(
        {
            "site": strings(c.site for c, _, _ in rows),
            "period": strings(c.period for c, _, _ in rows),
            "product": strings(c.product for c, _, _ in rows),
            "component": strings(part for _, part, _ in rows),
            "usd": numbers(np.array([usd for _, _, usd in rows])),
            "total_usd": numbers(np.array([c.total_usd for c, _, _ in rows])),
            "basis": strings(c.basis for c, _, _ in rows),
        }
    )


def finance_table(deal: DealResult) -> pa.Table:
    """Lay the deal's months out, one row each from close to its end."""
    columns: dict[str, pa.Array] = {"month": strings(deal.months)}
    columns |= {name: numbers(deal.columns[name]) for name in FINANCE}
    return pa.table(columns)
