"""What the domains gave for a site, as the trace's columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results import QUEUES, QueueTrace, SiteTrace, WorkloadTrace
from gigawatt.scenario.campus import SiteCampus
from gigawatt.study.simulate import SiteHours

Array = NDArray[np.float64]


def site_trace(site: SiteCampus, hours: SiteHours, clock: Clock) -> SiteTrace:
    """Lay a site's hours and days out as columns."""
    return SiteTrace(
        name=site.name,
        title=site.title,
        hourly=_hourly(hours),
        daily=_daily(hours, clock),
        binding=hours.build.energised.binding,
        gpus_by_chip=_by_chip(hours),
        water_by_source_m3=hours.water_by_source_m3,
        workloads=tuple(_workloads(site, hours, clock)),
        permit_nox_short_tons={p.name: p.nox_short_tons[23::24] for p in hours.dispatched.permits},
    )


def _hourly(h: SiteHours) -> dict[str, Array]:
    d, c = h.dispatched, h.cooled.total
    it = h.result.total_it_mw
    pue = np.divide(h.facility_served_mw, it, out=np.full_like(it, np.nan), where=it > 0.0)
    return {
        "dry_bulb_c": h.weather.dry_bulb_c,
        "wet_bulb_c": h.weather.wet_bulb_c,
        "it_demand_mw": h.load.total_it_mw,
        "it_served_mw": it,
        "cooling_mw": c.cooling_mw * h.overhead_frac,
        "electrical_loss_mw": c.electrical_loss_mw * h.overhead_frac,
        "facility_demand_mw": h.facility_demand_mw,
        "facility_served_mw": h.facility_served_mw,
        "pue": pue,
        "grid_mw": d.grid_mw,
        "turbine_mw": d.turbine_mw,
        "genset_mw": d.genset_mw,
        "solar_mw": d.solar_mw,
        "battery_discharge_mw": d.battery_discharge_mw,
        "battery_charge_mw": d.battery_charge_mw,
        "battery_energy_mwh": d.battery_energy_mwh,
        "curtailed_mw": h.curtailed_mw,
        "shed_mw": d.shed_mw,
        "grid_limit_mw": h.grid_limit_mw,
        "units_online": d.units_online,
        "co2_fuel_t": d.co2_fuel_t,
        "co2_grid_t": h.co2_grid_t,
        "nox_kg": d.nox_kg,
        "water_makeup_m3": c.makeup_m3,
        "water_evaporated_m3": c.evaporation_m3,
        "water_drift_m3": c.drift_m3,
        "water_blowdown_m3": c.blowdown_m3,
        "heat_unmet_mw": h.cooled.unmet_mw,
        "useful_gpus": h.result.useful_gpus,
        "busy_gpus": h.result.gpus.sum(axis=0),
        "price_usd_per_mwh": h.prices.energy_usd_per_mwh,
    }


def _daily(h: SiteHours, clock: Clock) -> dict[str, Array]:
    b, e, firm = h.build.built, h.build.energised, h.build.firm
    return {
        "announced_gpus": b.announced,
        "ordered_gpus": b.ordered.sum(axis=1),
        "delivered_gpus": b.delivered.sum(axis=1),
        "installed_gpus": b.installed.sum(axis=1),
        "energised_gpus": e.gpus.sum(axis=1),
        "useful_gpus": clock.daily_mean(h.result.useful_gpus),
        "installed_facility_mw": e.installed_facility_mw,
        "hall_facility_mw": e.hall_facility_mw,
        "firm_power_mw": e.firm_power_mw,
        "firm_grid_mw": firm.grid_mw,
        "firm_onsite_mw": firm.onsite_mw,
        "firm_storage_mw": firm.storage_mw,
        "cooling_facility_mw": e.cooling_facility_mw,
        "energised_it_mw": e.it_mw,
        "energised_facility_mw": e.facility_mw,
        "pue_design": h.build.pue_design,
        "receipt_delay_days": e.receipt_delay_days,
        "energisation_delay_days": e.energisation_delay_days,
    }


def _by_chip(h: SiteHours) -> dict[str, dict[str, Array]]:
    b = h.build.built
    states = {
        "ordered": b.ordered,
        "delivered": b.delivered,
        "installed": b.installed,
        "energised": h.build.energised.gpus,
    }
    return {state: {chip: gpus[:, i] for i, chip in enumerate(b.chips)} for state, gpus in states.items()}


def _workloads(site: SiteCampus, h: SiteHours, clock: Clock) -> list[WorkloadTrace]:
    out = []
    for i, work in enumerate(site.workloads):
        gpus = h.result.gpus[i]
        out.append(
            WorkloadTrace(
                name=work.name,
                site=site.name,
                kind=work.kind,
                tenant=work.tenant or "",
                gpus=clock.daily_mean(gpus),
                it_mw=clock.daily_mean(h.result.it_mw[i]),
                tokens=clock.daily_mean(h.result.tokens[i]) * 24.0,
                goodput_frac=clock.daily_mean(h.result.goodput_frac[i]),
                queue=_queue(h, work.name, i),
            )
        )
    return out


def _queue(h: SiteHours, name: str, i: int) -> QueueTrace | None:
    use = h.load.used.get(name)
    if use is None:
        return None
    of_load = {"gpus": h.load.gpus[i], "it_mw": h.load.it_mw[i]}
    columns = {column: of_load[column] if column in of_load else getattr(use, column) for column in QUEUES}
    return QueueTrace(columns, use.mean_wait_h, use.oversized_jobs)
