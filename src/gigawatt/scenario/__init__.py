"""What a person may write: scenarios, read with the place and the source of every value.

:func:`read_scenario` reads a file or a bundled scenario, :func:`locate` gives
a problem its place in it. The models are in :mod:`gigawatt.scenario.models`,
what is looked up and laid on the clock in :mod:`gigawatt.scenario.resolve`.
"""

from gigawatt.scenario.evidence import Evidence
from gigawatt.scenario.positions import Path, Position
from gigawatt.scenario.read import (
    LoadedScenario,
    bundled_bytes,
    bundled_names,
    locate,
    read,
    read_scenario,
    read_text,
)

__all__ = [
    "Evidence",
    "LoadedScenario",
    "Path",
    "Position",
    "bundled_bytes",
    "bundled_names",
    "locate",
    "read",
    "read_scenario",
    "read_text",
]
