"""What a person may write: claims, their sources, and bounds on what can have been."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gigawatt import catalog
from gigawatt.evidence import periods, units
from gigawatt.kernel.inputs import Day, InputModel, Name

Tier = Literal["record", "measured", "statement", "press", "secondary"]
"""How near a source is to the thing: filings, permits, contracts and bookings; meters and satellites; what
an actor says of itself; reports; what repeats reports."""
RANK: dict[str, int] = {"record": 0, "measured": 0, "statement": 1, "press": 2, "secondary": 3}
Confidence = Literal[
    "read in the source", "partly read", "reported", "estimate", "derived", "from memory", "assumed"
]
Qualifier = Literal["exactly", "about", "more_than", "up_to", "almost"]
Stage = Literal[
    "announced", "forecast", "contracted", "delivered", "installed", "energised", "utilised", "closed",
    "spent", "actual",
]  # fmt: skip
PLANS = frozenset({"announced", "forecast"})
"""Stages of what is still to come; every other stage says that something is so."""
STAGES: dict[str, tuple[str, ...]] = {
    "chips": ("announced", "contracted", "delivered", "installed", "energised", "utilised"),
    "power": ("announced", "contracted", "installed", "energised", "utilised"),
    "money": ("announced", "contracted", "closed", "spent"),
    "money_rate": ("announced", "contracted", "spent"),
}
"""Dimension -> the stages that its scope may name; others take announced, forecast, contracted, actual."""
OTHER_STAGES = ("announced", "forecast", "contracted", "actual")
NEEDS: dict[str, tuple[str, ...]] = {
    "power": ("level", "stage"),
    "kw_per_gpu": ("level", "stage"),
    "chips": ("count", "stage"),
    "money": ("capital", "extent", "stage"),
    "money_rate": ("capital", "extent", "stage"),
}
"""Dimension -> what its scope must name; others need the stage."""
Text = Annotated[str, Field(min_length=1, max_length=600)]


def _quantity(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise PydanticCustomError(
            "claim_unit",
            "{value} has no unit",
            {"value": str(value), "remedy": f"write the unit behind it, such as '{value} GPUs'"},
        )
    return value


def _known_quantity(value: str) -> str:
    try:
        quantity = units.parse(value)
    except units.UnitError as error:
        raise PydanticCustomError(
            "claim_quantity",
            "{reason}",
            {"reason": str(error), "remedy": "write a number with a unit, such as '150 MW' or '30 bn USD'"},
        ) from None
    if quantity.value < 0.0:
        raise PydanticCustomError(
            "claim_negative",
            "{value} is below zero",
            {"value": repr(value), "remedy": "write its size; say in the words that it fell"},
        )
    return value


def _period(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _known_period(value: str) -> str:
    try:
        periods.read(value)
    except periods.PeriodError as error:
        raise PydanticCustomError(
            "claim_period",
            "{reason}",
            {
                "reason": str(error),
                "remedy": "write YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD, two of them with a slash, or open",
            },
        ) from None
    return value


QuantityText = Annotated[
    str, Field(max_length=100), BeforeValidator(_quantity), AfterValidator(_known_quantity)
]
_PERIOD_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": rf"^({periods.PART})(/({periods.PART}))?$|^open$"},
        {"type": "integer", "minimum": 1000, "maximum": 9999},
    ]
}
PeriodText = Annotated[
    str,
    Field(max_length=40),
    BeforeValidator(_period),
    AfterValidator(_known_period),
    WithJsonSchema(_PERIOD_SCHEMA),
]


class Source(InputModel):
    """Where a claim or a bound stands."""

    title: Text
    """Publication or document, with its date or number."""
    tier: Tier
    """record, measured, statement, press or secondary; the better tier outweighs the worse."""
    licence: str = ""
    """Licence and credit that its data asks for, where it does."""


class Words(InputModel):
    """The claim in words of the pack's author, not of the source."""

    en: Text
    """English."""
    ar: Annotated[str, Field(max_length=600)] = ""
    """Arabic. Default: none; the report then shows the English alone."""


