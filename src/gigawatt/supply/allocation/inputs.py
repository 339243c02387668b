"""What a person may write about an allotment: chips, tenants, their sites, what arrives and who booked it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import (
    Count,
    Day,
    Fraction,
    InputModel,
    Name,
    NonNegative,
    Positive,
    PositiveCount,
    days_between,
    refuse_end_before_start,
)

MAX_DAYS = 3660
_LATE = (
    "from_p90 is {late}, before from on {first}",
    "set from_p90 to the day by which it is ready with nine chances in ten, or leave it out",
)


class ChipInput(InputModel):
    """A kind of chip that is allotted."""

    name: Name
    it_power_kw: Positive
    """IT power of one GPU with its share of host and network."""
    gpus_per_rack: PositiveCount
    """GPUs that one rack position takes."""
    lot_gpus: PositiveCount = 1
    """GPUs that are delivered together: a server of 8, a rack of 72. Default 1."""
    value_usd_per_gpu_h: NonNegative
    """What an hour of one energised GPU is worth: its rent."""


class TenantInput(InputModel):
    """Somebody who booked chips and has sites for them."""

    name: Name
    weight_ratio: Positive = 1.0
    """Weight in max-min and dominant-resource fairness. Default 1: all alike."""
    worth_ratio: NonNegative = 1.0
    """What its compute is worth, in rents of the chip. Default 1: the market's rent."""
    consents_to_swaps: bool = False
    """Whether it lets its chips go to another first. Default false: nobody is presumed to agree."""
    late_usd_per_gpu_h: NonNegative = 0.0
    """Penalty for each GPU and hour that a booking is late. Default 0: no contract is known to have one."""
    note_to_reader: str = ""
    """Who it is, in a few words."""


class _Step(InputModel):
    from_: Day = Field(alias="from")
    """First day on which it holds, even odds (P50)."""
    from_p90: Day | None = None
    """Day by which it holds with nine chances in ten; ``from`` where absent."""

    @model_validator(mode="after")
    def _late_is_later(self) -> Self:
        if self.from_p90 is not None and self.from_p90 < self.from_:
            raise PydanticCustomError(
                "dates_out_of_order",
                _LATE[0],
                {"late": str(self.from_p90), "first": str(self.from_), "remedy": _LATE[1]},
            )
        return self


class PowerStep(_Step):
    """IT power that is ready from a day on; the latest step holds."""

    it_power_mw: NonNegative
    """IT power for chips, provisioned."""


class RackStep(_Step):
    """Rack positions that are ready from a day on; the latest step holds."""

    racks: Count
    """Rack positions with power and cooling brought to them."""


class CrewStep(_Step):
    """Crews that work from a day on; the latest step holds."""

    crews: Count
    """Number of crews."""
    rate_gpus_per_day: Positive
    """GPUs that one crew racks, cables and tests a day."""


class SiteInput(InputModel):
    """A place where one tenant's chips can run, and when each thing they need is ready."""

    name: Name
    tenant: Name
    power: list[PowerStep] = Field(min_length=1, max_length=500)
    """IT power by date."""
    cooling: list[PowerStep] = Field(default_factory=list, max_length=500)
    """Heat that cooling takes, as IT power, by date. Default: as much as power."""
    racks: list[RackStep] = Field(default_factory=list, max_length=500)
    """Rack positions by date. Default: as many as power feeds."""
    crews: list[CrewStep] = Field(default_factory=list, max_length=500)
    """Crews by date. Default: enough to install whatever stands there within its period."""
    logistics_usd_per_gpu: NonNegative = 0.0
    """Cost of bringing one GPU there and installing it. Default 0: not told apart from the price."""

    @model_validator(mode="after")
    def _never_shrinks(self) -> Self:
        power = [(step.from_, step.it_power_mw) for step in self.power]
        cooling = [(step.from_, step.it_power_mw) for step in self.cooling]
        racks = [(step.from_, float(step.racks)) for step in self.racks]
        for what, steps in (("power", power), ("cooling", cooling), ("racks", racks)):
            for before, after in pairwise(steps):
                if after[0] <= before[0] or after[1] < before[1]:
                    raise PydanticCustomError(
                        "steps_out_of_order",
                        "{what} of {site}: the step of {day} is earlier or smaller than the one before",
                        {
                            "what": what,
                            "site": self.name,
                            "day": str(after[0]),
                            "remedy": "write steps in the order of their dates; what is ready stays ready",
                        },
                    )
        return self


class SupplyInput(InputModel):
    """Chips that the supplier has to give from a day on."""

    chip: Name
    date: Day
    gpus: PositiveCount


