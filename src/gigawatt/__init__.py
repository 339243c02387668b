"""Gigawatt plans, simulates, finances, audits and runs AI superclusters.

From the grid connection to the token, from one scenario file in which every
number has a source::

    import gigawatt

    loaded = gigawatt.read_scenario("colossus")
    run = gigawatt.run_scenario(loaded)
    gigawatt.write_report(run, "report.html")

Each domain can be used alone: ``from gigawatt import cooling``. Names are
imported when they are first used, so that ``import gigawatt`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gigawatt.kernel.version import VERSION

__version__ = VERSION

_HOME = {
    # scenario
    "read_scenario": "gigawatt.scenario",
    "LoadedScenario": "gigawatt.scenario",
    "bundled_names": "gigawatt.scenario",
    "Scenario": "gigawatt.scenario.models",
    "json_schema": "gigawatt.scenario.schema",
    "Campus": "gigawatt.scenario.campus",
    "resolve": "gigawatt.scenario.resolve",
    # study
    "run_scenario": "gigawatt.study",
    "summarise": "gigawatt.study",
    # results
    "Run": "gigawatt.results",
    "Ledger": "gigawatt.results",
    "write_run": "gigawatt.results",
    "read_tables": "gigawatt.results",
    "read_manifest": "gigawatt.results",
    # report
    "write_report": "gigawatt.report",
    # ground
    "Clock": "gigawatt.kernel.clock",
    "GigawattError": "gigawatt.kernel.errors",
    "InputError": "gigawatt.kernel.errors",
    "InfeasibleError": "gigawatt.kernel.errors",
    "CheckFailedError": "gigawatt.kernel.errors",
}
_ROOMS = ("catalog", "climate", "compute", "cooling", "finance", "power", "supply")

__all__ = [
    "Campus",
    "CheckFailedError",
    "Clock",
    "GigawattError",
    "InfeasibleError",
    "InputError",
    "Ledger",
    "LoadedScenario",
    "Run",
    "Scenario",
    "__version__",
    "bundled_names",
    "catalog",
    "climate",
    "compute",
    "cooling",
    "finance",
    "json_schema",
    "power",
    "read_manifest",
    "read_scenario",
    "read_tables",
    "resolve",
    "run_scenario",
    "summarise",
    "supply",
    "write_report",
    "write_run",
]

if TYPE_CHECKING:
    from gigawatt import catalog, climate, compute, cooling, finance, power, supply
    from gigawatt.kernel.clock import Clock
    from gigawatt.kernel.errors import CheckFailedError, GigawattError, InfeasibleError, InputError
    from gigawatt.report import write_report
    from gigawatt.results import Ledger, Run, read_manifest, read_tables, write_run
    from gigawatt.scenario import LoadedScenario, bundled_names, read_scenario
    from gigawatt.scenario.campus import Campus
    from gigawatt.scenario.models import Scenario
    from gigawatt.scenario.resolve import resolve
    from gigawatt.scenario.schema import json_schema
    from gigawatt.study import run_scenario, summarise


def __getattr__(name: str) -> object:
    """Import a public name or a room when it is first used."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _ROOMS:
        return import_module(f"gigawatt.{name}")
    raise AttributeError(f"module 'gigawatt' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