class Scope(InputModel):
    """What exactly a number counts; what is missing is an error, never guessed."""

    stage: Stage | None = None
    """How far it has come: announced or forecast (a plan); contracted, delivered, installed, energised,
    utilised (chips and power); closed or spent (money); actual (everything else)."""
    level: Literal["it", "facility"] | None = None
    """Power: of the computers alone, or of the facility with cooling and losses."""
    count: Literal["gpu", "superchip", "node", "rack", "h100e"] | None = None
    """Chips: what one is. How many GPUs a superchip, node or rack holds the catalogue's system of ``chip``
    says; an H100-equivalent is computing power."""
    chip: Name | None = None
    """Chips: which one, a row of the catalogue's kind 'chip'. Default: not said; every one is tried."""
    capital: Literal["equity", "debt", "total", "spending", "revenue"] | None = None
    """Money: which side of it. A total is equity and debt together."""
    extent: Literal["first", "part", "whole"] | None = None
    """Whether a first instalment, one part of several, or the whole is meant."""

    @field_validator("chip")
    @classmethod
    def _chip_is_known(cls, chip: str | None) -> str | None:
        known = catalog.names("chip")
        if chip is not None and chip not in known:
            near = get_close_matches(chip, known, n=1) or [f"one of {', '.join(known)}, or leave it out"]
            raise PydanticCustomError(
                "unknown_chip",
                "the catalogue has no chip {chip}",
                {"chip": repr(chip), "remedy": f"write {near[0]}"},
            )
        return chip


class Claim(InputModel):
    """One public statement, keyed by actor, subject, instrument and period, never by its number."""

    id: Name
    """Unique in the pack."""
    actor: Name
    """Whose money, site or plan it is about (not who says it)."""
    subject: Name
    """The site, fund, plant or programme."""
    instrument: Name
    """What of it: 'GPUs', 'power', 'fund raising', 'site', 'jobs'."""
    period: PeriodText
    """About when: YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD, two of them with a slash, or 'open'."""
    quantity: QuantityText | None = None
    """The number with its unit; either this or ``states``."""
    qualifier: Qualifier = "exactly"
    """How it was put. Default exactly: as said, within rounding (2.5 %)."""
    states: tuple[Text, ...] = ()
    """What is said where it is no number: names or words, compared as a set."""
    scope: Scope | None = Field(default=None, validate_default=True)
    """What the number counts. Required; what it must name depends on the unit."""
    said: Day
    """When it was said."""
    said_by: Name
    """Who said it."""
    source: Name
    """Key of the pack's ``sources``."""
    confidence: Confidence
    """How well the statement itself is documented."""
    words: Words
    """What was said, in our words."""
    article: str = ""
    """Number of the article or document that carries it. Default: none."""
    topic: Name | None = None
    """Question that it bears on, for evidence left out on one side. Default: none."""
    side: Literal["for", "against"] | None = None
    """On which side of that question. Default: none."""
    subject_kind: Name | None = None
    """Kind of facility, 'data centre' or 'battery factory': figures of two kinds are not compared."""
    part_of: Name | None = None
    """Claim of which this is one of the parts that must add up. Default: none."""
    for_: tuple[Name, ...] = Field(default=(), alias="for")
    """Claims of the chips or megawatts that this money or power is for. Default: found by the key."""
    disputes: tuple[Name, ...] = ()
    """Claims that this statement says are not so. Default: none."""
    settles: str = ""
    """What would settle it. Default: a sentence for its kind."""
    later: str = ""
    """What happened later, where no claim of the pack tells it. Default: none."""

    @field_validator("scope")
    @classmethod
    def _scope_is_whole(cls, scope: Scope | None, info: ValidationInfo) -> Scope | None:
        if "quantity" not in info.data:
            return scope  # the quantity is wrong already: what its scope needs is not known
        text = info.data["quantity"]
        quantity = None if text is None else units.parse(text)
        refuse_scope(scope or Scope(), "" if quantity is None else quantity.dimension)
        counted = units.COUNTED_AS.get("" if quantity is None else quantity.unit)
        if counted and scope is not None and scope.count != counted:
            raise PydanticCustomError(
                "count_mismatch",
                "the quantity counts {unit}, but scope.count is {count}",
                {"unit": quantity.unit if quantity else "", "count": str(scope.count),
                 "remedy": f"write count: {counted}, or another unit"},
            )  # fmt: skip
        return scope

    @model_validator(mode="after")
    def _says_something(self) -> Claim:
        if (self.quantity is None) == (not self.states):
            raise PydanticCustomError(
                "says_nothing",
                "claim '{id}' needs either a quantity or states",
                {"id": self.id, "remedy": "write quantity: '30 bn USD', or states: [Memphis]"},
            )
        if self.side is not None and self.topic is None:
            raise PydanticCustomError(
                "side_without_topic",
                "claim '{id}' takes a side, but of no topic",
                {"id": self.id, "remedy": "add topic: ..., or remove side"},
            )
        return self

    @cached_property
    def amount(self) -> units.Quantity | None:
        """The quantity, read; None where the claim is in words."""
        return None if self.quantity is None else units.parse(self.quantity)

    @cached_property
    def when(self) -> periods.Period:
        """The period, read."""
        return periods.read(self.period)

    @property
    def key(self) -> tuple[str, str, str]:
        """Actor, subject and instrument; the fourth part of the key is :attr:`when`."""
        return (self.actor.casefold(), self.subject.casefold(), self.instrument.casefold())

    @property
    def is_plan(self) -> bool:
        """Whether it says what is to come, not what is."""
        return self.within.stage in PLANS

    @property
    def within(self) -> Scope:
        """The scope; whole, because the model refuses any other."""
        return self.scope or Scope()


