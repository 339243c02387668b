"""What a person may write about a site's electricity: connections, units, stores, sun, permits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import (
    Count,
    Day,
    Fraction,
    InputModel,
    Name,
    NonNegative,
    Number,
    Positive,
    PositiveCount,
    refuse_end_before_start,
)

SourceKind = Literal["grid", "turbine", "genset"]
"""What the dispatch order names: the connection, gas turbines, reciprocating engines."""

DEFAULT_ORDER: tuple[SourceKind, ...] = ("grid", "turbine", "genset")


MAX_UNITS = 2_000
"""Most units of one generator group."""


class GridStep(InputModel):
    """The import that the connection allows from a day on, until the next step."""

    from_: Day = Field(alias="from")
    """First day on which this limit holds."""
    import_limit_mw: NonNegative
    """Highest hourly mean import; 0 where the connection is lost or withdrawn."""


class GridOutage(InputModel):
    """Hours in which the connection gives less than its limit: an outage or a demand response."""

    day: Day
    """UTC day on which it begins."""
    hour: int = Field(default=0, ge=0, le=23)
    """UTC hour of that day at which it begins. Default 0."""
    duration_h: Positive
    """How long it lasts, rounded up to whole hours."""
    import_limit_mw: NonNegative = 0.0
    """What can still be imported meanwhile. Default 0: a full outage."""


class GeneratorGroup(InputModel):
    """Alike generating units that come and go together."""

    name: Name
    """What this group is called in tables and messages; unique within the site."""
    model: Name
    """Row of the catalogue's kind 'generator'."""
    units: PositiveCount = Field(le=MAX_UNITS)
    """Number of units on the site, at most 2,000 in one group: each has outages of its own."""
    from_: Day = Field(alias="from")
    """First day on which the units can run."""
    until: Day | None = None
    """First day on which they can no longer run. Default: never."""
    permit: Name | None = None
    """Name of the permit they run under. Default: none, so that no budget binds them (as with units
    that are run as exempt, or without a permit)."""
    fuel: Name | None = None
    """Row of the catalogue's kind 'fuel'. Default: the fuel of the generator's row."""
    capacity_mw: Positive | None = None
    """Output of one unit at 15 degC and sea level. Default: the row's."""
    heat_rate_btu_per_kwh: Positive | None = None
    """Fuel per energy at full load, higher heating value. Default: the row's."""
    min_load_frac: Fraction | None = None
    """Lowest stable output as a share of the unit's output of that hour. Default: the row's."""
    nox_ppm: NonNegative | None = None
    """Nitrogen oxides in normal operation, dry, at 15 % oxygen. Default: the row's, without a catalyst."""
    co_ppm: NonNegative | None = None
    """Carbon monoxide in normal operation, dry, at 15 % oxygen. Default: the row's."""
    voc_ppm: NonNegative | None = None
    """Volatile organics as propane in normal operation, dry, at 15 % oxygen. Default: the row's."""
    forced_outage_frac: Fraction | None = None
    """Long-run share of hours in which a unit is broken. Default: the row's."""
    capital_usd_per_kw: NonNegative | None = None
    """Price paid per kilowatt, installed; 0 where the units are rented. Default: the row's."""
    rent_usd_per_month: NonNegative = 0.0
    """Rent of one unit. Default 0: owned."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> GeneratorGroup:
        refuse_end_before_start(f"generator group {self.name!r}", self.from_, self.until)
        if self.forced_outage_frac is not None and self.forced_outage_frac >= 1.0:
            raise PydanticCustomError(
                "never_available",
                "generator group '{name}' has a forced outage share of 100 %: it would never run",
                {"name": self.name, "remedy": "give a share below 1, typically 0.02 to 0.08"},
            )
        return self


class StorageGroup(InputModel):
    """Alike battery units that come and go together."""

    name: Name
    """What this group is called in tables and messages; unique within the site."""
    model: Name
    """Row of the catalogue's kind 'storage'."""
    units: PositiveCount = Field(le=1_000_000)
    """Number of units on the site."""
    from_: Day = Field(alias="from")
    """First day of operation; the units arrive empty, but are full where this is before the clock's start."""
    until: Day | None = None
    """First day on which they are gone; what they still hold leaves with them. Default: never."""
    reserve_frac: Fraction = 0.2
    """Share of the energy that is kept for when the load would otherwise be shed; the rest may also spare
    generator starts. Default 0.2: assumed (range 0.1 to 0.5), no source for these sites."""
    power_mw: NonNegative | None = None
    """Power of one unit in and out, alternating current. Default: the row's."""
    energy_mwh: NonNegative | None = None
    """Usable energy of one unit. Default: the row's."""
    round_trip_frac: Fraction | None = None
    """Energy out per energy in. Default: the row's."""
    capital_usd_per_unit: NonNegative | None = None
    """Price of one unit, installed. Default: the row's."""

    @model_validator(mode="after")
    def _is_a_store(self) -> StorageGroup:
        refuse_end_before_start(f"storage group {self.name!r}", self.from_, self.until)
        for what, value, unit in (
            ("power", self.power_mw, "MW"),
            ("energy", self.energy_mwh, "MWh"),
            ("round_trip", self.round_trip_frac, ""),
        ):
            if value is not None and value <= 0.0:
                raise PydanticCustomError(
                    "empty_store",
                    "storage group '{name}' has a {what} of 0 {unit}; it must be above 0",
                    {
                        "name": self.name,
                        "what": what,
                        "unit": unit,
                        "remedy": f"give {what} above 0, leave it out to take the catalogue's, "
                        "or remove the group",
                    },
                )
        return self


