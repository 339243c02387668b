"""The whole payload of a replay's page, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from gigawatt import __version__
from gigawatt.cluster.groups import Group, Spread, by_size, by_tenant
from gigawatt.cluster.jobs import Floats
from gigawatt.cluster.lanes import lanes_of
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.schedule import Curves, Schedule
from gigawatt.report.format import number_words, quantity, significant
from gigawatt.report.pack import Column, nice_step, pack
from gigawatt.report.payload.rounding import six
from gigawatt.report.schedule.about import About, settings
from gigawatt.report.schedule.methods import methods
from gigawatt.report.schedule.timeline import MOST_DRAWN, end_of, timeline
from gigawatt.report.schedule.words import WORDS, tell

FORMAT = "gigawatt-schedule-report/1"
MOST_STEPS = 1_500
"""Steps of the curves; a chart has fewer points."""
MOST_TENANTS = 200
"""Tenants in the table's data."""
_LEVELS = 5_000


def build(schedule: Schedule, about: About, most_drawn: int = MOST_DRAWN) -> dict[str, Any]:
    """Turn a schedule into plain data for JSON; the same schedule gives the same data.

    Parameters
    ----------
    schedule
        What happened.
    about
        What was asked for.
    most_drawn
        Runs that are drawn one by one.
    """
    lanes = lanes_of(schedule, about.machines)
    drawn = timeline(schedule, lanes, most_drawn)
    tenants = by_tenant(schedule)
    parts = about.machines if isinstance(about.machines, tuple) else (about.machines,)
    return {
        "format": FORMAT,
        "words": dict(WORDS),
        "number": number_words(),
        "meta": {
            "scenario": "replay",
            "title": tell("title", trace=about.trace, policy=schedule.policy),
            "command": about.command,
        },
        "settings": settings(about, schedule.policy, __version__),
        "verdict": {"sentence": _sentence(schedule), **_kind(about)},
        "strip": _strip(schedule, about),
        "timeline": drawn,
        "gpus": schedule.gpus,
        "last_event_s": six(schedule.end_of_simulation_s),
        "curves": curves_payload(schedule, about.power),
        "placed": any(part.placed for part in parts),
        "metered": about.power is not None,
        "fates": {name: six(getattr(schedule.fates, name)) for name in schedule.fates.__slots__},
        "sizes": [_group(group) for group in by_size(schedule)],
        "tenants": [_group(group) for group in tenants[:MOST_TENANTS]],
        "all_tenants": len(tenants),
        "fairness": {name: six(value) for name, value in schedule.fairness().items()},
        "notes": list(about.notes),
        "assumptions": [],
        "methods": methods(schedule, drawn),
    }


