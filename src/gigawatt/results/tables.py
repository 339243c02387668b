"""A run as Arrow tables, one a kind; the same tables are written as Parquet and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from gigawatt.results.columns import BINDINGS, DAILY, HOURLY
from gigawatt.results.ledger import ACCOUNTS
from gigawatt.results.run import Run, SiteTrace

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
    out["chips"] = chips_table(run)
    out["ledger"] = ledger_table(run)
    out["unit_costs"] = unit_costs_table(run)
    out["events"] = _rows(run.events, ("day", "site", "kind", "text", "source"))
    columns = ("path", "value", "low", "high", "origin", "source", "as_of", "confidence", "note")
    out["assumptions"] = _rows(run.assumptions, columns)
    out["notes"] = _rows(run.notes, ("kind", "title", "text", "source", "effect"))
    return out


def _rows(items: tuple[object, ...], columns: tuple[str, ...]) -> pa.Table:
    types = {"day": pa.date32()}
    return pa.table(
        {c: pa.array([getattr(item, c) for item in items], type=types.get(c, pa.string())) for c in columns}
    )


def hourly_table(site: SiteTrace, clock: Clock) -> pa.Table:
    """Lay a site's hours out, one row each."""
    columns: dict[str, pa.Array] = {"time_utc": pa.array(clock.hour_stamps)}
    for name in HOURLY:
        columns[name] = pa.array(site.hourly[name])
    for source, drawn in site.water_by_source_m3.items():
        columns[f"water_{source}_m3"] = pa.array(drawn)
    return pa.table(columns)


def daily_table(site: SiteTrace, clock: Clock) -> pa.Table:
    """Lay a site's days out, one row each."""
    columns: dict[str, pa.Array] = {"day": pa.array(clock.day_stamps)}
    for name in DAILY:
        columns[name] = pa.array(site.daily[name])
    columns["binding"] = pa.array(np.array(BINDINGS)[site.binding])
    return pa.table(columns)


def monthly_table(run: Run) -> pa.Table:
    """Lay the months of all sites out, one row a site and month; nested figures become columns."""
    parts = []
    for site, figures in run.monthly.items():
        columns: dict[str, pa.Array] = {
            "site": pa.array([site] * len(run.clock.months)),
            "month": pa.array(run.clock.months),
        }
        for name, values in figures.items():
            if isinstance(values, dict):
                for key, series in values.items():
                    columns[f"{name}_{key}"] = pa.array(series)
            else:
                columns[name] = pa.array(values)
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
                        "day": pa.array(run.clock.day_stamps[held]),
                        "site": pa.array([work.site] * len(held), pa.string()),
                        "workload": pa.array([work.name] * len(held), pa.string()),
                        "kind": pa.array([work.kind] * len(held), pa.string()),
                        "tenant": pa.array([work.tenant] * len(held), pa.string()),
                        "gpus": pa.array(work.gpus[held]),
                        "it_mw": pa.array(work.it_mw[held]),
                        "tokens": pa.array(work.tokens[held]),
                        "goodput_frac": pa.array(work.goodput_frac[held]),
                    }
                )
            )
    return pa.concat_tables(parts) if parts else pa.table({"day": pa.array([], pa.date32())})


def chips_table(run: Run) -> pa.Table:
    """Lay the chips out at each month's end, one row a site, chip and month."""
    ends = run.clock.last_day_of_month
    parts = []
    for site in run.sites.values():
        for chip in site.gpus_by_chip.get("ordered", {}):
            columns: dict[str, pa.Array] = {
                "site": pa.array([site.name] * len(ends)),
                "chip": pa.array([chip] * len(ends)),
                "month": pa.array(run.clock.months),
            }
            for state in GPU_STATES[:-1]:
                columns[f"{state}_gpus"] = pa.array(site.gpus_by_chip[state][chip][ends])
            parts.append(pa.table(columns))
    return pa.concat_tables(parts) if parts else pa.table({"site": pa.array([], pa.string())})


def ledger_table(run: Run) -> pa.Table:
    """Lay the ledger out, one row an entry and month; rows of zero are left out."""
    columns: dict[str, list[object]] = {
        k: [] for k in ("site", "month", "account", "from", "to", "item", "quantity", "unit")
    }
    for entry in run.ledger.entries:
        for month, quantity in zip(run.ledger.months, entry.quantity, strict=True):
            if quantity == 0.0:
                continue
            row = (entry.site, month, entry.account, entry.source, entry.sink, entry.item)
            for key, value in zip(columns, (*row, float(quantity), ACCOUNTS[entry.account]), strict=True):
                columns[key].append(value)
    return pa.table(columns)


def unit_costs_table(run: Run) -> pa.Table:
    """Lay the unit costs out, one row a site, period, product and component."""
    rows = [
        (c.site, c.period, c.product, part, usd, c.total_usd, c.basis)
        for c in run.unit_costs
        for part, usd in c.components_usd.items()
    ]
    names = ("site", "period", "product", "component", "usd", "total_usd", "basis")
    return pa.table({n: pa.array([r[i] for r in rows]) for i, n in enumerate(names)})
