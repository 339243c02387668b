"""The one table of all words that the report says. Another language is another table."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gigawatt.report.deal_messages import DEAL
from gigawatt.report.range_messages import RANGES

_PLACE = re.compile(r"\{(\w+)\}")

PAGE: Mapping[str, str] = {
    "language": "en",
    "direction": "ltr",
    "brand": "Gigawatt",
    "noscript": "This browser runs no script, so the charts are not drawn. The verdict and the six figures:",
    "page.failed": "The report could not be drawn in this browser. It needs one from 2023 or later.",
    "nav.label": "Sections",
    "nav.skip": "Go to the report",
    "theme.to_dark": "Dark",
    "theme.to_light": "Light",
    "panel.close": "Close",
    "table.region": "Table; scrolls",
    "number.group": ",",
    "number.decimal": ".",
    "number.minus": "−",
    "number.missing": "–",
    "date.month_year": "{month} {year}",
    "header.span": "The run covers {from} to {to}, hour by hour.",
    "site.all": "All sites",
    "site.choose": "Show",
    "kind.point": "point estimate",
    "figure.number": "Figure {section}.{n}",
    "button.data": "Data",
    "button.method": "Method",
    "button.source": "source",
    "data.download": "Download CSV ({n} rows)",
    "data.first": "The first {n} rows:",
    "data.none": "nothing to show",
    "when.end_of_month": "at the end of {month}",
    "when.months_to": "in the {n} months to {month}",
    "table.hourly": "hourly table",
    "table.daily": "daily table",
}  # fmt: skip

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
DATES: Mapping[str, str] = {
    **{f"date.month.{i}": name for i, name in enumerate(_MONTHS, 1)},
    **{f"date.short.{i}": name[:3] for i, name in enumerate(_MONTHS, 1)},
}

VERDICT: Mapping[str, str] = {
    "verdict.free": (
        "At the end of {month}, {energised} can run, of {delivered} delivered; nothing on the site has "
        "held them back."
    ),
    "verdict.held": (
        "At the end of {month}, {energised} can run, of {delivered} delivered; {limit} first held them back "
        "in {since}, at {site}."
    ),
    "verdict.held_then_power": (
        "At the end of {month}, {energised} can run, of {delivered} delivered; {limit} first held them back "
        "in {since}, power from {power_since}, at {site}."
    ),
    "verdict.held_then_power_elsewhere": (
        "At the end of {month}, {energised} can run, of {delivered} delivered; {limit} first held them back "
        "in {since}, at {site}, and power from {power_since}, at {power_site}."
    ),
    "verdict.unknown": "This run holds no energised GPUs: the build-out was not computed.",
    "verdict.reach.said": (
        "{month} is the last documented month; what follows it rests on plans and assumptions."
    ),
    "verdict.reach.reported": (
        "{month} is the last month with published figures; what follows it rests on plans and assumptions."
    ),
    "verdict.reach.dated": (
        "{month} is the latest date that an input carries; what follows it rests on plans and assumptions."
    ),
    "verdict.reach.end": "No published figure backs this run: it is a plan, and {month} is its last month.",
}

BINDING: Mapping[str, str] = {
    "binding.none": "nothing",
    "binding.delivery": "delivery",
    "binding.crew": "crews",
    "binding.hall": "halls",
    "binding.power": "power",
    "binding.cooling": "cooling",
    "binding.crew.subject": "crews",
    "binding.hall.subject": "halls",
    "binding.power.subject": "power",
    "binding.cooling.subject": "cooling",
    "binding.none.meaning": "all that was ordered runs",
    "binding.delivery.meaning": "all that arrived runs; the rest is not there yet",
    "binding.crew.meaning": "chips arrived and wait to be racked, cabled and tested",
    "binding.hall.meaning": "no hall is ready for them",
    "binding.power.meaning": "firm power does not carry all that is installed",
    "binding.cooling.meaning": "the cooling plant does not carry all that is installed",
    "band.title": "What held it back",
    "band.span": "{limit}: {from} to {to}, {n} days",
    "band.days": "{limit} {n} days",
    "band.aria": "What held {site} back in the time shown: {days}",
    "limit.hall": "hall limit",
    "limit.power": "firm power",
    "limit.cooling": "cooling limit",
    "limit.installed": "all installed would need",
}

TIMELINE: Mapping[str, str] = {
    "section.timeline": "Build-out",
    "section.timeline.about": "GPUs at each stage, by day, and beneath them what kept more from running.",
    "chart.timeline": "From announcement to useful work",
    "chart.timeline.unit": "GPUs, end of day; useful: mean of the day",
    "timeline.lines": "The lines",
    "timeline.documented": "documented to {month}",
    "timeline.power_binds": "power binds from {month}",
    "timeline.power_binds_first": "power binds from {month} (first day {day})",
    "timeline.held_by": "held back by",
    "timeline.reported_by": "as reported: {source}",
    "timeline.aria": (
        "Build-out of {site}: announced, ordered, delivered, installed, energised and useful GPUs by "
        "day. The numbers are under Data."
    ),
    "gpus.announced": "announced",
    "gpus.ordered": "ordered",
    "gpus.delivered": "delivered",
    "gpus.installed": "installed",
    "gpus.energised": "energised",
    "gpus.useful": "useful",
    "gpus.reported": "as reported",
    "gpus.announced.meaning": "said in public, ordered or not",
    "gpus.ordered.meaning": "an order stands",
    "gpus.delivered.meaning": "on the site",
    "gpus.installed.meaning": "racked, cabled and tested in a hall that is ready",
    "gpus.energised.meaning": "installed, within hall, firm power and cooling: these can run",
    "gpus.useful.meaning": "making progress: busy, powered, not lost to failures",
    "gpus.reported.meaning": "published by others; the model does not use it",
    "zoom.label": "Time shown",
    "zoom.record": "Record",
    "zoom.whole": "Whole run",
    "zoom.earlier": "Earlier",
    "zoom.later": "Later",
    "zoom.in": "Closer",
    "zoom.out": "Wider",
    "events.hint": "{n} events; point at a mark, or walk along with the arrow keys.",
    "events.none": "No event in the time shown.",
    "events.aria": "Events at {site}",
    "event.delivery": "delivery", "event.hall": "hall", "event.grid": "grid", "event.generator": "generation",
    "event.storage": "storage", "event.solar": "solar", "event.permit": "permit", "event.cooling": "cooling",
    "event.water": "water", "event.workload": "workload", "event.milestone": "milestone",
    "event.binding": "limit", "event.shed": "shedding", "event.price": "price",
    "empty.timeline": (
        "No order, delivery or announcement is known for {site}: give the scenario deliveries to this "
        "site."
    ),
}  # fmt: skip

FIGURES: Mapping[str, str] = {
    "section.figures": "Six figures",
    "section.figures.about": (
        "Each with its unit, its time and its source. A point estimate carries no range: none was computed."
    ),
    "figure.gpus": "GPUs that can run",
    "figure.gpus.about": "Energised, of {delivered} delivered.",
    "figure.power": "Facility power provisioned for them",
    "figure.power.about": "Mean drawn in that month: {mean}.",
    "figure.cost": "Cost of a useful GPU-hour",
    "figure.cost.about": "Up to {idle} of it pays for hours that nobody used.",
    "figure.energy": "Electricity used",
    "figure.energy.about": "By the whole facility, computers and cooling.",
    "figure.water": "Water drawn",
    "figure.water.about": "From all sources, for cooling on the site.",
    "figure.carbon": "Carbon dioxide",
    "figure.carbon.about": "From fuel burnt on the site and, location-based, from imported power.",
    "empty.unit_costs": "No unit cost was computed for this run.",
}

METHOD: Mapping[str, str] = {
    "method.what": "What it is",
    "method.formula": "Formula",
    "method.inputs": "Inputs",
    "method.source": "What it rests on",
    "method.limits": "What it leaves out",
    "method.more": "and {n} more.",
    "method.show_all": "Show all {n} in the assumptions table",
    "method.no_assumption": "No assumption of this run has a path that belongs to this figure.",
    "method.no_assumption_needed": "It follows from the tables alone; no assumption enters.",
    "assumption.path": "Path",
    "assumption.value": "Value",
    "assumption.value_range": "{value} ({low} to {high})",
    "assumption.source": "Source",
    "assumption.confidence": "Confidence",
    "input.binding": "the day's binding: which of delivery, crew, hall, power and cooling is the least",
    "input.reported": "figures as published, only laid over",
    "input.unit_costs": "unit costs of the run, their parts and their basis",
    "input.money": "money account of the ledger, by item and month",
    "input.energy": "energy account of the ledger, by node and month",
    "input.water": "draw by source, hourly",
    "input.ledger": "all entries of the ledger and the changes of stock, computed apart",
    "input.queues": "queues of jobs: GPUs given, held, useful and broken, jobs waiting and ended, by hour",
    "input.workloads": "traces of the workloads: GPUs, power, tokens and goodput by day",
    "input.events": "events of the run",
    "input.permits": "emission limits of the scenario's permits",
}

POWER: Mapping[str, str] = {
    "section.power": "Power",
    "section.power.about": "What can be relied on, what was used hour by hour, and where the energy went.",
    "chart.firm": "Firm power against what the GPUs need",
    "chart.firm.unit": "Facility MW by day; provisioned, not measured",
    "chart.firm.aria": (
        "Firm power of {site} by day, and the facility power that the installed and energised GPUs need."
    ),
    "chart.dispatch": "Where each megawatt came from",
    "chart.dispatch.unit": "MW; stores being filled and power nobody used stand below zero",
    "chart.dispatch.aria": "Dispatch of {site} by source.",
    "chart.dispatch.hours": "{from} to {to}, every hour",
    "chart.dispatch.days": "{from} to {to}, mean of each day; 120 days or fewer are shown hour by hour",
    "chart.duration": "Load duration",
    "chart.duration.unit": "Facility MW, each year's hours from highest to lowest",
    "chart.duration.axis": "share of the year's hours, %",
    "chart.duration.at": "exceeded in {p} % of hours",
    "chart.duration.aria": "Load duration curves of {site}, one a year.",
    "chart.sankey": "Where the energy went",
    "chart.sankey.unit": "Energy between the nodes of the ledger",
    "chart.sankey.energy": "energy",
    "chart.sankey.through": "through it",
    "chart.sankey.aria": "Flows of energy at {site} from sources to uses.",
    "chart.heat": "Every hour of the run",
    "chart.heat.unit": "A column is a day, a row an hour of the day (UTC)",
    "chart.heat.hint": "Point at an hour to read it.",
    "chart.heat.aria": "{what} of {site} for every hour of the run.",
    "heat.load": "Facility load",
    "heat.pue": "PUE",
    "choice.period": "Period",
    "choice.show": "Show",
    "choice.product": "Product",
    "choice.any": "any",
    "data.rounded": (
        "In this file these values are rounded to {step}; the run's own tables hold them in full."
    ),
    "zoom.year": "Year to {month}",
    "zoom.peak": "Week of highest load",
    "zoom.shed": "Week of most shedding",
    "column.firm_grid_mw": "grid",
    "column.firm_onsite_mw": "generation on the site",
    "column.firm_storage_mw": "stores",
    "column.installed_facility_mw": "all installed would need",
    "column.energised_facility_mw": "energised need",
    "column.hall_facility_mw": "hall limit",
    "column.cooling_facility_mw": "cooling limit",
    "column.grid_mw": "grid",
    "column.turbine_mw": "turbines",
    "column.genset_mw": "gensets",
    "column.solar_mw": "solar",
    "column.battery_discharge_mw": "stores, emptying",
    "column.battery_charge_mw": "stores, filling",
    "column.curtailed_mw": "used by nobody",
    "column.shed_mw": "asked for and not supplied",
    "column.facility_served_mw_mean": "drawn, mean of the day",
    "column.it_served_mw_mean": "of that, the computers",
    "column.co2_fuel_t": "fuel burnt on the site",
    "column.co2_grid_t": "imported power",
    "node.bus": "Bus", "node.grid": "Grid", "node.turbine": "Turbines", "node.genset": "Gensets",
    "node.solar": "Solar", "node.store": "Stores", "node.store'": "Into stores", "node.facility": "Facility",
    "node.it": "Computers", "node.cooling": "Cooling", "node.loss": "Electrical losses",
    "node.electrical_loss": "Electrical losses", "node.fan": "Fans", "node.pump": "Pumps",
    "node.chiller": "Chillers", "node.air": "Air", "node.nobody": "Used by nobody",
    "node.curtailed": "Used by nobody", "node.heat": "Losses of stores", "node.supplier": "Arrived with stores",
    "node.plant": "Cooling plant", "node.units": "Generating units", "node.imports": "Imports", "node.cash": "Cash",
    "empty.firm": "No firm power and no installed demand is known for {site}.",
    "empty.dispatch": "No source of {site} delivered anything: its hourly dispatch is empty or unknown.",
    "empty.load": "No facility load is known for {site}.",
    "empty.energy": "The ledger holds no energy at {site} in this period.",
}  # fmt: skip

COMPUTE: Mapping[str, str] = {
    "section.compute": "Compute",
    "section.compute.about": "What the GPUs that run achieve, and what they draw.",
    "chart.useful": "Useful GPUs, by workload",
    "chart.useful.unit": "GPU-equivalents that make progress, mean of the day",
    "chart.useful.aria": "Useful GPUs of {site} by workload and day.",
    "chart.goodput": "Goodput",
    "chart.goodput.unit": "Share of GPU time that makes progress",
    "chart.goodput.aria": "Goodput of each workload at {site} by day.",
    "chart.tokens": "Tokens so far",
    "chart.tokens.unit": "Tokens since the start, by workload",
    "chart.tokens.aria": "Tokens of each workload at {site} since the start.",
    "chart.queue": "Queues of jobs: utilisation and goodput",
    "chart.queue.unit": "Utilisation: share of its GPUs that jobs hold; goodput: share of these that counts; by month",
    "chart.queue.utilisation": "{name}, utilisation",
    "chart.queue.goodput": "{name}, goodput",
    "chart.queue.aria": "Utilisation and goodput of each queue of jobs at {site} by month.",
    "chart.waiting": "Waiting jobs",
    "chart.waiting.unit": "GPUs that the jobs in the queue ask for, mean of the day",
    "chart.waiting.aria": "GPUs asked for by waiting jobs at {site} by day.",
    "chart.milestones": "Milestones",
    "chart.milestones.unit": "As the model has them",
    "chart.chips": "GPUs by type",
    "chart.chips.unit": "At the end of {month}",
    "chart.levels": "Power by state",
    "chart.levels.unit": "MW: provisioned for all installed, provisioned for the energised, and drawn",
    "chart.levels.spread": "drawn, lowest to highest hour",
    "chart.levels.aria": "Provisioned and drawn power of {site} by day.",
    "key.mean": "mean {value}",
    "key.highest": "highest {value}",
    "key.of": "{period}:",
    "key.whole_run": "Whole run:",
    "range": "{low} to {high}",
    "table.site": "Site", "table.account": "Account", "table.node": "Node", "table.in": "In", "table.out": "Out",
    "table.kept": "Change of stock", "table.worst": "Worst month's gap", "table.chip": "Type", "table.day": "Day",
    "table.milestone": "Milestone", "table.total": "Total", "table.rest": "{n} others",
    "empty.useful": "No useful or energised GPUs are known for {site}.",
    "empty.workloads": "No workload uses {site}: give the scenario workloads with a share of this site.",
    "empty.tokens": "No workload at {site} counts tokens: leases and other work do not.",
    "empty.queue": "No workload at {site} is a queue of jobs.",
    "empty.milestones": "No milestone was reached at {site} in this run.",
    "empty.chips": "No GPU of any type is known for {site}.",
    "empty.levels": "Neither provisioned nor drawn power is known for {site}.",
}  # fmt: skip

MONEY: Mapping[str, str] = {
    "section.money": "Money",
    "section.money.about": (
        "Who pays for it and what lenders look at; what was spent on things that last, what running costs, and "
        "what a unit of product costs."
    ),
    "chart.capital": "Capital, by item",
    "chart.capital.unit": "USD, from the start to the end of {month}",
    "chart.capital.total": "{usd} to the end of {month}; {whole} over the whole run.",
    "chart.operation": "Operating cost, by item and month",
    "chart.operation.unit": "USD a month",
    "chart.operation.aria": "Operating cost of {site} by item and month.",
    "chart.unit-cost": "Cost of one unit of product",
    "chart.unit-cost.unit": "USD; idleness, hatched, is what was paid for and not used",
    "chart.cash": "Cash in and out",
    "chart.cash.unit": "USD a month; what customers pay stands above zero, what is spent below",
    "chart.cash.aria": "Cash of {site} by month.",
    "cash.income": "paid by customers", "cash.operation": "operating cost", "cash.capital": "capital",
    "empty.income": "No customer pays for {site} in this run: its income is the value of its own use.",
    "part.chips": "chips", "part.facility": "facility", "part.power": "power", "part.operation": "operation",
    "part.finance": "finance", "part.idleness": "idleness",
    "product.GPU-hour": "useful GPU-hour", "product.million tokens": "million tokens",
    "empty.money": "The ledger's money account holds nothing of this kind at {site}.",
}  # fmt: skip

ENVIRONMENT: Mapping[str, str] = {
    "section.environment": "Water and carbon",
    "section.environment.about": "What the campus drinks and what it emits.",
    "chart.water-source": "Water drawn, by source",
    "chart.water-source.unit": "m³ a month",
    "chart.water-source.aria": "Water drawn at {site} by source and month.",
    "chart.water-rate": "Water for each kWh",
    "chart.water-rate.unit": "L/kWh, month by month",
    "chart.water-rate.aria": "Water for each kWh at {site} by month.",
    "chart.carbon": "Carbon dioxide",
    "chart.carbon.unit": "t CO₂ a month; imported power at the regional average",
    "chart.carbon.aria": "Carbon dioxide of {site} by month.",
    "chart.carbon-rate": "Carbon dioxide for each MWh",
    "chart.carbon-rate.unit": "kg CO₂ per MWh that the facility used",
    "chart.carbon-rate.aria": "Carbon intensity of {site} by month.",
    "chart.nox": "Nitrogen oxides, rolling year",
    "chart.nox.unit": "Short tons in the 365 days to each day, from fuel burnt on the site",
    "chart.nox.rolling": "whole site",
    "chart.nox.used": "units under permit {name}",
    "chart.nox.limit": "permit {name}: {tons} short tons",
    "chart.nox.covers": (
        "The line counts every unit of the site, rented ones included; a permit covers the units that "
        "name it."
    ),
    "chart.nox.no_limit": "The scenario states no limit for this site.",
    "chart.nox.aria": "Nitrogen oxides of {site} in the year before each day, and the permit's limit.",
    "unit.short_tons": "short tons",
    "ratio.it": "per kWh of the computers",
    "ratio.facility_mwh": "per MWh of the facility",
    "ratio.facility": "per kWh of the facility",
    "empty.water": "No water was drawn at {site}: its cooling uses none, or it was not computed.",
    "empty.water_sources": "Water was drawn at {site}, but the run does not say from which source.",
    "empty.ratio": "At {site} there is nothing to divide: no draw, no emission or no energy.",
    "empty.carbon": "Neither fuel nor imports are known for {site}.",
    "empty.nox": "Nothing is burnt at {site}, so no nitrogen oxides are emitted there.",
}

CHECKS: Mapping[str, str] = {
    "section.checks": "Checks and doubts",
    "section.checks.about": (
        "What the model verifies about itself, and what a reader must know before trusting it."
    ),
    "chart.residuals": "Do the accounts close?",
    "chart.residuals.unit": "Worst monthly gap as a share of throughput; allowed is 10⁻⁹",
    "chart.residuals.share": "share of throughput",
    "chart.nodes": "Every node that must balance",
    "chart.nodes.unit": "Sums over the whole run",
    "account.energy": "Energy", "account.water": "Water", "account.carbon": "Carbon", "account.money": "Money",
    "check.closes": "closes",
    "check.open": "does not close: do not rely on this run",
    "check.not_booked": "nothing was entered in this account",
    "notes.title": "Doubts, conflicts of sources, limits and options",
    "note.doubt": "doubt", "note.conflict": "conflict", "note.limit": "limit", "note.option": "option",
    "note.effect": "What it would change:",
    "note.source": "Source: {source}",
    "empty.ledger": "The ledger of this run is empty.",
    "empty.notes": "The scenario names no doubt and no conflict. That is no proof that there is none.",
    "section.assumptions": "Assumptions",
    "section.assumptions.about": (
        "Every number that the result rests on: given by the scenario, taken from the catalogue, or a "
        "default."
    ),
    "assumption.range": "Range",
    "assumption.origin": "Origin",
    "assumption.as_of": "As of",
    "assumption.note": "note",
    "origin.given": "given", "origin.catalogue": "catalogue", "origin.default": "default",
    "assumptions.not_said": "not said",
    "assumptions.search": "Search path, value, source",
    "assumptions.count": "{n} of {all}",
    "assumptions.of": "that belong to: {title}.",
    "assumptions.clear": "Show all",
    "empty.assumptions": "The run carries no assumptions; nothing here can be traced to a source.",
    "section.reproduce": "How to reproduce this",
    "section.reproduce.about": (
        "The same scenario, version and seed give the same tables, byte for byte, on one machine."
    ),
    "reproduce.version": "Gigawatt version",
    "reproduce.scenario": "Scenario",
    "reproduce.sha256": "Its SHA-256",
    "reproduce.seed": "Seed",
    "reproduce.overrides": "Overrides",
    "reproduce.no_overrides": "none",
    "reproduce.tables": "Full hourly and daily tables lie beside this file as Parquet and CSV.",
}  # fmt: skip

METHODS: Mapping[str, str] = {
    "method.timeline.what": (
        "GPUs at each stage at the end of every day, and the limit that keeps the next one from running."
    ),
    "method.timeline.formula": (
        "energised = the least of installed, hall, firm power and cooling,\neach in provisioned facility "
        "MW; the least of them binds.\ndelivery binds where all that arrived runs and more is on order."
    ),
    "method.timeline.limits": (
        "Stages within a day; part-loads of a hall. Reported points are laid over and never enter the "
        "model."
    ),
    "method.figure-gpus.what": (
        "GPUs that may be switched on together at the end of the month: installed, and within hall, firm "
        "power and cooling."
    ),
    "method.figure-gpus.formula": (
        "energised MW = min(installed, hall, firm power, cooling), facility MW provisioned\nenergised "
        "GPUs = energised MW / (provisioned MW a GPU x design PUE)"
    ),
    "method.figure-gpus.limits": "Whether a workload uses them: see useful GPUs.",
    "method.figure-power.what": (
        "Power that the facility must provide for the energised GPUs at the hottest hour it is designed "
        "for."
    ),
    "method.figure-power.formula": (
        "facility MW = sum over chips (GPUs x provisioned kW of their system) x design PUE"
    ),
    "method.figure-power.limits": (
        "It is neither nameplate nor a meter reading; the mean drawn in the month stands beside it."
    ),
    "method.figure-cost.what": (
        "What one GPU-hour that makes progress costs, all of it: chips, facility, power, operation, "
        "finance, and the hours paid for and not used."
    ),
    "method.figure-cost.formula": (
        "USD per useful GPU-hour = (capital charges + power + operation) / useful GPU-hours\nidleness = "
        "that, less the same cost / installed GPU-hours"
    ),
    "method.figure-cost.limits": (
        "Taxes, research and salaries beyond operation. The calendar year shown is the one of the last "
        "documented month, or the nearest that was costed."
    ),
    "method.figure-energy.what": "Electrical energy that the facility used over the months named.",
    "method.figure-energy.formula": "MWh = sum over hours of facility_served_mw x 1 h",
    "method.figure-energy.limits": "Energy of building it, and losses of the grid before the connection.",
    "method.figure-water.what": "Water drawn from all sources for cooling over the months named.",
    "method.figure-water.formula": "make-up = evaporated + drift + blowdown, m3, summed over hours",
    "method.figure-water.limits": "Water used where the power is generated; sanitary water.",
    "method.figure-carbon.what": "Carbon dioxide of the electricity over the months named.",
    "method.figure-carbon.formula": (
        "t CO2 = fuel burnt x carbon content (HHV) + grid import x regional average"
    ),
    "method.figure-carbon.limits": (
        "Other greenhouse gases, building, and chips. Market-based accounting would count contracts "
        "instead."
    ),
    "method.firm.what": (
        "Power that can be relied on, by day, against what the installed and the energised GPUs would "
        "need."
    ),
    "method.firm.formula": (
        "firm = grid limit + permitted units, derated for heat, less the spare units\n     + stores for "
        "their duration only"
    ),
    "method.firm.limits": "Shortages within the hour, and faults of the connection itself.",
    "method.dispatch.what": (
        "Where each megawatt came from. Beyond 120 days the chart shows daily means, closer in the hours."
    ),
    "method.dispatch.formula": (
        "grid + turbines + gensets + solar + discharge - charge - curtailed\n = facility demand - shed"
    ),
    "method.dispatch.limits": (
        "Swings within an hour. Hourly values are rounded in this file; the tables beside it hold them "
        "in full."
    ),
    "method.duration.what": "Facility load of each year, highest hour first.",
    "method.duration.formula": "load exceeded in p % of the year's hours, p = 0 ... 100",
    "method.duration.limits": "Peaks shorter than an hour.",
    "method.sankey.what": "Energy between the nodes of the ledger's energy account.",
    "method.sankey.formula": "link = sum of the entries from one node to the other, MWh",
    "method.sankey.limits": "Storage is drawn twice, as what is filled and as what empties.",
    "method.heat.what": "Every hour of the run, a column a day and a row an hour of the day (UTC).",
    "method.heat.formula": "PUE = facility_served / it_served; none where no computer runs",
    "method.heat.limits": "Hourly values are rounded in this file to the step named under Data.",
    "method.useful.what": "GPU-equivalents that make progress, by workload, against those that could run.",
    "method.useful.formula": "useful GPUs = GPUs given to the workload x goodput, mean of the day",
    "method.useful.limits": "Quality of the work: a GPU that trains a model that is thrown away counts.",
    "method.goodput.what": "Share of a workload's GPU time that makes progress.",
    "method.goodput.formula": "goodput = 1 - (lost work + restarts + checkpoints) / GPU time",
    "method.goodput.limits": "Slow but running machines.",
    "method.tokens.what": "Tokens trained on or served since the start.",
    "method.tokens.formula": "tokens = sum over days of tokens a day",
    "method.tokens.limits": "Repeated tokens count each time.",
    "method.queue.what": "Jobs simulated one by one on the GPUs that the workload is given, under its policy.",
    "method.queue.formula": "utilisation = GPU-hours held by jobs / GPU-hours given\ngoodput = GPU-hours that counted / GPU-hours held by jobs",
    "method.queue.limits": "Load shed afterwards: the schedule does not know of it. Speed of the chip: durations are the trace's.",
    "method.waiting.what": "GPUs that the jobs in the queue ask for.",
    "method.waiting.formula": "sum over waiting jobs of their GPUs, mean of the day",
    "method.waiting.limits": "Users who go elsewhere, or send fewer jobs when the queue is long.",
    "method.milestones.what": "Days on which a target was reached, as the model has it.",
    "method.milestones.formula": "first day on which the quantity reaches its target",
    "method.milestones.limits": "Targets beyond the end of the run.",
    "method.chips.what": "GPUs of each type at the end of the last documented month.",
    "method.chips.formula": "sum of deliveries, installations and energised shares by type",
    "method.chips.limits": "Spares, and machines returned.",
    "method.levels.what": (
        "Three levels of power that are never the same: provisioned for all installed, provisioned for "
        "the energised, and drawn."
    ),
    "method.levels.formula": (
        "provisioned = GPUs x provisioned kW of their system x design PUE\ndrawn = facility_served_mw, "
        "low, mean and high of the day"
    ),
    "method.levels.limits": "Nameplate power, which is higher still.",
    "method.capital.what": "Money spent on things that last, by item.",
    "method.capital.formula": "sum of the ledger's entries from cash to capital",
    "method.capital.limits": "Who pays: see sources and uses.",
    "method.operation.what": "Money spent on running, by item and month.",
    "method.operation.formula": "sum of the ledger's entries from cash to operation",
    "method.operation.limits": "Depreciation and interest: see unit cost.",
    "method.cash.what": "Money that came from customers and went to suppliers, month by month.",
    "method.cash.formula": (
        "in: entries from customers to cash\nout: entries from cash to capital and to operation"
    ),
    "method.cash.limits": "What owners and lenders put in, interest and tax: see where the cash goes.",
    "method.unit-cost.what": "Cost of one unit of product in a year, part by part, with idleness apart.",
    "method.unit-cost.formula": (
        "parts add up to the total; idleness = cost of what was paid for and not used"
    ),
    "method.unit-cost.limits": "Differences between tenants.",
    "method.water-source.what": "Water drawn each month, by source.",
    "method.water-source.formula": "sum over hours of the draw by source, m3",
    "method.water-source.limits": "Where the sources get it from.",
    "method.water-rate.what": "Water drawn for each kWh.",
    "method.water-rate.formula": "L/kWh = make-up m3 x 1000 / (MWh x 1000), by month",
    "method.water-rate.limits": "Water of power generation.",
    "method.carbon.what": "Carbon dioxide each month: burnt on the site, and of imported power.",
    "method.carbon.formula": "t CO2 = fuel burnt x carbon content (HHV); grid import x regional average",
    "method.carbon.limits": "Hourly differences of the grid's mix.",
    "method.carbon-rate.what": "Carbon dioxide for each MWh that the facility used.",
    "method.carbon-rate.formula": "kg/MWh = (fuel + grid) t x 1000 / facility MWh, by month",
    "method.carbon-rate.limits": "Embodied carbon.",
    "method.nox.what": "Nitrogen oxides of the year that ends on each day, against the permit.",
    "method.nox.formula": (
        "sum of nox_kg over the last 365 days; in its first year, of the days so far\n1 short ton = "
        "907.18474 kg"
    ),
    "method.nox.limits": (
        "Units outside a permit are in the sum as well; which unit a limit covers is in the scenario."
    ),
    "method.residuals.what": "How well each account closes.",
    "method.residuals.formula": (
        "residual = worst monthly |in - out - change of stock| of an internal node / its throughput"
    ),
    "method.residuals.limits": "An error that enters on both sides.",
    "method.nodes.what": "What went in and out of every node that must balance, over the whole run.",
    "method.nodes.formula": "in - out - change of stock = 0",
    "method.nodes.limits": "Nodes at the edge (fuel, air, owners) neither balance nor need to.",
}  # fmt: skip

_PARTS = (
    PAGE,
    DATES,
    VERDICT,
    BINDING,
    TIMELINE,
    FIGURES,
    METHOD,
    POWER,
    COMPUTE,
    MONEY,
    DEAL,
    ENVIRONMENT,
    CHECKS,
    METHODS,
    RANGES,
)
MESSAGES: Mapping[str, str] = {key: text for part in _PARTS for key, text in part.items()}


def say(key: str, **values: str) -> str:
    """Fill the places of a message.

    >>> say("date.month_year", month="August", year="2024")
    'August 2024'
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), MESSAGES[key])