def coarser(curves: Curves, end_s: float, most: int) -> tuple[float, dict[str, Floats]]:
    """Lay steps of time together until there are at most ``most``; means stay exact.

    Parameters
    ----------
    curves
        Means over equal steps, the last of which ends at ``end_s``.
    end_s
        End of the simulation, seconds.
    most
        Steps wanted, at most.

    Returns
    -------
    tuple
        Length of a step in seconds, and the curves by name, shape (steps,).
    """
    count = curves.busy_gpus.size
    merged = max(-(-count // most), 1)
    lasts_s = np.full(count, curves.step_s)
    lasts_s[-1:] = max(end_s - (count - 1) * curves.step_s, 1e-9)
    starts = np.arange(0, count, merged)
    names = [name for name in curves.__slots__ if name != "step_s"]
    if not count:
        return curves.step_s, {name: np.zeros(0) for name in names}
    whole_s = np.add.reduceat(lasts_s, starts)
    return curves.step_s * merged, {
        name: np.add.reduceat(getattr(curves, name) * lasts_s, starts) / whole_s for name in names
    }


def budget_of_all(
    power: PowerBudget | tuple[PowerBudget | None, ...], step_s: float, steps: int
) -> Floats | None:
    """Mean budget of each step in kW, shape (steps,): of all parts together; None where one has none."""
    several = power if isinstance(power, tuple) else (power,)
    found = [None if each is None else budget_by_step(each, step_s, steps) for each in several]
    told = [budget for budget in found if budget is not None]
    return np.sum(told, axis=0) if len(told) == len(found) else None


def budget_by_step(power: PowerBudget, step_s: float, steps: int) -> Floats | None:
    """Mean budget of each step in kW, shape (steps,); None where there is none.

    >>> power = PowerBudget(budget_kw=np.array([10.0, 20.0]), step_s=3600.0)
    >>> budget_by_step(power, 5400.0, 3)
    array([13.33333333, 20.        , 20.        ])
    """
    if power.budget_kw is None:
        return None
    budget_kw = np.asarray(power.budget_kw, dtype=np.float64)
    at_s = np.arange(steps + 1) * step_s
    whole = np.minimum((at_s / power.step_s).astype(np.int64), budget_kw.size - 1)
    before = np.concatenate([[0.0], np.cumsum(budget_kw)])[whole] * power.step_s
    integral = before + (at_s - whole * power.step_s) * budget_kw[whole]
    return np.asarray(np.diff(integral) / step_s)


def _until(curves: Curves, end_s: float) -> Curves:
    """Leave the steps away that begin after the end of the picture."""
    steps = max(int(np.ceil(end_s / curves.step_s)), 1)
    names = [name for name in curves.__slots__ if name != "step_s"]
    return Curves(curves.step_s, **{name: getattr(curves, name)[:steps] for name in names})


def curves_payload(
    schedule: Schedule, power: PowerBudget | tuple[PowerBudget | None, ...] | None
) -> dict[str, Any]:
    """Pack the curves; ``steps`` of ``step_s`` seconds each."""
    end_s = end_of(schedule)
    step_s, curves = coarser(
        _until(schedule.curves, end_s), min(end_s, schedule.end_of_simulation_s), MOST_STEPS
    )
    steps = curves["busy_gpus"].size
    columns = {name: values for name, values in curves.items() if power is not None or name != "power_kw"}
    budget_kw = None if power is None else budget_of_all(power, step_s, steps)
    if budget_kw is not None:
        columns["budget_kw"] = budget_kw
    packed = [
        Column(
            name, name.rpartition("_")[2].replace("gpus", "GPUs").replace("kw", "kW"), values, _step(values)
        )
        for name, values in columns.items()
    ]
    return {"step_s": step_s, "end_s": six(end_s), **pack(packed)}


def _step(values: Floats) -> float:
    return nice_step(float(np.abs(values).max(initial=0.0)), _LEVELS)


def _group(group: Group) -> dict[str, Any]:
    plain = asdict(group)
    for name in ("wait_s", "jct_s"):
        plain[name] = {key: None if value is None else six(value) for key, value in plain[name].items()}
    plain["gpu_hours"] = six(group.gpu_hours)
    plain["slowdown"] = None if group.slowdown is None else six(group.slowdown)
    return plain


def _sentence(schedule: Schedule) -> str:
    jobs = len(schedule.jobs)
    if not jobs:
        return tell("verdict.none")
    summary = schedule.summary()
    whole = summary["mean_jct_s"] is not None and summary["mean_wait_s"] is not None
    return tell(
        "verdict.sentence" if whole else "verdict.unfinished",
        finished=significant(float(summary["finished"]), 9),
        jobs=_jobs(jobs),
        makespan=quantity(summary["makespan_s"], "s"),
        policy=schedule.policy,
        gpus=_exact(schedule.gpus),
        wait=quantity(summary["mean_wait_s"], "s"),
        jct=quantity(summary["mean_jct_s"], "s"),
        utilisation=quantity(summary["utilisation_frac"], "frac"),
        goodput=quantity(summary["goodput_frac"], "frac"),
    )


def _exact(gpus: int) -> str:
    return tell("count.gpus", n=significant(float(gpus), 9))


def _jobs(count: int) -> str:
    return tell("count.job") if count == 1 else tell("count.jobs", n=significant(float(count), 9))


def _kind(about: About) -> dict[str, str]:
    if about.intervals:
        return {"kind": tell("kind.intervals", what=about.interval_of), "reach": ""}
    if about.measured:
        return {"kind": tell("kind.measured"), "reach": tell("verdict.measured")}
    drawn = tell("verdict.certain") if about.seed is None else tell("verdict.kind", seed=str(about.seed))
    return {"kind": tell("kind.point"), "reach": drawn}


_UNITS: Mapping[str, str] = {
    "finished": "", "mean_jct_s": "s", "p99_jct_s": "s", "mean_wait_s": "s", "utilisation_frac": "frac",
    "goodput_frac": "frac", "preemptions": "", "failures": "",
}  # fmt: skip


def _strip(schedule: Schedule, about: About) -> list[dict[str, Any]]:
    """The answers on one strip, each with what puts it into proportion."""
    summary = {**schedule.summary(), "failures": schedule.failures}
    ended = schedule.ended
    jct = Spread.of(schedule.jct_s[ended])
    wait = Spread.of(schedule.wait_s[~np.isnan(schedule.first_start_s)])
    failed = int((ended & ~schedule.finished).sum())
    taken = int((schedule.preemptions > 0).sum())

    def count(n: int) -> str:
        return significant(float(n), 9)

    notes = {
        "finished": {"failed": count(failed), "left": count(int((~ended).sum()))},
        "mean_jct_s": {"p50": quantity(jct.p50, "s")},
        "p99_jct_s": {"p90": quantity(jct.p90, "s")},
        "mean_wait_s": {"p99": quantity(wait.p99, "s")},
        "utilisation_frac": {"gpus": _exact(schedule.gpus)},
        "goodput_frac": {},
        "preemptions": {"n": _jobs(taken)},
        "failures": {"n": count(int(schedule.restarts.sum()))},
    }
    rows = []
    for key, places in notes.items():
        unit, value = _UNITS[key], summary[key]
        digits = 9 if unit == "" else 3
        note = f"strip.{key}.note"
        if key == "failures" and about.failures is None:
            note = "strip.failures.off"
        if key == "finished" and ended.all():
            note = "strip.finished.ended"
        interval = about.intervals.get(key)
        rows.append(
            {
                "id": key,
                "name": tell(f"strip.{key}"),
                "text": quantity(None if value is None else float(value), unit, digits),
                "note": tell(note, **places),
                "interval": ""
                if interval is None
                else tell(
                    "strip.interval", low=quantity(interval[0], unit), high=quantity(interval[1], unit)
                ),
            }
        )
    return rows
