"""What a person may write: a campus of sites, what arrives there, who uses it, what it costs.

Composed of the domains' own input types; nothing is filled in here. Rules that
need more than one of them are checked in :mod:`gigawatt.scenario.resolve`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.climate import PlaceInput
from gigawatt.compute import Workload
from gigawatt.cooling import ElectricalInput, PlantInput, WaterSource
from gigawatt.finance import CampusFinance, MoneyInput
from gigawatt.kernel.inputs import Count, Day, InputModel, Name, days_between
from gigawatt.power import PowerInput
from gigawatt.supply import Announcement, Crew, Delivery, Hall, Tenant

MAX_YEARS = 30


class CoolingInput(InputModel):
    """The plant that removes a site's heat, by date."""

    plants: list[PlantInput] = Field(min_length=1)
    """Cooling plants with the dates of their service; heat is split by capacity."""
    electrical: ElectricalInput = Field(default_factory=ElectricalInput)
    """UPS and distribution losses."""


class Site(InputModel):
    """One place with its halls, power, cooling and water."""

    title: str = ""
    """A short name for people."""
    place: PlaceInput
    halls: list[Hall] = Field(min_length=1)
    crews: list[Crew] = Field(min_length=1)
    power: PowerInput
    cooling: CoolingInput
    water: list[WaterSource] = Field(default_factory=list)
    """Water sources that cooling plants name."""


class Reported(InputModel):
    """A published figure, laid beside the model's and never used by it."""

    site: Name
    date: Day
    gpus: Count
    """GPUs said to be online."""


class NoteInput(InputModel):
    """A doubt, a conflict of sources or an option that the reader must know."""

    kind: Literal["doubt", "conflict", "limit", "option"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    effect: str = ""
    """What it would change, where that is known."""


class Scenario(InputModel):
    """A campus and its time."""

    name: Name
    title: str = ""
    description: str = ""
    start: Day
    """First day of the run."""
    end: Day
    """Last day of the run."""
    documented_until: Day | None = None
    """Last day for which the inputs are documented; after it they are plans and assumptions."""
    seed: Count = 0
    """Seed of the synthetic weather, of forced outages, and of queues of jobs."""
    sites: dict[Name, Site] = Field(min_length=1)
    deliveries: list[Delivery] = Field(default_factory=list)
    announcements: list[Announcement] = Field(default_factory=list)
    tenants: list[Tenant] = Field(default_factory=list)
    workloads: list[Workload] = Field(default_factory=list)
    money: MoneyInput = Field(default_factory=MoneyInput)
    finance: CampusFinance | None = None
    """How the campus is financed. Default: not at all; costs are counted, no deal is run."""
    reported: list[Reported] = Field(default_factory=list)
    notes: list[NoteInput] = Field(default_factory=list)

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = sum(t.owned_share_frac or 0.0 for t in self.tenants)
        if total > 1.0 + 1e-9:
            raise PydanticCustomError(
                "shares_above_one",
                "the tenants own {total} of the campus together; at most 1 is there",
                {"total": f"{total:.4g}", "remedy": "lower owned_share of some tenant"},
            )
        return self

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError(
                "end_before_start",
                "end is {end}, not after start on {start}",
                {
                    "end": str(self.end),
                    "start": str(self.start),
                    "remedy": f"set end to a day after {self.start}",
                },
            )
        if days_between(self.start, self.end) > MAX_YEARS * 366:
            raise PydanticCustomError(
                "too_long",
                "start to end is {years} years; at most {most} are simulated",
                {
                    "years": str(days_between(self.start, self.end) // 365),
                    "most": str(MAX_YEARS),
                    "remedy": f"set end within {MAX_YEARS} years of {self.start}",
                },
            )
        return self