class BookingInput(InputModel):
    """What a tenant ordered, and when it was to have it."""

    tenant: Name
    chip: Name
    gpus: PositiveCount
    ordered: Day
    """Day of the order; who ordered first is served first under ``fcfs``."""
    due: Day
    """Day on which the chips were promised."""
    price_usd_per_gpu: NonNegative = 0.0
    """Price paid; what stands idle costs capital and depreciation on it. Default 0: unknown."""
    make_good_by: Day | None = None
    """Where the tenant consents to swaps: the last day on which it must have had these chips.
    Default: the end of the horizon."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ordered > self.due:
            raise PydanticCustomError(
                "dates_out_of_order",
                "ordered on {ordered}, after it was due on {due}",
                {
                    "ordered": str(self.ordered),
                    "due": str(self.due),
                    "remedy": "set ordered on or before due",
                },
            )
        if self.make_good_by is not None and self.make_good_by < self.due:
            raise PydanticCustomError(
                "dates_out_of_order",
                "make_good_by is {made}, before it was due on {due}",
                {
                    "made": str(self.make_good_by),
                    "due": str(self.due),
                    "remedy": "set make_good_by on or after due",
                },
            )
        return self


class GivenInput(InputModel):
    """Chips that a tenant really received."""

    tenant: Name
    chip: Name
    gpus: PositiveCount
    date: Day


class MoneyTerms(InputModel):
    """What waiting costs."""

    cost_of_capital_frac: Fraction = 0.10
    """A year, on the price of a chip that waits, and for discounting. Default 10 %: assumed."""
    depreciation_frac: Fraction = 0.25
    """Loss of a waiting chip's price a year. Default 25 %: assumed, straight line over four years."""
    held_share_frac: Fraction = 0.0
    """Share of these costs that a chip bears while the supplier still holds it. Default 0: assumed, the
    supplier is paid on delivery and could sell it elsewhere."""


class ReadinessTerms(InputModel):
    """How futures of readiness are drawn: log-normal through P50 and P90, apart by site and resource."""

    scenarios: Annotated[int, Field(ge=2, le=5000)] = 200
    """Futures drawn. Default 200; a large problem plans over fewer unless asked, and says so."""
    seed: Count = 1
    """Of the draws; a site's own do not change when another site is added."""
    common_cause_frac: Fraction = 0.0
    """Share of the variance of lateness that all sites and resources have in common: a storm, a strike.
    Default 0: assumed (range 0 to 0.5), no source tells it."""
    known: Day | None = None
    """Day on which the dates were known; time to readiness counts from it. Default: the start, assumed."""


class SyntheticInput(InputModel):
    """A made-up market: sites, bookings and supply are drawn, not written."""

    sites: Annotated[int, Field(ge=1, le=200)] = 20
    chips: Annotated[int, Field(ge=1, le=3)] = 3
    tenants: Annotated[int, Field(ge=1, le=50)] = 5
    seed: Count = 1


class AllocationInput(InputModel):
    """Scarce chips, who booked them, and whose site is ready."""

    name: Name
    title: str = ""
    description: str = ""
    start: Day
    """First day."""
    end: Day
    """Last day; a week or month that is not whole at the end is not counted."""
    period: Literal["week", "month"] = "week"
    """Step of time. Default week. What happens within a period counts from the next one's beginning."""
    chips: list[ChipInput] = Field(default_factory=list, max_length=20)
    tenants: list[TenantInput] = Field(default_factory=list, max_length=50)
    sites: list[SiteInput] = Field(default_factory=list, max_length=200)
    supply: list[SupplyInput] = Field(default_factory=list, max_length=10_000)
    bookings: list[BookingInput] = Field(default_factory=list, max_length=10_000)
    given: list[GivenInput] = Field(default_factory=list, max_length=10_000)
    """What really happened; the policy ``given`` repeats it."""
    money: MoneyTerms = Field(default_factory=MoneyTerms)
    readiness: ReadinessTerms = Field(default_factory=ReadinessTerms)
    synthetic: SyntheticInput | None = None
    """Draw chips, tenants, sites, supply and bookings instead of writing them."""

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        refuse_end_before_start(f"allocation {self.name!r}", self.start, self.end)
        length = days_between(self.start, self.end) + 1
        if length > MAX_DAYS:
            raise PydanticCustomError(
                "too_long",
                "start to end is {days} days; at most {most} are planned",
                {"days": str(length), "most": str(MAX_DAYS), "remedy": "set end earlier"},
            )
        if self.period == "month" and self.start.day != 1:
            raise PydanticCustomError(
                "start_within_month",
                "start is {day}, within a month, and the period is a month",
                {"day": str(self.start), "remedy": "set start to the first of a month, or period to week"},
            )
        if length < (7 if self.period == "week" else 31):
            raise PydanticCustomError(
                "too_short",
                "start to end is {days} days, less than one {period}",
                {"days": str(length), "period": self.period, "remedy": "set end later"},
            )
        return self

    @model_validator(mode="after")
    def _written_or_drawn(self) -> Self:
        written = {"chips", "tenants", "sites", "supply", "bookings"}
        there = sorted(name for name in written if getattr(self, name))
        if self.synthetic is not None and (there or self.given):
            raise PydanticCustomError(
                "drawn_and_written",
                "synthetic stands beside {there}",
                {
                    "there": ", ".join(there) or "given",
                    "remedy": "remove synthetic, or everything that it draws",
                },
            )
        absent = sorted(written - set(there))
        if self.synthetic is None and absent:
            raise PydanticCustomError(
                "nothing_to_allot",
                "{absent} is empty or absent",
                {
                    "absent": ", ".join(absent),
                    "remedy": "write at least one of each: chips, tenants, sites, supply, bookings",
                },
            )
        return self
