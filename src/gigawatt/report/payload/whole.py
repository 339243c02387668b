"""The whole payload of one run, section by section."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gigawatt.report.format import number_words
from gigawatt.report.messages import MESSAGES
from gigawatt.report.payload import binding, checks, deal, energy, environment, money, series, verdict
from gigawatt.report.payload.horizon import horizon, year_before
from gigawatt.report.payload.methods import methods
from gigawatt.report.payload.names import short_titles
from gigawatt.report.payload.rounding import all_six
from gigawatt.results import BINDINGS, Run, SiteTrace, WorkloadTrace
from gigawatt.results.queue_months import queue_months

if TYPE_CHECKING:
    from gigawatt.study.sweep import Sweep

FORMAT = "gigawatt-report/1"


def build(run: Run, sweep: Sweep | None = None) -> dict[str, Any]:
    """Turn a run, and the sweep of which it is the middle, into JSON-able data; the same give the same."""
    reach = horizon(run)
    month = reach.month
    short = short_titles(run)
    return {
        "format": FORMAT,
        "words": dict(MESSAGES),
        "number": number_words(),
        "meta": _meta(run, sweep),
        "clock": {
            "start": run.clock.start.isoformat(),
            "days": run.clock.days,
            "months": list(run.clock.months),
            "last_day_of_month": [int(d) for d in run.clock.last_day_of_month],
            "documented": month,
            "reach": reach.why,
            "year": [year_before(month).start, month],
        },
        "bindings": list(BINDINGS),
        "verdict": verdict.verdict(run),
        "figures": _figures(run, sweep, run.clock.months[month]),
        "ranges": _ranges(run, sweep, short),
        "sites": [{**_site(run, name, trace), "short": short[name]} for name, trace in run.sites.items()],
        "events": [
            {**asdict(e), "day": e.day.isoformat()} for e in sorted(run.events, key=lambda e: (e.day, e.site))
        ],
        "unit_costs": money.unit_costs(run),
        "deal": deal.deal(run),
        "residuals": checks.residuals(run),
        "nodes": checks.nodes(run),
        "notes": [asdict(n) for n in run.notes],
        "assumptions": [asdict(a) for a in run.assumptions],
        "methods": methods(),
    }


def _figures(run: Run, sweep: Sweep | None, month: str) -> list[dict[str, Any]]:
    figures = verdict.six_figures(run)
    if sweep is None:
        return figures
    from gigawatt.report.payload.ranges import with_kinds

    return with_kinds(figures, sweep, month)


def _ranges(run: Run, sweep: Sweep | None, short: dict[str, str]) -> dict[str, Any] | None:
    if sweep is None:
        return None
    from gigawatt.report.payload.ranges import payload_of

    return payload_of(sweep, run, short)


def _meta(run: Run, sweep: Sweep | None) -> dict[str, Any]:
    sets = [part for override in run.overrides for part in ("--set", override)]
    words = ["gigawatt", "run", run.scenario, *sets, "--out", f"runs/{run.scenario}"]
    if sweep is not None:
        plan = sweep.plan
        more = [] if plan.tornado else ["--no-tornado"]
        words = [
            "gigawatt",
            "sweep",
            run.scenario,
            *sets,
            "--draws",
            str(plan.draws),
            "--seed",
            str(plan.seed),
            *more,
        ]
    command = shlex.join(words)
    return {
        "scenario": run.scenario,
        "title": run.title or run.scenario,
        "description": run.description,
        "version": run.version,
        "seed": run.seed,
        "sha256": run.scenario_sha256,
        "overrides": list(run.overrides),
        "command": command,
    }


def _site(run: Run, name: str, trace: SiteTrace) -> dict[str, Any]:
    clock = run.clock
    power = binding.first(clock, trace, ("power",))
    chips = {
        state: {chip: all_six(values[clock.last_day_of_month]) for chip, values in by_chip.items()}
        for state, by_chip in trace.gpus_by_chip.items()
    }
    return {
        "name": name,
        "title": trace.title or name,
        "daily": series.daily_pack(clock, trace),
        "hourly": series.hourly_pack(trace),
        "binding": binding.spans(trace.binding),
        "binding_by_month": binding.by_month(clock, trace.binding),
        "power_binds": None if power is None else asdict(power),
        "reported": [
            {"day": day.isoformat(), "gpus": gpus, "source": source}
            for site, day, gpus, source in run.reported
            if site == name
        ],
        "duration": series.duration_curves(clock, trace),
        "energy": energy.flows(run.ledger, name),
        "chips": chips,
        "workloads": [_workload(run, w) for w in trace.workloads],
        "work": series.workload_pack(trace),
        "water_sources": list(trace.water_by_source_m3),
        "nox_limits": environment.nox_limits(run, name),
        "money": money.site_money(run, name),
    }


def _workload(run: Run, work: WorkloadTrace) -> dict[str, Any]:
    """A workload; of a queue of jobs with its months."""
    told = {
        "name": work.name,
        "kind": work.kind,
        "tenant": work.tenant,
        "tokens": bool((work.tokens > 0).any()),
    }
    if work.queue is None:
        return told
    months = queue_months(work.queue, run.clock)
    return {**told, "queue": {name: all_six(values) for name, values in months.items()}}