class SolarPlant(InputModel):
    """A photovoltaic plant on the site's side of the meter."""

    name: Name
    """What this plant is called in tables and messages; unique within the site."""
    capacity_mw: Positive
    """Rated alternating-current output of the inverters."""
    from_: Day = Field(alias="from")
    """First day of operation."""
    until: Day | None = None
    """First day on which it is gone. Default: never."""
    mounting: Literal["fixed", "single_axis"] = "single_axis"
    """Fixed racks, or trackers turning about a horizontal north-south axis with backtracking. Default
    single_axis: 96 % of the large US plants built in 2023 (LBNL, Utility-Scale Solar 2024; from memory)."""
    tilt_deg: Number = Field(default=25.0, ge=0, le=90)
    """Slope of fixed racks above the horizontal. Default 25 deg: assumed, usual at 30 to 40 deg latitude."""
    azimuth_deg: Number = Field(default=180.0, ge=0, le=360)
    """Compass direction that fixed racks face, or of the tracker's axis; 180 is south. Default 180."""
    dc_ac_ratio: Positive = 1.3
    """Module rating (at 1,000 W/m2 and 25 degC) over inverter rating. Default 1.3: assumed; NREL's ATB takes
    1.34 for utility plants (from memory)."""
    losses_frac: Fraction = 0.14
    """Soiling, shading, mismatch, wiring, ageing and downtime together. Default 0.14: PVWatts 5 manual
    (NREL/TP-6A20-62641), 14.08 %."""
    capital_usd_per_kw: NonNegative = 1605.5
    """Price per kilowatt of alternating current, installed. Default 1605.5: USD of 2022, utility plant in
    2025, ATB as in PyPSA technology-data."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> SolarPlant:
        refuse_end_before_start(f"solar plant {self.name!r}", self.from_, self.until)
        return self


class Permit(InputModel):
    """Leave to run named units for a time, with budgets over any 8,760 hours in a row."""

    name: Name
    """What generator groups refer to."""
    from_: Day = Field(alias="from")
    """First day on which the units may run."""
    until: Day | None = None
    """First day on which they may no longer run. Default: never ends."""
    capacity_mw: Positive | None = None
    """Highest output of all its units together. Default: no limit."""
    nox_limit_short_tons: NonNegative | None = None
    """Nitrogen oxides in any 8,760 hours. Default: no limit."""
    co_limit_short_tons: NonNegative | None = None
    """Carbon monoxide in any 8,760 hours. Default: no limit."""
    voc_limit_short_tons: NonNegative | None = None
    """Volatile organics (as propane) in any 8,760 hours. Default: no limit."""
    start_events: Count | None = None
    """Start-and-stop events in any 8,760 hours. Default: no limit."""
    start_events_scope: Literal["unit", "plant"] = "unit"
    """Whether ``start_events`` counts for each unit or for all together. Default unit: the permit of 2025 is
    reported without saying; 15 units x 22 events x 20 minutes are just its 110 hours."""
    start_duration_limit_h: NonNegative | None = None
    """Unit-hours spent starting and stopping in any 8,760 hours, all units together. Default: no limit."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Permit:
        refuse_end_before_start(f"permit {self.name!r}", self.from_, self.until)
        return self


class Curtailment(InputModel):
    """What may happen where the supply falls short."""

    allowed: bool = True
    """Whether load may be shed. Default true: it is booked and shown. False: the run fails, exit code 2."""