def refuse_scope(scope: Scope, dimension: str) -> None:
    """Refuse a scope that leaves open what a quantity of this dimension counts.

    Raises
    ------
    PydanticCustomError
        Names every part that is missing, with the words allowed.
    """
    missing = [part for part in NEEDS.get(dimension, ("stage",)) if getattr(scope, part) is None]
    if missing:
        words = {"stage": " or ".join(STAGES.get(dimension, OTHER_STAGES))}
        listed = ", ".join(f"{part}: {words.get(part) or _choices(part)}" for part in missing)
        raise PydanticCustomError(
            "scope_missing",
            "the scope does not say {missing}; it is never guessed",
            {"missing": " or ".join(missing), "remedy": f"add to scope {listed}"},
        )
    allowed = STAGES.get(dimension, OTHER_STAGES)
    if scope.stage not in allowed and dimension:
        raise PydanticCustomError(
            "scope_stage",
            "the stage {stage} is not one of {what}",
            {"stage": str(scope.stage), "what": dimension, "remedy": f"write one of {', '.join(allowed)}"},
        )


def _choices(part: str) -> str:
    literal = next(a for a in get_args(Scope.model_fields[part].annotation) if get_args(a))
    return " or ".join(get_args(literal))


class BoundInput(InputModel):
    """What independent evidence allows at most, on a subject in a time."""

    id: Name
    """Unique in the pack."""
    subject: Name
    """As in the claims that it bounds."""
    kind: Literal["power", "cooling", "hall", "rack", "chips", "capital", "time", "crew"]
    """From which side: power documented at the site, cooling, halls, racks, chips that could be had, capital
    raised, time, crews."""
    quantity: QuantityText
    """The most that can have been; the middle where ``low`` and ``high`` are given."""
    low: QuantityText | None = None
    """Low end where the evidence gives a range. Default: a point."""
    high: QuantityText | None = None
    """High end. Default: a point."""
    scope: Scope | None = Field(default=None, validate_default=True)
    """As in a claim; claims of this stage or a later one are bounded."""
    from_: Day = Field(alias="from")
    """First day on which it holds."""
    until: Day | None = None
    """First day on which it no longer holds. Default: never ends."""
    source: Name
    """Key of the pack's ``sources``."""
    arithmetic: str = ""
    """How the number comes about, where it was computed. Default: read as it is."""
    note: str = ""
    """What a reader should know about it. Default: nothing."""

    @field_validator("scope")
    @classmethod
    def _scope_is_whole(cls, scope: Scope | None, info: ValidationInfo) -> Scope | None:
        if info.data.get("quantity") is not None:
            refuse_scope(scope or Scope(), units.parse(info.data["quantity"]).dimension)
        return scope

    @model_validator(mode="after")
    def _is_in_order(self) -> BoundInput:
        ends = [units.parse(text) for text in (self.low, self.quantity, self.high) if text is not None]
        sorted_up = [e.value for e in ends] == sorted(e.value for e in ends)
        if (self.low is None) != (self.high is None) or len({e.dimension for e in ends}) > 1 or not sorted_up:
            raise PydanticCustomError(
                "bound_range",
                "bound '{id}' needs low and high of one kind of unit, with low <= quantity <= high",
                {"id": self.id, "remedy": "give both ends in this order, or neither"},
            )
        return self


class ModelledSites(InputModel):
    """The scenario whose run gives bounds, and which of its sites is which subject."""

    scenario: Annotated[str, Field(min_length=1, max_length=200)]
    """Bundled name, or path of a YAML file."""
    sites: dict[Name, Name] = Field(min_length=1)
    """Site of the scenario -> subject of the claims."""


class ClaimPack(InputModel):
    """Claims with their sources, and what bounds them."""

    name: Name
    """What the pack is called."""
    title: Annotated[str, Field(max_length=200)] = ""
    """For people. Default: the name."""
    description: Annotated[str, Field(max_length=2000)] = ""
    """What the pack holds, and what it leaves out."""
    as_of: Day
    """Day up to which the audit knows what happened."""
    sources: dict[Name, Source] = Field(min_length=1)
    """Every source that a claim or bound names."""
    claims: list[Claim] = Field(min_length=1, max_length=1000)
    """What was said."""
    bounds: list[BoundInput] = Field(default_factory=list, max_length=1000)
    """What independent evidence allows. Default: none."""
    model: ModelledSites | None = None
    """Scenario whose run gives further bounds. Default: none."""
