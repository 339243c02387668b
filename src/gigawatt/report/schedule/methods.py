"""What each figure of the page is made of: columns of the schedule's tables, and words."""

from __future__ import annotations

from typing import Any

from gigawatt.cluster.schedule import Schedule
from gigawatt.report.format import quantity, significant
from gigawatt.report.schedule.timeline import SHARE_STEP
from gigawatt.report.schedule.words import WORDS, tell

_INPUTS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "strip": (
        ("start_s, end_s, wait_s", "s", "input.jobs", "tables/jobs"),
        ("gpus", "GPUs", "input.runs", "tables/runs"),
    ),
    "timeline": (
        ("start_s, end_s", "s", "input.runs", "tables/runs"),
        ("gpus, node", "", "input.runs", "tables/runs"),
    ),
    "queue": (("waiting_jobs, waiting_gpus", "", "input.curves", "tables/curves"),),
    "gpus": (("busy_gpus, down_gpus, in_service_gpus", "GPUs", "input.curves", "tables/curves"),),
    "power": (("power_kw", "kW", "input.curves", "tables/curves"),),
    "fates": (("gpu_hours_by_fate", "GPU-h", "input.fates", "manifest.json"),),
    "size": (("gpus, wait_s, submit_s, end_s", "", "input.jobs", "tables/jobs"),),
    "tenant": (("tenant, wait_s, submit_s, end_s", "", "input.jobs", "tables/jobs"),),
    "stranded": (("stranded_gpus", "GPUs", "input.curves", "tables/curves"),),
    "fairness": (("submit_s, end_s, duration_s, tenant", "", "input.jobs", "tables/jobs"),),
}
"""Figure -> name, unit, key of its meaning, table."""
FIGURES = tuple(_INPUTS)


def methods(schedule: Schedule, drawn: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the methods of all figures, their places filled."""
    return {
        name: {
            "what": WORDS[f"method.{name}.what"],
            "formula": tell(f"method.{name}.formula", **_places(schedule, drawn, name)),
            "limits": tell(f"method.{name}.limits", **_places(schedule, drawn, name)),
            "inputs": [
                {"name": column, "unit": unit, "meaning": WORDS[meaning], "table": table}
                for column, unit, meaning, table in inputs
            ],
            "rests_on": [],
        }
        for name, inputs in _INPUTS.items()
    }


def _places(schedule: Schedule, drawn: dict[str, Any], name: str) -> dict[str, str]:
    if name == "power":
        return {"over": quantity(schedule.over_budget_kwh / 1000.0, "MWh")}
    if name == "fates":
        had = schedule.gpus * schedule.end_of_simulation_s / 3600.0
        return {"residual": significant(abs(schedule.fates.total - had) / had if had > 0.0 else 0.0)}
    if name == "timeline" and drawn["runs"]:
        return {
            "bins": significant(float(drawn["bins"]), 9),
            "bin": quantity(drawn["end_s"] / drawn["bins"], "s"),
            "runs": significant(float(drawn["runs"]), 9),
            "step": quantity(SHARE_STEP, "frac"),
            "drawn": significant(float(drawn["drawn"]), 9),
            "share": quantity(drawn["drawn_frac"], "frac"),
            "time_step": quantity(drawn["each"]["columns"][0]["step"], "s"),
        }
    return {}
