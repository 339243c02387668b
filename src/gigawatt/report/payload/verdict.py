"""The verdict in one sentence, and the six figures under the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.report.format import month_in_words, quantity
from gigawatt.report.messages import MESSAGES, say
from gigawatt.report.payload.binding import PHYSICAL, FirstBinding, first
from gigawatt.report.payload.horizon import documented_month, year_before
from gigawatt.report.payload.names import short_titles
from gigawatt.report.payload.rounding import six
from gigawatt.report.payload.series import column
from gigawatt.results import Run, SiteTrace, UnitCost


@dataclass(frozen=True, slots=True)
class Held:
    """A limit and the site that it held back."""

    site: str
    title: str
    when: FirstBinding


def _at(trace: SiteTrace, name: str, day: int) -> float:
    values = trace.daily.get(name)
    return float(values[day]) if values is not None else float("nan")


def _known_sum(values: list[float]) -> float:
    known = [v for v in values if np.isfinite(v)]
    return float(sum(known)) if known else float("nan")


def _count(gpus: float) -> str:
    """Write a number of GPUs where the sentence has already said what is counted."""
    return quantity(gpus, "GPUs").removesuffix(" GPUs")


def _first_held(run: Run, kinds: tuple[str, ...]) -> Held | None:
    found = []
    short = short_titles(run)
    for name, trace in run.sites.items():
        when = first(run.clock, trace, kinds)
        if when is not None:
            found.append(Held(name, short[name], when))
    return min(found, key=lambda h: h.when.day_index, default=None)


def verdict(run: Run) -> dict[str, Any]:
    """Say how many GPUs run at the end of the last documented month, and what held them back first."""
    month = documented_month(run)
    day = int(run.clock.last_day_of_month[month])
    energised = _known_sum([_at(t, "energised_gpus", day) for t in run.sites.values()])
    delivered = _known_sum([_at(t, "delivered_gpus", day) for t in run.sites.values()])
    any_limit, power = _first_held(run, PHYSICAL), _first_held(run, ("power",))
    return {
        "sentence": _sentence(run, month, energised, delivered, any_limit, power),
        "kind": MESSAGES["kind.point"],
        "documented_month": run.clock.months[month],
        "documented_day": run.clock.day_of(day).isoformat(),
    }


def _sentence(
    run: Run, month: int, energised: float, delivered: float, held: Held | None, power: Held | None
) -> str:
    if not np.isfinite(energised):
        return MESSAGES["verdict.unknown"]
    told = {
        "month": month_in_words(run.clock.months[month]),
        "energised": quantity(energised, "GPUs"),
        "delivered": _count(delivered),
    }
    if held is None:
        return say("verdict.free", **told)
    told |= {
        "limit": MESSAGES[f"binding.{held.when.kind}.subject"],
        "since": month_in_words(held.when.month),
        "site": held.title,
    }
    if held.when.kind == "power" or power is None:
        return say("verdict.held", **told)
    told |= {"power_since": month_in_words(power.when.month), "power_site": power.title}
    same = "verdict.held_then_power" if power.site == held.site else "verdict.held_then_power_elsewhere"
    return say(same, **told)


def _figure(
    key: str, unit: str, parts: dict[str, float], when: str, about: str, *, total: bool = True
) -> dict[str, Any]:
    """One of the six: the campus's figure and each site's share of it."""
    value = _known_sum(list(parts.values())) if total or len(parts) == 1 else None
    return {
        "id": f"figure-{key}",
        "method": f"figure-{key}",
        "name": MESSAGES[f"figure.{key}"],
        "text": quantity(value, unit, keep=unit == "USD") if total or len(parts) == 1 else "",
        "value": None if value is None else six(value),
        "unit": unit,
        "when": when,
        "about": about,
        "kind": MESSAGES["kind.point"],
        "sites": [
            {"site": s, "text": quantity(v, unit, keep=unit == "USD"), "value": six(v)}
            for s, v in parts.items()
        ],
    }


def _year_sum(run: Run, names: tuple[str, ...], months: range) -> dict[str, float]:
    out = {}
    here = np.isin(run.clock.month_of_hour, np.asarray(months))
    for site, trace in run.sites.items():
        hours = np.stack([column(trace, name)[here] for name in names])
        out[site] = float(np.nansum(hours)) if np.isfinite(hours).any() else float("nan")
    return out


def _last_cost(run: Run, site: str, year: int) -> UnitCost | None:
    """Return the cost of a GPU-hour in the documented year, else in the nearest one that was costed."""
    costed = [
        c for c in run.unit_costs if c.site == site and c.product == "GPU-hour" and c.period[:4].isdigit()
    ]
    return min(costed, key=lambda c: (abs(int(c.period[:4]) - year), c.period), default=None)


def six_figures(run: Run) -> list[dict[str, Any]]:
    """The six figures, each with its unit, its date, its share by site and the kind of estimate it is."""
    month = documented_month(run)
    name, day = run.clock.months[month], int(run.clock.last_day_of_month[month])
    year = year_before(month)
    at_end = say("when.end_of_month", month=month_in_words(name))
    over = say("when.months_to", n=str(len(year)), month=month_in_words(name))
    sites = run.sites.items()
    gpus = {s: _at(t, "energised_gpus", day) for s, t in sites}
    delivered = _known_sum([_at(t, "delivered_gpus", day) for t in run.sites.values()])
    power = {s: _at(t, "energised_facility_mw", day) for s, t in sites}
    in_month = _year_sum(run, ("facility_served_mw",), range(month, month + 1))
    hours = int((run.clock.month_of_hour == month).sum())
    costs = {s: _last_cost(run, s, int(name[:4])) for s in run.sites}
    costed = {s: c for s, c in costs.items() if c is not None}
    periods = sorted({c.period for c in costed.values()})
    mean = _known_sum(list(in_month.values())) / hours
    running = say("figure.gpus.about", delivered=_count(delivered))
    drawn = say("figure.power.about", mean=quantity(mean, "MW"))
    energy = _year_sum(run, ("facility_served_mw",), year)
    water = _year_sum(run, ("water_makeup_m3",), year)
    carbon = _year_sum(run, ("co2_fuel_t", "co2_grid_t"), year)
    usd = {s: c.total_usd for s, c in costed.items()}
    when_costed = ", ".join(periods) or MESSAGES["number.missing"]
    return [
        _figure("gpus", "GPUs", gpus, at_end, running),
        _figure("power", "MW", power, at_end, drawn),
        _figure("cost", "USD", usd, when_costed, _cost_about(list(costed.values())), total=False),
        _figure("energy", "MWh", energy, over, MESSAGES["figure.energy.about"]),
        _figure("water", "m3", water, over, MESSAGES["figure.water.about"]),
        _figure("carbon", "t CO2", carbon, over, MESSAGES["figure.carbon.about"]),
    ]


def _cost_about(costs: list[UnitCost]) -> str:
    if not costs:
        return MESSAGES["empty.unit_costs"]
    idle = [c.components_usd.get("idleness", 0.0) / c.total_usd for c in costs if c.total_usd > 0]
    return say("figure.cost.about", idle=quantity(max(idle), "frac")) if idle else ""
