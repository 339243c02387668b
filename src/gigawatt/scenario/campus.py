"""The campus: a scenario with its catalogue rows looked up and its dates laid on the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gigawatt.climate import Place
from gigawatt.compute import ComputeSystem
from gigawatt.compute.inputs import Workload
from gigawatt.kernel.clock import Clock
from gigawatt.scenario.models import Scenario, Site
from gigawatt.supply import Announcement, Delivery


@dataclass(frozen=True, slots=True)
class SiteCampus:
    """One site with what arrives there and who works there."""

    name: str
    title: str
    site: Site
    place: Place
    deliveries: tuple[Delivery, ...]
    announcements: tuple[Announcement, ...]
    workloads: tuple[Workload, ...]

    def __repr__(self) -> str:
        lots = sum(d.gpus for d in self.deliveries if d.status == "firm")
        return (
            f"SiteCampus({self.name!r}, {self.place.name}, {len(self.site.halls)} halls, "
            f"{lots:,} GPUs in {len(self.deliveries)} lots, {len(self.workloads)} workloads)"
        )


@dataclass(frozen=True, slots=True)
class Campus:
    """Everything a run needs, with nothing left to look up or to default."""

    scenario: Scenario
    clock: Clock
    sites: Mapping[str, SiteCampus]
    systems: Mapping[str, ComputeSystem]
    """Chip -> system, for every chip that is delivered."""
    folder: Path = Path()
    """Where the paths of traces begin: the folder of the scenario's file."""

    def __repr__(self) -> str:
        sites = "\n  ".join(repr(s) for s in self.sites.values())
        return (
            f"Campus({self.scenario.name!r}, {self.clock.start} to {self.scenario.end}, "
            f"{self.clock.hours:,} hours)\n  {sites}"
        )
