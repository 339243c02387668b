"""Every column of a run's tables: its unit and what it means.

The engine fills these, the run folder writes them, the report and the reference page
(docs/reference/tables.md) read their descriptions here.
"""

from __future__ import annotations

HOURLY: dict[str, tuple[str, str]] = {
    "dry_bulb_c": ("degC", "outdoor dry bulb"),
    "wet_bulb_c": ("degC", "outdoor wet bulb"),
    "it_demand_mw": ("MW", "electrical power that the computers ask for (measured level)"),
    "it_served_mw": ("MW", "of that, what they get"),
    "cooling_mw": ("MW", "cooling plant: fans, pumps, compressors, room air"),
    "electrical_loss_mw": ("MW", "UPS, transformers, distribution"),
    "facility_demand_mw": ("MW", "what the facility asks of its supply"),
    "facility_served_mw": ("MW", "what it uses, after shedding and the recomputed cooling"),
    "pue": ("", "facility_served / it_served; NaN where no computer runs"),
    "grid_mw": ("MW", "imported from the grid"),
    "turbine_mw": ("MW", "from gas turbines"),
    "genset_mw": ("MW", "from reciprocating engines"),
    "solar_mw": ("MW", "from photovoltaics"),
    "battery_discharge_mw": ("MW", "out of the stores"),
    "battery_charge_mw": ("MW", "into the stores"),
    "battery_energy_mwh": ("MWh", "in the stores at the end of the hour"),
    "curtailed_mw": ("MW", "generated or saved by shedding, and used by nobody"),
    "shed_mw": ("MW", "asked for and not supplied"),
    "grid_limit_mw": ("MW", "contracted limit of the grid connection"),
    "units_online": ("units", "generating units running"),
    "co2_fuel_t": ("t", "carbon dioxide from fuel burnt on the site"),
    "co2_grid_t": ("t", "carbon dioxide of the imported power, location-based average"),
    "nox_kg": ("kg", "nitrogen oxides from fuel burnt on the site"),
    "water_makeup_m3": ("m3", "drawn from the water sources"),
    "water_evaporated_m3": ("m3", "evaporated"),
    "water_drift_m3": ("m3", "carried off as drops"),
    "water_blowdown_m3": ("m3", "discharged to keep the salts down"),
    "heat_unmet_mw": ("MW", "heat that no cooling plant in service could take"),
    "useful_gpus": ("GPUs", "GPU-equivalents that make progress: powered, busy, not lost to failures"),
    "busy_gpus": ("GPUs", "powered and given to a workload"),
    "price_usd_per_mwh": ("USD/MWh", "energy price of the grid import"),
}
"""Columns of ``hourly_SITE``; each is the mean of the hour unless a quantity."""

DAILY: dict[str, tuple[str, str]] = {
    "announced_gpus": ("GPUs", "said in public, ordered or not"),
    "ordered_gpus": ("GPUs", "ordered"),
    "delivered_gpus": ("GPUs", "arrived on the site"),
    "installed_gpus": ("GPUs", "racked, cabled and tested by the crews, in a hall that is ready"),
    "energised_gpus": ("GPUs", "installed, and within hall, firm power and cooling"),
    "useful_gpus": ("GPUs", "mean of the day's GPU-equivalents that make progress"),
    "installed_facility_mw": ("MW", "facility power that all installed GPUs would need (provisioned)"),
    "hall_facility_mw": ("MW", "limit by halls, in facility megawatts"),
    "firm_power_mw": ("MW", "limit by firm power"),
    "firm_grid_mw": ("MW", "of that, the grid"),
    "firm_onsite_mw": ("MW", "of that, generation on the site"),
    "firm_storage_mw": ("MW", "of that, stores"),
    "cooling_facility_mw": ("MW", "limit by cooling plant, in facility megawatts"),
    "energised_it_mw": ("MW", "IT power provisioned for the energised GPUs"),
    "energised_facility_mw": ("MW", "facility power provisioned for them"),
    "pue_design": ("", "PUE at the design hour of the plant of that day"),
    "receipt_delay_days": ("days", "age of the oldest order that is overdue and not delivered"),
    "energisation_delay_days": ("days", "age of the oldest delivered GPU that is not energised"),
}
"""Columns of ``daily_SITE``, beside ``binding`` (see :data:`BINDINGS`)."""

QUEUES: dict[str, tuple[str, str]] = {
    "gpus": ("GPUs", "given to the workload, whole nodes"),
    "busy_gpus": ("GPUs", "of these, held by jobs"),
    "useful_gpus": ("GPUs", "held for work that counted in the end or still may; a job's spread evenly"),
    "down_gpus": ("GPUs", "broken or in repair"),
    "it_mw": ("MW", "IT power of all of them"),
    "waiting_jobs": ("jobs", "in the queue"),
    "waiting_gpus": ("GPUs", "asked for by the waiting jobs"),
    "submitted_jobs": ("jobs", "submitted in the hour"),
    "finished_jobs": ("jobs", "ended with their work done, in the hour"),
    "failed_jobs": ("jobs", "ended by their user's fault or at their limit, in the hour"),
}
"""Columns of ``queues``: the jobs of each workload of the kind 'jobs' as they were simulated, before any
shedding; each is the mean of the hour unless counted."""

FINANCE: dict[str, tuple[str, str]] = {
    "uses_usd": ("USD", "paid for chips, network, halls, power plant and the rest, before completion"),
    "draws_usd": ("USD", "of that, drawn on loans"),
    "interest_capitalised_usd": ("USD", "interest during construction, added to the loans"),
    "fees_usd": ("USD", "upfront and commitment fees, added to the loans"),
    "equity_usd": ("USD", "paid in by owners"),
    "revenue_usd": ("USD", "rent, and own use at its transfer price"),
    "power_cost_usd": ("USD", "energy, with upkeep and rent of its plant"),
    "operating_cost_usd": ("USD", "water, staff, maintenance and what the deal adds"),
    "property_tax_usd": ("USD", "tax on the value of the assets"),
    "saved_for_later_usd": ("USD", "put by for what is bought after completion"),
    "cfads_usd": ("USD", "cash for debt service, before income tax"),
    "income_tax_usd": ("USD", "income tax of the month"),
    "senior_interest_usd": ("USD", "interest paid on senior loans after completion"),
    "senior_principal_usd": ("USD", "principal paid on them, sweeps included"),
    "other_interest_usd": ("USD", "interest paid on junior loans"),
    "other_principal_usd": ("USD", "principal paid on junior loans"),
    "distribution_usd": ("USD", "paid out to common owners"),
    "owner_cash_usd": ("USD", "cash of common owners: what they get less what they put in"),
    "debt_usd": ("USD", "owed on all loans at the month's end"),
    "cash_usd": ("USD", "cash at the month's end, reserves apart"),
    "dscr_ratio": ("", "cash for service over senior service of the month; NaN where none is due"),
    "trailing_dscr_ratio": ("", "the same over the last 12 months"),
    "llcr_ratio": ("", "worth of the cash ahead over senior debt, to its last maturity"),
}
"""Columns of ``finance``, one row a month from close to the deal's end; money as the deal's basis says."""

BINDINGS: tuple[str, ...] = ("none", "delivery", "crew", "hall", "power", "cooling")
"""What held the campus back on a day, in the order in which ties are broken."""
