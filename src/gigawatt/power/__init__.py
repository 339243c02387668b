"""Electricity of a site: grid, generating units, batteries and sun, dispatched within their permits."""

from gigawatt.power.inputs import (
    Curtailment,
    GeneratorGroup,
    GridOutage,
    GridStep,
    Permit,
    PowerInput,
    SolarPlant,
    StorageGroup,
)

__all__ = [
    "Curtailment",
    "GeneratorGroup",
    "GridOutage",
    "GridStep",
    "Permit",
    "PowerInput",
    "SolarPlant",
    "StorageGroup",
]