class PowerInput(InputModel):
    """How a site is supplied with electricity."""

    grid: tuple[GridStep, ...] = ()
    """The connection's limit by date; the latest step on or before a day holds; 0 before the first."""
    grid_outages: tuple[GridOutage, ...] = ()
    """Hours in which the connection gives less. Default: none."""
    tariff: Name = "tva-msb"
    """Row of the catalogue's kind 'tariff'. Default tva-msb: a TVA local power company's large-load tariff
    with its blocks published."""
    region: Name
    """Row of the catalogue's kind 'grid_region': carbon of imported energy (location-based)."""
    generators: tuple[GeneratorGroup, ...] = ()
    """Generating units on the site."""
    storage: tuple[StorageGroup, ...] = ()
    """Batteries on the site."""
    solar: tuple[SolarPlant, ...] = ()
    """Photovoltaic plants on the site's side of the meter."""
    permits: tuple[Permit, ...] = ()
    """Air permits that generator groups run under."""
    fuel: Name = "natural-gas"
    """Row of the catalogue's kind 'fuel' that ``fuel_price`` prices. Default natural-gas."""
    fuel_price_usd_per_mmbtu: Positive | None = None
    """Delivered price per MMBtu (higher heating value) of that fuel. Default: the row's."""
    spare_units: Count = 0
    """Number of the largest units not counted as firm (N-1, N-2). Default 0: every unit counts."""
    dispatch_order: tuple[SourceKind, ...] = DEFAULT_ORDER
    """Which source serves first; those not named follow in the default order: grid, turbine, genset."""
    look_ahead_h: Positive = Field(default=12.0, le=168.0)
    """How far the operator sees: a unit keeps running if it is needed again within this time. Default 12 h:
    assumed (range 4 to 48 h), a shift."""
    storage_firm_duration_h: Positive = 4.0
    """How long a store must hold its output to count as firm. Default 4 h: what California's resource
    adequacy counts in full; other markets rate storage by class."""
    load_valley_frac: Fraction = 0.1
    """How far the load outside those hours lies below its peak; what lies between recharges the store, and no
    more counts as firm. Default 0.1: assumed (range 0 to 0.2); a perfectly flat load recharges nothing."""
    curtailment: Curtailment = Curtailment()
    """What may happen where the supply falls short."""

    @model_validator(mode="after")
    def _supplied(self) -> PowerInput:
        if not (self.grid or self.generators or self.solar):
            raise PydanticCustomError(
                "no_supply",
                "nothing supplies the site: no grid step, no generator, no solar plant",
                {"remedy": "add a grid step, a generator group or a solar plant"},
            )
        return self

    @model_validator(mode="after")
    def _steps_in_order(self) -> PowerInput:
        days = [step.from_ for step in self.grid]
        for earlier, later in pairwise(days):
            if later == earlier:
                raise PydanticCustomError(
                    "duplicate_step",
                    "two grid steps begin on {day}; one day has one limit",
                    {"day": earlier.isoformat(), "remedy": "remove one of them or change its date"},
                )
            if later < earlier:
                raise PydanticCustomError(
                    "unsorted_steps",
                    "the grid step from {later} stands after the one from {earlier}",
                    {
                        "later": later.isoformat(),
                        "earlier": earlier.isoformat(),
                        "remedy": "write the steps by date, earliest first",
                    },
                )
        return self

    @model_validator(mode="after")
    def _names(self) -> PowerInput:
        _refuse_twice("generator group", (g.name for g in self.generators))
        _refuse_twice("storage group", (s.name for s in self.storage))
        _refuse_twice("solar plant", (p.name for p in self.solar))
        _refuse_twice("permit", (p.name for p in self.permits))
        _refuse_twice("source in dispatch_order", self.dispatch_order)
        declared = [p.name for p in self.permits]
        for group in self.generators:
            if group.permit is not None and group.permit not in declared:
                raise PydanticCustomError(
                    "unknown_permit",
                    "generator group '{name}' names the permit '{permit}', which is not among: {known}",
                    {
                        "name": group.name,
                        "permit": group.permit,
                        "known": ", ".join(declared) or "(no permits)",
                        "remedy": f"add a permit named {group.permit!r} under permits, or take it out "
                        "of the group",
                    },
                )
        return self

    @property
    def full_order(self) -> tuple[SourceKind, ...]:
        """The dispatch order with the sources that it leaves out put last."""
        return self.dispatch_order + tuple(s for s in DEFAULT_ORDER if s not in self.dispatch_order)


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise PydanticCustomError(
                "duplicate_name",
                "{count} entries are called '{name}': each {what} has its own name",
                {"count": count, "name": name, "what": what, "remedy": f"rename one {name!r}"},
            )
